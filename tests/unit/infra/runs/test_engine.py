"""A run does each piece once, in order, whatever happens on the way."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from tongbao.infra import runs
from tongbao.infra.db import Database, WriteSession
from tongbao.infra.postgres import APP_ROLE
from tongbao.infra.runs import reading
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.ids import new_id
from tongbao.kernel.text import Text

DAY = date(2026, 3, 2)
AT = datetime(2026, 3, 2, 16, 3, tzinfo=UTC)


class NoMoney(TongbaoError):
    code = "test.no_money"
    title = Text(zh="没有钱", en="No money")


class Counter:
    """A step that counts to `goal` in a table, one a piece, and may be led to fail or to wait."""

    def __init__(self, name: str, goal: int) -> None:
        self.name, self.goal = name, goal
        self.calls: list[str | None] = []
        self.fails_at: dict[int, Exception] = {}
        self.entered, self.go_on = asyncio.Event(), asyncio.Event()
        self.go_on.set()

    async def __call__(
        self, tx: WriteSession, *, day: date, cursor: str | None, at: datetime
    ) -> runs.Progress:
        assert (day, at) == (DAY, AT)
        self.calls.append(cursor)
        number = int(cursor or 0) + 1
        await tx.execute(
            text(
                "INSERT INTO infra_outbox (type, version, subject, payload, occurred_at)"
                " VALUES ('test.counted', 1, :name, '{}', :at)"
            ),
            {"name": f"{self.name} {number}", "at": AT},
        )
        self.entered.set()
        await self.go_on.wait()
        if number in self.fails_at:
            raise self.fails_at.pop(number)
        return runs.Progress(items=10, cursor=None if number == self.goal else str(number))

    @property
    def step(self) -> runs.Step:
        return runs.Step(self.name, self)


@pytest.fixture
def name() -> str:
    return f"test.{new_id().hex}"


@pytest.fixture
async def another(app_url: str) -> AsyncIterator[Database]:
    """A second pool, as another process has one."""
    opened = Database.connect(app_url, role=APP_ROLE, pool_size=3)
    yield opened
    await opened.close()


class Work:
    """Runs of one name."""

    def __init__(self, name: str) -> None:
        self.name = name

    async def __call__(
        self, database: Database, *counters: Counter, told: runs.Told | None = None
    ) -> None:
        await runs.carry_out(
            database,
            name=self.name,
            day=DAY,
            steps=[each.step for each in counters],
            clock=lambda: AT,
            told=told or (lambda *_: None),
        )


@pytest.fixture
def carry_out(name: str) -> Work:
    return Work(name)


async def counted(database: Database, counter: Counter) -> int:
    async with database.read() as tx:
        found = await tx.execute(
            text("SELECT count(*) FROM infra_outbox WHERE subject LIKE :name"),
            {"name": f"{counter.name} %"},
        )
        return int(found.scalar_one())


async def the_run(database: Database, name: str) -> reading.RunView:
    async with database.read() as tx:
        (only,) = (await reading.list_runs(tx, name=name)).items
    return only


async def test_steps_are_done_in_order_piece_by_piece(
    database: Database, name: str, carry_out: Work
) -> None:
    first, second = Counter(f"{name}.a", 3), Counter(f"{name}.b", 1)
    heard: list[tuple[str, int, bool]] = []
    await carry_out(database, first, second, told=lambda *piece: heard.append(piece))
    assert (first.calls, second.calls) == ([None, "1", "2"], [None])
    assert heard == [
        (first.name, 10, False),
        (first.name, 20, False),
        (first.name, 30, True),
        (second.name, 10, True),
    ]
    run = await the_run(database, name)
    assert (run.day, run.status, run.started_at, run.finished_at) == (DAY, "done", AT, AT)
    assert [(each.name, each.status, each.items, each.pieces) for each in run.steps] == [
        (first.name, "done", 30, 3),
        (second.name, "done", 10, 1),
    ]


async def test_again_does_nothing(database: Database, name: str, carry_out: Work) -> None:
    counter = Counter(f"{name}.a", 2)
    await carry_out(database, counter)
    await carry_out(database, counter)
    assert len(counter.calls) == 2
    assert await counted(database, counter) == 2


async def test_a_failed_piece_leaves_no_trace_and_the_run_goes_on_there(
    database: Database, name: str, carry_out: Work
) -> None:
    first, second = Counter(f"{name}.a", 3), Counter(f"{name}.b", 1)
    first.fails_at[2] = NoMoney()
    with pytest.raises(runs.StepFailed, match="No money") as failure:
        await carry_out(database, first, second)
    assert failure.value.facts["step"] == first.name
    assert isinstance(failure.value.__cause__, NoMoney)
    run = await the_run(database, name)
    assert (run.status, run.finished_at) == ("failed", None)
    assert [(each.status, each.pieces, each.error) for each in run.steps] == [
        ("failed", 1, "test.no_money: No money"),
        ("waiting", 0, None),
    ]
    assert await counted(database, first) == 1
    await carry_out(database, first, second)
    assert first.calls == [None, "1", "1", "2"]
    assert await counted(database, first) == 3
    run = await the_run(database, name)
    assert (run.status, [each.error for each in run.steps]) == ("done", [None, None])


async def test_what_a_failure_says_of_the_database_holds_no_data(
    database: Database, name: str
) -> None:
    async def work(
        tx: WriteSession, *, day: date, cursor: str | None, at: datetime
    ) -> runs.Progress:
        del day, cursor, at
        await tx.execute(text("SELECT CAST(:secret AS integer)"), {"secret": "Ms Li"})
        return runs.Progress(0, None)

    with pytest.raises(runs.StepFailed):
        await runs.carry_out(
            database, name=name, day=DAY, steps=[runs.Step("a", work)], clock=lambda: AT
        )
    (step,) = (await the_run(database, name)).steps
    assert step.error == "DataError (22P02)"


async def test_of_two_at_once_one_works_and_the_other_finds_it_done(
    database: Database, another: Database, name: str, carry_out: Work
) -> None:
    works, waits = Counter(f"{name}.a", 2), Counter(f"{name}.a", 2)
    works.go_on.clear()
    first = asyncio.ensure_future(carry_out(database, works))
    await works.entered.wait()
    second = asyncio.ensure_future(carry_out(another, waits))
    await somebody_waits(database, name)
    assert not waits.calls
    works.go_on.set()
    await asyncio.gather(first, second)
    assert (len(works.calls), len(waits.calls)) == (2, 0)
    assert await counted(database, works) == 2


async def test_who_waited_goes_on_where_the_other_failed(
    database: Database, another: Database, name: str, carry_out: Work
) -> None:
    works, waits = Counter(f"{name}.a", 3), Counter(f"{name}.a", 3)
    works.fails_at[2] = NoMoney()
    works.go_on.clear()
    first = asyncio.ensure_future(carry_out(database, works))
    await works.entered.wait()
    second = asyncio.ensure_future(carry_out(another, waits))
    await somebody_waits(database, name)
    works.go_on.set()
    with pytest.raises(runs.StepFailed):
        await first
    await second
    assert waits.calls == ["1", "2"]
    assert await counted(database, works) == 3


async def test_two_that_both_believe_to_be_alone_still_do_each_piece_once(
    database: Database,
    another: Database,
    name: str,
    carry_out: Work,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As behind a connection pool that gives a lock's connection to somebody else."""

    class Nobody:
        async def __aenter__(self) -> None: ...
        async def __aexit__(self, *_: object) -> None: ...

    monkeypatch.setattr("tongbao.infra.runs.engine._alone", lambda *_: Nobody())
    ours, theirs = Counter(f"{name}.a", 4), Counter(f"{name}.a", 4)
    await asyncio.gather(
        carry_out(database, ours),
        carry_out(another, theirs),
    )
    assert sorted([*ours.calls, *theirs.calls], key=str) == ["1", "2", "3", None]
    assert await counted(database, ours) == 4


async def test_a_step_that_a_later_version_brings_is_done_too(
    database: Database, name: str, carry_out: Work
) -> None:
    first, last = Counter(f"{name}.a", 1), Counter(f"{name}.c", 2)
    last.fails_at[1] = NoMoney()
    with pytest.raises(runs.StepFailed):
        await carry_out(database, first, last)
    new = Counter(f"{name}.b", 1)
    await carry_out(database, first, new, last)
    steps = (await the_run(database, name)).steps
    assert [each.name for each in steps] == [first.name, new.name, last.name]
    assert len(first.calls) == 1
    assert len(new.calls) == 1


async def somebody_waits(database: Database, name: str) -> None:
    """Return when a run of this name waits for another's end."""
    waiting = text("""
        SELECT count(*) FROM pg_locks l
         WHERE l.locktype = 'advisory' AND NOT l.granted
           AND l.objid = (hashtext(:lock)::bigint & 4294967295)
    """)
    for _ in range(3_000):
        async with database.read() as tx:
            if (await tx.execute(waiting, {"lock": f"runs {name}"})).scalar_one():
                return
        await asyncio.sleep(0.01)
    pytest.fail("nobody waits")
