"""What is sent as bytes arrives as the values it stands for."""

from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

import pytest

from tongbao.infra.arrays import Array, Kind, array, array_with_nulls, days, jsonb, microseconds
from tongbao.infra.db import Database, WriteSession
from tongbao.kernel.ids import new_id

ID = new_id()
NOON_SHANGHAI = datetime(2026, 3, 2, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8)))
CASES: dict[Kind, tuple[str, list[bytes], list[object]]] = {
    Kind.BOOLEAN: ("boolean", [b"\x01", b"\x00"], [True, False]),
    Kind.BYTES: ("bytea", [b"", b"\x00\xff"], [b"", b"\x00\xff"]),
    Kind.BIGINT: ("bigint", [(2**63 - 1).to_bytes(8)], [2**63 - 1]),
    Kind.SMALLINT: ("smallint", [b"\x00\x07"], [7]),
    Kind.INTEGER: ("integer", [(70_000).to_bytes(4)], [70_000]),
    Kind.TEXT: ("text", ['通宝, "{}" \\ NULL'.encode(), b""], ['通宝, "{}" \\ NULL', ""]),
    Kind.DATE: (
        "date",
        [days(date(1999, 12, 31)), days(date(2026, 3, 2))],
        [date(1999, 12, 31), date(2026, 3, 2)],
    ),
    Kind.INSTANT: (
        "timestamptz",
        [microseconds(NOON_SHANGHAI), microseconds(datetime(1970, 1, 1, tzinfo=UTC))],
        [NOON_SHANGHAI, datetime(1970, 1, 1, tzinfo=UTC)],
    ),
    Kind.UUID: ("uuid", [ID.bytes, UUID(int=0).bytes], [ID, UUID(int=0)]),
    Kind.JSONB: ("jsonb", [jsonb('{"a": "é"}')], [{"a": "é"}]),
}


async def sent(tx: WriteSession, type_name: str, value: Array | None) -> list[tuple[object]]:
    """Return the elements as the database sees them, one by one."""
    return [(row[0],) for row in await tx.fetch(f"SELECT unnest(%s::{type_name}[])", (value,))]


@pytest.mark.parametrize("kind", Kind, ids=lambda kind: kind.name.lower())
async def test_every_kind_arrives(tx: WriteSession, kind: Kind) -> None:
    type_name, elements, values = CASES[kind]
    expected = [(value,) for value in values]
    assert await sent(tx, type_name, array(kind, elements)) == expected
    assert await sent(tx, type_name, array_with_nulls(kind, elements)) == expected


async def test_nulls_stay_where_they_are(tx: WriteSession) -> None:
    value = array_with_nulls(Kind.TEXT, [None, b"a", None])
    assert await sent(tx, "text", value) == [(None,), ("a",), (None,)]


async def test_nothing_but_nulls_is_no_array(tx: WriteSession) -> None:
    assert array_with_nulls(Kind.TEXT, [None, None]) is None
    assert await tx.fetch("SELECT %s::text[] IS NULL", (None,)) == [(True,)]


async def test_an_empty_array_is_an_array(tx: WriteSession) -> None:
    for kind, (type_name, _, _) in CASES.items():
        assert await tx.fetch(
            f"SELECT cardinality(%s::{type_name}[])",
            (array(kind, []),),
        ) == [(0,)]


async def test_lines_know_arrays_too(database: Database) -> None:
    async with database.lines.transaction() as line:
        rows = await line.fetch(
            "SELECT %s::bigint[]", (array(Kind.BIGINT, [b"\x00" * 7 + b"\x05"]),)
        )
    assert rows == [([5],)]
