"""What the database itself refuses, tried from a raw connection with the application's role."""

import psycopg
import pytest

from tests.unit.core.ledger.conftest import AT, Books, make_books, transaction
from tongbao.core.ledger import service as ledger
from tongbao.core.ledger.service.verifying import CHECKS
from tongbao.infra.db import Database

DENIED = psycopg.errors.InsufficientPrivilege
CHECKED = psycopg.errors.CheckViolation


@pytest.fixture
async def kept(database: Database) -> Books:
    async with database.write() as tx:
        books = await make_books(tx)
        await ledger.post(tx, [transaction((books.ada, books.bob, "1.00"))], at=AT)
    return books


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        ("UPDATE ledger_account SET credits_posted = credits_posted + 1", DENIED),
        ("UPDATE ledger_account SET debits_pending = 0", DENIED),
        ("UPDATE ledger_account SET version = version + 1", DENIED),
        ("UPDATE ledger_account SET overdraft = 100000", DENIED),
        ("UPDATE ledger_account SET asset_id = asset_id", DENIED),
        ("DELETE FROM ledger_account", DENIED),
        ("TRUNCATE ledger_account CASCADE", DENIED),
        ("UPDATE ledger_transaction SET type = 'x'", DENIED),
        ("DELETE FROM ledger_transaction", DENIED),
        ("TRUNCATE ledger_transaction", DENIED),
        ("UPDATE ledger_posting SET amount = 1", DENIED),
        ("DELETE FROM ledger_posting", DENIED),
        ("TRUNCATE ledger_posting", DENIED),
        (
            "INSERT INTO ledger_posting (transaction_id, ordinal, asset_id, debit_account_id,"
            " credit_account_id, amount) VALUES (1, 99, 1, 1, 2, 5)",
            DENIED,
        ),
        (
            "INSERT INTO ledger_transaction (uid, content_hash, type, effective_on, booked_at)"
            " VALUES (gen_random_uuid(), '\\x00', 'x', now(), now())",
            DENIED,
        ),
        (
            "INSERT INTO ledger_tail (account_id, debits, credits, postings) VALUES (1, 1, 0, 1)",
            DENIED,
        ),
        ("DELETE FROM ledger_tail", DENIED),
        (
            "INSERT INTO ledger_account"
            " (uid, category, asset_id, overdraft, opened_at, credits_posted)"
            " VALUES (gen_random_uuid(), 'liability', 1, 0, now(), 1000000)",
            DENIED,
        ),
        ("ALTER TABLE ledger_posting DISABLE TRIGGER ALL", DENIED),
        ("SET session_replication_role = replica", DENIED),
        ("DROP FUNCTION ledger_refuse_change CASCADE", DENIED),
        (
            "CREATE OR REPLACE FUNCTION ledger_roll_up(p_rows_max integer) RETURNS bigint"
            " LANGUAGE sql AS 'SELECT 1::bigint'",
            DENIED,
        ),
        (
            "UPDATE ledger_account SET status = 'closed' WHERE credits_posted > debits_posted",
            CHECKED,
        ),
        ("UPDATE ledger_account SET status = 'paused'", CHECKED),
    ],
)
async def test_the_application_cannot(
    kept: Books, app_url: str, statement: str, refusal: type[Exception]
) -> None:
    with psycopg.connect(app_url) as connection, pytest.raises(refusal):
        connection.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_posting SET amount = amount + 1",
        "DELETE FROM ledger_posting",
        "TRUNCATE ledger_posting",
        "UPDATE ledger_transaction SET type = 'x'",
        "DELETE FROM ledger_transaction",
        "TRUNCATE ledger_transaction",
        "DELETE FROM ledger_account",
        "TRUNCATE ledger_account",
    ],
)
async def test_even_the_owner_is_trapped(kept: Books, owner_url: str, statement: str) -> None:
    with (
        psycopg.connect(owner_url) as connection,
        pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="append-only"),
    ):
        connection.execute(statement)


async def test_the_row_itself_refuses_an_overdraft(kept: Books, owner_url: str) -> None:
    """The last line of defence: not even a wrong function could overdraw."""
    with psycopg.connect(owner_url) as connection, pytest.raises(CHECKED, match="limit"):
        connection.execute(
            "UPDATE ledger_account SET debits_posted = credits_posted + 1 WHERE uid = %s",
            [kept.ada.id],
        )


@pytest.mark.parametrize(
    ("tampering", "check"),
    [
        (
            "UPDATE ledger_account SET credits_posted = credits_posted + 5 WHERE uid = %(ada)s",
            "counters equal the sum of postings and of what is held",
        ),
        (
            "UPDATE ledger_account SET version = version + 1 WHERE uid = %(ada)s",
            "counters equal the sum of postings and of what is held",
        ),
        (
            "UPDATE ledger_posting SET credit_balance = credit_balance + 1"
            " WHERE credit_account_id = (SELECT id FROM ledger_account WHERE uid = %(ada)s)",
            "versions have no gap and balances follow from one another",
        ),
        (
            "UPDATE ledger_posting SET debit_version = debit_version + 7"
            " WHERE debit_account_id = (SELECT id FROM ledger_account WHERE uid = %(ada)s)",
            "versions have no gap and balances follow from one another",
        ),
        (
            "DELETE FROM ledger_posting"
            " WHERE debit_account_id = (SELECT id FROM ledger_account WHERE uid = %(ada)s)",
            "counters equal the sum of postings and of what is held",
        ),
    ],
)
async def test_the_verifier_names_what_a_superuser_tampered_with(
    kept: Books, database: Database, owner_url: str, tampering: str, check: str
) -> None:
    async with database.write() as tx:
        await ledger.roll_up(tx)
    with psycopg.connect(owner_url) as connection:
        connection.execute("SET session_replication_role = replica")
        changed = connection.execute(tampering, {"ada": kept.ada.id})
        assert changed.rowcount >= 1
        connection.execute("SET LOCAL ROLE tongbao_app")
        rows = _findings(connection)
        connection.rollback()
    assert check in {found for found, _ in rows}
    assert any(str(kept.ada.id) in subject for _, subject in rows)


def _findings(connection: psycopg.Connection) -> list[tuple[str, str]]:
    """Run the verifier's queries inside the tampering transaction, which is then undone."""
    return [
        (check, str(row[0])) for check, query in CHECKS.items() for row in connection.execute(query)
    ]
