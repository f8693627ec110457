"""What a payment order must look like, when it is refused, and why.

Two kinds of no:

- the order is *invalid* (an error is raised, nothing is stored): a character the field cannot hold,
  an amount of zero, an account that is not the initiator's;
- the order is *rejected* (it is stored with its reason, final): no such creditor account, another
  name, too little money. Reasons carry ISO 20022 codes (ExternalStatusReason1Code) beside ours.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final, NewType
from uuid import UUID

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.money import Money
from tongbao.kernel.text import Text

PaymentId = NewType("PaymentId", UUID)

END_TO_END_ID_LENGTH_MAX: Final = 35
REMITTANCE_LENGTH_MAX: Final = 140
CREDITOR_NAME_LENGTH_MAX: Final = 140

# The character set of the SWIFT network (set X), which ISO 20022 identifiers keep to; a slash may
# neither begin nor end one, nor stand doubled (CBPR+ usage guidelines).
END_TO_END_ID_PATTERN: Final = r"^[0-9A-Za-z?:().,'+-]+([ /][0-9A-Za-z?:().,'+-]+)*$"
_END_TO_END_ID: Final = re.compile(END_TO_END_ID_PATTERN)

# Invisible or reversing characters could make a remittance text read as what it is not.
_FORBIDDEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_MIDDLE_DOTS: Final = str.maketrans(dict.fromkeys("·•‧∙⋅・･", "·"))


class Status(StrEnum):
    """A book transfer is decided at once; both are final."""

    SETTLED = "settled"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an order was rejected: our code, the ISO 20022 code, and the words of that moment."""

    code: str
    iso_code: str
    text: Text


@dataclass(frozen=True, slots=True)
class PaymentOrder:
    """A payment order and what became of it."""

    id: PaymentId
    status: Status
    reason: Reason | None
    debtor_account_id: UUID
    debtor_account_number: str
    debtor_name: str
    creditor_account_id: UUID | None
    creditor_account_number: str
    creditor_name: str
    amount: Money
    end_to_end_id: str
    remittance: str | None
    transaction_id: UUID | None
    initiated_by: UUID
    initiated_at: datetime


@dataclass(frozen=True, slots=True)
class Transfer(PaymentOrder):
    """A payment order just carried out or rejected.

    `refusal` is the error behind a rejection, with its facts, for the answer to the initiator; an
    order that is read later has only `reason`.
    """

    refusal: TongbaoError | None = None


class AmountNotPositive(TongbaoError):
    """Zero or less cannot be transferred."""

    code = "payments.amount_not_positive"
    title = Text(zh="付款金额必须大于零", en="The amount must be greater than zero")


class EndToEndIdMalformed(TongbaoError):
    """The end-to-end identification has characters or a length ISO 20022 does not allow."""

    code = "payments.end_to_end_id_malformed"
    title = Text(zh="业务参考号不符合要求", en="The end-to-end id is not acceptable")
    detail = Text(
        zh="业务参考号为 1 至 {length_max} 个字符,限字母、数字及 /-?:().,'+ 和空格",
        en="An end-to-end id has 1 to {length_max} letters, digits and /-?:().,'+ or space",
    )


class RemittanceMalformed(TongbaoError):
    """The remittance text is too long or holds characters that cannot be seen."""

    code = "payments.remittance_malformed"
    title = Text(zh="附言不符合要求", en="The remittance text is not acceptable")
    detail = Text(
        zh="附言至多 {length_max} 个可见字符,不得换行",
        en="A remittance text has at most {length_max} visible characters on one line",
    )


class CreditorNameMalformed(TongbaoError):
    """The creditor's name is empty, too long or holds characters that cannot be seen."""

    code = "payments.creditor_name_malformed"
    title = Text(zh="收款人名称不符合要求", en="The creditor's name is not acceptable")
    detail = Text(
        zh="收款人名称为 1 至 {length_max} 个可见字符",
        en="A creditor's name has 1 to {length_max} visible characters",
    )


class EndToEndIdUsed(TongbaoError):
    """A settled payment from this account already carries the id: probably the same payment."""

    code = "payments.end_to_end_id_used"
    kind = Kind.CONFLICT
    title = Text(zh="业务参考号已使用", en="The end-to-end id is already used")
    detail = Text(
        zh="该账户已有一笔业务参考号为 {end_to_end_id} 的付款成功,请勿重复付款",
        en="A payment with end-to-end id {end_to_end_id} was already settled from this account; "
        "do not pay twice",
    )


class UnknownPayment(TongbaoError):
    """No such payment, or none the caller may see."""

    code = "payments.unknown_payment"
    kind = Kind.NOT_FOUND
    title = Text(zh="付款不存在", en="Unknown payment")


class ApprovalNeeded(TongbaoError):
    """The initiator may not pay this alone."""

    code = "payments.approval_needed"
    kind = Kind.FORBIDDEN
    title = Text(zh="付款须经复核", en="This payment must be approved by a second person")


class NotWithinBand(TongbaoError):
    """The approver may approve payments, but not of this amount."""

    code = "payments.not_within_band"
    kind = Kind.FORBIDDEN
    title = Text(zh="超出复核限额", en="Above what you may approve")
    detail = Text(
        zh="您的复核限额不足以批准 {amount}",
        en="Your amount band does not reach {amount}",
    )


class Rejection(TongbaoError):
    """Base of the reasons for which an order is stored as rejected."""

    kind = Kind.REFUSED
    iso_code: ClassVar[str] = "NARR"


class CreditorAccountUnknown(Rejection):
    """Nobody here has an account with this number."""

    code = "payments.creditor_account_unknown"
    iso_code = "AC03"
    title = Text(zh="收款账号不存在", en="Unknown creditor account")
    detail = Text(
        zh="本行没有账号为 {account_number} 的账户,请核对",
        en="There is no account {account_number} with this bank; please check it",
    )


class CreditorNameMismatch(Rejection):
    """The account belongs to somebody of another name; which one is not said."""

    code = "payments.creditor_name_mismatch"
    iso_code = "BE01"
    title = Text(zh="收款人名称与账号不符", en="The creditor's name does not match the account")
    detail = Text(
        zh="账号 {account_number} 的户名与所填收款人名称不一致,请核对后重新付款",
        en="Account {account_number} belongs to another name; please check and pay again",
    )


class SameAccount(Rejection):
    """Debtor and creditor account are one."""

    code = "payments.same_account"
    iso_code = "AC03"
    title = Text(zh="付款账户与收款账户相同", en="Debtor and creditor account are the same")


class CurrencyNotAllowed(Rejection):
    """The amount is not in the currency of both accounts."""

    code = "payments.currency_not_allowed"
    iso_code = "AM03"
    title = Text(zh="币种不符", en="Currency not allowed")
    detail = Text(
        zh="付款币种为 {currency},而账户币种为 {account_currency};转账不兑换币种",
        en="The amount is in {currency}, the account in {account_currency}; "
        "a transfer does not convert",
    )


class AccountNotOpen(Rejection):
    """An account is frozen or closed."""

    code = "payments.account_not_open"
    iso_code = "AC06"
    title = Text(zh="账户状态不允许交易", en="The account is not open")
    detail = Text(
        zh="账户 {account_number} 已冻结或销户", en="Account {account_number} is frozen or closed"
    )


class PartyBlocked(Rejection):
    """The debtor is blocked or no customer any more."""

    code = "payments.party_blocked"
    iso_code = "AG01"
    title = Text(zh="客户状态不允许付款", en="The customer may not pay")


# ISO 20022 codes for what others may say no to: the ledger, and limits.
ISO_CODES: Final[dict[str, str]] = {
    "ledger.insufficient_funds": "AM04",
    "ledger.account_frozen": "AC06",
    "ledger.account_closed": "AC04",
    "ledger.amount_out_of_range": "AM02",
    "accounts.account_dormant": "AC06",
    "limits.exceeded": "AM14",
    "limits.rate_missing": "AM03",
    "limits.review_needed": "AM14",
    "limits.shared_exceeded": "AM14",
}
ISO_CODE_OF_ONE_PAYMENT: Final = "AM02"
"""Of a limit that one payment alone goes beyond."""


def reason_of(refusal: TongbaoError) -> Reason:
    """Return a refusal as it is stored."""
    if isinstance(refusal, Rejection):
        iso_code = refusal.iso_code
    elif refusal.facts.get("period") == "transaction":
        iso_code = ISO_CODE_OF_ONE_PAYMENT
    else:
        iso_code = ISO_CODES.get(refusal.code, "NARR")
    return Reason(
        code=refusal.code,
        iso_code=iso_code,
        text=Text(zh=refusal.say("zh"), en=refusal.say("en")),
    )


def check_amount(amount: Money) -> None:
    """Raise `AmountNotPositive` for zero or less."""
    if amount.minor <= 0:
        raise AmountNotPositive


def clean_end_to_end_id(text: str) -> str:
    """Return the id unchanged; raises `EndToEndIdMalformed`."""
    if len(text) > END_TO_END_ID_LENGTH_MAX or _END_TO_END_ID.fullmatch(text) is None:
        raise EndToEndIdMalformed(length_max=END_TO_END_ID_LENGTH_MAX)
    return text


def clean_remittance(text: str | None) -> str | None:
    """Return the text without surrounding space, None if nothing is left.

    Raises `RemittanceMalformed`.
    """
    cleaned = unicodedata.normalize("NFC", text or "").strip()
    if len(cleaned) > REMITTANCE_LENGTH_MAX or not _visible(cleaned):
        raise RemittanceMalformed(length_max=REMITTANCE_LENGTH_MAX)
    return cleaned or None


def clean_creditor_name(text: str) -> str:
    """Return the name without surrounding space; raises `CreditorNameMalformed`."""
    cleaned = unicodedata.normalize("NFC", text).strip()
    if not 1 <= len(cleaned) <= CREDITOR_NAME_LENGTH_MAX or not _visible(cleaned):
        raise CreditorNameMalformed(length_max=CREDITOR_NAME_LENGTH_MAX)
    return cleaned


def same_name(left: str, right: str) -> bool:
    """Tell whether two spellings are one name.

    Width (full or half), letter case, spaces and the kind of middle dot do not matter; everything
    else does.
    """
    return left == right or _name_key(left) == _name_key(right)


def _name_key(name: str) -> str:
    dotted = name.translate(_MIDDLE_DOTS)
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", dotted).casefold())
    return "".join(folded.split()).translate(_MIDDLE_DOTS)


def _visible(text: str) -> bool:
    return text.isprintable() or not any(
        unicodedata.category(character) in _FORBIDDEN_CATEGORIES for character in text
    )
