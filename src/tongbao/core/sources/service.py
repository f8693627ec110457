"""Fetching a party's data from an outside source, on consent only.

Three steps, because no database transaction may stay open while another system answers::

    async with database.write() as tx:
        ticket = await sources.begin_fetch(tx, party_id=..., purpose=..., at=at)
    download = await sources.download(ticket, gateway)
    async with database.write() as tx:
        fetch = await sources.record_fetch(tx, ticket, download, at=at)

The consent is checked at the first step and again at the third: data that arrives after a
withdrawal is thrown away.
"""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import undefer

from tongbao.core.agreements import service as agreements
from tongbao.core.parties import service as parties
from tongbao.core.sources.domain.download import (
    PAYLOAD_FORMAT,
    Download,
    DownloadLimits,
    FetchId,
    FetchTicket,
    InvoiceColumns,
    codes_of,
    parse_days,
    unpack,
)
from tongbao.core.sources.domain.errors import (
    VAT_INVOICES,
    ConsentChanged,
    FetchUnknown,
    Finding,
    NotATaxpayer,
    PayloadDamaged,
    SourceAccessRefused,
    SourceSlow,
    SourceUnavailable,
    SourceUntrustworthy,
    TaxpayerUnknown,
)
from tongbao.core.sources.events import DataFetched
from tongbao.core.sources.gateways.tax_office import TaxOfficeGateway
from tongbao.core.sources.models import FetchRow
from tongbao.infra import outbox
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.risk.rating.service import InvoiceTable

__all__ = [
    "VAT_INVOICES",
    "ConsentChanged",
    "Download",
    "DownloadLimits",
    "Fetch",
    "FetchId",
    "FetchTicket",
    "FetchUnknown",
    "Finding",
    "NotATaxpayer",
    "PayloadDamaged",
    "SourceAccessRefused",
    "SourceSlow",
    "SourceUnavailable",
    "SourceUntrustworthy",
    "TaxOfficeGateway",
    "TaxpayerUnknown",
    "begin_fetch",
    "connect_tax_office",
    "download",
    "fetches_of",
    "get_fetch",
    "load_invoices",
    "record_fetch",
]

FETCHES_SHOWN_MAX = 200


@dataclass(frozen=True, slots=True)
class Fetch:
    """A completed fetch; amounts in minor units (fen)."""

    id: FetchId
    party_id: UUID
    consent_id: UUID
    source: str
    purpose: str
    taxpayer_name: str
    period_from: date
    period_to: date
    row_count: int
    amount_minor: int
    tax_minor: int
    payload_sha256: str
    fetched_at: datetime


def connect_tax_office(
    *, base_url: str, token: str, limits: DownloadLimits | None = None
) -> TaxOfficeGateway:
    """Return the gateway to the tax office at `base_url` (without `/v1`)."""
    return TaxOfficeGateway(base_url=base_url, token=token, limits=limits or DownloadLimits())


async def begin_fetch(
    tx: WriteSession, *, party_id: UUID, purpose: str, at: datetime, source: str = VAT_INVOICES
) -> FetchTicket:
    """Return leave to fetch once.

    Raises `agreements.ConsentMissing` without a consent for this source and purpose, and
    `NotATaxpayer` for a party without a registration number.
    """
    party = await parties.get(tx, party_id)
    if party.registration_number is None:
        raise NotATaxpayer
    consent = await agreements.require_consent(
        tx, party_id=party_id, source=source, purpose=purpose, at=at
    )
    return FetchTicket(
        fetch_id=FetchId(new_id()),
        party_id=party_id,
        registration_number=party.registration_number,
        source=source,
        purpose=purpose,
        consent_id=consent.id,
        begun_at=at,
    )


async def download(ticket: FetchTicket, gateway: TaxOfficeGateway) -> Download:
    """Download what the ticket allows; call it outside any transaction.

    Raises `SourceUnavailable`, `SourceSlow` (both: try later), `SourceUntrustworthy`,
    `SourceAccessRefused`, `TaxpayerUnknown`.
    """
    return await gateway.fetch(
        registration_number=ticket.registration_number, consent_id=ticket.consent_id
    )


async def record_fetch(
    tx: WriteSession, ticket: FetchTicket, received: Download, *, at: datetime
) -> Fetch:
    """Store a download under its ticket.

    Raises `agreements.ConsentMissing` if the consent was withdrawn while data was on its way, and
    `ConsentChanged` if it was replaced by another; nothing is stored then.
    """
    consent = await agreements.require_consent(
        tx, party_id=ticket.party_id, source=ticket.source, purpose=ticket.purpose, at=at
    )
    if consent.id != ticket.consent_id:
        raise ConsentChanged
    heading = received.heading
    assert heading.registration_number == ticket.registration_number
    row = FetchRow(
        id=ticket.fetch_id,
        party_id=ticket.party_id,
        consent_id=ticket.consent_id,
        source=ticket.source,
        purpose=ticket.purpose,
        registration_number=ticket.registration_number,
        taxpayer_name=heading.name,
        period_from=heading.period_from,
        period_to=heading.period_to,
        row_count=heading.totals.count,
        amount_minor=heading.totals.amount_minor,
        tax_minor=heading.totals.tax_minor,
        page_count=received.page_count,
        byte_count=received.byte_count,
        payload_format=PAYLOAD_FORMAT,
        payload=received.payload,
        payload_sha256=received.payload_sha256,
        begun_at=ticket.begun_at,
        fetched_at=at,
    )
    tx.add(row)
    await tx.flush()
    await outbox.append(
        tx,
        [
            DataFetched(
                fetch_id=row.id,
                party_id=row.party_id,
                consent_id=row.consent_id,
                source=row.source,
                purpose=row.purpose,
                row_count=row.row_count,
            )
        ],
        at=at,
    )
    return _fetch(row)


async def get_fetch(tx: ReadSession, fetch_id: UUID) -> Fetch:
    """Return what is known of one fetch, without its payload. Raises `FetchUnknown`."""
    row = await tx.get(FetchRow, fetch_id)
    if row is None:
        raise FetchUnknown
    return _fetch(row)


async def fetches_of(tx: ReadSession, party_id: UUID) -> list[Fetch]:
    """Return the latest fetches of a party's data, newest first (at most 200)."""
    rows = await tx.scalars(
        select(FetchRow)
        .where(FetchRow.party_id == party_id)
        .order_by(FetchRow.id.desc())
        .limit(FETCHES_SHOWN_MAX)
    )
    return [_fetch(row) for row in rows]


async def load_invoices(tx: ReadSession, fetch_id: UUID) -> InvoiceTable:
    """Return the invoices of a fetch exactly as they were stored.

    Raises `FetchUnknown`, and `PayloadDamaged` if the bytes no longer have their digest.
    """
    row = await tx.get(FetchRow, fetch_id, options=[undefer(FetchRow.payload)])
    if row is None:
        raise FetchUnknown
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


def _fetch(row: FetchRow) -> Fetch:
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
    )
