"""The currencies we keep accounts in, with the decimals of their minor units.

Most code wants `kernel.money`, which offers `CURRENCIES` again.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from tongbao.kernel.decimals import excerpt
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.text import Text

# ISO 4217 code -> decimals of its minor unit (the standard's "exponent", list one).
CURRENCIES: Final[Mapping[str, int]] = MappingProxyType(
    {
        "AED": 2,
        "AUD": 2,
        "BHD": 3,
        "BRL": 2,
        "CAD": 2,
        "CHF": 2,
        "CLP": 0,
        "CNY": 2,
        "CZK": 2,
        "DKK": 2,
        "EUR": 2,
        "GBP": 2,
        "HKD": 2,
        "HUF": 2,
        "IDR": 2,
        "ILS": 2,
        "INR": 2,
        "ISK": 0,
        "JOD": 3,
        "JPY": 0,
        "KRW": 0,
        "KWD": 3,
        "KZT": 2,
        "MOP": 2,
        "MXN": 2,
        "MYR": 2,
        "NOK": 2,
        "NZD": 2,
        "OMR": 3,
        "PHP": 2,
        "PLN": 2,
        "RUB": 2,
        "SAR": 2,
        "SEK": 2,
        "SGD": 2,
        "THB": 2,
        "TND": 3,
        "TRY": 2,
        "TWD": 2,
        "USD": 2,
        "VND": 0,
        "ZAR": 2,
    },
)


class UnknownCurrency(TongbaoError):
    """The currency is not one of `CURRENCIES`; codes are three capital letters (ISO 4217)."""

    code = "money.unknown_currency"
    title = Text(zh="不支持的币种", en="Unknown currency")
    detail = Text(
        zh="不支持币种“{currency}”；请使用 ISO 4217 代码，例如 CNY",
        en="Currency '{currency}' is not known; write an ISO 4217 code such as CNY",
    )


def scale_of(currency: str) -> int:
    """Return the decimals of a currency's minor unit; raises `UnknownCurrency`."""
    try:
        return CURRENCIES[currency]
    except (KeyError, TypeError) as error:  # TypeError: something unhashable
        raise UnknownCurrency(currency=excerpt(currency)) from error
