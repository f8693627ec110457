"""Many decide at once: a proposal is executed once or not at all."""

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import text

from tests.unit.infra.proposals.notebook import (
    AT,
    HOUR,
    TABLE,
    WRITE,
    Note,
    People,
    a_note,
    is_written,
)
from tongbao.infra import proposals
from tongbao.infra.auth import Actor
from tongbao.infra.db import Database
from tongbao.infra.proposals import AlreadyDecided, Proposal, State

ROUNDS = 15
LATER = AT + timedelta(seconds=1)


@pytest.fixture(scope="module", autouse=True)
def _table(owner_url: str) -> None:
    with psycopg.connect(owner_url) as connection:
        connection.execute(TABLE)


class Scene:
    """A proposal, its maker and people who may approve it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.people = People()
        self.maker = self.people.add("notes:write")
        self.checkers = [self.people.add("notes:approve") for _ in range(4)]

    async def propose(self) -> tuple[Proposal, Note]:
        note = a_note()
        async with self.database.write() as tx:
            made = await proposals.propose(tx, action=WRITE, payload=note, maker=self.maker, at=AT)
        return made, note

    async def approve(self, made: Proposal, checker: Actor) -> str:
        try:
            async with self.database.write() as tx:
                await proposals.approve(
                    tx,
                    proposal_id=made.id,
                    digest=made.digest,
                    approver=checker,
                    find_actor=self.people.find,
                    at=LATER,
                )
        except AlreadyDecided:
            return "late"
        return "executed"

    async def withdraw(self, made: Proposal) -> str:
        try:
            async with self.database.write() as tx:
                await proposals.withdraw(tx, proposal_id=made.id, withdrawn_by=self.maker, at=LATER)
        except AlreadyDecided:
            return "late"
        return "withdrawn"

    async def expire(self, made: Proposal) -> str:
        """The clock of the worker that expires is ahead of the approvers'."""
        async with self.database.write() as tx:
            await proposals.expire(tx, at=AT + HOUR)
            found = await proposals.get(tx, made.id, reader=self.maker)
            mine = found.state is State.EXPIRED
        return "expired" if mine else "late"

    async def state(self, made: Proposal) -> State:
        async with self.database.read() as tx:
            return (await proposals.get(tx, made.id, reader=self.maker)).state


@pytest.fixture
def scene(database: Database) -> Scene:
    return Scene(database)


async def test_of_many_approvers_one_executes(scene: Scene) -> None:
    for _ in range(ROUNDS):
        made, note = await scene.propose()
        outcomes = Counter(
            await asyncio.gather(*(scene.approve(made, each) for each in scene.checkers))
        )
        assert outcomes == {"executed": 1, "late": 3}
        async with scene.database.read() as tx:
            assert await is_written(tx, note)


async def test_approving_withdrawing_and_expiring_at_once_end_in_one_of_them(
    scene: Scene,
) -> None:
    seen: Counter[str] = Counter()
    for turn in range(ROUNDS * 2):
        made, note = await scene.propose()
        rivals: list[Callable[[], Awaitable[str]]] = [
            lambda made=made: scene.approve(made, scene.checkers[0]),  # type: ignore[misc]
            lambda made=made: scene.withdraw(made),  # type: ignore[misc]
            lambda made=made: scene.expire(made),  # type: ignore[misc]
        ]
        rivals = rivals[turn % 3 :] + rivals[: turn % 3]
        outcomes = await asyncio.gather(*(rival() for rival in rivals))
        winners = [outcome for outcome in outcomes if outcome != "late"]
        if not winners:  # the worker passed over a row that was being decided, and that failed
            continue
        assert len(winners) == 1, outcomes
        assert (await scene.state(made)).value == winners[0]
        async with scene.database.read() as tx:
            assert await is_written(tx, note) == (winners == ["executed"])
        seen.update(winners)
    assert len(seen) >= 2, seen  # the race is one: it has several winners


KILLED = """
import asyncio, os, signal, sys
from uuid import UUID
from tests.unit.infra.proposals.notebook import AT, People
from tongbao.infra import proposals
from tongbao.infra.auth import Actor
from tongbao.infra.db import Database

async def main(url, proposal_id, digest, maker_id):
    database = Database.connect(url)
    people = People()
    people.actors[UUID(maker_id)] = Actor(
        id=UUID(maker_id), kind="staff", name="x", permissions=frozenset({"notes:write"})
    )
    async with database.write() as tx:
        done = await proposals.approve(
            tx, proposal_id=UUID(proposal_id), digest=digest,
            approver=people.add("notes:approve"), find_actor=people.find, at=AT,
        )
        assert done.state == "executed"
        os.kill(os.getpid(), signal.SIGKILL)  # between the work and its COMMIT

asyncio.run(main(*sys.argv[1:]))
"""


async def test_a_process_killed_between_the_work_and_its_commit_leaves_the_proposal_open(
    scene: Scene, app_url: str
) -> None:
    made, note = await scene.propose()
    killed = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", KILLED, app_url, str(made.id), made.digest, str(scene.maker.id)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(["src", "."])},
        check=False,
        capture_output=True,
        timeout=60,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    async with asyncio.timeout(20):
        while True:  # the server notices that its client is gone
            async with scene.database.read() as tx:
                held = await tx.scalar(
                    text(
                        "SELECT count(*) FROM pg_locks WHERE relation = 'infra_proposal'::regclass"
                        " AND pid <> pg_backend_pid()"
                    )
                )
            if not held:
                break
            await asyncio.sleep(0.05)
    assert await scene.state(made) is State.PENDING
    async with scene.database.read() as tx:
        assert not await is_written(tx, note)
    assert await scene.approve(made, scene.checkers[0]) == "executed"
