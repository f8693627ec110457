"""What was fetched, as it was stored."""

import asyncio
from uuid import UUID

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import undefer

from tongbao.core.sources.domain.download import (
    FetchId,
    InvoiceColumns,
    codes_of,
    parse_days,
    unpack,
)
from tongbao.core.sources.domain.errors import DataExpired, FetchUnknown
from tongbao.core.sources.domain.fetches import Fetch
from tongbao.core.sources.models import FetchRow
from tongbao.infra.db import ReadSession
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page, decode_cursor, encode_cursor
from tongbao.risk.rating.service import InvoiceTable

FETCHES_SHOWN_MAX = 200


async def get_fetch(tx: ReadSession, fetch_id: UUID) -> Fetch:
    """Return what is known of one fetch, without its payload. Raises `FetchUnknown`."""
    row = await tx.get(FetchRow, fetch_id)
    if row is None:
        raise FetchUnknown
    return fetch_of(row)


async def fetches_of(tx: ReadSession, party_id: UUID) -> list[Fetch]:
    """Return the latest fetches of a party's data, newest first (at most 200)."""
    rows = await tx.scalars(
        select(FetchRow)
        .where(FetchRow.party_id == party_id)
        .order_by(FetchRow.id.desc())
        .limit(FETCHES_SHOWN_MAX)
    )
    return [fetch_of(row) for row in rows]


async def fetches_on(
    tx: ReadSession, consent_id: UUID, *, after: str | None = None, limit: int = PAGE_LIMIT_DEFAULT
) -> Page[Fetch]:
    """Return the fetches made on a consent, the latest first. Raises `kernel.page.BadCursor`."""
    query = (
        select(FetchRow)
        .where(FetchRow.consent_id == consent_id)
        .order_by(FetchRow.id.desc())
        .limit(limit + 1)
    )
    if after is not None:
        query = query.where(FetchRow.id < decode_cursor(after, UUID)[0])
    return Page[Fetch].of(
        [fetch_of(row) for row in await tx.scalars(query)],
        limit=limit,
        cursor=lambda last: encode_cursor(last.id),
    )


async def load_invoices(tx: ReadSession, fetch_id: UUID) -> InvoiceTable:
    """Return the invoices of a fetch exactly as they were stored.

    Raises `FetchUnknown`, `DataExpired` once they were deleted, and `PayloadDamaged` if the bytes
    no longer have their digest.
    """
    row = await tx.get(FetchRow, fetch_id, options=[undefer(FetchRow.payload)])
    if row is None:
        raise FetchUnknown
    if row.payload is None:
        assert row.payload_deleted_at is not None, "a payload goes at a moment"
        raise DataExpired(deleted_at=row.payload_deleted_at.isoformat())
    _, columns = await asyncio.to_thread(unpack, row.payload, row.payload_sha256)
    return _table(columns)


def _table(columns: InvoiceColumns) -> InvoiceTable:
    return InvoiceTable(
        outgoing=np.array(columns.out, dtype=np.bool_),
        issued_on=parse_days(columns.issued_on),
        counterparty=codes_of(columns.counterparty),
        amount_minor=np.array(columns.amount_minor, dtype=np.int64),
        tax_minor=np.array(columns.tax_minor, dtype=np.int64),
        void=np.array(columns.void, dtype=np.bool_),
    )


def fetch_of(row: FetchRow) -> Fetch:
    """Return the fetch a row holds."""
    return Fetch(
        id=FetchId(row.id),
        party_id=row.party_id,
        consent_id=row.consent_id,
        source=row.source,
        purpose=row.purpose,
        taxpayer_name=row.taxpayer_name,
        period_from=row.period_from,
        period_to=row.period_to,
        row_count=row.row_count,
        amount_minor=row.amount_minor,
        tax_minor=row.tax_minor,
        payload_sha256=row.payload_sha256,
        fetched_at=row.fetched_at,
        keep_until=row.keep_until,
        deleted_at=row.payload_deleted_at,
    )
