"""The demo's person: known by their card, paid by the company, whose room they rent."""

from datetime import datetime, timedelta
from typing import Final

from tongbao.app.demo.journey import Customer
from tongbao.core.parties import service as parties
from tongbao.core.payments import service as payments
from tongbao.infra.db import WriteSession
from tongbao.kernel.clock import business_date
from tongbao.kernel.money import Money
from tongbao_sandbox import cards, people

SALARY: Final = Money.parse("8600.00", "CNY")
RENT: Final = Money.parse("1200.00", "CNY")
_WHO: Final = 382
"""Of the sandbox's people; nobody's legal representative."""


async def register(tx: WriteSession, *, at: datetime) -> parties.Party:
    """Make them a customer whose identity was verified by their card."""
    shown = cards.card_of(people.load().people[_WHO])
    party = await parties.register_person(tx, name=shown.name, at=at)
    facts = parties.PersonFacts(
        pinyin=None, born_on=shown.born_on, nationality="CN", sex=parties.Sex(shown.sex)
    )
    await parties.record_person(tx, party_id=party.id, facts=facts, recorded_by=party.id, at=at)
    await parties.record_document(
        tx,
        party_id=party.id,
        type=parties.DocumentType.ID_CARD,
        number=shown.number,
        valid_from=shown.valid_from,
        valid_until=shown.valid_until,
        issuing_authority=shown.issuing_authority,
        recorded_by=party.id,
        at=at,
    )
    return await parties.set_level(
        tx,
        party_id=party.id,
        level=parties.Level.FULL,
        reason="演示客户 demonstration",
        changed_by=None,
        at=at,
    )


async def live(tx: WriteSession, *, person: Customer, company: Customer, at: datetime) -> None:
    """Have the company pay the salaries of two months, and its room be paid for out of them."""
    this_month = business_date(at).replace(day=1)
    for month in (this_month - timedelta(days=1), this_month):
        await _pay(tx, company, person, SALARY, f"{month.month}月工资 salary", at=at)
    await payments.save_payee(
        tx,
        party_id=person.party.id,
        name=company.party.name,
        account_number=company.account.number,
        nickname="宿舍 dormitory",
        actor=person.actor,
        at=at,
    )
    await payments.confirm_payee(
        tx,
        party_id=person.party.id,
        account_number=company.account.number,
        confirmed_by=person.actor.id,
        at=at,
    )
    await _pay(tx, person, company, RENT, "宿舍租金 rent", at=at)


async def _pay(
    tx: WriteSession,
    debtor: Customer,
    creditor: Customer,
    amount: Money,
    remittance: str,
    *,
    at: datetime,
) -> None:
    await payments.transfer(
        tx,
        debtor_account_id=debtor.account.id,
        creditor_account_number=creditor.account.number,
        creditor_name=creditor.party.name,
        amount=amount,
        remittance=remittance,
        initiated_by=debtor.actor,
        without_step_up=True,
        at=at,
    )
