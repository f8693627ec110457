"""When an order is refused, and why.

Two kinds of no:

- the order is *invalid* (an error is raised, nothing is stored): a character the field cannot hold,
  an amount of zero, an account that is not the initiator's;
- the order is *rejected* (it is stored with its reason, final): no such creditor account, another
  name, too little money. Reasons carry ISO 20022 codes (ExternalStatusReason1Code) beside ours.
"""

from typing import ClassVar

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text


class AmountNotPositive(TongbaoError):
    """Zero or less cannot be transferred."""

    code = "payments.amount_not_positive"
    title = Text(zh="付款金额必须大于零", en="The amount must be greater than zero")


class EndToEndIdMalformed(TongbaoError):
    """The end-to-end identification has characters or a length ISO 20022 does not allow."""

    code = "payments.end_to_end_id_malformed"
    title = Text(zh="业务参考号不符合要求", en="The end-to-end id is not acceptable")
    detail = Text(
        zh="业务参考号为 1 至 {length_max} 个字符，限字母、数字及 /-?:().,'+ 和空格",
        en="An end-to-end id has 1 to {length_max} letters, digits and /-?:().,'+ or space",
    )


class RemittanceMalformed(TongbaoError):
    """The remittance text is too long or holds characters that cannot be seen."""

    code = "payments.remittance_malformed"
    title = Text(zh="附言不符合要求", en="The remittance text is not acceptable")
    detail = Text(
        zh="附言至多 {length_max} 个可见字符，不得换行",
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
        zh="该账户已有一笔业务参考号为 {end_to_end_id} 的付款成功，请勿重复付款",
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
        zh="本行没有账号为 {account_number} 的账户，请核对",
        en="There is no account {account_number} with this bank; please check it",
    )


class CreditorNameMismatch(Rejection):
    """The account belongs to somebody of another name; which one is not said."""

    code = "payments.creditor_name_mismatch"
    iso_code = "BE01"
    title = Text(zh="收款人名称与账号不符", en="The creditor's name does not match the account")
    detail = Text(
        zh="账号 {account_number} 的户名与所填收款人名称不一致，请核对后重新付款",
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
        zh="付款币种为 {currency}，而账户币种为 {account_currency}；转账不兑换币种",
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


class NotCancellable(TongbaoError):
    """The order is with a channel already, or is over."""

    code = "payments.not_cancellable"
    kind = Kind.CONFLICT
    title = Text(zh="付款已不能撤销", en="The payment can no longer be cancelled")
    detail = Text(
        zh="付款状态为 {status}，已发出或已终结的付款不能撤销",
        en="The payment is {status}; what was sent or is over cannot be cancelled",
    )


class TooManyToPay(TongbaoError):
    """So many top-ups of an account wait for somebody to pay them at a wallet."""

    code = "payments.too_many_to_pay"
    kind = Kind.CONFLICT
    title = Text(zh="待付款的充值过多", en="Too many top-ups wait to be paid")
    detail = Text(
        zh="同一账户至多有 {most} 笔充值待付款，请先付款或撤销",
        en="At most {most} top-ups of an account wait to be paid; pay or cancel one first",
    )


class NotUnknown(TongbaoError):
    """Only what nobody knows is resolved by hand."""

    code = "payments.not_unknown"
    kind = Kind.CONFLICT
    title = Text(zh="付款状态并非未知", en="The payment is not unknown")
    detail = Text(
        zh="付款状态为 {status}，只有状态未知的付款才能人工处置",
        en="The payment is {status}; only what is unknown is resolved by hand",
    )


class NothingToAsk(TongbaoError):
    """No channel has the payment, or how it ended is known."""

    code = "payments.nothing_to_ask"
    kind = Kind.CONFLICT
    title = Text(zh="无需查询", en="Nothing to ask")
    detail = Text(
        zh="付款状态为 {status}，没有通道在处理它",
        en="The payment is {status}; no channel has it",
    )


class NotPaidInTime(Rejection):
    """Nobody paid it at the wallet in time; it can no longer be paid."""

    code = "payments.not_paid_in_time"
    title = Text(zh="逾时未付款", en="Nobody paid it in time")


class NoRoute(Rejection):
    """No channel takes this payment now."""

    code = "payments.no_route"
    iso_code = "AB08"
    title = Text(zh="暂无可用通道", en="No channel is available")
    detail = Text(
        zh="目前没有通道可以办理此付款，资金未动，请稍后再试",
        en="No channel takes this payment at present; no money moved, please try again later",
    )


class ChannelRefused(Rejection):
    """Every channel that could do it has said that it certainly did not."""

    code = "payments.channel_refused"
    iso_code = "NARR"
    title = Text(zh="通道拒绝付款", en="The channel refused the payment")


class BankCodeMalformed(TongbaoError):
    """A bank is named by 12 digits (CNAPS, 联行号) or a BIC."""

    code = "payments.bank_code_malformed"
    title = Text(zh="行号不符合要求", en="The bank code is not acceptable")
    detail = Text(
        zh="收款行为 12 位联行号，或 8 位、11 位 BIC",
        en="A bank is named by a CNAPS number of 12 digits or a BIC of 8 or 11 characters",
    )


class NotBookable(TongbaoError):
    """The ledger does not let it be booked now: an account was stopped meanwhile."""

    code = "payments.not_bookable"
    kind = Kind.CONFLICT
    title = Text(zh="账户状态暂不允许入账", en="It cannot be booked now")
    detail = Text(
        zh="相关账户已被限制，解除后方可入账",
        en="An account is restrained; it can be booked once that has ended",
    )


class NotKnownYet(TongbaoError):
    """A channel speaks of money that it does not confirm when asked, or that we know not yet."""

    code = "payments.not_known_yet"
    kind = Kind.UNAVAILABLE
    title = Text(zh="来账尚未确认", en="Not confirmed yet")
    detail = Text(
        zh="通道尚未确认来账 {reference}，稍后再查",
        en="The channel does not confirm {reference} yet; it is asked again later",
    )


class BookedByHand(Rejection):
    """Staff has booked the money, before any message told of it: nobody gets it twice."""

    code = "payments.booked_by_hand"
    iso_code = "NARR"
    title = Text(zh="款项已由对账人工入账", en="The money was booked by hand")


class NotToBeReturned(Rejection):
    """Money came back of what was not paid, came back before, or is less."""

    code = "payments.not_to_be_returned"
    iso_code = "NOOR"
    title = Text(zh="退汇无对应付款", en="No payment that this could be the return of")


class NotWaiting(TongbaoError):
    """What was approved is an order that waits for no approval any more: it was cancelled."""

    code = "payments.not_waiting"
    kind = Kind.CONFLICT
    title = Text(zh="付款已不在待复核状态", en="The payment waits for no approval any more")
    detail = Text(zh="付款状态为 {status}", en="The payment is {status}")
