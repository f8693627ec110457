"""Keys that are made, rotated and destroyed at the same time; each order of events is led."""

import asyncio
from collections.abc import AsyncIterator, Callable
from uuid import UUID

import pytest
import pytest_asyncio

from tests.support.sealed import AT, Sealings, backend, until_blocked
from tongbao.infra import crypto
from tongbao.infra.crypto import records, rewrapping, runs
from tongbao.infra.crypto.generations import add_generations, newest_key_id
from tongbao.infra.crypto.resealing import reseal
from tongbao.infra.crypto.runs import Rotation
from tongbao.infra.db import Database, WriteSession
from tongbao.infra.postgres import APP_ROLE, Urls
from tongbao.kernel.ids import new_id

FIRST = UUID(int=0)


@pytest.fixture
def urls(fresh_database: Callable[..., Urls]) -> Urls:
    return fresh_database()


@pytest_asyncio.fixture(loop_scope="session")
async def fresh(urls: Urls) -> AsyncIterator[Database]:
    opened = Database.connect(urls.app, role=APP_ROLE, pool_size=5)
    await crypto.start(opened, at=AT)
    yield opened
    await opened.close()


@pytest.fixture
def sealings(urls: Urls) -> Sealings:
    return Sealings.create(urls.owner)


async def seal(database: Database, owner: UUID, row: UUID, started: asyncio.Queue[int]) -> bytes:
    async with database.write() as tx:
        await started.put(await backend(tx))
        return (await crypto.box(tx, owner=owner)).seal("later", field="a.b", row=row)


async def opened(database: Database, owner: UUID, row: UUID, sealed: bytes) -> str:
    async with database.read() as look:
        return (await crypto.box(look, owner=owner)).open(sealed, field="a.b", row=row)


async def test_two_first_users_of_an_owner_get_one_key(fresh: Database) -> None:
    owner, row, started = new_id(), new_id(), asyncio.Queue[int]()
    async with asyncio.TaskGroup() as group, fresh.write() as tx:
        first = (await crypto.box(tx, owner=owner)).seal("first", field="a.b", row=row)
        second = group.create_task(seal(fresh, owner, row, started))
        await until_blocked(fresh, await started.get(), by=await backend(tx))
    assert await opened(fresh, owner, row, first) == "first"
    assert await opened(fresh, owner, row, second.result()) == "later"
    async with fresh.read() as look:
        assert len((await crypto.box(look, owner=owner)).keys) == 1


async def test_a_key_whose_transaction_failed_was_never_used_by_another(fresh: Database) -> None:
    owner, row, started = new_id(), new_id(), asyncio.Queue[int]()
    async with asyncio.TaskGroup() as group, WriteSession(fresh.engine) as tx:
        await tx.begin()
        lost = (await crypto.box(tx, owner=owner)).seal("lost", field="a.b", row=row)
        second = group.create_task(seal(fresh, owner, row, started))
        await until_blocked(fresh, await started.get(), by=await backend(tx))
        await tx.rollback()
    assert await opened(fresh, owner, row, second.result()) == "later"
    with pytest.raises(crypto.SealBroken):
        await opened(fresh, owner, row, lost)


async def test_a_destroyed_key_is_refused_even_where_it_is_remembered(
    fresh: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, row = new_id(), new_id()
    async with fresh.write() as tx:
        sealed = (await crypto.box(tx, owner=owner)).seal("x", field="a.b", row=row)
    monkeypatch.setattr(records._cache, "forget", lambda _: None)  # as in another process
    async with fresh.write() as tx:
        await crypto.destroy(tx, owner=owner, at=AT)
        assert await opened(fresh, owner, row, sealed) == "x"  # not before it is committed
    with pytest.raises(crypto.Erased):
        await opened(fresh, owner, row, sealed)


async def destroy(database: Database, owner: UUID, started: asyncio.Queue[int]) -> None:
    async with database.write() as tx:
        await started.put(await backend(tx))
        await crypto.destroy(tx, owner=owner, at=AT)


async def test_a_generation_made_while_its_owner_is_erased_is_erased_too(fresh: Database) -> None:
    owner, started = new_id(), asyncio.Queue[int]()
    async with fresh.write() as tx:
        await crypto.box(tx, owner=owner)
    async with asyncio.TaskGroup() as group, fresh.write() as tx:
        until = await newest_key_id(tx)
        await add_generations(tx, after=FIRST, made_until=until)
        assert len((await crypto.box(tx, owner=owner)).keys) == 2
        group.create_task(destroy(fresh, owner, started))
        await until_blocked(fresh, await started.get(), by=await backend(tx))
    async with fresh.read() as look:
        assert (await crypto.box(look, owner=owner)).erased


async def add(database: Database, started: asyncio.Queue[int]) -> None:
    async with database.write() as tx:
        await started.put(await backend(tx))
        until = await newest_key_id(tx)
        await add_generations(tx, after=FIRST, made_until=until)


async def test_an_owner_who_is_being_erased_gets_no_further_generation(fresh: Database) -> None:
    owner, started = new_id(), asyncio.Queue[int]()
    async with fresh.write() as tx:
        await crypto.box(tx, owner=owner)
    async with asyncio.TaskGroup() as group, fresh.write() as tx:
        await crypto.destroy(tx, owner=owner, at=AT)
        group.create_task(add(fresh, started))
        await until_blocked(fresh, await started.get(), by=await backend(tx))
    async with fresh.read() as look:
        assert (await crypto.box(look, owner=owner)).erased


async def wrap(database: Database, started: asyncio.Queue[int]) -> None:
    async with database.write() as tx:
        await started.put(await backend(tx))
        kek = crypto.installed().ring.newest.id
        run = await runs.begin(tx, Rotation.KEYS, target=kek, step="wrap", at=AT)
        await rewrapping._batch(tx, run, at=AT)


async def test_a_key_destroyed_while_it_is_wrapped_anew_does_not_come_back(
    fresh: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, started = new_id(), asyncio.Queue[int]()
    async with fresh.write() as tx:
        await crypto.box(tx, owner=owner)
    same = rewrapping._PAGE.replace("kek_id <> %s", "kek_id <> 'not ' || %s")
    monkeypatch.setattr(rewrapping, "_PAGE", same)  # every key is due
    async with asyncio.TaskGroup() as group, fresh.write() as tx:
        await crypto.destroy(tx, owner=owner, at=AT)
        group.create_task(wrap(fresh, started))
        await until_blocked(fresh, await started.get(), by=await backend(tx))
    async with fresh.read() as look:
        assert (await crypto.box(look, owner=owner)).erased
        assert not (await crypto.box(look, owner=crypto.SYSTEM)).erased


async def with_new_generation(fresh: Database, sealings: Sealings) -> UUID:
    """A row whose owner has a newer key than the one it lies under."""
    async with fresh.write() as tx:
        row = await sealings.add(tx, new_id(), "before")
    async with fresh.write() as tx:
        await add_generations(tx, after=FIRST, made_until=await newest_key_id(tx))
    return row


async def test_what_a_writer_holds_is_passed_over_and_not_lost(
    fresh: Database, sealings: Sealings
) -> None:
    row = await with_new_generation(fresh, sealings)
    async with fresh.write() as writer:
        await sealings.rewrite(writer, row, "of the writer")
        async with fresh.write() as tx:  # neither waits
            done = await reseal(tx, sealings.column, after=None)
        assert (done.changed, done.skipped) == (0, 1)
        assert await sealings.texts(fresh) == {row: "before"}
    async with fresh.write() as tx:
        done = await reseal(tx, sealings.column, after=None)
    assert (done.changed, done.skipped) == (0, 0)  # the writer's is under the newest key
    assert await sealings.texts(fresh) == {row: "of the writer"}


async def rewrite(
    database: Database, sealings: Sealings, row: UUID, started: asyncio.Queue[int]
) -> None:
    async with database.write() as tx:
        await started.put(await backend(tx))
        await sealings.rewrite(tx, row, "of the writer")


async def test_readers_go_on_and_writers_win_while_a_row_is_sealed_anew(
    fresh: Database, sealings: Sealings
) -> None:
    row, started = await with_new_generation(fresh, sealings), asyncio.Queue[int]()
    async with asyncio.TaskGroup() as group, fresh.write() as tx:
        assert (await reseal(tx, sealings.column, after=None)).changed == 1
        assert await sealings.texts(fresh) == {row: "before"}  # a reader does not wait
        group.create_task(rewrite(fresh, sealings, row, started))
        await until_blocked(fresh, await started.get(), by=await backend(tx))
    assert await sealings.texts(fresh) == {row: "of the writer"}


async def test_two_rotations_at_once_share_the_work(
    fresh: Database, sealings: Sealings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tongbao.infra.crypto.resealing.FIELDS_A_BATCH", 3)
    texts = await sealings.fill(fresh, [new_id() for _ in range(4)], 5)
    both = await asyncio.gather(
        *(crypto.rotate_fields(fresh, [sealings.column], clock=lambda: AT) for _ in range(2))
    )
    assert {run.changed for run in both} == {len(texts)}  # of one run
    assert len({run.id for run in both}) == 1
    assert await sealings.texts(fresh) == texts
