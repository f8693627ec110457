"""Fields encrypted at rest under keys that belong to whom the data is about.

A key-encryption key (KEK), kept outside the database, wraps record keys, one for each owner of
data; a record key seals the owner's fields. Destroying it erases what it sealed, everywhere::

    box = await crypto.box(tx, owner=party_id)
    sealed = box.seal(number, field="parties_document.number", row=document_id)
    number = box.open(sealed, field="parties_document.number", row=document_id)
    tag = crypto.blind(number, field="parties_document.number")  # to find it again
    await crypto.destroy(tx, owner=party_id, at=at)
"""

from tongbao.infra.crypto.blinds import blind, blinds
from tongbao.infra.crypto.boxes import Box, Row
from tongbao.infra.crypto.ciphers import CipherName
from tongbao.infra.crypto.columns import (
    Blind,
    BlindColumn,
    Sealed,
    SealedColumn,
    blind_columns,
    sealed_columns,
)
from tongbao.infra.crypto.erasures import Erasure, erasures
from tongbao.infra.crypto.erasures import repeat as repeat_erasures
from tongbao.infra.crypto.errors import Erased, FieldKeyLost, FieldKeyUnusable, SealBroken
from tongbao.infra.crypto.keks import Given, Source, add_to_file, new_secret_text
from tongbao.infra.crypto.kms import Kms, KmsGateway, KmsUnavailable
from tongbao.infra.crypto.process import Installed, installed, use
from tongbao.infra.crypto.records import SYSTEM, box, boxes, destroy
from tongbao.infra.crypto.resealing import rotate_fields
from tongbao.infra.crypto.retagging import DUE_AFTER, rotate_blinds
from tongbao.infra.crypto.rewrapping import rotate_keys
from tongbao.infra.crypto.runs import Rotation, Run
from tongbao.infra.crypto.standing import Standing, standing
from tongbao.infra.crypto.start import Starting, check, refresh, refreshing, start

__all__ = [
    "DUE_AFTER",
    "SYSTEM",
    "Blind",
    "BlindColumn",
    "Box",
    "CipherName",
    "Erased",
    "Erasure",
    "FieldKeyLost",
    "FieldKeyUnusable",
    "Given",
    "Installed",
    "Kms",
    "KmsGateway",
    "KmsUnavailable",
    "Rotation",
    "Row",
    "Run",
    "SealBroken",
    "Sealed",
    "SealedColumn",
    "Source",
    "Standing",
    "Starting",
    "add_to_file",
    "blind",
    "blind_columns",
    "blinds",
    "box",
    "boxes",
    "check",
    "destroy",
    "erasures",
    "installed",
    "new_secret_text",
    "refresh",
    "refreshing",
    "repeat_erasures",
    "rotate_blinds",
    "rotate_fields",
    "rotate_keys",
    "sealed_columns",
    "standing",
    "start",
    "use",
]
