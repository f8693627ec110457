import csv
from collections.abc import Sequence
from pathlib import Path

import duckdb
import numpy as np
import pytest
from stdnum.cn import uscc

from tongbao_sandbox import firms
from tongbao_sandbox.book import FirmBook
from tongbao_sandbox.errors import BadInputFile

HEADER = (
    *("enterprise", "direction", "number", "issued_on"),
    *("counterparty", "amount_fen", "tax_fen", "valid"),
)
GOOD = ("E1", "out", "7", "2019-03-02", "B00001", "10000", "1300", "True")
ROWS = (
    ("E1", "in", "12", "2019-03-02", "A00009", "-94340", "-5660", "true"),
    ("E2", "out", "99999999", "2018-11-30", "B00001", "1", "0", "0"),
    ("E1", "out", "7", "2017-01-15", "B00002", "20000", "2600", "1"),
    GOOD,
)
ENTERPRISES = (
    ("E1", "***建材有限公司", "A", "0.0"),
    ("E2", "个体经营E2 ", "D", "1"),
    ("E3", "***商贸有限公司", "", ""),
)


def write(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def load(
    folder: Path,
    rows: Sequence[Sequence[str]] = ROWS,
    enterprises: Sequence[Sequence[str]] = ENTERPRISES,
    header: Sequence[str] = HEADER,
) -> FirmBook:
    return firms.load(
        invoices=write(folder / "invoices.csv", header, rows),
        enterprises=write(
            folder / "enterprises.csv", ("code", "name", "rating", "defaulted"), enterprises
        ),
    )


def test_firms_come_with_what_the_bank_knows_and_a_valid_number(tmp_path: Path) -> None:
    book = load(tmp_path)

    assert [(firm.code, firm.name, firm.rating, firm.defaulted) for firm in book.firms] == [
        ("E1", "***建材有限公司", "A", False),
        ("E2", "个体经营E2", "D", True),
        ("E3", "***商贸有限公司", None, None),
    ]
    assert all(uscc.is_valid(firm.registration_number) for firm in book.firms)
    assert [firm.registration_number[:2] for firm in book.firms] == ["91", "92", "91"]
    again = load(tmp_path)
    assert again.firms == book.firms


def test_invoices_are_oldest_first_and_in_file_order_within_a_day(tmp_path: Path) -> None:
    invoices = load(tmp_path).invoices("E1")

    assert invoices.issued_on.astype(str).tolist() == ["2017-01-15", "2019-03-02", "2019-03-02"]
    assert invoices.out.tolist() == [True, False, True]
    assert [invoices.labels[code] for code in invoices.counterparty] == [
        *("B00002", "A00009", "B00001")
    ]
    assert invoices.amount_minor.tolist() == [20_000, -94_340, 10_000]
    assert invoices.tax_minor.tolist() == [2_600, -5_660, 1_300]
    assert invoices.void.tolist() == [False, False, False]
    assert load(tmp_path).invoices("E2").void.tolist() == [True]


def test_a_firm_without_invoices_has_empty_columns(tmp_path: Path) -> None:
    invoices = load(tmp_path).invoices("E3")

    assert len(invoices) == 0
    assert invoices.issued_on.dtype == np.dtype("datetime64[D]")
    assert invoices.amount_total_minor == 0
    assert invoices.ids.tolist() == []


def test_the_period_is_the_whole_months_around_all_invoices(tmp_path: Path) -> None:
    first, last = load(tmp_path).period

    assert (first.isoformat(), last.isoformat()) == ("2017-01-01", "2019-03-31")


def test_parquet_gives_the_same_as_csv(tmp_path: Path) -> None:
    book = load(tmp_path)
    parquet = {}
    for name, typed in {
        "invoices": "enterprise, direction, number::BIGINT AS number, issued_on::DATE AS issued_on,"
        " counterparty, amount_fen::BIGINT AS amount_fen, tax_fen::BIGINT AS tax_fen,"
        " valid::BOOLEAN AS valid",
        "enterprises": "code, name, rating, defaulted::DOUBLE AS defaulted",
    }.items():
        parquet[name] = tmp_path / f"{name}.parquet"
        duckdb.sql(
            f"COPY (SELECT {typed} FROM read_csv('{tmp_path / name}.csv', header=true,"
            f" all_varchar=true)) TO '{parquet[name]}'"
        )

    typed_book = firms.load(invoices=parquet["invoices"], enterprises=parquet["enterprises"])

    assert typed_book.firms == book.firms
    assert typed_book.period == book.period
    for code in ("E1", "E2", "E3"):
        ours, theirs = book.invoices(code), typed_book.invoices(code)
        assert ours.labels == theirs.labels
        for name in ("out", "number", "issued_on", "counterparty", "amount_minor", "void"):
            assert np.array_equal(getattr(ours, name), getattr(theirs, name)), name


def test_more_columns_than_needed_do_no_harm(tmp_path: Path) -> None:
    rows = [("note", *row) for row in ROWS]

    book = load(tmp_path, rows, header=("remark", *HEADER))

    assert len(book.invoices("E1")) == 3


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("amount_fen", "12.50", "row 3, amount_fen = '12.50': expected a whole number of fen"),
        ("amount_fen", "1e3", "whole number"),
        ("amount_fen", "", "whole number"),
        ("amount_fen", "９", "whole number"),
        ("amount_fen", "9" * 30, "whole number"),
        ("amount_fen", "9999999999999999", "beyond 1000000000000000 fen"),
        ("tax_fen", "NaN", "whole number"),
        ("tax_fen", "-9999999999999999", "beyond"),
        ("direction", "OUT", "expected in or out"),
        ("direction", "", "expected in or out"),
        ("number", "-1", "invoice number"),
        ("number", "12A", "invoice number"),
        ("issued_on", "2019/03/02", "a date YYYY-MM-DD"),
        ("issued_on", "2019-02-30", "row 3, issued_on = '2019-02-30'"),
        ("issued_on", "0019-02-03", "a date"),
        ("valid", "yes", "true or false"),
        ("valid", "", "true or false"),
        ("counterparty", "", "1 to 64 characters"),
        ("counterparty", "B\x00", "row 3, counterparty"),
        ("counterparty", "B" * 65, "1 to 64 characters"),
        ("enterprise", "", "1 to 64 characters"),
        ("enterprise", "E9", "enterprise E9 is not in the enterprises file"),
    ],
)
def test_a_wrong_value_is_shown_with_its_row(
    tmp_path: Path, column: str, value: str, expected: str
) -> None:
    wrong = list(GOOD)
    wrong[HEADER.index(column)] = value

    with pytest.raises(BadInputFile) as caught:
        load(tmp_path, [*ROWS[:2], wrong, *ROWS[2:]])

    assert expected in caught.value.en
    assert "invoices.csv" in caught.value.en
    assert caught.value.zh in str(caught.value)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (("E1", "again", "A", "0"), "code E1 appears twice"),
        (("", "nameless code", "A", "0"), "1 to 64 characters"),
        (("E4", "", "A", "0"), "1 to 200 characters"),
        (("E4", "x", "good", "0"), "letter rating"),
        (("E4", "x", "A", "maybe"), "0, 1 or empty"),
        (("E4", "x", "A", "0.5"), "0, 1 or empty"),
    ],
)
def test_a_wrong_enterprise_is_shown(tmp_path: Path, row: Sequence[str], expected: str) -> None:
    with pytest.raises(BadInputFile, match=r"enterprises\.csv") as caught:
        load(tmp_path, enterprises=[*ENTERPRISES, row])

    assert expected in caught.value.en


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInputFile, match="missing column tax_fen, valid"):
        load(tmp_path, [row[:-2] for row in ROWS], header=HEADER[:-2])


def test_files_without_rows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputFile, match="no invoices in it"):
        load(tmp_path, [])
    with pytest.raises(BadInputFile, match="no firms in it"):
        load(tmp_path, enterprises=[])


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("nothing.csv", None, "no such file"),
        ("folder.csv", "folder", "no such file"),
        ("invoices.xlsx", b"PK", ".xlsx: not .parquet or .csv"),
        ("invoices", b"", "no suffix"),
        ("text.parquet", b"enterprise,direction\n", "cannot be read"),
        ("cut.parquet", b"PAR1", "cannot be read"),
        ("empty.csv", b"", "missing column|cannot be read"),
        ("gbk.csv", "enterprise,名称\nE1,建材\n".encode("gbk"), "missing column|cannot be read"),
        ("binary.csv", bytes(range(256)) * 50, "missing column|cannot be read"),
    ],
)
def test_what_is_no_table_is_refused(
    tmp_path: Path, name: str, content: bytes | str | None, expected: str
) -> None:
    load(tmp_path)
    path = tmp_path / name
    if content == "folder":
        path.mkdir()
    elif isinstance(content, bytes):
        path.write_bytes(content)

    with pytest.raises(BadInputFile, match=expected):
        firms.load(invoices=path, enterprises=tmp_path / "enterprises.csv")


def test_one_file_alone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="together"):
        firms.load(invoices=tmp_path / "invoices.csv")
