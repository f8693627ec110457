"""What reconciliation refuses, one code per reason."""

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text


class StatementNotTaken(TongbaoError):
    """There is nothing to compare the books with."""

    code = "reconciliation.statement_not_taken"
    kind = Kind.CONFLICT
    title = Text(zh="尚无该日对账单", en="No statement of this day")
    detail = Text(
        zh="通道 {channel} {day} 的对账单尚未取得，无法对账",
        en="No statement of channel {channel} of {day} was taken in; there is nothing to compare",
    )


class StatementDiffers(TongbaoError):
    """Another statement of the same day was taken in before."""

    code = "reconciliation.statement_differs"
    kind = Kind.CONFLICT
    title = Text(zh="该日已有内容不同的对账单", en="Another statement of this day is here")
    detail = Text(
        zh="{day} 已取得一份内容不同的对账单；如确为更正版本，请注明更正",
        en="A statement of {day} with other content was taken in; say so if this one corrects it",
    )


class SettlementUsed(TongbaoError):
    """One payment to the bank is of one day."""

    code = "reconciliation.settlement_used"
    kind = Kind.CONFLICT
    title = Text(zh="清算批次号已被使用", en="The settlement is another day's")
    detail = Text(
        zh="清算批次 {settlement} 已属于 {day} 的对账单",
        en="Settlement {settlement} is that of the statement of {day}",
    )


class DayNotBegun(TongbaoError):
    """Nobody can say yet what happened."""

    code = "reconciliation.day_not_begun"
    title = Text(zh="日期尚未到来", en="The day has not begun")
    detail = Text(zh="{day} 尚未到来，今天是 {today}", en="{day} has not begun; today is {today}")


class AmountOutOfRange(TongbaoError):
    """More than a ledger takes in one posting."""

    code = "reconciliation.amount_out_of_range"
    title = Text(zh="金额超出范围", en="Amounts out of range")
    detail = Text(
        zh="对账单各笔金额与手续费合计超出 {maximum} 最小货币单位",
        en="The lines and fees of the statement come to more than {maximum} minor units",
    )


class OwnerRefused(TongbaoError):
    """A case is given to somebody who works on cases."""

    code = "reconciliation.owner_refused"
    kind = Kind.REFUSED
    title = Text(zh="不能指派给此人", en="It cannot be given to them")
    detail = Text(
        zh="差错只能指派给有权处理的员工", en="Only staff that works on breaks can have one"
    )


class StatementUnreadable(TongbaoError):
    """The file is no camt.053.001.08 that holds together; `findings` say where and why."""

    code = "reconciliation.statement_unreadable"
    title = Text(zh="无法读懂对账单", en="The statement cannot be read")
    detail = Text(
        zh="不是有效的 camt.053.001.08:{first}",
        en="This is no valid camt.053.001.08: {first}",
    )


class SeveralDays(TongbaoError):
    """A statement is of one day."""

    code = "reconciliation.several_days"
    title = Text(zh="对账单须为单日", en="A statement is of one day")
    detail = Text(
        zh="该对账单涵盖 {first_on} 至 {last_on}，请按日提供",
        en="This one covers {first_on} to {last_on}; give one for each day",
    )


class DoesNotFit(TongbaoError):
    """So much differs that the statement is the wrong one, more likely than the books."""

    code = "reconciliation.does_not_fit"
    kind = Kind.REFUSED
    title = Text(zh="对账单与账务严重不符", en="The statement does not fit the books")
    detail = Text(
        zh="差异超过 {breaks_max} 笔，未作任何处理；请核实对账单是否属于该通道与日期",
        en="More than {breaks_max} differences; nothing was done. Is it the right channel and day?",
    )


class UnknownBreak(TongbaoError):
    """There is no such case."""

    code = "reconciliation.unknown_break"
    kind = Kind.NOT_FOUND
    title = Text(zh="没有此差错", en="There is no such break")


class BreakClosed(TongbaoError):
    """The case is over."""

    code = "reconciliation.break_closed"
    kind = Kind.CONFLICT
    title = Text(zh="差错已了结", en="The break is closed")
    detail = Text(zh="差错 {break_id} 已了结", en="Break {break_id} is closed")


class CameMeanwhile(TongbaoError):
    """What was missing is booked by now: the next run clears the case."""

    code = "reconciliation.came_meanwhile"
    kind = Kind.CONFLICT
    title = Text(zh="款项已入账", en="The money was booked meanwhile")
    detail = Text(
        zh="{reference} 已入账，请重新对账，差错将自动了结",
        en="{reference} was booked meanwhile; reconcile the day again, and the case clears",
    )


class NotTogether(TongbaoError):
    """Cases that are closed together are of one channel and one currency."""

    code = "reconciliation.not_together"
    kind = Kind.REFUSED
    title = Text(zh="不能一并了结", en="They cannot be closed together")
    detail = Text(
        zh="一并了结的差错须属同一通道、同一币种",
        en="Breaks that are closed together are of one channel and one currency",
    )


class DoesNotSettle(TongbaoError):
    """The postings leave something in suspense, or take too much from it."""

    code = "reconciliation.does_not_settle"
    kind = Kind.REFUSED
    title = Text(zh="金额不平", en="The amounts do not agree")
    detail = Text(
        zh="差错合计 {breaks} {currency}，入账合计 {postings} {currency}，两者须相等",
        en="The breaks come to {breaks} {currency} and the postings to {postings} {currency};"
        " both must agree",
    )


class AccountRefused(TongbaoError):
    """Money is not put where it came from, or nowhere."""

    code = "reconciliation.account_refused"
    kind = Kind.REFUSED
    title = Text(zh="入账账户不可用", en="Not an account for this")
    detail = Text(
        zh="账户“{account}”不存在、币种不符，或为通道在途/挂账账户",
        en="'{account}' does not exist, is of another currency, or is one of the channels' own"
        " accounts",
    )
