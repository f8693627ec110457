"""Verbs about data on people: show them whole."""

from tongbao.core.privacy.domain.reveal import Subject
from tongbao.core.privacy.service.revealing import (
    REVEAL_ANY,
    Wish,
    reveal_contact,
    reveal_document,
    reveal_evidence,
    reveal_picture,
)

__all__ = [
    "REVEAL_ANY",
    "Subject",
    "Wish",
    "reveal_contact",
    "reveal_document",
    "reveal_evidence",
    "reveal_picture",
]
