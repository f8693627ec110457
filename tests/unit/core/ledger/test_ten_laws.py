"""The ten laws of the ledger, each tried from a raw connection with the application's role.

Nothing of our Python stands between: what refuses here is the database. Whatever is refused leaves
no trace in any table, and what is not refused leaves books that the verifier finds sound.
Hostile arguments to the functions themselves are tried in `test_hostile_arguments.py`; what a
superuser does behind the database's back, in `test_tampering.py`.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import psycopg
import pytest

from tests.support.raw_ledger import (
    AT,
    CAPTURE,
    EXPIRY,
    PENDING,
    REVERSAL,
    TABLES,
    VOID,
    Item,
    Leg,
    Raw,
    call,
    furnish,
    moved,
    open_account,
)
from tongbao.infra.postgres import Urls
from tongbao.kernel.ids import new_id

DENIED = psycopg.errors.InsufficientPrivilege
CHECKED = psycopg.errors.CheckViolation
TRAPPED = psycopg.errors.IntegrityConstraintViolation
INVALID = psycopg.errors.InvalidParameterValue
UNIQUE = psycopg.errors.UniqueViolation


@pytest.fixture(scope="module")
def urls(fresh_database: Callable[..., Urls]) -> Urls:
    return fresh_database()


@pytest.fixture
def raw(urls: Urls) -> Iterator[Raw]:
    """Accounts of the test's own; whatever the test did, the books are sound after it."""
    made = furnish(urls)
    yield made
    assert made.findings() == []


def at_once(*work: Callable[[], object]) -> list[object]:
    """Do things at the same time; return what came of each, an exception included."""

    def done(one: Callable[[], object]) -> object:
        try:
            return one()
        except psycopg.Error as error:
            return error

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(done, work))


class Test01AnAmountIsAboveZeroAndOfTheAssetOfBothAccounts:
    @pytest.mark.parametrize("amount", [0, -1, -(2**63), None, 900_000_000_000_001, 2**63 - 1])
    def test_another_amount(self, raw: Raw, amount: int | None) -> None:
        with raw.refused(INVALID, match="amount") as connection:
            call(connection, moved(raw.cash, raw.ada, amount))

    @pytest.mark.parametrize("asset", ["USD/2", "CNY/0", "", None])
    def test_another_asset(self, raw: Raw, asset: str | None) -> None:
        with raw.unchanged():
            assert raw.post(moved(raw.cash, raw.ada, 1, asset=asset)) == ["unknown_asset"]

    def test_an_account_of_another_asset_on_either_side(self, raw: Raw) -> None:
        with raw.connect() as connection:
            connection.execute(
                "INSERT INTO ledger_asset (code, symbol, scale) VALUES ('USD/2', 'USD', 2)"
                " ON CONFLICT DO NOTHING"
            )
            dollars = open_account(connection, asset="USD/2", overdraft=None)
        with raw.unchanged():
            for debit, credit, asset, reason in (
                (raw.cash, dollars, "CNY/2", "credit_asset_mismatch"),
                (dollars, raw.ada, "CNY/2", "debit_asset_mismatch"),
                (dollars, raw.ada, "USD/2", "credit_asset_mismatch"),
            ):
                assert raw.post(moved(debit, credit, 1, asset=asset)) == [reason]

    def test_a_posting_to_the_account_it_comes_from(self, raw: Raw) -> None:
        with raw.unchanged():
            assert raw.post(moved(raw.ada, raw.ada, 1)) == ["same_account"]

    def test_even_the_owner_cannot_write_a_posting_of_nothing(self, raw: Raw) -> None:
        with raw.unchanged(), raw.owner() as connection:
            for amount, credit, rule in (
                (0, 2, "amount"),
                (-5, 2, "amount"),
                (5, 1, "two_accounts"),
            ):
                with pytest.raises(CHECKED, match=rule), connection.transaction():
                    connection.execute(
                        "INSERT INTO ledger_posting (transaction_id, ordinal, asset_id,"
                        " debit_account_id, credit_account_id, amount)"
                        " VALUES (1, 99, 1, 1, %s, %s)",
                        [credit, amount],
                    )


class Test02DebitsAndPendingDebitsStayWithinCreditsAndLimit:
    def test_more_than_there_is(self, raw: Raw) -> None:
        with raw.unchanged():
            assert raw.post(moved(raw.ada, raw.bob, 10_001)) == ["insufficient_funds"]

    def test_what_is_held_cannot_be_spent_or_held_again(self, raw: Raw) -> None:
        raw.book(moved(raw.ada, raw.bob, 6_000, kind=PENDING))
        with raw.unchanged():
            assert raw.post(moved(raw.ada, raw.bob, 4_001)) == ["insufficient_funds"]
            assert raw.post(moved(raw.ada, raw.bob, 4_001, kind=PENDING)) == ["insufficient_funds"]
            # What is only promised to Bob is not his yet.
            assert raw.post(moved(raw.bob, raw.ada, 1)) == ["insufficient_funds"]

    def test_a_batch_that_is_too_much_together(self, raw: Raw) -> None:
        spent = raw.post(*[moved(raw.ada, raw.bob, 3_000) for _ in range(5)])
        assert spent == [None, None, None, "insufficient_funds", "insufficient_funds"]
        assert (raw.balance(raw.ada), raw.balance(raw.bob)) == (1_000, 9_000)

    def test_many_at_once(self, raw: Raw) -> None:
        spent = at_once(*[lambda: raw.post(moved(raw.ada, raw.bob, 4_000)) for _ in range(8)])
        assert spent.count([None]) == 2
        assert spent.count(["insufficient_funds"]) == 6
        assert (raw.balance(raw.ada), raw.balance(raw.bob)) == (2_000, 8_000)

    def test_the_row_itself_refuses_whoever_writes_it(self, raw: Raw) -> None:
        """The last line of defence: not even a wrong function could overdraw."""
        with raw.unchanged(), raw.owner() as connection:
            for change in (
                "debits_posted = credits_posted + 1",
                "debits_pending = credits_posted - debits_posted + 1",
                "overdraft = -1",
            ):
                with pytest.raises(CHECKED), connection.transaction():
                    connection.execute(
                        f"UPDATE ledger_account SET {change} WHERE uid = %s".encode(), [raw.ada]
                    )

    def test_a_limit_is_set_once(self, raw: Raw) -> None:
        for limit in ("100000", "NULL"):
            with raw.refused(DENIED) as connection:
                connection.execute(f"UPDATE ledger_account SET overdraft = {limit}".encode())


class Test03CountersChangeOnlyByPosting:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE ledger_account SET credits_posted = credits_posted + 1",
            "UPDATE ledger_account SET debits_posted = 0",
            "UPDATE ledger_account SET credits_pending = 0",
            "UPDATE ledger_account SET debits_pending = 0",
            "UPDATE ledger_account SET asset_id = asset_id",
            "UPDATE ledger_account SET category = 'equity'",
            "UPDATE ledger_account SET last_booked_at = 'infinity'",
            "INSERT INTO ledger_account (uid, category, asset_id, overdraft, opened_at,"
            " credits_posted) VALUES (gen_random_uuid(), 'liability', 1, 0, now(), 1000000)",
            "INSERT INTO ledger_account (id, uid, category, asset_id, overdraft, opened_at)"
            " OVERRIDING SYSTEM VALUE VALUES (1, gen_random_uuid(), 'liability', 1, 0, now())",
            "INSERT INTO ledger_tail (account_id, debits, credits, debits_pending,"
            " credits_pending, postings) VALUES (1, 0, 1, 0, 0, 1)",
            "UPDATE ledger_tail SET credits = credits + 1",
            "DELETE FROM ledger_tail",
            "TRUNCATE ledger_tail",
            "SELECT * FROM ledger_account FOR UPDATE NOWAIT; SET ROLE postgres",
            "SET session_replication_role = replica",
            "ALTER TABLE ledger_account DISABLE TRIGGER ALL",
            "ALTER TABLE ledger_account DROP CONSTRAINT ck_ledger_account_limit",
            "DROP FUNCTION ledger_refuse_change CASCADE",
            "CREATE OR REPLACE FUNCTION ledger_roll_up(p_rows_max integer) RETURNS bigint"
            " LANGUAGE sql AS 'SELECT 1::bigint'",
            "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "CREATE TABLE public.mine (id int)",
        ],
    )
    def test_any_other_way(self, raw: Raw, statement: str) -> None:
        with raw.refused(DENIED) as connection:
            connection.execute(statement.encode())


class Test04EachPostingCarriesTheNextVersionAndTheBalanceAfterIt:
    def test_versions_count_without_gap_whoever_books(self, raw: Raw) -> None:
        at_once(
            *[lambda: raw.post(*[moved(raw.ada, raw.bob, 1) for _ in range(5)]) for _ in range(6)]
        )
        raw.post(Item(legs=(Leg(raw.bob, raw.ada, 2, 1), Leg(raw.ada, raw.bob, 1, 2))))
        with raw.owner() as connection:
            rows = connection.execute(
                "SELECT debit_version, debit_balance, -amount FROM ledger_posting"
                " WHERE debit_account_id = (SELECT id FROM ledger_account WHERE uid = %(ada)s)"
                " UNION ALL SELECT credit_version, credit_balance, amount FROM ledger_posting"
                " WHERE credit_account_id = (SELECT id FROM ledger_account WHERE uid = %(ada)s)"
                " ORDER BY 1",
                {"ada": raw.ada},
            ).fetchall()
        assert [version for version, _, _ in rows] == list(range(1, 34))
        balance = 0
        for _, after, change in rows:
            balance += change
            assert after == balance
        assert balance == raw.balance(raw.ada)

    def test_a_version_is_nobodys_to_set(self, raw: Raw) -> None:
        for change in ("version = version + 1", "version = 0"):
            with raw.refused(DENIED) as connection:
                connection.execute(f"UPDATE ledger_account SET {change}".encode())

    @pytest.mark.parametrize("side", ["debit", "credit"])
    def test_even_the_owner_cannot_give_one_twice(self, raw: Raw, side: str) -> None:
        raw.book(moved(raw.ada, raw.bob, 1))
        with raw.unchanged(), pytest.raises(UNIQUE, match="version"), raw.owner() as connection:
            connection.execute(
                "INSERT INTO ledger_posting SELECT transaction_id, 99, asset_id, debit_account_id,"
                f" credit_account_id, amount, {side}_balance, {side}_version FROM ledger_posting"
                if side == "debit"
                else "INSERT INTO ledger_posting (transaction_id, ordinal, asset_id,"
                " debit_account_id, credit_account_id, amount, credit_version)"
                " SELECT transaction_id, 99, asset_id, debit_account_id, credit_account_id, amount,"
                " credit_version FROM ledger_posting WHERE credit_version IS NOT NULL"
            )


APPEND_ONLY = [name for name in TABLES if name not in {"ledger_account", "ledger_period"}]
BY_FUNCTIONS = {
    "ledger_tail",
    "ledger_open_pending",
    "ledger_reversed",
    "ledger_day",
    "ledger_category_day",
    "ledger_hour",
    "ledger_hour_span",
    "ledger_day_progress",
}


class Test05WhatWasBookedStaysAsItWas:
    @pytest.mark.parametrize("table", APPEND_ONLY)
    def test_the_application_cannot_change_or_remove_it(self, raw: Raw, table: str) -> None:
        column = raw.one(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
            " AND attidentity = '' LIMIT 1",
            table,
        )
        for statement in (
            f"UPDATE {table} SET {column} = {column}",
            f"DELETE FROM {table}",
            f"TRUNCATE {table} CASCADE",
            f"MERGE INTO {table} USING (SELECT 1) AS s ON true WHEN MATCHED THEN DELETE",
        ):
            with raw.refused(DENIED) as connection:
                connection.execute(statement.encode())

    @pytest.mark.parametrize("table", ["ledger_account", "ledger_period"])
    def test_nor_remove_an_account_or_a_period(self, raw: Raw, table: str) -> None:
        for statement in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
            with raw.refused(DENIED) as connection:
                connection.execute(statement.encode())

    @pytest.mark.parametrize("table", ["ledger_transaction", "ledger_posting", "ledger_hold"])
    def test_nor_add_to_it_but_by_posting(self, raw: Raw, table: str) -> None:
        with raw.refused(DENIED) as connection:
            connection.execute(f"INSERT INTO {table} SELECT * FROM {table}".encode())

    @pytest.mark.parametrize("table", sorted(set(TABLES) - BY_FUNCTIONS))
    def test_even_the_owner_is_trapped(self, raw: Raw, table: str) -> None:
        self.fill(raw)
        statements = [f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"]
        if table not in {"ledger_account", "ledger_period"}:
            statements.append(
                f"UPDATE {table} SET hash = hash"
                if table == "ledger_tree_node"
                else f"UPDATE {table} SET signed_at = now()"
                if table == "ledger_tree_checkpoint"
                else f"UPDATE {table} SET code = code"
                if table == "ledger_asset"
                else f"UPDATE {table} SET type = 'x'"
                if table == "ledger_transaction"
                else f"UPDATE {table} SET amount = amount + 1"
            )
        for statement in statements:
            with (
                raw.unchanged(),
                pytest.raises(TRAPPED, match=r"append-only|stays closed"),
                raw.owner() as connection,
            ):
                connection.execute(statement.encode())

    @staticmethod
    def fill(raw: Raw) -> None:
        """See to a row in each table, so that a row's trap has something to catch."""
        raw.book(moved(raw.ada, raw.bob, 1, kind=PENDING))
        with raw.connect() as connection:
            connection.execute(
                "INSERT INTO ledger_tree_node VALUES (8, 0, sha256(''), 1) ON CONFLICT DO NOTHING"
            )
            connection.execute(
                "INSERT INTO ledger_tree_checkpoint VALUES (1, sha256(''), 1, now(), 'key',"
                " sha256('') || sha256(''), '') ON CONFLICT DO NOTHING"
            )
        closed_period(raw)


EXPIRES_AT = datetime(2099, 1, 1, tzinfo=UTC)


class Test06APendingTransactionIsResolvedOnceWithinItsHoldAndItsTime:
    @staticmethod
    def hold(raw: Raw, amount: int = 3_000, **facts: object) -> UUID:
        return raw.book(moved(raw.ada, raw.bob, amount, kind=PENDING, **facts))

    @staticmethod
    def capture(raw: Raw, held: UUID, amount: int = 3_000, **facts: object) -> Item:
        return moved(raw.ada, raw.bob, amount, kind=CAPTURE, target=held, **facts)

    def test_a_second_time(self, raw: Raw) -> None:
        held = self.hold(raw)
        raw.book(self.capture(raw, held, 1_000))
        with raw.unchanged():
            assert raw.post(self.capture(raw, held, 1)) == ["already_resolved"]
            assert raw.post(Item(kind=VOID, target=held)) == ["already_resolved"]
            assert raw.post(Item(kind=EXPIRY, target=held)) == ["already_resolved"]
        assert (raw.balance(raw.ada), raw.balance(raw.bob)) == (9_000, 1_000)

    def test_twice_in_one_batch(self, raw: Raw) -> None:
        held = self.hold(raw)
        with raw.refused(INVALID, match="twice") as connection:
            call(connection, self.capture(raw, held), Item(kind=VOID, target=held))

    def test_by_many_at_once(self, raw: Raw) -> None:
        held = self.hold(raw)
        outcomes = at_once(
            *[lambda: raw.post(self.capture(raw, held)) for _ in range(4)],
            *[lambda: raw.post(Item(kind=VOID, target=held)) for _ in range(4)],
        )
        assert outcomes.count([None]) == 1
        assert outcomes.count(["already_resolved"]) == 7

    def test_more_than_it_holds(self, raw: Raw) -> None:
        held = self.hold(raw)
        with raw.unchanged():
            for item in (
                self.capture(raw, held, 3_001),
                self.capture(raw, held, 1, ordinal=2),
                moved(raw.cash, raw.bob, 1, kind=CAPTURE, target=held),
                moved(raw.bob, raw.ada, 1, kind=CAPTURE, target=held),
            ):
                assert raw.post(item) == ["capture_exceeds_hold"]

    def test_more_than_it_holds_in_two_postings_of_one_ordinal(self, raw: Raw) -> None:
        held = self.hold(raw)
        leg = Leg(raw.ada, raw.bob, 2_000)
        with raw.refused(UNIQUE) as connection:
            call(connection, Item(legs=(leg, leg), kind=CAPTURE, target=held))

    def test_after_its_time(self, raw: Raw) -> None:
        held = self.hold(raw, expires_at=EXPIRES_AT)
        with raw.unchanged():
            assert raw.post(Item(kind=EXPIRY, target=held)) == ["not_expired"]
        with raw.clock_at(EXPIRES_AT), raw.unchanged():
            # However early the caller says it is: the database's own clock decides.
            assert raw.post(self.capture(raw, held), p_booked_at=AT) == ["pending_expired"]
            assert raw.post(Item(kind=VOID, target=held)) == ["pending_expired"]
            past = moved(raw.ada, raw.bob, 1, kind=PENDING, expires_at=EXPIRES_AT)
            assert raw.post(past) == ["expires_in_past"]
        with raw.clock_at(EXPIRES_AT):
            raw.book(Item(kind=EXPIRY, target=held))
        assert raw.post(moved(raw.ada, raw.bob, 10_000)) == [None]

    def test_what_is_not_pending_or_not_there(self, raw: Raw) -> None:
        posted = raw.book(moved(raw.ada, raw.bob, 5))
        with raw.unchanged():
            assert raw.post(self.capture(raw, posted)) == ["not_pending"]
            assert raw.post(Item(kind=VOID, target=posted)) == ["not_pending"]
            assert raw.post(Item(kind=VOID, target=new_id())) == ["unknown_target"]
            assert raw.post(Item(kind=VOID)) == ["unknown_target"]

    def test_a_void_moves_nothing(self, raw: Raw) -> None:
        held = self.hold(raw)
        for kind in (VOID, EXPIRY):
            with raw.refused(INVALID) as connection:
                call(connection, moved(raw.ada, raw.bob, 1, kind=kind, target=held))

    def test_even_the_owner_cannot_resolve_one_twice(self, raw: Raw) -> None:
        raw.book(Item(kind=VOID, target=self.hold(raw)))
        with raw.unchanged(), pytest.raises(UNIQUE, match="pending_id"), raw.owner() as connection:
            connection.execute(
                "INSERT INTO ledger_transaction (uid, content_hash, kind, type, effective_on,"
                " booked_at, pending_id) SELECT gen_random_uuid(), content_hash, kind, type,"
                " effective_on, booked_at, pending_id FROM ledger_transaction WHERE kind = 'void'"
            )

    @pytest.mark.parametrize(
        "statement",
        [
            "INSERT INTO ledger_open_pending VALUES (1, NULL)",
            "UPDATE ledger_open_pending SET expires_at = NULL",
            "DELETE FROM ledger_open_pending",
            "UPDATE ledger_hold SET amount = amount + 1",
        ],
    )
    def test_the_lists_are_nobodys_to_write(self, raw: Raw, statement: str) -> None:
        with raw.refused(DENIED) as connection:
            connection.execute(statement.encode())


class Test07NeverMoreIsReversedThanWasMoved:
    @staticmethod
    def reversal(raw: Raw, original: UUID, amount: int = 3_000, **facts: object) -> Item:
        return moved(raw.bob, raw.ada, amount, kind=REVERSAL, target=original, **facts)

    @pytest.fixture
    def original(self, raw: Raw) -> UUID:
        """Moves 30.00 from Ada to Bob, who has 50.00 more to lose."""
        raw.book(moved(raw.cash, raw.bob, 5_000))
        return raw.book(moved(raw.ada, raw.bob, 3_000))

    def test_all_of_it_twice(self, raw: Raw, original: UUID) -> None:
        raw.book(self.reversal(raw, original))
        with raw.unchanged():
            assert raw.post(self.reversal(raw, original)) == ["reversal_exceeds_original"]
            assert raw.post(self.reversal(raw, original, 1)) == ["reversal_exceeds_original"]

    def test_parts_that_are_more_together(self, raw: Raw, original: UUID) -> None:
        for part in (1_000, 1_500):
            raw.book(self.reversal(raw, original, part))
        with raw.unchanged():
            assert raw.post(self.reversal(raw, original, 501)) == ["reversal_exceeds_original"]
        raw.book(self.reversal(raw, original, 500))

    def test_twice_in_one_batch(self, raw: Raw, original: UUID) -> None:
        with raw.refused(INVALID, match="twice") as connection:
            call(connection, self.reversal(raw, original), self.reversal(raw, original))

    def test_by_many_at_once(self, raw: Raw, original: UUID) -> None:
        outcomes = at_once(
            *[lambda: raw.post(self.reversal(raw, original, 1_000)) for _ in range(8)]
        )
        assert outcomes.count([None]) == 3
        assert outcomes.count(["reversal_exceeds_original"]) == 5
        assert (raw.balance(raw.ada), raw.balance(raw.bob)) == (10_000, 5_000)

    def test_with_arrays_that_do_not_begin_at_one(self, raw: Raw, original: UUID) -> None:
        """Read by subscript, item 1 would be an ordinary one that no rule of reversals is for."""
        with raw.refused(INVALID, match="alike") as connection:
            call(
                connection,
                self.reversal(raw, original, 4_000),
                moved(raw.ada, raw.bob, 1),
                p_kind=f"[0:1]={{{REVERSAL},1}}",
            )

    def test_another_posting_than_it_moved(self, raw: Raw, original: UUID) -> None:
        with raw.unchanged():
            for item in (
                self.reversal(raw, original, 1, ordinal=2),
                moved(raw.ada, raw.bob, 1, kind=REVERSAL, target=original),
                moved(raw.cash, raw.ada, 1, kind=REVERSAL, target=original),
            ):
                assert raw.post(item) == ["reversal_exceeds_original"]

    def test_what_moved_nothing_or_is_a_reversal(self, raw: Raw, original: UUID) -> None:
        back = raw.book(self.reversal(raw, original, 1_000))
        held = raw.book(moved(raw.ada, raw.bob, 10, kind=PENDING))
        void = raw.book(Item(kind=VOID, target=held))
        with raw.unchanged():
            for target in (back, held, void):
                assert raw.post(self.reversal(raw, target, 1)) == ["not_reversible"]
            assert raw.post(self.reversal(raw, new_id(), 1)) == ["unknown_target"]

    @pytest.mark.parametrize(
        "statement",
        [
            "INSERT INTO ledger_reversed VALUES (1, 1, 1000000, 0)",
            "UPDATE ledger_reversed SET reversed = 0",
            "UPDATE ledger_reversed SET amount = amount * 2",
            "DELETE FROM ledger_reversed",
        ],
    )
    def test_the_list_is_nobodys_to_write(self, raw: Raw, statement: str) -> None:
        with raw.refused(DENIED) as connection:
            connection.execute(statement.encode())

    def test_even_the_owner_cannot_count_more(self, raw: Raw, original: UUID) -> None:
        raw.book(self.reversal(raw, original, 1))
        with raw.unchanged(), pytest.raises(CHECKED), raw.owner() as connection:
            connection.execute("UPDATE ledger_reversed SET reversed = amount + 1")


class Test08OneIdIsBookedOnceWithOneContent:
    def test_again(self, raw: Raw) -> None:
        item = moved(raw.ada, raw.bob, 10)
        raw.book(item)
        other = moved(raw.ada, raw.bob, 20, uid=item.uid, content=b"other")
        with raw.unchanged():
            assert raw.post(item) == ["duplicate"]
            assert raw.post(other) == ["id_reused"]

    def test_by_many_at_once(self, raw: Raw) -> None:
        item = moved(raw.ada, raw.bob, 10)
        outcomes = at_once(*[lambda: raw.post(item) for _ in range(8)])
        assert outcomes.count([None]) == 1
        assert outcomes.count(["duplicate"]) == 7
        assert raw.balance(raw.bob) == 10

    def test_twice_in_one_batch(self, raw: Raw) -> None:
        item = moved(raw.ada, raw.bob, 10)
        with raw.refused(UNIQUE) as connection:
            call(connection, item, item)

    @pytest.mark.parametrize("column", ["p_uid", "p_hash"])
    def test_without_one(self, raw: Raw, column: str) -> None:
        with raw.refused(psycopg.errors.NotNullViolation) as connection:
            call(connection, moved(raw.ada, raw.bob, 10), **{column: [None]})

    def test_even_the_owner_cannot_give_one_twice(self, raw: Raw) -> None:
        with raw.unchanged(), pytest.raises(UNIQUE, match="uid"), raw.owner() as connection:
            connection.execute(
                "INSERT INTO ledger_transaction (uid, content_hash, kind, type, effective_on,"
                " booked_at) SELECT uid, content_hash, kind, type, effective_on, booked_at"
                " FROM ledger_transaction WHERE kind = 'posted'"
            )


@dataclass(frozen=True)
class ClosedPeriod:
    starts_on: date
    inside: date


def closed_period(raw: Raw) -> ClosedPeriod:
    """Close a month that no other test's transactions are effective in; the same one each time."""
    period = ClosedPeriod(date(2019, 5, 1), date(2019, 5, 31))
    with raw.connect() as connection:
        connection.execute(
            "INSERT INTO ledger_period (starts_on, ends_on) VALUES (%s, '2019-06-01')"
            " ON CONFLICT DO NOTHING",
            [period.starts_on],
        )
        connection.execute("SELECT ledger_close_period(%s, now())", [period.starts_on])
    return period


class Test09ClosedAndFrozenAccountsAndClosedPeriodsRefuse:
    @pytest.mark.parametrize(
        ("status", "side", "reason"),
        [
            ("frozen", "debit", "debit_account_frozen"),
            ("frozen", "credit", "credit_account_frozen"),
            ("debit_frozen", "debit", "debit_account_frozen"),
            ("credit_frozen", "credit", "credit_account_frozen"),
            ("closed", "debit", "debit_account_closed"),
            ("closed", "credit", "credit_account_closed"),
            ("debit_frozen", "credit", None),
            ("credit_frozen", "debit", None),
        ],
    )
    @pytest.mark.parametrize("kind", [1, PENDING])
    def test_an_account(
        self, raw: Raw, status: str, side: str, reason: str | None, kind: int
    ) -> None:
        account = raw.ada
        with raw.connect() as connection:
            if status == "closed":
                account = open_account(connection)
            connection.execute(
                "UPDATE ledger_account SET status = %s WHERE uid = %s", [status, account]
            )
        sides = (account, raw.cash) if side == "debit" else (raw.cash, account)
        assert raw.post(moved(*sides, 1, kind=kind)) == [reason]

    def test_an_account_that_is_not_empty_is_not_closed(self, raw: Raw) -> None:
        for account in (raw.ada, raw.cash):  # not even an empty one without a limit
            with raw.refused(CHECKED, match="closed_empty") as connection:
                connection.execute(
                    "UPDATE ledger_account SET status = 'closed' WHERE uid = %s", [account]
                )

    def test_a_closed_account_stays_closed(self, raw: Raw) -> None:
        with raw.connect() as connection:
            account = open_account(connection)
            connection.execute(
                "UPDATE ledger_account SET status = 'closed' WHERE uid = %s", [account]
            )
        for status in ("active", "frozen", "debit_frozen", "credit_frozen"):
            with raw.refused(TRAPPED, match="stays closed") as connection:
                connection.execute(
                    "UPDATE ledger_account SET status = %s WHERE uid = %s", [status, account]
                )

    def test_another_status(self, raw: Raw) -> None:
        with raw.refused(CHECKED, match="status") as connection:
            connection.execute("UPDATE ledger_account SET status = 'paused'")

    @pytest.mark.parametrize("kind", [1, PENDING, REVERSAL])
    def test_a_period(self, raw: Raw, kind: int) -> None:
        inside = closed_period(raw).inside
        target = raw.book(moved(raw.cash, raw.ada, 1)) if kind == REVERSAL else None
        item = moved(raw.ada, raw.cash, 1, kind=kind, target=target, effective_on=inside)
        with raw.unchanged():
            assert raw.post(item) == ["period_closed"]
        raw.book(moved(raw.ada, raw.cash, 1, effective_on=inside + timedelta(days=1)))

    def test_a_transaction_that_does_not_see_the_closing(self, raw: Raw) -> None:
        """Its snapshot is older than the closing, so what it would look up is no longer true."""
        first = date(2018, 1, 1)
        with raw.connect() as connection:
            connection.execute(
                "INSERT INTO ledger_period (starts_on, ends_on) VALUES (%s, '2018-02-01')", [first]
            )
        for level in (
            psycopg.IsolationLevel.REPEATABLE_READ,
            psycopg.IsolationLevel.SERIALIZABLE,
        ):
            with raw.connect() as old:
                old.isolation_level = level
                old.execute("SELECT count(*) FROM ledger_period")  # takes the snapshot
                with raw.connect() as other:
                    other.execute("SELECT ledger_close_period(%s, now())", [first])
                with raw.unchanged(), pytest.raises(psycopg.errors.FeatureNotSupported):
                    call(old, moved(raw.ada, raw.bob, 1, effective_on=first))

    def test_a_booking_under_way_is_waited_for(self, raw: Raw) -> None:
        first = date(2017, 1, 1)
        with raw.connect() as connection:
            connection.execute(
                "INSERT INTO ledger_period (starts_on, ends_on) VALUES (%s, '2017-02-01')", [first]
            )
        with raw.connect() as booking:
            call(booking, moved(raw.ada, raw.bob, 1, effective_on=first))
            with raw.refused(psycopg.errors.LockNotAvailable) as impatient:
                impatient.execute("SET lock_timeout = '200ms'")
                impatient.execute("SELECT ledger_close_period(%s, now())", [first])
        with raw.connect() as closing:
            closing.execute("SELECT ledger_close_period(%s, now())", [first])

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE ledger_period SET closed_at = NULL",
            "UPDATE ledger_period SET starts_on = starts_on - 1",
            "INSERT INTO ledger_period (starts_on, ends_on, closed_at, closed_through)"
            " VALUES ('2000-01-01', '2000-02-01', NULL, 5)",
            "DELETE FROM ledger_period",
        ],
    )
    def test_a_period_is_nobodys_to_change(self, raw: Raw, statement: str) -> None:
        closed_period(raw)
        with raw.refused(DENIED) as connection:
            connection.execute(statement.encode())

    def test_even_the_owner_cannot_open_one_again(self, raw: Raw) -> None:
        closed_period(raw)
        with raw.unchanged(), pytest.raises(TRAPPED, match="closed"), raw.owner() as connection:
            connection.execute("UPDATE ledger_period SET closed_at = NULL, closed_through = NULL")

    @pytest.mark.parametrize("days", [("-infinity", "2000-01-01"), ("2100-01-01", "infinity")])
    def test_a_period_has_a_first_and_a_last_day(self, raw: Raw, days: tuple[str, str]) -> None:
        with raw.refused(CHECKED) as connection:
            connection.execute(
                "INSERT INTO ledger_period (starts_on, ends_on) VALUES (%s, %s)", days
            )


class Test10TheBooksAddUpAndWhatIsDerivedFollowsFromThem:
    @pytest.mark.parametrize("table", sorted(BY_FUNCTIONS))
    def test_what_is_derived_is_nobodys_to_write(self, raw: Raw, table: str) -> None:
        raw.book(moved(raw.cash, raw.ada, 1))
        for statement in (
            f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM {table}",
            f"DELETE FROM {table}",
        ):
            with raw.refused(DENIED) as connection:
                connection.execute(statement.encode())

    def test_each_asset_sums_to_zero(self, raw: Raw) -> None:
        raw.post(*[moved(raw.cash, raw.bob, amount) for amount in range(1, 50)])
        with raw.connect() as connection:
            connection.execute("SELECT ledger_roll_up(1000)")
        assert raw.one(
            "SELECT bool_and(net = 0) FROM (SELECT sum(a.debits_posted - a.credits_posted"
            " + coalesce((SELECT sum(t.debits - t.credits) FROM ledger_tail t"
            " WHERE t.account_id = a.id), 0)) AS net FROM ledger_account a GROUP BY a.asset_id) x"
        )

    def test_a_booking_that_hides_is_not_passed_over(self, raw: Raw) -> None:
        """A setting says that the transaction was announced, which it was not.

        If that were believed, the totals (and the tree) would be extended past a number that
        appears later, and would lack it for ever.
        """
        with raw.connect() as connection:
            connection.execute("SELECT ledger_extend_days(1000000)")
        for claim in ("yes", "999999999999", "0", "-1", "x"):
            with raw.connect() as hiding:
                hiding.execute("SELECT set_config('tongbao.ledger_announced', %s, false)", [claim])
                call(hiding, moved(raw.cash, raw.bob, 1))
                raw.book(moved(raw.cash, raw.ada, 1))
                with raw.connect() as worker:
                    before = worker.execute("SELECT ledger_days_through()").fetchone()
                    worker.execute("SELECT ledger_extend_days(1000000)")
                    after = worker.execute("SELECT ledger_days_through()").fetchone()
                assert before == after
            with raw.connect() as worker:
                worker.execute("SELECT ledger_extend_days(1000000)")
            assert raw.findings() == []

    def test_nobody_but_posting_announces(self, raw: Raw) -> None:
        with raw.refused(DENIED) as connection:
            connection.execute("SELECT ledger_announce()")
