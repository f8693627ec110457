"""Why a deposit cannot be opened, changed or paid, one code per reason."""

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text


class UnknownProduct(TongbaoError):
    """No product has this code."""

    code = "deposits.unknown_product"
    kind = Kind.NOT_FOUND
    title = Text(zh="存款产品不存在", en="Unknown deposit product")


class UnknownDeposit(TongbaoError):
    """There is no such deposit, or none the caller may see."""

    code = "deposits.unknown_deposit"
    kind = Kind.NOT_FOUND
    title = Text(zh="存款不存在", en="Unknown deposit")


class UnknownNotice(TongbaoError):
    """This deposit has no such notice."""

    code = "deposits.unknown_notice"
    kind = Kind.NOT_FOUND
    title = Text(zh="通知不存在", en="Unknown notice")


class NotForThisHolder(TongbaoError):
    """The product is for persons only, or for organisations only."""

    code = "deposits.not_for_this_holder"
    kind = Kind.REFUSED
    title = Text(zh="该产品不面向此类客户", en="The product is not for this kind of holder")


class NotOffered(TongbaoError):
    """The product is not offered in this currency, or has no rate on this day."""

    code = "deposits.not_offered"
    kind = Kind.REFUSED
    title = Text(zh="该产品目前不办理", en="The product is not on offer")
    detail = Text(
        zh="产品 {product} 目前没有 {currency} 的挂牌利率，不能办理",
        en="There is no posted rate of {product} in {currency}, so it cannot be opened",
    )


class AmountOutOfRange(TongbaoError):
    """Less than the product takes, or more than a deposit can be."""

    code = "deposits.amount_out_of_range"
    kind = Kind.REFUSED
    title = Text(zh="存款金额不在范围内", en="The amount is out of range")
    detail = Text(
        zh="金额须在 {minimum} 至 {maximum} 之间，没有资金变动",
        en="The amount must be from {minimum} to {maximum}; nothing moved",
    )


class AccountNotUsable(TongbaoError):
    """The settlement account is not open, of another holder or in another currency."""

    code = "deposits.account_not_usable"
    kind = Kind.REFUSED
    title = Text(zh="结算账户不可用", en="The settlement account cannot be used")
    detail = Text(
        zh="结算账户须为本人名下、状态正常的 {currency} 账户",
        en="The settlement account must be an open {currency} account of the same holder",
    )


class LevelTooLow(TongbaoError):
    """The holder's identity has not been checked well enough."""

    code = "deposits.level_too_low"
    kind = Kind.REFUSED
    title = Text(zh="身份认证等级不足", en="The identity level is too low")
    detail = Text(
        zh="开立存款须达到身份认证等级 {needed}",
        en="A deposit takes the identity level {needed}",
    )


class InstructionNotPossible(TongbaoError):
    """This product cannot do that at maturity."""

    code = "deposits.instruction_not_possible"
    kind = Kind.REFUSED
    title = Text(zh="该产品不支持此到期处理方式", en="The product cannot do this at maturity")
    detail = Text(zh="可选：{possible}", en="Possible: {possible}")


class TooLateToChange(TongbaoError):
    """The instruction can be changed until the day before maturity."""

    code = "deposits.too_late_to_change"
    kind = Kind.CONFLICT
    title = Text(zh="到期处理方式已不能更改", en="The instruction can no longer be changed")
    detail = Text(
        zh="到期处理方式最晚在到期日 {matures_on} 的前一日更改",
        en="The instruction can be changed until the day before maturity, {matures_on}",
    )


class NotThisKind(TongbaoError):
    """What was asked for belongs to another kind of deposit."""

    code = "deposits.not_this_kind"
    kind = Kind.REFUSED
    title = Text(zh="此类存款不能如此办理", en="This kind of deposit cannot do that")
    detail = Text(zh="该存款的类型为 {kind}", en="The deposit is of the kind {kind}")


class DepositEnded(TongbaoError):
    """It was paid out, renewed, broken or closed."""

    code = "deposits.deposit_ended"
    kind = Kind.CONFLICT
    title = Text(zh="存款已结清", en="The deposit has ended")
    detail = Text(zh="该存款的状态为 {state}", en="The deposit is {state}")


class PartNotPossible(TongbaoError):
    """Only a time deposit before its maturity, once, and a notice deposit pay out a part."""

    code = "deposits.part_not_possible"
    kind = Kind.REFUSED
    title = Text(zh="不能部分支取", en="No part can be withdrawn")
    detail = Text(
        zh="定期存款到期前可部分提前支取一次；零存整取不能部分支取。可全部支取",
        en="A time deposit pays out a part before maturity once, instalment savings never; "
        "all of it can be withdrawn",
    )


class PartOutOfRange(TongbaoError):
    """More than there is, or what would stay is less than the product's minimum."""

    code = "deposits.part_out_of_range"
    kind = Kind.REFUSED
    title = Text(zh="支取金额不在范围内", en="The part is out of range")
    detail = Text(
        zh="部分支取须大于零，且支取后余额不低于 {minimum}（目前余额 {principal}），否则请全部支取",
        en="A part is more than nothing and leaves at least {minimum} of the {principal} there "
        "are; otherwise withdraw all of it",
    )


class NotDueYet(TongbaoError):
    """An instalment is paid from its due date on."""

    code = "deposits.not_due_yet"
    kind = Kind.CONFLICT
    title = Text(zh="尚未到存款日", en="No instalment is due")
    detail = Text(zh="下一期自 {due_on} 起可存", en="The next one can be paid from {due_on} on")


class PlanComplete(TongbaoError):
    """Every instalment was paid, or the plan's time is over."""

    code = "deposits.plan_complete"
    kind = Kind.CONFLICT
    title = Text(zh="没有待存的期次", en="No instalment is left to pay")


class NoticeDayOutOfRange(TongbaoError):
    """The day of the withdrawal is too near, or too far away."""

    code = "deposits.notice_day_out_of_range"
    kind = Kind.REFUSED
    title = Text(zh="约定支取日不在范围内", en="The day of withdrawal is out of range")
    detail = Text(
        zh="约定支取日须在 {earliest} 至 {latest} 之间", en="Name a day from {earliest} to {latest}"
    )


class NoticeOpen(TongbaoError):
    """A deposit has one notice at a time."""

    code = "deposits.notice_open"
    kind = Kind.CONFLICT
    title = Text(zh="已有未到期的支取通知", en="A notice is open already")


class NoticeEnded(TongbaoError):
    """The notice was used, cancelled or missed."""

    code = "deposits.notice_ended"
    kind = Kind.CONFLICT
    title = Text(zh="该通知已结束", en="The notice is over")


class RateNotInOrder(TongbaoError):
    """Rates are set for today or later, and after those that are set already."""

    code = "deposits.rate_not_in_order"
    kind = Kind.REFUSED
    title = Text(zh="利率生效日不正确", en="The rate's first day is wrong")
    detail = Text(
        zh="生效日不得早于今日 {today}，且须晚于已有的最后一次生效日 {latest}",
        en="A rate holds from today ({today}) on or later, and from later than the last one set "
        "({latest})",
    )


class RateOutOfRange(TongbaoError):
    """A deposit's rate is neither negative nor above a quarter."""

    code = "deposits.rate_out_of_range"
    kind = Kind.INVALID
    title = Text(zh="利率不在范围内", en="The rate is out of range")
    detail = Text(zh="年利率须在 0 至 {maximum} 之间", en="A yearly rate is from 0 to {maximum}")


class UntilNeeded(TongbaoError):
    """A notice deposit has no term, so its calculation needs a day; others have theirs."""

    code = "deposits.until_needed"
    kind = Kind.INVALID
    title = Text(zh="请填写支取日", en="Please name the day of withdrawal")
    detail = Text(
        zh="通知存款的试算须填写起存日之后的支取日，且不超过 {latest}；其他产品不填",
        en="The calculation of a notice deposit needs a day after its start, {latest} at the "
        "latest; that of others takes none",
    )
