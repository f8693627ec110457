"""Whoever has the application's role may call the ledger's functions with whatever they like.

`ledger_post` and its sisters run with their owner's rights, so each takes nothing for granted: not
its arguments, not the session's settings, and not which table a name means.
"""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest

from tests.support.raw_ledger import (
    AT,
    PENDING,
    TYPES,
    VOID,
    Item,
    Leg,
    Raw,
    arrays,
    call,
    furnish,
    moved,
)
from tongbao.core.ledger import domain
from tongbao.infra.postgres import Urls

INVALID = psycopg.errors.InvalidParameterValue
DENIED = psycopg.errors.InsufficientPrivilege

ITEM_ARRAYS = [name for name in TYPES if arrays((Item(),)).get(name) not in ([], AT, False)]
POSTING_ARRAYS = [name for name in TYPES if arrays((Item(),))[name] == []]
MAY_BE_NULL = {"p_reference", "p_metadata", "p_correlation_id", "p_target", "p_expires_at"}
ARRAYS = [*ITEM_ARRAYS, *POSTING_ARRAYS]
OPTIONAL = ["p_reference", "p_metadata", "p_correlation_id", "p_target", "p_expires_at"]


@pytest.fixture(scope="module")
def urls(fresh_database: Callable[..., Urls]) -> Urls:
    return fresh_database()


@pytest.fixture
def raw(urls: Urls) -> Iterator[Raw]:
    made = furnish(urls)
    yield made
    assert made.findings() == []


@pytest.fixture
def pair(raw: Raw) -> tuple[Item, Item]:
    """Two sound transactions."""
    return moved(raw.ada, raw.bob, 1), moved(raw.cash, raw.bob, 2)


def test_every_array_is_tried() -> None:
    assert len(ITEM_ARRAYS) == 10
    assert len(POSTING_ARRAYS) == 6


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        (name, shape)
        for name in ARRAYS
        for shape in ("null", "empty", "shorter", "longer", "shifted", "nested")
        if shape != "null" or name not in OPTIONAL
    ],
)
def test_arrays_that_are_not_alike(
    raw: Raw, pair: tuple[Item, Item], name: str, shape: str
) -> None:
    sound = arrays(pair)[name]
    if shape == "null" and name in MAY_BE_NULL:
        assert raw.post(*pair, **{name: None}) == [None, None]  # NULL for each item
        return
    with raw.refused(INVALID, match="alike") as connection:
        if shape == "shifted":
            # `[0:1]={...}`: the same elements, but element 1 by subscript is the second one.
            query = f"SELECT '[0:1]=' || %s::{TYPES[name]}::text"
            row = connection.execute(query.encode(), [sound]).fetchone()
            call(connection, *pair, **{name: row[0]})
        else:
            replaced: Any = {
                "null": None,
                "empty": [],
                "shorter": sound[:1],
                "longer": [*sound, sound[0]],
                "nested": [[each] for each in sound],
            }[shape]
            call(connection, *pair, **{name: replaced})


@pytest.mark.parametrize("name", OPTIONAL)
def test_no_array_is_null_for_each_item(raw: Raw, pair: tuple[Item, Item], name: str) -> None:
    refused = moved(raw.bob, raw.ada, 9_999_999)  # which leads the long way
    assert raw.post(*pair, **{name: None}) == [None, None]
    again = moved(raw.ada, raw.bob, 1), refused
    assert raw.post(*again, **{name: None}) == [None, "insufficient_funds"]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("p_kind", (0, 7, -1, None)),
        ("p_amount", (0, -1, None, domain.AMOUNT_MAX_MINOR + 1, 2**63 - 1, -(2**63))),
        ("p_ordinal", (0, -1, None, -(2**15))),
        ("p_item", (0, 1, 3, -1, None, 2**31 - 1)),
        ("p_effective_on", (None, "infinity", "-infinity", "10000-01-01", "0044-03-15 BC")),
        ("p_expires_at", ("infinity", "-infinity", "10000-01-01", "2099-01-01")),
        ("p_target", (str(UUID(int=1)),)),
        ("p_metadata", ("[]", "1", '"a"', "null", '{"a": 1}', '{"a": ["b"]}', '{"a": null}')),
    ],
)
def test_an_element_that_is_none_of_those_allowed(
    raw: Raw, pair: tuple[Item, Item], name: str, values: tuple[object, ...]
) -> None:
    """In the second place of two, so that looking at the first is not enough."""
    first = arrays(pair)[name][0]
    for value in values:
        with raw.refused(INVALID) as connection:
            sound = str(first) if isinstance(value, str) and first is not None else first
            call(connection, *pair, **{name: [sound, value]})


@pytest.mark.parametrize("name", ["p_uid", "p_hash", "p_type"])
def test_a_null_where_something_must_be(raw: Raw, pair: tuple[Item, Item], name: str) -> None:
    with raw.refused(psycopg.errors.NotNullViolation) as connection:
        call(connection, *pair, **{name: [arrays(pair)[name][0], None]})


@pytest.mark.parametrize("name", ["p_debit", "p_credit", "p_asset"])
def test_an_unknown_account_or_asset_is_a_refusal_of_one(
    raw: Raw, pair: tuple[Item, Item], name: str
) -> None:
    refusals = raw.post(*pair, **{name: [arrays(pair)[name][0], None]})
    assert refusals[0] is None
    assert refusals[1] is not None
    assert refusals[1].startswith("unknown_")


@pytest.mark.parametrize("moment", [None, "infinity", "-infinity", "10000-01-01"])
def test_a_booking_moment_that_nobody_could_read(raw: Raw, moment: str | None) -> None:
    """An account's booking moments never go back: once infinite, they would be for ever."""
    with raw.refused(INVALID, match="moment") as connection:
        call(connection, moved(raw.ada, raw.bob, 1), p_booked_at=moment)


def test_neither_atomic_nor_not(raw: Raw) -> None:
    with raw.refused(INVALID, match="atomic") as connection:
        call(connection, moved(raw.ada, raw.bob, 1), p_atomic=None)


def test_an_item_that_moves_nothing(raw: Raw) -> None:
    for kind in (1, PENDING, 3, 6):
        for items in (
            (Item(kind=kind),),
            (Item(kind=kind), moved(raw.ada, raw.bob, 1)),
            (moved(raw.ada, raw.bob, 1), Item(kind=kind)),
            (moved(raw.ada, raw.bob, 1), Item(kind=kind), moved(raw.ada, raw.bob, 1)),
        ):
            with raw.refused(INVALID, match="without postings") as connection:
                call(connection, *items)


def test_voids_may_stand_anywhere(raw: Raw) -> None:
    held = [raw.book(moved(raw.ada, raw.bob, 1, kind=PENDING)) for _ in range(3)]
    voids = [Item(kind=VOID, target=target) for target in held]
    pay = moved(raw.ada, raw.bob, 1), moved(raw.ada, raw.bob, 2)
    assert raw.post(voids[0], pay[0], voids[1], pay[1], voids[2]) == [None] * 5


def test_postings_out_of_order(raw: Raw) -> None:
    two = Item(legs=(Leg(raw.ada, raw.bob, 1, 1), Leg(raw.ada, raw.bob, 2, 2)))
    with raw.refused(INVALID, match="place") as connection:
        call(connection, two, moved(raw.ada, raw.bob, 3), p_item=[1, 2, 1])


@pytest.mark.parametrize(("items", "postings"), [(10_001, 10_001), (1, 10_001), (0, 0)])
def test_a_batch_too_large_or_of_nothing(raw: Raw, items: int, postings: int) -> None:
    one = arrays((moved(raw.ada, raw.bob, 1),))
    replaced: dict[str, Any] = {name: one[name] * items for name in ITEM_ARRAYS}
    replaced |= {name: one[name] * postings for name in POSTING_ARRAYS}
    with raw.refused(INVALID) as connection:
        call(connection, **replaced)


def test_an_account_that_turned_over_more_than_a_counter_holds_stops_nothing(raw: Raw) -> None:
    """Its tail keeps what does not fit; other accounts are rolled up, and totals are extended."""
    other = furnish(raw.urls)
    leg = Leg(raw.cash, other.cash, domain.AMOUNT_MAX_MINOR)
    for _ in range(3):
        assert raw.post(*[Item(legs=(leg,)) for _ in range(5_000)]) == [None] * 5_000
    third = furnish(raw.urls)
    for function in ("ledger_roll_up(100000)", "ledger_extend_days(1000000)"):
        with raw.connect() as connection:
            connection.execute(f"SELECT {function}".encode())
    with raw.owner() as connection:
        tails = connection.execute(
            "SELECT DISTINCT a.uid FROM ledger_tail t JOIN ledger_account a ON a.id = t.account_id"
        ).fetchall()
    assert {uid for (uid,) in tails} == {raw.cash, other.cash}
    assert raw.one("SELECT debits_posted FROM ledger_account WHERE uid = %s", third.cash) == 10_000
    turned_over = 3 * 5_000 * domain.AMOUNT_MAX_MINOR + 10_000
    for then in ("NULL, '2026-03-02'", "'2026-03-02T05:00Z', NULL"):
        query = f"SELECT ledger_balance_at(id, {then}) FROM ledger_account WHERE uid = %s"
        assert raw.one(query, raw.cash) == turned_over > 2**63


@pytest.mark.parametrize(
    ("function", "error"),
    [
        ("ledger_close_period('2020-01-01', 'infinity')", INVALID),
        ("ledger_close_period('2020-01-01', '-infinity')", INVALID),
        ("ledger_close_period('2020-01-01', NULL)", INVALID),
        ("ledger_roll_up(-1)", psycopg.errors.InvalidRowCountInLimitClause),
        (
            "ledger_post_plain(NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL)",
            DENIED,
        ),
        ("ledger_announce()", DENIED),
    ],
)
def test_the_other_functions(raw: Raw, function: str, error: type[Exception]) -> None:
    with raw.refused(error) as connection:
        connection.execute(f"SELECT {function}".encode())


@pytest.mark.parametrize(
    "function",
    [
        "ledger_close_period(NULL, now())",
        "ledger_close_period('1900-01-01', now())",
        "ledger_extend_days(-5)",
        "ledger_extend_days(0)",
        "ledger_roll_up(0)",
    ],
)
def test_what_asks_for_nothing_does_nothing(raw: Raw, function: str) -> None:
    with raw.connect() as connection:
        connection.execute("SELECT ledger_extend_days(1000000)")  # makes the row it counts in
    with raw.unchanged(), raw.connect() as connection:
        assert connection.execute(f"SELECT {function}".encode()).fetchone() in {(0,), (False,)}


SHADOWS = (
    "CREATE TEMP TABLE ledger_account (LIKE public.ledger_account INCLUDING ALL)",
    "CREATE TEMP TABLE ledger_asset (LIKE public.ledger_asset INCLUDING ALL)",
    "CREATE TEMP TABLE ledger_transaction (LIKE public.ledger_transaction INCLUDING ALL)",
    "CREATE TEMP TABLE ledger_posting (LIKE public.ledger_posting INCLUDING ALL)",
    "CREATE TEMP TABLE ledger_period (starts_on date, ends_on date, closed_at timestamptz)",
    "CREATE TEMP TABLE ledger_tail (id bigint, account_id bigint)",
    "CREATE TEMP TABLE pg_locks (x int)",
    "SELECT setval('pg_temp.ledger_transaction_id_seq', 5)",  # of the shadow
    "CREATE FUNCTION pg_temp.ledger_check_batch() RETURNS void LANGUAGE sql AS ''",
    "CREATE FUNCTION pg_temp.ledger_now() RETURNS timestamptz"
    " LANGUAGE sql AS 'SELECT ''-infinity''::timestamptz'",
    "CREATE FUNCTION pg_temp.ledger_room(public.ledger_account) RETURNS numeric"
    " LANGUAGE sql AS 'SELECT 1e18'",
    "CREATE FUNCTION pg_temp.always(bigint, bigint) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
    "CREATE OPERATOR pg_temp.>= (FUNCTION = pg_temp.always, LEFTARG = bigint, RIGHTARG = bigint)",
    "SET search_path = pg_temp, public, pg_catalog",
)


def test_names_mean_our_tables_whatever_the_caller_made_of_them(raw: Raw) -> None:
    """Tables, functions and an operator of the caller's own come first on the caller's path."""
    with raw.connect() as connection:
        for statement in SHADOWS:
            connection.execute(statement.encode())
        shadowed = connection.execute("SELECT count(*) FROM ledger_account").fetchone()
        assert shadowed == (0,)
        result = call(
            connection,
            moved(raw.ada, raw.bob, 10_001),
            moved(raw.ada, raw.bob, 4_000),
        )
        assert result == ["insufficient_funds", None]
        connection.execute("SELECT public.ledger_roll_up(1000), public.ledger_extend_days(1000)")
        for table in ("ledger_transaction", "ledger_posting"):
            query = f"SELECT count(*) FROM pg_temp.{table}"
            assert connection.execute(query.encode()).fetchone() == (0,)
    assert (raw.balance(raw.ada), raw.balance(raw.bob)) == (6_000, 4_000)


def test_functions_with_their_owners_rights_say_where_names_are_looked_up(raw: Raw) -> None:
    """All there are, of whatever module: `pg_temp` last, and not for everybody to call."""
    with raw.owner() as connection:
        rows = connection.execute(
            "SELECT p.proname, p.proconfig, has_function_privilege('public', p.oid, 'EXECUTE')"
            " FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
            " WHERE p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
    assert {"ledger_post", "ledger_roll_up", "ledger_extend_days"} <= {name for name, _, _ in rows}
    for name, settings, public in rows:
        assert "search_path=pg_catalog, public, pg_temp" in (settings or []), name
        assert not public, name


def test_the_ways_into_the_ledger_are_these(raw: Raw) -> None:
    """A function more that the role may call is one more to be tried here."""
    with raw.owner() as connection:
        rows = connection.execute(
            "SELECT p.proname FROM pg_proc p WHERE p.proname LIKE 'ledger%' AND p.provolatile = 'v'"
            " AND p.prorettype <> 'trigger'::regtype"
            " AND has_function_privilege('tongbao_app', p.oid, 'EXECUTE') ORDER BY 1"
        ).fetchall()
    assert [name for (name,) in rows] == [
        "ledger_close_period",
        "ledger_credit_many",  # tried in test_credit_many.py
        "ledger_extend_days",
        "ledger_now",
        "ledger_post",
        "ledger_roll_up",
        "ledger_settled",
    ]
