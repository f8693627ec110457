"""Codes that a payer shows: another one every 30 seconds, each good once, for small amounts."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text, update

from tests.support.collecting import (
    Shop,
    booked,
    cny,
    new_shop,
    new_user,
    pay_code,
    shown,
    told,
)
from tests.support.step_up import confirmed
from tests.unit.core.conftest import AT
from tests.unit.core.payments.conftest import Holder, new_holder
from tongbao.core.accounts import service as accounts
from tongbao.core.identity import service as identity
from tongbao.core.identity.models import UserRow
from tongbao.core.parties import service as parties
from tongbao.core.payments import service as payments
from tongbao.infra.db import Database, WriteSession
from tongbao.infra.outbox.models import OutboxRow
from tongbao.kernel.clock import now
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.products.collecting import service
from tongbao.products.collecting.domain import errors
from tongbao.products.collecting.models import ShownCodeRow
from tongbao_sandbox.uscc import registration_number

STEP = timedelta(seconds=30)
TICK = timedelta(microseconds=1)


@pytest.fixture
async def shop(tx: WriteSession) -> Shop:
    return await new_shop(tx)


@pytest.fixture
async def payer(tx: WriteSession) -> Holder:
    return await new_user(tx)


@pytest.fixture
async def code_id(tx: WriteSession, payer: Holder) -> UUID:
    return await pay_code(tx, payer)


def settled(charged: payments.Transfer | service.ChargeDeclined) -> payments.Transfer:
    assert isinstance(charged, payments.Transfer)
    assert charged.refusal is None
    return charged


async def test_a_shown_code_pays_once(
    tx: WriteSession, shop: Shop, payer: Holder, code_id: UUID
) -> None:
    code = (await shown(tx, payer, code_id)).code
    paid = settled(await shop.charge(tx, code, "12.50", reference="A-1", title="早餐"))
    assert (await booked(tx, payer), await booked(tx, shop.holder)) == ("4987.50", "12.50")
    found = (await service.receipt(tx, paid.id)).collection
    assert (found.means, found.till_id, found.title, found.reference) == (
        service.Means.PAY_CODE,
        shop.till.id,
        "早餐",
        "A-1",
    )
    assert found.payer_party_id == payer.account.party_id
    assert paid.initiated_by == payer.actor.id
    with pytest.raises(errors.PayCodeNotGood):
        await shop.charge(tx, code, "12.50")
    assert await booked(tx, shop.holder) == "12.50"


async def test_it_changes_every_30_seconds_and_is_good_for_30_more(
    tx: WriteSession, shop: Shop, payer: Holder, code_id: UUID
) -> None:
    start = AT.replace(second=0, microsecond=0)
    first = await shown(tx, payer, code_id, at=start)
    assert await shown(tx, payer, code_id, at=start + STEP - TICK) == first
    second = await shown(tx, payer, code_id, at=start + STEP)
    assert second.code != first.code
    with pytest.raises(errors.PayCodeNotGood):
        await shop.charge(tx, first.code, at=start + 2 * STEP)
    settled(await shop.charge(tx, first.code, at=start + 2 * STEP - TICK))
    settled(await shop.charge(tx, second.code, at=start + 2 * STEP))


async def test_who_pays_twice_within_a_step_is_shown_another(
    tx: WriteSession, shop: Shop, payer: Holder, code_id: UUID
) -> None:
    seen = set()
    for _ in range(5):
        code = await shown(tx, payer, code_id)
        assert await shown(tx, payer, code_id) == code
        seen.add(code.code)
        settled(await shop.charge(tx, code.code))
    assert len(seen) == 5
    with pytest.raises(errors.PayCodeClash):
        await shown(tx, payer, code_id)
    await shown(tx, payer, code_id, at=AT + STEP)
    assert await booked(tx, shop.holder) == "50.00"


async def test_nobody_is_shown_what_somebody_else_is(
    tx: WriteSession, payer: Holder, code_id: UUID
) -> None:
    first = await shown(tx, payer, code_id)
    other = await new_user(tx, "王芳")
    theirs = await shown(tx, other, await pay_code(tx, other))
    assert first.code != theirs.code
    other_id = (await service.pay_codes(tx, of=other.actor))[0].id
    await tx.execute(
        update(ShownCodeRow).where(ShownCodeRow.pay_code_id == code_id).values(pay_code_id=other_id)
    )
    assert (await shown(tx, payer, code_id)).code != first.code


@pytest.mark.parametrize("guess", ["70" + "0" * 18, "x", "70" + "９" * 18, ""])
async def test_what_was_never_shown_pays_nothing(
    tx: WriteSession, shop: Shop, payer: Holder, code_id: UUID, guess: str
) -> None:
    await shown(tx, payer, code_id)
    with pytest.raises(errors.PayCodeNotGood):
        await shop.charge(tx, guess)


async def test_the_stored_table_shows_no_code(
    tx: WriteSession, payer: Holder, code_id: UUID
) -> None:
    code = (await shown(tx, payer, code_id)).code
    rows = await tx.execute(text("SELECT * FROM collecting_shown_code"))
    assert code not in str(rows.all())


async def test_a_charge_that_is_declined_spends_the_code_and_tells_the_payer_alone(
    tx: WriteSession, shop: Shop, payer: Holder, code_id: UUID
) -> None:
    code = (await shown(tx, payer, code_id)).code
    declined = await shop.charge(tx, code, "500.01")
    assert isinstance(declined, service.ChargeDeclined)
    assert declined.facts == {}
    with pytest.raises(errors.PayCodeNotGood):
        await shop.charge(tx, code, "1.00")
    assert await told(tx, code_id) == ["charge_declined"]
    assert await booked(tx, payer) == "5000.00"


async def test_too_little_money_is_no_news_for_the_till(tx: WriteSession, shop: Shop) -> None:
    poor = await new_user(tx, money="1.00")
    code = (await shown(tx, poor, await pay_code(tx, poor))).code
    declined = await shop.charge(tx, code, "1.01", reference="A-1")
    assert isinstance(declined, service.ChargeDeclined)
    (order,) = (await payments.for_account(tx, account_id=poor.account.id)).items
    assert order.reason is not None
    assert order.reason.code == "ledger.insufficient_funds"
    again = await shown(tx, poor, (await service.pay_codes(tx, of=poor.actor))[0].id, at=AT + STEP)
    settled(await shop.charge(tx, again.code, "1.00", reference="A-1", at=AT + STEP))


async def test_a_till_in_another_currency_is_declined(
    tx: WriteSession, payer: Holder, code_id: UUID
) -> None:
    abroad = await new_holder(tx, "海外小铺", currency="USD")
    till = await service.open_till(
        tx,
        account_id=abroad.account.id,
        name="海外小铺",
        latin_name="SHOP",
        latin_city="HONG KONG",
        category_code="5411",
        opened_by=abroad.actor,
        at=AT,
    )
    code = (await shown(tx, payer, code_id)).code
    charged = await service.charge(
        tx,
        till_id=till.id,
        code=code,
        amount=Money(100, "USD"),
        title=None,
        reference=None,
        charged_by=abroad.actor,
        at=AT,
    )
    assert isinstance(charged, service.ChargeDeclined)
    assert await told(tx, code_id) == ["charge_declined"]


async def test_the_banks_limits_hold_beside_ones_own(tx: WriteSession, shop: Shop) -> None:
    payer = await new_user(tx, money="9000.00")
    code_id, at = await pay_code(tx, payer, "5000.00"), AT
    results = []
    for amount in ("1000.01", "1000.00", "1000.00", "1000.00", "0.01"):
        at += STEP
        code = (await shown(tx, payer, code_id, at=at)).code
        charged = await shop.charge(tx, code, amount, at=at)
        results.append(isinstance(charged, payments.Transfer))
    assert results == [False, True, True, True, False]
    assert await booked(tx, shop.holder) == "3000.00"


async def test_a_till_collects_once_under_a_reference(
    tx: WriteSession, shop: Shop, payer: Holder, code_id: UUID
) -> None:
    first, at = (await shown(tx, payer, code_id)).code, AT + STEP
    second = (await shown(tx, payer, code_id, at=at)).code
    settled(await shop.charge(tx, first, reference="A-1"))
    async with tx.begin_nested() as again:
        with pytest.raises(errors.ReferenceUsed):
            await shop.charge(tx, second, reference="A-1", at=at)
        await again.rollback()
    assert await booked(tx, shop.holder) == "10.00"
    settled(await shop.charge(tx, second, reference="A-2", at=at))
    other = await new_shop(tx, "对门")
    at += STEP
    third = (await shown(tx, payer, code_id, at=at)).code
    settled(await other.charge(tx, third, reference="A-1", at=at))


async def test_only_ones_own_till_charges(
    tx: WriteSession, shop: Shop, payer: Holder, code_id: UUID
) -> None:
    code = (await shown(tx, payer, code_id)).code
    with pytest.raises(errors.UnknownTill):
        await service.charge(
            tx,
            till_id=shop.till.id,
            code=code,
            amount=cny("1.00"),
            title=None,
            reference=None,
            charged_by=payer.actor,
            at=AT,
        )
    settled(await shop.charge(tx, code))


async def test_a_wrong_charge_gives_the_code_back(
    tx: WriteSession, shop: Shop, payer: Holder, code_id: UUID
) -> None:
    code = (await shown(tx, payer, code_id)).code
    with pytest.raises(errors.AmountNotPositive):
        await shop.charge(tx, code, "0.00")
    with pytest.raises(errors.TextMalformed):
        await shop.charge(tx, code, title="\n")
    await service.close_till(tx, till_id=shop.till.id, closed_by=shop.holder.actor, at=AT)
    with pytest.raises(errors.TillClosed):
        await shop.charge(tx, code)
    settled(await (await new_shop(tx, "对门")).charge(tx, code))


async def test_switched_off_is_off_at_once(
    tx: WriteSession, shop: Shop, payer: Holder, code_id: UUID
) -> None:
    code = (await shown(tx, payer, code_id)).code
    stranger = await new_user(tx, "王芳")
    with pytest.raises(errors.UnknownPayCode):
        await service.disable_pay_code(tx, pay_code_id=code_id, disabled_by=stranger.actor, at=AT)
    with pytest.raises(errors.UnknownPayCode):
        await service.show_pay_code(tx, pay_code_id=code_id, shown_to=stranger.actor, at=AT)
    await service.disable_pay_code(tx, pay_code_id=code_id, disabled_by=payer.actor, at=AT)
    with pytest.raises(errors.PayCodeNotGood):
        await shop.charge(tx, code)
    with pytest.raises(errors.UnknownPayCode):
        await shown(tx, payer, code_id)
    assert await service.pay_codes(tx, of=payer.actor) == []
    assert await told(tx, code_id) == ["pay_code_disabled"]


async def test_a_blocked_user_pays_nothing(
    tx: WriteSession, shop: Shop, payer: Holder, code_id: UUID
) -> None:
    code = (await shown(tx, payer, code_id)).code
    await tx.execute(update(UserRow).where(UserRow.id == payer.actor.id).values(blocked_at=AT))
    assert isinstance(await shop.charge(tx, code), service.ChargeDeclined)
    rows = await tx.execute(OutboxRow.__table__.select().where(OutboxRow.subject == str(code_id)))
    (declined,) = rows.all()
    assert declined.payload["reason"] == "not_able"
    assert await booked(tx, payer) == "5000.00"


async def enable(
    database: Database, payer: Holder, per_payment: Money, token: str | None = None
) -> service.PayCode:
    async with database.write() as tx:
        return await service.enable_pay_code(
            tx,
            account_id=payer.account.id,
            per_payment=per_payment,
            token=token,
            enabled_by=payer.actor,
            at=now(),
        )


async def test_switching_on_is_confirmed_and_replaces_what_was_on(database: Database) -> None:
    async with database.write() as tx:
        payer = await new_user(tx)
    made = []
    for amount in ("200.00", "300.00"):
        with pytest.raises(identity.StepUpRequired) as refused:
            await enable(database, payer, cny(amount))
        asked = refused.value.facts["action"]
        assert isinstance(asked, dict)
        assert asked["kind"] == "collecting.pay_code.enable"
        assert asked["facts"]["amount"] == amount
        token = await confirmed(database, payer.actor, asked)
        with pytest.raises(identity.StepUpRequired):
            await enable(database, payer, cny("900.00"), token)
        made.append(await enable(database, payer, cny(amount), token))
    async with database.read() as seen:
        assert await service.pay_codes(seen, of=payer.actor) == [made[1]]
        assert await told(seen, made[0].id) == ["pay_code_enabled", "pay_code_disabled"]


async def test_codes_are_for_ones_own_money(tx: WriteSession, payer: Holder) -> None:
    other = await new_holder(tx, "别人")
    usual: dict[str, Any] = {
        "per_payment": cny("1.00"),
        "token": None,
        "enabled_by": payer.actor,
        "at": AT,
    }
    with pytest.raises(accounts.UnknownAccount):
        await service.enable_pay_code(tx, account_id=other.account.id, **usual)
    firm = await parties.register_organisation(
        tx, name="公司", registration_number=registration_number(str(new_id())), at=AT
    )
    account = await accounts.open_account(tx, party_id=firm.id, currency="CNY", at=AT)
    owner = type(payer.actor)(
        id=new_id(),
        kind="customer",
        name="业主",
        party_ids=frozenset({firm.id}),
        permissions=payer.actor.permissions,
    )
    with pytest.raises(errors.PersonsOnly):
        await service.enable_pay_code(
            tx,
            account_id=account.id,
            **(usual | {"enabled_by": owner}),
        )
    with pytest.raises(errors.CurrencyNotAllowed):
        await service.enable_pay_code(
            tx,
            account_id=payer.account.id,
            **(usual | {"per_payment": Money(1, "USD")}),
        )
