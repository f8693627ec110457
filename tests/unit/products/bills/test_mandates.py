"""Mandates: each bill paid once, within the maximum, on the days agreed; shortage tried again."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from tests.support.bills import NUMBER, Household, MemoryBillers, cny, connected, new_household
from tests.unit.core.conftest import AT
from tests.unit.core.identity.conftest import Person, new_person
from tests.unit.core.payments.conftest import Holder, pay_in
from tongbao.core.accounts import service as accounts
from tongbao.core.identity.domain import Role, permissions
from tongbao.core.identity.models import UserRow
from tongbao.core.identity.service import StepUpRequired
from tongbao.core.parties import service as parties
from tongbao.infra.db import Database
from tongbao.infra.outbox.models import OutboxRow
from tongbao.kernel.money import Money
from tongbao.products.bills import service
from tongbao.products.bills.domain import mandates as rules
from tongbao.products.bills.domain.mandates import MandateState
from tongbao.products.bills.domain.saving import AlreadySaved, SavedInUse, UnknownSavedBill
from tongbao.products.bills.service.autopay import look

D = date.fromisoformat
DAY = timedelta(days=1)


@dataclass
class Payer:
    """A household whose person can confirm, and a number of theirs."""

    house: Household
    person: Person
    saved: service.SavedBill

    @property
    def gateway(self) -> MemoryBillers:
        return self.house.gateway

    async def agree(
        self, database: Database, maximum: str = "300.00", month_day: int | None = None
    ) -> service.Mandate:
        """Agree to a mandate, confirmed by the passkey."""
        async with database.write() as tx:
            action = rules.to_confirm(
                biller=self.gateway.biller.name.zh,
                customer_number=self.saved.shown,
                debtor_account_number=self.house.holder.account.number,
                maximum=cny(maximum),
                day=month_day,
            )
            token = await self.person.confirmed(tx, action, at=self.house.clock())
            return await service.make_mandate(
                tx,
                saved_id=self.saved.id,
                debtor_account_id=self.house.holder.account.id,
                maximum=cny(maximum),
                month_day=month_day,
                made_by=self.person.actor,
                step_up_token=token,
                at=self.house.clock(),
            )

    async def look(self, database: Database, mandate: service.Mandate) -> list[tuple[str, int]]:
        """Look as the job does, twice; return what became of the bills, by reference."""
        with connected(self.gateway):
            await look(database, mandate.id, clock=self.house.clock)
            await look(database, mandate.id, clock=self.house.clock)
        async with database.read() as tx:
            found = await service.due_bills(tx, mandate.id)
        return [(each.outcome.value, each.attempts) for each in found]

    async def next_on(self, database: Database, mandate: service.Mandate) -> date | None:
        async with database.read() as tx:
            return (await service.mandate(tx, mandate.id, visible_to=None)).next_look_on

    async def has(self, database: Database) -> Money:
        return (await self.house.money(database))[0]


async def new_payer(database: Database, money: str | None = "1000.00") -> Payer:
    house = await new_household(database)
    async with database.write() as tx:
        person = await new_person(tx)
        (party_id,) = person.user.party_ids
        allowed = permissions([Role.CUSTOMER])
        person.actor = replace(person.actor, permissions=allowed, grants={party_id: allowed})
        await person.add_passkey(tx)
        await parties.set_level(
            tx, party_id=party_id, level=parties.Level.FULL, reason="测试", changed_by=None, at=AT
        )
        account = await accounts.open_account(tx, party_id=party_id, currency="CNY", at=AT)
        if money is not None:
            await pay_in(tx, account, cny(money))
        house.holder = Holder("住户", account, person.actor)
        saved = await service.save(
            tx,
            party_id=party_id,
            biller=house.gateway.biller.code,
            number=NUMBER,
            nickname="家",
            saved_by=person.actor,
            at=AT,
        )
    return Payer(house, person, saved)


async def events(database: Database, subject: UUID) -> list[str]:
    async with database.read() as tx:
        found = await tx.scalars(
            select(OutboxRow.type).where(OutboxRow.subject == str(subject)).order_by(OutboxRow.seq)
        )
        return list(found)


async def test_a_bill_that_appears_is_paid_once_however_often_the_job_runs(
    database: Database,
) -> None:
    payer = await new_payer(database)
    mandate = await payer.agree(database)
    assert await payer.look(database, mandate) == []
    payer.gateway.owe("128.40")
    assert await payer.look(database, mandate) == []  # it was looked for today
    payer.house.clock.at += DAY
    assert await payer.look(database, mandate) == [("paid", 1)]
    assert await payer.has(database) == cny("871.60")
    payer.house.clock.at += DAY
    assert await payer.look(database, mandate) == [("paid", 1)]  # the biller was not told yet
    assert await payer.has(database) == cny("871.60")
    assert await events(database, mandate.id) == ["bills.mandate_made", "bills.due_paid"]


async def test_a_look_that_was_answered_late_pays_nothing_more(database: Database) -> None:
    payer = await new_payer(database)
    mandate = await payer.agree(database)
    payer.gateway.owe("10.00")
    payer.gateway.owe("20.00", "2025-10")
    with connected(payer.gateway):
        for _ in range(3):
            await service.pay_mandates(database, clock=payer.house.clock)
    assert await payer.look(database, mandate) == [("paid", 1)] * 2
    assert await payer.has(database) == cny("970.00")


async def test_a_bill_above_the_maximum_is_told_and_not_paid(database: Database) -> None:
    payer = await new_payer(database)
    mandate = await payer.agree(database, "100.00")
    payer.gateway.owe("100.01")
    payer.gateway.owe("100.00", "2025-10")
    assert sorted(await payer.look(database, mandate)) == [("above_maximum", 0), ("paid", 1)]
    payer.house.clock.at += DAY
    await payer.look(database, mandate)
    told = await events(database, mandate.id)
    assert sorted(told) == ["bills.above_maximum", "bills.due_paid", "bills.mandate_made"]


async def test_a_shortage_is_tried_again_and_then_missed(database: Database) -> None:
    payer = await new_payer(database, money=None)
    mandate = await payer.agree(database, month_day=21)
    payer.gateway.owe("50.00")
    for attempts in (1, 2, 3):
        assert await payer.look(database, mandate) == [("retrying", attempts)]
        payer.house.clock.at += DAY
        assert await payer.next_on(database, mandate) == payer.house.clock().date()
    assert await payer.look(database, mandate) == [("missed", 4)]
    assert await payer.next_on(database, mandate) == D("2025-12-21")
    assert (await events(database, mandate.id))[1:] == [
        *["bills.due_delayed"] * 3,
        "bills.due_missed",
    ]


@pytest.mark.parametrize(("elsewhere", "outcome"), [(False, "paid"), (True, "gone")])
async def test_what_is_tried_again_is_paid_when_there_is_money_unless_it_was_paid(
    database: Database, outcome: str, *, elsewhere: bool
) -> None:
    payer = await new_payer(database, money=None)
    mandate = await payer.agree(database)
    owed = payer.gateway.owe("50.00")
    assert await payer.look(database, mandate) == [("retrying", 1)]
    async with database.write() as tx:
        await pay_in(tx, payer.house.holder.account, cny("60.00"))
    if elsewhere:
        payer.gateway.pay_elsewhere(owed.reference)
    payer.house.clock.at += DAY
    assert [each[0] for each in await payer.look(database, mandate)] == [outcome]
    assert await payer.has(database) == cny("60.00" if elsewhere else "10.00")


async def test_a_biller_that_is_deaf_is_asked_again_and_nothing_is_decided(
    database: Database,
) -> None:
    payer = await new_payer(database)
    mandate = await payer.agree(database)
    payer.gateway.owe("50.00")
    payer.gateway.deaf = True
    assert await payer.look(database, mandate) == []
    payer.gateway.deaf = False
    assert await payer.look(database, mandate) == [("paid", 1)]


async def test_who_may_no_longer_pay_pauses_the_mandate(database: Database) -> None:
    payer = await new_payer(database)
    mandate = await payer.agree(database)
    payer.gateway.owe("50.00")
    async with database.write() as tx:
        await tx.execute(
            update(UserRow).where(UserRow.id == payer.person.actor.id).values(blocked_at=AT)
        )
    assert await payer.look(database, mandate) == [("missed", 1)]
    async with database.read() as tx:
        paused = await service.mandate(tx, mandate.id, visible_to=None)
        changes = await service.mandate_changes(tx, mandate.id)
    assert paused.state is MandateState.PAUSED
    assert (changes[-1].by, changes[-1].why) == (None, "bills.payer_gone")


async def test_a_mandate_is_paused_resumed_and_ended_by_its_people(database: Database) -> None:
    payer, stranger = await new_payer(database), await new_payer(database)
    async with database.write() as tx:  # both billers are there
        both = [payer.gateway.biller, stranger.gateway.biller]
        await service.take_over(tx, both, at=AT)
    mandate = await payer.agree(database)
    actor = payer.person.actor
    payer.gateway.owe("50.00")
    async with database.write() as tx:
        with pytest.raises(rules.UnknownMandate):
            await service.pause_mandate(tx, mandate.id, actor=stranger.person.actor, at=AT)
        with pytest.raises(SavedInUse):
            await service.forget(tx, payer.saved.id, actor=actor, at=AT)
        await service.pause_mandate(tx, mandate.id, actor=actor, at=AT)
        with pytest.raises(rules.MandateNotPossible):
            await service.pause_mandate(tx, mandate.id, actor=actor, at=AT)
    assert await payer.look(database, mandate) == []
    with pytest.raises(rules.MandateExists):
        await payer.agree(database)
    async with database.write() as tx:
        assert await service.over_account(tx, mandate.debtor_account_id) is not None
        await service.resume_mandate(tx, mandate.id, actor=actor, at=AT)
    assert await payer.look(database, mandate) == [("paid", 1)]
    async with database.write() as tx:
        await service.end_mandate(tx, mandate.id, actor=actor, at=AT)
        assert await service.over_account(tx, mandate.debtor_account_id) is None
        await service.forget(tx, payer.saved.id, actor=actor, at=AT)
        with pytest.raises(UnknownSavedBill):
            await service.ask_saved(tx, payer.saved.id, asked_by=actor, at=AT)
        states = [each.after.value for each in await service.mandate_changes(tx, mandate.id)]
    assert states == ["active", "paused", "active", "ended"]


async def test_a_mandate_is_confirmed_over_what_it_says(database: Database) -> None:
    payer = await new_payer(database)
    with pytest.raises(StepUpRequired) as asked:
        async with database.write() as tx:
            await service.make_mandate(
                tx,
                saved_id=payer.saved.id,
                debtor_account_id=payer.house.holder.account.id,
                maximum=cny("300.00"),
                month_day=20,
                made_by=payer.person.actor,
                step_up_token=None,
                at=AT,
            )
    action = str(asked.value.facts["action"])
    assert "300.00" in action
    assert "*******018" in action
    assert NUMBER not in action


async def test_a_number_is_saved_once_and_sealed(database: Database) -> None:
    payer = await new_payer(database)
    with pytest.raises(AlreadySaved):
        async with database.write() as tx:
            await service.save(
                tx,
                party_id=payer.house.party_id,
                biller=payer.saved.biller,
                number=NUMBER,
                nickname=None,
                saved_by=payer.person.actor,
                at=AT,
            )
    async with database.read() as tx:
        query = text("SELECT number_sealed FROM bills_saved WHERE id = :id")
        sealed = await tx.scalar(query.bindparams(id=payer.saved.id))
    assert NUMBER.encode() not in sealed


@pytest.mark.parametrize(
    ("day", "today", "first", "then"),
    [
        (None, "2025-11-21", "2025-11-21", "2025-11-22"),
        (21, "2025-11-21", "2025-11-21", "2025-12-21"),
        (20, "2025-11-21", "2025-12-20", "2025-12-20"),
        (31, "2026-01-31", "2026-01-31", "2026-02-28"),
        (31, "2026-02-28", "2026-02-28", "2026-03-31"),
        (31, "2028-02-10", "2028-02-29", "2028-03-31"),
    ],
)
def test_when_the_biller_is_asked(day: int | None, today: str, first: str, then: str) -> None:
    assert rules.first_look(day, D(today)) == D(first)
    assert rules.next_look(day, D(today)) == D(then)
