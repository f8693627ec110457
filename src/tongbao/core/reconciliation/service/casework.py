"""Cases: opened, changed and cleared by runs, and taken in hand by people."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, insert, select

from tongbao.core.reconciliation.domain import errors
from tongbao.core.reconciliation.domain.chunks import chunks
from tongbao.core.reconciliation.domain.nouns import (
    BREAKS_MAX,
    OPEN_STATES,
    Break,
    BreakKind,
    BreakState,
    Happening,
    Pair,
)
from tongbao.core.reconciliation.models import IS_OPEN, BreakRow, HappeningRow
from tongbao.core.reconciliation.service.booking import PARK, Move, book
from tongbao.core.reconciliation.service.books import Books
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.kernel.page import Page, decode_cursor, encode_cursor

KEYS_AT_ONCE: Final = 5_000
NOTE_MAX: Final = 500

Key = tuple[str, str]
"""Currency and reference."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What judging found under one reference; `kind` None: both sides agree."""

    pair: Pair
    currency: str
    reference: str
    kind: BreakKind | None
    day: date
    ours: int
    theirs: int
    difference: int
    counter_id: UUID | None

    @property
    def key(self) -> Key:
        """Return what tells it from others of its pair."""
        return self.currency, self.reference

    def of_kind(self, kind: BreakKind) -> "Verdict":
        """Return the same as another kind."""
        return replace(self, kind=kind)

    def less(self, settled: int) -> "Verdict":
        """Return what is left to be done, when adjustments have moved `settled` already."""
        rest = self.difference - settled
        if rest == 0 and self.kind is not BreakKind.DAY:
            return replace(self, kind=None, difference=0)
        kind = self.kind
        if kind is None:  # both agree, and an adjustment said otherwise
            kind = BreakKind.AMOUNT if self.ours + settled else BreakKind.MISSING_HERE
        return replace(self, kind=kind, difference=rest)


async def settle_cases(
    tx: WriteSession,
    channel: str,
    verdicts: Sequence[Verdict],
    books: dict[str, Books],
    *,
    at: datetime,
) -> None:
    """Open, change and clear the cases of one pair, and put what differs into suspense.

    Raises `DoesNotFit`.
    """
    if not verdicts:
        return
    known = await _known(tx, channel, verdicts)
    moves: list[Move] = []
    happened: list[dict[str, object]] = []
    fresh: list[BreakRow] = []
    for found in verdicts:
        verdict, row = known.left_of(found), known.open_now.get(found.key)
        if verdict.kind is None and row is None:
            continue
        if row is None:
            row = _opened(channel, verdict, at)
            fresh.append(row)
            happened.append(_happening(row, "opened", row.kind, at))
        elif verdict.kind is None:
            row.state, row.closed_at = BreakState.CLEARED.value, at
            happened.append(_happening(row, "cleared", "", at))
        elif note := _changed(row, verdict):
            happened.append(_happening(row, "changed", note, at))
        moves.append(_park(row, verdict, books[row.currency]))
    if len(fresh) > BREAKS_MAX:
        raise errors.DoesNotFit(breaks_max=BREAKS_MAX)
    tx.add_all(fresh)
    await tx.flush()
    for some in chunks(happened, KEYS_AT_ONCE):
        await tx.execute(insert(HappeningRow), list(some))
    await book(tx, moves, at=at)


def _park(row: BreakRow, verdict: Verdict, books: Books) -> Move:
    """Note what of a case is in suspense now; return the move that makes it so."""
    parked = 0 if verdict.kind is None else verdict.difference
    # What others put into suspense is there already.
    minor = 0 if row.pair == Pair.SUSPENSE else parked - row.parked
    row.parked = parked
    told = (row.currency, row.reference, row.channel)
    return Move(PARK, books.in_transit, books.suspense, minor, *told)


@dataclass(frozen=True, slots=True)
class _Known:
    """Open cases, what adjustments have moved so far, and which days were confirmed; by key."""

    open_now: dict[Key, BreakRow]
    settled: dict[Key, int]
    confirmed: set[Key]

    def left_of(self, found: Verdict) -> Verdict:
        """Return what of a verdict is left to be done."""
        verdict = found.less(self.settled.get(found.key, 0))
        is_confirmed = found.key in self.confirmed and not verdict.difference
        if verdict.kind is BreakKind.DAY and is_confirmed:
            return replace(verdict, kind=None)
        return verdict


async def _known(tx: WriteSession, channel: str, verdicts: Sequence[Verdict]) -> _Known:
    open_now: dict[Key, BreakRow] = {}
    settled: dict[Key, int] = {}
    confirmed: set[Key] = set()
    for some in chunks(verdicts, KEYS_AT_ONCE):
        of_these = (
            BreakRow.channel == channel,
            BreakRow.pair == some[0].pair.value,
            BreakRow.reference.in_([each.reference for each in some]),
        )
        for row in await tx.scalars(select(BreakRow).where(*of_these, IS_OPEN)):
            open_now[row.currency, row.reference] = row
        resolved = await tx.execute(
            select(
                BreakRow.currency,
                BreakRow.reference,
                func.sum(BreakRow.difference).label("settled"),
                func.bool_or(BreakRow.kind == BreakKind.DAY.value).label("confirmed"),
            )
            .where(*of_these, BreakRow.state == BreakState.RESOLVED.value)
            .group_by(BreakRow.currency, BreakRow.reference)
        )
        for each in resolved:
            settled[each.currency, each.reference] = int(each.settled)
            if each.confirmed:
                confirmed.add((each.currency, each.reference))
    return _Known(open_now, settled, confirmed)


def _opened(channel: str, verdict: Verdict, at: datetime) -> BreakRow:
    assert verdict.kind is not None, "a case has a kind"
    return BreakRow(
        id=new_id(),
        channel=channel,
        pair=verdict.pair.value,
        currency=verdict.currency,
        reference=verdict.reference,
        kind=verdict.kind.value,
        day=verdict.day,
        ours=verdict.ours,
        theirs=verdict.theirs,
        difference=verdict.difference,
        parked=0,
        state=BreakState.OPEN.value,
        opened_at=at,
        counter_id=verdict.counter_id,
    )


def _changed(row: BreakRow, verdict: Verdict) -> str:
    """Bring a case up to date; return in what it changed, in words, or nothing."""
    assert verdict.kind is not None, "a case has a kind"
    before, now = (row.kind, row.difference), (verdict.kind.value, verdict.difference)
    row.ours, row.theirs, row.day = verdict.ours, verdict.theirs, verdict.day
    row.kind, row.difference = now
    row.counter_id = verdict.counter_id or row.counter_id
    if before == now:
        return ""
    told = (f"{kind} {Money(amount, row.currency).text}" for kind, amount in (before, now))
    return " -> ".join(told)


def _happening(row: BreakRow, what: str, note: str, at: datetime) -> dict[str, object]:
    return {"break_id": row.id, "at": at, "actor_id": None, "what": what, "note": note}


async def note_on(
    tx: WriteSession, row: BreakRow, *, what: str, note: str, by: UUID, at: datetime
) -> None:
    """Add to the history of a case what somebody did."""
    tx.add(HappeningRow(break_id=row.id, at=at, actor_id=by, what=what, note=note[:NOTE_MAX]))
    await tx.flush()


async def open_case(tx: WriteSession, break_id: UUID) -> BreakRow:
    """Return a case that is open, locked. Raises `UnknownBreak`, `BreakClosed`."""
    row = await tx.scalar(
        select(BreakRow)
        .where(BreakRow.id == break_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise errors.UnknownBreak
    if BreakState(row.state) not in OPEN_STATES:
        raise errors.BreakClosed(break_id=str(break_id))
    return row


async def assign(
    tx: WriteSession, *, break_id: UUID, owner_id: UUID | None, by: UUID, at: datetime
) -> Break:
    """Say who works on a case; None: nobody any more. Raises `UnknownBreak`, `BreakClosed`."""
    row = await open_case(tx, break_id)
    if row.owner_id != owner_id:
        row.owner_id = owner_id
        row.state = (BreakState.OPEN if owner_id is None else BreakState.INVESTIGATING).value
        await note_on(tx, row, what="assigned", note=str(owner_id or ""), by=by, at=at)
    return case_of(row)


async def annotate(tx: WriteSession, *, break_id: UUID, note: str, by: UUID, at: datetime) -> Break:
    """Add a remark to the history of a case. Raises `UnknownBreak`, `BreakClosed`."""
    row = await open_case(tx, break_id)
    await note_on(tx, row, what="noted", note=note, by=by, at=at)
    return case_of(row)


async def case(tx: ReadSession, break_id: UUID) -> Break:
    """Return a case. Raises `UnknownBreak`."""
    row = await tx.get(BreakRow, break_id)
    if row is None:
        raise errors.UnknownBreak
    return case_of(row)


async def history(tx: ReadSession, break_id: UUID, *, limit: int = 200) -> list[Happening]:
    """Return what happened to a case, in order; the last so many."""
    rows = await tx.scalars(
        select(HappeningRow)
        .where(HappeningRow.break_id == break_id)
        .order_by(HappeningRow.id.desc())
        .limit(limit)
    )
    told = [Happening(row.at, row.actor_id, row.what, row.note) for row in rows]
    return told[::-1]


async def cases(
    tx: ReadSession,
    *,
    channel: str | None = None,
    kind: BreakKind | None = None,
    is_open: bool | None = None,
    owner_id: UUID | None = None,
    after: str | None = None,
    limit: int,
) -> Page[Break]:
    """Return cases, the latest first."""
    query = select(BreakRow).order_by(BreakRow.id.desc()).limit(limit + 1)
    if channel is not None:
        query = query.where(BreakRow.channel == channel)
    if kind is not None:
        query = query.where(BreakRow.kind == kind.value)
    if is_open is not None:
        query = query.where(IS_OPEN if is_open else BreakRow.closed_at.is_not(None))
    if owner_id is not None:
        query = query.where(BreakRow.owner_id == owner_id)
    if after is not None:
        query = query.where(BreakRow.id < decode_cursor(after, UUID)[0])
    found = [case_of(row) for row in await tx.scalars(query)]
    return Page[Break].of(found, limit=limit, cursor=lambda last: encode_cursor(last.id))


def case_of(row: BreakRow) -> Break:
    """Return the noun of a row."""
    return Break(
        id=row.id,
        channel=row.channel,
        pair=Pair(row.pair),
        currency=row.currency,
        reference=row.reference,
        kind=BreakKind(row.kind),
        day=row.day,
        ours=row.ours,
        theirs=row.theirs,
        difference=row.difference,
        parked=row.parked,
        state=BreakState(row.state),
        owner_id=row.owner_id,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        transaction_id=row.transaction_id,
        counter_id=row.counter_id,
    )
