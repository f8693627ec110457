"""The life of an application, from submission to disbursement.

::

    submitted -> collecting -> approved -> accepted -> disbursed
                  |  ^   |        ├-> expired
                  v  |   ├-> refused  └-> closed (its consent ended, and a person ended the offer)
                 waiting ├-> referred (a person decides: collect again, or refuse)
                         └-> closed   (the consent ended)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NewType
from uuid import UUID

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.money import Money
from tongbao.kernel.text import Text

ApplicationId = NewType("ApplicationId", UUID)
DecisionId = NewType("DecisionId", UUID)


class State(StrEnum):
    """Where an application stands."""

    SUBMITTED = "submitted"
    COLLECTING = "collecting"
    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    REFERRED = "referred"
    ACCEPTED = "accepted"
    DISBURSED = "disbursed"
    EXPIRED = "expired"
    CLOSED = "closed"


# A worker that died while collecting is followed by another: collecting may begin anew.
TRANSITIONS: Final[Mapping[State, frozenset[State]]] = MappingProxyType(
    {
        State.SUBMITTED: frozenset({State.COLLECTING, State.CLOSED}),
        State.COLLECTING: frozenset(
            {
                State.COLLECTING,
                State.WAITING,
                State.APPROVED,
                State.REFUSED,
                State.REFERRED,
                State.CLOSED,
            }
        ),
        State.WAITING: frozenset({State.COLLECTING, State.CLOSED}),
        State.APPROVED: frozenset({State.ACCEPTED, State.EXPIRED, State.CLOSED}),
        State.REFERRED: frozenset({State.SUBMITTED, State.REFUSED}),
        State.ACCEPTED: frozenset({State.DISBURSED}),
        State.REFUSED: frozenset(),
        State.DISBURSED: frozenset(),
        State.EXPIRED: frozenset(),
        State.CLOSED: frozenset(),
    }
)

OPEN_STATES: Final = frozenset(state for state, following in TRANSITIONS.items() if following)
"""A party has at most one application in one of these."""

COLLECTABLE: Final = frozenset({State.SUBMITTED, State.COLLECTING, State.WAITING})

# Pauses between attempts to reach a source that does not answer: about a day in all.
ATTEMPT_PAUSES: Final = (
    timedelta(seconds=15),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(hours=12),
)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something was decided: a stable code and words."""

    code: str
    text: Text


@dataclass(frozen=True, slots=True)
class Application:
    """A party's request for a loan, and where it stands.

    `requested` None means as much as possible. `reason` explains the present state where it needs
    explaining. `attempts` counts the tries to fetch data since the last submission.
    """

    id: ApplicationId
    party_id: UUID
    account_id: UUID
    requested: Money | None
    term_months: int
    state: State
    reason: Reason | None
    attempts: int
    next_attempt_at: datetime | None
    decision_id: DecisionId | None
    offer_expires_at: datetime | None
    submitted_by: UUID
    submitted_at: datetime
    updated_at: datetime

    def state_at(self, at: datetime) -> State:
        """Return the state at an instant: an offer past its time is expired, noted or not."""
        late = self.offer_expires_at is not None and at >= self.offer_expires_at
        return State.EXPIRED if self.state is State.APPROVED and late else self.state


@dataclass(frozen=True, slots=True)
class Step:
    """One arrow an application went along; `by` is the user, None for the platform itself."""

    from_state: State | None
    to_state: State
    reason: Reason | None
    by: UUID | None
    at: datetime


class UnknownApplication(TongbaoError):
    """There is no such application, or none the caller may see."""

    code = "lending.unknown_application"
    kind = Kind.NOT_FOUND
    title = Text(zh="贷款申请不存在", en="Unknown loan application")


class IllegalTransition(TongbaoError):
    """The application does not go from its state to that one."""

    code = "lending.illegal_transition"
    kind = Kind.CONFLICT
    title = Text(zh="申请的当前状态不允许此操作", en="Not in the application's present state")
    detail = Text(
        zh="申请处于“{from_state}”状态，不能变为“{to_state}”",
        en="The application is {from_state} and cannot become {to_state}",
    )


class ApplicationOpen(TongbaoError):
    """The party has an application under way already."""

    code = "lending.application_open"
    kind = Kind.CONFLICT
    title = Text(zh="已有处理中的贷款申请", en="An application is under way already")


class AccountNotUsable(TongbaoError):
    """The loan can be paid only into an open account in the product's currency."""

    code = "lending.account_not_usable"
    kind = Kind.REFUSED
    title = Text(zh="账户不能用于放款", en="The account cannot receive the loan")
    detail = Text(
        zh="放款账户须为本企业名下状态正常的 {currency} 账户",
        en="The loan is paid into an open {currency} account of the firm",
    )


class NotAnOrganisation(TongbaoError):
    """This loan is for firms: its data is a firm's invoices."""

    code = "lending.not_an_organisation"
    kind = Kind.REFUSED
    title = Text(zh="本产品仅面向企业", en="This loan is for organisations only")


class RequestOutOfRange(TongbaoError):
    """Amount or term lie outside what the product offers."""

    code = "lending.request_out_of_range"
    title = Text(zh="申请金额或期限超出范围", en="Amount or term out of range")
    detail = Text(
        zh="金额须为 {floor} 至 {cap}，期限须为 1 至 {months_max} 个月",
        en="The amount must be {floor} to {cap}, the term 1 to {months_max} months",
    )


class NoOffer(TongbaoError):
    """There is nothing to accept."""

    code = "lending.no_offer"
    kind = Kind.CONFLICT
    title = Text(zh="没有可接受的贷款方案", en="There is no offer to accept")
    detail = Text(zh="申请处于“{state}”状态", en="The application is {state}")


class AlreadyAccepted(TongbaoError):
    """The offer was accepted before; its loan exists."""

    code = "lending.already_accepted"
    kind = Kind.CONFLICT
    title = Text(zh="贷款方案已被接受", en="The offer was accepted already")


class OfferExpired(TongbaoError):
    """The offer's time is over."""

    code = "lending.offer_expired"
    kind = Kind.REFUSED
    title = Text(zh="贷款方案已过期", en="The offer has expired")
    detail = Text(
        zh="方案已于 {expired_at} 到期，请重新申请",
        en="The offer expired at {expired_at}; please apply again",
    )


class AmountNotOffered(TongbaoError):
    """The amount to draw is not within the offer."""

    code = "lending.amount_not_offered"
    kind = Kind.REFUSED
    title = Text(zh="用款金额不在方案范围内", en="The amount is not within the offer")
    detail = Text(
        zh="用款金额须为 {floor} 至 {limit}", en="The amount must be between {floor} and {limit}"
    )


def check_transition(from_state: State, to_state: State) -> None:
    """Raise `IllegalTransition` unless the arrow exists."""
    if to_state not in TRANSITIONS[from_state]:
        raise IllegalTransition(from_state=from_state.value, to_state=to_state.value)


def pause_after(attempts: int) -> timedelta | None:
    """Return how long to wait after a number of failed attempts (>= 1); None to give up."""
    assert attempts >= 1, "nothing has failed yet"
    return ATTEMPT_PAUSES[attempts - 1] if attempts <= len(ATTEMPT_PAUSES) else None
