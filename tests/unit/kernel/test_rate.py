from decimal import Decimal, localcontext
from fractions import Fraction

import pytest

from tongbao.kernel.money import MINOR_MAX, AmountTooLarge, MalformedRate, Rate, Rounding


def test_it_says_itself_in_every_form() -> None:
    rate = Rate.parse("0.0435")
    assert rate == Rate.percent("4.35") == Rate(43_500_000_000)
    assert rate.text == "0.0435"
    assert rate.percent_text == "4.35"
    assert str(rate) == "4.35%"
    assert rate.decimal == Decimal("0.0435")
    assert rate.fraction == Fraction(435, 10_000)


@pytest.mark.parametrize(
    ("per_cent", "text", "percent_text"),
    [
        ("0", "0", "0.00"),
        ("8", "0.08", "8.00"),
        ("100", "1", "100.00"),
        ("4.3525", "0.043525", "4.3525"),
        ("-0.5", "-0.005", "-0.50"),
        ("0.0000000001", "0.000000000001", "0.0000000001"),
        ("1000", "10", "1000.00"),
    ],
)
def test_texts_are_short_but_per_cents_show_two_decimals(
    per_cent: str,
    text: str,
    percent_text: str,
) -> None:
    rate = Rate.percent(per_cent)
    assert (rate.text, rate.percent_text) == (text, percent_text)


@pytest.mark.parametrize(
    "text",
    ["", "4.35%", "1e-2", "NaN", "+1", "０.１", "0.0000000000001", "9223373", "9" * 10_000, " 1"],
)
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(MalformedRate) as refusal:
        Rate.parse(text)
    assert refusal.value.facts["scale"] == 12
    with pytest.raises(MalformedRate):
        Rate.percent(text + "00000000000")


def test_per_cents_keep_two_decimals_less() -> None:
    with pytest.raises(MalformedRate) as refusal:
        Rate.percent("0.00000000001")
    assert refusal.value.facts["scale"] == 10


@pytest.mark.parametrize("value", [0.0435, True, "0.0435", Decimal("0.0435"), None])
def test_only_whole_trillionths_make_a_rate(value: object) -> None:
    with pytest.raises(TypeError):
        Rate(value)  # type: ignore[arg-type]
    with pytest.raises(MalformedRate):
        Rate.parse(value if value != "0.0435" else 0.0435)  # type: ignore[arg-type]


def test_rates_add_subtract_and_compare_exactly() -> None:
    assert Rate.percent("4.35") + Rate.percent("0.65") == Rate.percent("5")
    assert Rate.parse("0.1") - Rate.parse("0.3") == -Rate.parse("0.2")
    assert Rate.percent("8") < Rate.percent("8.0000000001") <= Rate.percent("12")
    assert max(Rate.percent("8"), Rate.percent("7")) == Rate.percent("8")
    assert Rate.zero() == Rate.parse("-0")


@pytest.mark.parametrize("other", [1, 0.5, "0.1", Decimal("0.1"), None])
def test_rates_do_not_mix_with_plain_numbers(other: object) -> None:
    rate = Rate.percent("1")
    for operation in (
        lambda: rate + other,  # type: ignore[operator]
        lambda: rate - other,  # type: ignore[operator]
        lambda: rate < other,  # type: ignore[operator]
    ):
        with pytest.raises(TypeError):
            operation()


def test_a_sum_beyond_the_range_is_refused() -> None:
    with pytest.raises(AmountTooLarge):
        Rate(MINOR_MAX) + Rate(1)


def test_a_calculated_rate_is_rounded_as_told() -> None:
    third = Fraction(1, 3)
    assert Rate.of(third, places=4, rounding=Rounding.HALF_EVEN).text == "0.3333"
    assert Rate.of(third, places=4, rounding=Rounding.UP).text == "0.3334"
    assert Rate.of(-third, places=12, rounding=Rounding.FLOOR).text == "-0.333333333334"
    assert Rate.of(Fraction(5, 2), places=0, rounding=Rounding.HALF_EVEN).text == "2"
    for places in (-1, 13):
        with pytest.raises(ValueError, match="decimals"):
            Rate.of(third, places=places, rounding=Rounding.DOWN)


def test_the_decimal_context_does_not_matter() -> None:
    with localcontext(prec=2):
        assert Rate.parse("0.043525").decimal == Decimal("0.043525")
        assert Rate.parse("0.043525") + Rate.parse("1") == Rate.parse("1.043525")
