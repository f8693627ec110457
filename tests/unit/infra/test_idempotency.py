from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from tongbao.infra import idempotency
from tongbao.infra.db import Database, WriteSession
from tongbao.infra.idempotency import Answer, InFlight, KeyReused, Scope, StoredAnswer
from tongbao.kernel.ids import new_id

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
HASH = b"h" * 32


def a_scope() -> Scope:
    return Scope(actor_id=new_id(), method="POST", route="/x/{id}", key="k")


async def test_a_stored_answer_comes_back_whole(tx: WriteSession) -> None:
    scope = a_scope()
    answer = Answer(201, b'{"a":1}', "application/json", "en", "/x/1")
    assert await idempotency.begin(tx, scope=scope, request_hash=HASH, at=AT) is None
    await idempotency.store(tx, scope=scope, request_hash=HASH, answer=answer, at=AT)
    last_moment = AT + idempotency.RETENTION - timedelta(microseconds=1)
    again = await idempotency.begin(tx, scope=scope, request_hash=HASH, at=last_moment)
    assert again == answer


async def test_another_request_under_the_key_is_refused(tx: WriteSession) -> None:
    scope = a_scope()
    await idempotency.begin(tx, scope=scope, request_hash=HASH, at=AT)
    await idempotency.store(tx, scope=scope, request_hash=HASH, answer=Answer(204, b""), at=AT)
    with pytest.raises(KeyReused):
        await idempotency.begin(tx, scope=scope, request_hash=b"o" * 32, at=AT)


async def test_after_its_time_an_answer_is_gone(tx: WriteSession) -> None:
    scope = a_scope()
    await idempotency.begin(tx, scope=scope, request_hash=HASH, at=AT)
    await idempotency.store(tx, scope=scope, request_hash=HASH, answer=Answer(204, b""), at=AT)
    later = AT + idempotency.RETENTION
    assert await idempotency.begin(tx, scope=scope, request_hash=b"o" * 32, at=later) is None
    await idempotency.store(
        tx, scope=scope, request_hash=b"o" * 32, answer=Answer(200, b"new"), at=later
    )
    again = await idempotency.begin(tx, scope=scope, request_hash=b"o" * 32, at=later)
    assert again == Answer(200, b"new")


async def test_a_key_in_use_is_told_at_once(database: Database) -> None:
    scope = a_scope()
    async with database.write() as first:
        await idempotency.begin(first, scope=scope, request_hash=HASH, at=AT)
        async with database.write() as second:
            with pytest.raises(InFlight):
                await idempotency.begin(second, scope=scope, request_hash=HASH, at=AT)


async def test_an_enormous_answer_is_a_defect_of_the_route(tx: WriteSession) -> None:
    huge = Answer(200, b"x" * (idempotency.ANSWER_BYTES_MAX + 1))
    with pytest.raises(AssertionError, match="1 MiB"):
        await idempotency.store(tx, scope=a_scope(), request_hash=HASH, answer=huge, at=AT)


@pytest.fixture
async def answers(database: Database) -> AsyncIterator[list[Scope]]:
    """Five answers that expired at AT, one that has a second left; all long ago or far ahead."""
    scopes = [a_scope() for _ in range(6)]
    async with database.write() as tx:
        for number, scope in enumerate(scopes):
            kept = timedelta(seconds=1 if number == 5 else 0)
            await idempotency.store(
                tx,
                scope=scope,
                request_hash=HASH,
                answer=Answer(204, b""),
                at=AT,
                retention=kept,
            )
    yield scopes
    await idempotency.purge(database, at=AT + timedelta(days=1))


async def _left(database: Database, scopes: list[Scope]) -> int:
    async with database.read() as tx:
        actors = [scope.actor_id for scope in scopes]
        count = select(func.count()).where(StoredAnswer.actor_id.in_(actors))
        return int(await tx.scalar(count) or 0)


async def test_the_purge_takes_what_has_expired(database: Database, answers: list[Scope]) -> None:
    deleted = await idempotency.purge(database, at=AT, batch=2)
    assert deleted >= 5
    assert await _left(database, answers) == 1
    assert await _left(database, answers[5:]) == 1


async def test_the_purge_is_bounded(database: Database, answers: list[Scope]) -> None:
    assert await idempotency.purge(database, at=AT, batch=2, batches_max=1) == 2
    assert await idempotency.purge(database, at=AT, batch=1, batches_max=2) == 2
    assert await _left(database, answers) >= 2


async def test_of_several_keys_each_is_ours_once_if_nobody_has_it(
    database: Database, tx: WriteSession
) -> None:
    mine, theirs, done = scopes = [
        Scope(actor_id=new_id(), method="POST", route="/x", key=str(place)) for place in range(3)
    ]
    await idempotency.store(tx, scope=done, request_hash=b"h", answer=Answer(201, b"{}"), at=AT)
    async with database.write() as other:
        assert await idempotency.begin_many(other, [theirs]) == [True]
        assert await idempotency.begin_many(tx, scopes) == [True, False, False]
        assert await idempotency.begin_many(tx, [mine, theirs, mine]) == [True, False, False]
        assert await idempotency.begin_many(tx, [mine, mine]) == [True, False]


PART = st.binary(max_size=4)


@given(first=st.tuples(PART, PART), second=st.tuples(PART, PART))
def test_only_equal_requests_share_a_hash(
    first: tuple[bytes, bytes], second: tuple[bytes, bytes]
) -> None:
    """Nothing slides from the query into the body or back."""
    hashes = [
        idempotency.request_hash(method="POST", path="/", query=query, body=body)
        for query, body in (first, second)
    ]
    assert (hashes[0] == hashes[1]) == (first == second)


def test_the_lock_differs_by_every_part_of_the_scope() -> None:
    one = Scope(actor_id=new_id(), method="POST", route="/x", key="k")
    others = [
        Scope(actor_id=new_id(), method="POST", route="/x", key="k"),
        Scope(actor_id=one.actor_id, method="PUT", route="/x", key="k"),
        Scope(actor_id=one.actor_id, method="POST", route="/y", key="k"),
        Scope(actor_id=one.actor_id, method="POST", route="/x", key="l"),
        Scope(actor_id=one.actor_id, method="POST", route="/xk", key=""),
    ]
    assert len({one.lock, *(other.lock for other in others)}) == 6
    assert all(-(2**63) <= scope.lock < 2**63 for scope in [one, *others])
