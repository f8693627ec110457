"""`ledger_post` tells what it booked, in the words of `events.TransactionsPosted`."""

import json

import psycopg
import pytest

from tests.unit.core.ledger.conftest import AT, Books, make_books, transaction
from tongbao.core.ledger import service as ledger
from tongbao.core.ledger.events import TransactionsPosted
from tongbao.infra.db import Database, WriteSession
from tongbao.infra.outbox import writing

_LAST = """
    SELECT type, version, subject, payload, occurred_at FROM infra_outbox ORDER BY seq DESC LIMIT 1
"""
_COUNT = "SELECT count(*) FROM infra_outbox"


async def test_a_batch_is_one_event(tx: WriteSession, books: Books) -> None:
    ((before,),) = await tx.fetch(_COUNT)
    batch = [transaction((books.cash, books.ada, "1.00")) for _ in range(3)]
    results = await ledger.post(tx, batch, at=AT)
    assert await tx.fetch(_COUNT) == [(before + 1,)]
    ((type_, version, subject, payload, occurred_at),) = await tx.fetch(_LAST)
    event = TransactionsPosted.model_validate_json(json.dumps(payload))
    assert (type_, version, occurred_at) == (event.type, event.version, AT)
    assert event.transaction_ids == tuple(new.id for new in batch)
    assert event.first_sequence == results[0].sequence
    assert subject == event.subject


async def test_only_what_was_booked_now_is_told(tx: WriteSession, books: Books) -> None:
    known = transaction((books.cash, books.ada, "1.00"))
    await ledger.post(tx, [known], at=AT)
    good = [transaction((books.cash, books.ada, "1.00")) for _ in range(2)]
    poor = transaction((books.bob, books.ada, "999.00"))
    results = await ledger.post(tx, [poor, known, good[0], poor, good[1]], at=AT)
    assert [result.status for result in results] == [
        "refused",
        "duplicate",
        "posted",
        "refused",
        "posted",
    ]
    ((_, _, subject, payload, _),) = await tx.fetch(_LAST)
    assert payload == {
        "transaction_ids": [str(new.id) for new in good],
        "first_sequence": results[2].sequence,
    }
    assert subject == str(good[0].id)


async def test_what_moves_nothing_is_not_told(tx: WriteSession, books: Books) -> None:
    known = transaction((books.cash, books.ada, "1.00"))
    await ledger.post(tx, [known], at=AT)
    before = await tx.fetch(_COUNT)
    poor = transaction((books.bob, books.ada, "999.00"))
    await ledger.post(tx, [known], at=AT)
    await ledger.post(tx, [poor], at=AT)
    await ledger.post(tx, [transaction((books.cash, books.ada, "1.00")), poor], at=AT, atomic=True)
    assert await tx.fetch(_COUNT) == before


async def test_readers_are_woken_and_a_refusal_leaves_the_waking_to_the_next(
    database: Database, app_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with database.write() as tx:
        books = await make_books(tx)
    monkeypatch.setattr(writing, "_waking", writing._Waking())
    async with await psycopg.AsyncConnection.connect(app_url, autocommit=True) as listener:
        await listener.execute(f"LISTEN {writing.CHANNEL}")
        for debit in (books.bob, books.cash, books.cash):  # refused, posted, posted too soon after
            async with database.write() as tx:
                await ledger.post(tx, [transaction((debit, books.ada, "1.00"))], at=AT)
        heard = [note async for note in listener.notifies(timeout=0.3)]
    assert len(heard) == 1
