"""Two clicks at the same moment: together never above the sum of the day."""

import asyncio

from tests.support.waiting import backend, until_somebody_waits_for
from tests.unit.core.conftest import AT
from tests.unit.core.payments.conftest import new_holder
from tongbao.core.payments import service
from tongbao.core.payments.domain.payees import BeyondOneClick
from tongbao.core.payments.models import OneClickRow
from tongbao.infra.db import Database, WriteSession
from tongbao.kernel.clock import business_date
from tongbao.kernel.money import Money


def cny(text: str) -> Money:
    return Money.parse(text, "CNY")


async def test_the_second_click_waits_and_then_counts_the_first(database: Database) -> None:
    async with database.write() as tx:
        me, shop = await new_holder(tx, "食客", money="100.00"), await new_holder(tx, "早餐店")
        (party_id,) = me.actor.party_ids
        payee = await service.save_payee(
            tx,
            party_id=party_id,
            name=shop.name,
            account_number=shop.account.number,
            actor=me.actor,
            at=AT,
        )
        await service.confirm_payee(
            tx,
            party_id=party_id,
            account_number=shop.account.number,
            confirmed_by=me.actor.id,
            at=AT,
        )
        tx.add(
            OneClickRow(
                party_id=party_id,
                currency="CNY",
                per_payment_minor=2_000,
                per_day_minor=3_000,
                used_on=business_date(AT),
                set_by=me.actor.id,
                set_at=AT,
            )
        )

    async def click(tx: WriteSession) -> service.Transfer:
        return await service.pay_payee(
            tx,
            payee_id=payee.id,
            debtor_account_id=me.account.id,
            amount=cny("20.00"),
            initiated_by=me.actor,
            at=AT,
        )

    async def second() -> str:
        async with database.write() as tx:
            try:
                await click(tx)
            except BeyondOneClick as refused:
                return str(refused.facts["left"])
        return "paid"

    async with WriteSession(database.engine, expire_on_commit=False) as tx:
        await tx.begin()
        assert (await click(tx)).refusal is None
        other = asyncio.create_task(second())
        await until_somebody_waits_for(database, await backend(tx))
        assert not other.done(), "it must wait for what the first has used"
        await tx.commit()
    assert await other == "CNY 10.00"
