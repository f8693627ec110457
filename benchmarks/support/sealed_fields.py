"""A large table of sealed fields, a reader of one field, and a rotation in another process."""

import asyncio
import multiprocessing
import resource
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from random import Random
from uuid import UUID

import psycopg
from sqlalchemy import Column, LargeBinary, MetaData, Table, Uuid, select

from tongbao.infra import crypto
from tongbao.infra.crypto import SealedColumn
from tongbao.infra.db import Database
from tongbao.kernel.clock import now
from tongbao.kernel.ids import new_id

FIELD = "bench.number"
OWNERS_A_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Rows:
    """The ids of what was filled in, to be picked at random."""

    ids: Sequence[UUID]
    random: Random = field(default_factory=lambda: Random(7))

    def some(self, number: int) -> list[UUID]:
        """Return some of them."""
        return self.random.choices(self.ids, k=number)


class Fields:
    """`id`, `owner_id`, `sealed`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.table = Table(
            name,
            MetaData(),
            Column("id", Uuid, primary_key=True),
            Column("owner_id", Uuid, nullable=False),
            Column("sealed", LargeBinary),
        )
        self.column = SealedColumn(
            table=self.table,
            sealed=self.table.c.sealed,
            row=self.table.c.id,
            owner=self.table.c.owner_id,
            field=FIELD,
        )

    async def fill(self, database: Database, owner_url: str, *, owners: int, fields: int) -> Rows:
        """Make the table and fill it; each owner has a key and as many fields as the others."""
        ids = []
        with psycopg.connect(owner_url, autocommit=True) as connection:
            connection.execute(
                f"CREATE TABLE {self.name} (id uuid PRIMARY KEY, owner_id uuid, sealed bytea)"
            )
            connection.execute(f"GRANT ALL ON {self.name} TO tongbao_app")
            for _ in range(owners // OWNERS_A_BATCH):
                batch = [new_id() for _ in range(OWNERS_A_BATCH)]
                async with database.write() as tx:
                    boxes = await crypto.boxes(tx, owners=batch)
                with (
                    connection.cursor() as cursor,
                    cursor.copy(f"COPY {self.name} FROM STDIN (FORMAT binary)") as copy,
                ):
                    copy.set_types(["uuid", "uuid", "bytea"])
                    for owner, box in boxes.items():
                        for number in range(fields // owners):
                            row = new_id()
                            ids.append(row)
                            text = f"11010119900307{number:04}"
                            copy.write_row((row, owner, box.seal(text, field=FIELD, row=row)))
            connection.execute(f"VACUUM ANALYZE {self.name}")
            connection.execute("VACUUM ANALYZE infra_crypto_key")
        return Rows(ids)

    @staticmethod
    def fill_contacts(owner_url: str, values: Sequence[str], tags: Sequence[bytes]) -> None:
        """Make a table in which each value stands plain and as a tag, both indexed."""
        with psycopg.connect(owner_url, autocommit=True) as connection:
            connection.execute(
                "CREATE TABLE bench_contact (id bigint PRIMARY KEY, value text, tag bytea)"
            )
            connection.execute("GRANT SELECT ON bench_contact TO tongbao_app")
            with (
                connection.cursor() as cursor,
                cursor.copy("COPY bench_contact FROM STDIN") as copy,
            ):
                for number, row in enumerate(zip(values, tags, strict=True)):
                    copy.write_row((number, *row))
            connection.execute("CREATE UNIQUE INDEX ON bench_contact (value)")
            connection.execute("CREATE UNIQUE INDEX ON bench_contact (tag)")
            connection.execute("VACUUM ANALYZE bench_contact")

    async def read(self, database: Database, row: UUID) -> float:
        """Read and open one field in a transaction of its own; return the seconds it took."""
        began = time.perf_counter()
        async with database.read() as look:
            found = (await look.execute(select(self.table).where(self.table.c.id == row))).one()
            box = await crypto.box(look, owner=found.owner_id)
            box.open(found.sealed, field=FIELD, row=row)
        return time.perf_counter() - began


@dataclass(slots=True)
class Rotation:
    """A rotation under way in another process."""

    said: Connection
    seconds: float = 0.0
    peak_mib: float = 0.0
    changed: int = 0

    def ended(self) -> bool:
        """Tell whether it is done; its figures are there then."""
        if not self.said.poll():
            return False
        self.seconds, self.peak_mib, self.changed = self.said.recv()
        return True


@asynccontextmanager
async def rotating(app_url: str, table: str, keys: str) -> AsyncIterator[Rotation]:
    """Let another process rotate all fields of a table; it is ended with the block."""
    context = multiprocessing.get_context("spawn")
    ours, its = context.Pipe()
    process = context.Process(target=_rotate, args=(app_url, table, keys, its))
    process.start()
    try:
        assert ours.recv() == "begins"
        yield Rotation(ours)
    finally:
        process.terminate()
        process.join()


def _rotate(app_url: str, table: str, keys: str, say: Connection) -> None:
    async def rotate() -> tuple[float, int]:
        database = Database.connect(app_url, pool_size=2)
        crypto.use(crypto.Given.of_text(keys, path="benchmark"))
        await crypto.start(database, at=now())
        say.send("begins")
        began = time.perf_counter()
        run = await crypto.rotate_fields(database, [Fields(table).column], clock=now)
        seconds = time.perf_counter() - began
        await database.close()
        return seconds, run.changed

    seconds, changed = asyncio.run(rotate())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    say.send((seconds, peak, changed))
    say.recv()  # the answer is read before the pipe goes
