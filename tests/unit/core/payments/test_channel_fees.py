"""Fees of payments over channels: held with the payment, earned when it is made, else released."""

from collections.abc import Sequence

import pytest

from tests.support.memory_channel import Clock, MemoryChannel, outside
from tests.unit.core.payments.outgoing import attempts, drive, money, sender, sent
from tests.unit.core.payments.test_cards import holder_of, top_up, verified
from tests.unit.core.payments.test_orders_receiving import coming_back, take
from tongbao.core.accounts import service as accounts
from tongbao.core.payments import service
from tongbao.core.payments.domain.fees import FeeBand, FeeKind, FeeRule
from tongbao.core.payments.service.receipts.paper import _facts
from tongbao.infra.db import Database
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money, Rate
from tongbao.kernel.text import Text

CHEAP, DEAR = "toll-one", "toll-two"
"""Channels that no other test has: what they cost nobody else pays."""


def cny(text: str) -> Money:
    return Money.parse(text, "CNY")


async def charge(database: Database, clock: Clock) -> None:
    """Let a payment out cost 1.06 by the one channel and 2.12 by the other, a top-up 0.53."""
    prices = (
        (FeeKind.CREDIT_TRANSFER, CHEAP, "1.06"),
        (FeeKind.CREDIT_TRANSFER, DEAR, "2.12"),
        (FeeKind.TOP_UP, CHEAP, "0.53"),
    )
    async with database.write() as tx:
        for kind, channel, flat in prices:
            band = FeeBand(cny("0.00"), cny(flat), Rate.zero())
            title = Text(zh="跨行手续费", en="Credit transfer fee")
            rule = FeeRule(kind, "CNY", channel, party_kind=None, title=title, bands=(band,))
            await service.set_fee(tx, rule, set_by=new_id(), at=clock())


@pytest.mark.parametrize(
    ("plans", "stands", "left", "fee"),
    [
        (["done"], "settled", "58.94", 106),
        (["refused"], "rejected", "100.00", 0),
        # The second channel is dearer; what was quoted stays.
        (["elsewhere"], "settled", "58.94", 106),
    ],
)
async def test_a_payment_costs_its_fee_if_it_is_made_and_nothing_else(
    database: Database, plans: Sequence[str], stands: str, left: str, fee: int
) -> None:
    clock, first, second = Clock(), MemoryChannel(CHEAP), MemoryChannel(DEAR)
    await charge(database, clock)
    holder = await sender(database)
    clock.on(hours=1)
    with outside(clock, first, second):
        first.plan(*plans)
        order = await sent(database, holder, clock)
        assert order.fee_minor == 106
        assert await money(database, holder) == ("100.00", "58.94")
        assert await drive(database, order.id, clock, steps=2) == stands
    assert await money(database, holder) == (left, left)
    async with database.read() as tx:
        told = await service.get(tx, order.id)
        page = await accounts.entries(tx, holder.account, limit=10)
    assert told.fee_minor == fee
    shown = [(each.type, each.amount.text) for each in page.items][:-1]  # but what was paid in
    assert shown == (
        [
            ("payments.credit_transfer.fee", "0.06"),
            ("payments.credit_transfer.fee", "1.00"),
            ("payments.credit_transfer", "40.00"),
        ]
        if fee
        else []
    )


async def test_what_is_cancelled_is_free_and_what_comes_back_is_not(database: Database) -> None:
    clock, bank = Clock(), MemoryChannel(CHEAP)
    await charge(database, clock)
    holder = await sender(database)
    clock.on(hours=1)
    with outside(clock, bank):
        order = await sent(database, holder, clock)
        async with database.write() as tx:
            cancelled = await service.cancel(tx, order.id, cancelled_by=holder.actor, at=clock())
        assert cancelled.fee_minor == 0
        assert await money(database, holder) == ("100.00", "100.00")
        other = await sent(database, holder, clock)
        assert await drive(database, other.id, clock) == "settled"
        (made,) = await attempts(database, other.id)
        await take(database, bank, coming_back(made.reference), clock)
    assert await money(database, holder) == ("98.94", "98.94")


async def test_a_top_ups_fee_is_taken_from_what_arrives(database: Database) -> None:
    holder, clock, net = await holder_of(database, None), Clock(), MemoryChannel(CHEAP)
    await charge(database, clock)
    clock.on(hours=1)
    with outside(clock, net):
        card = await verified(database, holder, clock)
        order = await top_up(database, holder, card, clock)
        assert await drive(database, order.id, clock) == "settled"
        assert net.done()[-1].amount == cny("30.00")
        small = await top_up(database, holder, card, clock, "0.53")
    assert small.refusal is not None
    assert small.refusal.code == "payments.fee_above_amount"
    assert await money(database, holder) == ("29.47", "29.47")
    async with database.read() as tx:
        facts = {name.zh: value for name, value in _facts(await service.get(tx, order.id))}
    assert (facts["手续费"], facts["到账金额"]) == ("CNY 0.53", "CNY 29.47")
