"""Files people send us: pictures and PDFs, made harmless before they are kept.

    clean = await files.make_clean(body)              # by content, never by name or header
    stored = await files.store(tx, clean, owner_id=..., purpose=..., name=..., by=..., at=at)
    return files.download(stored, await files.content(tx, stored))

What comes out again is not what came in: a picture is decoded and drawn anew, so that whatever
else the file was (a web page, an archive, a script) and whatever it told of the place it was taken
at is gone. A PDF is written anew from its pages, in a process of its own.
"""

from tongbao.infra.files.checking import BYTES_MAX, Clean, MediaType, make_clean
from tongbao.infra.files.errors import (
    FileEmpty,
    FilesBusy,
    FileTooLarge,
    FileUnreadable,
    FileUnsafe,
    PictureTooSmall,
    TooManyPages,
    TooManyPixels,
    UnknownFile,
    WrongFileType,
)
from tongbao.infra.files.names import safe_name
from tongbao.infra.files.serving import UPLOAD, Upload, download
from tongbao.infra.files.storing import StoredFile, content, get, store

__all__ = [
    "BYTES_MAX",
    "UPLOAD",
    "Clean",
    "FileEmpty",
    "FileTooLarge",
    "FileUnreadable",
    "FileUnsafe",
    "FilesBusy",
    "MediaType",
    "PictureTooSmall",
    "StoredFile",
    "TooManyPages",
    "TooManyPixels",
    "UnknownFile",
    "Upload",
    "WrongFileType",
    "content",
    "download",
    "get",
    "make_clean",
    "safe_name",
    "store",
]
