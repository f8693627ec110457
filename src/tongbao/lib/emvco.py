"""QR codes a merchant shows, as text: EMVCo QR Code Specification, merchant-presented mode 1.1.

A code is a row of data objects: two digits of id, two of length in characters, the value; some hold
such rows themselves. The last object is a checksum (CRC-16/CCITT-FALSE over UTF-8) of all before.
"""

import binascii
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Literal

from tongbao.kernel.decimals import excerpt
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.money import Money, format_minor
from tongbao.kernel.rate import Rate
from tongbao.kernel.text import Text

LENGTH_MAX: Final = 512
VALUE_MAX: Final = 99
_AMOUNT_MAX: Final = 13
_STATIC, _DYNAMIC = "11", "12"
_ACCOUNT_FIRST, _ACCOUNT_LAST = 26, 51
_CRC: Final = "6304"

NUMERIC: Final[Mapping[str, str]] = MappingProxyType(
    {
        "AED": "784", "AUD": "036", "BHD": "048", "BRL": "986", "CAD": "124", "CHF": "756",
        "CLP": "152", "CNY": "156", "CZK": "203", "DKK": "208", "EUR": "978", "GBP": "826",
        "HKD": "344", "HUF": "348", "IDR": "360", "ILS": "376", "INR": "356", "ISK": "352",
        "JOD": "400", "JPY": "392", "KRW": "410", "KWD": "414", "KZT": "398", "MOP": "446",
        "MXN": "484", "MYR": "458", "NOK": "578", "NZD": "554", "OMR": "512", "PHP": "608",
        "PLN": "985", "RUB": "643", "SAR": "682", "SEK": "752", "SGD": "702", "THB": "764",
        "TND": "788", "TRY": "949", "TWD": "901", "USD": "840", "VND": "704", "ZAR": "710",
    }
)  # fmt: skip
"""ISO 4217: the three digits of each currency we keep accounts in."""
_ALPHABETIC: Final = {digits: code for code, digits in NUMERIC.items()}


class Additional(StrEnum):
    """What a code may say beside whom to pay (ids within object 62)."""

    BILL_NUMBER = "01"
    MOBILE_NUMBER = "02"
    STORE_LABEL = "03"
    LOYALTY_NUMBER = "04"
    REFERENCE_LABEL = "05"
    CUSTOMER_LABEL = "06"
    TERMINAL_LABEL = "07"
    PURPOSE = "08"
    DATA_REQUEST = "09"


@dataclass(frozen=True, slots=True)
class MerchantAccount:
    """Whom to pay in one scheme: the scheme's globally unique identifier and its own fields."""

    scheme: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LocalName:
    """The merchant's name and city in a language of its own (ISO 639-1, capitals)."""

    language: str
    name: str
    city: str | None = None


@dataclass(frozen=True, slots=True)
class MerchantQr:
    """What a merchant's code says; without an amount the payer enters it.

    A static code serves many payments, a dynamic one a single payment. `tip` is asked for, a fixed
    amount on top, or a share of the amount (a `Rate` of at most 99.99 %).
    """

    accounts: tuple[MerchantAccount, ...]
    category_code: str
    currency: str
    country: str
    name: str
    city: str
    dynamic: bool = False
    amount: Money | None = None
    tip: Literal["asked"] | Money | Rate | None = None
    postal_code: str | None = None
    additional: Mapping[Additional, str] = field(default_factory=dict)
    local: LocalName | None = None

    def account(self, scheme: str) -> MerchantAccount | None:
        """Return whom to pay in a scheme, if the merchant takes part in it."""
        return next((each for each in self.accounts if each.scheme == scheme), None)


class QrMalformed(TongbaoError):
    """A text that is no merchant's code, or a code that cannot be written."""

    code = "emvco.malformed"
    title = Text(zh="二维码无法识别", en="The QR code cannot be read")
    detail = Text(zh="二维码内容有误：{where}", en="The code is wrong at {where}")


class QrDamaged(QrMalformed):
    """The checksum is another one: something was changed or lost."""

    code = "emvco.damaged"
    detail = Text(zh="二维码校验不通过，请重新扫描", en="The checksum is wrong; please scan again")


def encode(qr: MerchantQr) -> str:
    """Return the text of a code. Raises `QrMalformed` where a value does not fit its object."""
    if not qr.accounts or len(qr.accounts) > _ACCOUNT_LAST - _ACCOUNT_FIRST + 1:
        raise QrMalformed(where="26")
    if qr.amount is not None and (qr.amount.currency != qr.currency or qr.amount.minor <= 0):
        raise QrMalformed(where="54")
    objects = [
        ("00", "01"),
        ("01", _DYNAMIC if qr.dynamic else _STATIC),
        *(
            (str(_ACCOUNT_FIRST + place), _row([("00", each.scheme), *sorted(each.fields.items())]))
            for place, each in enumerate(qr.accounts)
        ),
        ("52", qr.category_code),
        ("53", NUMERIC.get(qr.currency, "")),
        ("54", None if qr.amount is None else _amount_text(qr.amount)),
        *_tip_objects(qr),
        ("58", qr.country),
        ("59", qr.name),
        ("60", qr.city),
        ("61", qr.postal_code),
        ("62", _row(sorted(qr.additional.items())) or None),
        ("64", None if qr.local is None else _local_row(qr.local)),
    ]
    body = _row((key, value) for key, value in objects if value is not None) + _CRC
    text = body + _checksum(body)
    decode(text)  # what we write is what others must be able to read
    return text


def decode(text: str) -> MerchantQr:
    """Return what a scanned text says.

    Objects that this version of the specification leaves to others are passed over. Raises
    `QrDamaged` for a wrong checksum, `QrMalformed` (with the object's id) for anything else.
    """
    if not len(_CRC) < len(text) <= LENGTH_MAX or text[-8:-4] != _CRC:
        raise QrMalformed(where=excerpt(text))
    if text[-4:].upper() != _checksum(text[:-4]):
        raise QrDamaged
    objects = _objects(text[:-8], where="")
    if next(iter(objects.items()), None) != ("00", "01"):
        raise QrMalformed(where="00")
    currency = _ALPHABETIC.get(_required(objects, "53", r"\d{3}"))
    if currency is None:
        raise QrMalformed(where="53")
    amount = objects.get("54")
    return MerchantQr(
        accounts=tuple(_accounts(objects)),
        category_code=_required(objects, "52", r"\d{4}"),
        currency=currency,
        country=_required(objects, "58", r"[A-Z]{2}"),
        name=_required(objects, "59", r"[ -~]{1,25}"),
        city=_required(objects, "60", r"[ -~]{1,15}"),
        dynamic=_optional(objects, "01", f"{_STATIC}|{_DYNAMIC}") == _DYNAMIC,
        amount=None if amount is None else _money(amount, currency, where="54"),
        tip=_tip(objects, currency),
        postal_code=_optional(objects, "61", r"[ -~]{1,10}"),
        additional=_additional(objects.get("62")),
        local=_local(objects.get("64")),
    )


def _row(objects: Iterable[tuple[str, str]]) -> str:
    parts = []
    for key, value in objects:
        if not 1 <= len(value) <= VALUE_MAX:
            raise QrMalformed(where=key)
        parts.append(f"{key}{len(value):02d}{value}")
    return "".join(parts)


def _objects(row: str, *, where: str) -> dict[str, str]:
    """Read a row of objects; each id at most once."""
    found: dict[str, str] = {}
    place = 0
    while place < len(row):
        head = re.fullmatch(r"([0-9]{2})([0-9]{2})", row[place : place + 4])
        key = where + (head[1] if head else f"@{place}")
        end = place + 4 + (int(head[2]) if head else 0)
        if head is None or head[1] in found or not place + 4 < end <= len(row):
            raise QrMalformed(where=key)
        found[head[1]] = row[place + 4 : end]
        place = end
    return found


def _checksum(body: str) -> str:
    return f"{binascii.crc_hqx(body.encode('utf-8', 'surrogatepass'), 0xFFFF):04X}"


def _required(objects: Mapping[str, str], key: str, pattern: str, *, within: str = "") -> str:
    value = _optional(objects, key, pattern, within=within)
    if value is None:
        raise QrMalformed(where=within + key)
    return value


def _optional(
    objects: Mapping[str, str], key: str, pattern: str, *, within: str = ""
) -> str | None:
    value = objects.get(key)
    if value is not None and re.fullmatch(pattern, value, re.ASCII) is None:
        raise QrMalformed(where=within + key)
    return value


def _accounts(objects: Mapping[str, str]) -> Iterator[MerchantAccount]:
    """Read the schemes' templates; ids 02 to 25 are card networks' own and hold no template."""
    if not any("02" <= key <= str(_ACCOUNT_LAST) for key in objects):
        raise QrMalformed(where="26")
    for key, value in objects.items():
        if _ACCOUNT_FIRST <= int(key) <= _ACCOUNT_LAST:
            fields = _objects(value, where=f"{key}.")
            scheme = _required(fields, "00", r"[ -~]{1,32}", within=f"{key}.")
            yield MerchantAccount(scheme, {k: v for k, v in fields.items() if k != "00"})


def _amount_text(amount: Money) -> str:
    text = format_minor(amount.minor, amount.scale)
    if len(text) > _AMOUNT_MAX:
        raise QrMalformed(where="54")
    return text


def _money(value: str, currency: str, *, where: str) -> Money:
    """Read an amount: digits with at most one point, which some write without decimals behind."""
    if len(value) > _AMOUNT_MAX:
        raise QrMalformed(where=where)
    try:
        money = Money.parse(value.removesuffix("."), currency)
    except TongbaoError as error:
        raise QrMalformed(where=where) from error
    if money.minor <= 0:
        raise QrMalformed(where=where)
    return money


def _tip_objects(qr: MerchantQr) -> list[tuple[str, str]]:
    match qr.tip:
        case None:
            return []
        case "asked":
            return [("55", "01")]
        case Money() as fixed:
            if fixed.currency != qr.currency:
                raise QrMalformed(where="56")
            return [("55", "02"), ("56", _amount_text(fixed))]
        case Rate() as share:
            return [("55", "03"), ("57", share.percent_text.removesuffix("%"))]


def _tip(objects: Mapping[str, str], currency: str) -> Literal["asked"] | Money | Rate | None:
    match _optional(objects, "55", "01|02|03"):
        case "01":
            return "asked"
        case "02":
            return _money(_required(objects, "56", r"[0-9.]{1,13}"), currency, where="56")
        case "03":
            share = Rate.percent(_required(objects, "57", r"\d{1,2}(\.\d{1,2})?"))
            if share.trillionths == 0:
                raise QrMalformed(where="57")
            return share
        case _:
            return None


def _additional(row: str | None) -> dict[Additional, str]:
    known = {each.value for each in Additional}
    objects = {} if row is None else _objects(row, where="62.")
    return {Additional(key): value for key, value in objects.items() if key in known}


def _local_row(local: LocalName) -> str:
    city = [] if local.city is None else [("02", local.city)]
    return _row([("00", local.language), ("01", local.name), *city])


def _local(row: str | None) -> LocalName | None:
    if row is None:
        return None
    objects = _objects(row, where="64.")
    return LocalName(
        language=_required(objects, "00", r"[A-Za-z]{2}", within="64.").upper(),
        name=_required(objects, "01", r"(?s:.{1,25})", within="64."),
        city=_optional(objects, "02", r"(?s:.{1,15})", within="64."),
    )
