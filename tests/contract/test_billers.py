"""The gateway to billers against the sandbox's, over real HTTP, with every fault it has."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest
import pytest_asyncio

from tests.support.programs import free_port
from tongbao.kernel.clock import now
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.products.bills.domain.answers import (
    Answer,
    BillersUnavailable,
    BillerUntrustworthy,
    OpenBill,
    Told,
    UnknownCustomer,
)
from tongbao.products.bills.domain.billers import BillCategory
from tongbao.products.bills.gateways.billers import BillersGateway, Patience
from tongbao_sandbox import firms
from tongbao_sandbox.billers import SECRET_DEFAULT
from tongbao_sandbox.main import create_app
from tongbao_sandbox.server import running

NUMBER = "3301000018"
PATIENCE = Patience(connect_seconds_max=1.0, read_seconds_max=0.5, total_seconds_max=3.0)
FAULTS = "/sandbox/service-faults/billers"


@dataclass(frozen=True)
class World:
    """The sandbox, and the gateway to it."""

    url: str
    http: httpx2.AsyncClient

    def gateway(self, secret: str = SECRET_DEFAULT, **facts: Any) -> BillersGateway:
        given = {"base_url": f"{self.url}/billers", "clock": now, "patience": PATIENCE, **facts}
        return BillersGateway(secret=secret, **given)

    async def misbehave(self, kind: str, **facts: object) -> None:
        answer = await self.http.put(FAULTS, json={"kind": kind, "times": 1, **facts})
        answer.raise_for_status()

    async def owe(self, period: str) -> OpenBill:
        """Have the customer owe something that no other test pays."""
        new = {"customer_number": NUMBER, "period": period, "amount": "64.20"}
        answer = await self.http.post(
            "/sandbox/billers/hz-power/bills", json={**new, "due_on": "2026-01-25"}
        )
        reference = answer.raise_for_status().json()["reference"]
        found = await self.gateway().bills("hz-power", NUMBER)
        (owed,) = [each for each in found.bills if each.reference == reference]
        return owed

    async def taken(self, payment_id: UUID) -> int:
        """Return how often a payment was taken, in truth."""
        paid = (await self.http.get("/sandbox/billers/payments")).json()
        return sum(each["payment_id"] == str(payment_id) for each in paid)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running(create_app(book=firms.load(count=3))) as address:
        yield address


@pytest_asyncio.fixture
async def world(url: str) -> AsyncIterator[World]:
    async with httpx2.AsyncClient(base_url=url, timeout=5) as http:
        yield World(url, http)
        await http.delete(FAULTS)


async def tell(world: World, owed: OpenBill, payment_id: UUID) -> Answer:
    return await world.gateway().tell(payment_id, reference=owed.reference, amount=owed.amount)


async def inquire(world: World, owed: OpenBill, payment_id: UUID) -> Answer:
    return await world.gateway().inquire(payment_id, reference=owed.reference, amount=owed.amount)


async def test_the_directory_has_every_category_and_the_rules_for_numbers(world: World) -> None:
    found = {each.code: each for each in await world.gateway().billers()}
    assert {each.category for each in found.values()} == set(BillCategory)
    power = found["hz-power"]
    assert (power.name.zh, power.name.en) == ("杭州供电公司", "Hangzhou Power")
    assert (power.region, power.region_name.en) == ("330100", "Hangzhou")
    assert (power.number_label.en, power.number_digits) == ("Account number", 10)


async def test_a_bill_is_found_told_and_found_no_more(world: World) -> None:
    owed, payment_id = await world.owe("told"), new_id()
    assert owed.amount == Money.parse("64.20", "CNY")
    assert (await inquire(world, owed, payment_id)).told is Told.NEVER_CAME
    told = await tell(world, owed, payment_id)
    assert told.told is Told.TAKEN
    assert await tell(world, owed, payment_id) == told
    assert await inquire(world, owed, payment_id) == told
    assert await world.taken(payment_id) == 1
    left = await world.gateway().bills("hz-power", NUMBER)
    assert owed.reference not in {each.reference for each in left.bills}


@pytest.mark.parametrize(
    ("kind", "took"),
    [("down", 0), ("drop_before", 0), ("error", 1), ("silent", 1), ("cut_off", 1), ("garbage", 1),
     ("malformed", 1), ("flood", 1), ("other_subject", 1), ("redirect", 1),
     ("wrong_signature", 1)],
)  # fmt: skip
async def test_whatever_is_answered_nothing_is_believed_that_is_not_certain(
    world: World, kind: str, took: int
) -> None:
    owed, payment_id = await world.owe(f"f-{kind}"), new_id()
    await world.misbehave(kind, seconds=1.0)
    assert (await tell(world, owed, payment_id)).told is Told.UNKNOWN
    assert await world.taken(payment_id) == took
    known = await inquire(world, owed, payment_id)
    assert known.told is (Told.TAKEN if took else Told.NEVER_CAME)
    assert (await tell(world, owed, payment_id)).told is Told.TAKEN
    assert await world.taken(payment_id) == 1


async def test_a_request_that_comes_twice_pays_once(world: World) -> None:
    owed, payment_id = await world.owe("doubled"), new_id()
    await world.misbehave("doubled")
    assert (await tell(world, owed, payment_id)).told is Told.TAKEN
    assert await world.taken(payment_id) == 1


async def test_a_refusal_is_one_only_if_it_is_the_billers_word(world: World) -> None:
    owed = await world.owe("refused")
    other = await world.gateway().tell(new_id(), reference="f" * 24, amount=owed.amount)
    assert other == Answer(Told.REFUSED, code="billers.unknown_bill")
    wrong = Money(owed.amount.minor + 1, "CNY")
    answer = await world.gateway().tell(new_id(), reference=owed.reference, amount=wrong)
    assert answer == Answer(Told.REFUSED, code="billers.amount_differs")
    await tell(world, owed, new_id())
    answer = await tell(world, owed, new_id())
    assert answer == Answer(Told.REFUSED, code="billers.already_paid")
    stranger = world.gateway("another secret")
    unsigned = await stranger.tell(new_id(), reference="f" * 24, amount=owed.amount)
    assert unsigned.told is Told.UNKNOWN


async def test_nobody_there_means_that_nothing_was_sent(world: World) -> None:
    nobody = world.gateway(base_url=f"http://127.0.0.1:{free_port()}/billers")
    amount = Money.parse("1.00", "CNY")
    answer = await nobody.tell(new_id(), reference="f" * 24, amount=amount)
    assert answer.told is Told.NOT_SENT
    answer = await nobody.inquire(new_id(), reference="f" * 24, amount=amount)
    assert answer.told is Told.UNKNOWN
    with pytest.raises(BillersUnavailable):
        await nobody.billers()


async def test_a_number_that_is_nobodys(world: World) -> None:
    with pytest.raises(UnknownCustomer):
        await world.gateway().bills("hz-power", "3301000100")


@pytest.mark.parametrize(
    ("kind", "error"),
    [("down", BillersUnavailable), ("error", BillersUnavailable), ("cut_off", BillersUnavailable),
     ("silent", BillersUnavailable), ("redirect", BillersUnavailable),
     ("flood", BillersUnavailable), ("garbage", BillerUntrustworthy),
     ("malformed", BillerUntrustworthy), ("other_subject", BillerUntrustworthy),
     ("wrong_signature", BillerUntrustworthy)],
)  # fmt: skip
async def test_bills_are_believed_only_if_they_are_this_customers(
    world: World, kind: str, error: type[TongbaoError]
) -> None:
    await world.misbehave(kind, seconds=1.0)
    with pytest.raises(error):
        await world.gateway().bills("hz-power", NUMBER)
    assert (await world.gateway().bills("hz-power", NUMBER)).customer_name


async def test_an_old_request_is_refused_by_the_biller(world: World) -> None:
    late = world.gateway(clock=lambda: now() - timedelta(minutes=6))
    with pytest.raises(BillersUnavailable):
        await late.bills("hz-power", NUMBER)
