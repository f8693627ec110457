"""What the commands about keys and the audit trail say, do, and leave in the trail."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest

from tests.support.audit_trail import AuditTrail
from tests.support.keys import FIELD_KEY
from tests.unit.app.conftest import Tongbao
from tongbao.infra import audit
from tongbao.infra.db import Database
from tongbao.infra.postgres import APP_ROLE, Urls
from tongbao.infra.signing import SigningKey
from tongbao.kernel.clock import now


@pytest.fixture
def signing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> SigningKey:
    key = SigningKey.load_or_make(tmp_path / "ledger.pem")
    monkeypatch.setenv("TONGBAO_LEDGER_KEY_FILE", str(tmp_path / "ledger.pem"))
    return key


def actions(urls: Urls) -> list[tuple[str, str, str | None]]:
    """Return what commands wrote: action, kind of actor, and whether the reason names a login."""
    with psycopg.connect(urls.owner) as connection:
        rows = connection.execute(
            "SELECT action, actor_kind, reason FROM infra_audit"
            " WHERE request_id LIKE 'cli-%' ORDER BY seq"
        ).fetchall()
    return [(row[0], row[1], row[2]) for row in rows]


def filled(urls: Urls, key: SigningKey, *, entries: int) -> None:
    async def fill() -> None:
        database = Database.connect(urls.app, role=APP_ROLE)
        try:
            trail = AuditTrail(database, urls, key)
            await trail.record(*[audit.Entry(action="a.b") for _ in range(entries)], at=now())
            await trail.extend(at=now())
        finally:
            await database.close()

    asyncio.run(fill())


@pytest.mark.parametrize("suffix", ["jsonl", "csv"])
def test_an_exported_file_is_verified_and_an_altered_one_is_not(
    tongbao: Tongbao, of_its_own: Urls, signing: SigningKey, tmp_path: Path, suffix: str
) -> None:
    filled(of_its_own, signing, entries=3)
    file = tmp_path / f"trail.{suffix}"
    ended = tongbao("audit", "export", file)
    assert (ended.status, ended.err) == (0, "")
    assert int(ended.lines[-1].removesuffix(" entries")) >= 3
    assert "audit.exported" in [action for action, _, _ in actions(of_its_own)]
    verified = tongbao("audit", "verify", file)
    assert verified.status == 0
    assert verified.lines[-1] == "Every entry is proven: 0 faults"
    file.write_bytes(file.read_bytes().replace(b"a.b", b"a.c", 1))
    altered = tongbao("audit", "verify", file, "--json")
    assert altered.status == 1
    assert json.loads(altered.out)["faults"]
    assert "Traceback" not in altered.err


def test_a_file_is_verified_with_the_public_key_alone(
    tongbao: Tongbao, of_its_own: Urls, signing: SigningKey, tmp_path: Path
) -> None:
    filled(of_its_own, signing, entries=1)
    file, own, other = (tmp_path / name for name in ("t.jsonl", "own.pem", "other.pem"))
    assert tongbao("audit", "export", file).status == 0
    own.write_text(signing.public.pem)
    other.write_text(SigningKey.new().public.pem)
    assert tongbao("audit", "verify", file, "--key", own).status == 0
    assert tongbao("audit", "verify", file, "--key", other).status == 1


@pytest.mark.usefixtures("signing")
def test_nothing_to_retire_is_said_and_the_run_is_in_the_trail(
    tongbao: Tongbao, of_its_own: Urls
) -> None:
    ended = tongbao("audit", "retire", "--json")
    assert (ended.status, json.loads(ended.out)) == (0, {"findings": [], "retired": {}})
    assert tongbao("audit", "retire").lines == ["0 partitions"]
    found = [action for action, _, _ in actions(of_its_own)]
    assert found.count("audit.retirement.begun") == 2


def test_a_damaged_trail_is_not_retired(
    tongbao: Tongbao, of_its_own: Urls, signing: SigningKey
) -> None:
    filled(of_its_own, signing, entries=3)
    with psycopg.connect(of_its_own.owner) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE infra_audit SET action = 'a.c' WHERE action = 'a.b'")
    ended = tongbao("audit", "retire")
    assert ended.status == 1
    assert ended.lines[-1] == "Nothing was retired: the trail is damaged"


@pytest.mark.parametrize(
    ("tampering", "place"),
    [
        (
            "UPDATE infra_audit SET action = 'a.c' WHERE seq = (SELECT max(seq) FROM infra_audit"
            " WHERE action = 'a.b')",
            0,
        ),
        (
            "DELETE FROM infra_audit WHERE seq = (SELECT max(seq) FROM infra_audit"
            " WHERE action = 'a.b')",
            -1,  # named by the entry before it
        ),
    ],
)
def test_verify_names_an_entry_that_was_changed_or_removed(
    tongbao: Tongbao, of_its_own: Urls, signing: SigningKey, tampering: LiteralString, place: int
) -> None:
    filled(of_its_own, signing, entries=3)
    assert tongbao("verify").status == 0
    with psycopg.connect(of_its_own.owner) as connection:
        connection.execute("SET session_replication_role = replica")
        (last,) = connection.execute(
            "SELECT max(seq) FROM infra_audit WHERE action = 'a.b'"
        ).fetchone() or (None,)
        assert connection.execute(tampering).rowcount == 1
    ended = tongbao("verify", "--json")
    assert ended.status == 1
    findings = json.loads(ended.out)["findings"]
    assert f"#{last + place}" in " ".join(each["subject"] for each in findings)


def test_commands_about_keys_are_in_the_trail_with_who_ran_them(
    tongbao: Tongbao, of_its_own: Urls, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("USER", "operator-7")
    monkeypatch.delenv("SUDO_USER", raising=False)
    listed = tmp_path / "erasures"
    listed.write_text("")
    for command in (
        ["status", "--json"],
        ["rotate"],
        ["rotate", "--fields"],
        ["erasures"],
        ["erase-again", listed],
    ):
        assert tongbao("crypto", *command).status == 0, command
    ran = [each for each in actions(of_its_own) if each[0].startswith("crypto.")]
    assert ran == [
        (action, "system", "command run by operator-7")
        for action in (
            "crypto.status.read",
            "crypto.keys.rotated",
            "crypto.fields.rotated",
            "crypto.erasures.listed",
            "crypto.erasures.repeated",
        )
    ]


def test_a_rotation_of_blind_indexes_says_when_to_run_it_again(
    tongbao: Tongbao, of_its_own: Urls
) -> None:
    for _ in range(2):  # the second is too early, and changes nothing
        ended = tongbao("crypto", "rotate", "--blind")
        assert ended.status == 0
        assert "Run this again after" in ended.lines[-1]
    run = json.loads(tongbao("crypto", "rotate", "--blind", "--json").out)
    assert (run["kind"], run["ended_at"], run["changed"]) == ("blinds", None, 0)
    assert [action for action, _, _ in actions(of_its_own)].count("crypto.blinds.rotated") == 3
    ended = tongbao("crypto", "rotate", "--blind", "--fields")
    assert (ended.status, ended.err.startswith("--fields or --blind, not both")) == (2, True)


def test_a_migration_is_in_the_trail_once(
    tongbao: Tongbao, monkeypatch: pytest.MonkeyPatch, fresh_database: Callable[..., Urls]
) -> None:
    empty_database = fresh_database(migrated=False)
    monkeypatch.setenv("TONGBAO_FIELD_KEYS", FIELD_KEY)
    monkeypatch.setenv("TONGBAO_DATABASE_URL", empty_database.app)
    monkeypatch.setenv("TONGBAO_MIGRATION_DATABASE_URL", empty_database.owner)
    for _ in range(2):
        assert tongbao("migrate").lines[-1] == "The database is up to date."
    with psycopg.connect(empty_database.owner) as connection:
        rows = connection.execute(
            "SELECT object_id, before FROM infra_audit WHERE action = 'database.migrated'"
        ).fetchall()
        (head,) = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    assert rows == [(head[0], None)]
