"""Linked cards: verified by a small amount, paid in from and out to."""

from datetime import timedelta
from itertools import count
from uuid import UUID

import pytest
from sqlalchemy import select, text

from tests.support.memory_channel import Clock, MemoryChannel, outside
from tests.unit.core.payments.conftest import Holder, new_holder
from tests.unit.core.payments.outgoing import drive, events, money, path
from tongbao.core.identity import service as identity
from tongbao.core.payments import service
from tongbao.core.payments.domain import cards
from tongbao.core.payments.models import CardRow, PaymentOrderRow
from tongbao.infra.db import Database
from tongbao.kernel.money import Money
from tongbao_sandbox.channels.card import is_card

_numbers = count(10**11)


def cny(amount: str) -> Money:
    return Money.parse(amount, "CNY")


def card_number() -> str:
    """Return a number that no other test links."""
    begin = f"622202{next(_numbers):012d}"
    return next(f"{begin}{last}" for last in range(10) if is_card(f"{begin}{last}"))


async def holder_of(database: Database, amount: str | None = "100.00") -> Holder:
    async with database.write() as tx:
        return await new_holder(tx, "陈晓明", money=amount)


async def link(database: Database, holder: Holder, clock: Clock, number: str = "") -> cards.Card:
    async with database.write() as tx:
        return await service.link_card(
            tx,
            party_id=holder.account.party_id,
            number=number or card_number(),
            linked_by=holder.actor,
            at=clock(),
        )


async def micro_order(database: Database, card: cards.Card) -> tuple[UUID, Money]:
    """Return the order that pays a card its small amount, and how much."""
    async with database.read() as tx:
        row = (
            await tx.scalars(
                select(PaymentOrderRow).where(
                    PaymentOrderRow.card_id == card.id, PaymentOrderRow.kind == "verification"
                )
            )
        ).one()
    return row.id, Money(row.amount_minor, "CNY")


async def tell(
    database: Database, holder: Holder, card: cards.Card, amount: Money, clock: Clock
) -> tuple[cards.Card, cards.MicroAmountWrong | None]:
    async with database.write() as tx:
        return await service.verify_card(
            tx, card.id, amount=amount, verified_by=holder.actor, at=clock()
        )


async def verified(database: Database, holder: Holder, clock: Clock) -> cards.Card:
    card = await link(database, holder, clock)
    order_id, amount = await micro_order(database, card)
    assert await drive(database, order_id, clock) == "settled"
    card, refusal = await tell(database, holder, card, amount, clock)
    assert refusal is None
    return card


async def test_a_card_is_verified_by_the_amount_that_was_paid_to_it(database: Database) -> None:
    holder, clock, net = await holder_of(database), Clock(), MemoryChannel("net")
    number = card_number()
    with outside(clock, net):
        card = await link(database, holder, clock, number)
        assert (card.status, card.shown) == ("unverified", f"622202*********{number[-4:]}")
        order_id, amount = await micro_order(database, card)
        assert cny("0.01") <= amount <= cny("0.99")
        with pytest.raises(cards.NothingToVerify):
            await tell(database, holder, card, amount, clock)
        await drive(database, order_id, clock)
        (told,) = net.done()
        assert told.counterparty is not None
        assert told.counterparty.account_number == number
        card, refusal = await tell(database, holder, card, amount, clock)
        assert (card.status, refusal) == ("verified", None)
        with pytest.raises(cards.NothingToVerify):
            await tell(database, holder, card, amount, clock)
    assert await money(database, holder) == ("100.00", "100.00")
    assert await events(database, order_id) == ["payments.payment_sent"]
    async with database.read() as tx:
        with pytest.raises(service.UnknownPayment):
            await service.get(tx, order_id, visible_to=holder.actor.party_ids)


async def test_three_wrong_amounts_unlink_it(database: Database) -> None:
    holder, clock, net = await holder_of(database), Clock(), MemoryChannel("net")
    with outside(clock, net):
        card = await link(database, holder, clock)
        order_id, amount = await micro_order(database, card)
        await drive(database, order_id, clock)
        for left in (2, 1, 0):
            card, refusal = await tell(database, holder, card, amount + cny("0.01"), clock)
            assert refusal is not None
            assert card.tries_left == left
        with pytest.raises(cards.UnknownCard):
            await tell(database, holder, card, amount, clock)
    async with database.read() as tx:
        assert await service.cards_of(tx, holder.account.party_id) == []


async def test_its_number_is_sealed_and_found_again(database: Database) -> None:
    holder, clock = await holder_of(database), Clock()
    number = card_number()
    with outside(clock, MemoryChannel("net")):
        card = await link(database, holder, clock, f"{number[:4]} {number[4:8]} {number[8:]}")
        with pytest.raises(cards.CardLinked):
            await link(database, holder, clock, number)
        async with database.write() as tx:
            await service.remove_card(tx, card.id, removed_by=holder.actor, at=clock())
        await link(database, holder, clock, number)
    async with database.read() as tx:
        row = await tx.get_one(CardRow, card.id)
        whole = await tx.scalar(
            text("SELECT string_agg(c::text || o::text, '') FROM payments_card c"
                 " JOIN payments_order o ON o.card_id = c.id WHERE c.party_id = :id"),
            {"id": row.party_id},
        )  # fmt: skip
    assert number.encode() not in row.number_sealed
    assert number not in whole


@pytest.mark.parametrize(
    "number", ["6222020200012345671", "1" * 15, "1" * 20, "62220202000123456７8"]
)
async def test_what_is_no_card_number_is_refused(database: Database, number: str) -> None:
    holder, clock = await holder_of(database), Clock()
    with outside(clock, MemoryChannel("net")), pytest.raises(cards.CardMalformed):
        await link(database, holder, clock, number)


async def test_so_many_cards_a_day_are_nobodys_own(database: Database) -> None:
    holder, clock = await holder_of(database), Clock()
    with outside(clock, MemoryChannel("net")):
        for _ in range(cards.LINKED_A_DAY_MAX):
            card = await link(database, holder, clock)
            async with database.write() as tx:
                await service.remove_card(tx, card.id, removed_by=holder.actor, at=clock())
        with pytest.raises(cards.TooManyCards):
            await link(database, holder, clock)
        clock.at += timedelta(days=1, seconds=1)
        await link(database, holder, clock)


async def test_without_a_channel_to_cards_none_is_linked(database: Database) -> None:
    holder, clock = await holder_of(database), Clock()
    with outside(clock), pytest.raises(service.NoRoute):
        await link(database, holder, clock)
    async with database.read() as tx:
        assert await service.cards_of(tx, holder.account.party_id) == []


async def top_up(
    database: Database, holder: Holder, card: cards.Card, clock: Clock, amount: str = "30.00"
) -> service.Transfer:
    async with database.write() as tx:
        return await service.top_up(
            tx,
            creditor_account_id=holder.account.id,
            card_id=card.id,
            amount=cny(amount),
            initiated_by=holder.actor,
            at=clock(),
        )


async def test_a_top_up_is_there_once_it_is_settled(database: Database) -> None:
    holder, clock, net = await holder_of(database), Clock(), MemoryChannel("net")
    with outside(clock, net):
        card = await verified(database, holder, clock)
        net.plan("pending")
        order = await top_up(database, holder, card, clock)
        assert await drive(database, order.id, clock) == "sent"
        assert await money(database, holder) == ("100.00", "100.00")
        net.settle(net.submitted[-1])
        assert await drive(database, order.id, clock) == "settled"
        assert await money(database, holder) == ("130.00", "130.00")
        net.plan("refused")
        refused = await top_up(database, holder, card, clock)
        assert await drive(database, refused.id, clock) == "rejected"
    assert await money(database, holder) == ("130.00", "130.00")
    async with database.read() as tx:
        listed = (await service.for_account(tx, account_id=holder.account.id)).items
    assert [each.id for each in listed] == [refused.id, order.id]


async def test_a_card_that_is_not_verified_or_anothers_pays_nothing(database: Database) -> None:
    holder, other, clock = await holder_of(database), await holder_of(database), Clock()
    with outside(clock, MemoryChannel("net")):
        unverified, foreign = (
            await link(database, holder, clock),
            await verified(database, other, clock),
        )
        with pytest.raises(cards.CardNotVerified):
            await top_up(database, holder, unverified, clock)
        with pytest.raises(cards.UnknownCard):
            await top_up(database, holder, foreign, clock)


async def test_a_withdrawal_is_confirmed_the_first_time(database: Database) -> None:
    holder, clock, net = await holder_of(database), Clock(), MemoryChannel("net")
    with outside(clock, net):
        card = await verified(database, holder, clock)

        async def withdraw() -> service.Transfer:
            async with database.write() as tx:
                return await service.withdraw(
                    tx,
                    debtor_account_id=holder.account.id,
                    card_id=card.id,
                    amount=cny("25.00"),
                    initiated_by=holder.actor,
                    at=clock(),
                )

        with pytest.raises(identity.StepUpRequired):
            await withdraw()
        async with database.write() as tx:
            await service.confirm_payee(
                tx,
                party_id=card.party_id,
                account_number=f"card/{card.id}",
                confirmed_by=holder.actor.id,
                at=clock(),
            )
        order = await withdraw()
        assert await money(database, holder) == ("100.00", "75.00")
        assert await drive(database, order.id, clock) == "settled"
    assert await money(database, holder) == ("75.00", "75.00")
    assert await path(database, order.id) == ["created", "screened", "reserved", "sent", "settled"]
    assert net.done()[-1].counterparty is not None
    assert order.creditor_account_number == card.shown
