"""Requests to pay: asked, paid in part and in full, refused, taken back, over."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

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
from tongbao.core.parties import service as parties
from tongbao.core.payments import service as payments
from tongbao.infra.db import Database, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.products.collecting import service
from tongbao.products.collecting.domain import errors
from tongbao.products.collecting.models import LinkRow, RequestRow

HOUR = timedelta(hours=1)


@pytest.fixture
async def shop(tx: WriteSession) -> Shop:
    return await new_shop(tx)


@pytest.fixture
async def payer(tx: WriteSession, shop: Shop) -> Holder:
    return await knows(tx, await new_payer(tx), shop)


async def pay(
    tx: WriteSession, payer: Holder, request_id: UUID, amount: str | None = None, **more: Any
) -> payments.Transfer:
    wanted: dict[str, Any] = {"at": AT} | more
    return await service.pay_request(
        tx,
        request_id=request_id,
        amount=None if amount is None else cny(amount),
        payer=paying(payer),
        **wanted,
    )


async def test_a_request_is_paid_in_full(tx: WriteSession, shop: Shop, payer: Holder) -> None:
    request = await shop.ask(tx, payer, reference="A-1")
    assert request.payee_name == "江南小铺"
    with pytest.raises(errors.PartNotAllowed):
        await pay(tx, payer, request.id, "99.99")
    with pytest.raises(errors.MoreThanAsked):
        await pay(tx, payer, request.id, "100.01")
    paid = await pay(tx, payer, request.id)
    now_paid = await service.get_request(tx, request.id)
    assert (now_paid.state, now_paid.remaining) == (service.RequestState.PAID, cny("0.00"))
    assert await booked(tx, shop.holder) == "100.00"
    found = (await service.receipt(tx, paid.id)).collection
    assert (found.means, found.request_id, found.reference) == (
        service.Means.REQUEST,
        request.id,
        "A-1",
    )
    with pytest.raises(errors.RequestEnded):
        await pay(tx, payer, request.id)
    assert await told(tx, request.id) == ["request_received", "request_paid"]


async def test_a_request_is_paid_in_parts_and_the_rest_refused(
    tx: WriteSession, shop: Shop, payer: Holder
) -> None:
    request = await shop.ask(tx, payer, in_parts=True)
    await pay(tx, payer, request.id, "30.00")
    with pytest.raises(errors.MoreThanAsked):
        await pay(tx, payer, request.id, "70.01")
    await pay(tx, payer, request.id, "30.00")
    part = await service.get_request(tx, request.id)
    assert (part.state, part.paid, part.remaining) == ("open", cny("60.00"), cny("40.00"))
    declined = await service.decline_request(
        tx, request_id=request.id, reason=" 余下另付 ", declined_by=payer.actor, at=AT
    )
    assert (declined.state, declined.decline_reason) == ("declined", "余下另付")
    with pytest.raises(errors.RequestEnded):
        await pay(tx, payer, request.id, "1.00")
    assert await booked(tx, shop.holder) == "60.00"
    wanted = service.Filter(request_id=request.id)
    page = await service.list_collections(tx, among=shop.holder.actor.party_ids, wanted=wanted)
    assert [each.amount for each in page.items] == [cny("30.00")] * 2


async def test_parts_may_add_up_to_all_of_it(tx: WriteSession, shop: Shop, payer: Holder) -> None:
    request = await shop.ask(tx, payer, in_parts=True)
    await pay(tx, payer, request.id, "99.99")
    await pay(tx, payer, request.id)
    assert (await service.get_request(tx, request.id)).state is service.RequestState.PAID


async def test_a_payment_that_is_rejected_changes_nothing(tx: WriteSession, shop: Shop) -> None:
    poor = await knows(tx, await new_payer(tx, money="99.99"), shop)
    request = await shop.ask(tx, poor)
    paid = await pay(tx, poor, request.id)
    assert paid.refusal is not None
    assert paid.refusal.code == "ledger.insufficient_funds"
    assert await service.get_request(tx, request.id) == request


async def test_only_whoever_is_asked_answers(tx: WriteSession, shop: Shop, payer: Holder) -> None:
    request = await shop.ask(tx, payer)
    stranger = await knows(tx, await new_payer(tx, "王芳"), shop)
    with pytest.raises(errors.UnknownRequest):
        await pay(tx, stranger, request.id)
    with pytest.raises(errors.UnknownRequest):
        await service.decline_request(
            tx, request_id=request.id, reason=None, declined_by=stranger.actor, at=AT
        )
    with pytest.raises(errors.UnknownRequest):
        await service.get_request(tx, request.id, visible_to=stranger.actor.party_ids)
    with pytest.raises(errors.OtherSide):
        await service.cancel_request(tx, request_id=request.id, cancelled_by=payer.actor, at=AT)
    with pytest.raises(errors.OtherSide):
        await pay(tx, shop.holder, request.id)
    with pytest.raises(errors.UnknownRequest):
        await service.cancel_request(tx, request_id=request.id, cancelled_by=stranger.actor, at=AT)
    with pytest.raises(accounts.UnknownAccount):
        await service.pay_request(
            tx,
            request_id=request.id,
            amount=None,
            payer=service.Payer(actor=payer.actor, account_id=stranger.account.id),
            at=AT,
        )
    with pytest.raises(errors.UnknownRequest):
        await pay(tx, payer, new_id())


async def test_whoever_asked_takes_it_back(tx: WriteSession, shop: Shop, payer: Holder) -> None:
    request = await shop.ask(tx, payer)
    cancelled = await service.cancel_request(
        tx, request_id=request.id, cancelled_by=shop.holder.actor, at=AT
    )
    assert cancelled.state is service.RequestState.CANCELLED
    with pytest.raises(errors.RequestEnded) as refused:
        await pay(tx, payer, request.id)
    assert "taken back" in refused.value.say("en")
    assert await told(tx, request.id) == ["request_received", "request_cancelled"]


async def test_nobody_is_found_by_half_of_what_is_known(
    tx: WriteSession, shop: Shop, payer: Holder
) -> None:
    for debtor in (
        service.Debtor(name="别人", account_number=payer.account.number),
        service.Debtor(name=payer.name, account_number="9900010000000000000"),
        service.Debtor(name=payer.name, phone="13800138000"),
    ):
        with pytest.raises(errors.DebtorNotFound) as refused:
            await shop.ask(tx, payer, debtor=debtor)
        assert refused.value.facts == {}
    with pytest.raises(parties.PhoneMalformed):
        await shop.ask(tx, payer, debtor=service.Debtor(name="李娜", phone="12"))
    with pytest.raises(errors.OwnRequest):
        await shop.ask(tx, shop.holder)


async def test_somebody_is_found_by_a_phone_they_have_shown_to_be_theirs(
    tx: WriteSession, shop: Shop, payer: Holder
) -> None:
    phone = f"139{new_id().int % 10**8:08d}"
    point = await parties.add_contact(
        tx, party_id=payer.account.party_id, kind=parties.ContactKind.PHONE, value=phone, at=AT
    )
    by_phone = service.Debtor(name=payer.name, phone=phone)
    with pytest.raises(errors.DebtorNotFound):
        await shop.ask(tx, payer, debtor=by_phone)
    await parties.verify_contact(tx, party_id=payer.account.party_id, contact_id=point.id, at=AT)
    request = await shop.ask(tx, payer, debtor=by_phone)
    assert request.debtor_party_id == payer.account.party_id
    with pytest.raises(errors.DebtorNotFound):
        await shop.ask(tx, payer, debtor=service.Debtor(name="王芳", phone=phone))


async def test_nobody_is_swamped(
    tx: WriteSession, shop: Shop, payer: Holder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tongbao.products.collecting.service.requests.OF_ONE_MAX", 2)
    first = await shop.ask(tx, payer)
    await shop.ask(tx, payer, expires_at=AT + HOUR)
    with pytest.raises(errors.TooManyRequests):
        await shop.ask(tx, payer)
    other = await new_payer(tx, "王芳")
    await shop.ask(tx, other)
    await pay(tx, payer, first.id)
    await shop.ask(tx, payer)
    monkeypatch.setattr("tongbao.products.collecting.service.requests.OF_ALL_MAX", 3)
    with pytest.raises(errors.TooManyRequests):
        await shop.ask(tx, other)


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": cny("0.00")},
        {"amount": Money(1, "USD")},
        {"title": "\u2066"},
        {"expires_at": AT},
        {"expires_at": AT + timedelta(days=400)},
    ],
    ids=["nothing", "currency", "title", "over", "far"],
)
async def test_a_request_must_make_sense(
    tx: WriteSession, shop: Shop, payer: Holder, wrong: dict[str, Any]
) -> None:
    refusals = (
        errors.AmountNotPositive,
        errors.CurrencyNotAllowed,
        errors.TextMalformed,
        errors.TimeOutOfRange,
    )
    with pytest.raises(refusals):
        await shop.ask(tx, payer, **wrong)


async def test_time_ends_and_reminds_once(database: Database) -> None:
    async with database.write() as tx:
        shop, payer = await new_shop(tx), await new_payer(tx)
        await knows(tx, payer, shop)
        request = await shop.ask(tx, payer, in_parts=True)
        brief = await shop.ask(tx, payer, expires_at=AT + HOUR)
        link = await shop.link(tx, payments_max=None)
    due = LATER - 24 * HOUR

    async def pass_time(at: datetime) -> None:
        for step in (service.remind_payers, service.expire_links, service.expire_requests):
            async with database.write() as tx:
                while await step(tx, at=at):
                    pass

    await pass_time(due - timedelta(microseconds=1))
    for _ in range(2):
        await pass_time(due)
    async with database.write() as tx:
        assert await told(tx, request.id) == ["request_received", "request_falls_due"]
        assert await told(tx, brief.id) == ["request_received", "request_expired"]
        await pay(tx, payer, request.id, "30.00", at=due)
        with pytest.raises(errors.RequestEnded) as refused:
            await pay(tx, payer, request.id, "1.00", at=LATER)
        assert refused.value.facts["state"] == "expired"
    for _ in range(2):
        await pass_time(LATER)
    async with database.read() as seen:
        row, of_link = await seen.get(RequestRow, request.id), await seen.get(LinkRow, link.id)
        assert row is not None
        assert of_link is not None
        assert (row.state, row.paid_minor, row.ended_at) == ("expired", 3_000, LATER)
        assert (of_link.state, of_link.ended_at) == ("expired", LATER)
        assert (await told(seen, request.id))[-1] == "request_expired"
        assert await told(seen, link.id) == ["link_ended"]


async def test_both_sides_read_it_and_nobody_else(
    tx: WriteSession, shop: Shop, payer: Holder
) -> None:
    request = await shop.ask(tx, payer)
    payee, debtor = shop.holder.actor.party_ids, payer.actor.party_ids
    expected: tuple[tuple[frozenset[UUID], service.Side | None, bool], ...] = (
        (payee, "payee", True),
        (payee, "payer", False),
        (debtor, "payer", True),
        (debtor, "payee", False),
        (debtor, None, True),
        (payee, None, True),
        (frozenset({new_id()}), None, False),
    )
    for among, side, seen in expected:
        page = await service.list_requests(tx, side=side, among=among)
        assert [each.id for each in page.items] == ([request.id] if seen else []), side
    holder = await new_holder(tx, "别人")
    with pytest.raises(errors.UnknownRequest):
        await service.get_request(tx, request.id, visible_to=holder.actor.party_ids)
