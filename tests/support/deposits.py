"""A saver with an account, posted rates, and days that end, for tests about deposits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from tongbao.core.accounts import service as accounts
from tongbao.core.identity.domain import Role, permissions
from tongbao.core.ledger import service as ledger
from tongbao.core.parties import service as parties
from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession
from tongbao.infra.outbox.models import OutboxRow
from tongbao.infra.runs import Work
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money, Rate
from tongbao.lib.interest.accrual import Tiers
from tongbao.products.deposits import service
from tongbao.products.deposits.domain.products import CATALOGUE
from tongbao.products.deposits.models import DepositRow, RateRow

MONDAY = date(2026, 1, 5)
RATES = {
    "time_3m": "0.0065",
    "time_6m": "0.0085",
    "time_1y": "0.0095",
    "time_2y": "0.0105",
    "time_3y": "0.0125",
    "time_5y": "0.0130",
    "instalment_1y": "0.0065",
    "instalment_3y": "0.0085",
    "instalment_5y": "0.0085",
    "notice_1d": "0.0010",
    "notice_7d": "0.0030",
}
DEMAND = Rate.percent("0.05")
STEPS: tuple[Work, ...] = (service.accrue, service.collect, service.mature)


def noon(day: date) -> datetime:
    """Midday of a day at the bank."""
    return datetime.combine(day, time(4), UTC)


def cny(amount: str) -> Money:
    return Money.parse(amount, "CNY")


@dataclass(frozen=True)
class Saver:
    """A holder with a settlement account."""

    party: parties.Party
    account: accounts.DepositAccount
    actor: Actor

    async def balance(self, tx: WriteSession) -> Money:
        return (await accounts.balance(tx, self.account.id)).booked

    async def open(
        self, tx: WriteSession, product: str, amount: str, *, on: date, **more: Any
    ) -> service.Deposit:
        wanted = service.NewDeposit(product, self.account.id, cny(amount), **more)
        return await service.open_deposit(
            tx, wanted=wanted, opened_by=self.actor, without_step_up=True, at=noon(on)
        )

    async def withdraw(
        self, tx: WriteSession, deposit: service.Deposit, amount: str | None = None, *, on: date
    ) -> tuple[service.Deposit, service.Settlement]:
        return await service.withdraw(
            tx,
            deposit_id=deposit.id,
            amount=None if amount is None else cny(amount),
            withdrawn_by=self.actor,
            without_step_up=True,
            at=noon(on),
        )

    async def pay(self, tx: WriteSession, deposit: service.Deposit, *, on: date) -> service.Deposit:
        return await service.pay_instalment(
            tx, deposit_id=deposit.id, paid_by=self.actor, at=noon(on)
        )

    async def announce(
        self, tx: WriteSession, deposit: service.Deposit, amount: str, *, on: date, day: date
    ) -> service.Deposit:
        return await service.give_notice(
            tx,
            deposit_id=deposit.id,
            amount=cny(amount),
            draws_on=day,
            given_by=self.actor,
            at=noon(on),
        )


async def pay_in(
    tx: WriteSession, account: accounts.DepositAccount, amount: Money, *, on: date = MONDAY
) -> None:
    cash = await ledger.internal_account(
        tx,
        code=f"test.deposits.cash.{amount.currency}",
        asset=amount.currency,
        category=ledger.Category.ASSET,
        name="现金",
        at=noon(on),
    )
    posting = ledger.NewPosting(debit=cash.id, credit=account.ledger_account_id, amount=amount)
    new = ledger.NewTransaction(
        id=ledger.TransactionId(new_id()), type="test.deposit", postings=(posting,)
    )
    (result,) = await ledger.post(tx, [new], at=noon(on))
    result.raise_for_refusal()


async def empty(tx: WriteSession, saver: Saver, *, on: date) -> None:
    """Take everything off a saver's account."""
    cash = await ledger.internal_account(
        tx,
        code="test.deposits.cash.CNY",
        asset="CNY",
        category=ledger.Category.ASSET,
        name="现金",
        at=noon(on),
    )
    amount = await saver.balance(tx)
    if amount.minor:
        posting = ledger.NewPosting(
            debit=saver.account.ledger_account_id, credit=cash.id, amount=amount
        )
        new = ledger.NewTransaction(
            id=ledger.TransactionId(new_id()), type="test.withdrawal", postings=(posting,)
        )
        (result,) = await ledger.post(tx, [new], at=noon(on))
        result.raise_for_refusal()


async def new_saver(
    tx: WriteSession,
    *,
    money: str = "1000000.00",
    level: parties.Level = parties.Level.FULL,
    kind: parties.PartyKind = parties.PartyKind.PERSON,
) -> Saver:
    at = noon(MONDAY)
    if kind is parties.PartyKind.PERSON:
        party = await parties.register_person(tx, name="储户", at=at)
    else:
        party = await parties.register_organisation(
            tx, name="华东建材", registration_number=_number(), at=at
        )
    await parties.set_level(
        tx, party_id=party.id, level=level, reason="测试", changed_by=None, at=at
    )
    account = await accounts.open_account(tx, party_id=party.id, currency="CNY", at=at)
    if cny(money).minor:
        await pay_in(tx, account, cny(money))
    actor = Actor(
        id=new_id(),
        kind="customer",
        name=party.name,
        party_ids=frozenset({party.id}),
        permissions=permissions([Role.CUSTOMER]),
    )
    return Saver(party, account, actor)


def _number() -> str:
    from tongbao_sandbox.uscc import registration_number  # noqa: PLC0415 - for firms only

    return registration_number(f"test/{new_id()}")


async def post_rates(tx: WriteSession, *, since: date = MONDAY) -> None:
    """Post the rates of every product from a day on, unless they are posted."""
    rows = await tx.execute(select(RateRow.product, RateRow.valid_from))
    posted = {(product, valid_from) for product, valid_from in rows}
    for each in CATALOGUE:
        for currency in sorted(each.currencies):
            if (each.code, since) not in posted:
                await service.set_rate(
                    tx,
                    product=each,
                    currency=currency,
                    annual_rate=Rate.parse(RATES[each.code]),
                    valid_from=since,
                    set_by=new_id(),
                    at=noon(since),
                )


async def end_day(
    tx: WriteSession, day: date, *, steps: Sequence[Work] = STEPS, **more: Any
) -> None:
    """End a day as the bank does, an hour after midnight, in small pieces."""
    at = datetime.combine(day, time(17), UTC)
    for step in steps:
        cursor = None
        for _ in range(10_000):
            progress = await step(tx, day=day, cursor=cursor, at=at, **more)
            cursor = progress.cursor
            if cursor is None:
                break
        assert cursor is None, "a step comes to its end"


async def end_days(tx: WriteSession, start: date, end: date) -> None:
    """End days of [start, end) in order: the first and the last five, of the others every 30th.

    That stands for all of them: a day left out is made good by the next one.
    """
    count = (end - start).days
    for number in range(count):
        if number % 30 == 0 or number >= count - 5:
            await end_day(tx, start + timedelta(days=number))


async def unclaimed(tx: WriteSession, product: str) -> int:
    """What the bank has booked as accrued interest beyond its deposits' shares: nothing, ever."""
    found = await ledger.internal_account(
        tx,
        code=f"deposits.payable.{product}.CNY",
        asset="CNY",
        category=ledger.Category.LIABILITY,
        name="",
        at=noon(MONDAY),
    )
    shares = await tx.scalars(
        select(DepositRow.accrued_minor).where(
            DepositRow.product == product, DepositRow.currency == "CNY"
        )
    )
    return (await ledger.balance(tx, found.id)).posted - sum(shares)


async def row_of(tx: WriteSession, deposit_id: UUID) -> DepositRow:
    row = await tx.scalar(
        select(DepositRow)
        .where(DepositRow.id == deposit_id)
        .execution_options(populate_existing=True)
    )
    assert row is not None
    return row


async def told(tx: WriteSession, deposit_id: UUID) -> list[str]:
    """The kinds of events about a deposit, in order."""
    rows = await tx.execute(
        select(OutboxRow.type).where(OutboxRow.subject == str(deposit_id)).order_by(OutboxRow.seq)
    )
    return [each.removeprefix("deposits.") for (each,) in rows]


async def post_demand(tx: WriteSession, rate: Rate = DEMAND) -> None:
    """Post the demand rate of savings."""
    await accounts.set_rate(
        tx,
        product=accounts.Product.SAVINGS,
        currency="CNY",
        tiers=Tiers.flat(rate),
        valid_from=MONDAY,
        set_by=new_id(),
        at=noon(MONDAY),
    )
