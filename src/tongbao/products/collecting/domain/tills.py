"""Places that take payments, and the codes they show."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from tongbao.kernel.money import Money
from tongbao.lib import emvco
from tongbao.products.collecting.domain.errors import CodeAltered, CodeNotOurs, TextMalformed

SCHEME: Final = "cn.tongbao.pay"
"""Our globally unique identifier within a code (EMVCo id 26.00), a reversed domain name."""
_TILL: Final = "01"
NAME_LENGTH_MAX: Final = 25
CITY_LENGTH_MAX: Final = 15
CODE_LENGTH_MAX: Final = emvco.LENGTH_MAX
COUNTRY: Final = "CN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Till:
    """A place that takes payments into one account; `latin_name` and `latin_city` are for codes."""

    id: UUID
    party_id: UUID
    account_id: UUID
    currency: str
    name: str
    latin_name: str
    latin_city: str
    category_code: str
    opened_at: datetime
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a code of ours leads to: a till, and where it was made for one sale, that sale."""

    till_id: UUID
    token: str | None
    amount: Money | None


def clean_latin(text: str, *, field: str, length_max: int) -> str:
    """Return a text that a code can hold. Raises `TextMalformed`."""
    cleaned = text.strip()
    printable = cleaned.isascii() and cleaned.isprintable()
    if not 1 <= len(cleaned) <= length_max or not printable:
        raise TextMalformed(field=field, length_max=length_max)
    return cleaned


def code_of(till: Till, *, token: str | None = None, amount: Money | None = None) -> str:
    """Return the text of a till's code: of the one that hangs there, or of one for a sale.

    EMVCo merchant-presented mode. What it says of names is for other readers; we go by its till.
    """
    additional = {} if token is None else {emvco.Additional.REFERENCE_LABEL: token}
    return emvco.encode(
        emvco.MerchantQr(
            accounts=(emvco.MerchantAccount(SCHEME, {_TILL: till.id.hex}),),
            category_code=till.category_code,
            currency=till.currency,
            country=COUNTRY,
            name=till.latin_name,
            city=till.latin_city,
            dynamic=token is not None,
            amount=amount,
            additional=additional,
            local=emvco.LocalName("ZH", till.name),
        )
    )


def read_code(text: str) -> Scanned:
    """Return what a scanned text leads to.

    Raises `emvco.QrMalformed`, `emvco.QrDamaged`, `CodeNotOurs` for other schemes' codes, and
    `CodeAltered` for one that we would not have written so: a sale's code without its reference
    or amount, a till's with an amount or a tip.
    """
    qr = emvco.decode(text)
    account = qr.account(SCHEME)
    if account is None:
        raise CodeNotOurs
    try:
        till_id = UUID(hex=account.fields.get(_TILL, ""))
    except ValueError as error:
        raise CodeAltered from error
    token = qr.additional.get(emvco.Additional.REFERENCE_LABEL)
    whole = (qr.amount is not None) == qr.dynamic == (token is not None)
    if not whole or qr.tip is not None:
        raise CodeAltered
    return Scanned(till_id, token, qr.amount)
