"""A day of a channel, reconciled: the books, the channel's statement and the bank's, all at once.

Everything happens on one transaction and depends on what is stored alone. Killed on the way,
nothing was done; done again, nothing changes. What arrives late is compared by the next run,
whatever day that one is of.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from tongbao.core.ledger import service as ledger
from tongbao.core.reconciliation.domain import errors
from tongbao.core.reconciliation.domain.nouns import (
    DAYS_APART_MAX,
    BreakKind,
    Day,
    Pair,
    Side,
)
from tongbao.core.reconciliation.events import DayReconciled
from tongbao.core.reconciliation.models import DayRow, ItemRow, StatementRow
from tongbao.core.reconciliation.service.booking import FEES, SETTLE, Move, book
from tongbao.core.reconciliation.service.books import Books, books_of
from tongbao.core.reconciliation.service.casework import Verdict, settle_cases
from tongbao.core.reconciliation.service.taking import lock, statement_of, take_up
from tongbao.infra import outbox
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.money import Money
from tongbao.kernel.page import Page, decode_cursor, encode_cursor

_JUDGES: Final = (
    (Pair.CHANNEL, "SELECT * FROM reconciliation_judge_channel(:channel, :apart_max)"),
    (Pair.BANK, "SELECT * FROM reconciliation_judge_bank(:channel, :apart_max)"),
    (Pair.SUSPENSE, "SELECT * FROM reconciliation_judge_suspense(:channel)"),
)


async def reconcile(tx: WriteSession, *, channel: str, day: date, at: datetime) -> Day:
    """Compare what is there of a channel, open and clear cases, and book what follows.

    Takes up what the books moved since the last time, judges what is new or open, puts differences
    into suspense, and books fees and what reached the bank. The transaction must read committed
    data (the default).

    Raises:
        StatementNotTaken: the channel's statement of the day is not here.
        DoesNotFit: more than `BREAKS_MAX` new differences; nothing was done.
    """
    await lock(tx, channel)
    statement = await statement_of(tx, channel=channel, side=Side.CHANNEL, day=day)
    if statement is None:
        raise errors.StatementNotTaken(channel=channel, day=day.isoformat())
    books = await _books(tx, channel, at)
    through = await ledger.settled_through(tx)
    for currency, accounts in books.items():
        await take_up(tx, channel=channel, currency=currency, books=accounts, through=through)
    await _judge(tx, Pair.CHANNEL, channel, books, at)
    counted = await _book_statements(tx, channel, books, at)
    await _judge(tx, Pair.BANK, channel, books, at)
    await _judge(tx, Pair.SUSPENSE, channel, books, at)
    for other in counted:  # what came late may be of another day
        if other.side == Side.CHANNEL and other.replaced_at is None and other.id != statement.id:
            await _note(tx, other, at)
    return await _note(tx, statement, at)


async def _books(tx: WriteSession, channel: str, at: datetime) -> dict[str, Books]:
    """Return the channel's accounts in each currency that a statement of it was of."""
    found = await tx.scalars(
        select(StatementRow.currency).where(StatementRow.channel == channel).distinct()
    )
    return {
        currency: await books_of(tx, channel=channel, currency=currency, at=at)
        for currency in sorted(found)
    }


async def _judge(
    tx: WriteSession, pair: Pair, channel: str, books: dict[str, Books], at: datetime
) -> None:
    (query,) = [query for judged, query in _JUDGES if judged is pair]
    rows = await tx.execute(text(query), {"channel": channel, "apart_max": DAYS_APART_MAX})
    verdicts = [
        Verdict(
            pair=pair,
            currency=row.currency,
            reference=row.reference,
            kind=None if row.kind is None else BreakKind(row.kind),
            day=row.day,
            ours=row.ours,
            theirs=row.theirs,
            difference=row.difference,
            counter_id=row.counter,
        )
        for row in rows
    ]
    if pair is Pair.CHANNEL:
        verdicts = await _with_status(tx, verdicts, books)
    await settle_cases(tx, channel, verdicts, books, at=at)


async def _with_status(
    tx: ReadSession, verdicts: Sequence[Verdict], books: dict[str, Books]
) -> list[Verdict]:
    """Tell what is missing here from what is held here and not decided yet."""
    missing = [each for each in verdicts if each.kind is BreakKind.MISSING_HERE]
    held: set[tuple[str, str]] = set()
    for currency, accounts in books.items():
        references = [each.reference for each in missing if each.currency == currency]
        found = await ledger.held_references(tx, accounts.in_transit, references)
        held |= {(currency, reference) for reference in found}
    return [
        each.of_kind(BreakKind.STATUS)
        if each.kind is BreakKind.MISSING_HERE and (each.currency, each.reference) in held
        else each
        for each in verdicts
    ]


async def _book_statements(
    tx: WriteSession, channel: str, books: dict[str, Books], at: datetime
) -> list[StatementRow]:
    """Book fees, and what moved on our account at the bank, as statements say; once.

    Returns the statements whose lines were judged since they were looked at last.
    """
    stale = list(
        await tx.scalars(
            select(StatementRow)
            .where(StatementRow.channel == channel, StatementRow.stale)
            .order_by(StatementRow.day, StatementRow.id)
        )
    )
    moves: list[Move] = []
    for row in stale:
        cash, cost = await _sums(tx, row)
        if cash != row.cash:
            row.agreed = False
        row.cash, row.cost, row.stale = cash, cost, False
        accounts = books[row.currency]
        # What comes to the bank as one payment is booked when the bank says so.
        reached = cash if row.settlement is None else 0
        reference = row.settlement or f"{channel}-{row.day:%Y%m%d}"
        told = (row.currency, reference, channel)
        moves += [
            Move(FEES, accounts.fees, accounts.in_transit, cost - row.cost_booked, *told),
            Move(SETTLE, accounts.nostro, accounts.in_transit, reached - row.cash_booked, *told),
        ]
        row.cost_booked, row.cash_booked = cost, reached
    await tx.flush()
    await book(tx, moves, at=at)
    return stale


async def _sums(tx: ReadSession, row: StatementRow) -> tuple[int, int]:
    found = await tx.execute(
        select(
            func.coalesce(func.sum(ItemRow.cash), 0), func.coalesce(func.sum(ItemRow.cost), 0)
        ).where(ItemRow.statement_id == row.id)
    )
    cash, cost = found.one()
    return int(cash), int(cost)


async def _note(tx: WriteSession, statement: StatementRow, at: datetime) -> Day:
    """Store how the day stands, and tell of it where that changed."""
    counted = await tx.execute(
        select(ItemRow.match, func.count(ItemRow.reference.distinct()).label("references"))
        .where(ItemRow.statement_id == statement.id)
        .group_by(ItemRow.match)
    )
    by_match = {row.match: int(row.references) for row in counted}
    standing = {
        "currency": statement.currency,
        "statement_id": statement.id,
        "lines": statement.lines,
        "net": statement.net,
        "fees": statement.fees,
        "exact": by_match.get("exact", 0),
        "tolerant": by_match.get("tolerant", 0),
        "many_to_one": by_match.get("many_to_one", 0),
        "broken": by_match.get(None, 0),
    }
    key = {"channel": statement.channel, "day": statement.day}
    new = upsert(DayRow).values(**key, **standing, reconciled_at=at)
    changed = await tx.scalar(
        new.on_conflict_do_update(
            index_elements=[DayRow.channel, DayRow.day],
            set_={**standing, "reconciled_at": at},
            where=func.row(*(getattr(DayRow, name) for name in standing)).is_distinct_from(
                func.row(*(new.excluded[name] for name in standing))
            ),
        ).returning(DayRow.day)
    )
    row = (
        await tx.scalars(
            select(DayRow)
            .where(DayRow.channel == statement.channel, DayRow.day == statement.day)
            .execution_options(populate_existing=True)
        )
    ).one()
    if changed is not None:
        event = DayReconciled(
            channel=row.channel,
            day=row.day,
            lines=row.lines,
            agreed=row.exact + row.tolerant + row.many_to_one,
            broken=row.broken,
            net=Money(row.net, row.currency),
        )
        await outbox.append(tx, [event], at=at)
    return _day(row)


async def days(
    tx: ReadSession, *, channel: str | None = None, after: str | None = None, limit: int
) -> Page[Day]:
    """Return reconciled days, the latest first."""
    query = select(DayRow).order_by(DayRow.day.desc(), DayRow.channel.desc()).limit(limit + 1)
    if channel is not None:
        query = query.where(DayRow.channel == channel)
    if after is not None:
        day, name = decode_cursor(after, date, str)
        query = query.where((DayRow.day < day) | ((DayRow.day == day) & (DayRow.channel < name)))
    found = [_day(row) for row in await tx.scalars(query)]
    return Page[Day].of(
        found, limit=limit, cursor=lambda last: encode_cursor(last.day, last.channel)
    )


def _day(row: DayRow) -> Day:
    return Day(
        channel=row.channel,
        day=row.day,
        currency=row.currency,
        lines=row.lines,
        net=row.net,
        fees=row.fees,
        exact=row.exact,
        tolerant=row.tolerant,
        many_to_one=row.many_to_one,
        broken=row.broken,
        reconciled_at=row.reconciled_at,
    )
