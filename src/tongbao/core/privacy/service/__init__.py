"""Verbs about data on people: show them whole."""

from tongbao.core.privacy.domain.reveal import (
    ENCODED_LENGTH_MAX,
    ReasonMalformed,
    Subject,
)
from tongbao.core.privacy.service.revealing import (
    Wish,
    reveal_contact,
    reveal_document,
    reveal_evidence,
    reveal_picture,
)

__all__ = [
    "ENCODED_LENGTH_MAX",
    "ReasonMalformed",
    "Subject",
    "Wish",
    "reveal_contact",
    "reveal_document",
    "reveal_evidence",
    "reveal_picture",
]
