"""Restraints (限制): who ordered that an account pays or receives nothing, or keeps an amount.

Several may stand at once. Orders over an amount rank as they arrived (轮候冻结): a later one takes
effect on what the earlier ones leave, and rises when one of them ends or is extinguished. What
comes to the account is caught as it comes, up to the amounts. The law: 民事诉讼法 article 253 and
its interpretation 法释〔2022〕11号 article 485 (a year at most, renewed before it ends);
银发〔2002〕1号 (协助查询冻结扣划工作管理规定).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from tongbao.core.ledger.service import AccountStatus as LedgerStatus
from tongbao.kernel.money import Money
from tongbao.kernel.text import Text

EMERGENCY: Final = timedelta(hours=48)
"""How long one person alone stops an account (紧急止付, 银发〔2016〕261号)."""
STANDING_MAX: Final = 50
"""Restraints that stand on one account at once."""


class Stop(StrEnum):
    """What a restraint stops."""

    DEBIT = "debit"  # 只收不付
    CREDIT = "credit"  # 只付不收
    ALL = "all"  # 不收不付
    AMOUNT = "amount"  # 部分冻结: an amount may not leave


class Authority(StrEnum):
    """Who may order a restraint."""

    COURT = "court"
    PROCURATORATE = "procuratorate"
    POLICE = "police"
    SUPERVISION = "supervision"
    SECURITY = "security"
    CUSTOMS = "customs"
    TAX = "tax"
    REGULATOR = "regulator"
    BANK = "bank"  # the bank itself: risk, dispute, agreement


class Ending(StrEnum):
    """How a restraint ended."""

    RELEASED = "released"
    EXPIRED = "expired"
    EXECUTED = "executed"  # all of it was deducted


AUTHORITY_WORDS: Final[Mapping[Authority, Text]] = {
    Authority.COURT: Text(zh="人民法院", en="a people's court"),
    Authority.PROCURATORATE: Text(zh="人民检察院", en="a people's procuratorate"),
    Authority.POLICE: Text(zh="公安机关", en="the police"),
    Authority.SUPERVISION: Text(zh="监察机关", en="a supervisory commission"),
    Authority.SECURITY: Text(zh="国家安全机关", en="a state security organ"),
    Authority.CUSTOMS: Text(zh="海关", en="customs"),
    Authority.TAX: Text(zh="税务机关", en="the tax office"),
    Authority.REGULATOR: Text(zh="金融监管机构", en="a financial regulator"),
    Authority.BANK: Text(zh="本行", en="this bank"),
}
_YEAR: Final = timedelta(days=366)
_HALF: Final = timedelta(days=184)
TERM_MAX: Final[Mapping[Authority, timedelta]] = {
    Authority.COURT: _YEAR,
    Authority.PROCURATORATE: _HALF,
    Authority.POLICE: _YEAR,
    Authority.SUPERVISION: _HALF,
    Authority.SECURITY: _HALF,
    Authority.CUSTOMS: _YEAR,
    Authority.TAX: _HALF,
    Authority.REGULATOR: _YEAR,
}
"""How long an order binds at most, counted from the day it binds; the bank's own need no end."""


@dataclass(frozen=True, slots=True)
class Order:
    """A restraint as it was ordered; binds in [`from_at`, `until_at`), None: until released.

    `told` False: the law forbids saying why and by whom; that there is one is always seen.
    """

    stop: Stop
    authority: Authority
    ordered_by: str
    document_number: str
    reason: str
    from_at: datetime
    until_at: datetime | None
    amount: Money | None = None
    told: bool = True


@dataclass(frozen=True, slots=True)
class Restraint:
    """One restraint on one account; `rank` is the order of arrival.

    `amount` is what is left of the amount ordered; `ended_at` is when it was ended before its time.
    """

    id: UUID
    account_id: UUID
    rank: int
    order: Order
    amount: Money | None
    placed_at: datetime
    placed_by: UUID
    approved_by: UUID | None
    ended_at: datetime | None = None
    ending: Ending | None = None

    def stands(self, at: datetime) -> bool:
        """Tell whether it binds at this instant."""
        order = self.order
        return (
            order.from_at <= at
            and (order.until_at is None or at < order.until_at)
            and (self.ended_at is None or at < self.ended_at)
        )


@dataclass(frozen=True, slots=True)
class Held:
    """A restraint and what it holds at this moment by its rank; None: it is about no amount."""

    restraint: Restraint
    holds: Money | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What all restraints on an account amount to; `withheld` in minor units."""

    debits: bool = False
    credits: bool = False
    withheld: int = 0

    @property
    def free(self) -> bool:
        """Tell whether nothing is restrained."""
        return self == Standing()

    def on_ledger(self, *, dormant: bool = False) -> LedgerStatus:
        """Return the status that makes the ledger hold it; a dormant account receives only."""
        debits = self.debits or dormant
        if debits and self.credits:
            return LedgerStatus.FROZEN
        if debits:
            return LedgerStatus.DEBIT_FROZEN
        if self.credits:
            return LedgerStatus.CREDIT_FROZEN
        return LedgerStatus.PART_FROZEN if self.withheld else LedgerStatus.ACTIVE


def standing(restraints: Iterable[Restraint], at: datetime) -> Standing:
    """Return what these restraints of one account amount to at an instant."""
    bound = [each for each in restraints if each.stands(at)]
    stops = {each.order.stop for each in bound}
    return Standing(
        debits=bool(stops & {Stop.DEBIT, Stop.ALL}),
        credits=bool(stops & {Stop.CREDIT, Stop.ALL}),
        withheld=sum(each.amount.minor for each in bound if each.amount is not None),
    )


def effective(restraints: Sequence[Restraint], *, room: int, at: datetime) -> dict[UUID, int]:
    """Return what each standing restraint holds now, in minor units, by its id.

    `room` is what could leave if nothing were restrained. Orders of authorities that stop every
    debit hold all that the earlier ones leave; the bank's own stops hold nothing against others.
    """
    left, held = max(room, 0), {}
    for each in sorted(restraints, key=lambda restraint: restraint.rank):
        if not each.stands(at):
            continue
        if each.amount is not None:
            held[each.id] = min(each.amount.minor, left)
        elif each.order.stop is not Stop.CREDIT and each.order.authority is not Authority.BANK:
            held[each.id] = left
        else:
            held[each.id] = 0
        left -= held[each.id]
    return held
