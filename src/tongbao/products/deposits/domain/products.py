"""What is offered: the terms of each product, as data with a version.

Rates are no part of it: they are set by date, by staff. A deposit keeps the version of the terms
it was opened under; terms that are sold no longer stay here for the deposits that have them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tongbao.core.parties.service import PartyKind
from tongbao.kernel.money import Money
from tongbao.kernel.text import Text
from tongbao.products.deposits.domain.errors import NotForThisHolder, NotOffered, UnknownProduct

AMOUNT_MAX_MINOR: Final = 10**13
"""The largest deposit in minor units (CNY: a hundred billion yuan); its products fit 64 bits."""


class Kind(StrEnum):
    """How money goes in and comes out."""

    TIME = "time"
    """One sum for a fixed term (整存整取)."""
    INSTALMENT = "instalment"
    """One sum each month, all of it back at the end (零存整取)."""
    NOTICE = "notice"
    """No term; withdrawals are announced (通知存款)."""


class Instruction(StrEnum):
    """What the holder wants done at maturity (到期处理)."""

    PAY_OUT = "pay_out"
    """Everything to the settlement account (到期自动转活期)."""
    RENEW_PRINCIPAL = "renew_principal"
    """The principal for another term, the interest to the account (本金转存)."""
    RENEW_ALL = "renew_all"
    """Principal and interest for another term (本息转存)."""
    HOLD = "hold"
    """Nothing: it waits, at the demand rate (到期不处理)."""

    @property
    def renews(self) -> bool:
        """Tell whether another term follows."""
        return self in {Instruction.RENEW_PRINCIPAL, Instruction.RENEW_ALL}


class ExtraDays(StrEnum):
    """At which rate a deposit that matures on a holiday goes on to the next business day."""

    DEMAND = "demand"
    CONTRACT = "contract"


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for one kind of holder in one currency, in minor units.

    `minimum` opens a deposit and must stay on it; a withdrawal of less than `draw_minimum` from a
    notice deposit earns the demand rate. For instalment savings `minimum` is that of a month.
    """

    minimum: int
    draw_minimum: int = 1


@dataclass(frozen=True, slots=True)
class Product:
    """One product. `months` is the term, none for a notice deposit, which has `notice_days`."""

    code: str
    version: str
    kind: Kind
    title: Text
    terms: Mapping[tuple[PartyKind, str], Terms]
    months: int = 0
    notice_days: int = 0
    extra_days: ExtraDays = ExtraDays.DEMAND

    def __post_init__(self) -> None:
        assert (self.kind is Kind.NOTICE) == (self.notice_days > 0) == (self.months == 0)

    @property
    def currencies(self) -> frozenset[str]:
        """Return the currencies it is offered in."""
        return frozenset(currency for _, currency in self.terms)

    @property
    def holders(self) -> frozenset[PartyKind]:
        """Return who may hold it."""
        return frozenset(holder for holder, _ in self.terms)

    @property
    def instructions(self) -> tuple[Instruction, ...]:
        """Return what may be asked for at maturity; nothing where there is none."""
        match self.kind:
            case Kind.TIME:
                return tuple(Instruction)
            case Kind.INSTALMENT:
                return (Instruction.PAY_OUT, Instruction.HOLD)
            case Kind.NOTICE:
                return (Instruction.HOLD,)

    def terms_for(self, holder: PartyKind, currency: str) -> Terms:
        """Return the terms. Raises `NotForThisHolder` and `NotOffered` (not in this currency)."""
        if holder not in self.holders:
            raise NotForThisHolder(product=self.code)
        found = self.terms.get((holder, currency))
        if found is None:
            raise NotOffered(product=self.code, currency=currency)
        return found


_PERSON, _FIRM = PartyKind.PERSON, PartyKind.ORGANISATION
_FIRST_VERSION: Final = "2026-11"


def _minor(amount: str, currency: str) -> int:
    return Money.parse(amount, currency).minor


def _time(months: int, zh: str, en: str, *, foreign: bool) -> Product:
    terms = {
        (_PERSON, "CNY"): Terms(_minor("50.00", "CNY")),
        (_FIRM, "CNY"): Terms(_minor("10000.00", "CNY")),
    }
    if foreign:
        for currency in ("EUR", "HKD", "USD"):
            terms[_PERSON, currency] = Terms(_minor("50.00", currency))
            terms[_FIRM, currency] = Terms(_minor("1000.00", currency))
    code = f"time_{months}m" if months % 12 else f"time_{months // 12}y"
    title = Text(zh=f"整存整取{zh}", en=f"Time deposit, {en}")
    return Product(code, _FIRST_VERSION, Kind.TIME, title, terms, months=months)


def _instalment(years: int, zh: str) -> Product:
    return Product(
        code=f"instalment_{years}y",
        version=_FIRST_VERSION,
        kind=Kind.INSTALMENT,
        title=Text(
            zh=f"零存整取{zh}",
            en=f"Instalment savings, {years} year{'s' if years > 1 else ''}",
        ),
        terms={(_PERSON, "CNY"): Terms(_minor("5.00", "CNY"))},
        months=years * 12,
    )


def _notice(days: int, zh: str, en: str) -> Product:
    # People's Bank of China, 通知存款管理办法 (银发〔1999〕3号): 50,000 to open and to draw for a
    # person, 500,000 and 100,000 for an organisation.
    person = Terms(_minor("50000.00", "CNY"), _minor("50000.00", "CNY"))
    firm = Terms(_minor("500000.00", "CNY"), _minor("100000.00", "CNY"))
    return Product(
        code=f"notice_{days}d",
        version=_FIRST_VERSION,
        kind=Kind.NOTICE,
        title=Text(zh=f"{zh}天通知存款", en=f"Notice deposit, {en}"),
        terms={(_PERSON, "CNY"): person, (_FIRM, "CNY"): firm},
        notice_days=days,
    )


CATALOGUE: Final[tuple[Product, ...]] = (
    _time(3, "三个月", "3 months", foreign=True),
    _time(6, "六个月", "6 months", foreign=True),
    _time(12, "一年", "1 year", foreign=True),
    _time(24, "二年", "2 years", foreign=True),
    _time(36, "三年", "3 years", foreign=False),
    _time(60, "五年", "5 years", foreign=False),
    _instalment(1, "一年"),
    _instalment(3, "三年"),
    _instalment(5, "五年"),
    _notice(1, "一", "1 day"),
    _notice(7, "七", "7 days"),
)
_BY_CODE: Final = {product.code: product for product in CATALOGUE}


def product(code: str) -> Product:
    """Return a product as it is sold now. Raises `UnknownProduct`."""
    found = _BY_CODE.get(code)
    if found is None:
        raise UnknownProduct
    return found
