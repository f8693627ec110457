"""What entries and transactions are searched by."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from tongbao.core.ledger.domain.errors import LedgerError
from tongbao.core.ledger.domain.nouns import AccountId, TransactionKind
from tongbao.kernel.errors import Kind
from tongbao.kernel.text import Text


class AmountWithoutAsset(LedgerError):
    """A number of units means nothing before it is known what is counted."""

    code = "ledger.amount_without_asset"
    kind = Kind.INVALID
    title = Text(zh="按金额查询须指定资产或账户", en="A search by amount needs an asset or account")


class TransactionState(StrEnum):
    """What became of a transaction later.

    pending: holds now. resolved: was pending, and was captured, voided or expired. reversed:
    all of it was moved back. partly_reversed: some of it was. unreversed: moved, and nothing of
    it was moved back.
    """

    PENDING = "pending"
    RESOLVED = "resolved"
    REVERSED = "reversed"
    PARTLY_REVERSED = "partly_reversed"
    UNREVERSED = "unreversed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """All that is given must be met. Spans of time and dates are [from, until).

    Amounts are in minor units, both ends included, and are those of single postings.
    """

    booked_from: datetime | None = None
    booked_until: datetime | None = None
    effective_from: date | None = None
    effective_until: date | None = None
    amount_min: int | None = None
    amount_max: int | None = None
    direction: Literal["debit", "credit"] | None = None
    reference: str | None = None
    type: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    correlation_id: UUID | None = None

    @property
    def about_postings(self) -> bool:
        """Whether single postings are looked at."""
        return (self.amount_min, self.amount_max, self.direction) != (None, None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionCriteria(Criteria):
    """The same for transactions; one posting must meet account, asset, amount and direction.

    `direction` is that of the account, and needs one. A pending transaction is looked at by what
    it holds. A void or an expiry has no postings: it is found by its pending one.
    """

    account_id: AccountId | None = None
    asset: str | None = None
    kind: TransactionKind | None = None
    state: TransactionState | None = None
