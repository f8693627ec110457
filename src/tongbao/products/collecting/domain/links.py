"""Payment links, and codes for one sale, which are links that a till shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from secrets import token_urlsafe
from typing import Final
from uuid import UUID

from tongbao.kernel.money import Money
from tongbao.kernel.text import Text
from tongbao.products.collecting.domain.collections import Means, check_amount
from tongbao.products.collecting.domain.errors import (
    AmountFixed,
    AmountMissing,
    LinkEnded,
    TimeOutOfRange,
)

TOKEN_BYTES: Final = 16
"""128 random bits in 22 characters: nobody finds a link by guessing."""
TOKEN_LENGTH_MAX: Final = 64
TOKEN_PATTERN: Final = r"^[0-9A-Za-z_-]+$"  # noqa: S105 - a shape, not a secret
PAYMENTS_MAX: Final = 100_000
SHORTEST: Final = timedelta(minutes=1)
LONGEST: Final = timedelta(days=366)
ORDER_LIFETIME: Final = timedelta(minutes=15)


class LinkState(StrEnum):
    """Open links can be paid; the others are over."""

    OPEN = "open"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


STATE_WORDS: Final[Mapping[LinkState, Text]] = {
    LinkState.COMPLETED: Text(zh="付清", en="paid"),
    LinkState.CANCELLED: Text(zh="撤回", en="taken back"),
    LinkState.EXPIRED: Text(zh="过期", en="over"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Something anybody who has its token can pay; without an amount the payer says how much.

    At most `payments_max` payments; None: any number until it ends. One of a till is for one sale.
    """

    id: UUID
    token: str
    party_id: UUID
    account_id: UUID
    title: str
    currency: str
    amount: Money | None
    payments_max: int | None
    paid_count: int
    state: LinkState
    expires_at: datetime
    created_at: datetime
    till_id: UUID | None = None
    reference: str | None = None
    ended_at: datetime | None = None

    @property
    def means(self) -> Means:
        """How it is paid."""
        return Means.LINK if self.till_id is None else Means.ORDER_CODE

    def state_at(self, at: datetime) -> LinkState:
        """Return its state: one whose time is over has ended, whether or not that was noted."""
        over = self.state is LinkState.OPEN and at >= self.expires_at
        return LinkState.EXPIRED if over else self.state

    def check_open(self, at: datetime) -> None:
        """Raise `LinkEnded` unless it can be paid."""
        state = self.state_at(at)
        if state is not LinkState.OPEN:
            raise LinkEnded(state=state.value, how=STATE_WORDS[state])

    def due(self, offered: Money | None) -> Money:
        """Return what a payer who offers so much pays.

        Raises `AmountMissing`, `AmountFixed`, `AmountNotPositive`, `CurrencyNotAllowed`.
        """
        if self.amount is None:
            if offered is None:
                raise AmountMissing
            check_amount(offered, currency=self.currency)
            return offered
        if offered is not None and offered != self.amount:
            raise AmountFixed(amount=str(self.amount))
        return self.amount


def new_token() -> str:
    """Return a fresh token."""
    return token_urlsafe(TOKEN_BYTES)


def check_end(expires_at: datetime, *, at: datetime) -> None:
    """Raise `TimeOutOfRange` for an end too near or too far."""
    if not at + SHORTEST <= expires_at <= at + LONGEST:
        raise TimeOutOfRange(
            shortest=(at + SHORTEST).isoformat(timespec="seconds"),
            longest=(at + LONGEST).isoformat(timespec="seconds"),
        )
