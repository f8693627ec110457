"""Why a file is not taken."""

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text


class FileEmpty(TongbaoError):
    """Nothing was sent."""

    code = "files.empty"
    title = Text(zh="文件为空", en="The file is empty")


class FileTooLarge(TongbaoError):
    """More bytes than a file may have."""

    code = "files.too_large"
    kind = Kind.TOO_LARGE
    title = Text(zh="文件过大", en="The file is too large")
    detail = Text(
        zh="文件不得超过 {bytes_max} 字节", en="A file may have at most {bytes_max} bytes"
    )


class FilesBusy(TongbaoError):
    """As many files are being looked at as may be at a time; come back in a moment."""

    code = "files.busy"
    kind = Kind.UNAVAILABLE
    title = Text(zh="上传繁忙，请稍后再试", en="Many uploads at the moment; please try again")


class WrongFileType(TongbaoError):
    """Its first bytes are those of no kind of file we take, whatever its name or header says."""

    code = "files.wrong_type"
    title = Text(zh="不支持的文件类型", en="This kind of file is not taken")
    detail = Text(
        zh="请上传 JPEG、PNG、WebP 图片或 PDF 文件（按文件内容判断，与文件名无关）",
        en="Send a JPEG, PNG or WebP picture or a PDF; the content decides, not the name",
    )


class FileUnreadable(TongbaoError):
    """It begins like a file of its kind and cannot be read to its end."""

    code = "files.unreadable"
    title = Text(zh="文件无法读取", en="The file cannot be read")
    detail = Text(
        zh="文件已损坏或不完整，请重新拍摄或导出后再上传",
        en="The file is damaged or incomplete; take or export it again",
    )


class TooManyPixels(TongbaoError):
    """The picture would need too much memory when it is unpacked."""

    code = "files.too_many_pixels"
    title = Text(zh="图片尺寸过大", en="The picture has too many pixels")
    detail = Text(
        zh="图片像素不得超过 {pixels_max}", en="A picture may have at most {pixels_max} pixels"
    )


class PictureTooSmall(TongbaoError):
    """Too small for anything to be read in it."""

    code = "files.picture_too_small"
    title = Text(zh="图片尺寸过小", en="The picture is too small")
    detail = Text(
        zh="图片短边不得少于 {side_min} 像素",
        en="The shorter side of a picture has at least {side_min} pixels",
    )


class TooManyPages(TongbaoError):
    """A PDF with more pages or parts than a document of ours has."""

    code = "files.too_many_pages"
    title = Text(zh="PDF 页数或对象过多", en="The PDF has too many pages or parts")
    detail = Text(
        zh="PDF 不得超过 {pages_max} 页、{objects_max} 个对象",
        en="A PDF may have at most {pages_max} pages and {objects_max} parts",
    )


class FileUnsafe(TongbaoError):
    """A PDF that does something, is locked, or carries something inside."""

    code = "files.unsafe"
    title = Text(zh="文件含有不允许的内容", en="The file holds what is not allowed")
    detail = Text(
        zh="PDF 不得加密，不得含有脚本、附件、表单动作或自动操作",
        en="A PDF must not be locked nor hold scripts, attachments or actions",
    )


class UnknownFile(TongbaoError):
    """There is no such file, or none the caller may see."""

    code = "files.unknown"
    kind = Kind.NOT_FOUND
    title = Text(zh="文件不存在", en="Unknown file")
