"""Paid bills against the biller's own book, which is the sandbox's.

The laws: no bill is taken twice for us, and none is taken whose money went back; the money is where
paid bills say; a final state is never left; once the biller answers, every bill comes to the end
that its book has. Workers die at any point, requests and answers come late, others pay first.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.support.bills import booked, new_household
from tongbao.infra import crypto
from tongbao.infra.db import Database
from tongbao.infra.postgres import APP_ROLE, Urls
from tongbao.kernel.clock import now
from tongbao.kernel.money import Money
from tongbao.products.bills import service
from tongbao.products.bills.domain.answers import Answer
from tongbao.products.bills.domain.payments import BillState, Timing
from tongbao.products.bills.service.driving import Step, hear, prepare

FUNDS = 1_000_00
EXAMPLES = {"quick": 5, "deep": 300}
TIMING = Timing()
FINAL = {BillState.CONFIRMED, BillState.REFUNDED}
picks = st.integers(0, 7)


@dataclass
class Late:
    """A telling that was noted, and whose answer or even delivery is still to come."""

    step: Step
    answer: Answer | None = None


class BillMachine(RuleBasedStateMachine):
    """Random verbs on real paid bills, time moving."""

    urls: Urls

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.database = Database.connect(self.urls.app, role=APP_ROLE, pool_size=2)
        self.runner.run(crypto.start(self.database, at=now()))
        self.house = self.runner.run(new_household(self.database, f"{FUNDS // 100}.00"))
        self.bills: dict[UUID, service.BillPayment] = {}
        self.over: dict[UUID, BillState] = {}
        self.late: list[Late] = []

    @rule(
        fen=st.integers(1, 90_00),
        plan=st.sampled_from(["taken_silently", "dropped", "not_sent", "taken"]),
        elsewhere=st.booleans(),
        steps=st.integers(0, 2),
    )
    def pay(self, fen: int, plan: str, *, elsewhere: bool, steps: int) -> None:
        """Pay a bill; somebody else may too; perhaps tell the biller, by plan, and go on."""
        if len(self.bills) == 8:
            return
        owed = self.house.gateway.owe(Money(fen, "CNY").text)
        paid = self._run(self.house.pay(self.database, owed))
        self.bills[paid.id] = paid
        if elsewhere:
            self.house.gateway.pay_elsewhere(owed.reference)
        self.house.gateway.plans.append(plan)
        for _ in range(steps):
            self._run(self.house.step(self.database, paid.id))

    @precondition(lambda self: self.bills)
    @rule(pick=picks)
    def drive(self, pick: int) -> None:
        """Take a bill one step further."""
        self._run(self.house.step(self.database, self._pick(pick)))

    @precondition(lambda self: self.bills)
    @rule(pick=picks, delivered=st.booleans())
    def die(self, pick: int, *, delivered: bool) -> None:
        """Note the next step and die: before the biller is told, or before it is heard."""
        noted = self._run(self._noted(self._pick(pick)))
        if noted is not None and not noted.by_inquiry:
            self.late.append(Late(noted))
            if delivered:
                self._deliver(self.late[-1])

    @precondition(lambda self: self.late)
    @rule(pick=picks)
    def deliver_late(self, pick: int) -> None:
        """Let a request arrive that was on its way, as long as a process would still send it."""
        late = self.late[pick % len(self.late)]
        if late.answer is None and self.house.clock() < late.step.since + TIMING.lease:
            self._deliver(late)

    @precondition(lambda self: self.late)
    @rule(pick=picks)
    def answer_late(self, pick: int) -> None:
        """Let an answer be heard long after it was given; perhaps again."""
        late = self.late[pick % len(self.late)]
        if late.answer is not None:
            self._run(self._heard(late))

    @rule(seconds=st.sampled_from([1, 30, 61, 95, 700]), deaf=st.booleans())
    def wait(self, seconds: int, *, deaf: bool) -> None:
        """Let time pass; the biller may be deaf to inquiries for a while."""
        self.house.clock.on(seconds=seconds)
        self.house.gateway.deaf = deaf

    @precondition(lambda self: self.bills)
    @rule(pick=picks)
    def pay_elsewhere(self, pick: int) -> None:
        """Let somebody else pay a bill that may be under way."""
        self.house.gateway.pay_elsewhere(self.bills[self._pick(pick)].reference)

    @invariant()
    def book_and_money_are_what_the_bills_say(self) -> None:
        states, money = self._run(self._truth())
        taken = self.house.gateway.taken()
        assert max(Counter(taken.values()).values(), default=0) <= 1
        for paid_id, state in states.items():
            if self.over.get(paid_id) in FINAL:
                assert state is self.over[paid_id]
            self.over[paid_id] = state
            if state in FINAL:
                assert (paid_id in taken) is (state is BillState.CONFIRMED), state
        kept = sum(
            self.bills[each].amount.minor
            for each, state in states.items()
            if state is not BillState.REFUNDED
        )
        assert money == (Money(FUNDS - kept, "CNY"), Money(kept, "CNY"))

    def teardown(self) -> None:
        """Let the biller answer; every bill comes to its end."""
        try:
            self.house.gateway.deaf = False
            self.house.gateway.plans.clear()
            for _ in range(6):
                self.house.clock.at += timedelta(minutes=15)
                for paid_id in self.bills:
                    self._run(self.house.step(self.database, paid_id))
            self.book_and_money_are_what_the_bills_say()
            assert set(self.over.values()) <= FINAL
        finally:
            self.runner.run(self.database.close())
            self.runner.close()

    def _run(self, work: Any) -> Any:
        return self.runner.run(work)

    def _pick(self, pick: int) -> UUID:
        return list(self.bills)[pick % len(self.bills)]

    def _deliver(self, late: Late) -> None:
        paid = late.step.paid
        telling = self.house.gateway.tell(paid.id, reference=paid.reference, amount=paid.amount)
        late.answer = self._run(telling)

    async def _truth(self) -> tuple[dict[UUID, BillState], tuple[Money, Money]]:
        async with self.database.read() as tx:
            states = {
                each: (await service.get(tx, each, visible_to=None)).state for each in self.bills
            }
            sides = self.house.holder.account, self.house.biller_account
            return states, (await booked(tx, sides[0]), await booked(tx, sides[1]))

    async def _noted(self, paid_id: UUID) -> Step | None:
        async with self.database.write() as tx:
            return await prepare(tx, paid_id, at=self.house.clock())

    async def _heard(self, late: Late) -> None:
        assert late.answer is not None
        async with self.database.write() as tx:
            await hear(tx, late.step, late.answer, at=self.house.clock())


def test_paid_bills_agree_with_the_billers_book(fresh_database: Callable[..., Urls]) -> None:
    class Here(BillMachine):
        urls = fresh_database()

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=EXAMPLES[os.environ.get("TONGBAO_HYPOTHESIS", "quick")],
            stateful_step_count=16,
            deadline=None,
            derandomize=True,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
