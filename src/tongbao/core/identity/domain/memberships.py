"""Company users: who acts for which party, as what, up to how much, from when until when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, NewType
from uuid import UUID

from tongbao.core.identity.domain.permissions import MEMBER_PERMISSIONS, MemberRole
from tongbao.core.identity.domain.step_up import FACTS_MAX, Action
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.money import Money
from tongbao.kernel.text import Text

MembershipId = NewType("MembershipId", UUID)
InvitationId = NewType("InvitationId", UUID)

INVITATION_LIFETIME: Final = timedelta(days=14)
MEMBERS_PER_PARTY_MAX: Final = 200
BANDS_MAX: Final = FACTS_MAX - 2  # each is a fact of what is confirmed, beside two others

MANAGE: Final = "identity:manage_members"
COMPANY_ROLES: Final = frozenset(MemberRole) - {MemberRole.HOLDER}
ADMINISTRATORS: Final = frozenset(
    role for role, held in MEMBER_PERMISSIONS.items() if MANAGE in held
)

Bands = Mapping[str, Money | None]
"""The most a member may pay alone, or approve, per currency; None: any amount. A currency that is
not there: nothing. `day_bands` are the same for what a maker pays alone in a business day; there a
currency that is missing is bounded by its band for one payment, so that splitting gains nothing."""

BY_PAYMENT: Final[Bands] = MappingProxyType({})
"""Bands by day where nobody has said any."""


@dataclass(frozen=True, slots=True)
class Membership:
    """A user acts for a party from `starts_at` until `ends_at` (open end: None)."""

    id: MembershipId
    user_id: UUID
    party_id: UUID
    role: MemberRole
    starts_at: datetime
    ends_at: datetime | None
    login: str
    name: str
    bands: Bands = field(default_factory=dict)
    day_bands: Bands = field(default_factory=dict)

    def day_band(self, currency: str) -> Money | None:
        """Return what the member may pay alone in a day in a currency there is a band for."""
        return self.day_bands.get(currency, self.bands[currency])

    def covers(self, amount: Money) -> bool:
        """Tell whether the member's band reaches `amount`."""
        return covers(self.bands, amount)


@dataclass(frozen=True, slots=True)
class Invitation:
    """A membership offered to whoever has, or will have, a log-in name."""

    id: InvitationId
    party_id: UUID
    login: str
    role: MemberRole
    bands: Bands
    day_bands: Bands
    ends_at: datetime | None
    invited_by: UUID
    invited_at: datetime
    expires_at: datetime


class UnknownMember(TongbaoError):
    """No such member, or none the caller may see."""

    code = "identity.unknown_member"
    kind = Kind.NOT_FOUND
    title = Text(zh="企业用户不存在", en="Unknown member")


class UnknownCompany(TongbaoError):
    """No such company, or none the caller acts for."""

    code = "identity.unknown_company"
    kind = Kind.NOT_FOUND
    title = Text(zh="企业不存在", en="Unknown company")


class UnknownInvitation(TongbaoError):
    """No such invitation, or it is not for the caller, used or over."""

    code = "identity.unknown_invitation"
    kind = Kind.NOT_FOUND
    title = Text(zh="邀请不存在或已失效", en="Unknown invitation, or it is over")


class NotACompany(TongbaoError):
    """A natural person has no company users."""

    code = "identity.not_a_company"
    kind = Kind.REFUSED
    title = Text(zh="自然人没有企业用户", en="A natural person has no company users")


class LastAdministrator(TongbaoError):
    """A company keeps as many administrators as it needs to manage itself."""

    code = "identity.last_administrator"
    kind = Kind.REFUSED
    title = Text(zh="企业须保留管理员", en="A company keeps an administrator")
    detail = Text(
        zh="此企业至少须有 {administrators_min} 名管理员；请先任命另一名",
        en="This company needs at least {administrators_min} administrators; appoint another first",
    )


class TooManyMembers(TongbaoError):
    """A bound that no real company reaches."""

    code = "identity.too_many_members"
    kind = Kind.REFUSED
    title = Text(zh="企业用户过多", en="Too many members")
    detail = Text(
        zh="一个企业至多 {members_max} 名用户", en="A company has at most {members_max} users"
    )


class BadTerm(TongbaoError):
    """A membership would end before it begins."""

    code = "identity.bad_term"
    title = Text(zh="期限不符合要求", en="The term is not acceptable")
    detail = Text(zh="结束时间须晚于现在", en="The end must be later than now")


class BadBands(TongbaoError):
    """An amount band is below zero, too many are given, or one by day stands alone."""

    code = "identity.bad_bands"
    title = Text(zh="金额限额不符合要求", en="The amount bands are not acceptable")
    detail = Text(
        zh="限额不得为负，币种不超过 {bands_max} 个；日累计限额须配有同币种的单笔限额，且不低于它",
        en="No band is below zero, there are {bands_max} currencies at most; a band by day goes "
        "with one for a single payment in the currency, and is not below it",
    )


def covers(bands: Bands, amount: Money) -> bool:
    """Tell whether `bands` reach `amount`; a currency without a band reaches nothing."""
    if amount.currency not in bands:
        return False
    most = bands[amount.currency]
    return most is None or amount <= most


def check_bands(bands: Bands, day_bands: Bands) -> None:
    """Raise `BadBands` unless each band is zero or more, and one by day goes with it."""
    wrong = any(most is not None and most.minor < 0 for most in bands.values())
    if wrong or len(bands) > BANDS_MAX or not bands.keys() >= day_bands.keys():
        raise BadBands(bands_max=BANDS_MAX)
    for currency, in_a_day in day_bands.items():
        least = bands[currency] or Money.zero(currency)
        if in_a_day is not None and in_a_day < least:
            raise BadBands(bands_max=BANDS_MAX)


def limits_change(*, party_id: UUID, whom: str, bands: Bands, day_bands: Bands) -> Action:
    """Return what somebody confirms who sets bands alone: for whom at which party, and all bands.

    `whom` is a log-in name or a membership.
    """

    def said(most: Money | None) -> str:
        return "any" if most is None else most.text

    facts = {
        currency: f"{said(most)} / {said(day_bands.get(currency, most))}"
        for currency, most in sorted(bands.items())
    }
    return Action("identity.limits.change", {"party_id": str(party_id), "whom": whom, **facts})


def check_term(*, ends_at: datetime | None, at: datetime) -> None:
    """Raise `BadTerm` unless a term that begins now ends later."""
    if ends_at is not None and ends_at <= at:
        raise BadTerm


def administrators_min(*, dual_control: bool) -> int:
    """Return how many administrators a company must keep: one approves what another proposes."""
    return 2 if dual_control else 1


def plain_bands(bands: Bands) -> dict[str, int | None]:
    """Return bands as they are stored: minor units by currency."""
    return {
        currency: None if most is None else most.minor for currency, most in sorted(bands.items())
    }


def bands_of(plain: Mapping[str, int | None]) -> Bands:
    """Return stored bands."""
    return {
        currency: None if minor is None else Money(minor, currency)
        for currency, minor in plain.items()
    }
