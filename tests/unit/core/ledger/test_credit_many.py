"""Many credits of one internal account at once hold what every booking holds."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tongbao.core.ledger import service as ledger
from tongbao.core.ledger.service import AccountId, AccountStatus, Category
from tongbao.infra.db import Database, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money

AT = datetime(2026, 3, 20, 16, 3, tzinfo=UTC)
DAY = date(2026, 3, 21)

CREDIT = text("""
    SELECT ledger_credit_many(:payer, CAST(:credits AS uuid[]), CAST(:amounts AS bigint[]), :type,
                              :on, :at)
""")


async def credit(
    tx: WriteSession, payer: UUID, credits_: Sequence[UUID], amounts: Sequence[int], **more: Any
) -> list[int | None]:
    facts = {"payer": payer, "credits": list(credits_), "amounts": list(amounts)}
    named = {"type": "test.interest", "on": DAY, "at": AT}
    booked: list[int | None] = (await tx.execute(CREDIT, {**facts, **named, **more})).scalar_one()
    return booked


async def payer_of(tx: WriteSession, currency: str = "CNY") -> AccountId:
    account = await ledger.internal_account(
        tx,
        code=f"test.many.{new_id().hex}",
        asset=currency,
        category=Category.LIABILITY,
        name="应付利息",
        at=AT,
    )
    return account.id


async def some_accounts(tx: WriteSession, count: int, currency: str = "CNY") -> list[AccountId]:
    opened = [
        await ledger.open_account(tx, asset=currency, category=Category.LIABILITY, at=AT)
        for _ in range(count)
    ]
    return sorted(account.id for account in opened)


async def test_each_is_a_transaction_with_its_posting_balance_and_version(tx: WriteSession) -> None:
    payer, customers = await payer_of(tx), await some_accounts(tx, 3)
    await credit(tx, payer, customers[:1], [5])
    numbers = await credit(tx, payer, customers, [10, 20, 30])
    assert all(number is not None for number in numbers)
    for customer, balance, version in zip(customers, (15, 20, 30), (2, 1, 1), strict=True):
        found = await ledger.balance(tx, customer)
        assert (found.posted, found.available, found.version) == (balance, balance, version)
        entry = (await ledger.entries(tx, customer)).items[0]
        assert (entry.balance_after, entry.direction, entry.effective_on) == (
            balance,
            "credit",
            DAY,
        )
        assert (entry.counter_account_id, entry.booked_at) == (payer, AT)
        assert (entry.transaction_id.version, entry.type) == (7, "test.interest")
        assert await ledger.balance_at(tx, customer, effective_on=DAY) == balance
        assert await ledger.balance_at(tx, customer, effective_on=DAY - timedelta(1)) == 0
    assert (await ledger.balance(tx, payer)).posted == -65
    told = await tx.execute(
        text(
            "SELECT payload FROM infra_outbox WHERE type = 'ledger.transactions_posted'"
            " AND payload ->> 'first_sequence' = :number"
        ),
        {"number": str(numbers[0])},
    )
    payload = told.scalar_one()
    assert len(payload["transaction_ids"]) == 3


async def test_who_may_not_receive_is_left_out_and_nobody_else(tx: WriteSession) -> None:
    payer, customers = await payer_of(tx), await some_accounts(tx, 5)
    (foreign,) = await some_accounts(tx, 1, "USD")
    for customer, status in zip(
        customers,
        (
            AccountStatus.FROZEN,
            AccountStatus.CREDIT_FROZEN,
            AccountStatus.DEBIT_FROZEN,
            AccountStatus.CLOSED,
        ),
        strict=False,
    ):
        await ledger.change_status(tx, account_id=customer, status=status)
    wanted = sorted([*customers, foreign, AccountId(new_id())])
    numbers = await credit(tx, payer, wanted, [100] * len(wanted))
    took = {each for each, number in zip(wanted, numbers, strict=True) if number is not None}
    assert took == {customers[2], customers[4]}
    assert (await ledger.balance(tx, payer)).posted == -200


async def test_a_later_booking_moment_of_an_account_holds_for_all(tx: WriteSession) -> None:
    payer, customers = await payer_of(tx), await some_accounts(tx, 2)
    late = AT + timedelta(minutes=5)
    await credit(tx, payer, customers[1:], [1], at=late)
    await credit(tx, payer, customers, [1, 1])
    for customer in customers:
        assert (await ledger.entries(tx, customer)).items[0].booked_at == late


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("too many credits, or none", {"credits_": [], "amounts": []}),
        ("arrays are not alike", {"amounts": [1]}),
        ("an amount out of range", {"amounts": [1, 0]}),
        ("an amount out of range", {"amounts": [1, 9 * 10**14 + 1]}),
        ("accounts are not in order", {"turned": True}),
        ("accounts are not in order", {"twice": True}),
        ("no type", {"type": ""}),
        ("effective on no day", {"on": None}),
        ("booked at no moment", {"at": None}),
        ("no internal account that may pay", {"unknown": True}),
        ("no internal account that may pay", {"limited": True}),
    ],
)
async def test_a_call_that_makes_no_sense_books_nothing(
    tx: WriteSession, what: str, change: dict[str, Any]
) -> None:
    payer, customers = await payer_of(tx), await some_accounts(tx, 3)
    accounts = change.pop("credits_", customers[:2])
    if change.pop("turned", False):
        accounts = accounts[::-1]
    if change.pop("twice", False):
        accounts = [accounts[0]] * 2
    if change.pop("unknown", False):
        payer = AccountId(new_id())
    if change.pop("limited", False):
        payer = customers[2]
    amounts = change.pop("amounts", [1, 1])
    with pytest.raises(DBAPIError, match=what):
        async with tx.begin_nested():
            await credit(tx, payer, accounts, amounts, **change)
    for customer in customers:
        assert (await ledger.balance(tx, customer)).version == 0


async def test_a_closed_period_refuses(tx: WriteSession) -> None:
    payer, customers = await payer_of(tx), await some_accounts(tx, 1)
    day = date(1999, 12, 31)
    await ledger.declare_period(tx, starts_on=day, ends_on=day + timedelta(1))
    await ledger.close_period(tx, starts_on=day, at=AT)
    with pytest.raises(DBAPIError, match="the period is closed"):
        async with tx.begin_nested():
            await credit(tx, payer, customers, [1], on=day)


async def test_another_isolation_is_refused(database: Database) -> None:
    async with database.write() as tx:
        await tx.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        with pytest.raises(DBAPIError, match="needs READ COMMITTED"):
            await credit(tx, new_id(), [new_id()], [1])
        await tx.rollback()


async def test_the_books_are_sound_and_payments_go_on(tx: WriteSession) -> None:
    payer, customers = await payer_of(tx), await some_accounts(tx, 3)
    await credit(tx, payer, customers, [10, 20, 30])
    new = ledger.NewTransaction(
        id=ledger.TransactionId(new_id()),
        type="test.transfer",
        postings=(ledger.NewPosting(customers[2], customers[0], Money(30, "CNY")),),
    )
    (result,) = await ledger.post(tx, [new], at=AT)
    result.raise_for_refusal()
    await ledger.extend_days(tx)
    assert await ledger.verify(tx) == []
