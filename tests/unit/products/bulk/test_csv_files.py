"""CSV as people make it: every encoding, every wrong one, and nothing that fills the memory."""

import tracemalloc
from io import BytesIO
from tempfile import TemporaryFile

import pytest

from tongbao.kernel.money import Money
from tongbao.products.bulk.domain import csv_files
from tongbao.products.bulk.domain.errors import ColumnsWrong, FileUnreadable
from tongbao.products.bulk.domain.reading import Head, RawLine, amount_of

TEXT = '账号,户名,金额,附言,业务参考号\n9900010000000000026,"王,小明",8500.00,11月工资,P-1\n'


def lines(content: bytes) -> list[RawLine]:
    found: list[Head | RawLine] = list(csv_files.read(BytesIO(content)))
    return [each for each in found if isinstance(each, RawLine)]


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("gbk"),
        TEXT.encode("gb18030"),
        TEXT.encode("utf-16"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\n\n  \n").encode(),
    ],
)
def test_what_it_says_does_not_depend_on_how_it_is_written(content: bytes) -> None:
    assert lines(content) == [
        RawLine(1, "9900010000000000026", "王,小明", "8500.00", None, "11月工资", "P-1")
    ]


def test_columns_in_english_and_in_any_order() -> None:
    (line,) = lines(b"amount,Currency,ACCOUNT,name\n1,CNY,12345678,A\n")
    assert (line.account, line.amount, line.currency, line.reference) == (
        "12345678",
        "1",
        "CNY",
        None,
    )


@pytest.mark.parametrize(
    "content",
    [
        b"\x00" * 5_000_000,
        b"account,name,amount\n\x00\n",
        TEXT.encode("utf-16-le"),  # without a mark it is no UTF-16
        b"account,name,amount\n\xff\xfe\xff\n",
        TEXT.encode()[:14] + b"\xe6",  # ends within a character
        b'account,name,amount\n"never closed' + b"x" * 10_000,
        b"account,name,amount\n" + b"x" * 5_000,
        b'account,name,amount\n1,"a"b,1\n',
    ],
)
def test_what_is_no_text_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises((FileUnreadable, ColumnsWrong)):
        lines(content)


@pytest.mark.parametrize(
    "header", ["", "account,name", "account,name,amount,amount", "account,name,amount,salary", "=1"]
)
def test_the_first_line_names_the_columns(header: str) -> None:
    with pytest.raises(ColumnsWrong):
        lines(f"{header}\n1,2,3\n".encode())


def test_a_line_with_another_number_of_fields_is_that_lines_fault() -> None:
    one, two, three = lines(b"account,name,amount\n1,a,1.00\n2,b\n3,c,1.00,x\n")
    assert one.fault is None
    assert two.fault is not None
    assert three.fault is not None


def test_a_long_file_takes_little_memory() -> None:
    line = "9900010000000000026,王小明,8500.00\n".encode()
    with TemporaryFile() as source:
        source.write("账号,户名,金额\n".encode() + line * 60_000)
        tracemalloc.start()
        count = sum(1 for _ in csv_files.read(source))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert count == 60_000
    assert peak < 1_000_000


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("8500", 850_000),
        (" 8,500.00 ", 850_000),
        ("0.01", 1),
        ("0", None),
        ("-1.00", None),
        ("1.001", None),
        ("1e3", None),
        ("NaN", None),
        ("一百", None),
        ("", None),
        ("9" * 40, None),
    ],
)
def test_amounts(text: str, minor: int | None) -> None:
    assert amount_of(text, "CNY") == (None if minor is None else Money(minor, "CNY"))
