"""Tills, their codes, and payment links on a real ledger."""

from datetime import timedelta
from typing import Any

import pytest

from tests.support.collecting import (
    LATER,
    Shop,
    booked,
    cny,
    knows,
    new_payer,
    new_shop,
    paying,
    told,
)
from tests.unit.core.conftest import AT
from tests.unit.core.payments.conftest import Holder, new_holder
from tongbao.core.accounts import service as accounts
from tongbao.core.identity import service as identity
from tongbao.core.payments import service as payments
from tongbao.infra.auth import Forbidden
from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.products.collecting import service
from tongbao.products.collecting.domain import errors
from tongbao.products.collecting.domain.tills import code_of

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def shop(tx: WriteSession) -> Shop:
    return await new_shop(tx)


@pytest.fixture
async def payer(tx: WriteSession, shop: Shop) -> Holder:
    return await knows(tx, await new_payer(tx), shop)


async def scan_and_pay(
    tx: WriteSession, payer: Holder, code: str, amount: str | None = None, **facts: Any
) -> payments.Transfer:
    wanted: dict[str, Any] = {"at": AT} | facts
    return await service.pay_code(
        tx,
        text=code,
        amount=None if amount is None else cny(amount),
        payer=paying(payer),
        **wanted,
    )


async def test_who_scans_a_tills_code_says_how_much(
    tx: WriteSession, shop: Shop, payer: Holder
) -> None:
    code = await service.till_code(tx, shop.till.id, visible_to=None)
    offer = await service.scan(tx, code, at=AT)
    assert (offer.till.name, offer.amount, offer.payee_name) == ("江南小铺", None, "江**铺")
    with pytest.raises(errors.AmountMissing):
        await scan_and_pay(tx, payer, code)
    paid = await scan_and_pay(tx, payer, code, "12.50")
    assert (await booked(tx, payer), await booked(tx, shop.holder)) == ("4987.50", "12.50")
    assert paid.remittance == "江南小铺"
    receipt = await service.receipt(tx, paid.id)
    assert receipt.collection.means is service.Means.TILL_CODE
    assert receipt.collection.till_id == shop.till.id
    assert receipt.payment.id == paid.id
    assert await told(tx, paid.id) == ["payments.payment_settled", "payment_collected"]


@pytest.mark.parametrize("amount", ["0.00", "-1.00"])
async def test_nothing_cannot_be_collected(
    tx: WriteSession, shop: Shop, payer: Holder, amount: str
) -> None:
    code = await service.till_code(tx, shop.till.id, visible_to=None)
    with pytest.raises(errors.AmountNotPositive):
        await scan_and_pay(tx, payer, code, amount)
    with pytest.raises(errors.AmountNotPositive):
        await shop.link(tx, amount=cny(amount))


async def test_a_hanging_code_takes_no_more_than_500_a_day_from_a_person(
    tx: WriteSession, shop: Shop, payer: Holder
) -> None:
    code = await service.till_code(tx, shop.till.id, visible_to=None)
    assert (await scan_and_pay(tx, payer, code, "499.99")).refusal is None
    refused = await scan_and_pay(tx, payer, code, "0.02")
    assert refused.refusal is not None
    assert refused.refusal.code == "limits.exceeded"
    assert refused.refusal.facts["rule_code"] == "qr_static_day"
    assert (await scan_and_pay(tx, payer, code, "0.01")).refusal is None
    _, sale = await shop.order(tx, "800.00")
    assert (await scan_and_pay(tx, payer, sale)).refusal is None


async def test_a_new_payee_is_confirmed_as_for_any_payment(tx: WriteSession, shop: Shop) -> None:
    stranger = await new_payer(tx)
    code = await service.till_code(tx, shop.till.id, visible_to=None)
    with pytest.raises(identity.StepUpRequired):
        await scan_and_pay(tx, stranger, code, "12.50")


async def test_a_sales_code_is_paid_once(tx: WriteSession, shop: Shop, payer: Holder) -> None:
    link, code = await shop.order(tx, "25.00", reference="A-1")
    offer = await service.scan(tx, code, at=AT)
    assert (offer.amount, offer.link and offer.link.title) == (cny("25.00"), "早餐")
    with pytest.raises(errors.AmountFixed):
        await scan_and_pay(tx, payer, code, "2.50")
    paid = await scan_and_pay(tx, payer, code)
    found = (await service.receipt(tx, paid.id)).collection
    assert (found.means, found.reference) == (service.Means.ORDER_CODE, "A-1")
    assert (found.till_id, found.link_id) == (shop.till.id, link.id)
    with pytest.raises(errors.LinkEnded):
        await scan_and_pay(tx, payer, code)
    assert await booked(tx, shop.holder) == "25.00"
    assert await told(tx, link.id) == ["link_ended"]


async def test_a_sales_code_is_over_after_a_quarter_of_an_hour(
    tx: WriteSession, shop: Shop, payer: Holder
) -> None:
    _, code = await shop.order(tx)
    with pytest.raises(errors.LinkEnded) as refused:
        await scan_and_pay(tx, payer, code, at=AT + 15 * MINUTE)
    assert refused.value.facts["state"] == "expired"
    paid = await scan_and_pay(tx, payer, code, at=AT + 15 * MINUTE - timedelta(microseconds=1))
    assert paid.refusal is None


async def test_a_sales_code_of_another_till_or_amount_is_refused(
    tx: WriteSession, shop: Shop, payer: Holder
) -> None:
    thief = await new_shop(tx, "李鬼小铺")
    link, _ = await shop.order(tx, "25.00")

    for forged in (
        code_of(thief.till, token=link.token, amount=cny("25.00")),
        code_of(shop.till, token=link.token, amount=cny("2.50")),
        code_of(shop.till, token="A" * 22, amount=cny("25.00")),
    ):
        with pytest.raises(errors.CodeAltered):
            await scan_and_pay(tx, payer, forged)


async def test_a_closed_till_takes_nothing(tx: WriteSession, shop: Shop, payer: Holder) -> None:
    code = await service.till_code(tx, shop.till.id, visible_to=None)
    _, sale = await shop.order(tx)
    by = shop.holder.actor
    closed = await service.close_till(tx, till_id=shop.till.id, closed_by=by, at=AT)
    again = await service.close_till(tx, till_id=shop.till.id, closed_by=by, at=LATER)
    assert closed.closed_at == again.closed_at == AT
    for each in (code, sale):
        with pytest.raises(errors.TillClosed):
            await scan_and_pay(tx, payer, each, "1.00")
    with pytest.raises(errors.TillClosed):
        await shop.order(tx)
    with pytest.raises(errors.TillClosed):
        await service.till_code(tx, shop.till.id, visible_to=None)


async def test_tills_and_links_are_somebodys(tx: WriteSession, shop: Shop, payer: Holder) -> None:
    theirs, link = payer.actor, await shop.link(tx)
    with pytest.raises(errors.UnknownTill):
        await service.close_till(tx, till_id=shop.till.id, closed_by=theirs, at=AT)
    with pytest.raises(errors.UnknownTill):
        await service.get_till(tx, shop.till.id, visible_to=theirs.party_ids)
    with pytest.raises(errors.UnknownLink):
        await service.cancel_link(tx, link_id=link.id, cancelled_by=theirs, at=AT)
    with pytest.raises(errors.UnknownLink):
        await service.get_link(tx, link.id, visible_to=theirs.party_ids)
    with pytest.raises(accounts.UnknownAccount):
        await service.create_link(
            tx,
            service.NewLink(account_id=shop.holder.account.id, title="别人的", expires_at=LATER),
            created_by=theirs,
            at=AT,
        )
    viewer = type(theirs)(
        id=new_id(), kind="customer", name="查看", party_ids=shop.holder.actor.party_ids
    )
    with pytest.raises(Forbidden):
        await service.close_till(tx, till_id=shop.till.id, closed_by=viewer, at=AT)


async def pay_link(
    tx: WriteSession, payer: Holder, link: service.Link, amount: str | None = None, **more: Any
) -> payments.Transfer:
    wanted: dict[str, Any] = {"at": AT} | more
    return await service.pay_link(
        tx,
        token=link.token,
        amount=None if amount is None else cny(amount),
        payer=paying(payer),
        **wanted,
    )


async def test_a_link_is_paid_as_often_as_it_may_be(
    tx: WriteSession, shop: Shop, payer: Holder
) -> None:
    link = await shop.link(tx, payments_max=2)
    for count in (1, 2):
        assert (await pay_link(tx, payer, link)).refusal is None
        assert (await service.get_link(tx, link.id)).paid_count == count
    with pytest.raises(errors.LinkEnded):
        await pay_link(tx, payer, link)
    ended = await service.get_link(tx, link.id)
    assert (ended.state, ended.ended_at) == (service.LinkState.COMPLETED, AT)
    page = await service.pay_page(tx, link.token, at=AT)
    assert (page.state, page.payee_name) == (service.LinkState.COMPLETED, "江**铺")


async def test_a_payment_that_is_rejected_does_not_count(tx: WriteSession, shop: Shop) -> None:
    poor = await knows(tx, await new_payer(tx, money="9.99"), shop)
    link = await shop.link(tx)
    refused = await pay_link(tx, poor, link)
    assert refused.refusal is not None
    assert refused.refusal.code == "ledger.insufficient_funds"
    left = await service.get_link(tx, link.id)
    assert (left.paid_count, left.state) == (0, service.LinkState.OPEN)
    with pytest.raises(errors.UnknownCollection):
        await service.receipt(tx, refused.id)


async def test_an_open_amount_is_the_payers(tx: WriteSession, shop: Shop, payer: Holder) -> None:
    link = await shop.link(tx, amount=None, payments_max=None)
    with pytest.raises(errors.AmountMissing):
        await pay_link(tx, payer, link)
    with pytest.raises(errors.CurrencyNotAllowed):
        await service.pay_link(
            tx, token=link.token, amount=Money(100, "USD"), payer=paying(payer), at=AT
        )
    for amount in ("1.00", "2.00"):
        await pay_link(tx, payer, link, amount)
    assert await booked(tx, shop.holder) == "3.00"
    assert (await service.get_link(tx, link.id)).state is service.LinkState.OPEN


async def test_a_link_ends_by_time_or_by_its_maker(
    tx: WriteSession, shop: Shop, payer: Holder
) -> None:
    link = await shop.link(tx)
    with pytest.raises(errors.LinkEnded):
        await pay_link(tx, payer, link, at=LATER)
    by = shop.holder.actor
    cancelled = await service.cancel_link(tx, link_id=link.id, cancelled_by=by, at=AT)
    assert cancelled.state is service.LinkState.CANCELLED
    with pytest.raises(errors.LinkEnded) as refused:
        await pay_link(tx, payer, link)
    assert "taken back" in refused.value.say("en")
    with pytest.raises(errors.LinkEnded):
        await service.cancel_link(tx, link_id=link.id, cancelled_by=by, at=AT)
    assert await told(tx, link.id) == ["link_ended"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"expires_at": AT + timedelta(seconds=59)},
        {"expires_at": AT + timedelta(days=367)},
        {"title": "看\u202e不见"},
        {"title": "  "},
        {"amount": Money(100, "USD")},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
async def test_a_link_must_make_sense(tx: WriteSession, shop: Shop, wrong: dict[str, Any]) -> None:
    refusals = errors.TimeOutOfRange, errors.TextMalformed, errors.CurrencyNotAllowed
    with pytest.raises(refusals):
        await shop.link(tx, **wrong)


async def test_a_tills_words_must_fit_a_code(tx: WriteSession) -> None:
    holder = await new_holder(tx, "小铺")
    usual: dict[str, Any] = {
        "account_id": holder.account.id,
        "name": "小铺",
        "latin_name": "SHOP",
        "latin_city": "HANGZHOU",
        "category_code": "5411",
        "opened_by": holder.actor,
        "at": AT,
    }
    for wrong in (
        {"latin_name": "小铺"},
        {"latin_name": "A\nB"},
        {"latin_city": "A" * 16},
        {"name": "\u200b"},
    ):
        with pytest.raises(errors.TextMalformed):
            await service.open_till(tx, **(usual | wrong))


async def test_lists_are_of_ones_own_and_in_pages(
    tx: WriteSession, shop: Shop, payer: Holder
) -> None:
    links = [await shop.link(tx, payments_max=None) for _ in range(3)]
    mine = shop.holder.actor.party_ids
    first = await service.list_links(tx, among=mine, limit=2)
    rest = await service.list_links(tx, among=mine, after=first.next, limit=2)
    assert [each.id for each in (*first.items, *rest.items)] == [each.id for each in links][::-1]
    assert rest.next is None
    assert (await service.list_links(tx, among=payer.actor.party_ids)).items == []
    assert [each.id for each in (await service.list_tills(tx, among=mine)).items] == [shop.till.id]
    paid = [await pay_link(tx, payer, each) for each in links]
    wanted = service.Filter(link_id=links[1].id)
    (found,) = (await service.list_collections(tx, among=mine, wanted=wanted)).items
    assert found.payment_id == paid[1].id
    everything = await service.list_collections(
        tx, among=mine, wanted=service.Filter(till_id=None), limit=2
    )
    assert len(everything.items) == 2
    others = await service.list_collections(
        tx, among=payer.actor.party_ids, wanted=service.Filter()
    )
    assert others.items == []
    for party in (shop.holder, payer):
        seen = await service.receipt(tx, paid[0].id, visible_to=party.actor.party_ids)
        assert seen.collection.title == "年会份子"
    with pytest.raises(errors.UnknownCollection):
        await service.receipt(tx, paid[0].id, visible_to=frozenset({new_id()}))
