"""The demo's data: a firm with a loan, its supplier whom it pays, and staff. Again is harmless."""

from collections.abc import Callable
from uuid import UUID

from tongbao.app import wiring
from tongbao.app.demo import journey
from tongbao.app.demo.people import FIRM, LOGINS, SUPPLIER, DemoLogin, made_up_firm
from tongbao.app.training import ensure_model, has_model
from tongbao.core.identity import service as identity
from tongbao.core.payments import service as payments
from tongbao.infra.db import Database, WriteSession
from tongbao.infra.settings import Settings
from tongbao.kernel.clock import now
from tongbao.kernel.money import Money
from tongbao.products.lending import service as lending
from tongbao_sandbox import firms as sandbox

PAYMENT = Money.parse("126000.00", "CNY")
END_TO_END_ID = "DEMO-CEMENT-1"
CEMENT = "水泥货款 cement"

Say = Callable[[str], None]


async def seed(database: Database, settings: Settings, *, say: Say) -> None:
    """Make what is missing of the demo's data; the sandbox must be running."""
    users = await _people(database)
    if not await has_model(database):
        await ensure_model(database, sandbox.load(), say=say)
    tax_office = wiring.tax_office(settings)
    async with database.read() as tx:
        firm = users[FIRM]
        loans = await lending.list_loans(tx, among=[firm.party.id], limit=1)
    if not loans.items:
        say("Deciding the demo firm's loan on its invoices ...")
        decided = await journey.decide(
            database, tax_office, made_up_firm(FIRM), actor_id=firm.actor.id
        )
        if decided.application.state is lending.State.APPROVED:
            await journey.borrow(database, decided)
    await _pay(database, debtor=firm, creditor=users[SUPPLIER])


async def _people(database: Database) -> dict[str, journey.Customer]:
    """Make the firms customers and give everybody a log-in; return the firms by code."""
    customers: dict[str, journey.Customer] = {}
    for login in LOGINS:
        async with database.write() as tx:
            found = await identity.find_user(tx, login=login.login)
            if login.firm is None:
                if found is None:
                    await _create(tx, login, parties=())
                continue
            firm = made_up_firm(login.firm)
            customer = await journey.register(tx, firm, at=now())
            user = found or await _create(tx, login, parties=(customer.party.id,))
            customers[login.firm] = await journey.register(tx, firm, at=now(), actor_id=user.id)
    return customers


async def _create(
    tx: WriteSession, login: DemoLogin, *, parties: tuple[UUID, ...]
) -> identity.User:
    return await identity.create_user(
        tx,
        login=login.login,
        password=login.password,
        name=login.name,
        kind=login.kind,
        roles=login.roles,
        party_ids=parties,
        at=now(),
    )


async def _pay(database: Database, *, debtor: journey.Customer, creditor: journey.Customer) -> None:
    """Pay the supplier for cement, once."""
    async with database.write() as tx:
        made = await payments.for_account(tx, account_id=debtor.account.id, limit=1)
        if made.items:
            return
        await payments.transfer(
            tx,
            debtor_account_id=debtor.account.id,
            creditor_account_number=creditor.account.number,
            creditor_name=creditor.party.name,
            amount=PAYMENT,
            remittance=CEMENT,
            end_to_end_id=END_TO_END_ID,
            initiated_by=debtor.actor,
            without_step_up=True,
            at=now(),
        )
