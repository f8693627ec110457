"""Verbs of sources: begin a fetch, download, record it, read what was fetched, delete it.

Fetching takes three steps, because no database transaction may stay open while another system
answers::

    async with database.write() as tx:
        ticket = await sources.begin_fetch(tx, party_id=..., purpose=..., at=at)
    received = await sources.download(ticket, office, read=database.read, clock=now)
    async with database.write() as tx:
        fetch = await sources.record_fetch(tx, ticket, received, at=at)

The consent is asked for at the first step, before every page of the second, and again at the
third: data that arrives after a withdrawal is thrown away.
"""

from tongbao.core.sources.domain.download import (
    Download,
    DownloadLimits,
    FetchId,
    FetchTicket,
)
from tongbao.core.sources.domain.errors import (
    VAT_INVOICES,
    ConsentChanged,
    DataExpired,
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
from tongbao.core.sources.domain.fetches import Fetch
from tongbao.core.sources.domain.retention import Use
from tongbao.core.sources.gateways import Connector
from tongbao.core.sources.service.fetching import (
    Read,
    begin_fetch,
    connect_tax_office,
    download,
    record_fetch,
)
from tongbao.core.sources.service.reading import (
    fetches_of,
    fetches_on,
    get_fetch,
    load_invoices,
)
from tongbao.core.sources.service.retention import (
    consumer,
    delete_expired,
    forget,
    register_uses,
)

__all__ = [
    "VAT_INVOICES",
    "Connector",
    "ConsentChanged",
    "DataExpired",
    "Download",
    "DownloadLimits",
    "Fetch",
    "FetchId",
    "FetchTicket",
    "FetchUnknown",
    "Finding",
    "NotATaxpayer",
    "PayloadDamaged",
    "Read",
    "SourceAccessRefused",
    "SourceSlow",
    "SourceUnavailable",
    "SourceUntrustworthy",
    "TaxpayerUnknown",
    "Use",
    "begin_fetch",
    "connect_tax_office",
    "consumer",
    "delete_expired",
    "download",
    "fetches_of",
    "fetches_on",
    "forget",
    "get_fetch",
    "load_invoices",
    "record_fetch",
    "register_uses",
]
