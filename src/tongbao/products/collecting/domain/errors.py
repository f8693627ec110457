"""Why something cannot be collected or paid, one code per reason."""

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text


class UnknownTill(TongbaoError):
    """There is no such till, or none the caller may see."""

    code = "collecting.unknown_till"
    kind = Kind.NOT_FOUND
    title = Text(zh="收款点不存在", en="Unknown till")


class UnknownLink(TongbaoError):
    """There is no such link, or none the caller may see."""

    code = "collecting.unknown_link"
    kind = Kind.NOT_FOUND
    title = Text(zh="付款链接不存在", en="Unknown payment link")


class UnknownRequest(TongbaoError):
    """There is no such request, or none the caller may see."""

    code = "collecting.unknown_request"
    kind = Kind.NOT_FOUND
    title = Text(zh="付款请求不存在", en="Unknown request to pay")


class UnknownPayCode(TongbaoError):
    """The caller has no such code switched on."""

    code = "collecting.unknown_pay_code"
    kind = Kind.NOT_FOUND
    title = Text(zh="付款码未开通", en="Unknown payment code")


class UnknownCollection(TongbaoError):
    """Nothing was collected by this payment, or nothing the caller may see."""

    code = "collecting.unknown_payment"
    kind = Kind.NOT_FOUND
    title = Text(zh="收款记录不存在", en="Nothing was collected by this payment")


class AccountNotUsable(TongbaoError):
    """Money can be collected only into an open account."""

    code = "collecting.account_not_usable"
    kind = Kind.REFUSED
    title = Text(zh="收款账户不可用", en="The account cannot be paid into")


class TextMalformed(TongbaoError):
    """A text is empty, too long, or holds characters that cannot be seen."""

    code = "collecting.text_malformed"
    title = Text(zh="文字不符合要求", en="A text is not acceptable")
    detail = Text(
        zh="{field} 须为 1 至 {length_max} 个可见字符",
        en="{field} takes 1 to {length_max} visible characters",
    )


class AmountNotPositive(TongbaoError):
    """Zero or less cannot be collected."""

    code = "collecting.amount_not_positive"
    title = Text(zh="金额必须大于零", en="The amount must be greater than zero")


class CurrencyNotAllowed(TongbaoError):
    """The account that collects is in another currency."""

    code = "collecting.currency_not_allowed"
    kind = Kind.REFUSED
    title = Text(zh="币种不符", en="The currency is another one")
    detail = Text(zh="此处只收 {currency}", en="Only {currency} is taken here")


class TimeOutOfRange(TongbaoError):
    """It would end too soon or too late."""

    code = "collecting.time_out_of_range"
    title = Text(zh="有效期不在范围内", en="The time is out of range")
    detail = Text(
        zh="有效期须在 {shortest} 至 {longest} 之间",
        en="It may end from {shortest} to {longest} on",
    )


class TillClosed(TongbaoError):
    """The till takes no payments any more."""

    code = "collecting.till_closed"
    kind = Kind.CONFLICT
    title = Text(zh="收款点已停用", en="The till is closed")


class LinkEnded(TongbaoError):
    """It was paid as often as it may be, was taken back, or its time is over."""

    code = "collecting.link_ended"
    kind = Kind.CONFLICT
    title = Text(zh="付款链接已失效", en="The payment link has ended")
    detail = Text(zh="此链接已{how}，没有资金变动", en="The link is {how}; no money moved")


class AmountFixed(TongbaoError):
    """The one who collects has set the amount."""

    code = "collecting.amount_fixed"
    kind = Kind.REFUSED
    title = Text(zh="金额已由收款方设定", en="The amount is fixed")
    detail = Text(zh="应付 {amount}", en="It is {amount}")


class AmountMissing(TongbaoError):
    """The payer says how much."""

    code = "collecting.amount_missing"
    title = Text(zh="请输入金额", en="Say how much")


class CodeNotOurs(TongbaoError):
    """A merchant's code of other schemes."""

    code = "collecting.code_not_ours"
    kind = Kind.REFUSED
    title = Text(zh="不支持的收款码", en="The code is of a scheme not taken here")


class CodeAltered(TongbaoError):
    """The code says something else than what was asked for."""

    code = "collecting.code_altered"
    kind = Kind.REFUSED
    title = Text(zh="收款码与收款方登记的不一致", en="The code is not what the payee asked for")
    detail = Text(
        zh="收款码内容可能被篡改，请勿付款，并告知收款方",
        en="The code may have been tampered with. Do not pay; tell the payee",
    )


class PayCodeNotGood(TongbaoError):
    """Never shown, too old, or spent: which of them is not said."""

    code = "collecting.pay_code_not_good"
    kind = Kind.CONFLICT
    title = Text(zh="付款码无效或已使用", en="The code is not good, or not any more")
    detail = Text(
        zh="付款码每 30 秒更换，只能使用一次；请顾客刷新后重扫，没有资金变动",
        en="A code changes every 30 seconds and is good once. Ask the customer for a new one; "
        "no money moved",
    )


class PayCodeClash(TongbaoError):
    """All codes of these 30 seconds are spent, or codes are being switched on elsewhere."""

    code = "collecting.pay_code_clash"
    kind = Kind.CONFLICT
    title = Text(zh="请 30 秒后重试", en="Please try again in 30 seconds")


class PersonsOnly(TongbaoError):
    """Codes are shown by people who pay their own money."""

    code = "collecting.persons_only"
    kind = Kind.REFUSED
    title = Text(zh="付款码仅限个人账户开通", en="Payment codes are for a person's own account")
    detail = Text(
        zh="付款码即扣即付，来不及由单位复核或会签；单位请扫收款码、走付款链接或付款请求",
        en="A shown code is charged at once, and a firm's payments may take others: scan the "
        "payee's code instead, or pay by link or request",
    )


class ChargeDeclined(TongbaoError):
    """The payer's side refused; why is told to the payer alone."""

    code = "collecting.charge_declined"
    kind = Kind.REFUSED
    title = Text(zh="扣款未成功", en="The charge was declined")
    detail = Text(
        zh="没有资金变动；原因只告知顾客本人，可改为顾客扫码付款",
        en="No money moved. Why is told to the customer alone, who can scan your code instead",
    )


class ReferenceUsed(TongbaoError):
    """The till has collected under this reference before: probably the same sale."""

    code = "collecting.reference_used"
    kind = Kind.CONFLICT
    title = Text(zh="商户单号已收款", en="The reference is already paid")
    detail = Text(
        zh="单号 {reference} 在此收款点已收款成功，请勿重复扣款",
        en="{reference} was collected at this till before; do not charge twice",
    )


class DebtorNotFound(TongbaoError):
    """Nobody can be asked so, or the name is another one: which of them is not said."""

    code = "collecting.debtor_not_found"
    kind = Kind.REFUSED
    title = Text(zh="账号或手机号与户名不符", en="Number and name do not belong together")


class OwnRequest(TongbaoError):
    """One does not ask oneself."""

    code = "collecting.own_request"
    kind = Kind.REFUSED
    title = Text(zh="不能向自己发起付款请求", en="One does not ask oneself to pay")


class TooManyRequests(TongbaoError):
    """So many requests wait for an answer already."""

    code = "collecting.too_many_requests"
    kind = Kind.LIMITED
    title = Text(zh="待处理的付款请求过多", en="Too many requests wait for an answer")
    detail = Text(
        zh="同一对方至多 {of_one} 个、合计至多 {of_all} 个待处理请求",
        en="At most {of_one} wait with one payer, and {of_all} in all",
    )


class RequestEnded(TongbaoError):
    """It was paid, refused, taken back, or its time is over."""

    code = "collecting.request_ended"
    kind = Kind.CONFLICT
    title = Text(zh="付款请求已结束", en="The request to pay has ended")
    detail = Text(zh="此请求已{how}，没有资金变动", en="The request is {how}; no money moved")


class OtherSide(TongbaoError):
    """The payer pays and refuses, the payee takes back."""

    code = "collecting.other_side"
    kind = Kind.REFUSED
    title = Text(zh="此操作由请求的另一方办理", en="That is for the other side of the request")


class PartNotAllowed(TongbaoError):
    """The payee wants all of it at once."""

    code = "collecting.part_not_allowed"
    kind = Kind.REFUSED
    title = Text(zh="不接受部分付款", en="A part is not accepted")
    detail = Text(zh="应付 {remaining}", en="What is due is {remaining}")


class MoreThanAsked(TongbaoError):
    """More would be paid than is still open."""

    code = "collecting.more_than_asked"
    kind = Kind.REFUSED
    title = Text(zh="超过请求的金额", en="More than was asked for")
    detail = Text(zh="尚可付 {remaining}", en="What is still open is {remaining}")
