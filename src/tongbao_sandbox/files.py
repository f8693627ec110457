"""Firms and invoices from two files (Parquet or CSV), checked before anything is served.

Invoices: enterprise, direction (in | out), number, issued_on, counterparty, amount_fen, tax_fen,
valid. Enterprises: code, name, rating (may be empty), defaulted (0, 1 or empty).
"""

# ruff: noqa: S608  (SQL is put together from the constants below only; values are parameters)

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import numpy as np

from tongbao_sandbox.book import Firm
from tongbao_sandbox.errors import BadInputFile
from tongbao_sandbox.invoices import Invoices
from tongbao_sandbox.uscc import registration_number

FIRMS_MAX = 100_000
AMOUNT_FEN_MAX = 10**15
SOLE_TRADER = "个体"  # 个体经营, 个体工商户


@dataclass(frozen=True, slots=True)
class Column:
    """How one column is read: its types as they are, or text of a strict shape."""

    types: tuple[str, ...]  # duckdb types taken as they are
    cast: str
    shape: str  # regular expression a text value must match entirely
    what_zh: str
    what_en: str
    nullable: bool = False


_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
_LABEL = Column((), "VARCHAR", r"[^\p{Cc}]{1,64}", "1 至 64 个字符", "1 to 64 characters")
_FEN = Column(_WHOLE, "BIGINT", r"-?\d{1,16}", "整数，单位为分", "a whole number of fen (0.01 CNY)")
INVOICE_COLUMNS = {
    "enterprise": _LABEL,
    "direction": Column((), "VARCHAR", "in|out", "in 或 out", "in or out"),
    "number": Column(_WHOLE, "BIGINT", r"\d{1,18}", "发票号码(数字)", "an invoice number (digits)"),
    "issued_on": Column(
        ("DATE", "TIMESTAMP"),
        "DATE",
        r"(19|20)\d\d-\d\d-\d\d",
        "日期 YYYY-MM-DD",
        "a date YYYY-MM-DD",
    ),
    "counterparty": _LABEL,
    "amount_fen": _FEN,
    "tax_fen": _FEN,
    "valid": Column(
        ("BOOLEAN",), "BOOLEAN", "(?i)true|false|0|1", "true 或 false", "true or false"
    ),
}
ENTERPRISE_COLUMNS = {
    "code": _LABEL,
    "name": Column((), "VARCHAR", r"[^\p{Cc}]{1,200}", "1 至 200 个字符", "1 to 200 characters"),
    "rating": Column(
        (), "VARCHAR", "[A-Z]{0,3}[+-]?", "字母评级或空", "a letter rating or empty", nullable=True
    ),
    "defaulted": Column(
        ("BOOLEAN",),
        "BOOLEAN",
        r"(?i)true|false|[01](\.0)?",
        "0、1 或空",
        "0, 1 or empty",
        nullable=True,
    ),
}


class FileSource:
    """Reads both files once into an in-memory database, then answers firm by firm."""

    def __init__(self, invoices: Path, enterprises: Path) -> None:
        self._connection = duckdb.connect(
            config={"threads": 2, "autoinstall_known_extensions": False}
        )
        _read(self._connection, "enterprise", enterprises, ENTERPRISE_COLUMNS)
        _read(self._connection, "invoice", invoices, INVOICE_COLUMNS)
        self.firms = self._firms(enterprises)
        self._check_invoices(invoices)
        self.period = self._period(invoices)

    def _firms(self, path: Path) -> tuple[Firm, ...]:
        rows = self._connection.execute(
            "SELECT code, name, rating, defaulted FROM enterprise ORDER BY row_number"
        ).fetchall()
        if not rows:
            raise BadInputFile(path, zh="没有企业", en="no firms in it")
        if len(rows) > FIRMS_MAX:
            raise BadInputFile(
                path, zh=f"企业超过 {FIRMS_MAX} 家", en=f"more than {FIRMS_MAX} firms"
            )
        firms: dict[str, Firm] = {}
        for code, name, rating, defaulted in rows:
            if code in firms:
                raise BadInputFile(
                    path, zh=f"企业代码 {code} 重复", en=f"code {code} appears twice"
                )
            number = registration_number(code, sole_trader=name.startswith(SOLE_TRADER))
            firms[code] = Firm(code, name.strip(), number, rating or None, defaulted)
        assert len({firm.registration_number for firm in firms.values()}) == len(firms)
        return tuple(firms.values())

    def _check_invoices(self, path: Path) -> None:
        stranger = self._connection.execute(
            "SELECT enterprise FROM invoice WHERE enterprise NOT IN (SELECT code FROM enterprise)"
            " LIMIT 1"
        ).fetchone()
        if stranger is not None:
            raise BadInputFile(
                path,
                zh=f"企业 {stranger[0]} 不在企业文件中",
                en=f"enterprise {stranger[0]} is not in the enterprises file",
            )
        huge = self._connection.execute(
            "SELECT row_number FROM invoice WHERE greatest(abs(amount_fen), abs(tax_fen)) > ?"
            " LIMIT 1",
            [AMOUNT_FEN_MAX],
        ).fetchone()
        if huge is not None:
            raise BadInputFile(
                path,
                zh=f"第 {huge[0]} 行：金额超过 {AMOUNT_FEN_MAX} 分",
                en=f"row {huge[0]}: an amount beyond {AMOUNT_FEN_MAX} fen",
            )

    def _period(self, path: Path) -> tuple[date, date]:
        """Return whole months around the first and the last invoice of all firms."""
        row = self._connection.execute(
            "SELECT min(issued_on), max(issued_on) FROM invoice"
        ).fetchone()
        assert row is not None
        first, last = row
        if first is None:
            raise BadInputFile(path, zh="没有发票", en="no invoices in it")
        return first.replace(day=1), last.replace(day=calendar.monthrange(last.year, last.month)[1])

    def invoices(self, code: str) -> Invoices:
        """Return one firm's invoices, oldest first, in file order within a day."""
        columns = self._connection.execute(
            "SELECT direction = 'out' AS out, number, issued_on, counterparty, amount_fen, tax_fen,"
            " NOT valid AS void FROM invoice WHERE enterprise = ? ORDER BY issued_on, row_number",
            [code],
        ).fetchnumpy()
        labels, positions = np.unique(columns["counterparty"].astype(np.str_), return_inverse=True)
        return Invoices(
            out=columns["out"].astype(np.bool_),
            number=columns["number"].astype(np.int64),
            issued_on=columns["issued_on"].astype("datetime64[D]"),
            counterparty=positions.astype(np.int32),
            labels=tuple(labels.tolist()),
            amount_minor=columns["amount_fen"].astype(np.int64),
            tax_minor=columns["tax_fen"].astype(np.int64),
            void=columns["void"].astype(np.bool_),
        )


def _read(
    connection: duckdb.DuckDBPyConnection, table: str, path: Path, columns: Mapping[str, Column]
) -> None:
    """Copy a file into `table`; raise BadInputFile with the first row that is wrong."""
    source = _source(path)
    try:
        described = connection.execute(f"DESCRIBE SELECT * FROM {source}", [str(path)]).fetchall()
        types = {name: str(kind).upper() for name, kind, *_ in described}
        _check_columns(path, types, columns)
        picked = ", ".join(f'"{name}"' for name in columns)
        connection.execute(
            "CREATE TEMP TABLE raw AS"  # the values as they are, so that a bad one can be shown
            f" SELECT row_number() OVER () AS row_number, {picked} FROM {source}",
            [str(path)],
        )
    except duckdb.Error as error:
        reason = str(error).strip().splitlines()[0][:300]
        raise BadInputFile(path, zh=f"无法读取:{reason}", en=f"cannot be read: {reason}") from error
    _check_values(connection, path, types, columns)
    values = ", ".join(f'{_value(name, types, columns)} AS "{name}"' for name in columns)
    connection.execute(f"CREATE TABLE {table} AS SELECT row_number, {values} FROM raw")
    connection.execute("DROP TABLE raw")


def _source(path: Path) -> str:
    """Return the SQL table function that reads this kind of file."""
    if not path.is_file():
        raise BadInputFile(path, zh="文件不存在", en="no such file")
    match path.suffix.lower():
        case ".parquet":
            return "read_parquet(?)"
        case ".csv":
            return "read_csv(?, header=true, delim=',', quote='\"', all_varchar=true)"
        case suffix:
            raise BadInputFile(
                path,
                zh=f"不支持的格式 {suffix}",
                en=f"{suffix or 'no suffix'}: not .parquet or .csv",
            )


def _check_columns(path: Path, types: Mapping[str, str], columns: Mapping[str, Column]) -> None:
    missing = ", ".join(name for name in columns if name not in types)
    if missing:
        raise BadInputFile(path, zh=f"缺少列 {missing}", en=f"missing column {missing}")


def _check_values(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    types: Mapping[str, str],
    columns: Mapping[str, Column],
) -> None:
    firsts = ", ".join(
        f"min(row_number) FILTER (WHERE {_is_bad(name, types, columns)})" for name in columns
    )
    bad_rows = connection.execute(f"SELECT {firsts} FROM raw").fetchone()
    assert bad_rows is not None
    for (name, column), row_number in zip(columns.items(), bad_rows, strict=True):
        if row_number is None:
            continue
        found = connection.execute(
            f'SELECT "{name}"::VARCHAR FROM raw WHERE row_number = ?', [row_number]
        ).fetchone()
        assert found is not None
        shown = "NULL" if found[0] is None else repr(found[0][:80])
        raise BadInputFile(
            path,
            zh=f"第 {row_number} 行 {name} = {shown}，应为{column.what_zh}",
            en=f"row {row_number}, {name} = {shown}: expected {column.what_en}",
        )


def _is_bad(name: str, types: Mapping[str, str], columns: Mapping[str, Column]) -> str:
    """Return the SQL condition under which a raw value is refused."""
    column = columns[name]
    if types[name] in column.types:
        return "false" if column.nullable else f'"{name}" IS NULL'
    text = f"coalesce(\"{name}\"::VARCHAR, '')"
    fits = f"regexp_full_match({text}, '{column.shape}')"
    if column.nullable:
        return f"{text} <> '' AND NOT {fits}"
    return f"NOT {fits} OR {_value(name, types, columns)} IS NULL"


def _value(name: str, types: Mapping[str, str], columns: Mapping[str, Column]) -> str:
    """Return the SQL expression of a raw value in its own type."""
    column = columns[name]
    if types[name] not in column.types and column.cast == "BOOLEAN":
        text = f"nullif(\"{name}\"::VARCHAR, '')"
        return f"lower(left({text}, 1)) IN ('t', '1')"
    return f'TRY_CAST("{name}" AS {column.cast})'
