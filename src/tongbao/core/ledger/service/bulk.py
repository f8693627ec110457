"""Booking in bulk: a long list of transactions, in batches of which a few are under way.

Two batches that share an account with a limit stand in each other's way: the second waits, holding
what it has locked, until the first one is durable. So batches are put together in such a way that
those under way share none; what touches an account in use goes into a later batch.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Final

from tongbao.core.ledger import domain
from tongbao.core.ledger.domain import NewTransaction, PostingResult, TransactionKind
from tongbao.core.ledger.service.booking import fits, post
from tongbao.infra.audit import Caller
from tongbao.infra.db import Database

POSTINGS_PER_TURN: Final = 1_000
UNDER_WAY_MAX: Final = 3
PASSED_OVER_MAX: Final = 4_000
"""So many wait for an account in use before no more is read of the list."""


async def post_many(
    database: Database,
    transactions: Sequence[NewTransaction],
    *,
    clock: Callable[[], datetime],
    by: Sequence[Caller] | None = None,
) -> list[PostingResult]:
    """Book independent transactions in batches, each durable on its own; return a result for each.

    What the list says of one account with a limit is booked in the order of the list, and so are
    two of one id. Everything else may be booked in any order: an internal account's balance
    limits nobody.

    Nothing is taken back when it fails on the way, or is cancelled: some batches are durable then,
    and some are not. Repeat the same list: what was booked is a `duplicate` and moves nothing.

    Args:
        database: where each batch has a transaction of its own; nobody's locks are held meanwhile.
        transactions: no resolutions or reversals. All of it is kept in memory: hand over some
            100,000 at a time.
        clock: tells the booking moment of each batch.
        by: who asked for each, as for `post`.

    Raises:
        TooManyPostings: one of them has none or too many; nothing was booked.
    """
    assert all(new.target is None for new in transactions), "their accounts are not known here"
    if not all(fits(new) for new in transactions):
        raise domain.TooManyPostings(batch_max=domain.BATCH_MAX, postings_max=domain.POSTINGS_MAX)
    schedule = Schedule(
        transactions, postings_max=POSTINGS_PER_TURN, passed_over_max=PASSED_OVER_MAX
    )
    results: dict[int, PostingResult] = {}

    async def book(batch: "Batch") -> None:
        items = [transactions[place] for place in batch.places]
        who = None if by is None else [by[place] for place in batch.places]
        async with database.lines.statement() as tx:
            booked = await post(tx, items, at=clock(), by=who)
        schedule.end(batch, booked)
        results.update(zip(batch.places, booked, strict=True))

    under_way: set[asyncio.Task[None]] = set()
    try:
        while (batch := schedule.next()) or under_way:
            if batch:
                under_way.add(asyncio.create_task(book(batch)))
            if not batch or len(under_way) == UNDER_WAY_MAX:
                done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                _raise_first(done)
    finally:
        if under_way:  # it failed: whoever repeats the list shall not meet these
            ended, _ = await asyncio.wait(under_way)
            for each in ended:
                each.exception()  # the first one is raised already
    return [results[place] for place in range(len(transactions))]


def _raise_first(ended: Iterable[asyncio.Task[None]]) -> None:
    errors = [error for each in ended if (error := each.exception()) is not None]
    if errors:
        raise errors[0]


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Which of the list are booked together, and what nobody else may touch meanwhile."""

    places: list[int]
    keys: set[int]


@dataclass(slots=True)
class Schedule:
    """Says what can be booked beside what is under way.

    The keys of a transaction are its id and its accounts, except those known to have no limit,
    which nobody locks. Whatever has a key in use, or of one passed over, is passed over. A batch
    ends with the transaction that fills it.
    """

    transactions: Sequence[NewTransaction]
    postings_max: int
    passed_over_max: int
    read: int = 0  # so many of the list were looked at
    passed_over: list[int] = field(default_factory=list)  # in the order of the list
    unlimited: set[int] = field(default_factory=set)
    under_way: list[Batch] = field(default_factory=list)

    def next(self) -> Batch | None:
        """Return the next batch; None when nothing is left, or too little to begin now.

        A batch that is not full is worth a turn only when nothing else is under way: then it
        has all that is left.
        """
        places: list[int] = []
        passed_over: list[int] = []
        keys: set[int] = set()
        # Made anew each time: a set that much was taken from is slow to look into.
        taboo: set[int] = set().union(*[batch.keys for batch in self.under_way])
        postings = looked = 0
        ahead = range(self.read, len(self.transactions))
        for place in chain(self.passed_over, ahead):
            if postings >= self.postings_max or len(passed_over) >= self.passed_over_max:
                break
            looked += 1
            new = self.transactions[place]
            its = self._keys(new)
            twin = new.id.int in keys  # judged when it is known what became of the first
            if not twin and its.isdisjoint(taboo):
                places.append(place)
                keys |= its
                postings += len(new.postings)
            else:
                passed_over.append(place)
                taboo |= its
        if not places or (self.under_way and postings < self.postings_max):
            return None
        self.read += max(0, looked - len(self.passed_over))
        self.passed_over = passed_over + self.passed_over[looked:]
        batch = Batch(places, keys)
        self.under_way.append(batch)
        return batch

    def _keys(self, new: NewTransaction) -> set[int]:
        keys = {new.id.int}
        for posting in new.postings:
            keys.add(posting.debit.int)
            keys.add(posting.credit.int)
        return keys - self.unlimited

    def end(self, batch: Batch, booked: Sequence[PostingResult]) -> None:
        """Let go of what a batch had in use, and learn which accounts have no limit."""
        self.under_way.remove(batch)
        for place, result in zip(batch.places, booked, strict=True):
            new = self.transactions[place]
            for posting, (debit, credit) in zip(new.postings, result.postings, strict=False):
                posted = new.kind is TransactionKind.POSTED  # a hold says nothing of limits
                if debit is None and posted:
                    self.unlimited.add(posting.debit.int)
                if credit is None and posted:
                    self.unlimited.add(posting.credit.int)
