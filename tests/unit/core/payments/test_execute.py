"""Many transfers in one batch: the same as one after the other, and all or nothing if wanted."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.support.restrained import restrain
from tests.unit.core.conftest import AT
from tests.unit.core.payments.conftest import Holder, new_holder
from tongbao.core.accounts import service as accounts
from tongbao.core.accounts.service import Stop
from tongbao.core.identity import service as identity
from tongbao.core.payments import service
from tongbao.infra.auth import Actor
from tongbao.infra.db import Database, WriteSession, undone
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.kernel.text import Text


def order(debtor: Holder, creditor: Holder, amount: str, **facts: object) -> service.NewTransfer:
    wanted = {
        "debtor_account_id": debtor.account.id,
        "creditor_account_number": creditor.account.number,
        "creditor_name": creditor.name,
        "amount": Money.parse(amount, "CNY"),
        **facts,
    }
    return service.NewTransfer(**wanted)  # type: ignore[arg-type]


async def execute(
    tx: WriteSession,
    orders: Sequence[service.NewTransfer],
    by: Actor | Sequence[Actor],
    **more: object,
) -> list[str]:
    """Execute and return a word for each outcome."""
    facts: dict[str, object] = {"without_step_up": True, "at": AT, **more}
    outcomes = await service.execute(tx, orders, initiated_by=by, **facts)  # type: ignore[arg-type]
    return [word(each) for each in outcomes]


def word(outcome: service.Outcome) -> str:
    if isinstance(outcome, TongbaoError):
        return f"not stored: {outcome.code}"
    return "settled" if outcome.reason is None else outcome.reason.code


async def booked(tx: WriteSession, *holders: Holder) -> list[str]:
    return [(await accounts.balance(tx, each.account.id)).booked.text for each in holders]


async def stored(tx: WriteSession, holder: Holder) -> list[service.PaymentOrder]:
    return list((await service.for_account(tx, account_id=holder.account.id)).items)


async def test_what_came_up_since_it_was_prepared_is_refused(tx: WriteSession) -> None:
    payer = await new_holder(tx, "甲", money="100.00")
    frozen, other = await new_holder(tx, "乙"), await new_holder(tx, "丙")
    orders = [order(payer, each, "30.00") for each in (frozen, other, other)]
    prepared = await service.prepare(tx, orders, initiated_by=payer.actor, at=AT)
    await restrain(tx, frozen.account, Stop.ALL)
    assert await execute(tx, [order(payer, other, "50.00")], payer.actor) == ["settled"]
    outcomes = await service.carry_out(tx, prepared, without_step_up=True)
    assert [word(each) for each in outcomes] == [
        "ledger.account_frozen",
        "settled",
        "ledger.insufficient_funds",
    ]
    assert await booked(tx, payer, frozen, other) == ["20.00", "0.00", "80.00"]


async def test_each_order_has_its_own_outcome(tx: WriteSession) -> None:
    firm, supplier = await new_holder(tx, "甲", money="100.00"), await new_holder(tx, "乙")
    stranger = await new_holder(tx, "丙", money="100.00")
    orders = [
        order(firm, supplier, "10.00", end_to_end_id="A"),
        order(firm, supplier, "10.00", creditor_name="丁"),
        order(stranger, supplier, "10.00"),
        order(firm, supplier, "10.00", end_to_end_id="A"),
        order(firm, supplier, "10.00", end_to_end_id="业务"),
        order(firm, supplier, "200.00"),
        order(firm, stranger, "20.00"),
    ]
    assert await execute(tx, orders, firm.actor) == [
        "settled",
        "payments.creditor_name_mismatch",
        "not stored: accounts.unknown_account",
        "not stored: payments.end_to_end_id_used",
        "not stored: payments.end_to_end_id_malformed",
        "ledger.insufficient_funds",
        "settled",
    ]
    assert await booked(tx, firm, supplier, stranger) == ["70.00", "10.00", "120.00"]
    kept = {each.id: each for each in await stored(tx, firm)}
    assert kept.keys() == {orders[place].id for place in (0, 1, 5, 6)}
    told = await tx.execute(
        text("SELECT subject, type FROM infra_outbox WHERE subject = ANY(:ids)"),
        {"ids": [str(each.id) for each in orders]},
    )
    assert {subject: kind.rpartition("_")[2] for subject, kind in told} == {
        str(each.id): each.status.value for each in kept.values()
    }


async def test_an_order_is_judged_after_those_before_it(tx: WriteSession) -> None:
    firm, supplier = await new_holder(tx, "甲", money="25.00"), await new_holder(tx, "乙")
    orders = [order(firm, supplier, amount) for amount in ("10.00", "20.00", "10.00", "5.00")]
    assert await execute(tx, orders, firm.actor) == [
        "settled",
        "ledger.insufficient_funds",
        "settled",
        "settled",
    ]
    assert await booked(tx, firm, supplier) == ["0.00", "25.00"]


async def test_what_is_refused_uses_no_limit(tx: WriteSession) -> None:
    firm, supplier = await new_holder(tx, "甲", money="25.00"), await new_holder(tx, "乙")
    orders = [
        order(firm, supplier, "20.00", end_to_end_id="A"),
        order(firm, supplier, "20.00"),
        order(firm, supplier, "1.00", end_to_end_id="A"),
    ]
    outcomes = await execute(tx, orders, firm.actor)
    assert outcomes[1:] == ["ledger.insufficient_funds", "not stored: payments.end_to_end_id_used"]
    assert await used_today(tx, firm) == 20_00


async def test_all_or_nothing(tx: WriteSession) -> None:
    firm, supplier = await new_holder(tx, "甲", money="25.00"), await new_holder(tx, "乙")
    orders = [order(firm, supplier, amount) for amount in ("10.00", "20.00", "10.00")]
    assert await execute(tx, orders, firm.actor, atomic=True) == [
        "not stored: payments.batch_refused",
        "ledger.insufficient_funds",
        "not stored: payments.batch_refused",
    ]
    assert await booked(tx, firm, supplier) == ["25.00", "0.00"]
    assert await stored(tx, firm) == []
    good = [orders[0], orders[2]]
    assert await execute(tx, good, firm.actor, atomic=True) == ["settled", "settled"]
    assert await booked(tx, firm, supplier) == ["5.00", "20.00"]


@pytest.mark.parametrize("seed", range(3))
async def test_a_batch_does_what_one_after_the_other_does(tx: WriteSession, seed: int) -> None:
    random = Random(seed)
    holders = [await new_holder(tx, name, money="30.00") for name in ("甲", "乙", "丙")]
    for each in holders[1:]:
        await execute(tx, [order(each, holders[0], "1.00", end_to_end_id="USED")], each.actor)
    orders = []
    for number in range(25):
        debtor, creditor = random.choice(holders), random.choice(holders)
        ids = (None, "USED" if number % 5 == 0 else None, f"INV-{number}")
        facts: dict[str, object] = {"end_to_end_id": random.choice(ids)}
        if random.random() < 0.2:
            facts["creditor_name"] = "丁"
        orders.append(order(debtor, creditor, f"{random.randint(1, 20)}.00", **facts))
    owners: dict[UUID, Actor] = {each.account.id: each.actor for each in holders}
    makers = [owners[each.debtor_account_id] for each in orders]
    alone = []
    async with undone(tx):
        for one, maker in zip(orders, makers, strict=True):
            alone += await execute(tx, [one], maker)
        balances = await booked(tx, *holders)
    assert "settled" in alone
    assert await execute(tx, orders, makers) == alone
    assert await booked(tx, *holders) == balances


class Suspicious(TongbaoError):
    code = "test.suspicious"
    kind = Kind.REFUSED
    title = Text(zh="可疑", en="Suspicious")


@pytest.fixture
def seen() -> Iterator[list[str]]:
    """What a hook has seen; it refuses any payment of exactly 13."""
    looked_at: list[str] = []

    async def look(
        _tx: WriteSession, orders: Sequence[service.PaymentOrder], _at: datetime
    ) -> list[TongbaoError | None]:
        looked_at.extend(each.amount.text for each in orders)
        return [Suspicious() if each.amount.minor == 13_00 else None for each in orders]

    service.register_screen("test", look)
    yield looked_at
    service.remove_screen("test")


async def test_a_hook_refuses_before_money_moves(tx: WriteSession, seen: list[str]) -> None:
    firm, supplier = await new_holder(tx, "甲", money="100.00"), await new_holder(tx, "乙")
    orders = [
        order(firm, supplier, "12.00"),
        order(firm, supplier, "13.00"),
        order(firm, supplier, "14.00", creditor_name="丁"),
    ]
    assert (await execute(tx, orders, firm.actor))[:2] == ["settled", "test.suspicious"]
    assert seen == ["12.00", "13.00"]
    assert await booked(tx, firm) == ["88.00"]


async def test_who_has_not_confirmed_pays_nothing_the_others_do(tx: WriteSession) -> None:
    firm, supplier = await new_holder(tx, "甲", money="100.00"), await new_holder(tx, "乙")
    known = await new_holder(tx, "丙")
    await service.confirm_payee(
        tx,
        party_id=firm.account.party_id,
        account_number=known.account.number,
        confirmed_by=new_id(),
        at=AT,
    )
    orders = [order(firm, supplier, "1.00"), order(firm, known, "2.00")]
    outcomes = await execute(tx, orders, firm.actor, without_step_up=False)
    assert outcomes == ["not stored: identity.step_up_required", "settled"]
    assert await booked(tx, firm) == ["98.00"]


async def test_what_a_maker_pays_alone_adds_up_in_the_batch(
    tx: WriteSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm, supplier = await new_holder(tx, "甲", money="500.00"), await new_holder(tx, "乙")
    band = Money.parse("100.00", "CNY")

    async def member(*_args: object, **_facts: object) -> object:
        return type("M", (), {"bands": {"CNY": band}, "day_band": lambda _self, _currency: band})()

    monkeypatch.setattr(identity, "membership_of", member)
    maker = Actor(
        id=new_id(),
        kind="customer",
        name="经办",
        party_ids=firm.actor.party_ids,
        permissions=frozenset({"payments:initiate"}),
    )
    orders = [order(firm, supplier, amount) for amount in ("60.00", "50.00", "40.00")]
    assert await execute(tx, orders, maker) == [
        "settled",
        "not stored: payments.approval_needed",
        "settled",
    ]
    assert await execute(tx, [order(firm, supplier, "0.01")], maker) == [
        "not stored: payments.approval_needed"
    ]


async def test_batches_that_cross_never_wait_in_a_circle(database: Database) -> None:
    async with database.write() as tx:
        holders = [await new_holder(tx, name, money="100.00") for name in ("甲", "乙", "丙")]
    owners: dict[UUID, Actor] = {each.account.id: each.actor for each in holders}

    async def pay(places: Sequence[int]) -> list[str]:
        batch = [
            order(holders[place], holders[(place + 1) % 3], "1.00")
            for place in places
            for _ in "ab"
        ]
        async with database.write() as tx:
            return await execute(tx, batch, [owners[each.debtor_account_id] for each in batch])

    done = await asyncio.gather(*(pay(places) for places in ([0, 1, 2], [2, 1, 0], [1, 0, 2])))
    assert {each for batch in done for each in batch} == {"settled"}
    async with database.write() as tx:
        assert await booked(tx, *holders) == ["100.00"] * 3


async def test_looking_stores_nothing(tx: WriteSession) -> None:
    firm, supplier = await new_holder(tx, "甲", money="1.00"), await new_holder(tx, "乙")
    orders = [
        order(firm, supplier, "50.00"),
        order(firm, supplier, "50.00", creditor_name="丁"),
        order(firm, supplier, "50.00", creditor_account_number="9900010000000000000"),
    ]
    prepared = await service.prepare(tx, orders, initiated_by=firm.actor, at=AT)
    found = await service.look(tx, prepared)
    assert [each and each.iso_code for each in found] == [None, "BE01", "AC03"]
    assert await stored(tx, firm) == []


async def test_an_approver_is_looked_up_once_and_approves_what_the_band_covers(
    tx: WriteSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm, supplier = await new_holder(tx, "甲", money="500.00"), await new_holder(tx, "乙")
    looks = 0

    async def member(*_args: object, **_facts: object) -> object:
        nonlocal looks
        looks += 1
        limit = Money.parse("100.00", "CNY")
        return type("M", (), {"covers": lambda _self, amount: amount <= limit})()

    monkeypatch.setattr(identity, "membership_of", member)
    checker = Actor(
        id=new_id(),
        kind="customer",
        name="复核",
        party_ids=firm.actor.party_ids,
        permissions=frozenset({"payments:approve"}),
    )
    orders = [order(firm, supplier, amount) for amount in ("10.00", "150.00", "20.00", "30.00")]
    assert await execute(tx, orders, firm.actor, approved_by=checker) == [
        "settled",
        "not stored: payments.not_within_band",
        "settled",
        "settled",
    ]
    assert looks == 2
    assert await execute(
        tx, [order(firm, supplier, "1.00")], firm.actor, approved_by=firm.actor
    ) == ["not stored: payments.approval_needed"]


async def used_today(tx: WriteSession, holder: Holder) -> int:
    (used,) = {
        room.used
        for room in await service.own_limits(tx, party_id=holder.account.party_id, at=AT)
        if room.rule.tally == "outgoing" and room.rule.period == "day"
    }
    return used


@pytest.mark.parametrize(
    ("amounts", "ids", "outcomes"),
    [
        (("1.00", "2.00"), ("B", "C"), ["settled", "settled"]),
        # The ledger, an end-to-end id and a limit: what was done before each step stays done.
        (("90.00", "2.00"), ("B", "C"), ["ledger.insufficient_funds", "settled"]),
        (("1.00", "2.00"), ("A", "C"), ["not stored: payments.end_to_end_id_used", "settled"]),
        (("45.00", "2.00"), ("B", "C"), ["limits.exceeded", "settled"]),
    ],
)
async def test_whatever_comes_up_in_the_short_way_is_as_in_the_long_one(
    tx: WriteSession, amounts: Sequence[str], ids: Sequence[str], outcomes: list[str]
) -> None:
    firm, supplier = await new_holder(tx, "甲", money="50.00"), await new_holder(tx, "乙")
    await service.set_own_limit(
        tx,
        party_id=firm.account.party_id,
        tally="outgoing",
        period="transaction",
        maximum=Money.parse("40.00" if "limits.exceeded" in outcomes else "95.00", "CNY"),
        token=None,
        actor=firm.actor,
        at=AT,
    )
    assert await execute(tx, [order(firm, supplier, "1.00", end_to_end_id="A")], firm.actor) == [
        "settled"
    ]
    orders = [
        order(firm, supplier, amount, end_to_end_id=end_to_end_id)
        for amount, end_to_end_id in zip(amounts, ids, strict=True)
    ]
    assert await execute(tx, orders, firm.actor) == outcomes
    paid = 100 + sum(
        each.amount.minor
        for each, outcome in zip(orders, outcomes, strict=True)
        if outcome == "settled"
    )
    assert await used_today(tx, firm) == paid
    assert await booked(tx, supplier) == [Money(paid, "CNY").text]
    for new, outcome in zip(orders, outcomes, strict=True):
        told = await tx.scalars(
            text("SELECT type FROM infra_outbox WHERE subject = :id AND type LIKE 'payments.%'"),
            {"id": str(new.id)},
        )
        kept = [each for each in await stored(tx, firm) if each.id == new.id]
        if outcome.startswith("not stored"):
            assert (told.all(), kept) == ([], [])
        else:
            status = "settled" if outcome == "settled" else "rejected"
            assert told.all() == [f"payments.payment_{status}"]
            assert [each.status for each in kept] == [status]


async def test_an_own_id_serves_no_other_payment_of_its_account(tx: WriteSession) -> None:
    firm = await new_holder(tx, "甲", money="50.00")
    supplier = await new_holder(tx, "乙", money="50.00")
    paid, refused = order(firm, supplier, "1.00"), order(firm, supplier, "90.00")
    named = order(firm, supplier, "2.00", end_to_end_id="A")
    assert await execute(tx, [paid, refused, named], firm.actor) == [
        "settled",
        "ledger.insufficient_funds",
        "settled",
    ]
    nobody = new_id()
    for expected in (
        # Used; of a payment that was refused; of one that has another; of none.
        ["not stored: payments.end_to_end_id_used", "settled", "settled", "settled"],
        ["not stored: payments.end_to_end_id_used"] * 4,
    ):
        again = [
            order(firm, supplier, "1.00", end_to_end_id=each.hex)
            for each in (paid.id, refused.id, named.id, nobody)
        ]
        assert await execute(tx, again, firm.actor) == expected
    back = order(supplier, firm, "1.00", end_to_end_id=paid.id.hex)
    assert await execute(tx, [back], supplier.actor) == ["settled"]


async def test_an_order_names_accounts_that_exist(tx: WriteSession) -> None:
    firm, supplier = await new_holder(tx, "甲", money="50.00"), await new_holder(tx, "乙")
    paid = order(firm, supplier, "1.00")
    await execute(tx, [paid], firm.actor)
    for statement, refusal in (
        (
            "INSERT INTO payments_order SELECT (p).* FROM (SELECT jsonb_populate_record(p,"
            " jsonb_build_object('id', gen_random_uuid(), 'end_to_end_id', 'other',"
            " 'debtor_account_id', gen_random_uuid())) AS p FROM payments_order p"
            " WHERE id = :order) AS x",
            "does not exist",
        ),
        (
            "UPDATE payments_order SET creditor_account_id = gen_random_uuid() WHERE id = :order",
            "does not exist",
        ),
        ("DELETE FROM accounts_account WHERE id = :account", "denied"),
        ("UPDATE accounts_account SET id = gen_random_uuid() WHERE id = :account", "append-only"),
    ):
        facts = {"order": paid.id, "account": supplier.account.id}
        wanted = {name: value for name, value in facts.items() if f":{name}" in statement}
        async with undone(tx):
            with pytest.raises(DBAPIError, match=refusal):
                await tx.execute(text(statement), wanted)


async def test_a_wallet_paid_in_another_currency_opens_the_pocket_it_reaches(
    tx: WriteSession,
) -> None:
    payer = await new_holder(tx, "甲", money="100.00", currency="USD")
    payee = await new_holder(tx, "乙")
    wallet = await accounts.open_account(
        tx,
        party_id=payee.account.party_id,
        currency="CNY",
        product=accounts.Product.WALLET,
        at=AT,
    )
    wanted = service.NewTransfer(
        debtor_account_id=payer.account.id,
        creditor_account_number=wallet.number,
        creditor_name="乙",
        amount=Money.parse("12.34", "USD"),
    )
    assert await execute(tx, [wanted], payer.actor) == ["settled"]
    pockets = await accounts.pockets(tx, wallet.id, at=AT)
    assert [(each.currency, balance.booked.text) for each, balance in pockets] == [
        ("CNY", "0.00"),
        ("USD", "12.34"),
    ]
    (paid,) = await stored(tx, payer)
    assert paid.creditor_account_id == pockets[1][0].id
