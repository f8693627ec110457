"""Many callers, one key: the work happens once and every caller learns the same answer."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import httpx2
import psycopg
import pytest
from sqlalchemy import text

from tests.unit.infra.web.till import (
    BASE,
    TABLE,
    Users,
    client_of,
    keyed,
    make_app,
    new_note,
)
from tongbao.infra.db import Database

NOTES = f"{BASE}/drawers/1/notes"
CALLERS = 24
ROUNDS = 20


@pytest.fixture
def users() -> Users:
    return Users()


@pytest.fixture
async def client(
    database: Database, owner_url: str, users: Users
) -> AsyncIterator[httpx2.AsyncClient]:
    with psycopg.connect(owner_url) as connection:
        connection.execute(TABLE)
    async with client_of(make_app(database, users)) as opened:
        yield opened


async def _count(database: Database, note_id: str) -> int:
    async with database.read() as tx:
        found = await tx.scalar(
            text("SELECT count(*) FROM web_note WHERE id LIKE :id"),
            {"id": f"{note_id}%"},
        )
    return int(found or 0)


async def test_callers_with_one_key_share_one_effect(
    client: httpx2.AsyncClient, users: Users, database: Database
) -> None:
    for _ in range(ROUNDS):
        headers, note = keyed(users.add()[1]), new_note()
        answers = await asyncio.gather(
            *(client.post(NOTES, json=note, headers=headers) for _ in range(CALLERS))
        )
        statuses = Counter(answer.status_code for answer in answers)
        assert set(statuses) <= {201, 409}
        done = [answer for answer in answers if answer.status_code == 201]
        assert len({answer.content for answer in done}) == 1
        fresh = [answer for answer in done if "idempotency-replayed" not in answer.headers]
        assert len(fresh) == 1
        for answer in answers:
            if answer.status_code == 409:
                assert answer.json()["code"] == "idempotency.in_flight"
                assert answer.headers["retry-after"] == "1"
        assert await _count(database, note["id"]) == 1
        late = await client.post(NOTES, json=note, headers=headers)
        assert late.content == fresh[0].content


async def test_a_second_caller_is_told_at_once_while_the_first_is_at_work(
    client: httpx2.AsyncClient, users: Users, database: Database
) -> None:
    """The first waits for a row lock held here, so it is certainly still at work."""
    _, bearer = users.add()
    headers, note = keyed(bearer), new_note()
    async with database.write() as blocker:
        await blocker.execute(
            text("INSERT INTO web_note (id, body) VALUES (:id, 'mine')"),
            {"id": note["id"]},
        )
        first = asyncio.create_task(client.post(NOTES, json=note, headers=headers))
        async with asyncio.timeout(10):
            while not await _somebody_waits(database):  # noqa: ASYNC110 - it is in PostgreSQL
                await asyncio.sleep(0.01)
            second = await client.post(NOTES, json=note, headers=headers)
            stranger = await client.post(NOTES, json=new_note(), headers=keyed(bearer))
        assert not first.done()
        await blocker.rollback()
    assert second.status_code == 409
    assert second.json()["code"] == "idempotency.in_flight"
    assert stranger.status_code == 201
    assert (await first).status_code == 201
    replay = await client.post(NOTES, json=note, headers=headers)
    assert replay.headers["idempotency-replayed"] == "true"


async def _somebody_waits(database: Database) -> bool:
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'")
    async with database.read() as tx:
        return bool(await tx.scalar(waiting))


async def test_different_requests_with_one_key_never_both_happen(
    client: httpx2.AsyncClient, users: Users, database: Database
) -> None:
    for _ in range(ROUNDS):
        headers, stem = keyed(users.add()[1]), new_note()["id"]
        answers = await asyncio.gather(
            *(
                client.post(NOTES, json={"id": f"{stem}-{number}"}, headers=headers)
                for number in range(8)
            )
        )
        statuses = Counter(answer.status_code for answer in answers)
        assert statuses[201] == 1
        assert set(statuses) <= {201, 409, 422}
        assert await _count(database, stem) == 1
