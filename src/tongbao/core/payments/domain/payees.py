"""The payee book: who a party pays, when a payee is still new, and paying with one click."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NewType, Self
from uuid import UUID

from tongbao.core.identity.service import Action
from tongbao.core.payments.domain import CreditorNameMalformed, clean_creditor_name
from tongbao.core.payments.domain.step_up import account_key, in_currency, large_from
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.money import Money
from tongbao.kernel.text import Text

PayeeId = NewType("PayeeId", UUID)

PAYEES_MAX: Final = 500
GROUPS_MAX: Final = 10
LABEL_LENGTH_MAX: Final = 40
ACCOUNT_NUMBER_PATTERN: Final = r"^[0-9A-Za-z]{8,34}$"
# A CNAPS code of the People's Bank (12 digits), or a BIC.
BANK_CODE_PATTERN: Final = r"^([0-9]{12}|[A-Z]{4}[A-Z]{2}[0-9A-Z]{2}([0-9A-Z]{3})?)$"

CONFIRM: Final = "payments.payee.confirm"
ONE_CLICK: Final = "payments.one_click.set"

COOLING_OFF: Final = timedelta(hours=24)
COOLED_FROM_MAJOR: Final = 50_000
"""In whole yuan; in other currencies a tenth. From here on a day must lie between confirming a
payee and paying: what a victim was talked into is then still there when they wake up."""

ONE_CLICK_PAYMENT_MAX_MAJOR: Final = 1_000
ONE_CLICK_DAY_MAX_MAJOR: Final = 5_000
"""The most a party may allow itself; in other currencies a tenth."""

NAME_CHECKS_MISSED_MAX: Final = 20
NAME_CHECKS_MAX: Final = 200
"""Of one person in one business day: answers other than a match, and answers at all."""


@dataclass(frozen=True, slots=True)
class SavedPayee:
    """A payee in a party's book.

    `bank_code` is None for an account here. `confirmed_at`: since when somebody has confirmed, by a
    step-up, that the party pays this account.
    """

    id: PayeeId
    party_id: UUID
    name: str
    account_number: str
    bank_code: str | None
    nickname: str | None
    groups: tuple[str, ...]
    saved_at: datetime
    confirmed_at: datetime | None

    @property
    def key(self) -> str:
        """Return what its account is remembered by once it was confirmed."""
        return account_key(self.account_number, self.bank_code)

    @property
    def cooled_from(self) -> datetime | None:
        """From when on large payments go to it."""
        return None if self.confirmed_at is None else self.confirmed_at + COOLING_OFF


@dataclass(frozen=True, slots=True)
class OneClick:
    """How much a party pays with one click, and what it has paid so today."""

    party_id: UUID
    per_payment: Money
    per_day: Money
    used_today: Money

    @classmethod
    def off(cls, party_id: UUID, currency: str) -> Self:
        """Return the state of a party that pays nothing with one click."""
        return cls(party_id, *[Money.zero(currency)] * 3)

    @property
    def is_on(self) -> bool:
        """Tell whether anything is paid so; neither sum is ever set to zero."""
        return self.per_payment.minor > 0

    @property
    def left(self) -> Money:
        """Return the most that a payment may be now."""
        day = max(self.per_day - self.used_today, Money.zero(self.per_day.currency))
        return min(self.per_payment, day)


class UnknownPayee(TongbaoError):
    """No such payee in a book the caller may see."""

    code = "payments.unknown_payee"
    kind = Kind.NOT_FOUND
    title = Text(zh="收款人不存在", en="Unknown payee")


class PayeeSaved(TongbaoError):
    """The account is in the book already."""

    code = "payments.payee_already_saved"
    kind = Kind.CONFLICT
    title = Text(zh="该账号已在收款人名册中", en="This account is in the payee book already")


class PayeeBookFull(TongbaoError):
    """A book has a last page."""

    code = "payments.payee_book_full"
    kind = Kind.CONFLICT
    title = Text(zh="收款人名册已满", en="The payee book is full")
    detail = Text(
        zh="收款人至多 {payees_max} 个，请先删除不再使用的",
        en="A payee book has at most {payees_max} payees; remove some first",
    )


class PayeeMalformed(TongbaoError):
    """A nickname, a group, a number or a bank's code is not one."""

    code = "payments.payee_malformed"
    title = Text(zh="收款人信息不符合要求", en="The payee is not acceptable")
    detail = Text(zh="{field} 不符合要求", en="{field} is not acceptable")


class PayeeElsewhere(TongbaoError):
    """The payee's account is at another bank."""

    code = "payments.payee_elsewhere"
    kind = Kind.REFUSED
    title = Text(zh="该收款人的账户不在本行", en="The payee's account is with another bank")


class TooManyNameChecks(TongbaoError):
    """Somebody asks too often whether names fit; tomorrow again."""

    code = "payments.too_many_name_checks"
    kind = Kind.LIMITED
    title = Text(zh="今日户名核验次数已达上限", en="Too many name checks today")
    detail = Text(
        zh="每日核验至多 {checks_max} 次，其中不一致至多 {missed_max} 次，请明日再试",
        en="At most {checks_max} checks a day, {missed_max} of them without a match; "
        "try again tomorrow",
    )


class CoolingOff(TongbaoError):
    """A large payment to somebody who became a payee less than a day ago, or is none yet."""

    code = "payments.cooling_off"
    kind = Kind.REFUSED
    title = Text(zh="新收款人冷静期", en="The payee is new: cooling-off")
    detail = Text(
        zh="向新收款人付款满 {from_amount} 的，须在确认该收款人 {hours} 小时之后",
        en="{from_amount} or more goes to a payee only {hours} hours after it was confirmed",
    )


class OneClickOff(TongbaoError):
    """The party does not pay with one click in this currency."""

    code = "payments.one_click_off"
    kind = Kind.REFUSED
    title = Text(zh="未开通一键付", en="One-click pay is off")


class BeyondOneClick(TongbaoError):
    """More than the party allows itself with one click; pay it in the usual way."""

    code = "payments.beyond_one_click"
    kind = Kind.REFUSED
    title = Text(zh="超出一键付限额", en="Above the one-click limit")
    detail = Text(
        zh="一键付当前至多可付 {left}；请使用普通转账",
        en="One click pays at most {left} now; use a transfer instead",
    )


class OneClickTooMuch(TongbaoError):
    """More than anybody may allow themself."""

    code = "payments.one_click_too_much"
    title = Text(zh="一键付限额过高", en="That one-click limit is too high")
    detail = Text(
        zh="每笔至多 {per_payment_max}，每日至多 {per_day_max}，且每日不低于每笔",
        en="At most {per_payment_max} a payment and {per_day_max} a day, "
        "and a day's no less than a payment's",
    )


def cooled_amount(currency: str) -> Money:
    """Return the amount from which on a payment to a new payee waits."""
    return in_currency(COOLED_FROM_MAJOR, currency)


def check_cooled(amount: Money, *, confirmed_at: datetime | None, at: datetime) -> None:
    """Raise `CoolingOff` for a large payment to a payee confirmed less than a day ago, or never."""
    bound = cooled_amount(amount.currency)
    if amount < bound or (confirmed_at is not None and at >= confirmed_at + COOLING_OFF):
        return
    until = None if confirmed_at is None else (confirmed_at + COOLING_OFF).isoformat()
    hours = COOLING_OFF // timedelta(hours=1)
    raise CoolingOff(from_amount=str(bound), hours=hours, until=until)


def check_one_click(per_payment: Money, per_day: Money, *, level: int) -> None:
    """Raise `OneClickTooMuch` unless sums are inside what a party of that level may allow itself.

    A payment by one click is never large, so that it needs no confirmation.
    """
    currency = per_payment.currency
    below_large = large_from(currency, level=level) - Money(1, currency)
    payment_max = min(in_currency(ONE_CLICK_PAYMENT_MAX_MAJOR, currency), below_large)
    day_max = in_currency(ONE_CLICK_DAY_MAX_MAJOR, currency)
    ordered = per_day.currency == currency and Money.zero(currency) < per_payment <= per_day
    if not ordered or per_payment > payment_max or per_day > day_max:
        raise OneClickTooMuch(per_payment_max=str(payment_max), per_day_max=str(day_max))


def clean_label(text: str | None, *, field: str) -> str | None:
    """Return a nickname or a group without surrounding space. Raises `PayeeMalformed`."""
    if text is None or not text.strip():
        return None
    try:
        cleaned = clean_creditor_name(text)  # what may be seen of a name may be seen of a label
    except CreditorNameMalformed as error:
        raise PayeeMalformed(field=field) from error
    if len(cleaned) > LABEL_LENGTH_MAX:
        raise PayeeMalformed(field=field)
    return cleaned


def clean_groups(groups: Sequence[str]) -> tuple[str, ...]:
    """Return groups in order, each once. Raises `PayeeMalformed`."""
    cleaned = {clean_label(each, field="groups") for each in groups} - {None}
    if len(cleaned) > GROUPS_MAX:
        raise PayeeMalformed(field="groups")
    return tuple(sorted(each for each in cleaned if each))


def check_coordinates(account_number: str, bank_code: str | None) -> None:
    """Raise `PayeeMalformed` for a number or a bank's code that cannot be one."""
    if re.fullmatch(ACCOUNT_NUMBER_PATTERN, account_number) is None:
        raise PayeeMalformed(field="account_number")
    if bank_code is not None and re.fullmatch(BANK_CODE_PATTERN, bank_code) is None:
        raise PayeeMalformed(field="bank_code")


def confirming(payee: SavedPayee) -> Action:
    """Return what is confirmed of a payee: that this party pays this account of this name."""
    facts = {
        "party_id": str(payee.party_id),
        "creditor_account_number": payee.account_number,
        "creditor_name": payee.name,
    }
    if payee.bank_code is not None:
        facts["creditor_bank_code"] = payee.bank_code
    return Action(CONFIRM, facts)


def allowing(party_id: UUID, per_payment: Money, per_day: Money) -> Action:
    """Return what is confirmed of more to be paid with one click."""
    facts = {
        "party_id": str(party_id),
        "amount": per_payment.text,
        "per_day": per_day.text,
        "currency": per_payment.currency,
    }
    return Action(ONE_CLICK, facts)
