"""A consent withdrawn while the tax office holds the second of three pages."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Event
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.support.consents import grant
from tongbao.core.accounts import service as accounts
from tongbao.core.agreements import service as agreements
from tongbao.core.identity.service import Role, permissions
from tongbao.core.parties import service as parties
from tongbao.core.sources import service as sources
from tongbao.infra.auth import Actor
from tongbao.infra.db import Database
from tongbao.kernel.clock import now
from tongbao.kernel.ids import new_id
from tongbao.products.lending import service as lending
from tongbao_sandbox.book import Firm, FirmBook
from tongbao_sandbox.firms import load
from tongbao_sandbox.invoices import Invoices
from tongbao_sandbox.main import TOKEN_DEFAULT, create_app
from tongbao_sandbox.server import running
from tongbao_sandbox.uscc import registration_number

SECONDS_MAX = 30
LIMITS = sources.DownloadLimits(
    rows_per_page=500, read_seconds_max=SECONDS_MAX, total_seconds_max=SECONDS_MAX
)


class OneFirm:
    """A firm of its own for each test, with invoices of a made-up one: more than two pages."""

    def __init__(self, name: str) -> None:
        original = load()
        self.period = original.period
        self._invoices = original.invoices("S1")
        assert len(self._invoices) > 2 * LIMITS.rows_per_page
        self.firms: tuple[Firm, ...] = (
            Firm("F", name, registration_number(f"withdrawal/{new_id()}")),
        )

    def invoices(self, _code: str) -> Invoices:
        return self._invoices


@dataclass
class Holding:
    """A tax office that counts its pages and keeps the second one until it is let go."""

    app: ASGIApp
    held: Event = field(default_factory=Event)
    let_go: Event = field(default_factory=Event)
    pages: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].endswith("/invoices"):
            self.pages += 1
            if self.pages == 2:
                self.held.set()
                await asyncio.to_thread(self.let_go.wait, SECONDS_MAX)
        await self.app(scope, receive, send)


@dataclass
class Office:
    holding: Holding
    connector: sources.Connector
    firm: Firm

    async def holds_page_two(self) -> None:
        assert await asyncio.to_thread(self.holding.held.wait, SECONDS_MAX)


@pytest.fixture
def office() -> Iterator[Office]:
    book = FirmBook(OneFirm("撤回建材有限公司"))
    holding = Holding(create_app(book=book))
    served: Any = holding
    with running(served) as url:
        connector = sources.connect_tax_office(
            base_url=f"{url}/tax", token=TOKEN_DEFAULT, limits=LIMITS
        )
        yield Office(holding, connector, book.firms[0])
        holding.let_go.set()


async def new_firm(database: Database, office: Office) -> tuple[UUID, UUID]:
    """Register the office's firm with a consent; return the ids of both."""
    async with database.write() as tx:
        party = await parties.register_organisation(
            tx,
            name=office.firm.name,
            registration_number=office.firm.registration_number,
            at=now(),
        )
        consent = await grant(tx, party.id, at=now())
    return party.id, consent.id


async def withdraw(database: Database, consent_id: UUID) -> None:
    async with database.write() as tx:
        await agreements.withdraw_consent(
            tx, consent_id=consent_id, withdrawn_by=new_id(), at=now()
        )


async def fetches(database: Database, party_id: UUID) -> int:
    async with database.read() as tx:
        return len(await sources.fetches_of(tx, party_id))


async def test_a_running_fetch_stops_before_its_next_page_and_keeps_nothing(
    database: Database, office: Office
) -> None:
    party_id, consent_id = await new_firm(database, office)
    async with database.write() as tx:
        ticket = await sources.begin_fetch(
            tx, party_id=party_id, purpose=agreements.CREDIT_ASSESSMENT, at=now()
        )
    fetching = asyncio.create_task(
        sources.download(ticket, office.connector, read=database.read, clock=now)
    )
    await office.holds_page_two()
    await withdraw(database, consent_id)
    office.holding.let_go.set()
    with pytest.raises(agreements.ConsentMissing):
        await fetching
    assert office.holding.pages == 2
    assert await fetches(database, party_id) == 0
    # And the very next fetch is refused.
    async with database.write() as tx:
        with pytest.raises(agreements.ConsentMissing):
            await sources.begin_fetch(
                tx, party_id=party_id, purpose=agreements.CREDIT_ASSESSMENT, at=now()
            )


async def test_without_a_withdrawal_the_same_fetch_goes_through(
    database: Database, office: Office
) -> None:
    """What the test above sees is the withdrawal's doing, not the holding office's."""
    party_id, _ = await new_firm(database, office)
    async with database.write() as tx:
        ticket = await sources.begin_fetch(
            tx, party_id=party_id, purpose=agreements.CREDIT_ASSESSMENT, at=now()
        )
    fetching = asyncio.create_task(
        sources.download(ticket, office.connector, read=database.read, clock=now)
    )
    await office.holds_page_two()
    office.holding.let_go.set()
    received = await fetching
    assert office.holding.pages == received.page_count > 2
    async with database.write() as tx:
        await sources.record_fetch(tx, ticket, received, at=now())
    assert await fetches(database, party_id) == 1


@pytest.mark.parametrize("told_first", [False, True])
async def test_the_application_that_fetched_is_closed_whoever_is_quicker(
    database: Database, office: Office, *, told_first: bool
) -> None:
    """The fetch finds out by itself; lending is told by the event, before or after."""
    party_id, consent_id = await new_firm(database, office)
    async with database.write() as tx:
        account = await accounts.open_account(tx, party_id=party_id, currency="CNY", at=now())
        actor = Actor(
            id=new_id(),
            kind="customer",
            name="测试",
            party_ids=frozenset({party_id}),
            permissions=permissions([Role.CUSTOMER]),
        )
        application = await lending.apply(tx, account_id=account.id, applied_by=actor, at=now())
    processing = asyncio.create_task(
        lending.process(database, office.connector, application_id=application.id, clock=now)
    )
    await office.holds_page_two()
    await withdraw(database, consent_id)

    async def tell() -> None:
        async with database.write() as tx:
            await lending.consent_ended(
                tx, consent_id=consent_id, why=lending.CONSENT_WITHDRAWN, at=now()
            )

    if told_first:
        await tell()
    office.holding.let_go.set()
    await processing
    if not told_first:
        await tell()
    async with database.read() as reading:
        closed = await lending.get(reading, application.id)
        told = await reading.scalar(
            text(
                "SELECT count(*) FROM infra_outbox WHERE subject = :id"
                " AND type = 'lending.application_closed'"
            ),
            {"id": str(application.id)},
        )
    assert closed.state is lending.State.CLOSED
    assert closed.reason is not None
    assert closed.reason.code == "lending.consent_withdrawn"
    assert closed.decision_id is None
    assert told == 1
    assert office.holding.pages == 2
    assert await fetches(database, party_id) == 0
