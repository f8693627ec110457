"""The demo's data, made once: a firm with a loan, the supplier it pays, a company, and staff.

In the company one has proposed a payment that another may approve, and it employs a person; the
supplier saves; billers are paid here.
"""

from collections.abc import Callable
from uuid import UUID

from tongbao.app import wiring
from tongbao.app.demo import journey, resident, savings, utilities
from tongbao.app.demo.people import (
    COMPANY,
    FIRM,
    LOGINS,
    PERSON,
    SUPPLIER,
    DemoLogin,
    made_up_firm,
)
from tongbao.app.training import ensure_model, has_model
from tongbao.core.accounts import service as accounts
from tongbao.core.identity import service as identity
from tongbao.core.identity.service import MemberRole
from tongbao.core.payments import service as payments
from tongbao.infra import proposals
from tongbao.infra.db import Database, WriteSession
from tongbao.infra.settings import Settings
from tongbao.kernel.clock import now
from tongbao.kernel.money import Money
from tongbao.kernel.page import PAGE_LIMIT_MAX
from tongbao.products.lending import service as lending
from tongbao_sandbox import firms as sandbox

PAYMENT = Money.parse("126000.00", "CNY")
END_TO_END_ID = "DEMO-CEMENT-1"
ADVANCE = Money.parse("60000.00", "CNY")
ADVANCE_ID = "DEMO-ADVANCE-1"
PROPOSED = Money.parse("18000.00", "CNY")
MAKER = "maker"
PRODUCT = "product"
CEMENT = "水泥货款 cement"

Say = Callable[[str], None]


async def seed(database: Database, settings: Settings, *, say: Say) -> None:
    """Make what is missing of the demo's data; the sandbox must be running."""
    wiring.connect_accounts(settings)
    wiring.connect_agreements(settings)
    wiring.connect_bills(settings)
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
    supplier, company = users[SUPPLIER], users[COMPANY]
    await _pay(database, debtor=firm, creditor=supplier)
    await _pay(database, debtor=supplier, creditor=company, amount=ADVANCE, reference=ADVANCE_ID)
    await _propose(database, company=company, creditor=supplier)
    await _employ(database, company=company)
    async with database.write() as tx:
        staff = await identity.find_user(tx, login=PRODUCT)
        assert staff is not None, "made with the others"
        await savings.post_rates(tx, set_by=staff.id, at=now())
        await savings.put_aside(tx, saver=supplier, at=now())
    await utilities.engage_billers(database, engaged_by=staff.id, at=now())
    async with database.write() as tx:
        await utilities.remember_number(tx, customer=firm, at=now())


async def _people(database: Database) -> dict[str, journey.Customer]:
    """Make the firms customers and give everybody a log-in; return the firms by code."""
    customers: dict[str, journey.Customer] = {}
    for login in LOGINS:
        async with database.write() as tx:
            found = await identity.find_user(tx, login=login.login)
            if login.firm is None:
                if found is None and login.login != PERSON:
                    await _create(tx, login, parties=())
                continue
            firm = made_up_firm(login.firm)
            customer = await journey.register(tx, firm, at=now())
            user = found or await _create(tx, login, parties=(customer.party.id,))
            if found is None and login.member is not MemberRole.HOLDER:
                await identity.add_member(
                    tx,
                    user_id=user.id,
                    party_id=customer.party.id,
                    role=login.member,
                    bands=login.bands,
                    added_by=user.id,
                    at=now(),
                )
            customers.setdefault(
                login.firm, await journey.register(tx, firm, at=now(), actor_id=user.id)
            )
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


async def _pay(
    database: Database,
    *,
    debtor: journey.Customer,
    creditor: journey.Customer,
    amount: Money = PAYMENT,
    reference: str = END_TO_END_ID,
) -> None:
    """Pay for cement, once."""
    async with database.write() as tx:
        made = await payments.for_account(tx, account_id=debtor.account.id, limit=PAGE_LIMIT_MAX)
        if any(order.end_to_end_id == reference for order in made.items):
            return
        await payments.transfer(
            tx,
            debtor_account_id=debtor.account.id,
            creditor_account_number=creditor.account.number,
            creditor_name=creditor.party.name,
            amount=amount,
            remittance=CEMENT,
            end_to_end_id=reference,
            initiated_by=debtor.actor,
            without_step_up=True,
            at=now(),
        )


async def _employ(database: Database, *, company: journey.Customer) -> None:
    """Make somebody a customer whom the company employs, once and as a whole."""
    at = now()
    async with database.write() as tx:
        if await identity.find_user(tx, login=PERSON) is not None:
            return
        party = await resident.register(tx, at=at)
        account = await accounts.open_account(tx, party_id=party.id, currency="CNY", at=at)
        (login,) = (each for each in LOGINS if each.login == PERSON)
        user = await _create(tx, login, parties=(party.id,))
        actor = await identity.find_actor(tx, user.id, at)
        assert actor is not None, "who was just made is not blocked"
        person = journey.Customer(party=party, account=account, actor=actor)
        await resident.live(tx, person=person, company=company, at=at)


async def _propose(
    database: Database, *, company: journey.Customer, creditor: journey.Customer
) -> None:
    """Leave a payment for the company's checker to approve, once."""
    async with database.write() as tx:
        user = await identity.find_user(tx, login=MAKER)
        maker = None if user is None else await identity.find_actor(tx, user.id, now())
        if maker is None or (await proposals.mine(tx, maker=maker, limit=1)).items:
            return
        await proposals.propose(
            tx,
            action=payments.TRANSFER.action,
            payload=payments.ProposedTransfer(
                debtor_account_id=company.account.id,
                creditor_account_number=creditor.account.number,
                creditor_name=creditor.party.name,
                amount=PROPOSED,
                remittance=CEMENT,
            ),
            maker=maker,
            party_id=company.party.id,
            at=now(),
        )
