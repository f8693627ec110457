"""What may go wrong with statements."""

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text


class PeriodUpsideDown(TongbaoError):
    """The period ends before it begins."""

    code = "statements.period_upside_down"
    title = Text(zh="起止日期颠倒", en="The period ends before it begins")
    detail = Text(zh="起始日 {first} 晚于截止日 {last}", en="{first} is after {last}")


class PeriodTooLong(TongbaoError):
    """More days than one statement covers."""

    code = "statements.period_too_long"
    title = Text(zh="期间过长", en="The period is too long")
    detail = Text(
        zh="一份对账单最多 {days_max} 天，请分段申请",
        en="A statement covers at most {days_max} days; ask for several",
    )


class DayInFuture(TongbaoError):
    """Nothing is known of a day that has not begun."""

    code = "statements.day_in_future"
    title = Text(zh="日期尚未到来", en="The day has not begun")
    detail = Text(
        zh="{day} 尚未到来，最晚可选今天 {today}",
        en="{day} has not begun; the latest possible day is today, {today}",
    )


class TooManyMovements(TongbaoError):
    """More movements than a PDF of a bearable length holds."""

    code = "statements.too_many_movements"
    kind = Kind.REFUSED
    title = Text(zh="明细过多，无法生成 PDF", en="Too many movements for a PDF")
    detail = Text(
        zh="该期间有 {movements} 笔明细，PDF 最多 {movements_max} 笔（约 {pages_max} 页）；"
        "请缩短期间，或下载 CSV、camt.053",
        en="There are {movements} movements and a PDF holds {movements_max} (about {pages_max}"
        " pages); choose a shorter period, or take CSV or camt.053",
    )


class PageMissing(TongbaoError):
    """The statement has fewer pages."""

    code = "statements.page_missing"
    kind = Kind.NOT_FOUND
    title = Text(zh="没有这一页", en="There is no such page")
    detail = Text(zh="共 {pages} 页", en="There are {pages} pages")


class StatementBroken(TongbaoError):
    """Opening, movements and closing do not agree, so nothing is issued. `why` is for the log."""

    code = "statements.statement_broken"
    kind = Kind.UNAVAILABLE
    title = Text(zh="账目核对未通过，暂停出具", en="The figures do not agree; nothing is issued")
    detail = Text(
        zh="期初余额、发生额与期末余额核对未通过，本行已收到告警，请稍后再试",
        en="Opening, movements and closing do not agree. The bank has been alerted; try later",
    )


class NotOpenYet(TongbaoError):
    """The account was opened after the day that is to be certified."""

    code = "statements.not_open_yet"
    kind = Kind.REFUSED
    title = Text(zh="该日账户尚未开立", en="The account was not open on that day")


class UnknownDocument(TongbaoError):
    """There is no such document, or none the caller may see."""

    code = "statements.unknown_document"
    kind = Kind.NOT_FOUND
    title = Text(zh="文件不存在", en="Unknown document")
    detail = Text(zh="没有编号为 {document_id} 的文件", en="There is no document {document_id}")


class DocumentBeingMade(TongbaoError):
    """It was ordered, and is about to be there."""

    code = "statements.document_being_made"
    kind = Kind.CONFLICT
    title = Text(zh="文件正在生成", en="The document is being made")
    detail = Text(
        zh="文件正在生成并加盖电子印章，通常几秒内完成",
        en="The document is being set and sealed; it usually takes seconds",
    )


class UnknownCode(TongbaoError):
    """No document carries this code."""

    code = "statements.unknown_code"
    kind = Kind.NOT_FOUND
    title = Text(zh="验证码无效", en="No document carries this code")
    detail = Text(
        zh="没有文件带有此验证码，请逐字核对；若无误，该文件并非本行出具",
        en="No document carries this code. Check it sign by sign; if it is right, the document is"
        " not one of ours",
    )


class TooManyWaiting(TongbaoError):
    """More documents of one party are being made than anybody needs at a time."""

    code = "statements.too_many_waiting"
    kind = Kind.LIMITED
    title = Text(zh="待生成的文件过多", en="Too many documents are being made")
    detail = Text(
        zh="您有 {waiting_max} 份文件正在生成，请稍候再申请",
        en="{waiting_max} of your documents are being made; order more when they are done",
    )
