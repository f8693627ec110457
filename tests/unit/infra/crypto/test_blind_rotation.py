"""A new key of blind indexes: what is tagged is found at every moment, by both keys, then one."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from secrets import token_hex
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import Column, LargeBinary, MetaData, Table, Uuid, select

from tests.support.keys import own_keys
from tests.support.sealed import AT
from tongbao.app import tables
from tongbao.infra import crypto
from tongbao.infra.crypto import retagging
from tongbao.infra.crypto.columns import BlindColumn
from tongbao.infra.crypto.process import install
from tongbao.infra.crypto.resealing import FieldsBusy
from tongbao.infra.crypto.retagging import DUE_AFTER
from tongbao.infra.crypto.start import WRITTEN_AFTER
from tongbao.infra.data_classes import DataClass
from tongbao.infra.data_register import Stored, entries, stored
from tongbao.infra.db import Database, WriteSession
from tongbao.infra.postgres import Urls
from tongbao.infra.tables import Base
from tongbao.kernel.ids import new_id

SOON, STORED, DUE = AT + timedelta(minutes=1), AT + WRITTEN_AFTER, AT + DUE_AFTER


class Book:
    """Numbers, sealed, with their tags: looked up in either spelling."""

    def __init__(self, url: str) -> None:
        name = f"tests_blind_{token_hex(4)}"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(
                f"CREATE TABLE {name} (id uuid PRIMARY KEY, owner_id uuid NOT NULL,"
                " number_sealed bytea NOT NULL, number_blind bytea NOT NULL)"
            )
            connection.execute(f"GRANT ALL ON {name} TO tongbao_app")
        self.table = Table(
            name,
            MetaData(),
            Column("id", Uuid, primary_key=True),
            Column("owner_id", Uuid),
            Column("number_sealed", LargeBinary),
            Column("number_blind", LargeBinary),
        )
        columns = self.table.c
        self.column = BlindColumn(
            table=self.table,
            tag=columns.number_blind,
            row=columns.id,
            owner=columns.owner_id,
            sealed=columns.number_sealed,
            of=f"{name}.number_sealed",
            spelled=str.upper,
        )

    async def add(self, tx: WriteSession, number: str, *, owner: UUID | None = None) -> UUID:
        row, owner = new_id(), owner or new_id()
        box = await crypto.box(tx, owner=owner)
        sealed = box.seal(number, field=self.column.of, row=row)
        tag = crypto.blind(number.upper(), field=self.column.field)
        values = {"id": row, "owner_id": owner, "number_sealed": sealed, "number_blind": tag}
        await tx.execute(self.table.insert().values(values))
        return row

    async def fill(self, database: Database, numbers: Sequence[str]) -> dict[str, UUID]:
        async with database.write() as tx:
            return {number: await self.add(tx, number) for number in numbers}

    async def find(self, database: Database, number: str) -> list[UUID]:
        tags = crypto.blinds(number.upper(), field=self.column.field)
        query = select(self.table.c.id).where(self.table.c.number_blind.in_(tags))
        async with database.read() as tx:
            return list((await tx.scalars(query)).all())

    async def tags(self, database: Database) -> set[bytes]:
        async with database.read() as tx:
            return set((await tx.scalars(select(self.table.c.number_blind))).all())

    async def all_found(self, database: Database, rows: dict[str, UUID]) -> bool:
        return all([await self.find(database, each) == [row] for each, row in rows.items()])


NUMBERS = [f"e1234567{number}" for number in range(8)]


@pytest.fixture(autouse=True)
def _keys() -> Iterator[None]:
    with own_keys():
        yield


@pytest.fixture
def book(urls: Urls) -> Book:
    return Book(urls.owner)


async def rotate(
    database: Database, book: Book, *, at: datetime, due_after: timedelta = DUE_AFTER
) -> crypto.Run:
    return await crypto.rotate_blinds(
        database, [book.column], clock=lambda: at, due_after=due_after
    )


async def test_the_tags_are_made_anew_and_everything_is_found_at_every_moment(
    fresh: Database, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retagging, "TAGS_A_BATCH", 3)
    await crypto.start(fresh, at=AT)
    rows = await book.fill(fresh, NUMBERS)
    old = await book.tags(fresh)

    begun = await rotate(fresh, book, at=AT)
    assert begun.ended_at is None
    assert await book.tags(fresh) == old
    assert len(crypto.blinds("a", field="b.c")) == 2
    assert await book.all_found(fresh, rows)

    waiting = await rotate(fresh, book, at=SOON)  # nothing happens before its time
    assert (waiting.id, waiting.ended_at, waiting.changed) == (begun.id, None, 0)

    run = await rotate(fresh, book, at=DUE)
    assert (run.id, run.ended_at, run.changed, run.broken) == (begun.id, DUE, len(NUMBERS), 0)
    assert not await book.tags(fresh) & old
    assert len(crypto.blinds("a", field="b.c")) == 1
    assert await book.all_found(fresh, rows)


async def test_a_new_key_is_known_before_it_is_used_for_storing(
    fresh: Database, book: Book
) -> None:
    await crypto.start(fresh, at=AT)
    before = crypto.blind("a", field="b.c")
    await rotate(fresh, book, at=AT)
    assert crypto.blind("a", field="b.c") == before  # others may not know the new one yet
    await crypto.refresh(fresh, at=STORED - timedelta(seconds=1))
    assert crypto.blind("a", field="b.c") == before
    await crypto.refresh(fresh, at=STORED)
    after, older = crypto.blinds("a", field="b.c")
    assert (crypto.blind("a", field="b.c"), older) == (after, before)
    assert after != before


async def test_a_process_that_does_not_know_the_new_key_yet_loses_nothing(
    fresh: Database, book: Book
) -> None:
    await crypto.start(fresh, at=AT)
    rows = await book.fill(fresh, NUMBERS[:2])
    unaware = crypto.installed()
    await rotate(fresh, book, at=AT)
    aware = crypto.installed()
    install(unaware)
    rows |= await book.fill(fresh, NUMBERS[2:4])  # stored under the old one
    install(aware)
    assert await book.all_found(fresh, rows)
    await crypto.refresh(fresh, at=STORED)
    rows |= await book.fill(fresh, NUMBERS[4:])  # stored under the new one
    assert await book.all_found(fresh, rows)
    run = await rotate(fresh, book, at=DUE)
    assert run.changed == 4
    assert await book.all_found(fresh, rows)


async def test_who_was_erased_is_passed_over_and_what_does_not_open_is_counted(
    fresh: Database, book: Book, caplog: pytest.LogCaptureFixture
) -> None:
    await crypto.start(fresh, at=AT)
    erased = new_id()
    async with fresh.write() as tx:
        await book.add(tx, "erased", owner=erased)
        await book.add(tx, "fine")
        broken = await book.add(tx, "broken")
        values = {"number_sealed": b"\x01" * 40}
        await tx.execute(book.table.update().where(book.table.c.id == broken).values(values))
        await crypto.destroy(tx, owner=erased, at=AT)
    await rotate(fresh, book, at=AT)
    run = await rotate(fresh, book, at=DUE)
    assert (run.changed, run.broken) == (1, 1)
    assert len(await book.find(fresh, "fine")) == 1


async def test_whose_tags_were_made_anew_is_told_on_the_same_transaction(
    fresh: Database, book: Book
) -> None:
    await crypto.start(fresh, at=AT)
    owners = [new_id() for _ in range(3)]
    async with fresh.write() as tx:
        for owner in owners:
            await book.add(tx, str(owner), owner=owner)
    told: list[UUID] = []

    async def retagged(
        tx: WriteSession, column: BlindColumn, whose: Sequence[UUID], at: datetime
    ) -> None:
        assert (column, at) == (book.column, DUE)
        found = await tx.scalars(select(book.table.c.number_blind))
        newest = crypto.blinds(str(owners[0]).upper(), field=book.column.field)[0]
        assert newest in found.all()
        told.extend(whose)

    await rotate(fresh, book, at=AT)
    await crypto.rotate_blinds(fresh, [book.column], clock=lambda: DUE, retagged=retagged)
    assert sorted(told) == sorted(owners)


async def test_a_row_that_somebody_holds_is_looked_at_again(
    fresh: Database, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retagging, "PAUSE_SECONDS", 0)
    await crypto.start(fresh, at=AT)
    rows = await book.fill(fresh, NUMBERS[:2])
    await rotate(fresh, book, at=AT)
    async with fresh.write() as holder:
        row = select(book.table).where(book.table.c.id == rows[NUMBERS[0]]).with_for_update()
        await holder.execute(row)
        with pytest.raises(FieldsBusy):
            await rotate(fresh, book, at=DUE)
        assert await book.all_found(fresh, rows)
    run = await rotate(fresh, book, at=DUE)
    assert run.ended_at == DUE
    assert run.changed == 2
    assert await book.all_found(fresh, rows)


async def test_a_rotation_after_it_makes_yet_another_key(fresh: Database, book: Book) -> None:
    await crypto.start(fresh, at=AT)
    rows = await book.fill(fresh, NUMBERS[:1])
    for number in range(2):
        at = AT + number * timedelta(days=1)
        first = await rotate(fresh, book, at=at)
        done = await rotate(fresh, book, at=at + DUE_AFTER)
        assert (first.target, done.ended_at) == (str(number + 2), at + DUE_AFTER)
        assert await book.all_found(fresh, rows)


def test_every_column_of_blind_tags_is_declared() -> None:
    tables.load()
    declared = {each.name for each in crypto.blind_columns()}
    named = {
        f"{entry.table}.{entry.column}"
        for entry in entries(Base)
        if entry.column.endswith("_blind") and entry.data_class is DataClass.CORE
    }
    assert declared == named
    assert all(stored(name.rpartition(".")[2]) is Stored.DIGEST for name in declared)
