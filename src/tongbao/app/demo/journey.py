"""A firm's way to its loan: register, open an account, consent, apply, be decided, accept."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tongbao.core.accounts import service as accounts
from tongbao.core.agreements import service as agreements
from tongbao.core.identity import service as identity
from tongbao.core.parties import service as parties
from tongbao.core.sources import service as sources
from tongbao.infra.auth import Actor
from tongbao.infra.db import Database, WriteSession
from tongbao.kernel.clock import now
from tongbao.kernel.money import Money
from tongbao.products.lending import service as lending
from tongbao_sandbox.firms import Firm

UNDECIDED = {lending.State.SUBMITTED, lending.State.COLLECTING}
POLL_SECONDS = 0.2
DECISION_SECONDS_MAX = 120


@dataclass(frozen=True, slots=True)
class Customer:
    """A firm that banks here, with its account and whoever acts for it."""

    party: parties.Party
    account: accounts.DepositAccount
    actor: Actor


@dataclass(frozen=True, slots=True)
class Decided:
    """How far an application came, and why."""

    customer: Customer
    application: lending.Application
    decision: lending.Decision | None


async def register(
    tx: WriteSession, firm: Firm, *, at: datetime, actor_id: UUID | None = None
) -> Customer:
    """Return the firm as a customer, making it one if it is none yet."""
    return await bank_here(
        tx, name=firm.name, registration_number=firm.registration_number, at=at, actor_id=actor_id
    )


async def bank_here(
    tx: WriteSession,
    *,
    name: str,
    registration_number: str,
    at: datetime,
    actor_id: UUID | None = None,
) -> Customer:
    """Return an organisation as a customer with an account, making it one if it is none yet."""
    party = await parties.find_by_registration_number(tx, registration_number=registration_number)
    if party is None:
        party = await parties.register_organisation(
            tx, name=name, registration_number=registration_number, at=at
        )
        party = await parties.set_level(
            tx,
            party_id=party.id,
            level=parties.Level.FULL,
            reason="演示客户 demonstration",
            changed_by=None,
            at=at,
        )
    page = await accounts.for_party(tx, party_id=party.id, limit=1)
    account = (
        page.items[0]
        if page.items
        else await accounts.open_account(tx, party_id=party.id, currency="CNY", at=at)
    )
    actor = Actor(
        id=actor_id or party.id,
        kind="customer",
        name=party.name,
        party_ids=frozenset({party.id}),
        permissions=identity.permissions([identity.Role.CUSTOMER]),
    )
    return Customer(party=party, account=account, actor=actor)


async def consent(tx: WriteSession, customer: Customer, *, at: datetime) -> agreements.Consent:
    """Agree to the words in use for fetching the firm's invoices, and confirm."""
    text = agreements.text_in_use(
        purpose=agreements.CREDIT_ASSESSMENT, source=agreements.TAX_VAT_INVOICES
    )
    request = await agreements.request_consent(
        tx,
        party_id=customer.party.id,
        purpose=text.purpose,
        source=text.source,
        text_version=text.version,
        text_digest=text.digest,
        requested_by=customer.actor,
        at=at,
    )
    return await agreements.confirm_consent(
        tx, request_id=request.id, digest=request.digest, confirmed_by=customer.actor, at=at
    )


async def decide(
    database: Database,
    tax_office: sources.Connector,
    firm: Firm,
    *,
    actor_id: UUID | None = None,
) -> Decided:
    """Take a firm from nothing to a decision; an application still open is taken up again."""
    async with database.write() as tx:
        customer = await register(tx, firm, at=now(), actor_id=actor_id)
        await consent(tx, customer, at=now())
    application = await _application(database, customer)
    if application.state in UNDECIDED:
        await lending.process(database, tax_office, application_id=application.id, clock=now)
    application = await _decided(database, application.id)
    async with database.read() as tx:
        decision = await lending.decision(tx, application)
    return Decided(customer=customer, application=application, decision=decision)


async def borrow(
    database: Database, decided: Decided, *, amount: Money | None = None
) -> lending.Loan:
    """Accept the offer, for its whole limit unless `amount` says less; the money is there after."""
    limit = decided.decision.limit if decided.decision else None
    assert limit is not None, "only an approved application is accepted"
    async with database.write() as tx:
        return await lending.accept(
            tx,
            application_id=decided.application.id,
            amount=amount or limit,
            accepted_by=decided.customer.actor,
            at=now(),
        )


async def _application(database: Database, customer: Customer) -> lending.Application:
    async with database.read() as tx:
        page = await lending.list_applications(tx, among=[customer.party.id], limit=1)
    if page.items and page.items[0].state in UNDECIDED | {
        lending.State.WAITING,
        lending.State.APPROVED,
        lending.State.REFERRED,
    }:
        return page.items[0]
    async with database.write() as tx:
        return await lending.apply(
            tx, account_id=customer.account.id, applied_by=customer.actor, at=now()
        )


async def _decided(database: Database, application_id: UUID) -> lending.Application:
    """Wait until nobody is at it any more; a worker may have been quicker than we."""
    async with asyncio.timeout(DECISION_SECONDS_MAX):
        while True:
            async with database.read() as tx:
                application = await lending.get(tx, application_id)
            if application.state not in UNDECIDED:
                return application
            await asyncio.sleep(POLL_SECONDS)
