"""Files of payments: what they are about, and what becomes of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NewType
from uuid import UUID

from tongbao.kernel.money import Money
from tongbao.kernel.records import quickly_made
from tongbao.kernel.text import Text

FileId = NewType("FileId", UUID)

BYTES_MAX: Final = 64 * 1024 * 1024
LINES_MAX: Final = 100_000
NAME_LENGTH_MAX: Final = 100
MESSAGE_ID_LENGTH_MAX: Final = 35


class FileKind(StrEnum):
    """What the payments are for."""

    PAYROLL = "payroll"
    BATCH = "batch"


class Mode(StrEnum):
    """What becomes of the good lines of a file when others are wrong."""

    PARTIAL = "partial"
    ALL_OR_NOTHING = "all_or_nothing"


class FileFormat(StrEnum):
    """How the payments were written down."""

    CSV = "csv"
    PAIN001 = "pain.001.001.09"


class FileState(StrEnum):
    """Where a file stands."""

    CHECKED = "checked"
    AWAITING_APPROVAL = "awaiting_approval"
    AWAITING_SIGNATURES = "awaiting_signatures"
    EXECUTING = "executing"
    EXECUTED = "executed"
    REJECTED = "rejected"  # nothing was paid: not signed, or one refused of all or nothing
    CANCELLED = "cancelled"


class LineState(StrEnum):
    """What became of a line; a good one is paid when the file has come that far."""

    GOOD = "good"
    WRONG = "wrong"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Why:
    """Why a line, or a file, was refused: our code, the ISO 20022 code, and words."""

    code: str
    iso_code: str
    text: Text


NOT_SIGNED: Final[Mapping[str, Why]] = {
    # DS02: an authorised user has cancelled the order; DS24: the waiting time for it is over.
    "refused": Why(
        "bulk.signing_refused", "DS02", Text(zh="会签人拒绝签名", en="a signer refused")
    ),
    "withdrawn": Why(
        "bulk.signing_withdrawn", "DS02", Text(zh="提交人撤回", en="its maker took it back")
    ),
    "expired": Why(
        "bulk.signing_expired",
        "DS24",
        Text(zh="逾期未签齐", en="not all signed before its deadline"),
    ),
}
"""Why a file is not paid, by what became of the instruction that was to be signed."""


@dataclass(frozen=True, slots=True)
class PaymentFile:
    """A file somebody handed in, and how far it has come.

    `good` lines may be paid, `wrong` ones never; `done_through` is the last line that was looked at
    while paying: of the good ones up to there all are settled but `rejected`.
    """

    id: FileId
    party_id: UUID
    account_id: UUID
    account_number: str
    kind: FileKind
    mode: Mode
    format: FileFormat
    name: str
    message_id: str
    sha256: bytes
    state: FileState
    currency: str
    lines: int
    good: int
    total: Money
    requested_on: date | None
    done_through: int
    settled: int
    settled_total: Money
    rejected: int
    why: Why | None
    uploaded_by: UUID
    uploaded_at: datetime
    initiated_by: UUID | None
    approved_by: UUID | None
    approval_id: UUID | None
    finished_at: datetime | None

    @property
    def wrong(self) -> int:
        """Return how many lines can never be paid as they are."""
        return self.lines - self.good


@quickly_made
@dataclass(frozen=True, slots=True)
class Line:
    """One payment of a file."""

    number: int
    state: LineState
    payment_id: UUID
    group_id: str | None
    end_to_end_id: str | None
    creditor_account_number: str
    creditor_name: str
    amount: Money | None
    remittance: str | None
    why: Why | None
