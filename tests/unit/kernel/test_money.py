import copy
import pickle
from decimal import Decimal
from fractions import Fraction

import pytest

from tongbao.kernel.money import (
    CURRENCIES,
    MINOR_MAX,
    PARTS_MAX,
    AmountTooLarge,
    AmountTooPrecise,
    CurrencyMismatch,
    MalformedAmount,
    Money,
    Rate,
    Rounding,
    UnknownCurrency,
)
from tongbao.kernel.text import Language


def cny(text: str) -> Money:
    return Money.parse(text, "CNY")


def test_the_currencies_have_the_decimals_of_iso_4217() -> None:
    expected = {"CNY": 2, "USD": 2, "EUR": 2, "HKD": 2, "JPY": 0, "KRW": 0, "VND": 0, "KWD": 3}
    assert expected.items() <= CURRENCIES.items()
    assert all(len(code) == 3 and code.isascii() and code.isupper() for code in CURRENCIES)
    assert set(CURRENCIES.values()) == {0, 2, 3}


def test_the_table_of_currencies_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        CURRENCIES["XXX"] = 2  # type: ignore[index]


def test_it_says_itself_in_every_form() -> None:
    money = Money(1250, "CNY")
    assert money == cny("12.50") == cny("12.5")
    assert money.scale == 2
    assert money.text == "12.50"
    assert money.decimal == Decimal("12.50")
    assert str(money) == "CNY 12.50"
    assert repr(money) == "Money(minor=1250, currency='CNY')"
    assert str(Money(-7, "JPY")) == "JPY -7"
    assert str(Money(-7, "KWD")) == "KWD -0.007"
    assert Money.zero("JPY") == Money(0, "JPY")


@pytest.mark.parametrize("minor", [1.0, 12.5, True, False, "1", None, Decimal(1), Fraction(1), 1j])
def test_only_a_whole_number_makes_money(minor: object) -> None:
    with pytest.raises(TypeError):
        Money(minor, "CNY")  # type: ignore[arg-type]


@pytest.mark.parametrize("currency", ["", "XXX", "cny", "CNY ", "CNY/2", "RMB", "ＣＮＹ", "\ud800"])
def test_an_unknown_currency_is_refused(currency: str) -> None:
    with pytest.raises(UnknownCurrency):
        Money(1, currency)
    with pytest.raises(UnknownCurrency):
        Money.parse("1", currency)


@pytest.mark.parametrize("currency", [None, 156, ["CNY"], b"CNY"])
def test_a_currency_is_text(currency: object) -> None:
    with pytest.raises(UnknownCurrency):
        Money(1, currency)  # type: ignore[arg-type]


def test_parsing_holds_the_currency_to_its_decimals() -> None:
    assert Money.parse("1.234", "KWD").minor == 1234
    with pytest.raises(AmountTooPrecise):
        cny("1.234")
    with pytest.raises(AmountTooPrecise):
        Money.parse("1.0", "JPY")
    with pytest.raises(MalformedAmount):
        cny("1e2")
    with pytest.raises(AmountTooLarge):
        cny("92233720368547758.08")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_refusals_have_words_in_both_languages(language: Language) -> None:
    with pytest.raises(AmountTooPrecise) as refusal:
        cny("12.345")
    said = refusal.value.say(language)
    assert "12.345" in said
    assert "2" in said
    assert "{" not in said


def test_it_is_frozen_hashable_copied_and_pickled() -> None:
    money = cny("1")
    with pytest.raises(AttributeError):
        money.minor = 2  # type: ignore[misc]
    assert len({money, cny("1.00"), Money(100, "USD")}) == 2
    assert copy.deepcopy(money) == money
    assert pickle.loads(pickle.dumps(money)) == money  # noqa: S301 - our own bytes


def test_amounts_of_one_currency_add_subtract_and_compare() -> None:
    assert cny("1.10") + cny("2.20") == cny("3.30")  # 1.1 + 2.2 in binary floating point is not
    assert cny("1") - cny("2.50") == cny("-1.50")
    assert -cny("1") == cny("-1")
    assert abs(cny("-1")) == cny("1")
    assert cny("1") < cny("1.01") <= cny("1.01")
    assert cny("-1") > cny("-1.01") >= cny("-1.01")
    assert not cny("1") < cny("1")
    assert not cny("1") > cny("1")
    assert max(cny("1"), cny("3"), cny("2")) == cny("3")
    assert sum([cny("1"), cny("2")], Money.zero("CNY")) == cny("3")


def test_two_currencies_neither_add_nor_compare() -> None:
    yuan, dollars = Money(1, "CNY"), Money(1, "USD")
    for operation in (
        lambda: yuan + dollars,
        lambda: yuan - dollars,
        lambda: yuan < dollars,
        lambda: yuan <= dollars,
        lambda: yuan > dollars,
        lambda: yuan >= dollars,
        lambda: max(yuan, dollars),
    ):
        with pytest.raises(CurrencyMismatch) as refusal:
            operation()
        assert set(refusal.value.facts.values()) == {"CNY", "USD"}
    assert yuan != dollars


@pytest.mark.parametrize("other", [1, 0, 1.5, "1", None, Decimal(1), Rate.zero()])
def test_money_does_not_mix_with_plain_numbers(other: object) -> None:
    yuan = cny("1")
    for operation in (
        lambda: yuan + other,  # type: ignore[operator]
        lambda: other + yuan,  # type: ignore[operator]
        lambda: yuan - other,  # type: ignore[operator]
        lambda: yuan < other,  # type: ignore[operator]
        lambda: yuan <= other,  # type: ignore[operator]
        lambda: yuan > other,  # type: ignore[operator]
        lambda: yuan >= other,  # type: ignore[operator]
        lambda: yuan / other,  # type: ignore[operator]
    ):
        with pytest.raises(TypeError):
            operation()
    assert yuan != other


def test_it_multiplies_by_whole_numbers_only() -> None:
    assert cny("1.25") * 3 == 3 * cny("1.25") == cny("3.75")
    assert cny("1.25") * -1 == cny("-1.25")
    for factor in (1.5, True, "2", Decimal(2), Fraction(1, 2), cny("1")):
        with pytest.raises(TypeError):
            cny("1") * factor  # type: ignore[operator]


@pytest.mark.parametrize(
    "operation",
    [
        lambda most: most + Money(1, "CNY"),
        lambda most: -most - Money(1, "CNY"),
        lambda most: most * 2,
        lambda most: most * -2,
        lambda most: most.times(Rate.parse("1.1"), rounding=Rounding.DOWN),
    ],
)
def test_a_result_beyond_64_bits_is_refused(operation: object) -> None:
    assert callable(operation)
    with pytest.raises(AmountTooLarge):
        operation(Money(MINOR_MAX, "CNY"))


def test_the_largest_amount_negates() -> None:
    least = -Money(MINOR_MAX, "CNY")
    assert -least == Money(MINOR_MAX, "CNY")
    with pytest.raises(AmountTooLarge):
        Money(-(2**63), "CNY")


@pytest.mark.parametrize(
    ("rounding", "expected"),
    [
        (Rounding.HALF_EVEN, "0.12"),
        (Rounding.HALF_UP, "0.13"),
        (Rounding.DOWN, "0.12"),
        (Rounding.UP, "0.13"),
        (Rounding.FLOOR, "0.12"),
        (Rounding.CEILING, "0.13"),
    ],
)
def test_a_product_is_rounded_as_told(rounding: Rounding, expected: str) -> None:
    assert cny("2.50").times(Rate.percent("5"), rounding=rounding) == cny(expected)


def test_a_product_with_a_fraction_is_rounded_once() -> None:
    # 100,000 yuan for 31 days at 8 % on a 360-day year: 688.888...
    daily = Rate.percent("8").fraction / 360
    assert cny("100000").times(daily * 31, rounding=Rounding.HALF_UP) == cny("688.89")


@pytest.mark.parametrize("rate", [0.05, 2, "0.05", Decimal("0.05"), None])
def test_only_exact_ratios_multiply(rate: object) -> None:
    with pytest.raises(TypeError):
        cny("1").times(rate, rounding=Rounding.DOWN)  # type: ignore[arg-type]


def test_rounding_is_always_said() -> None:
    with pytest.raises(TypeError, match="rounding"):
        cny("1").times(Rate.zero())  # type: ignore[call-arg]


def test_a_split_puts_the_odd_units_first() -> None:
    assert cny("0.10").split(3) == (cny("0.04"), cny("0.03"), cny("0.03"))
    assert cny("-0.10").split(3) == (cny("-0.04"), cny("-0.03"), cny("-0.03"))
    assert cny("0.01").split(3) == (cny("0.01"), cny("0"), cny("0"))
    assert cny("5").split(1) == (cny("5"),)


@pytest.mark.parametrize("parts", [0, -1, PARTS_MAX + 1, 2.0, True, "2", None])
def test_a_split_needs_a_sensible_number_of_parts(parts: object) -> None:
    with pytest.raises(ValueError, match="parts"):
        cny("1").split(parts)  # type: ignore[arg-type]


def test_an_allocation_follows_the_weights_by_largest_remainder() -> None:
    assert cny("100").allocate([50, 30, 20]) == (cny("50"), cny("30"), cny("20"))
    # exact shares of 5 fen: 0.71, 1.43, 2.86; the largest remainders are the last and the first
    assert cny("0.05").allocate([1, 2, 4]) == (cny("0.01"), cny("0.01"), cny("0.03"))
    assert cny("-0.05").allocate([1, 2, 4]) == (cny("-0.01"), cny("-0.01"), cny("-0.03"))
    assert cny("0.03").allocate([0, 1, 0, 1]) == (cny("0"), cny("0.02"), cny("0"), cny("0.01"))
    assert Money(MINOR_MAX, "CNY").allocate([MINOR_MAX, MINOR_MAX]) == (
        Money(MINOR_MAX // 2 + 1, "CNY"),
        Money(MINOR_MAX // 2, "CNY"),
    )


@pytest.mark.parametrize("weights", [[], [0], [0, 0], [1, -1], [2, -1]])
def test_an_allocation_needs_something_to_go_by(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        cny("1").allocate(weights)


def test_an_allocation_is_bounded() -> None:
    with pytest.raises(ValueError, match="weights"):
        cny("1").allocate(range(PARTS_MAX + 1))


@pytest.mark.parametrize("weights", [[0.5, 0.5], [True, 1], ["1"], [None], [Decimal(1)]])
def test_weights_are_whole_numbers(weights: list[int]) -> None:
    with pytest.raises(TypeError):
        cny("1").allocate(weights)
