"""From the first contact to the last: states of a party, and the rating of its risk."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text


class Status(StrEnum):
    """Where a party stands with us."""

    PROSPECT = "prospect"  # registered, not identified yet
    ACTIVE = "active"
    DORMANT = "dormant"  # nothing heard for long; wakes up again
    BLOCKED = "blocked"  # by staff, for a reason
    CLOSED = "closed"  # the end


TRANSITIONS: Final = {
    Status.PROSPECT: frozenset({Status.ACTIVE, Status.BLOCKED, Status.CLOSED}),
    Status.ACTIVE: frozenset({Status.DORMANT, Status.BLOCKED, Status.CLOSED}),
    Status.DORMANT: frozenset({Status.ACTIVE, Status.BLOCKED, Status.CLOSED}),
    Status.BLOCKED: frozenset({Status.ACTIVE, Status.CLOSED}),
    Status.CLOSED: frozenset[Status](),
}


class Risk(StrEnum):
    """How likely a customer is to be abused for money laundering, as somebody judged it."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


# 金融机构洗钱和恐怖融资风险评估及客户分类管理指引 (银发〔2013〕2号): the riskiest at least every
# half-year, the others less often.
REVIEW_DAYS: Final = {Risk.LOW: 1_095, Risk.MEDIUM: 730, Risk.HIGH: 180}


@dataclass(frozen=True, slots=True)
class StatusChange:
    """One step of a party's life."""

    before: Status
    after: Status
    reason: str
    changed_by: UUID | None
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class RiskRating:
    """A judgement of a customer's risk, and when it is looked at again."""

    risk: Risk
    reason: str
    review_on: date
    rated_by: UUID | None  # None: by rule, when nobody had judged yet
    rated_at: datetime


class TransitionNotAllowed(TongbaoError):
    """A party in this state cannot go to that one."""

    code = "parties.transition_not_allowed"
    kind = Kind.CONFLICT
    title = Text(zh="状态不能这样变更", en="This change of status is not possible")
    detail = Text(
        zh="客户状态不能由 {before} 变为 {after}", en="A party cannot go from {before} to {after}"
    )


class ReasonMalformed(TongbaoError):
    """A change is written down with its reason in words."""

    code = "parties.reason_malformed"
    title = Text(zh="请填写原因", en="Give a reason")
    detail = Text(
        zh="原因为 1 至 {length_max} 个可见字符", en="A reason has 1 to {length_max} characters"
    )


def check_transition(before: Status, after: Status) -> None:
    """Raise `TransitionNotAllowed` unless the step exists."""
    if after not in TRANSITIONS[before]:
        raise TransitionNotAllowed(before=before.value, after=after.value)


def review_day(risk: Risk, *, on: date) -> date:
    """Return the latest day by which a customer of this risk is looked at again."""
    return on + timedelta(days=REVIEW_DAYS[risk])
