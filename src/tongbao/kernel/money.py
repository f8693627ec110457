"""Money, quantities of other assets, and rates: exact, small, immutable, with one way in.

An amount is a whole number of minor units (分, cents) plus its currency; nothing here ever passes
through binary floating point, and whatever rounds takes the rounding as an argument.

    price = Money.parse("12.50", "CNY")
    fee = price.times(Rate.percent("0.6"), rounding=Rounding.HALF_UP)
    first, second, third = price.split(3)          # 4.17 + 4.17 + 4.16: nothing lost, nothing made

`kernel.money_schema` holds the API shapes.
"""

import re
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final, Self

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema

from tongbao.kernel.currencies import CURRENCIES, UnknownCurrency, scale_of
from tongbao.kernel.decimals import (
    MINOR_MAX,
    SCALE_MAX,
    AmountTooLarge,
    AmountTooPrecise,
    MalformedAmount,
    Rounding,
    check_minor,
    excerpt,
    format_minor,
    parse_minor,
    round_ratio,
)
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.rate import RATE_SCALE, MalformedRate, Rate
from tongbao.kernel.text import Text

__all__ = [
    "CURRENCIES",
    "MINOR_MAX",
    "PARTS_MAX",
    "RATE_SCALE",
    "SCALE_MAX",
    "AmountTooLarge",
    "AmountTooPrecise",
    "AssetMismatch",
    "CurrencyMismatch",
    "MalformedAmount",
    "MalformedAsset",
    "MalformedRate",
    "Money",
    "Quantity",
    "Rate",
    "Rounding",
    "UnknownCurrency",
    "format_minor",
    "parse_minor",
    "round_ratio",
]

PARTS_MAX: Final = 100_000

_ASSET: Final = re.compile(r"[A-Z][A-Z0-9:._-]{0,31}")


class MalformedAsset(TongbaoError):
    """The asset's name or scale is not one a quantity can have."""

    code = "money.malformed_asset"
    title = Text(zh="资产代码不正确", en="Malformed asset")
    detail = Text(
        zh="“{asset}”（小数 {scale} 位）不是有效的资产代码，例如 F:000001（4 位）",
        en="'{asset}' with {scale} decimals is not an asset such as F:000001 with 4",
    )


class CurrencyMismatch(TongbaoError):
    """Two amounts of different currencies were added or compared."""

    code = "money.currency_mismatch"
    title = Text(zh="币种不一致", en="Currencies differ")
    detail = Text(
        zh="{left} 与 {right} 不能直接相加或比较",
        en="{left} and {right} cannot be added or compared",
    )


class AssetMismatch(TongbaoError):
    """Two quantities of different assets or scales were added or compared."""

    code = "money.asset_mismatch"
    title = Text(zh="资产不一致", en="Assets differ")
    detail = Text(
        zh="{left} 与 {right} 不能直接相加或比较",
        en="{left} and {right} cannot be added or compared",
    )


class _Units:
    """The arithmetic `Money` and `Quantity` share: whole units, one kind at a time.

    `==` of two kinds is false, as dictionaries need; `<`, `+` and their like raise.
    """

    __slots__ = ()

    @property
    @abstractmethod
    def _count(self) -> int: ...

    @abstractmethod
    def _of(self, count: int) -> Self: ...

    @abstractmethod
    def _require_same_kind(self, other: Self) -> None: ...

    def __add__(self, other: Self) -> Self:
        if type(other) is not type(self):
            return NotImplemented
        self._require_same_kind(other)
        return self._of(self._count + other._count)

    def __sub__(self, other: Self) -> Self:
        if type(other) is not type(self):
            return NotImplemented
        self._require_same_kind(other)
        return self._of(self._count - other._count)

    def __neg__(self) -> Self:
        return self._of(-self._count)

    def __abs__(self) -> Self:
        return self._of(abs(self._count))

    def __mul__(self, factor: int) -> Self:
        if type(factor) is not int:
            return NotImplemented
        return self._of(self._count * factor)

    __rmul__ = __mul__

    def __lt__(self, other: Self) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        self._require_same_kind(other)
        return self._count < other._count

    def __le__(self, other: Self) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        self._require_same_kind(other)
        return self._count <= other._count

    def __gt__(self, other: Self) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        self._require_same_kind(other)
        return self._count > other._count

    def __ge__(self, other: Self) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        self._require_same_kind(other)
        return self._count >= other._count

    def times(self, rate: Rate | Fraction, *, rounding: Rounding) -> Self:
        """Return this amount times an exact rate, rounded once to whole units.

        Raises `AmountTooLarge` when the result is out of range.
        """
        if not isinstance(rate, Rate | Fraction):
            raise TypeError("an amount is multiplied by a Rate or a Fraction")
        ratio = rate.fraction if isinstance(rate, Rate) else rate
        return self._of(round_ratio(self._count * ratio.numerator, ratio.denominator, rounding))

    def split(self, parts: int) -> tuple[Self, ...]:
        """Return `parts` (1 to `PARTS_MAX`) near-equal amounts that add up to this one exactly.

        They differ by at most one unit; the larger ones come first.
        """
        if type(parts) is not int or not 1 <= parts <= PARTS_MAX:
            msg = f"an amount is split into 1 to {PARTS_MAX} parts, not {parts!r}"
            raise ValueError(msg)
        return self.allocate((1,) * parts)

    def allocate(self, weights: Sequence[int]) -> tuple[Self, ...]:
        """Return one amount per weight, in proportion, that add up to this one exactly.

        Largest remainder method (Hamilton): each share is first cut down to whole units, then the
        units left over go one each to the largest remainders, earlier shares first on a tie. So
        each share is within one unit of its exact part, and a weight of 0 gets nothing. A negative
        amount is allocated as the mirror image of the positive one.

        `weights` are 1 to `PARTS_MAX` integers >= 0, not all 0 (`ValueError`, `TypeError`).
        """
        if any(type(weight) is not int for weight in weights):
            msg = "weights are integers"
            raise TypeError(msg)
        total = sum(weights)
        if not 1 <= len(weights) <= PARTS_MAX or min(weights) < 0 or total == 0:
            msg = f"needs 1 to {PARTS_MAX} weights, none negative, not all zero"
            raise ValueError(msg)
        sign = -1 if self._count < 0 else 1
        divided = [divmod(abs(self._count) * weight, total) for weight in weights]
        shares = [share for share, _ in divided]
        left_over = abs(self._count) - sum(shares)
        by_remainder = sorted(range(len(shares)), key=lambda i: -divided[i][1])
        for index in by_remainder[:left_over]:
            shares[index] += 1
        assert sum(shares) == abs(self._count), "an allocation keeps the total"
        return tuple(self._of(sign * share) for share in shares)


@dataclass(frozen=True, slots=True)
class Money(_Units):
    """`minor` whole minor units of `currency`: `Money(1250, "CNY")` is 12.50 yuan.

    Raises `TypeError` if `minor` is no plain `int`, `AmountTooLarge` beyond 2**63 - 1 units either
    side of zero, `UnknownCurrency`. Amounts of one currency add, subtract and compare; two
    currencies raise `CurrencyMismatch` (but `==` is simply false). Sum with
    `sum(amounts, Money.zero("CNY"))`.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        check_minor(self.minor, scale_of(self.currency))

    @classmethod
    def parse(cls, text: str, currency: str) -> Self:
        """Return the amount that plain decimal `text` says: `Money.parse("12.50", "CNY")`.

        At most as many decimals as the currency has; see `parse_minor` for the grammar.
        Raises `UnknownCurrency`, `MalformedAmount`, `AmountTooPrecise`, `AmountTooLarge`.
        """
        return cls(parse_minor(text, scale_of(currency)), currency)

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Return nothing of `currency`."""
        return cls(0, currency)

    @property
    def scale(self) -> int:
        """Decimals of the currency's minor unit: 2 for CNY, 0 for JPY."""
        return CURRENCIES[self.currency]

    @property
    def text(self) -> str:
        """The plain decimal without the currency, all decimals shown: "12.50"."""
        return format_minor(self.minor, CURRENCIES[self.currency])

    @property
    def decimal(self) -> Decimal:
        """The exact value as a `Decimal`: `Decimal("12.50")`."""
        return Decimal(self.text)

    def __str__(self) -> str:
        return f"{self.currency} {self.text}"

    @property
    def _count(self) -> int:
        return self.minor

    def _of(self, count: int) -> Self:
        return type(self)(count, self.currency)

    def _require_same_kind(self, other: Self) -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(left=self.currency, right=other.currency)

    @classmethod
    def __get_pydantic_core_schema__(
        cls,
        _source: object,
        handler: GetCoreSchemaHandler,
    ) -> CoreSchema:
        """Be `{"amount": "12.50", "currency": "CNY"}` in every pydantic model, never bare units."""
        from tongbao.kernel.money_schema import money_core_schema  # noqa: PLC0415 - it imports us

        return money_core_schema(handler)


@dataclass(frozen=True, slots=True)
class Quantity(_Units):
    """`units` whole units of 10**-`scale` of `asset`, such as fund units or points.

    `Quantity(12345, "F:000001", 4)` is 1.2345 units of fund 000001. `asset` is 1 to 32 of
    `A-Z 0-9 : . _ -` starting with a letter, `scale` 0 to 18 (`MalformedAsset`). Arithmetic as for
    `Money`; two assets, or one asset at two scales, raise `AssetMismatch`.
    """

    units: int
    asset: str
    scale: int

    def __post_init__(self) -> None:
        _require_asset(self.asset, self.scale)
        check_minor(self.units, self.scale)

    @classmethod
    def parse(cls, text: str, asset: str, scale: int) -> Self:
        """Return the quantity that plain decimal `text` says: `parse("1.2345", "F:000001", 4)`.

        Raises `MalformedAsset`, `MalformedAmount`, `AmountTooPrecise`, `AmountTooLarge`.
        """
        _require_asset(asset, scale)
        return cls(parse_minor(text, scale), asset, scale)

    @classmethod
    def zero(cls, asset: str, scale: int) -> Self:
        """Return nothing of `asset`."""
        return cls(0, asset, scale)

    @property
    def text(self) -> str:
        """The plain decimal without the asset, all decimals shown: "1.2345"."""
        return format_minor(self.units, self.scale)

    @property
    def decimal(self) -> Decimal:
        """The exact value as a `Decimal`."""
        return Decimal(self.text)

    def __str__(self) -> str:
        return f"{self.asset} {self.text}"

    @property
    def _count(self) -> int:
        return self.units

    def _of(self, count: int) -> Self:
        return type(self)(count, self.asset, self.scale)

    def _require_same_kind(self, other: Self) -> None:
        if (self.asset, self.scale) != (other.asset, other.scale):
            raise AssetMismatch(
                left=f"{self.asset}/{self.scale}",
                right=f"{other.asset}/{other.scale}",
            )


def _require_asset(asset: str, scale: int) -> None:
    try:
        named = _ASSET.fullmatch(asset) is not None
    except TypeError:
        named = False
    if not named or type(scale) is not int or not 0 <= scale <= SCALE_MAX:
        raise MalformedAsset(asset=excerpt(asset), scale=excerpt(str(scale)))
