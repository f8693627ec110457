"""A table of sealed values that tests may fill and rotate as they like."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from secrets import token_hex
from uuid import UUID

import psycopg
from sqlalchemy import Column, LargeBinary, MetaData, Table, Uuid, select, text

from tongbao.infra import crypto
from tongbao.infra.crypto import BlindColumn, SealedColumn
from tongbao.infra.db import Database, ReadSession, WriteSession
from tongbao.kernel.ids import new_id

AT = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def clock() -> datetime:
    return AT


class Sealings:
    """One table, `row -> (owner, sealed text)`."""

    def __init__(self, name: str) -> None:
        self.table = Table(
            name,
            MetaData(),
            Column("id", Uuid, primary_key=True),
            Column("owner_id", Uuid, nullable=False),
            Column("sealed", LargeBinary),
            Column("tag", LargeBinary),
        )
        self.column = SealedColumn(
            table=self.table,
            sealed=self.table.c.sealed,
            row=self.table.c.id,
            owner=self.table.c.owner_id,
            field=f"{name}.text",
        )

    @property
    def blind(self) -> BlindColumn:
        """The column of tags beside the texts."""
        return BlindColumn(
            table=self.table,
            tag=self.table.c.tag,
            row=self.table.c.id,
            owner=self.table.c.owner_id,
            sealed=self.table.c.sealed,
            of=self.column.field,
            spelled=str,
        )

    async def find(self, database: Database, words: str) -> list[UUID]:
        """Return the rows of a text, found by its tags."""
        tags = crypto.blinds(words, field=self.blind.field)
        query = select(self.table.c.id).where(self.table.c.tag.in_(tags))
        async with database.read() as look:
            return list((await look.scalars(query)).all())

    @classmethod
    def create(cls, owner_url: str, name: str | None = None) -> "Sealings":
        """Make the table; its name is made up unless one is given."""
        made = cls(name or f"tests_sealed_{token_hex(4)}")
        with psycopg.connect(owner_url, autocommit=True) as connection:
            connection.execute(
                f"CREATE TABLE {made.table.name}"
                " (id uuid PRIMARY KEY, owner_id uuid NOT NULL, sealed bytea,"
                " tag bytea)"
            )
            connection.execute(f"GRANT ALL ON {made.table.name} TO tongbao_app")
        return made

    async def add(self, tx: WriteSession, owner: UUID, words: str) -> UUID:
        """Seal a text for an owner and store it; return its row."""
        row = new_id()
        box = await crypto.box(tx, owner=owner)
        sealed = box.seal(words, field=self.column.field, row=row)
        tag = crypto.blind(words, field=self.blind.field)
        values = {"id": row, "owner_id": owner, "sealed": sealed, "tag": tag}
        await tx.execute(self.table.insert().values(values))
        return row

    async def fill(self, database: Database, owners: Sequence[UUID], each: int) -> dict[UUID, str]:
        """Store some texts for each owner; return them by row."""
        texts = {}
        async with database.write() as tx:
            for owner in owners:
                for number in range(each):
                    words = f"{owner} {number}"
                    texts[await self.add(tx, owner, words)] = words
        return texts

    async def rewrite(self, tx: WriteSession, row: UUID, words: str) -> None:
        """Seal another text for a row."""
        table = self.table
        owner = (await tx.execute(select(table.c.owner_id).where(table.c.id == row))).scalar_one()
        box = await crypto.box(tx, owner=owner)
        sealed = box.seal(words, field=self.column.field, row=row)
        await tx.execute(table.update().where(table.c.id == row).values(sealed=sealed))

    async def sealed(self, tx: ReadSession) -> dict[UUID, bytes]:
        """Return what is stored, by row."""
        rows = await tx.execute(select(self.table.c.id, self.table.c.sealed))
        return {row: sealed for row, sealed in rows}  # noqa: C416 - typed

    async def texts(self, database: Database) -> dict[UUID, str]:
        """Open everything, as a reader would."""
        async with database.read() as look:
            rows = (await look.execute(select(self.table))).all()
            boxes = await crypto.boxes(look, owners={row.owner_id for row in rows})
            return {
                row.id: boxes[row.owner_id].open(row.sealed, field=self.column.field, row=row.id)
                for row in rows
            }


async def backend(tx: ReadSession) -> int:
    """Return the number of the server process that works for a transaction."""
    return int((await tx.execute(text("SELECT pg_backend_pid()"))).scalar_one())


async def until_blocked(database: Database, waiting: int, by: int) -> None:
    """Return once one server process waits for a lock of another."""
    async with asyncio.timeout(30):
        while True:
            async with database.read() as look:
                found = await look.execute(
                    text("SELECT :by = ANY(pg_blocking_pids(:waiting))"),
                    {"by": by, "waiting": waiting},
                )
                if found.scalar_one():
                    return
            await asyncio.sleep(0.01)
