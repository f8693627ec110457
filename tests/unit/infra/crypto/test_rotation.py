"""Wrapping keys and sealing fields anew: what changes, what stays, what goes on working."""

import os
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select, update

from tests.support.keys import FIELD_KEY, own_keys
from tests.support.sealed import AT, Sealings, clock
from tongbao.infra import crypto
from tongbao.infra.crypto import resealing, rewrapping
from tongbao.infra.crypto.generations import add_generations, end_generations, newest_key_id
from tongbao.infra.crypto.models import KekRow, RecordKeyRow
from tongbao.infra.crypto.resealing import rotate_fields
from tongbao.infra.crypto.rewrapping import rotate_keys
from tongbao.infra.db import Database
from tongbao.kernel.ids import new_id

NOW = timedelta(0)


@pytest.fixture(autouse=True)
def _own_keys() -> Iterator[None]:
    with own_keys():
        yield


def new_key() -> str:
    return b64encode(os.urandom(32)).decode()


async def given(database: Database, *keys: str) -> None:
    crypto.use(crypto.Given.of_text(",".join(keys), path="test"))
    await crypto.start(database, at=AT)


async def generations(database: Database, owner: UUID) -> list[tuple[int, str | None, str | None]]:
    async with database.read() as look:
        rows = await look.scalars(
            select(RecordKeyRow)
            .where(RecordKeyRow.owner == owner)
            .order_by(RecordKeyRow.generation)
        )
        return [(row.generation, row.kek_id, row.reason) for row in rows]


async def test_keys_are_wrapped_under_the_newest_kek_and_the_fields_stay(
    fresh: Database, sealings: Sealings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rewrapping, "KEYS_A_BATCH", 3)
    owners = [new_id() for _ in range(8)]
    texts = await sealings.fill(fresh, owners, 1)
    async with fresh.write() as tx:
        await crypto.destroy(tx, owner=owners[0], at=AT)
        before = await sealings.sealed(tx)
    tag = crypto.blind("a", field="b.c")
    second = new_key()
    await given(fresh, FIELD_KEY, second)
    late = new_id()
    async with fresh.write() as tx:
        await crypto.box(tx, owner=late)
    old, new = (kek.id for kek in crypto.installed().ring)
    assert await generations(fresh, late) == [(1, old, None)]  # not current before it is said

    run = await rotate_keys(fresh, clock=clock)

    assert run.changed == 7 + 1 + 2  # the owners that were not erased, late, and our own two
    assert await generations(fresh, owners[1]) == [(1, new, None)]
    assert await generations(fresh, owners[0]) == [(1, None, "erasure")]
    async with fresh.write() as tx:
        assert await sealings.sealed(tx) == before
        fresh_owner = new_id()
        await crypto.box(tx, owner=fresh_owner)
    assert await generations(fresh, fresh_owner) == [(1, new, None)]
    await given(fresh, second)  # the first one may go
    assert crypto.blind("a", field="b.c") == tag
    async with fresh.write() as tx:
        await tx.execute(sealings.table.delete().where(sealings.table.c.owner_id == owners[0]))
    assert await sealings.texts(fresh) == {
        row: text for row, text in texts.items() if not text.startswith(str(owners[0]))
    }


async def test_a_kek_is_needed_until_it_is_retired(fresh: Database) -> None:
    second = new_key()
    await given(fresh, FIELD_KEY, second)
    with pytest.raises(crypto.FieldKeyLost):
        await given(fresh, FIELD_KEY)  # it waits for its turn
    with pytest.raises(crypto.FieldKeyLost):
        await given(fresh, second)
    await given(fresh, FIELD_KEY, second)
    await rotate_keys(fresh, clock=clock)
    await given(fresh, second)
    async with fresh.read() as look:
        rows = {row.id: row for row in await look.scalars(select(KekRow))}
    (kek,) = crypto.installed().ring
    assert [row.retired_at for key, row in rows.items() if key != kek.id] == [AT]
    assert rows[kek.id].retired_at is None


async def test_rotating_again_with_nothing_new_changes_nothing(fresh: Database) -> None:
    assert (await rotate_keys(fresh, clock=clock)).changed == 0
    assert (await rotate_keys(fresh, clock=clock)).changed == 0


async def test_a_run_left_half_way_ends_when_a_yet_newer_kek_comes(
    fresh: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rewrapping, "KEYS_A_BATCH", 1)
    owner = new_id()
    async with fresh.write() as tx:
        await crypto.box(tx, owner=owner)
    second, third = new_key(), new_key()
    await given(fresh, FIELD_KEY, second)
    with pytest.raises(Died):
        await rotate_keys(fresh, clock=until(2))  # of beginning and of one batch
    await given(fresh, FIELD_KEY, second, third)
    run = await rotate_keys(fresh, clock=clock)
    assert run.target == crypto.installed().ring.newest.id
    assert await generations(fresh, owner) == [(1, run.target, None)]
    await given(fresh, third)


class Died(Exception):
    pass


def until(readings: int) -> Callable[[], datetime]:
    """A clock that is read so often, and then the process dies."""
    left = count(readings, -1)

    def read() -> datetime:
        if next(left) == 0:
            raise Died
        return AT

    return read


async def test_fields_are_sealed_anew_and_read_the_same(
    fresh: Database, sealings: Sealings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resealing, "FIELDS_A_BATCH", 7)
    owners = [new_id() for _ in range(5)]
    texts = await sealings.fill(fresh, owners, 6)
    tag = crypto.blind("a", field="b.c")
    async with fresh.read() as look:
        before = await sealings.sealed(look)

    run = await rotate_fields(fresh, [sealings.column], clock=clock, retire_after=NOW)

    assert (run.changed, run.skipped, run.broken) == (30, 0, 0)
    assert await sealings.texts(fresh) == texts
    async with fresh.read() as look:
        after = await sealings.sealed(look)
    assert all(after[row] != sealed for row, sealed in before.items())
    assert crypto.blind("a", field="b.c") == tag
    async with fresh.read() as look:
        assert len((await crypto.box(look, owner=owners[0])).keys) == 2  # until the next run


async def test_a_batch_holds_no_more_than_so_many_bytes(
    fresh: Database, sealings: Sealings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resealing, "BYTES_A_BATCH", 2_500)
    owner = new_id()
    async with fresh.write() as tx:
        rows = [await sealings.add(tx, owner, "x" * long) for long in (1_000, 1_000, 9_000, 10)]
        await add_generations(tx, after=UUID(int=0), made_until=await newest_key_id(tx))
    after, changed = None, []
    async with fresh.write() as tx:
        for _ in range(3):
            done = await resealing.reseal(tx, sealings.column, after=after)
            after = done.last
            changed.append((done.changed, done.last))
    assert changed == [(2, rows[1]), (1, rows[2]), (1, None)]


async def test_older_generations_end_when_nothing_is_under_them(
    fresh: Database, sealings: Sealings
) -> None:
    owner, other = new_id(), new_id()
    await sealings.fill(fresh, [owner, other], 1)
    await rotate_fields(fresh, [sealings.column], clock=clock)
    kek = crypto.installed().ring.newest.id
    assert await generations(fresh, owner) == [(1, kek, None), (2, kek, None)]
    later = (await _made_at(fresh)) + timedelta(hours=2)
    async with fresh.write() as tx:
        assert await end_generations(tx, [sealings.column], at=later - timedelta(hours=1.5)) == 0
        assert await end_generations(tx, [sealings.column], at=later) == 3  # and our own
    assert await generations(fresh, owner) == [(1, None, "replaced"), (2, kek, None)]
    assert len(await sealings.texts(fresh)) == 2


async def test_a_generation_that_still_holds_something_stays(
    fresh: Database, sealings: Sealings
) -> None:
    owner = new_id()
    await sealings.fill(fresh, [owner], 1)
    async with fresh.read() as look:
        before = await sealings.sealed(look)
    await rotate_fields(fresh, [sealings.column], clock=clock)
    async with fresh.write() as tx:  # somebody had it in hand all the time
        for row, sealed in before.items():
            where = sealings.table.c.id == row
            await tx.execute(sealings.table.update().where(where).values(sealed=sealed))
    later = (await _made_at(fresh)) + timedelta(hours=2)
    async with fresh.write() as tx:
        await end_generations(tx, [sealings.column], at=later)
    assert [reason for _, _, reason in await generations(fresh, owner)] == [None, None]
    assert len(await sealings.texts(fresh)) == 1


async def _made_at(database: Database) -> datetime:
    async with database.read() as look:
        return max(await look.scalars(select(RecordKeyRow.created_at)))


async def test_erased_and_broken_values_are_left_as_they_are(
    fresh: Database, sealings: Sealings
) -> None:
    erased, broken, whole = new_id(), new_id(), new_id()
    texts = await sealings.fill(fresh, [erased, broken, whole], 1)
    of_whole = {row: text for row, text in texts.items() if text.startswith(str(whole))}
    table = sealings.table
    async with fresh.write() as tx:
        await crypto.destroy(tx, owner=erased, at=AT)
        await tx.execute(
            update(table)
            .where(table.c.owner_id == broken)
            .values(sealed=table.c.sealed.op("||")(b"\x00"))
        )
        before = await sealings.sealed(tx)
    run = await rotate_fields(fresh, [sealings.column], clock=clock)
    assert (run.changed, run.broken) == (1, 1)
    async with fresh.read() as look:
        after = await sealings.sealed(look)
    assert {row for row in before if before[row] != after[row]} == set(of_whole)


async def test_what_was_sealed_before_there_were_record_keys_moves_to_them(
    fresh: Database, sealings: Sealings
) -> None:
    owner, row = new_id(), new_id()
    field, nonce = sealings.column.field, b"n" * 12
    key = AESGCM(b"the key of sealed fields in test")
    old = b"\x01" + nonce + key.encrypt(nonce, b"secret", f"\x01{field}:{row}".encode())
    async with fresh.write() as tx:
        values = {"id": row, "owner_id": owner, "sealed": old}
        await tx.execute(sealings.table.insert().values(values))
    async with fresh.read() as look:  # it opens as it did, though its owner has no key yet
        box = await crypto.box(look, owner=owner)
        assert box.open(old, field=field, row=row) == "secret"
        with pytest.raises(crypto.SealBroken):
            box.open(old, field=field, row=new_id())
    assert (await rotate_fields(fresh, [sealings.column], clock=clock)).changed == 1
    async with fresh.read() as look:
        (sealed,) = (await sealings.sealed(look)).values()
    assert sealed[0] == crypto.CipherName.AES_256_GCM.version
    assert await sealings.texts(fresh) == {row: "secret"}
