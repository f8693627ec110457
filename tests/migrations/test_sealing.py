"""What lay in clear before is sealed by the migration, found by its tag, and nowhere else."""

import json
from collections.abc import AsyncIterator, Callable
from uuid import UUID

import psycopg
import pytest
from alembic import command
from psycopg.types.json import Jsonb

from tongbao.app import tables
from tongbao.core.identity import service as identity
from tongbao.core.identity.domain.contacts import clean_contact
from tongbao.core.parties import service as parties
from tongbao.infra import crypto, files
from tongbao.infra.db import Database
from tongbao.infra.migrations import history, run_migrations
from tongbao.infra.postgres import APP_ROLE, Urls
from tongbao.kernel.clock import now
from tongbao.kernel.ids import new_id

PHONE, EMAIL, OTHER_SPELLING = (
    "+8613800138765",
    "Li.Lei.before@example.com",
    "li.lei.BEFORE@example.com",
)
NUMBER, PICTURE = "PLANTED-00417", b"\xff\xd8\xff the bytes of a face"
PLANTED = (PHONE, "li.lei.BEFORE", "Li.Lei.before", NUMBER, "the bytes of a face", "MAIDEN-NAME")


@pytest.fixture
def before(fresh_database: Callable[..., Urls]) -> Urls:
    """A database of the release before, with a customer in it."""
    urls = fresh_database(migrated=False)
    with psycopg.connect(urls.owner, autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (APP_ROLE,))
        if known.fetchone() is None:
            connection.execute(f"CREATE ROLE {APP_ROLE} NOLOGIN".encode())
    engine = history.engine(urls.owner)
    with engine.connect() as connection:
        command.upgrade(history.config(connection), "0017")
    engine.dispose()
    return urls


@pytest.fixture
def customer(before: Urls) -> tuple[UUID, UUID, UUID]:
    """Somebody with one of everything that was kept in clear: party, user, file."""
    party, user, case, file, other = (new_id() for _ in range(5))
    at = now()
    with psycopg.connect(before.owner) as connection:
        for one in (party, other):
            connection.execute(
                "INSERT INTO parties_party (id, kind, name, registered_at)"
                " VALUES (%s, 'person', '李雷', %s)",
                (one, at),
            )
        connection.execute(
            "INSERT INTO identity_user (id, login, name, kind, roles, password_hash, created_at)"
            " VALUES (%s, 'li.lei', '李雷', 'customer', '{customer}', '-', %s)",
            (user, at),
        )
        for kind, value, primary in (
            ("phone", PHONE, True),
            ("email", EMAIL, True),
            ("email", OTHER_SPELLING, False),
        ):
            connection.execute(
                "INSERT INTO parties_contact (id, party_id, kind, value, is_primary, verified_at,"
                " created_at) VALUES (%s, %s, %s, %s, %s, %s, %s)",
                (new_id(), party, kind, value, primary, at, at),
            )
        for one in (party, other):
            connection.execute(
                "INSERT INTO parties_document (id, party_id, type, number, version, valid_from,"
                " recorded_by, recorded_at)"
                " VALUES (%s, %s, 'other', %s, 1, '2020-01-01', %s, %s)",
                (new_id(), one, NUMBER, one, at),
            )
        connection.execute(
            "INSERT INTO parties_match_key (key, party_id) VALUES ('d:0123', %s), ('n:4567', %s)",
            (party, party),
        )
        connection.execute(
            "INSERT INTO identity_contact (id, user_id, channel, address, language, verified_at)"
            " VALUES (%s, %s, 'phone', %s, 'zh', %s)",
            (new_id(), user, PHONE, at),
        )
        connection.execute(
            "INSERT INTO identity_code (id, purpose, subject, code_tag, created_at, expires_at)"
            " VALUES (%s, 'register', %s, %s, %s, %s)",
            (new_id(), PHONE, bytes(32), at, at),
        )
        connection.execute(
            "INSERT INTO identity_step_up (id, user_id, kind, facts, digest, proof, challenge,"
            " created_at, expires_at) VALUES (%s, %s, 'identity.contact.change', %s, %s, 'code',"
            " %s, %s, %s)",
            (new_id(), user, Jsonb({"contact": PHONE}), bytes(32), bytes(48), at, at),
        )
        connection.execute(
            "INSERT INTO infra_file_content (sha256, media_type, content, width, height)"
            " VALUES (%s, 'image/jpeg', %s, 640, 400)",
            (bytes(range(32)), PICTURE),
        )
        connection.execute(
            "INSERT INTO infra_file (id, sha256, owner_id, purpose, name, created_by, created_at)"
            " VALUES (%s, %s, %s, 'parties.face', 'face.jpg', %s, %s)",
            (file, bytes(range(32)), party, party, at),
        )
        connection.execute(
            "INSERT INTO parties_case (id, party_id, level, state, cause, findings, opened_at)"
            " VALUES (%s, %s, 3, 'evidence', 'application', '[]', %s)",
            (case, party, at),
        )
        connection.execute(
            "INSERT INTO parties_evidence (id, case_id, kind, facts, recorded_at)"
            " VALUES (%s, %s, 'staff_note', %s, %s)",
            (new_id(), case, Jsonb({"note": "MAIDEN-NAME", "number": NUMBER}), at),
        )
    return party, user, file


@pytest.fixture
async def database(before: Urls, customer: tuple[UUID, UUID, UUID]) -> AsyncIterator[Database]:
    run_migrations(before.owner)
    opened = Database.connect(before.app, role=APP_ROLE)
    await crypto.start(opened, at=now())
    yield opened
    await opened.close()


def everything(owner_url: str) -> str:
    """Return all rows of all tables as text, bytes as the letters in them."""
    tables.load()
    with psycopg.connect(owner_url) as connection:
        names = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind IN ('r', 'p')"
        ).fetchall()
        rows = [
            connection.execute(f'SELECT * FROM "{name}"'.encode()).fetchall() for (name,) in names
        ]
    return "\n".join(
        value.decode("latin-1") if isinstance(value, bytes) else str(value)
        for table in rows
        for row in table
        for value in row
    )


def test_the_planted_values_would_be_seen(before: Urls, customer: tuple[UUID, UUID, UUID]) -> None:
    text = everything(before.owner)
    assert [value for value in PLANTED if value in text] == list(PLANTED)


async def test_everything_opens_and_is_found_and_nothing_lies_in_clear(
    database: Database, before: Urls, customer: tuple[UUID, UUID, UUID]
) -> None:
    party, user, file = customer
    async with database.read() as tx:
        kept = await parties.contacts(tx, party)
        assert {each.value for each in kept} == {PHONE, EMAIL}, "one spelling of an address"
        (document,) = await parties.documents(tx, party)
        assert document.number == NUMBER
        (case,) = (await parties.cases(tx, among={party})).items
        (evidence,) = await parties.evidence(tx, case.id)
        assert evidence.facts == {"note": "MAIDEN-NAME", "number": NUMBER}
        stored = await files.get(tx, file)
        assert (stored.media_type, await files.content(tx, stored)) == ("image/jpeg", PICTURE)
        found = await identity.find_contact(tx, contact=clean_contact(PHONE))
        assert found is not None
        (reached,) = await identity.contacts_of(tx, user_id=user)
        assert (found.user_id, reached.contact.address) == (user, PHONE)
        by_phone = await parties.find_by_contact(
            tx, kind=parties.ContactKind.PHONE, value="138 0013 8765"
        )
        assert [each.party_id for each in by_phone] == [party]
        box = await crypto.box(tx, owner=user)
        assert box.owner == user
    with psycopg.connect(before.owner) as connection:
        row = connection.execute("SELECT id, facts_sealed FROM identity_step_up").fetchone()
        assert row is not None
        facts = box.open(row[1], field="identity_step_up.facts_sealed", row=row[0])
        keys = {key for (key,) in connection.execute("SELECT key FROM parties_match_key")}
    assert json.loads(facts) == {"contact": PHONE}
    assert "n:4567" in keys
    assert "d:0123" not in keys
    text = everything(before.owner)
    assert [value for value in PLANTED if value in text] == []


async def test_parties_that_share_a_document_are_still_compared(
    database: Database, customer: tuple[UUID, UUID, UUID]
) -> None:
    party, _, _ = customer
    async with database.write() as tx:
        await parties.add_contact(
            tx, party_id=party, kind=parties.ContactKind.PHONE, value="13900139000", at=now()
        )
        pairs = (await parties.duplicates(tx, party_id=party)).items
    assert [pair.score for pair in pairs] == [100]
