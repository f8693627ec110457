"""Deposits: interest against its closed form, and any sequence of actions against a small model."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.support.consents import CONFIGURATION
from tests.support.deposits import (
    DEMAND,
    RATES,
    Saver,
    end_day,
    new_saver,
    noon,
    post_demand,
    post_rates,
    row_of,
    unclaimed,
)
from tongbao.core.agreements import service as agreements
from tongbao.core.ledger import service as ledger
from tongbao.infra.db import Database, WriteSession, undone
from tongbao.kernel.clock import MainlandCalendar
from tongbao.kernel.money import Money, Rate, Rounding, round_ratio
from tongbao.lib.interest.accrual import straight_line
from tongbao.lib.interest.days import add_months
from tongbao.products.deposits import service
from tongbao.products.deposits.domain import errors
from tongbao.products.deposits.domain.products import Instruction, Kind
from tongbao.products.deposits.domain.settling import (
    accrued,
    contract_interest,
)
from tongbao.products.deposits.models import DepositRow
from tongbao.products.deposits.service import DepositState

DAYS = st.dates(date(2026, 1, 5), date(2056, 1, 1))
AMOUNTS = st.integers(5_000, 10**13)
RATE = st.integers(0, 25 * 10**10).map(Rate)
START = date(2026, 1, 5)
DAY = timedelta(days=1)


def rounded(exact: Fraction) -> int:
    return round_ratio(exact.numerator, exact.denominator, Rounding.HALF_UP)


@pytest.fixture(autouse=True)
def _configured() -> None:
    agreements.configure(CONFIGURATION)


@given(AMOUNTS, RATE, DAYS, st.integers(0, 2_000))
def test_whole_months_earn_a_twelfth_and_odd_days_a_360th(
    minor: int, rate: Rate, start: date, days: int
) -> None:
    end = start + timedelta(days=days)
    months = 0
    while add_months(start, months + 1) <= end:
        months += 1
    odd = (end - add_months(start, months)).days
    exact = Fraction(minor) * rate.fraction * (Fraction(months, 12) + Fraction(odd, 360))
    line = contract_interest(Money(minor, "CNY"), rate, start=start, end=end)
    assert line.interest.minor == rounded(exact)


@given(st.integers(0, 10**15), st.integers(1, 2_000))
def test_a_straight_line_neither_loses_nor_makes_a_cent(total: int, days: int) -> None:
    points = [straight_line(total, elapsed_days=n, total_days=days) for n in range(days + 1)]
    assert (points[0], points[-1]) == (0, total)
    assert all(after - before >= 0 for before, after in pairwise(points))


@dataclass
class Held:
    """A deposit of the model."""

    kind: Kind
    principal: int
    rate: Rate
    start: date
    matures_on: date
    instruction: Instruction
    state: DepositState = DepositState.OPEN
    part_broken: bool = False
    paid: list[tuple[date, bool]] = field(default_factory=list)
    lapsed_on: date | None = None
    each: int = 0

    def interest(self, minor: int, on: date) -> int:
        """What so much of it earns until a day: a sum of rounded parts."""
        demand = DEMAND.fraction / 360
        if self.kind is Kind.TIME:
            if on < self.matures_on:
                return rounded(minor * demand * (on - self.start).days)
            whole = rounded(minor * self.rate.fraction * 3 / 12)
            return whole + rounded(minor * demand * (on - self.matures_on).days)
        if on < self.matures_on:
            days = sum((on - day).days for day, _ in self.paid)
            return rounded(self.each * demand * days)
        products = 0
        for day, late in self.paid:
            if not late:
                month = 0
                while add_months(self.start, month + 1) <= day:
                    month += 1
                products += self.each * (12 - month)
        in_time = self.each * sum(not late for _, late in self.paid)
        late_products = sum(self.each * (on - day).days for day, late in self.paid if late)
        return (
            rounded(products * self.rate.fraction / 12)
            + rounded(in_time * demand * (on - self.matures_on).days)
            + rounded(late_products * demand)
        )

    def lapse(self, on: date) -> None:
        """Let the plan lapse if what was missed was not made up."""
        day = add_months(self.start, len(self.paid) + 2)
        if self.lapsed_on is None and len(self.paid) < 12 and day <= on and day < self.matures_on:
            self.lapsed_on = day

    def pay(self, on: date) -> None:
        self.lapse(on)
        self.paid.append((on, self.lapsed_on is not None))
        self.principal += self.each


steps = st.lists(
    st.one_of(
        st.tuples(st.just("time"), st.integers(5_000, 10**9), st.sampled_from(list(Instruction))),
        st.tuples(
            st.just("plan"),
            st.integers(500, 10**7),
            st.sampled_from([Instruction.PAY_OUT, Instruction.HOLD]),
        ),
        st.tuples(st.just("wait"), st.integers(1, 70), st.none()),
        st.tuples(st.just("take"), st.integers(0, 5), st.none()),
        st.tuples(st.just("part"), st.integers(0, 5), st.integers(1, 10**7)),
        st.tuples(st.just("pay"), st.integers(0, 5), st.none()),
        st.tuples(st.just("instruct"), st.integers(0, 5), st.sampled_from(list(Instruction))),
    ),
    min_size=4,
    max_size=12,
)


@dataclass
class Bank:
    """The bank and the model side by side, at the same day."""

    tx: WriteSession
    saver: Saver
    today: date
    balance: int
    pairs: list[tuple[Held, service.DepositId]] = field(default_factory=list)

    async def do(self, verb: str, first: int, second: Any) -> None:
        if verb in {"time", "plan"}:
            await self.open(verb, first, second)
        elif verb == "wait":
            await self.wait(first)
        elif self.pairs:
            held, deposit_id = self.pairs[first % len(self.pairs)]
            await getattr(self, verb)(held, await service.get(self.tx, deposit_id), second)

    async def open(self, verb: str, minor: int, instruction: Instruction) -> None:
        product = "time_3m" if verb == "time" else "instalment_1y"
        deposit = await self.saver.open(
            self.tx,
            product,
            Money(minor, "CNY").text,
            on=self.today,
            instruction=instruction,
        )
        months = 3 if verb == "time" else 12
        held = Held(
            Kind.TIME if verb == "time" else Kind.INSTALMENT,
            minor,
            Rate.parse(RATES[product]),
            self.today,
            add_months(self.today, months),
            instruction,
            each=minor,
        )
        if verb == "plan":
            held.paid.append((self.today, False))
        self.balance -= minor
        self.pairs.append((held, deposit.id))

    async def wait(self, days: int) -> None:
        self.today += timedelta(days=days)
        await end_day(self.tx, self.today - DAY, most=2)
        for held, deposit_id in list(self.pairs):
            if held.state is DepositState.OPEN:
                self.collect(held)
                await self.mature(held, deposit_id)

    def collect(self, held: Held) -> None:
        if held.kind is not Kind.INSTALMENT or self.today >= held.matures_on:
            return
        held.lapse(self.today)
        while (
            held.lapsed_on is None
            and len(held.paid) < 12
            and add_months(held.start, len(held.paid)) <= self.today
            and self.balance >= held.each
        ):
            held.pay(self.today)
            self.balance -= held.each

    async def mature(self, held: Held, deposit_id: service.DepositId) -> None:
        if self.today < held.matures_on:
            return
        if held.instruction is Instruction.HOLD:
            held.state = DepositState.MATURED
        elif held.instruction is Instruction.PAY_OUT:
            if MainlandCalendar().is_business_day(self.today):
                self.balance += held.principal + held.interest(held.principal, self.today)
                held.state, held.principal = DepositState.PAID_OUT, 0
        else:
            interest = held.interest(held.principal, held.matures_on)
            keeps = held.instruction is Instruction.RENEW_ALL
            self.balance += 0 if keeps else interest
            row = await self.tx.scalar(
                select(DepositRow).where(DepositRow.renewed_from == deposit_id)
            )
            assert row is not None
            again = Held(
                held.kind,
                held.principal + (interest if keeps else 0),
                held.rate,
                held.matures_on,
                add_months(held.matures_on, 3),
                held.instruction,
            )
            self.pairs.append((again, service.DepositId(row.id)))
            held.state, held.principal = DepositState.RENEWED, 0

    async def take(self, held: Held, deposit: service.Deposit, _: None) -> None:
        if not held.state.holds_money:
            with pytest.raises(errors.DepositEnded):
                await self.saver.withdraw(self.tx, deposit, on=self.today)
            return
        await self.saver.withdraw(self.tx, deposit, on=self.today)
        self.balance += held.principal + held.interest(held.principal, self.today)
        held.principal = 0
        held.state = DepositState.PAID_OUT if self.today >= held.matures_on else DepositState.BROKEN

    async def part(self, held: Held, deposit: service.Deposit, minor: int) -> None:
        possible = (
            held.state is DepositState.OPEN
            and held.kind is Kind.TIME
            and self.today < held.matures_on
            and not held.part_broken
            and held.principal - minor >= 5_000
        )
        if not possible:
            if minor != held.principal:
                with pytest.raises(
                    (
                        errors.DepositEnded,
                        errors.PartNotPossible,
                        errors.PartOutOfRange,
                    )
                ):
                    await self.saver.withdraw(
                        self.tx, deposit, Money(minor, "CNY").text, on=self.today
                    )
            return
        await self.saver.withdraw(self.tx, deposit, Money(minor, "CNY").text, on=self.today)
        self.balance += minor + held.interest(minor, self.today)
        held.principal -= minor
        held.part_broken = True

    async def pay(self, held: Held, deposit: service.Deposit, _: None) -> None:
        due = (
            held.kind is Kind.INSTALMENT
            and held.state.holds_money
            and self.today < held.matures_on
            and len(held.paid) < 12
            and add_months(held.start, len(held.paid)) <= self.today
        )
        if due and self.balance >= held.each:
            await self.saver.pay(self.tx, deposit, on=self.today)
            held.pay(self.today)
            self.balance -= held.each

    async def instruct(
        self, held: Held, deposit: service.Deposit, instruction: Instruction
    ) -> None:
        if (
            held.state is DepositState.OPEN
            and self.today < held.matures_on
            and instruction in deposit.product.instructions
        ):
            await service.instruct(
                self.tx,
                deposit_id=deposit.id,
                instruction=instruction,
                instructed_by=self.saver.actor,
                at=noon(self.today),
            )
            held.instruction = instruction

    async def check(self) -> None:
        """Every deposit is as the model has it, and so is the money, to the cent."""
        assert (await self.saver.balance(self.tx)).minor == self.balance
        for held, deposit_id in self.pairs:
            deposit = await service.get(self.tx, deposit_id)
            assert (deposit.state, deposit.principal.minor) == (held.state, held.principal)
            booked = await ledger.balance(self.tx, ledger.AccountId(deposit.ledger_account_id))
            if deposit.state is not DepositState.RENEWED:
                assert booked.posted == held.principal
            if deposit.state is DepositState.OPEN and deposit.accrued_through is not None:
                assert deposit.accrued_minor == accrued(deposit, through=deposit.accrued_through), (
                    "what the step adds up is what the rule says"
                )
        for product in ("time_3m", "instalment_1y"):
            assert await unclaimed(self.tx, product) == 0


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=settings().max_examples // 2,
)
@given(steps=steps)
async def test_whatever_is_done_the_books_are_the_models(
    database: Database, steps: list[tuple[str, int, Any]]
) -> None:
    async with database.write() as tx, undone(tx):
        await post_rates(tx)
        await post_demand(tx)
        saver = await new_saver(tx, money="100000000.00")
        bank = Bank(tx, saver, START, 10**10)
        for verb, first, second in steps:
            await bank.do(verb, first, second)
            await bank.check()


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=settings().max_examples // 3,
)
@given(
    product=st.sampled_from(["time_3m", "time_5y", "instalment_3y", "notice_7d"]),
    ended=st.integers(0, 2_000),
    more=st.integers(0, 40),
)
async def test_taken_on_any_day_it_leaves_exactly_nothing_owed(
    database: Database, product: str, ended: int, more: int
) -> None:
    async with database.write() as tx, undone(tx):
        await post_rates(tx)
        await post_demand(tx)
        saver = await new_saver(tx)
        deposit = await saver.open(tx, product, "60000.00", on=START, instruction=Instruction.HOLD)
        await end_day(tx, START + timedelta(days=ended))
        found = await service.get(tx, deposit.id)
        on = START + timedelta(days=ended + more + 1)
        _, paid = await saver.withdraw(tx, found, on=on)
        row = await row_of(tx, deposit.id)
        assert (row.accrued_minor, await unclaimed(tx, product)) == (0, 0)
        put_in = 6_000_000 * max(1, len(found.instalments))
        assert paid.principal.minor == put_in
        assert (await saver.balance(tx)).minor == 100_000_000 + paid.interest.minor
