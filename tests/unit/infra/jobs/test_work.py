"""Running jobs: context, retries, stopping, and what a dead worker leaves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from procrastinate.manager import JobManager
from sqlalchemy import Row, text

from tongbao.infra import audit, jobs
from tongbao.infra.db import Database
from tongbao.infra.jobs import work
from tongbao.infra.jobs.tasks import registry
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.ids import new_id

AT = datetime(2026, 5, 4, 8, 30, tzinfo=UTC)
QUEUE = "test_work"  # of this file alone, so that the jobs of other tests are left alone

ran: list[tuple[str, jobs.JobContext]] = []
gate: dict[str, asyncio.Event] = {}


class Refused(TongbaoError):
    code = "test_work.refused"
    kind = Kind.REFUSED


@jobs.task(name="test_work.note", queue=QUEUE)
async def note(context: jobs.JobContext, *, what: str) -> None:
    ran.append((what, context))


@jobs.task(name="test_work.fail", queue=QUEUE, retry=jobs.Retry(attempts_max=3, first_seconds=0.0))
async def fail(context: jobs.JobContext, *, what: str) -> None:
    ran.append((what, context))
    msg = "on purpose"
    raise RuntimeError(msg)


@jobs.task(name="test_work.refuse", queue=QUEUE)
async def refuse(context: jobs.JobContext, *, what: str) -> None:
    ran.append((what, context))
    raise Refused


@jobs.task(name="test_work.audited", queue=QUEUE, audited=True, retry=jobs.Retry(attempts_max=1))
async def audited(context: jobs.JobContext, *, what: str, party_id: str) -> None:
    ran.append((what, context))
    async with context.database.write() as tx:
        await audit.record(tx, [audit.Entry(action="test_work.inside")], at=AT)
    if what == "refused":
        raise Refused
    if what == "broken":
        msg = f"nobody writes {party_id} down"
        raise RuntimeError(msg)


@jobs.task(name="test_work.overtaken", queue=QUEUE)
async def overtaken(context: jobs.JobContext, *, what: str) -> None:
    await defer(context.database, "note", queueing_lock="test_work.same")
    await fail(context, what=what)


@jobs.task(name="test_work.wait", queue=QUEUE)
async def wait(context: jobs.JobContext, *, what: str) -> None:
    ran.append((what, context))
    gate[what].set()
    if context.attempt == 1:
        await gate[f"{what} may end"].wait()


async def defer(database: Database, name: str, **options: Any) -> int:
    async with database.write() as tx:
        return await jobs.defer(tx, f"test_work.{name}", {"what": name}, **options)


async def stored(database: Database, job_id: int) -> Row[Any]:
    async with database.read() as tx:
        found = await tx.execute(
            text("SELECT * FROM procrastinate_jobs WHERE id = :id"), {"id": job_id}
        )
        return found.one()


async def drain(database: Database) -> None:
    await jobs.drain(database, queues=[QUEUE], clock=lambda: AT)


@pytest.fixture(autouse=True)
async def _fresh(database: Database) -> AsyncIterator[None]:
    ran.clear()
    gate.clear()
    for name in ("wait", "wait may end"):
        gate[name] = asyncio.Event()
    yield
    async with database.read() as tx:  # a job tried again later would run in another test
        left = await tx.execute(
            text(
                "SELECT id, task_name FROM procrastinate_jobs"
                " WHERE queue_name = :queue AND status IN ('todo', 'doing')"
            ),
            {"queue": QUEUE},
        )
        assert left.all() == []


@asynccontextmanager
async def worker(database: Database, **options: Any) -> AsyncIterator[asyncio.Event]:
    """Run a worker beside the block; stopped at its end at the latest."""
    stop = asyncio.Event()
    running = asyncio.create_task(
        jobs.run(database, stop, queues=[QUEUE], poll_seconds=0.1, clock=lambda: AT, **options)
    )
    try:
        async with asyncio.timeout(20):
            yield stop
            stop.set()
            await running
    finally:
        stop.set()
        await running


async def until_succeeded(database: Database, job_id: int) -> None:
    async with asyncio.timeout(15):
        while (await stored(database, job_id)).status != "succeeded":  # noqa: ASYNC110 - a row
            await asyncio.sleep(0.02)


async def test_a_job_runs_once_with_the_database_and_the_clocks_reading(
    database: Database,
) -> None:
    job_id = await defer(database, "note")
    await drain(database)
    ((what, context),) = ran
    assert what == "note"
    assert context == jobs.JobContext(database=database, at=AT, attempt=1)
    assert (await stored(database, job_id)).status == "succeeded"
    await drain(database)
    assert len(ran) == 1


@pytest.mark.parametrize(
    ("what", "outcome", "code"),
    [
        ("well", "done", None),
        ("refused", "failed", "test_work.refused"),
        ("broken", "failed", "job.unexpected"),
    ],
)
async def test_a_run_of_sensitive_work_is_in_the_trail_with_how_it_ended(
    database: Database, what: str, outcome: str, code: str | None
) -> None:
    about = str(new_id())
    async with database.write() as tx:
        job_id = await jobs.defer(tx, "test_work.audited", {"what": what, "party_id": about})
    await drain(database)
    query = (
        "SELECT action, outcome, code, actor_kind, object_type, object_id FROM infra_audit"
        " WHERE request_id = :job ORDER BY seq"
    )
    async with database.read() as tx:
        rows = (await tx.execute(text(query), {"job": f"job-{job_id}"})).all()
    run = ("test_work.audited.run", outcome, code, "system", "party", about)
    assert rows[:2] == [("test_work.inside", "done", None, "system", None, None), run]


async def test_a_running_worker_is_woken_by_a_deferral(database: Database) -> None:
    async with worker(database):
        job_id = await defer(database, "note")
        await until_succeeded(database, job_id)


async def test_a_failing_job_is_tried_as_often_as_declared(database: Database) -> None:
    job_id = await defer(database, "fail")
    await drain(database)
    assert [context.attempt for _, context in ran] == [1, 2, 3]
    assert (await stored(database, job_id)).status == "failed"


async def test_a_refused_job_is_not_tried_again(database: Database) -> None:
    job_id = await defer(database, "refuse")
    await drain(database)
    assert len(ran) == 1
    assert (await stored(database, job_id)).status == "failed"


async def test_a_failing_job_gives_way_to_one_that_waits_under_its_queueing_lock(
    database: Database,
) -> None:
    first = await defer(database, "overtaken", queueing_lock="test_work.same")
    await drain(database)
    assert [what for what, _ in ran] == ["overtaken", "note"]
    assert (await stored(database, first)).status == "aborted"


async def test_stopping_waits_for_running_jobs_and_fetches_no_more(database: Database) -> None:
    running = await defer(database, "wait")
    async with worker(database, concurrency=1) as stop:
        await gate["wait"].wait()
        waiting = await defer(database, "note")
        stop.set()
        await asyncio.sleep(0.2)
        assert (await stored(database, running)).status == "doing"
        gate["wait may end"].set()
    assert (await stored(database, running)).status == "succeeded"
    assert (await stored(database, waiting)).status == "todo"
    await drain(database)
    assert (await stored(database, waiting)).status == "succeeded"


async def test_a_job_that_does_not_end_in_time_is_enqueued_again(database: Database) -> None:
    job_id = await defer(database, "wait")
    async with worker(database, shutdown_seconds=0.1):
        await gate["wait"].wait()
    assert (await stored(database, job_id)).status == "todo"
    await drain(database)
    assert [context.attempt for _, context in ran] == [1, 2]
    assert (await stored(database, job_id)).status == "succeeded"


@pytest.mark.parametrize("gone", ["silent", "removed"])
async def test_the_jobs_of_a_dead_worker_are_enqueued_again(database: Database, gone: str) -> None:
    job_id = await defer(database, "note")
    await abandon(database, job_id, silent=gone == "silent")
    await work.retry_stalled(database)
    assert (await stored(database, job_id)).status == "todo"
    await drain(database)
    assert [context.attempt for _, context in ran] == [2]


async def test_a_job_that_seems_to_kill_its_workers_is_given_up(database: Database) -> None:
    job_id = await defer(database, "note")
    for _ in range(work.STALLED_ATTEMPTS_MAX):
        await abandon(database, job_id, silent=True)
        await work.retry_stalled(database)
    assert (await stored(database, job_id)).status == "failed"


async def test_the_jobs_of_a_live_worker_are_left_alone(database: Database) -> None:
    job_id = await defer(database, "note")
    await abandon(database, job_id, silent=False, alive=True)
    await work.retry_stalled(database)
    assert (await stored(database, job_id)).status == "doing"
    async with database.write() as tx:
        await tx.execute(text("DELETE FROM procrastinate_jobs WHERE id = :id"), {"id": job_id})


@pytest.mark.parametrize("meanwhile", ["taken up", "given up", "heard of"])
async def test_a_stalled_job_that_goes_on_meanwhile_is_left_alone(
    database: Database, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    job_id = await defer(database, "note")
    await abandon(database, job_id, silent=True)
    listed = JobManager.get_stalled_jobs

    async def slowly(manager: JobManager, **options: Any) -> Any:
        """List them, and let somebody else be faster with what follows."""
        found = list(await listed(manager, **options))
        assert job_id in {each.id for each in found}
        monkeypatch.setattr(JobManager, "get_stalled_jobs", listed)
        match meanwhile:
            case "taken up":
                await work.retry_stalled(database)
                await abandon(database, job_id, silent=False, alive=True)
            case "given up":
                await finish(database, job_id, "failed")
            case "heard of":
                await hear(database, job_id)
        return found

    monkeypatch.setattr(JobManager, "get_stalled_jobs", slowly)
    await work.retry_stalled(database)
    job = await stored(database, job_id)
    assert (job.status, job.attempts) == {
        "taken up": ("doing", 1), "given up": ("failed", 0), "heard of": ("doing", 0),
    }[meanwhile]  # fmt: skip
    await drain(database)
    assert ran == []
    await finish(database, job_id, "failed")


async def test_a_stalled_job_that_another_one_waits_for_ends(database: Database) -> None:
    job_id = await defer(database, "note", queueing_lock="test_work.stalled")
    await abandon(database, job_id, silent=True)
    waiting = await defer(database, "note", queueing_lock="test_work.stalled")
    await work.retry_stalled(database)
    assert (await stored(database, job_id)).status == "aborted"
    await drain(database)
    assert (await stored(database, waiting)).status == "succeeded"
    assert len(ran) == 1


async def finish(database: Database, job_id: int, status: str) -> None:
    async with database.write() as tx:
        await tx.execute(
            text("UPDATE procrastinate_jobs SET status = :status WHERE id = :id"),
            {"id": job_id, "status": status},
        )


async def hear(database: Database, job_id: int) -> None:
    """Let the worker of a job be heard of again."""
    async with database.write() as tx:
        await tx.execute(
            text(
                "UPDATE procrastinate_workers SET last_heartbeat = now() WHERE id ="
                " (SELECT worker_id FROM procrastinate_jobs WHERE id = :id)"
            ),
            {"id": job_id},
        )


async def abandon(database: Database, job_id: int, *, silent: bool, alive: bool = False) -> None:
    """Leave a job as a worker does that was killed: running, heartbeat old or worker forgotten."""
    async with database.write() as tx:
        made = await tx.execute(
            text(
                "INSERT INTO procrastinate_workers (last_heartbeat)"
                " VALUES (now() - CASE WHEN :alive THEN interval '0' ELSE interval '1 hour' END)"
                " RETURNING id"
            ),
            {"alive": alive},
        )
        await tx.execute(
            text(
                "UPDATE procrastinate_jobs SET status = 'doing', worker_id = :worker"
                " WHERE id = :id AND status = 'todo'"
            ),
            {"worker": made.scalar_one() if silent or alive else None, "id": job_id},
        )


async def test_a_worker_that_ends_by_itself_starts_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "RESTART_SECONDS", 0.01)
    original, calls = registry.run_worker_async, 0

    async def breaking(**options: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            msg = "the database went away"
            raise OSError(msg)
        await original(**options)

    monkeypatch.setattr(registry, "run_worker_async", breaking)
    job_id = await defer(database, "note")
    async with worker(database):
        await until_succeeded(database, job_id)
    assert calls == 2


async def test_the_schedule_is_kept_by_workers_alone(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry.periodic_registry, "periodic_tasks", {})

    @jobs.periodic(name="test_work.each_second", cron="* * * * * *", queue=QUEUE)
    async def each_second(context: jobs.JobContext) -> None:
        ran.append(("each second", context))
        gate["wait"].set()

    await drain(database)  # a second ago it was due
    assert ran == []
    async with worker(database):
        await gate["wait"].wait()
    await drain(database)  # one that the worker left behind


async def test_old_jobs_that_are_done_are_removed_and_failed_ones_kept(database: Database) -> None:
    done, failed, recent = [await defer(database, name) for name in ("note", "refuse", "note")]
    await drain(database)
    async with database.write() as tx:
        await tx.execute(
            text(
                "UPDATE procrastinate_events SET at = at - interval '1 year'"
                " WHERE job_id IN (:done, :failed)"
            ),
            {"done": done, "failed": failed},
        )
    await work.remove_old(database)
    async with database.read() as tx:
        left = await tx.execute(
            text("SELECT id FROM procrastinate_jobs WHERE id = ANY(:ids) ORDER BY id"),
            {"ids": [done, failed, recent]},
        )
        assert list(left.scalars()) == [failed, recent]
