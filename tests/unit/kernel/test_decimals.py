import pytest

from tongbao.kernel.decimals import (
    EXCERPT_LENGTH_MAX,
    MINOR_MAX,
    AmountTooLarge,
    AmountTooPrecise,
    MalformedAmount,
    Rounding,
    excerpt,
    format_minor,
    parse_minor,
    round_ratio,
)

# Everything that some parser somewhere takes for a number, and that we do not.
HOSTILE_TEXTS = [
    "",
    " ",
    "-",
    "--1",
    "+1",
    "+12.50",
    "1 ",
    " 1",
    "1\n",
    "\t1",
    "1\x00",
    "1.",
    ".5",
    "-.5",
    "1.2.3",
    "1,234.50",
    "1_000",
    "1'000",
    "01",
    "00",
    "-01.5",
    "0x10",
    "0b1",
    "1e3",
    "1E3",
    "1.5e-2",
    "NaN",
    "nan",
    "sNaN",
    "-NaN",
    "Infinity",
    "-Infinity",
    "inf",
    "12.50CNY",
    "¥12.50",
    "$1",
    "(1)",
    "1-",
    "１２.５０",  # full-width digits, which int() and Decimal() read
    "١٢",  # Arabic-Indic digits
    "1２",  # and after an honest first digit
    "1.５",
    "1٢.00",
    "१२",  # Devanagari digits
    "𝟏𝟐",  # mathematical digits
    "一百",  # Chinese numerals
    "½",
    "²",
    "1．5",  # full-width point
    "1。5",  # ideographic full stop
    "−1",  # minus sign U+2212
    "‒1",
    "1\u200b",  # zero-width space
    "\u202e1",  # right-to-left override
    "\ufeff1",  # byte order mark
    "1\u00a0",  # no-break space
    "\ud800",  # lone surrogate
    "None",
    "null",
    "true",
    "'; DROP TABLE ledger_posting; --",
]


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
@pytest.mark.parametrize("scale", [0, 2, 18])
def test_what_is_no_plain_decimal_is_malformed(text: str, scale: int) -> None:
    with pytest.raises(MalformedAmount) as refusal:
        parse_minor(text, scale)
    assert refusal.value.code == "money.malformed_amount"
    assert str(refusal.value.facts["amount"]).isascii()


@pytest.mark.parametrize("value", [12.5, 12, True, None, b"12.50", ["1"], {"amount": "1"}])
def test_what_is_no_text_is_malformed(value: object) -> None:
    with pytest.raises(MalformedAmount):
        parse_minor(value, 2)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "scale", "minor"),
    [
        ("0", 2, 0),
        ("-0", 2, 0),
        ("-0.00", 2, 0),
        ("0.01", 2, 1),
        ("-0.01", 2, -1),
        ("12.5", 2, 1250),
        ("12.50", 2, 1250),
        ("12", 2, 1200),
        ("-943.40", 2, -94340),
        ("7", 0, 7),
        ("0.001", 3, 1),
        ("1.000000000000000001", 18, 10**18 + 1),
        ("92233720368547758.07", 2, MINOR_MAX),
        ("-92233720368547758.07", 2, -MINOR_MAX),
        ("9223372036854775807", 0, MINOR_MAX),
    ],
)
def test_plain_decimals_are_read_exactly(text: str, scale: int, minor: int) -> None:
    assert parse_minor(text, scale) == minor


@pytest.mark.parametrize(
    ("text", "scale"),
    [("1.0", 0), ("12.345", 2), ("12.500", 2), ("0.0000", 3), ("1." + "0" * 10_000, 2)],
)
def test_more_decimals_than_the_scale_are_refused_even_if_zero(text: str, scale: int) -> None:
    with pytest.raises(AmountTooPrecise) as refusal:
        parse_minor(text, scale)
    assert refusal.value.facts["scale"] == scale


@pytest.mark.parametrize(
    ("text", "scale"),
    [
        ("9223372036854775808", 0),
        ("-9223372036854775808", 0),  # PostgreSQL could hold it, its negation not
        ("92233720368547758.08", 2),
        ("99999999999999999999", 0),
        ("10", 18),
        ("9" * 4_400, 2),  # more digits than int() reads
        ("9" * 10_000, 2),
        ("-" + "9" * 10_000 + ".99", 2),
    ],
)
def test_beyond_64_bits_is_refused_with_the_limit(text: str, scale: int) -> None:
    with pytest.raises(AmountTooLarge) as refusal:
        parse_minor(text, scale)
    assert refusal.value.facts == {"maximum": format_minor(MINOR_MAX, scale)}


@pytest.mark.parametrize(
    ("minor", "scale", "text"),
    [
        (0, 0, "0"),
        (0, 2, "0.00"),
        (5, 2, "0.05"),
        (-5, 2, "-0.05"),
        (1250, 2, "12.50"),
        (-7, 0, "-7"),
        (1, 18, "0.000000000000000001"),
        (MINOR_MAX, 2, "92233720368547758.07"),
    ],
)
def test_units_are_written_with_all_their_decimals(minor: int, scale: int, text: str) -> None:
    assert format_minor(minor, scale) == text


@pytest.mark.parametrize(
    ("rounding", "results"),
    [
        # of -5/2, -7/4, -1/4, 1/4, 7/4, 3/2, 5/2
        (Rounding.HALF_EVEN, [-2, -2, 0, 0, 2, 2, 2]),
        (Rounding.HALF_UP, [-3, -2, 0, 0, 2, 2, 3]),
        (Rounding.DOWN, [-2, -1, 0, 0, 1, 1, 2]),
        (Rounding.UP, [-3, -2, -1, 1, 2, 2, 3]),
        (Rounding.FLOOR, [-3, -2, -1, 0, 1, 1, 2]),
        (Rounding.CEILING, [-2, -1, 0, 1, 2, 2, 3]),
    ],
)
def test_each_rounding_by_hand(rounding: Rounding, results: list[int]) -> None:
    ratios = [(-5, 2), (-7, 4), (-1, 4), (1, 4), (7, 4), (3, 2), (5, 2)]
    assert [round_ratio(above, below, rounding) for above, below in ratios] == results


@pytest.mark.parametrize("denominator", [0, -1])
def test_a_ratio_needs_a_positive_denominator(denominator: int) -> None:
    with pytest.raises(ValueError, match="denominator"):
        round_ratio(1, denominator, Rounding.DOWN)


def test_an_excerpt_is_short_printable_ascii() -> None:
    assert excerpt("12.5x") == "12.5x"
    assert excerpt("１\n\ud800") == r"\uff11\n\ud800"
    assert excerpt("x" * EXCERPT_LENGTH_MAX) == "x" * EXCERPT_LENGTH_MAX
    for long in ("9" * 10_000, "一" * EXCERPT_LENGTH_MAX):
        short = excerpt(long)
        assert len(short) == EXCERPT_LENGTH_MAX + len("...")
        assert short.endswith("...")
    assert excerpt(12.5) == "float"
