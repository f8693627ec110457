"""The API process: every module's router on one application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI
from fastapi.routing import APIRoute

import tongbao
from tongbao.app import eod, site, wiring
from tongbao.app.connect import connect
from tongbao.core.accounts.router import api as accounts
from tongbao.core.accounts.router.rates import api as rates
from tongbao.core.agreements.router import api as agreements
from tongbao.core.approvals.router import api as approvals
from tongbao.core.channels.router import api as channels
from tongbao.core.identity import service as identity
from tongbao.core.identity.router import api as identities
from tongbao.core.identity.router import metadata_routes
from tongbao.core.ledger.router import api as ledger
from tongbao.core.parties.router import PICTURES_BYTES_MAX, PICTURES_PATH
from tongbao.core.parties.router import api as parties
from tongbao.core.parties.router import cases as identity_cases
from tongbao.core.payments.router import api as payments
from tongbao.core.payments.router.receipts import FILE_CONFIRMATIONS as RECEIPT_CONFIRMATIONS
from tongbao.core.privacy.router import api as privacy
from tongbao.core.reconciliation.router import BANK_STATEMENTS, BANK_STATEMENTS_BYTES_MAX
from tongbao.core.reconciliation.router import api as reconciliation
from tongbao.core.sources.router import api as sources
from tongbao.core.statements.router import FILE_BYTES_MAX, FILE_CONFIRMATIONS
from tongbao.core.statements.router import api as statements
from tongbao.core.statements.router import documents_api as statement_documents
from tongbao.engagement.notices import service as notices
from tongbao.engagement.notices.router import api as inbox
from tongbao.infra import crypto, log, metrics
from tongbao.infra.address import networks
from tongbao.infra.audit.router import api as audit
from tongbao.infra.flow.control import Flow, policies
from tongbao.infra.flow.overload import Overload
from tongbao.infra.migrations import check_migrated
from tongbao.infra.proposals.router import api as proposals
from tongbao.infra.runs.router import api as runs
from tongbao.infra.settings import Settings
from tongbao.infra.system.router import api as system
from tongbao.infra.web.install import install
from tongbao.infra.webhooks.router import api as webhooks
from tongbao.kernel.clock import now
from tongbao.products.bills.router import api as bills
from tongbao.products.bulk.router import FILES_PATH as BULK_FILES
from tongbao.products.bulk.router import api as bulk
from tongbao.products.bulk.service import BYTES_MAX as BULK_BYTES_MAX
from tongbao.products.collecting.router import api as collecting
from tongbao.products.deposits.router import api as deposits
from tongbao.products.lending.router import api as lending
from tongbao.products.standing.router import api as standing
from tongbao.risk.limits.router import api as limits

# In the order requests are matched: the busiest first.
ROUTERS = (
    ledger,
    identities,
    parties,
    identity_cases,
    accounts,
    rates,
    agreements,
    payments,
    channels,
    approvals,
    collecting,
    statements,
    statement_documents,
    reconciliation,
    limits,
    lending,
    inbox,
    deposits,
    bulk,
    standing,
    bills,
    sources,
    privacy,
    webhooks,
    proposals,
    runs,
    audit,
    system,
)

LARGER_BODIES = {
    "/api/v1/ledger/batches": 8 * 1024 * 1024,  # 10,000 transactions
    BULK_FILES: BULK_BYTES_MAX,
    PICTURES_PATH: PICTURES_BYTES_MAX,
    BANK_STATEMENTS: BANK_STATEMENTS_BYTES_MAX,
    FILE_CONFIRMATIONS: FILE_BYTES_MAX,
    RECEIPT_CONFIRMATIONS: FILE_BYTES_MAX,
}

DESCRIPTION = """
One API for portals, partners and staff. Amounts are decimal strings, instants are UTC, problems are
RFC 9457 documents with a stable `code`, in Chinese or English by `Accept-Language`.

Requests that move money take an `Idempotency-Key`: the same key with the same body is answered
again without being done again, and says so in `Idempotency-Replayed`.
"""


def create_app(settings: Settings | None = None) -> FastAPI:
    """Return the application; it connects to the database when it starts."""
    settings = settings or Settings()
    log.configure(settings)

    flow = Flow(
        limits=policies(settings.rate_limits, lenient=settings.environment != "production"),
        overload=Overload(
            delay_seconds_max=settings.queue_delay_ms_max / 1000,
            in_flight_max=settings.requests_in_flight_max,
        ),
    )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        wiring.connect_webhooks(settings)
        wiring.connect_privacy()
        wiring.connect_identity(settings)
        wiring.connect_accounts(settings)
        wiring.connect_agreements(settings)
        wiring.connect_approvals(settings)
        eod.begin_with(settings.end_of_day_first)
        wiring.connect_statements(settings)
        database = connect(settings)
        metrics.watch_connections(database)
        wiring.connect_channels(settings, database)
        wiring.connect_payments(settings)
        wiring.connect_crypto(settings)
        app.state.keys = crypto.Starting(database)
        await app.state.keys.attempt(at=now())
        wiring.connect_secret(settings)
        app.state.database = database
        async with flow.running(database), crypto.refreshing(database, clock=now):
            yield
            await app.state.streams.close()
        await database.close()

    app = FastAPI(
        title="Tongbao",
        summary="Online financial services on one ledger",
        description=DESCRIPTION,
        version=tongbao.__version__,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        docs_url=None,
        redoc_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # ours: `infra.metrics`
        lifespan=lifespan,
        generate_unique_id_function=_operation_id,
    )

    async def migrated() -> None:
        await check_migrated(app.state.database)

    async def keys_at_hand() -> None:
        await app.state.keys.ready(at=now())

    _hand_over(app, flow, settings)
    for router in ROUTERS:
        app.include_router(router)
    app.include_router(metadata_routes())
    install(
        app,
        language_default=settings.language_default,
        probes={"migrations": migrated, "keys": keys_at_hand},
        larger_bodies=LARGER_BODIES,
        trusted_proxies=networks(settings.trusted_proxies),
        gate=flow,
    )
    site.serve(app, site.Built.load())
    return app


def _hand_over(app: FastAPI, flow: Flow, settings: Settings) -> None:
    """Give the edge what it is to ask, and routes what they share."""
    app.state.settings = settings
    app.state.started_at = now()
    app.state.authenticate = identity.authenticate
    app.state.authenticate_many = identity.authenticate_many
    app.state.still_stand = identity.still_stand
    app.state.sessions = identity.BrowserSessions()
    app.state.note_misplaced = identity.note_misplaced_token
    app.state.admit = flow.admit_actor
    app.state.aside = flow.aside
    app.state.streams = notices.Streams(lifetime_seconds=settings.stream_seconds_max)
    app.state.find_actor = identity.find_actor
    app.state.checkpoint_keys = partial(wiring.ledger_public_keys, settings)


def _operation_id(route: APIRoute) -> str:
    """Return a route's name in the API's description, and so in generated clients.

    It stays the same when the address changes: `payments_transfer`.
    """
    return "_".join([*map(str, route.tags), route.name])
