"""Exact decimals as whole numbers of their smallest unit: text in, text out, one way to round.

An amount of scale 2 is kept as a whole number of hundredths: "12.50" is 1250. Everything here
works on `int`, so nothing depends on a decimal context and nothing passes through binary floating
point. The range is that of a PostgreSQL `bigint`, made symmetric so that negation never overflows.

Most code wants `kernel.money`, which offers these names again.
"""

import re
from enum import StrEnum
from typing import Final

from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.text import Text

MINOR_MAX: Final = 2**63 - 1
SCALE_MAX: Final = 18
EXCERPT_LENGTH_MAX: Final = 40

_DECIMAL: Final = re.compile(r"(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?")
_WHOLE_DIGITS_MAX: Final = len(str(MINOR_MAX))


class MalformedAmount(TongbaoError):
    """The text is no plain decimal number."""

    code = "money.malformed_amount"
    title = Text(zh="金额格式不正确", en="Malformed amount")
    detail = Text(
        zh="“{amount}”不是金额；请使用普通十进制数字，例如 12.50",
        en="'{amount}' is not an amount; write a plain decimal such as 12.50",
    )


class AmountTooPrecise(TongbaoError):
    """The text has more decimals than the smallest unit; what a caller says is never rounded."""

    code = "money.amount_too_precise"
    title = Text(zh="金额小数位过多", en="Too many decimals")
    detail = Text(
        zh="“{amount}”的小数位超过 {scale} 位",
        en="'{amount}' has more than {scale} decimals",
    )


class AmountTooLarge(TongbaoError):
    """The amount does not fit the ledger's range."""

    code = "money.amount_too_large"
    title = Text(zh="金额超出范围", en="Amount out of range")
    detail = Text(
        zh="金额的绝对值不能超过 {maximum}",
        en="An amount may be at most {maximum} either side of zero",
    )


class Rounding(StrEnum):
    """How an exact result becomes a whole number of units; the same meanings as in `decimal`."""

    HALF_EVEN = "half_even"  # to the nearest, a tie to the even neighbour (银行家舍入)
    HALF_UP = "half_up"  # to the nearest, a tie away from zero (四舍五入)
    DOWN = "down"  # towards zero
    UP = "up"  # away from zero
    FLOOR = "floor"  # towards minus infinity
    CEILING = "ceiling"  # towards plus infinity


def round_ratio(numerator: int, denominator: int, rounding: Rounding) -> int:
    """Return `numerator / denominator` as a whole number, rounded as told.

    `denominator` must be positive (`ValueError`). Exact for numbers of any size.
    """
    if denominator <= 0:
        msg = f"the denominator must be positive, not {denominator}"
        raise ValueError(msg)
    negative = numerator < 0
    whole, rest = divmod(abs(numerator), denominator)
    magnitude = whole + _goes_away(rounding, whole, rest, denominator, negative=negative)
    return -magnitude if negative else magnitude


def _goes_away(
    rounding: Rounding,
    whole: int,
    rest: int,
    denominator: int,
    *,
    negative: bool,
) -> bool:
    """Return whether the magnitude `whole + rest / denominator` is rounded away from zero."""
    match rounding:
        case Rounding.HALF_EVEN:
            return 2 * rest > denominator or (2 * rest == denominator and whole % 2 == 1)
        case Rounding.HALF_UP:
            return 2 * rest >= denominator
        case Rounding.DOWN:
            return False
        case Rounding.UP:
            return rest > 0
        case Rounding.FLOOR:
            return rest > 0 and negative
        case Rounding.CEILING:
            return rest > 0 and not negative


def format_minor(minor: int, scale: int) -> str:
    """Return `minor` units of 10**-`scale` as plain decimal text with exactly `scale` decimals.

    `format_minor(1250, 2)` is "12.50", `format_minor(-5, 2)` "-0.05", `format_minor(7, 0)` "7".
    """
    if scale == 0:
        return str(minor)
    sign = "-" if minor < 0 else ""
    digits = str(abs(minor)).zfill(scale + 1)
    return f"{sign}{digits[:-scale]}.{digits[-scale:]}"


def parse_minor(text: str, scale: int) -> int:
    """Return the whole number of 10**-`scale` units that `text` says; undoes `format_minor`.

    The grammar is narrow on purpose: an optional "-", ASCII digits without leading zeros, and
    optionally a point with one to `scale` decimals. No plus sign, exponent, blank, separator,
    NaN or infinity. Fewer decimals than `scale` are fine ("12.5" is 1250 at scale 2).

    Raises `MalformedAmount`, `AmountTooPrecise` or `AmountTooLarge` (beyond 2**63 - 1 units).
    """
    try:
        found = _DECIMAL.fullmatch(text)
    except TypeError:  # a JSON number, say, read by code without types
        found = None
    if found is None:
        raise MalformedAmount(amount=excerpt(text))
    sign, whole, decimals = found.group(1), found.group(2), found.group(3) or ""
    if len(decimals) > scale:
        raise AmountTooPrecise(amount=excerpt(text), scale=scale)
    if len(whole) > _WHOLE_DIGITS_MAX:  # before int(), which refuses or is slow on very long digits
        raise AmountTooLarge(maximum=format_minor(MINOR_MAX, scale))
    minor = int(whole + decimals.ljust(scale, "0"))
    return check_minor(-minor if sign else minor, scale)


def check_minor(minor: int, scale: int) -> int:
    """Return `minor` if it is an `int` in range.

    Raises `TypeError` for anything else, `bool` and `float` and numpy integers included (convert
    where the data enters), and `AmountTooLarge` beyond 2**63 - 1 either side of zero.
    """
    if type(minor) is not int:
        msg = f"a number of units is an int, not {type(minor).__name__}"
        raise TypeError(msg)
    if not -MINOR_MAX <= minor <= MINOR_MAX:
        raise AmountTooLarge(maximum=format_minor(MINOR_MAX, scale))
    return minor


def excerpt(value: object) -> str:
    """Return the start of a hostile value as printable ASCII, safe to send back in an error."""
    text = value if isinstance(value, str) else type(value).__name__
    head = text[:EXCERPT_LENGTH_MAX].encode("unicode_escape").decode("ascii")
    more = len(text) > EXCERPT_LENGTH_MAX or len(head) > EXCERPT_LENGTH_MAX
    return head[:EXCERPT_LENGTH_MAX] + "..." if more else head
