"""Why a file, or a line of one, cannot be taken."""

from typing import ClassVar

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text


class FileEmpty(TongbaoError):
    """No payment in it."""

    code = "bulk.file_empty"
    title = Text(zh="文件中没有付款", en="There is no payment in the file")
    detail = Text(zh="表头之后没有任何付款", en="Nothing follows what the file begins with")


class TooManyLines(TongbaoError):
    """More payments than a file may have."""

    code = "bulk.too_many_lines"
    title = Text(zh="笔数过多", en="Too many payments")
    detail = Text(
        zh="一个文件至多 {lines_max} 笔，请拆分后提交",
        en="A file has at most {lines_max} payments; please split it",
    )


class FileUnreadable(TongbaoError):
    """The bytes are neither a CSV nor a pain.001.001.09 that can be read."""

    code = "bulk.file_unreadable"
    title = Text(zh="文件无法读取", en="The file cannot be read")
    detail = Text(zh="无法读取：{why}", en="It cannot be read: {why}")


class SchemaViolated(TongbaoError):
    """The message around the transactions is not valid."""

    code = "bulk.schema_violated"
    title = Text(zh="报文不符合 pain.001.001.09", en="Not a valid pain.001.001.09")
    detail = Text(zh="位置 {path}：{fault}", en="At {path}: {fault}")


class ColumnsWrong(TongbaoError):
    """The first line of a CSV does not name the columns."""

    code = "bulk.columns_wrong"
    title = Text(zh="表头不正确", en="The header line is wrong")
    detail = Text(
        zh="第一行须为列名，至少含：账号、户名、金额；可含：币种、附言、业务参考号。问题列：{columns}",
        en="The first line names the columns: account,name,amount and, if wanted, currency,"
        "remittance,reference. Wrong: {columns}",
    )


class ControlSumWrong(TongbaoError):
    """What the file says of itself is not what is in it."""

    code = "bulk.control_sum_wrong"
    title = Text(zh="控制总数不符", en="The control totals do not match")
    detail = Text(
        zh="{place} 申明 {said}，实际为 {found}",
        en="{place} says {said}, but it is {found}",
    )


class MessageIdUsed(TongbaoError):
    """This account has handed in a message with this id before: probably the same file."""

    code = "bulk.message_id_used"
    kind = Kind.CONFLICT
    title = Text(zh="报文标识号已使用", en="The message id is already used")
    detail = Text(
        zh="该账户已提交过标识号为 {message_id} 的文件；更正后请使用新的标识号，或先撤销原文件",
        en="This account has handed in a file with the id {message_id}; use another one, or cancel "
        "that file first",
    )


class DebtorAccountDiffers(TongbaoError):
    """The message names another account than the request."""

    code = "bulk.debtor_account_differs"
    title = Text(zh="付款账号不一致", en="Another account pays in the file")
    detail = Text(
        zh="文件中的付款账号为 {account_number}，与所选付款账户不同",
        en="The file names the account {account_number}, which is not the chosen one",
    )


class UnknownFile(TongbaoError):
    """No such file, or none the caller may see."""

    code = "bulk.unknown_file"
    kind = Kind.NOT_FOUND
    title = Text(zh="文件不存在", en="Unknown file")


class FileStateWrong(TongbaoError):
    """It is too late for this, or too early."""

    code = "bulk.file_state_wrong"
    kind = Kind.CONFLICT
    title = Text(zh="文件当前状态不允许该操作", en="The file is not in a state for this")
    detail = Text(zh="文件状态为 {state}", en="The file is {state}")


class NothingToPay(TongbaoError):
    """No line may be paid, or one is wrong where all or nothing is paid."""

    code = "bulk.nothing_to_pay"
    kind = Kind.REFUSED
    title = Text(zh="文件不可执行", en="The file cannot be paid")
    detail = Text(
        zh="共 {lines} 笔，其中 {wrong} 笔有误（模式：{mode}）；请更正后重新提交",
        en="{wrong} of {lines} lines are wrong (mode: {mode}); please mend the file and hand it in "
        "again",
    )


class NotDueYet(TongbaoError):
    """The day on which the file is to be paid has not come."""

    code = "bulk.not_due_yet"
    kind = Kind.REFUSED
    title = Text(zh="未到付款日期", en="The file is not due yet")
    detail = Text(zh="文件要求于 {due_on} 付款", en="The file asks for {due_on}")


class LineWrong(TongbaoError):
    """Base of what can be wrong with a line by itself."""

    iso_code: ClassVar[str] = "FF01"


class LineUnreadable(LineWrong):
    """The line has too many or too few fields, or the schema refuses it."""

    code = "bulk.line_unreadable"
    title = Text(zh="该笔格式有误", en="The line cannot be read")
    detail = Text(zh="该笔无法读取：{fault}", en="The line cannot be read: {fault}")


class LineAmountWrong(LineWrong):
    """The amount is no amount above zero in the account's currency."""

    code = "bulk.line_amount_wrong"
    iso_code = "AM09"
    title = Text(zh="金额有误", en="The amount is wrong")
    detail = Text(
        zh="“{amount}”不是大于零的 {currency} 金额", en="'{amount}' is no {currency} amount above 0"
    )


class LineCurrencyWrong(LineWrong):
    """The line is in another currency than the account that pays."""

    code = "bulk.line_currency_wrong"
    iso_code = "AM03"
    title = Text(zh="币种与付款账户不符", en="Not the currency of the account that pays")
    detail = Text(
        zh="该笔币种为 {currency}，付款账户为 {account_currency}",
        en="The line is in {currency}, the account in {account_currency}",
    )


class LineReferenceRepeated(LineWrong):
    """Another line of the file has the same end-to-end id."""

    code = "bulk.line_reference_repeated"
    iso_code = "AM05"
    title = Text(zh="业务参考号重复", en="The end-to-end id is repeated")
    detail = Text(
        zh="第 {first} 笔已使用业务参考号 {reference}",
        en="Line {first} has the end-to-end id {reference} already",
    )
