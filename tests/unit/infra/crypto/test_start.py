"""Which keys a process may start with, what it writes down, and what readiness asks."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select

from tests.support.keys import FIELD_KEY, own_keys
from tests.support.sealed import AT
from tongbao.infra import crypto
from tongbao.infra.crypto.boxes import RecordKey
from tongbao.infra.crypto.models import KekRow
from tongbao.infra.crypto.records import Cache
from tongbao.infra.db import Database
from tongbao.infra.postgres import APP_ROLE, Urls
from tongbao.kernel.ids import new_id

OTHER = b64encode(b"another key of sealed fields !!!").decode()


@pytest.fixture(autouse=True)
def _own_keys() -> Iterator[None]:
    with own_keys():
        yield


async def start(database: Database, text: str) -> None:
    crypto.use(crypto.Given.of_text(text, path="test"))
    await crypto.start(database, at=AT)


async def known(database: Database) -> dict[str, bytes]:
    async with database.read() as look:
        return {row.id: row.check_value for row in await look.scalars(select(KekRow))}


async def test_the_wrong_key_writes_nothing_and_changes_nothing(fresh: Database) -> None:
    before, ring = await known(fresh), crypto.installed().ring
    for wrong in (OTHER, b64encode(bytes(32)).decode()):
        with pytest.raises(crypto.FieldKeyLost) as refused:
            await start(fresh, wrong)
        assert set(before) == {refused.value.facts["needed"]}
        assert wrong not in str(refused.value)
    assert await known(fresh) == before
    assert crypto.installed().ring is ring


async def test_a_check_value_that_does_not_fit_is_named(fresh: Database, urls: Urls) -> None:
    (kek_id,) = await known(fresh)
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        owner.execute("UPDATE infra_crypto_kek SET check_value = sha256('x')")
    with pytest.raises(crypto.FieldKeyUnusable, match=kek_id):
        await start(fresh, FIELD_KEY)


async def test_starting_again_changes_nothing(fresh: Database) -> None:
    before, tag = await known(fresh), crypto.blind("a", field="b.c")
    for _ in range(3):
        await start(fresh, FIELD_KEY)
    assert await known(fresh) == before
    assert crypto.blind("a", field="b.c") == tag


async def test_a_process_may_come_up_before_its_database(
    fresh_database: Callable[..., Urls], fresh: Database
) -> None:
    away = Database.connect("postgresql://nobody@127.0.0.1:1/none", pool_size=1)
    empty = Database.connect(fresh_database(migrated=False).owner, pool_size=1)
    for database in (away, empty):
        await crypto.Starting(database).attempt(at=AT)
        await database.close()
    starting = crypto.Starting(fresh)
    await starting.attempt(at=AT)
    await starting.ready(at=AT)


async def test_readiness_says_when_the_database_needs_another_key(
    fresh: Database, urls: Urls
) -> None:
    starting = crypto.Starting(fresh)
    await starting.ready(at=AT)
    await starting.ready(at=AT)
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        owner.execute(
            "INSERT INTO infra_crypto_kek (id, check_value, created_at, current_since)"
            " VALUES ('0123456789abcdef', sha256('x'), now(), now())"
        )
    with pytest.raises(crypto.FieldKeyLost):
        await starting.ready(at=AT)
    crypto.use(crypto.Given.of_text(OTHER, path="test"))
    with pytest.raises(crypto.FieldKeyLost):
        await crypto.Starting(fresh).attempt(at=AT)


@pytest.mark.parametrize(
    "text", ["", "# nothing", "not base64!", "c2hvcnQ=", f"{FIELD_KEY}\n{FIELD_KEY}", "é"]
)
def test_what_is_no_key_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "fields.key"
    path.write_text(text, "utf-8")
    path.chmod(0o600)
    with pytest.raises(crypto.FieldKeyUnusable) as refused:
        crypto.Given.of_file(path)
    assert str(path) in str(refused.value)


def test_a_file_that_everybody_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "fields.key"
    path.write_text(FIELD_KEY)
    path.chmod(0o644)
    with pytest.raises(crypto.FieldKeyUnusable, match="chmod 600"):
        crypto.Given.of_file(path)


def test_a_key_is_added_to_its_file(tmp_path: Path) -> None:
    path = tmp_path / "fields.key"
    path.write_text(f"# made in March\n{FIELD_KEY}\n\n")
    path.chmod(0o600)
    added = crypto.add_to_file(path)
    assert len(crypto.Given.of_file(path)) == 2
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text().startswith("# made in March\n")
    assert [each.name for each in tmp_path.iterdir()] == ["fields.key"]
    assert len(added) == 16


def test_unwrapped_keys_are_remembered_for_a_while_and_not_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    time = [100.0]
    monkeypatch.setattr("tongbao.infra.crypto.records.time.monotonic", lambda: time[0])
    cache = Cache(keys_max=3, seconds=60)
    places = [(new_id(), 1, b"wrapped") for _ in range(5)]
    for number, place in enumerate(places):
        cache.put(place, RecordKey(number, 1, bytes(32)))
    assert [cache.get(place) is not None for place in places] == [False, False, True, True, True]
    owner, number, wrapped = places[4]
    assert cache.get((owner, number, wrapped + b"x")) is None  # another wrapping, another place
    cache.forget(places[2][0])
    assert cache.get(places[2]) is None
    time[0] += 61
    assert cache.get(places[4]) is None
    cache.put(places[0], RecordKey(0, 1, bytes(32)))
    assert len(cache) == 1  # what is over is dropped with the next one


async def test_keys_are_not_brought_back_moved_or_removed(fresh: Database, urls: Urls) -> None:
    owner = new_id()
    async with fresh.write() as tx:
        await crypto.box(tx, owner=owner)
        await crypto.destroy(tx, owner=owner, at=AT)
    with psycopg.connect(urls.app, options=f"-c role={APP_ROLE}", autocommit=True) as app:
        for statement in (
            "UPDATE infra_crypto_key SET wrapped = 'x', ended_at = NULL, reason = NULL"
            " WHERE ended_at IS NOT NULL",
            "UPDATE infra_crypto_key SET owner = gen_random_uuid() WHERE ended_at IS NULL",
            "DELETE FROM infra_crypto_key",
            "TRUNCATE infra_crypto_key",
            "DELETE FROM infra_crypto_kek",
        ):
            with pytest.raises(
                (psycopg.errors.IntegrityError, psycopg.errors.InsufficientPrivilege)
            ):
                app.execute(statement)
