"""Fees and the tax in them: tables in versions, what one payment costs, and why, in words.

A fee rule is for one kind of payment and currency, maybe for one channel and one sort of customer;
of the rules that fit the narrowest holds, by channel before customer. No rule, or one without
bands: free. Fees are prices with value-added tax in them (financial services, Caishui [2016] No.
36), so tax = fee x rate / (1 + rate), rounded half up, and the bank earns the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import Final

from tongbao.core.payments.domain.errors import Rejection
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.money import Money, Rate, Rounding
from tongbao.kernel.text import Text

BANDS_MAX: Final = 20
RATE_MAX: Final = Rate.percent("10")
VAT_MAX: Final = Rate.percent("50")


class FeeKind(StrEnum):
    """What is paid for."""

    BOOK_TRANSFER = "book_transfer"
    CREDIT_TRANSFER = "credit_transfer"
    TOP_UP = "top_up"
    WITHDRAWAL = "withdrawal"


DEDUCTED: Final = frozenset({FeeKind.TOP_UP})
"""Whose fee is taken from what arrives; of all others the payer pays it on top."""


class FeeWrong(TongbaoError):
    """A rule of fees, or a tax rate, that cannot be one."""

    code = "payments.fee_wrong"
    title = Text(zh="费率规则不正确", en="The fee rule is not one")
    detail = Text(zh="请检查 {field}", en="Please check {field}")


class FeeAboveAmount(Rejection):
    """A fee that is taken from what arrives would leave nothing of it."""

    code = "payments.fee_above_amount"
    iso_code = "AM02"
    title = Text(zh="金额不足以支付手续费", en="The amount does not cover the fee")
    detail = Text(
        zh="手续费 {fee} 从到账金额中扣除，金额须大于手续费",
        en="The fee of {fee} is taken from what arrives, so the amount must be more than it",
    )


@dataclass(frozen=True, slots=True)
class FeeBand:
    """The fee of amounts from `from_` on: a sum, a share of the amount, and the least and most."""

    from_: Money
    flat: Money
    rate: Rate
    least: Money | None = None
    most: Money | None = None

    def fee(self, amount: Money) -> Money:
        """Return what an amount in this band costs, tax included, rounded half up."""
        fee = self.flat + amount.times(self.rate, rounding=Rounding.HALF_UP)
        if self.least is not None:
            fee = max(fee, self.least)
        return fee if self.most is None else min(fee, self.most)


@dataclass(frozen=True, slots=True)
class FeeRule:
    """What a kind of payment costs; None: on whatever channel, whoever the customer is."""

    kind: FeeKind
    currency: str
    channel: str | None
    party_kind: str | None
    title: Text
    bands: tuple[FeeBand, ...]

    def __post_init__(self) -> None:
        """Refuse bands that leave a gap, cross each other, or are in another currency."""
        zero = Money.zero(self.currency)
        begins = [each.from_ for each in self.bands]
        if len(begins) > BANDS_MAX:
            raise FeeWrong(field="bands")
        for each in self.bands:
            sums = [each.from_, each.flat, *(one for one in (each.least, each.most) if one)]
            if any(one.currency != self.currency or one < zero for one in sums):
                raise FeeWrong(field="currency")
            if not Rate.zero() <= each.rate <= RATE_MAX:
                raise FeeWrong(field="rate")
            if each.least is not None and each.most is not None and each.least > each.most:
                raise FeeWrong(field="least")
        rising = all(one < other for one, other in pairwise(begins))
        if begins and (begins[0] != zero or not rising):
            raise FeeWrong(field="from")

    def band(self, amount: Money) -> FeeBand | None:
        """Return the band an amount lies in; None where it is free."""
        return next((each for each in reversed(self.bands) if each.from_ <= amount), None)


@dataclass(frozen=True, slots=True)
class FeeLine:
    """A part of a fee, in words."""

    text: Text
    amount: Money


@dataclass(frozen=True, slots=True)
class FeeQuote:
    """What a payment costs: `total` = what the bank earns + the tax it hands on."""

    amount: Money
    net: Money
    tax: Money
    lines: tuple[FeeLine, ...]
    explanation: Text

    @property
    def total(self) -> Money:
        """Return the fee, tax included."""
        return self.net + self.tax


_IF_MADE: Final = Text(
    zh="。付款未成功不收费；付出后又被退回的，手续费不退",
    en=". A payment that is not made costs nothing; one that is made and comes back does",
)
_WHEN: Final = {
    FeeKind.CREDIT_TRANSFER: _IF_MADE,
    FeeKind.WITHDRAWAL: _IF_MADE,
    FeeKind.TOP_UP: Text(
        zh="，从到账金额中扣除。充值未成功不收费",
        en=", taken from what arrives. Nothing is charged for a top-up that is not made",
    ),
}
_FREE: Final = Text(zh="本笔付款免收手续费", en="This payment is free of charge")


def narrowest(rules: Sequence[FeeRule], *, channel: str | None, party_kind: str) -> FeeRule | None:
    """Return the rule that holds among those of one kind and currency."""
    fitting = [
        each
        for each in rules
        if each.channel in {None, channel} and each.party_kind in {None, party_kind}
    ]
    return max(
        fitting,
        key=lambda each: (each.channel is not None, each.party_kind is not None),
        default=None,
    )


def quote_of(rule: FeeRule | None, amount: Money, *, vat: Rate) -> FeeQuote:
    """Return what an amount costs by a rule, and why."""
    zero = Money.zero(amount.currency)
    band = None if rule is None else rule.band(amount)
    fee = zero if band is None else band.fee(amount)
    if rule is None or band is None or fee == zero:
        return FeeQuote(amount=amount, net=zero, tax=zero, lines=(), explanation=_FREE)
    tax = fee.times(vat.fraction / (Fraction(1) + vat.fraction), rounding=Rounding.HALF_UP)
    net = fee - tax
    lines = (
        FeeLine(Text(zh=f"{rule.title.zh}（不含税）", en=f"{rule.title.en}, without tax"), net),
        FeeLine(
            Text(
                zh=f"增值税（{_percent(vat)}）",
                en=f"value-added tax ({_percent(vat)})",
            ),
            tax,
        ),
    )
    why, when = _why(band), _WHEN.get(rule.kind)
    return FeeQuote(
        amount=amount,
        net=net,
        tax=tax,
        lines=lines,
        explanation=Text(
            zh=f"{rule.title.zh}：{why.zh}；本笔手续费 {fee}，其中增值税 {tax}"
            f"{when.zh if when else ''}",
            en=f"{rule.title.en}: {why.en}; this payment costs {fee}, "
            f"of which {tax} is value-added tax{when.en if when else ''}",
        ),
    )


def _why(band: FeeBand) -> Text:
    """Return how a band's fee is worked out."""
    zh, en = [], []
    if band.flat.minor or not band.rate.trillionths:
        zh.append(f"每笔 {band.flat}")
        en.append(f"{band.flat} a payment")
    if band.rate.trillionths:
        zh.append(f"金额的 {_percent(band.rate)}")
        en.append(f"{_percent(band.rate)} of the amount")
    bounds_zh, bounds_en = [], []
    if band.least is not None:
        bounds_zh.append(f"最低 {band.least}")
        bounds_en.append(f"at least {band.least}")
    if band.most is not None:
        bounds_zh.append(f"最高 {band.most}")
        bounds_en.append(f"at most {band.most}")
    return Text(
        zh="，".join([" + ".join(zh), *bounds_zh]), en=", ".join([" + ".join(en), *bounds_en])
    )


def _percent(rate: Rate) -> str:
    return f"{format((rate.decimal * 100).normalize(), 'f')}%"
