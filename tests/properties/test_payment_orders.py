"""Orders that leave the house against a small model: what the channels have really done.

The laws: no order is ever executed twice; what is booked is what was executed, what is held is what
may have been; a payer loses amount and fee of what was made, nothing of what was not, and the bank
earns exactly these fees; a final state is never left; and once channels answer, every order ends as
the truth has it. Workers die at any point, answers come late, requests are delivered late. Top-ups
that somebody pays at a wallet are among them: paid, refused, taken back and expired at any moment.
"""

import asyncio
import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tests.support.memory_channel import Clock, MemoryChannel, outside
from tests.unit.core.payments.outgoing import money, sender, sent
from tongbao.core.channels.service import Answer, Outcome, Reason
from tongbao.core.ledger import service as ledger
from tongbao.core.payments import service
from tongbao.core.payments.domain import NotCancellable, NotUnknown, TooManyToPay
from tongbao.core.payments.domain.fees import FeeBand, FeeKind, FeeRule
from tongbao.core.payments.domain.life import OVER, Timing
from tongbao.core.payments.service.orders.driving import Step, _prepare, step
from tongbao.core.payments.service.orders.recording import hear
from tongbao.core.payments.service.orders.resolving import ProposedResolution, _resolve
from tongbao.infra.db import Database
from tongbao.infra.postgres import APP_ROLE, Urls
from tongbao.infra.proposals import Approved
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money, Rate
from tongbao.kernel.text import Text

FUNDS = 1_000_00
EXAMPLES = {"quick": 8, "deep": 300}
TIMING = Timing()
PLANS = (
    "done", "pending", "refused", "elsewhere", "dropped", "done_silently", "pending_silently",
    "refused_silently", "unreachable", "broken",
)  # fmt: skip
plans = st.sampled_from(PLANS)
picks = st.integers(0, 7)


@dataclass
class Late:
    """A request that was noted and whose answer, or even delivery, is still to come."""

    order_id: UUID
    step: Step
    answer: Answer | None = None


class OrderMachine(RuleBasedStateMachine):
    """Random verbs on real orders over two channels that do anything, time moving."""

    urls: Urls

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.database = Database.connect(self.urls.app, role=APP_ROLE, pool_size=2)
        self.clock = Clock()
        self.channels = (MemoryChannel("first"), MemoryChannel("second"))
        self.stack = ExitStack()
        self.stack.enter_context(outside(self.clock, *self.channels))
        self.holder = self.runner.run(sender(self.database, f"{FUNDS // 100}.00"))
        self.runner.run(self._charging())
        self.orders: dict[UUID, int] = {}
        self.top_ups: dict[UUID, int] = {}
        self.fees: dict[UUID, int] = {}
        self.over: dict[UUID, str] = {}
        self.late: list[Late] = []

    @rule(amount=st.integers(1, 400), first=plans, second=plans)
    def send(self, amount: int, first: str, second: str) -> None:
        """Order something; say what the channels will do next."""
        for channel, plan in zip(self.channels, (first, second), strict=True):
            channel.plan(plan)
        order = self._run(sent(self.database, self.holder, self.clock, f"{amount}.00"))
        fee = 0 if order.refusal else 53 + (amount * 100 + 500) // 1000
        assert order.fee_minor == fee
        self.orders[order.id], self.fees[order.id] = amount * 100 + fee, fee

    @rule(amount=st.integers(1, 400), wallet=st.sampled_from(["first", "second", None]), plan=plans)
    def top_up(self, amount: int, wallet: str | None, plan: str) -> None:
        """Begin a top-up that somebody is to pay at one of the channels."""
        for channel in self.channels:
            channel.plan(plan)
        self._run(self._begun(amount, wallet))

    @rule(pick=picks)
    def drive(self, pick: int) -> None:
        """Take an order one step further."""
        if self.orders:
            self._run(step(self.database, self._pick(pick), clock=self.clock))

    @rule(pick=picks, delivered=st.booleans())
    def die(self, pick: int, *, delivered: bool) -> None:
        """Note the next attempt and die: before it is sent, or before its answer is noted."""
        if not self.orders:
            return
        late = self._run(self._noted(self._pick(pick)))
        if late is None:
            return
        if delivered and (late.step.closes or not late.step.by_inquiry):
            late.answer = self._run(self._submitted(late.step))
        self.late.append(late)

    @rule(pick=picks)
    def deliver_late(self, pick: int) -> None:
        """Let a request arrive that was on its way, as long as a process would still send it."""
        if not self.late:
            return
        late = self.late[pick % len(self.late)]
        in_time = self.clock() < late.step.instruction.at + TIMING.lease
        if late.answer is None and not late.step.by_inquiry and in_time:
            late.answer = self._run(self._submitted(late.step))

    @rule(pick=picks)
    def answer_late(self, pick: int) -> None:
        """Let an answer be noted long after it was given; perhaps again."""
        if self.late:
            late = self.late[pick % len(self.late)]
            if late.answer is not None:
                self._run(self._heard(late))

    @rule(pick=picks, settles=st.booleans())
    def finish(self, pick: int, *, settles: bool) -> None:
        """Let a channel come to the end of something it has in process."""
        pending = [
            (channel, reference)
            for channel in self.channels
            for reference, each in channel.book.items()
            if each.outcome is Outcome.PENDING
        ]
        if pending:
            channel, reference = pending[pick % len(pending)]
            if settles:
                channel.settle(reference)
            else:
                channel.refuse(reference, Reason.ACCOUNT_CLOSED)

    @rule(seconds=st.sampled_from([1, 30, 95, 700, 900]), deaf=st.booleans())
    def wait(self, seconds: int, *, deaf: bool) -> None:
        """Let time pass; a channel may be deaf to inquiries for a while."""
        self.clock.at += timedelta(seconds=seconds)
        self.channels[0].deaf = deaf

    @rule(pick=picks)
    def cancel(self, pick: int) -> None:
        """Try to take an order back."""
        if self.orders:
            self._run(self._cancelled(self._pick(pick)))

    @rule(pick=picks)
    def resolve(self, pick: int) -> None:
        """Resolve an unknown order as it is with the channels, if that is certain."""
        if not self.orders:
            return
        order_id = self._pick(pick)
        of_it = [each for each in self._truth(order_id) if each is not Outcome.NOT_DONE]
        on_its_way = any(each.order_id == order_id and each.answer is None for each in self.late)
        if Outcome.PENDING in of_it or (not of_it and on_its_way):
            return
        self._run(self._resolved(order_id, "executed" if of_it else "not_executed"))

    @invariant()
    def nothing_is_executed_twice(self) -> None:
        for order_id in self.orders:
            alive = [each for each in self._truth(order_id) if each is not Outcome.NOT_DONE]
            assert len(alive) <= 1, order_id

    @invariant()
    def the_money_is_where_the_orders_say(self) -> None:
        stands = self._run(self._statuses())
        came = sum(self.top_ups.get(each, 0) for each, at in stands.items() if at == "settled")
        settled = sum(self.orders[each] for each, at in stands.items() if at == "settled")
        gone = {"rejected", "cancelled"}
        held = sum(self.orders[each] for each, at in stands.items() if at not in gone)
        booked, available = (FUNDS + came - settled, FUNDS + came - held)
        found = self._run(money(self.database, self.holder))
        assert found == tuple(f"{minor // 100}.{minor % 100:02}" for minor in (booked, available))
        fees = {each: self.fees[each] for each, at in stands.items() if at == "settled"}
        assert self._run(self._earned()) == sum(fees.values())

    @invariant()
    def what_is_over_agrees_with_the_channels_and_stays(self) -> None:
        for order_id, stands in self._run(self._statuses()).items():
            assert self.over.get(order_id, stands) == stands
            if stands in {each.value for each in OVER}:
                self.over[order_id] = stands
                truth = self._truth(order_id)
                assert (Outcome.DONE in truth) is (stands == "settled"), (order_id, stands)
                assert Outcome.PENDING not in truth

    def teardown(self) -> None:
        """Let channels answer; every order comes to its end."""
        try:
            for channel in self.channels:
                channel.deaf = False
                channel.plans.clear()
                for reference, each in channel.book.items():
                    if each.outcome is Outcome.PENDING:
                        channel.settle(reference)
            for _ in range(10):
                self.clock.at += timedelta(minutes=15)
                for order_id in self.orders:
                    self._run(step(self.database, order_id, clock=self.clock))
            stands = self._run(self._statuses())
            assert set(stands.values()) <= {"settled", "rejected", "cancelled"}, stands
            self.nothing_is_executed_twice()
            self.what_is_over_agrees_with_the_channels_and_stays()
            self.the_money_is_where_the_orders_say()
        finally:
            self.stack.close()
            self.runner.run(self.database.close())
            self.runner.close()

    def _run(self, work: Any) -> Any:
        return self.runner.run(work)

    def _pick(self, pick: int) -> UUID:
        return list(self.orders)[pick % len(self.orders)]

    def _truth(self, order_id: UUID) -> list[Outcome]:
        """Return what the channels have made of an order's attempts."""
        return [
            each.outcome
            for channel in self.channels
            for each in channel.book.values()
            if each.instruction.end_to_end_id == order_id.hex
        ]

    async def _charging(self) -> None:
        """Let a payment cost half a yuan and a thousandth, whichever channel it goes by."""
        band = FeeBand(Money.zero("CNY"), Money(53, "CNY"), Rate.percent("0.1"))
        title = Text(zh="跨行手续费", en="Credit transfer fee")
        kind = FeeKind.CREDIT_TRANSFER
        fee = FeeRule(kind, "CNY", channel=None, party_kind=None, title=title, bands=(band,))
        async with self.database.write() as tx:
            await service.set_fee(tx, fee, set_by=new_id(), at=self.clock())
        self.before = 0
        self.before = await self._earned()

    async def _earned(self) -> int:
        """Return what the bank's accounts of fees and tax have grown by."""
        async with self.database.write() as tx:
            books = [
                await ledger.internal_account(
                    tx, code=code, asset="CNY", category=category, name="-", at=self.clock()
                )
                for code, category in (
                    ("payments.fees.CNY", ledger.Category.INCOME),
                    ("payments.vat.CNY", ledger.Category.LIABILITY),
                )
            ]
            found = await ledger.balances(tx, [each.id for each in books])
        return sum(each.posted for each in found.values()) - self.before

    async def _statuses(self) -> dict[UUID, str]:
        async with self.database.read() as tx:
            return {
                order_id: (await service.get(tx, order_id)).status.value for order_id in self.orders
            }

    async def _noted(self, order_id: UUID) -> Late | None:
        async with self.database.write() as tx:
            noted = await _prepare(tx, order_id, at=self.clock())
        return None if noted is None else Late(order_id, noted)

    async def _begun(self, amount: int, wallet: str | None) -> None:
        try:
            async with self.database.write() as tx:
                order = await service.top_up_from_wallet(
                    tx,
                    creditor_account_id=self.holder.account.id,
                    wallet=wallet,
                    amount=Money(amount * 100, "CNY"),
                    initiated_by=self.holder.actor,
                    at=self.clock(),
                )
        except TooManyToPay:
            return
        assert order.refusal is None
        self.orders[order.id], self.fees[order.id] = 0, 0
        self.top_ups[order.id] = amount * 100

    async def _submitted(self, noted: Step) -> Answer:
        channel = next(each for each in self.channels if each.name == noted.channel)
        try:
            if noted.closes:
                return await channel.close(noted.instruction)
            return await channel.submit(noted.instruction)
        except RuntimeError:
            return Answer(outcome=Outcome.UNKNOWN)

    async def _heard(self, late: Late) -> None:
        assert late.answer is not None
        async with self.database.write() as tx:
            await hear(
                tx,
                late.order_id,
                late.step.attempt_id,
                late.answer,
                by_inquiry=late.step.by_inquiry,
                at=self.clock(),
                timing=TIMING,
            )

    async def _cancelled(self, order_id: UUID) -> None:
        try:
            async with self.database.write() as tx:
                await service.cancel(tx, order_id, cancelled_by=self.holder.actor, at=self.clock())
        except NotCancellable:
            pass

    async def _resolved(self, order_id: UUID, outcome: Any) -> None:
        told = ProposedResolution(payment_id=order_id, outcome=outcome, reason="查证")
        by = Approved(new_id(), self.holder.actor, self.holder.actor, "")
        try:
            async with self.database.write() as tx:
                await _resolve(tx, told, by, self.clock())
        except NotUnknown:
            pass


def test_orders_agree_with_what_the_channels_did(fresh_database: Callable[..., Urls]) -> None:
    class Here(OrderMachine):
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
