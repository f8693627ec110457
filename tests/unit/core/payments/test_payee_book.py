"""The payee book, cooling-off and one-click pay, on a real database."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.support.memory_channel import Clock, MemoryChannel, outside
from tests.unit.core.conftest import AT
from tests.unit.core.identity.conftest import Person, new_person
from tests.unit.core.payments.conftest import Holder, new_holder, pay_in
from tongbao.core.accounts import service as accounts
from tongbao.core.identity.domain import Role, permissions
from tongbao.core.identity.domain.step_up import Action, StepUpRequired
from tongbao.core.identity.domain.step_up_words import described
from tongbao.core.parties import service as parties
from tongbao.core.payments import service
from tongbao.core.payments.domain import payees as rules
from tongbao.core.payments.domain.names import NameCheck
from tongbao.core.payments.domain.payees import allowing, confirming
from tongbao.core.payments.models import NameChecksRow
from tongbao.infra.auth import Forbidden
from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money

DAY = timedelta(days=1)


def cny(text: str) -> Money:
    return Money.parse(text, "CNY")


async def payer(
    tx: WriteSession, money: str = "600000.00", level: parties.Level = parties.Level.FULL
) -> tuple[Person, Holder]:
    """Somebody with a passkey and money."""
    person = await new_person(tx)
    (party_id,) = person.user.party_ids
    allowed = permissions([Role.CUSTOMER])
    person.actor = replace(person.actor, permissions=allowed, grants={party_id: allowed})
    await person.add_passkey(tx)
    await parties.set_level(
        tx, party_id=party_id, level=level, reason="测试", changed_by=None, at=AT
    )
    account = await accounts.open_account(tx, party_id=party_id, currency="CNY", at=AT)
    await pay_in(tx, account, cny(money))
    return person, Holder("张伟", account, person.actor)


async def saved(tx: WriteSession, by: Holder, whom: Holder, **facts: Any) -> service.SavedPayee:
    (party_id,) = by.actor.party_ids
    return await service.save_payee(
        tx,
        **{
            "party_id": party_id,
            "name": whom.name,
            "account_number": whom.account.number,
            "actor": by.actor,
            "at": AT,
            **facts,
        },
    )


async def confirmed(tx: WriteSession, by: Person, payee: service.SavedPayee) -> service.SavedPayee:
    token = await by.confirmed(tx, confirming(payee))
    return await service.confirm_saved(tx, payee_id=payee.id, token=token, actor=by.actor, at=AT)


async def pay(tx: WriteSession, debtor: Holder, creditor: Holder, amount: str, **facts: Any) -> Any:
    order = {
        "debtor_account_id": debtor.account.id,
        "creditor_account_number": creditor.account.number,
        "creditor_name": creditor.name,
        "amount": cny(amount),
        "initiated_by": debtor.actor,
        "at": AT,
        **facts,
    }
    return await service.transfer(tx, **order)


async def test_a_book_is_kept_found_by_group_and_changed(tx: WriteSession) -> None:
    me, supplier, friend = [await new_holder(tx, name) for name in ("我", "华东建材", "李雷")]
    first = await saved(tx, me, supplier, nickname=" 水泥 ", groups=["供应商", "月结", "供应商"])
    other = await saved(tx, me, friend, bank_code="102100099996")
    assert (first.nickname, first.groups) == ("水泥", ("供应商", "月结"))
    assert first.confirmed_at is None
    (party_id,) = me.actor.party_ids
    page = await service.list_payees(tx, party_id=party_id, limit=1, actor=me.actor)
    assert page.items == [other]
    rest = await service.list_payees(tx, party_id=party_id, after=page.next, actor=me.actor)
    assert rest.items == [first]
    grouped = await service.list_payees(tx, party_id=party_id, group="月结", actor=me.actor)
    assert grouped.items == [first]
    with pytest.raises(rules.PayeeSaved):
        await saved(tx, me, supplier, name="同一账号")
    changed = await service.change_payee(
        tx, payee_id=first.id, nickname=None, groups=[], actor=me.actor
    )
    assert changed == replace(first, nickname=None, groups=())
    await service.remove_payee(tx, payee_id=other.id, actor=me.actor)
    with pytest.raises(rules.UnknownPayee):
        await service.payee(tx, payee_id=other.id, actor=me.actor)


async def test_a_book_is_for_its_own_people(tx: WriteSession) -> None:
    me, supplier, thief = [await new_holder(tx, name) for name in ("我", "华东建材", "贼")]
    mine = await saved(tx, me, supplier)
    with pytest.raises(parties.UnknownParty):
        await saved(tx, me, supplier, actor=thief.actor)
    with pytest.raises(parties.UnknownParty):
        await service.list_payees(tx, party_id=mine.party_id, actor=thief.actor)
    with pytest.raises(rules.UnknownPayee):
        await service.change_payee(
            tx, payee_id=mine.id, nickname=None, groups=(), actor=thief.actor
        )
    with pytest.raises(rules.UnknownPayee):
        await service.remove_payee(tx, payee_id=new_id(), actor=me.actor)
    viewer = replace(me.actor, grants={mine.party_id: frozenset()})
    assert await service.payee(tx, payee_id=mine.id, actor=viewer) == mine
    with pytest.raises(Forbidden):
        await service.remove_payee(tx, payee_id=mine.id, actor=viewer)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("nickname", "甲" * 41),
        ("nickname", "a\u202eb"),
        ("groups", ["x" * 41]),
        ("groups", [str(number) for number in range(11)]),
        ("account_number", "12 34567890"),
        ("account_number", "1" * 35),
        ("bank_code", "ICBK"),
    ],
)
async def test_what_is_no_payee_is_refused(tx: WriteSession, field: str, value: Any) -> None:
    me, supplier = [await new_holder(tx, name) for name in ("我", "华东建材")]
    with pytest.raises(rules.PayeeMalformed) as refused:
        await saved(tx, me, supplier, **{field: value})
    assert refused.value.facts == {"field": field}


async def test_a_book_has_a_last_page(tx: WriteSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tongbao.core.payments.service.payees.book.PAYEES_MAX", 1)
    me, supplier, friend = [await new_holder(tx, name) for name in ("我", "华东建材", "李雷")]
    await saved(tx, me, supplier)
    with pytest.raises(rules.PayeeBookFull):
        await saved(tx, me, friend)


async def test_names_are_checked_and_never_told(tx: WriteSession) -> None:
    me, supplier = [await new_holder(tx, name) for name in ("我", "华东建材有限公司")]
    (party_id,) = me.actor.party_ids

    async def check(name: str, number: str = supplier.account.number) -> NameCheck:
        return await service.check_name(
            tx, party_id=party_id, account_number=number, name=name, actor=me.actor, at=AT
        )

    assert await check("华东建材有限公司") is NameCheck.MATCH
    assert await check("华东建材") is NameCheck.CLOSE_MATCH
    assert await check("别人") is NameCheck.NO_MATCH
    assert await check("别人", "9900010000000000000") is NameCheck.NO_MATCH  # nobody's
    counted = select(NameChecksRow.asked, NameChecksRow.missed)
    row = await tx.execute(counted.where(NameChecksRow.checker_id == me.actor.id))
    assert row.one() == (4, 3)


async def test_nobody_guesses_names(tx: WriteSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tongbao.core.payments.service.payees.names.NAME_CHECKS_MISSED_MAX", 2)
    me, supplier = [await new_holder(tx, name) for name in ("我", "华东建材")]
    me = replace(me, actor=replace(me.actor, person_id=new_id()))
    (party_id,) = me.actor.party_ids
    ask: dict[str, Any] = {
        "party_id": party_id,
        "account_number": supplier.account.number,
        "at": AT,
    }
    for guess in ("甲乙", "丙丁"):
        await service.check_name(tx, name=guess, actor=me.actor, **ask)
    again = replace(me.actor, id=new_id())  # another log-in of the same person
    with pytest.raises(rules.TooManyNameChecks):
        await service.check_name(tx, name=supplier.name, actor=again, **ask)
    tomorrow = {**ask, "at": AT + DAY}
    found = await service.check_name(tx, name=supplier.name, actor=again, **tomorrow)
    assert found is NameCheck.MATCH


async def test_a_large_payment_waits_a_day_after_its_payee_was_confirmed(tx: WriteSession) -> None:
    person, debtor = await payer(tx)
    creditor = await new_holder(tx, "华东建材")
    with pytest.raises(rules.CoolingOff) as refused:  # nobody confirmed it yet
        await pay(tx, debtor, creditor, "50000.00")
    assert refused.value.facts["until"] is None
    payee = await confirmed(tx, person, await saved(tx, debtor, creditor))
    assert payee.confirmed_at == AT
    assert payee.cooled_from == AT + DAY
    with pytest.raises(rules.CoolingOff) as refused:
        await pay(tx, debtor, creditor, "50000.00", at=AT + DAY - timedelta(seconds=1))
    assert refused.value.facts["until"] == (AT + DAY).isoformat()
    assert (await pay(tx, debtor, creditor, "49999.99")).refusal is None
    assert (await pay(tx, debtor, creditor, "50000.00", at=AT + DAY)).refusal is None
    # Removed from the book it is new again.
    await service.remove_payee(tx, payee_id=payee.id, actor=debtor.actor)
    with pytest.raises(rules.CoolingOff):
        await pay(tx, debtor, creditor, "50000.00", at=AT + DAY)


async def test_a_payee_at_another_bank_waits_from_when_it_was_confirmed_in_the_book(
    tx: WriteSession,
) -> None:
    person, debtor = await payer(tx)
    (party_id,) = debtor.actor.party_ids
    bank, number = "102100099996", "6222020200012345678"
    payee = await service.save_payee(
        tx, party_id=party_id, name="北方钢铁", account_number=number, bank_code=bank,
        actor=debtor.actor, at=AT,
    )  # fmt: skip
    assert confirming(payee).facts["creditor_bank_code"] == bank
    payee = await confirmed(tx, person, payee)
    assert payee.cooled_from == AT + DAY

    async def send(at: datetime) -> service.Transfer:
        order = service.NewCreditTransfer(
            debtor_account_id=debtor.account.id,
            creditor_account_number=number,
            creditor_name="北方钢铁",
            creditor_bank_code=bank,
            amount=cny("50000.00"),
        )
        return await service.send(tx, order, initiated_by=debtor.actor, at=at)

    with outside(Clock(), MemoryChannel()):
        with pytest.raises(rules.CoolingOff) as refused:
            await send(AT + DAY - timedelta(seconds=1))
        assert refused.value.facts["until"] == (AT + DAY).isoformat()
        assert (await send(AT + DAY)).status is service.Status.RESERVED
        await service.remove_payee(tx, payee_id=payee.id, actor=debtor.actor)
        with pytest.raises(rules.CoolingOff):
            await send(AT + DAY)


async def test_a_batch_waits_for_its_new_payees_alone(tx: WriteSession) -> None:
    person, debtor = await payer(tx)
    known, new = await new_holder(tx, "华东建材"), await new_holder(tx, "北方钢铁")
    await confirmed(tx, person, await saved(tx, debtor, known))
    (party_id,) = debtor.actor.party_ids
    own = await accounts.open_account(tx, party_id=party_id, currency="CNY", at=AT)
    sides = [(known.account.number, known.name), (new.account.number, new.name)]
    outcomes = await service.execute(
        tx,
        [
            service.NewTransfer(
                debtor_account_id=debtor.account.id,
                creditor_account_number=number,
                creditor_name=name,
                amount=Money.parse(amount, "CNY"),
            )
            for number, name in [*sides, (own.number, debtor.name)]
            for amount in ("50000.00", "10.00")
        ],
        initiated_by=debtor.actor,
        at=AT + DAY,
    )
    codes = [getattr(each, "code", "settled") for each in outcomes]
    new_payee = "identity.step_up_required"
    assert codes[:4] == ["settled", "settled", "payments.cooling_off", new_payee]
    assert codes[4:] == [new_payee, new_payee]  # one's own account need not cool, only be confirmed
    left = await accounts.balance(tx, debtor.account.id)
    assert left.available == left.booked, "what is not paid holds nothing"


async def test_ones_own_account_is_no_new_payee_to_wait_for(tx: WriteSession) -> None:
    person, debtor = await payer(tx)
    (party_id,) = debtor.actor.party_ids
    own = await accounts.open_account(tx, party_id=party_id, currency="CNY", at=AT)
    other = replace(debtor, account=own)
    with pytest.raises(StepUpRequired) as asked:
        await pay(tx, debtor, other, "50000.00")
    token = await person.confirmed(tx, Action(**asked.value.facts["action"]))  # type: ignore[arg-type]
    assert (await pay(tx, debtor, other, "50000.00", step_up_token=token)).refusal is None


async def test_what_is_confirmed_is_said_in_words(tx: WriteSession) -> None:
    me, supplier = [await new_holder(tx, name) for name in ("我", "华东建材")]
    words = described(confirming(await saved(tx, me, supplier)))
    assert words.zh == f"确认收款人 华东建材（账号尾号 {supplier.account.number[-4:]}）"
    one_click = described(allowing(new_id(), cny("1.00"), cny("2.00")))
    assert "one-click" in one_click.en.lower()


async def test_a_payee_elsewhere_is_not_paid_by_a_click(tx: WriteSession) -> None:
    me, friend = [await new_holder(tx, name, money="10.00") for name in ("我", "李雷")]
    payee = await saved(tx, me, friend, bank_code="ICBKCNBJ")
    with pytest.raises(rules.PayeeElsewhere):
        await click(tx, me, payee, "1.00")


async def click(tx: WriteSession, by: Holder, payee: service.SavedPayee, amount: str) -> Any:
    return await service.pay_payee(
        tx,
        payee_id=payee.id,
        debtor_account_id=by.account.id,
        amount=cny(amount),
        initiated_by=by.actor,
        at=AT,
    )


async def allow(
    tx: WriteSession, by: Person, holder: Holder, per_payment: str, per_day: str
) -> service.OneClick:
    (party_id,) = holder.actor.party_ids
    token = await by.confirmed(tx, allowing(party_id, cny(per_payment), cny(per_day)))
    return await service.set_one_click(
        tx,
        party_id=party_id,
        per_payment=cny(per_payment),
        per_day=cny(per_day),
        token=token,
        actor=holder.actor,
        at=AT,
    )


async def test_one_click_pays_small_sums_to_a_confirmed_payee(tx: WriteSession) -> None:
    person, me = await payer(tx)
    payee = await saved(tx, me, await new_holder(tx, "早餐店"))
    with pytest.raises(rules.OneClickOff):
        await click(tx, me, payee, "8.00")
    await allow(tx, person, me, "20.00", "30.00")
    with pytest.raises(StepUpRequired):  # nobody confirmed the payee yet
        await click(tx, me, payee, "8.00")
    await confirmed(tx, person, payee)
    assert (await click(tx, me, payee, "20.00")).refusal is None
    with pytest.raises(rules.BeyondOneClick) as refused:
        await click(tx, me, payee, "10.01")
    assert refused.value.facts == {"left": "CNY 10.00"}
    assert (await click(tx, me, payee, "10.00")).refusal is None
    allowed = await service.one_click(tx, party_id=payee.party_id, currency="CNY", at=AT)
    assert allowed is not None
    assert (allowed.used_today, allowed.left) == (cny("30.00"), cny("0.00"))
    tomorrow = await service.one_click(tx, party_id=payee.party_id, currency="CNY", at=AT + DAY)
    assert tomorrow is not None
    assert tomorrow.left == cny("20.00")


async def test_a_refused_click_uses_nothing(tx: WriteSession) -> None:
    person, me = await payer(tx, "5.00")
    payee = await confirmed(tx, person, await saved(tx, me, await new_holder(tx, "早餐店")))
    await allow(tx, person, me, "20.00", "30.00")
    assert (await click(tx, me, payee, "8.00")).refusal is not None
    allowed = await service.one_click(tx, party_id=payee.party_id, currency="CNY", at=AT)
    assert allowed is not None
    assert allowed.used_today == cny("0.00")


async def test_only_more_is_confirmed_and_less_holds_at_once(tx: WriteSession) -> None:
    person, me = await payer(tx)
    (party_id,) = me.actor.party_ids

    async def put(per_payment: str, per_day: str) -> service.OneClick:
        return await service.set_one_click(
            tx,
            party_id=party_id,
            per_payment=cny(per_payment),
            per_day=cny(per_day),
            token=None,
            actor=me.actor,
            at=AT,
        )

    with pytest.raises(StepUpRequired):
        await put("20.00", "30.00")
    await allow(tx, person, me, "20.00", "30.00")
    with pytest.raises(StepUpRequired):
        await put("20.00", "30.01")
    assert (await put("10.00", "30.00")).per_payment == cny("10.00")
    await service.end_one_click(tx, party_id=party_id, currency="CNY", actor=me.actor)
    assert await service.one_click(tx, party_id=party_id, currency="CNY", at=AT) is None


@pytest.mark.parametrize(
    ("per_payment", "per_day", "level"),
    [
        ("1000.01", "2000.00", 3),
        ("1000.00", "5000.01", 3),
        ("500.00", "600.00", 0),  # large there
        ("20.00", "10.00", 3),
        ("0.00", "10.00", 3),
    ],
)
def test_what_nobody_may_allow_themself(per_payment: str, per_day: str, level: int) -> None:
    with pytest.raises(rules.OneClickTooMuch):
        rules.check_one_click(cny(per_payment), cny(per_day), level=level)
    rules.check_one_click(cny("499.99"), cny("5000.00"), level=level)


def test_sums_of_two_currencies_are_refused() -> None:
    with pytest.raises(rules.OneClickTooMuch):
        rules.check_one_click(cny("1.00"), Money.parse("2.00", "USD"), level=3)
