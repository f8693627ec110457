"""Documents we issue under our seal, and the code by which anyone has them confirmed."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NewType
from uuid import UUID

from tongbao.kernel.money import Money
from tongbao.kernel.text import Language, Text

DocumentId = NewType("DocumentId", UUID)

# Crockford's alphabet: no I, L, O, U, so that a code is read aloud and typed without doubt.
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH: Final = 20  # 5 bits a sign: 100 bits
_GROUP: Final = 4
_READ_AS: Final = str.maketrans("ILO", "110", "- ")


class DocumentKind(StrEnum):
    """What is issued."""

    STATEMENT = "statement"
    BALANCE_CERTIFICATE = "balance_certificate"
    OPENING_CERTIFICATE = "opening_certificate"


TITLES: Final = {
    DocumentKind.STATEMENT: Text(zh="账户对账单", en="Account statement"),
    DocumentKind.BALANCE_CERTIFICATE: Text(zh="存款证明书", en="Certificate of deposit balance"),
    DocumentKind.OPENING_CERTIFICATE: Text(zh="开户证明", en="Certificate of account"),
}


@dataclass(frozen=True, slots=True)
class Document:
    """A document that was ordered; `sha256` and `issued_at` once it is there."""

    id: DocumentId
    kind: DocumentKind
    account_id: UUID
    party_id: UUID
    period_first: date | None
    period_last: date | None
    language: Language
    currency: str
    opening: Money | None
    credits: Money | None
    debits: Money | None
    closing: Money | None
    first_version: int | None
    last_version: int | None
    code: str
    ordered_by: UUID
    ordered_at: datetime
    issued_at: datetime | None
    sha256: str | None
    pages: int | None
    file_id: UUID | None


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What anyone with the document in hand may hear of it."""

    document: Document
    holder: str
    number: str
    closing_digest: str | None


def new_code() -> str:
    """Return a code nobody guesses: 100 random bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def printed(code: str) -> str:
    """Return a code in groups, as it stands on paper."""
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def read_code(text: str) -> str | None:
    """Return the code a person means; None for what cannot be one.

    Case, blanks and hyphens do not matter, and I, L, O are read as 1 and 0.
    """
    code = text.upper().translate(_READ_AS)
    known = len(code) == CODE_LENGTH and all(each in ALPHABET for each in code)
    return code if known else None


def closing_digest(code: str, number: str, last: date, closing: Money) -> str:
    """Return what confirms a closing balance without telling it, printed on the document.

    SHA-256 of `CODE|account number|last day|CNY 1234.50`, in hex. Whoever holds the paper has all
    four and recomputes it; the code, which only the paper has, keeps others from trying amounts.
    """
    line = f"{code}|{number}|{last.isoformat()}|{closing.currency} {closing.text}"
    return hashlib.sha256(line.encode()).hexdigest()
