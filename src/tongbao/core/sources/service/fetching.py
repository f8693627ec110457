"""The three steps of a fetch, each of which asks for the consent.

Connectors are known here and nowhere else (a test holds that): whoever wants data of a source has
a ticket, and a ticket is given on a consent only.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from uuid import UUID

from tongbao.core.agreements import service as agreements
from tongbao.core.parties import service as parties
from tongbao.core.sources.domain.download import (
    PAYLOAD_FORMAT,
    Download,
    DownloadLimits,
    FetchId,
    FetchTicket,
)
from tongbao.core.sources.domain.errors import VAT_INVOICES, ConsentChanged, NotATaxpayer
from tongbao.core.sources.domain.fetches import Fetch
from tongbao.core.sources.domain.passage import Passage
from tongbao.core.sources.domain.retention import keeps_from
from tongbao.core.sources.events import DataFetched
from tongbao.core.sources.gateways import Connector
from tongbao.core.sources.gateways.tax_office import TaxOfficeGateway
from tongbao.core.sources.models import FetchRow
from tongbao.core.sources.service.reading import fetch_of
from tongbao.infra import outbox
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.ids import new_id

Read = Callable[[], AbstractAsyncContextManager[ReadSession]]


def connect_tax_office(
    *, base_url: str, token: str, limits: DownloadLimits | None = None
) -> Connector:
    """Return the connector to the tax office at `base_url` (without `/v1`), to be given back."""
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
        months_max=consent.scope.months_max,
        begun_at=at,
    )


async def download(
    ticket: FetchTicket, connector: Connector, *, read: Read, clock: Callable[[], datetime]
) -> Download:
    """Download what the ticket allows; call it outside any transaction.

    Before every page the consent is asked for in the database, on a transaction that `read` opens:
    a withdrawal stops the download within one page, and what came is dropped.

    Raises `agreements.ConsentMissing` when the consent has ended and `ConsentChanged` when a newer
    one took its place, `SourceUnavailable`, `SourceSlow` (both: try later), `SourceUntrustworthy`,
    `SourceAccessRefused`, `TaxpayerUnknown`.
    """

    async def check() -> None:
        async with read() as tx:
            try:
                await agreements.check_consent(tx, ticket.consent_id, at=clock())
            except agreements.ConsentReplaced:
                raise ConsentChanged from None

    return await connector.fetch(Passage(ticket, check))


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
        keep_until=keeps_from(at, consent.retention),
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
    return fetch_of(row)
