"""What lending keeps fetched invoices for: applications under way, open offers, loans."""

from datetime import timedelta
from uuid import UUID

from tests.unit.products.lending.conftest import (
    AT,
    Customer,
    Office,
    activate_model,
    attempt,
    kinds,
    new_customer,
)
from tongbao.core.ledger import service as ledger
from tongbao.core.sources import service as sources
from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.products.lending import service
from tongbao.products.lending.service import State

OFFER_ENDS = AT + timedelta(days=7)
REPAID = AT + timedelta(days=90)
PRINCIPAL = Money.parse("300000.00", "CNY")


async def decided(
    tx: WriteSession, office: Office, code: str
) -> tuple[Customer, service.Application, UUID]:
    await activate_model(tx)
    customer = await new_customer(tx, code)
    asked = await service.apply(
        tx, account_id=customer.account.id, applied_by=customer.actor, at=AT
    )
    application = await attempt(tx, asked.id, office.gateway())
    (fetch,) = await sources.fetches_of(tx, customer.party.id)
    return customer, application, fetch.id


async def test_a_refused_application_uses_nothing(tx: WriteSession, office: Office) -> None:
    _, application, fetch_id = await decided(tx, office, kinds().low_grade[0])
    assert application.state is State.REFUSED
    assert await service.uses(tx, [fetch_id, new_id()], AT) == {}


async def test_an_offer_uses_its_data_until_it_ends(tx: WriteSession, office: Office) -> None:
    _, application, fetch_id = await decided(tx, office, kinds().good[0])
    assert application.offer_expires_at == OFFER_ENDS
    last_moment = OFFER_ENDS - timedelta(seconds=1)
    assert await service.uses(tx, [fetch_id], last_moment) == {fetch_id: sources.Use()}
    assert await service.uses(tx, [fetch_id], OFFER_ENDS) == {}


async def test_a_loan_uses_its_data_until_it_is_repaid(tx: WriteSession, office: Office) -> None:
    customer, application, fetch_id = await decided(tx, office, kinds().good[0])
    loan = await service.accept(
        tx, application_id=application.id, amount=PRINCIPAL, accepted_by=customer.actor, at=AT
    )
    assert await service.uses(tx, [fetch_id], REPAID) == {fetch_id: sources.Use()}
    repayment = ledger.NewTransaction(
        id=ledger.TransactionId(new_id()),
        type="test",
        postings=(
            ledger.NewPosting(
                customer.account.ledger_account_id,
                ledger.AccountId(loan.ledger_account_id),
                PRINCIPAL,
            ),
        ),
    )
    (result,) = await ledger.post(tx, [repayment], at=REPAID)
    result.raise_for_refusal()
    assert await service.uses(tx, [fetch_id], REPAID) == {fetch_id: sources.Use(ended_at=REPAID)}
