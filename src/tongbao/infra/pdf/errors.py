"""What may go wrong with documents."""

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text


class PdfFailed(TongbaoError):
    """A document could not be set within its bounds. `why` is for the log."""

    code = "pdf.failed"
    kind = Kind.UNAVAILABLE
    title = Text(zh="文件暂时无法生成", en="The document cannot be made at the moment")


class PdfBusy(TongbaoError):
    """Too many documents wait."""

    code = "pdf.busy"
    kind = Kind.UNAVAILABLE
    title = Text(
        zh="文件生成繁忙，请稍后再试", en="Too many documents are being made; try again later"
    )


class SealUnusable(TongbaoError):
    """The file with the seal's key and certificates is missing, open to everybody, or is none."""

    code = "pdf.seal_unusable"
    kind = Kind.UNAVAILABLE
    title = Text(zh="电子印章不可用", en="The seal cannot be used")
    detail = Text(zh="印章文件 {path}：{why}", en="Seal file {path}: {why}")


class PdfUnreadable(TongbaoError):
    """What was to be verified is no PDF, or one that cannot be read within bounds."""

    code = "pdf.unreadable"
    kind = Kind.REFUSED
    title = Text(zh="文件不是可读取的 PDF", en="The file is no PDF that can be read")
