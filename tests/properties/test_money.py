"""The laws of money, quantities and rates, for whatever values."""

from decimal import Context, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.kernel.decimals import excerpt
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.money import (
    CURRENCIES,
    MINOR_MAX,
    RATE_SCALE,
    AmountTooLarge,
    CurrencyMismatch,
    MalformedAmount,
    Money,
    Quantity,
    Rate,
    Rounding,
    format_minor,
    parse_minor,
    round_ratio,
)
from tongbao.kernel.money_schema import MoneySchema

EXACT = Context(prec=200)
DECIMAL_ROUNDING = {
    Rounding.HALF_EVEN: "ROUND_HALF_EVEN",
    Rounding.HALF_UP: "ROUND_HALF_UP",
    Rounding.DOWN: "ROUND_DOWN",
    Rounding.UP: "ROUND_UP",
    Rounding.FLOOR: "ROUND_FLOOR",
    Rounding.CEILING: "ROUND_CEILING",
}

currencies = st.sampled_from(sorted(CURRENCIES))
minors = st.integers(-MINOR_MAX, MINOR_MAX)
moneys = st.builds(Money, minors, currencies)
yuans = st.builds(Money, minors, st.just("CNY"))
roundings = st.sampled_from(Rounding)
rates = st.builds(Rate, minors)
small_rates = st.builds(Rate, st.integers(-2 * 10**RATE_SCALE, 2 * 10**RATE_SCALE))
weights = st.lists(st.integers(0, 2**70), min_size=1, max_size=40).filter(any)


@given(money=moneys)
def test_text_says_an_amount_exactly(money: Money) -> None:
    assert Money.parse(money.text, money.currency) == money
    assert money.decimal == Decimal(money.minor).scaleb(-money.scale, EXACT)
    assert MoneySchema.model_validate_json(MoneySchema.of(money).model_dump_json()).to_money() == (
        money
    )


@given(minor=minors, scale=st.integers(0, 18))
def test_text_says_units_of_any_scale_exactly(minor: int, scale: int) -> None:
    assert parse_minor(format_minor(minor, scale), scale) == minor
    assert Quantity.parse(format_minor(minor, scale), "F:1", scale) == Quantity(minor, "F:1", scale)


@given(minor=minors, scale=st.integers(0, 18), more=st.integers(0, 5))
def test_a_text_of_fewer_decimals_means_the_same_at_a_finer_scale(
    minor: int,
    scale: int,
    more: int,
) -> None:
    try:
        finer = parse_minor(format_minor(minor, scale), scale + more)
    except AmountTooLarge:
        assert abs(minor) * 10**more > MINOR_MAX
    else:
        assert finer == minor * 10**more


@given(text=st.text() | st.from_regex(r"[-+0-9.eE_, \u0660-\u0669\uff10-\uff19]{0,30}"))
def test_whatever_is_accepted_is_what_decimal_reads(text: str) -> None:
    try:
        minor = parse_minor(text, 2)
    except TongbaoError:
        return
    assert Decimal(text) * 100 == minor
    assert set(text) <= set("-.0123456789")


@given(text=st.text(st.characters()))
def test_a_refusal_can_always_be_sent(text: str) -> None:
    error = MalformedAmount(amount=excerpt(text))
    assert error.say("zh").encode()  # which a lone surrogate would not survive
    assert error.say("en").isascii()
    assert error.say("en").isprintable()


@given(number=st.floats() | st.booleans() | st.decimals() | st.fractions())
def test_there_is_no_path_from_other_numbers(number: object) -> None:
    for make in (
        lambda: Money(number, "CNY"),  # type: ignore[arg-type]
        lambda: Rate(number),  # type: ignore[arg-type]
        lambda: Quantity(number, "POINT", 0),  # type: ignore[arg-type]
    ):
        with pytest.raises(TypeError):
            make()
    with pytest.raises(MalformedAmount):
        Money.parse(number, "CNY")  # type: ignore[arg-type]


@given(left=yuans, right=yuans)
def test_addition_is_that_of_integers_or_refused(left: Money, right: Money) -> None:
    total = left.minor + right.minor
    if abs(total) > MINOR_MAX:
        with pytest.raises(AmountTooLarge):
            left + right
    else:
        assert left + right == right + left == Money(total, "CNY")
        assert (left + right) - right == left


@given(left=moneys, right=moneys)
def test_comparison_is_that_of_decimals_or_refused(left: Money, right: Money) -> None:
    if left.currency != right.currency:
        assert left != right
        with pytest.raises(CurrencyMismatch):
            left < right  # noqa: B015 - it raises
        with pytest.raises(CurrencyMismatch):
            left + right
        return
    assert (left < right) == (left.decimal < right.decimal)
    assert (left <= right) == (left.decimal <= right.decimal)
    assert (left > right) == (right < left)
    assert (left >= right) == (right <= left)
    assert (left == right) == (left.decimal == right.decimal)


@given(money=yuans, factor=st.integers(-1000, 1000))
def test_multiplication_is_repeated_addition_or_refused(money: Money, factor: int) -> None:
    if abs(money.minor * factor) > MINOR_MAX:
        with pytest.raises(AmountTooLarge):
            money * factor
    else:
        assert (money * factor).minor == money.minor * factor
        assert money * factor == -(money * -factor)


@given(numerator=st.integers(), denominator=st.integers(1), rounding=roundings)
def test_a_ratio_is_rounded_to_a_neighbour_on_the_right_side(
    numerator: int,
    denominator: int,
    rounding: Rounding,
) -> None:
    exact = Fraction(numerator, denominator)
    rounded = round_ratio(numerator, denominator, rounding)
    assert abs(rounded - exact) < 1
    if exact.denominator == 1:
        assert rounded == exact
    match rounding:
        case Rounding.HALF_EVEN:
            assert rounded == round(exact)
        case Rounding.HALF_UP:
            assert abs(rounded - exact) <= Fraction(1, 2)
        case Rounding.DOWN:
            assert abs(rounded) <= abs(exact)
        case Rounding.UP:
            assert abs(rounded) >= abs(exact)
        case Rounding.FLOOR:
            assert rounded <= exact
        case Rounding.CEILING:
            assert rounded >= exact


@given(money=moneys, rate=small_rates, rounding=roundings)
def test_a_product_agrees_with_decimal_quantize(
    money: Money,
    rate: Rate,
    rounding: Rounding,
) -> None:
    with localcontext(EXACT):
        exact = money.decimal * rate.decimal
        unit = Decimal(1).scaleb(-money.scale)
        expected = exact.quantize(unit, rounding=DECIMAL_ROUNDING[rounding])
        too_large = abs(expected / unit) > MINOR_MAX
    if too_large:
        with pytest.raises(AmountTooLarge):
            money.times(rate, rounding=rounding)
    else:
        assert money.times(rate, rounding=rounding).decimal == expected
        assert money.times(rate.fraction, rounding=rounding).decimal == expected


@given(tie=st.integers(-(10**15), 10**15), rounding=roundings)
def test_ties_agree_with_decimal_quantize(tie: int, rounding: Rounding) -> None:
    """Random values hardly ever meet the case that tells the roundings apart: exactly half."""
    rounded = round_ratio(2 * tie + 1, 2, rounding)
    exact = Decimal(tie) + Decimal("0.5")
    assert rounded == exact.quantize(Decimal(1), rounding=DECIMAL_ROUNDING[rounding])


@given(money=moneys, parts=st.integers(1, 400))
def test_a_split_keeps_the_total_and_is_fair_to_one_unit(money: Money, parts: int) -> None:
    shares = money.split(parts)
    assert len(shares) == parts
    assert sum(shares, Money.zero(money.currency)) == money
    units = [abs(share.minor) for share in shares]
    assert max(units) - min(units) <= 1
    assert units == sorted(units, reverse=True)
    assert all(share.minor * money.minor >= 0 for share in shares)


@given(money=moneys, by=weights)
def test_an_allocation_keeps_the_total_and_the_proportions(money: Money, by: list[int]) -> None:
    shares = money.allocate(by)
    assert len(shares) == len(by)
    assert sum(share.minor for share in shares) == money.minor
    for share, weight in zip(shares, by, strict=True):
        assert abs(share.minor - Fraction(money.minor * weight, sum(by))) < 1
        assert weight > 0 or share.minor == 0


@given(money=moneys, by=weights)
def test_an_allocation_does_not_depend_on_sign_or_on_the_weights_unit(
    money: Money,
    by: list[int],
) -> None:
    shares = money.allocate(by)
    assert (-money).allocate(by) == tuple(-share for share in shares)
    assert money.allocate([7 * weight for weight in by]) == shares


@given(money=moneys, parts=st.integers(1, 100), weight=st.integers(1))
def test_equal_weights_are_a_split(money: Money, parts: int, weight: int) -> None:
    assert money.allocate([weight] * parts) == money.split(parts)


@given(rate=rates)
def test_text_says_a_rate_exactly(rate: Rate) -> None:
    assert Rate.parse(rate.text) == rate
    assert Rate.percent(rate.percent_text) == rate
    assert Fraction(rate.decimal) == rate.fraction
    assert Rate.of(rate.fraction, places=RATE_SCALE, rounding=Rounding.DOWN) == rate


@given(left=small_rates, right=small_rates)
def test_rates_calculate_like_fractions(left: Rate, right: Rate) -> None:
    assert (left + right).fraction == left.fraction + right.fraction
    assert (left - right).fraction == left.fraction - right.fraction
    assert (-left).fraction == -left.fraction
    assert (left < right) == (left.fraction < right.fraction)


@given(rate=small_rates, places=st.integers(0, RATE_SCALE), rounding=roundings)
def test_a_rounded_rate_agrees_with_decimal_quantize(
    rate: Rate,
    places: int,
    rounding: Rounding,
) -> None:
    rounded = Rate.of(rate.fraction, places=places, rounding=rounding)
    unit = Decimal(1).scaleb(-places)
    assert rounded.decimal == rate.decimal.quantize(unit, rounding=DECIMAL_ROUNDING[rounding])
