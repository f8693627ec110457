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
from tongbao.infra.crypto.columns import Sealed, SealedColumn, sealed_columns
from tongbao.infra.crypto.errors import Erased, FieldKeyLost, FieldKeyUnusable, SealBroken
from tongbao.infra.crypto.installed import use
from tongbao.infra.crypto.keks import Given, Source
from tongbao.infra.crypto.records import SYSTEM, box, boxes, destroy
from tongbao.infra.crypto.start import Starting, check, start

__all__ = [
    "SYSTEM",
    "Box",
    "CipherName",
    "Erased",
    "FieldKeyLost",
    "FieldKeyUnusable",
    "Given",
    "Row",
    "SealBroken",
    "Sealed",
    "SealedColumn",
    "Source",
    "Starting",
    "blind",
    "blinds",
    "box",
    "boxes",
    "check",
    "destroy",
    "sealed_columns",
    "start",
    "use",
]
