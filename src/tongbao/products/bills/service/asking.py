"""Asking billers what a customer owes: noted, asked by a job outside of any transaction, kept."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, insert, select

from tongbao.core.parties import service as parties
from tongbao.infra import crypto, jobs
from tongbao.infra.auth import Actor
from tongbao.infra.db import Database, ReadSession, WriteSession
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.ids import new_id
from tongbao.products.bills.domain.answers import BillersUnavailable, Found
from tongbao.products.bills.domain.billers import shown
from tongbao.products.bills.domain.payments import (
    QUERIES_A_DAY_MAX,
    Bill,
    Query,
    QueryState,
    TooManyQueries,
    UnknownQuery,
)
from tongbao.products.bills.models import BillRow, QueryRow
from tongbao.products.bills.service.configuration import configured
from tongbao.products.bills.service.directory import biller as find_biller
from tongbao.products.bills.service.rows import (
    INITIATE,
    QUERY_NUMBER,
    bill_of,
    number_of,
    query_of,
)
from tongbao.products.bills.service.saving import own, saved_number

ASK_JOB: Final = "bills.ask"
_ONE_DAY: Final = timedelta(days=1)


async def ask(
    tx: WriteSession,
    *,
    party_id: UUID,
    biller: str,
    number: str,
    asked_by: Actor,
    at: datetime,
) -> Query:
    """Note what is to be asked and have the worker ask it; the answer is read later.

    Raises `parties.UnknownParty`, `auth.Forbidden`, `UnknownBiller`, `NumberMalformed`,
    `TooManyQueries`: numbers are nobody's to try out.
    """
    unknown = parties.UnknownParty(party_id=party_id)
    asked_by.check(INITIATE, party_id=party_id, unknown=unknown)
    cleaned = (await find_biller(tx, biller)).clean_number(number)
    await parties.locked(tx, party_id)  # of two at once the second counts the first
    mine = QueryRow.party_id == party_id, QueryRow.asked_at > at - _ONE_DAY
    counted = await tx.scalar(select(func.count()).select_from(QueryRow).where(*mine))
    if (counted or 0) >= QUERIES_A_DAY_MAX:
        raise TooManyQueries(queries_max=QUERIES_A_DAY_MAX)
    query = await note_query(
        tx, party_id=party_id, biller=biller, number=cleaned, asked_by=asked_by.id, at=at
    )
    await jobs.defer(tx, ASK_JOB, {"query_id": str(query.id)})
    return query


async def ask_saved(tx: WriteSession, saved_id: UUID, *, asked_by: Actor, at: datetime) -> Query:
    """Ask about a remembered number. Raises `UnknownSavedBill`, and as `ask` does."""
    row = await own(tx, saved_id, asked_by)
    number = await saved_number(tx, row)
    return await ask(
        tx, party_id=row.party_id, biller=row.biller, number=number, asked_by=asked_by, at=at
    )


async def note_query(
    tx: WriteSession, *, party_id: UUID, biller: str, number: str, asked_by: UUID, at: datetime
) -> Query:
    """Write a query that is to be asked, its number sealed."""
    query_id = new_id()
    box = await crypto.box(tx, owner=party_id)
    row = QueryRow(
        id=query_id,
        party_id=party_id,
        biller=biller,
        number_sealed=box.seal(number, field=QUERY_NUMBER, row=query_id),
        shown=shown(number),
        state=QueryState.ASKING.value,
        asked_by=asked_by,
        asked_at=at,
    )
    tx.add(row)
    await tx.flush()
    return query_of(row)


async def carry_out(database: Database, query_id: UUID, *, at: datetime) -> Query:
    """Ask the biller what a query is about, and keep the answer; harmless for one answered."""
    async with database.read() as tx:
        row = await tx.get_one(QueryRow, query_id)
        if row.state != QueryState.ASKING:
            return await _whole(tx, row)
        try:
            number: str | None = await number_of(tx, row)
        except crypto.Erased:
            number = None
    found: Found | TongbaoError
    gateway = configured().gateway
    try:
        if gateway is None or number is None:
            raise BillersUnavailable
        found = await gateway.bills(row.biller, number)
    except TongbaoError as error:
        found = error
    async with database.write() as tx:
        return await keep(tx, query_id, found, at=at)


async def query(tx: ReadSession, query_id: UUID, *, visible_to: frozenset[UUID] | None) -> Query:
    """Return a query with its bills. Raises `UnknownQuery`."""
    row = await tx.scalar(
        select(QueryRow).where(QueryRow.id == query_id).execution_options(populate_existing=True)
    )
    if row is None or (visible_to is not None and row.party_id not in visible_to):
        raise UnknownQuery
    return await _whole(tx, row)


async def _whole(tx: ReadSession, row: QueryRow) -> Query:
    return query_of(row, await _bills(tx, row.id))


async def _bills(tx: ReadSession, query_id: UUID) -> tuple[Bill, ...]:
    rows = await tx.scalars(
        select(BillRow)
        .where(BillRow.query_id == query_id)
        .order_by(BillRow.due_on, BillRow.reference)
    )
    return tuple(bill_of(row) for row in rows)


async def keep(
    tx: WriteSession, query_id: UUID, found: Found | TongbaoError, *, at: datetime
) -> Query:
    """Write what came of a query, unless another worker was first."""
    row = await tx.scalar(
        select(QueryRow)
        .where(QueryRow.id == query_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    assert row is not None, "queries are not deleted"
    if row.state != QueryState.ASKING:
        return await _whole(tx, row)
    row.answered_at = at
    if isinstance(found, TongbaoError):
        row.state, row.reason_code = QueryState.FAILED.value, found.code
        await tx.flush()
        return query_of(row)
    row.state, row.customer_name = QueryState.ANSWERED.value, found.customer_name
    await tx.flush()
    if found.bills:
        values = [
            {
                "id": new_id(),
                "query_id": row.id,
                "party_id": row.party_id,
                "biller": row.biller,
                "reference": each.reference,
                "period": each.period,
                "amount_minor": each.amount.minor,
                "currency": each.amount.currency,
                "due_on": each.due_on,
                "told_at": at,
            }
            for each in found.bills
        ]
        await tx.execute(insert(BillRow), values)
    return await _whole(tx, row)
