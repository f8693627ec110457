"""Verbs about data on people: show them whole, erase them."""

from tongbao.core.privacy.domain.erasure import WORDS, ErasureHeld, Hold, KeptFor
from tongbao.core.privacy.domain.reveal import Subject
from tongbao.core.privacy.service.erasing import (
    ERASE_ANY,
    ERASURE,
    Erasure,
    check_erasable,
    erase_due,
    erase_own,
    holds,
    register_holding,
)
from tongbao.core.privacy.service.exporting import EXPORT, export_own
from tongbao.core.privacy.service.revealing import (
    REVEAL_ANY,
    Wish,
    reveal_contact,
    reveal_document,
    reveal_evidence,
    reveal_picture,
)
from tongbao.core.privacy.service.waiting import queued_for

__all__ = [
    "ERASE_ANY",
    "ERASURE",
    "EXPORT",
    "REVEAL_ANY",
    "WORDS",
    "Erasure",
    "ErasureHeld",
    "Hold",
    "KeptFor",
    "Subject",
    "Wish",
    "check_erasable",
    "erase_due",
    "erase_own",
    "export_own",
    "holds",
    "queued_for",
    "register_holding",
    "reveal_contact",
    "reveal_document",
    "reveal_evidence",
    "reveal_picture",
]
