"""Requests to pay: somebody asks a customer for money, who pays, pays a part, or refuses."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Literal
from uuid import UUID

from tongbao.kernel.money import Money
from tongbao.kernel.text import Text
from tongbao.products.collecting.domain.collections import check_amount
from tongbao.products.collecting.domain.errors import MoreThanAsked, PartNotAllowed, RequestEnded

OF_ONE_MAX: Final = 20
"""Requests of one payee that wait with one payer."""
OF_ALL_MAX: Final = 1_000
"""Requests of one payee that wait in all."""
REMINDED_BEFORE: Final = timedelta(days=1)


Side = Literal["payee", "payer"]
"""Of a request: whoever made it, or whoever was sent it."""


class RequestState(StrEnum):
    """An open one waits for its payer, perhaps paid in part; the others are over."""

    OPEN = "open"
    PAID = "paid"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


STATE_WORDS: Final[Mapping[RequestState, Text]] = {
    RequestState.PAID: Text(zh="付清", en="paid"),
    RequestState.DECLINED: Text(zh="被拒绝", en="declined"),
    RequestState.CANCELLED: Text(zh="撤回", en="taken back"),
    RequestState.EXPIRED: Text(zh="过期", en="over"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestToPay:
    """What one party asks of another; what was `paid` stays so, however it ends."""

    id: UUID
    party_id: UUID
    payee_name: str
    account_id: UUID
    debtor_party_id: UUID
    amount: Money
    paid: Money
    in_parts: bool
    title: str
    state: RequestState
    expires_at: datetime
    created_at: datetime
    reference: str | None = None
    decline_reason: str | None = None
    ended_at: datetime | None = None

    @property
    def remaining(self) -> Money:
        """What is still open."""
        return self.amount - self.paid

    def state_at(self, at: datetime) -> RequestState:
        """Return its state: one whose time is over has ended, whether or not that was noted."""
        over = self.state is RequestState.OPEN and at >= self.expires_at
        return RequestState.EXPIRED if over else self.state

    def check_open(self, at: datetime) -> None:
        """Raise `RequestEnded` unless it waits for an answer."""
        state = self.state_at(at)
        if state is not RequestState.OPEN:
            raise RequestEnded(state=state.value, how=STATE_WORDS[state])

    def due(self, offered: Money | None) -> Money:
        """Return what a payer who offers so much pays; without an offer, all that is open.

        Raises `AmountNotPositive`, `CurrencyNotAllowed`, `MoreThanAsked`, `PartNotAllowed`.
        """
        if offered is None:
            return self.remaining
        check_amount(offered, currency=self.amount.currency)
        if offered > self.remaining:
            raise MoreThanAsked(remaining=str(self.remaining))
        if offered < self.remaining and not self.in_parts:
            raise PartNotAllowed(remaining=str(self.remaining))
        return offered
