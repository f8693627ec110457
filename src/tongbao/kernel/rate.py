"""Rates: exact decimal fractions, for interest, fees and shares.

Most code wants `kernel.money`, which offers `Rate` again.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final, Self

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema

from tongbao.kernel.decimals import (
    Rounding,
    check_minor,
    excerpt,
    format_minor,
    parse_minor,
    round_ratio,
)
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.text import Text

RATE_SCALE: Final = 12
PERCENT_SCALE: Final = RATE_SCALE - 2
PERCENT_DECIMALS_MIN: Final = 2


class MalformedRate(TongbaoError):
    """The text is no plain decimal number, or has more decimals or digits than a rate keeps."""

    code = "money.malformed_rate"
    title = Text(zh="费率格式不正确", en="Malformed rate")
    detail = Text(
        zh="“{rate}”不是有效的利率或费率；请使用普通十进制数字，小数不超过 {scale} 位",
        en="'{rate}' is not a rate; write a plain decimal with at most {scale} decimals",
    )


@dataclass(frozen=True, slots=True, order=True)
class Rate:
    """A plain ratio kept exactly, in whole trillionths (10**-12): 4.35 % is `Rate.parse("0.0435")`.

    A rate does not know its period: names say it (`annual_rate`, `fee_rate`). A daily rate is
    usually no finite decimal: use `annual_rate.fraction / 360` with `Money.times` and round once,
    at the end. Range: about 9.2 million either side of zero (`AmountTooLarge`).
    """

    trillionths: int

    def __post_init__(self) -> None:
        check_minor(self.trillionths, RATE_SCALE)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the rate that a plain decimal such as "0.0435" says; raises `MalformedRate`."""
        return cls(_parse(text, RATE_SCALE))

    @classmethod
    def percent(cls, text: str) -> Self:
        """Return the rate that a decimal per cent such as "4.35" says; raises `MalformedRate`."""
        return cls(_parse(text, PERCENT_SCALE))

    @classmethod
    def of(cls, value: Fraction, *, places: int, rounding: Rounding) -> Self:
        """Return `value` rounded to `places` decimals (0 to 12), as the result of a calculation."""
        if not 0 <= places <= RATE_SCALE:
            msg = f"a rate keeps 0 to {RATE_SCALE} decimals, not {places}"
            raise ValueError(msg)
        units = round_ratio(value.numerator * 10**places, value.denominator, rounding)
        return cls(units * 10 ** (RATE_SCALE - places))

    @classmethod
    def zero(cls) -> Self:
        """Return the rate 0."""
        return cls(0)

    @property
    def text(self) -> str:
        """The shortest plain decimal: "0.0435"; `Rate.parse` reads it back."""
        return _trim(format_minor(self.trillionths, RATE_SCALE), 0)

    @property
    def percent_text(self) -> str:
        """The decimal per cent without its sign, two decimals or more: "4.35", "8.00".

        `Rate.percent` reads it back; `str(rate)` adds the sign.
        """
        return _trim(format_minor(self.trillionths, PERCENT_SCALE), PERCENT_DECIMALS_MIN)

    @property
    def decimal(self) -> Decimal:
        """The exact value as a `Decimal`: `Decimal("0.0435")`."""
        return Decimal(self.text)

    @property
    def fraction(self) -> Fraction:
        """The exact value as a `Fraction`, to calculate on without rounding."""
        return Fraction(self.trillionths, 10**RATE_SCALE)

    def __add__(self, other: Self) -> Self:
        if type(other) is not type(self):
            return NotImplemented
        return type(self)(self.trillionths + other.trillionths)

    def __sub__(self, other: Self) -> Self:
        if type(other) is not type(self):
            return NotImplemented
        return type(self)(self.trillionths - other.trillionths)

    def __neg__(self) -> Self:
        return type(self)(-self.trillionths)

    def __str__(self) -> str:
        return f"{self.percent_text}%"

    @classmethod
    def __get_pydantic_core_schema__(
        cls,
        _source: object,
        _handler: GetCoreSchemaHandler,
    ) -> CoreSchema:
        """Be decimal text such as "0.0435" in every pydantic model, never bare trillionths."""
        from tongbao.kernel.money_schema import rate_core_schema  # noqa: PLC0415 - it imports us

        return rate_core_schema()


def _parse(text: str, scale: int) -> int:
    try:
        return parse_minor(text, scale)
    except TongbaoError as error:
        raise MalformedRate(rate=excerpt(text), scale=scale) from error


def _trim(text: str, decimals_min: int) -> str:
    """Drop trailing zeros of a decimal text, but keep `decimals_min` decimals."""
    whole, _, decimals = text.partition(".")
    decimals = decimals.rstrip("0").ljust(decimals_min, "0")
    return f"{whole}.{decimals}" if decimals else whole
