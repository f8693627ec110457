"""Linked bank cards: what a number looks like, how it is shown, and how whose it is gets proven.

A small random amount is paid to the card; only who can see the card's statement can say how much.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

TRIES_MAX: Final = 3
MICRO_MINOR_MAX: Final = 99
LINKED_A_DAY_MAX: Final = 5
CARDS_MAX: Final = 20
_CARD: Final = re.compile(r"[0-9]{16,19}", re.ASCII)


class CardStatus(StrEnum):
    """A card pays in and is paid out to once it is verified."""

    UNVERIFIED = "unverified"
    VERIFIED = "verified"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Card:
    """A card that a party linked; `shown` is its number as anybody may see it."""

    id: UUID
    party_id: UUID
    shown: str
    holder_name: str
    status: CardStatus
    tries_left: int
    linked_at: datetime
    verified_at: datetime | None


class CardMalformed(TongbaoError):
    """No bank card has such a number."""

    code = "payments.card_malformed"
    title = Text(zh="银行卡号不正确", en="Not a card number")
    detail = Text(
        zh="银行卡号为 16 至 19 位数字并通过校验",
        en="A card number has 16 to 19 digits, the last of which checks the others",
    )


class CardLinked(TongbaoError):
    """The party has linked this card already."""

    code = "payments.card_linked"
    kind = Kind.CONFLICT
    title = Text(zh="此卡已绑定", en="The card is linked already")


class TooManyCards(TongbaoError):
    """So many cards in so short a time, or so many at all, are nobody's own."""

    code = "payments.too_many_cards"
    kind = Kind.CONFLICT
    title = Text(zh="绑卡过多", en="Too many cards")
    detail = Text(
        zh="每天至多绑定 {a_day} 张，合计至多 {all} 张",
        en="At most {a_day} cards a day, and {all} in all",
    )


class UnknownCard(TongbaoError):
    """No such card, or none the caller may use."""

    code = "payments.unknown_card"
    kind = Kind.NOT_FOUND
    title = Text(zh="没有此银行卡", en="No such card")


class CardNotVerified(TongbaoError):
    """Nobody has shown yet that the card is theirs."""

    code = "payments.card_not_verified"
    kind = Kind.CONFLICT
    title = Text(zh="银行卡未验证", en="The card is not verified")


class NothingToVerify(TongbaoError):
    """The card is verified already, or its small amount is not on it yet."""

    code = "payments.nothing_to_verify"
    kind = Kind.CONFLICT
    title = Text(zh="目前无法验证", en="Nothing to verify now")
    detail = Text(
        zh="验证打款尚未到账，或此卡已验证", en="The small amount is not there yet, or it was told"
    )


class MicroAmountWrong(TongbaoError):
    """Another amount was paid to the card."""

    code = "payments.micro_amount_wrong"
    kind = Kind.REFUSED
    title = Text(zh="打款金额不符", en="Not the amount that was paid")
    detail = Text(
        zh="金额不符，还可尝试 {tries_left} 次",
        en="Another amount was paid; {tries_left} tries are left",
    )


def clean_card_number(text: str) -> str:
    """Return the digits of a card number; raises `CardMalformed` unless Luhn's sum is right."""
    digits = re.sub(r"[ -]", "", text)
    if _CARD.fullmatch(digits) is None or not _luhn(digits):
        raise CardMalformed
    return digits


def shown(number: str) -> str:
    """Return a number as it may be shown: the issuer's digits and the last four."""
    return f"{number[:6]}{'*' * (len(number) - 10)}{number[-4:]}"


def _luhn(digits: str) -> bool:
    numbers = [int(digit) for digit in reversed(digits)]
    return sum(numbers[::2] + [sum(divmod(2 * digit, 10)) for digit in numbers[1::2]]) % 10 == 0
