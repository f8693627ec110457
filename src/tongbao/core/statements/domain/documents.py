"""Documents we issue under our seal, and the code by which anyone has them confirmed."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NewType
from uuid import UUID

from tongbao.kernel.money import Money
from tongbao.kernel.text import Language, Text

DocumentId = NewType("DocumentId", UUID)


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


def closing_digest(code: str, number: str, last: date, closing: Money) -> str:
    """Return what confirms a closing balance without telling it, printed on the document.

    SHA-256 of `CODE|account number|last day|CNY 1234.50`, in hex. Whoever holds the paper has all
    four and recomputes it; the code, which only the paper has, keeps others from trying amounts.
    """
    line = f"{code}|{number}|{last.isoformat()}|{closing.currency} {closing.text}"
    return hashlib.sha256(line.encode()).hexdigest()
