"""Payments as CSV: UTF-8, UTF-16 with a byte order mark, or GBK, read line by line.

The first line names the columns, in Chinese or English and in any order. A file is read twice:
once to find out its encoding, which nothing else can tell, and once for what it says.
"""

import codecs
import csv
from collections.abc import Iterator, Mapping
from io import TextIOWrapper
from operator import itemgetter
from typing import BinaryIO, Final

from tongbao.kernel.text import Text
from tongbao.products.bulk.domain.errors import ColumnsWrong, FileUnreadable, LineUnreadable
from tongbao.products.bulk.domain.reading import Head, RawLine

CHUNK_BYTES: Final = 64 * 1024
LINE_LENGTH_MAX: Final = 4_096
FIELD_LENGTH_MAX: Final = 1_000
COLUMNS: Final[Mapping[str, str]] = {
    "account": "account",
    "账号": "account",
    "收款账号": "account",
    "name": "name",
    "户名": "name",
    "收款人": "name",
    "amount": "amount",
    "金额": "amount",
    "currency": "currency",
    "币种": "currency",
    "remittance": "remittance",
    "附言": "remittance",
    "用途": "remittance",
    "reference": "reference",
    "业务参考号": "reference",
}
REQUIRED: Final = ("account", "name", "amount")
_CELLS: Final = (*REQUIRED, "currency", "remittance", "reference")
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"),
                 (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip


def read(source: BinaryIO) -> Iterator[Head | RawLine]:
    """Yield the lines. Raises `FileUnreadable`, `ColumnsWrong`."""
    encoding = _encoding(source)
    source.seek(0)
    text = TextIOWrapper(source, encoding=encoding, errors="strict", newline="")
    try:
        rows = csv.reader(_lines(text), strict=True)
        columns = _columns(next(rows, []))
        width = len(columns)
        # What is in no column is in the empty cell behind the last one.
        pick = itemgetter(*(columns.index(each) if each in columns else width for each in _CELLS))
        number = 0
        for row in rows:
            cells = [each.strip()[:FIELD_LENGTH_MAX] for each in row[:width]]
            if not any(cells) and not any(map(str.strip, row[width:])):
                continue
            number += 1
            cells += [""] * (width + 1 - len(cells))
            yield _line(number, pick(cells), None if len(row) == width else (len(row), width))
    except csv.Error as error:
        raise FileUnreadable(
            why=Text(zh="CSV 中引号或换行有误", en="A quotation mark or a line break is wrong")
        ) from error
    finally:
        text.detach()


def _encoding(source: BinaryIO) -> str:
    """Return how the bytes are to be read. Raises `FileUnreadable`."""
    source.seek(0)
    head = source.read(4)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return _tried(source, encoding)
    try:
        return _tried(source, "utf-8")
    except FileUnreadable:
        return _tried(source, "gb18030")  # all of GBK, and more


def _tried(source: BinaryIO, encoding: str) -> str:
    source.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
    try:
        while chunk := source.read(CHUNK_BYTES):
            if "\x00" in decoder.decode(chunk):
                raise FileUnreadable(
                    why=Text(
                        zh="文件含有空字符，不是文本",
                        en="It is no text",
                    )
                )
        decoder.decode(b"", final=True)
    except UnicodeError as error:
        raise FileUnreadable(
            why=Text(
                zh="编码须为 UTF-8、GBK 或带 BOM 的 UTF-16",
                en="The encoding must be UTF-8, GBK, or UTF-16 with a byte order mark",
            )
        ) from error
    return encoding


def _lines(text: TextIOWrapper) -> Iterator[str]:
    """Yield lines of bounded length. Raises `FileUnreadable`."""
    while line := text.readline(LINE_LENGTH_MAX):
        if len(line) == LINE_LENGTH_MAX and not line.endswith(("\n", "\r")):
            raise FileUnreadable(
                why=Text(
                    zh=f"某行超过 {LINE_LENGTH_MAX} 个字符",
                    en=f"A line is longer than {LINE_LENGTH_MAX} characters",
                )
            )
        yield line


def _columns(names: list[str]) -> list[str]:
    """Return what each column is. Raises `ColumnsWrong`."""
    columns = [COLUMNS.get(name.strip().lower(), "") for name in names]
    wrong = [name[:40] for name, column in zip(names, columns, strict=True) if not column]
    wrong += [each for each in REQUIRED if each not in columns]
    if wrong or len(set(columns)) != len(columns):
        raise ColumnsWrong(columns=", ".join(wrong[:10]) or ", ".join(names)[:100])
    return columns


def _line(number: int, cells: tuple[str, ...], widths: tuple[int, int] | None) -> RawLine:
    """Return a line; `widths` are how many cells it has and should have, where they differ."""
    account, name, amount, currency, remittance, reference = cells
    fault = None
    if widths is not None:
        fault = LineUnreadable(fault=f"{widths[0]} ≠ {widths[1]} 列 columns")
    return RawLine(
        number,
        account,
        name,
        amount,
        currency or None,
        remittance or None,
        reference or None,
        fault=fault,
    )
