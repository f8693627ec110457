"""Many who pay the same thing at the same moment: once is once, and no more than was asked."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

import pytest

from tests.support.collecting import (
    Shop,
    booked,
    cny,
    knows,
    new_shop,
    new_user,
    pay_code,
    paying,
    shown,
)
from tests.support.waiting import backend, until_somebody_waits_for
from tests.unit.core.conftest import AT
from tests.unit.core.payments.conftest import Holder, new_holder
from tongbao.core.identity import service as identity
from tongbao.core.payments import service as payments
from tongbao.infra.db import Database, WriteSession
from tongbao.kernel.errors import TongbaoError
from tongbao.products.collecting import service
from tongbao.products.collecting.domain import errors

SETTLED = "settled"
Work = Callable[[WriteSession], Awaitable[payments.Transfer | service.ChargeDeclined]]


async def outcome(database: Database, work: Work) -> str:
    """What became of one request: settled, or the code of what refused it."""
    try:
        async with database.write() as tx:
            done = await work(tx)
    except TongbaoError as refusal:
        return refusal.code
    if isinstance(done, TongbaoError):
        return done.code
    return SETTLED if done.refusal is None else done.refusal.code


async def at_once(database: Database, works: Sequence[Work]) -> Counter[str]:
    return Counter(await asyncio.gather(*(outcome(database, work) for work in works)))


async def a_shop_and_payers(
    database: Database, count: int, *, new: Callable[..., Awaitable[Holder]] = new_holder
) -> tuple[Shop, list[Holder]]:
    async with database.write() as tx:
        shop = await new_shop(tx)
        payers = [await new(tx, f"顾客{n}", money="5000.00") for n in range(count)]
        for payer in payers:
            await knows(tx, payer, shop)
    return shop, payers


async def test_a_shown_code_is_charged_once(database: Database) -> None:
    shop, (payer,) = await a_shop_and_payers(database, 1, new=new_user)
    async with database.write() as tx:
        other = await new_shop(tx, "对门")
        code = (await shown(tx, payer, await pay_code(tx, payer))).code

    def charged(till: Shop) -> Work:
        return lambda tx: till.charge(tx, code, "10.00")

    became = await at_once(database, [charged(shop), charged(other)] * 4)
    assert became == {SETTLED: 1, "collecting.pay_code_not_good": 7}
    async with database.read() as seen:
        assert await booked(seen, payer) == "4990.00"


async def test_the_second_till_waits_and_the_code_comes_back_if_the_first_gives_up(
    database: Database,
) -> None:
    shop, (payer,) = await a_shop_and_payers(database, 1, new=new_user)
    async with database.write() as tx:
        code = (await shown(tx, payer, await pay_code(tx, payer))).code

    class GaveUp(Exception):
        """The first till's transaction is rolled back."""

    async def second() -> str:
        return await outcome(database, lambda tx: shop.charge(tx, code, "7.00"))

    async def first() -> None:
        async with database.write() as tx:
            await shop.charge(tx, code, "5.00")
            waiting.append(asyncio.create_task(second()))
            await until_somebody_waits_for(database, await backend(tx))
            raise GaveUp

    waiting: list[asyncio.Task[str]] = []
    with pytest.raises(GaveUp):
        await first()
    assert await waiting[0] == SETTLED
    async with database.read() as seen:
        assert await booked(seen, payer) == "4993.00"


async def test_a_link_is_paid_as_often_as_it_may_be(database: Database) -> None:
    shop, payers = await a_shop_and_payers(database, 6)
    async with database.write() as tx:
        link = await shop.link(tx, payments_max=4)

    def paid(payer: Holder) -> Work:
        return lambda tx: service.pay_link(
            tx, token=link.token, amount=None, payer=paying(payer), at=AT
        )

    became = await at_once(database, [paid(payer) for payer in payers * 2])
    assert became == {SETTLED: 4, "collecting.link_ended": 8}
    async with database.read() as seen:
        ended = await service.get_link(seen, link.id)
        assert (ended.paid_count, ended.state) == (4, service.LinkState.COMPLETED)
        assert await booked(seen, shop.holder) == "40.00"


async def test_who_cannot_pay_takes_no_place(database: Database) -> None:
    shop, rich = await a_shop_and_payers(database, 2)
    async with database.write() as tx:
        poor = [await knows(tx, await new_holder(tx, "穷", money="9.99"), shop) for _ in range(3)]
        link = await shop.link(tx, payments_max=2)

    def paid(payer: Holder) -> Work:
        return lambda tx: service.pay_link(
            tx, token=link.token, amount=None, payer=paying(payer), at=AT
        )

    await at_once(database, [paid(payer) for payer in poor])
    became = await at_once(database, [paid(payer) for payer in rich])
    assert became == {SETTLED: 2}


async def test_of_a_request_no_more_is_paid_than_was_asked(database: Database) -> None:
    shop, (payer,) = await a_shop_and_payers(database, 1)
    async with database.write() as tx:
        request = await shop.ask(tx, payer, "100.00", in_parts=True)

    def paid(amount: str) -> Work:
        return lambda tx: service.pay_request(
            tx, request_id=request.id, amount=cny(amount), payer=paying(payer), at=AT
        )

    became = await at_once(database, [paid("30.00")] * 6)
    assert became == {SETTLED: 3, "collecting.more_than_asked": 3}
    became = await at_once(database, [paid("10.00")] * 3)
    assert became == {SETTLED: 1, "collecting.request_ended": 2}
    async with database.read() as seen:
        now_paid = await service.get_request(seen, request.id)
        assert (now_paid.state, now_paid.paid) == (service.RequestState.PAID, cny("100.00"))
        assert await booked(seen, shop.holder) == "100.00"


@pytest.mark.parametrize("answer", ["decline", "cancel"])
async def test_a_request_is_paid_or_ended_never_both(database: Database, answer: str) -> None:
    shop, (payer,) = await a_shop_and_payers(database, 1)
    async with database.write() as tx:
        request = await shop.ask(tx, payer)

    async def end(tx: WriteSession) -> object:
        if answer == "decline":
            return await service.decline_request(
                tx, request_id=request.id, reason=None, declined_by=payer.actor, at=AT
            )
        return await service.cancel_request(
            tx, request_id=request.id, cancelled_by=shop.holder.actor, at=AT
        )

    async with database.write() as first:
        await service.pay_request(
            first, request_id=request.id, amount=None, payer=paying(payer), at=AT
        )
        late = asyncio.create_task(_ended(database, end))
        await until_somebody_waits_for(database, await backend(first))
    assert await late == "collecting.request_ended"
    assert await _state(database, request.id) is service.RequestState.PAID


async def test_what_somebody_pays_at_this_moment_is_not_ended_by_time(database: Database) -> None:
    shop, (payer,) = await a_shop_and_payers(database, 1)
    async with database.write() as tx:
        request = await shop.ask(tx, payer)
        link = await shop.link(tx, payments_max=None)
    async with database.write() as first:
        await service.pay_request(
            first, request_id=request.id, amount=None, payer=paying(payer), at=AT
        )
        await service.pay_link(first, token=link.token, amount=None, payer=paying(payer), at=AT)
        async with database.write() as second:
            await service.expire_requests(second, at=request.expires_at)
            await service.expire_links(second, at=link.expires_at)
    assert await _state(database, request.id) is service.RequestState.PAID
    async with database.read() as seen:
        left = await service.get_link(seen, link.id)
        assert (left.state, left.paid_count) == (service.LinkState.OPEN, 1)


async def _ended(database: Database, end: Callable[[WriteSession], Awaitable[object]]) -> str:
    try:
        async with database.write() as tx:
            await end(tx)
    except errors.RequestEnded as refusal:
        return refusal.code
    return ""


async def _state(database: Database, request_id: UUID) -> service.RequestState:
    async with database.read() as seen:
        return (await service.get_request(seen, request_id)).state


async def test_one_payee_makes_requests_one_after_the_other(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tongbao.products.collecting.service.requests.OF_ONE_MAX", 2)
    shop, (payer,) = await a_shop_and_payers(database, 1)

    async def ask() -> str:
        try:
            async with database.write() as tx:
                await shop.ask(tx, payer)
        except errors.TooManyRequests as refusal:
            return refusal.code
        return "asked"

    became = Counter(await asyncio.gather(*(ask() for _ in range(6))))
    assert became == {"asked": 2, "collecting.too_many_requests": 4}


async def test_a_till_collects_once_under_a_reference(database: Database) -> None:
    shop, payers = await a_shop_and_payers(database, 3, new=new_user)
    async with database.write() as tx:
        codes = [(await shown(tx, payer, await pay_code(tx, payer))).code for payer in payers]

    def charged(code: str) -> Work:
        return lambda tx: shop.charge(tx, code, reference="A-1")

    became = await at_once(database, [charged(code) for code in codes])
    assert became == {SETTLED: 1, "collecting.reference_used": 2}
    async with database.read() as seen:
        assert await booked(seen, shop.holder) == "10.00"


async def test_codes_are_switched_on_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def confirmed(*_: object, **__: object) -> None:
        """As if both had been confirmed."""

    monkeypatch.setattr(identity, "spend_step_up", confirmed)
    _, (payer,) = await a_shop_and_payers(database, 1)

    async def enable() -> str:
        try:
            async with database.write() as tx:
                await service.enable_pay_code(
                    tx,
                    account_id=payer.account.id,
                    per_payment=cny("100.00"),
                    token=None,
                    enabled_by=payer.actor,
                    at=AT,
                )
        except errors.PayCodeClash as refusal:
            return refusal.code
        return "on"

    became = Counter(await asyncio.gather(*(enable() for _ in range(4))))
    assert became["on"] >= 1
    assert became.keys() <= {"on", "collecting.pay_code_clash"}
    async with database.read() as seen:
        assert len(await service.pay_codes(seen, of=payer.actor)) == 1
