"""Taking in what is compared: statements of channels and of the bank, and the books' movements."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, insert, literal, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from tongbao.core.ledger import service as ledger
from tongbao.core.reconciliation.domain import errors
from tongbao.core.reconciliation.domain.chunks import chunks
from tongbao.core.reconciliation.domain.nouns import (
    GROSS_MAX_MINOR,
    REFERENCE_MAX,
    NewLine,
    NewStatement,
    Side,
    Statement,
)
from tongbao.core.reconciliation.models import (
    IS_IN_FORCE,
    ItemRow,
    StatementRow,
    TakenRow,
)
from tongbao.core.reconciliation.service.books import Books
from tongbao.infra.arrays import Kind, array
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.clock import business_date
from tongbao.kernel.ids import new_id

LINES_PER_STATEMENT: Final = 10_000
NUMBERS_PER_STATEMENT: Final = 200_000
OURS_BY_HAND: Final = "reconciliation."
"""Types of transactions that reconciliation books itself: they are not compared."""

_LINES: Final = """
INSERT INTO reconciliation_item
       (channel, side, day, currency, reference, amount, fee, cash, cost, their_reference,
        statement_id)
SELECT %s, %s, %s, %s, l.reference, l.amount, l.fee, l.amount - l.fee, l.fee, l.theirs, %s
  FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::text[])
       AS l(reference, amount, fee, theirs)
 WHERE l.amount <> 0 OR l.fee <> 0
"""


async def lock(tx: WriteSession, channel: str) -> None:
    """Let nobody else take in or reconcile anything of this channel until the transaction ends."""
    await tx.execute(
        text("SELECT pg_advisory_xact_lock(hashtext('reconciliation'), hashtext(:channel))"),
        {"channel": channel},
    )


async def take_statement(
    tx: WriteSession,
    new: NewStatement,
    *,
    corrects: bool = False,
    taken_by: UUID | None = None,
    at: datetime,
) -> Statement:
    """Take in what a channel or the bank says of a day; the same again changes nothing.

    Lines without money are counted and not compared. With `corrects` another statement of the day
    is replaced: its lines go, and what was compared with them is compared anew.

    Raises `StatementDiffers`, `SettlementUsed`, `DayNotBegun`, `AmountOutOfRange`.
    """
    today = business_date(at)
    if new.day > today:
        raise errors.DayNotBegun(day=new.day.isoformat(), today=today.isoformat())
    if sum(abs(line.amount) + line.fee for line in new.lines) > GROSS_MAX_MINOR:
        raise errors.AmountOutOfRange(maximum=GROSS_MAX_MINOR)
    await lock(tx, new.channel)
    digest = new.digest()
    before = await _in_force(tx, new.channel, new.side, new.day)
    if before is not None and before.digest == digest:
        return _statement(before, is_new=False)
    if before is not None:
        if not corrects:
            raise errors.StatementDiffers(day=new.day.isoformat())
        await _withdraw(tx, before, at=at)
    await _check_settlement(tx, new)
    row = StatementRow(
        id=new_id(),
        channel=new.channel,
        side=new.side.value,
        day=new.day,
        currency=new.currency,
        digest=digest,
        lines=len(new.lines),
        net=sum(line.amount for line in new.lines),
        fees=sum(line.fee for line in new.lines),
        settles_on=new.settles_on,
        settlement=new.settlement,
        cost=0,
        cash=0,
        cost_booked=0,
        cash_booked=0,
        stale=True,
        agreed=False,
        taken_at=at,
        taken_by=taken_by,
    )
    tx.add(row)
    await tx.flush()
    for lines in chunks(new.lines, LINES_PER_STATEMENT):
        await tx.fetch(
            _LINES, (new.channel, new.side.value, new.day, new.currency, row.id, *_columns(lines))
        )
    return _statement(row, is_new=True)


async def _check_settlement(tx: ReadSession, new: NewStatement) -> None:
    """Raise `SettlementUsed` where another day comes to the bank under the same reference."""
    if new.settlement is None:
        return
    day = await tx.scalar(
        select(StatementRow.day).where(
            StatementRow.channel == new.channel,
            StatementRow.settlement == new.settlement,
            IS_IN_FORCE,
        )
    )
    if day is not None:
        raise errors.SettlementUsed(settlement=new.settlement, day=day.isoformat())


def _columns(lines: Sequence[NewLine]) -> tuple[object, ...]:
    return (
        array(Kind.TEXT, [line.reference[:REFERENCE_MAX].encode() for line in lines]),
        array(Kind.BIGINT, [line.amount.to_bytes(8, signed=True) for line in lines]),
        array(Kind.BIGINT, [line.fee.to_bytes(8, signed=True) for line in lines]),
        array(Kind.TEXT, [line.their_reference[:REFERENCE_MAX].encode() for line in lines]),
    )


async def _withdraw(tx: WriteSession, row: StatementRow, *, at: datetime) -> None:
    """Let a statement count no longer; whatever was compared with its lines is compared anew."""
    gone = delete(ItemRow).where(ItemRow.statement_id == row.id).returning(ItemRow.reference)
    references = list(await tx.scalars(select(gone.cte("gone").c.reference).distinct()))
    for some in chunks(references, LINES_PER_STATEMENT):
        await tx.execute(
            update(ItemRow)
            .where(ItemRow.channel == row.channel, ItemRow.reference.in_(some))
            .values(judged=False)
        )
    row.replaced_at, row.stale = at, True
    await tx.flush()


async def take_up(
    tx: WriteSession, *, channel: str, currency: str, books: Books, through: int
) -> int:
    """Take up what the channel's accounts moved since the last time; return how many movements.

    By number, so that each is taken up once whenever it was effective. `through` comes from
    `ledger.settled_through`, asked by an earlier statement.
    """
    taken = 0
    for side, account in books.compared:
        await tx.execute(
            upsert(TakenRow)
            .values(
                account_id=account,
                channel=channel,
                side=side.value,
                currency=currency,
                through_sequence=0,
            )
            .on_conflict_do_nothing(index_elements=[TakenRow.account_id])
        )
        row = (
            await tx.scalars(
                select(TakenRow).where(TakenRow.account_id == account).with_for_update()
            )
        ).one()
        while row.through_sequence < through:
            upto = min(row.through_sequence + NUMBERS_PER_STATEMENT, through)
            taken += await _take_up(tx, row, account, upto)
            row.through_sequence = upto
            await tx.flush()
    return taken


async def _take_up(tx: WriteSession, row: TakenRow, account: ledger.AccountId, upto: int) -> int:
    moved = ledger.booked(account, after=row.through_sequence, through=upto)
    chosen = select(
        literal(row.channel),
        literal(row.side),
        moved.c.effective_on,
        literal(row.currency),
        func.left(moved.c.reference, REFERENCE_MAX),
        moved.c.amount,
        moved.c.transaction_uid,
        moved.c.counter,
    ).where(moved.c.type.not_like(f"{OURS_BY_HAND}%"))
    columns = [
        "channel",
        "side",
        "day",
        "currency",
        "reference",
        "amount",
        "transaction_id",
        "counter_id",
    ]
    done = await tx.execute(insert(ItemRow).from_select(columns, chosen, include_defaults=False))
    return done.rowcount  # type: ignore[attr-defined,no-any-return]


async def statement_of(
    tx: ReadSession, *, channel: str, side: Side, day: date
) -> StatementRow | None:
    """Return the statement of a day that counts."""
    return await _in_force(tx, channel, side, day)


async def _in_force(tx: ReadSession, channel: str, side: Side, day: date) -> StatementRow | None:
    return await tx.scalar(
        select(StatementRow).where(
            StatementRow.channel == channel,
            StatementRow.side == side.value,
            StatementRow.day == day,
            IS_IN_FORCE,
        )
    )


def _statement(row: StatementRow, *, is_new: bool) -> Statement:
    return Statement(
        id=row.id,
        channel=row.channel,
        side=Side(row.side),
        day=row.day,
        currency=row.currency,
        lines=row.lines,
        net=row.net,
        fees=row.fees,
        taken_at=row.taken_at,
        is_new=is_new,
    )
