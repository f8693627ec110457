"""Payments against a small model of a customer's limits: lowered, raised, given back, day by day.

The law: a payment is settled if, and only if, the model has room and money for it; and what is left
of the day and the year is always the model's.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.core.conftest import AT
from tests.unit.core.payments.conftest import new_holder
from tests.unit.core.payments.test_payments_service import pay
from tongbao.core.payments import service
from tongbao.infra.db import Database, WriteSession, undone
from tongbao.kernel.clock import business_date
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.kernel.text import Text
from tongbao.risk.limits import service as limits
from tongbao.risk.limits.service import Dimension, Headroom, Rule, Whose, Window

BANK = {"transaction": 60, "day": 100, "month": 170}
CEILING = 160
FUNDS = 400

steps = st.lists(
    st.one_of(
        st.tuples(st.just("pay"), st.integers(1, 80)),
        st.tuples(st.just("pay"), st.integers(1, 80)),
        st.tuples(st.just("lower"), st.integers(0, 100)),
        st.tuples(st.just("restore"), st.just(0)),
        st.tuples(st.just("raise"), st.integers(1, CEILING)),
        st.tuples(st.just("end"), st.just(0)),
        st.tuples(st.just("wait"), st.integers(1, 40)),
    ),
    min_size=1,
    max_size=16,
)


@dataclass
class Model:
    """What was paid when, and what the customer has set for the day."""

    paid: list[tuple[datetime, int]] = field(default_factory=list)
    lowered: int | None = None
    raised: tuple[int, datetime] | None = None
    money: int = FUNDS

    def day_maximum(self, at: datetime) -> int:
        most = BANK["day"] if self.lowered is None else min(BANK["day"], self.lowered)
        if self.raised is not None and at < self.raised[1]:
            most = max(most, self.raised[0])
        return most

    def left(self, at: datetime) -> dict[str, int]:
        today = business_date(at)
        day = sum(minor for when, minor in self.paid if business_date(when) == today)
        month = sum(
            minor
            for when, minor in self.paid
            if business_date(when).replace(day=1) == today.replace(day=1)
        )
        return {
            "transaction": BANK["transaction"],
            "day": max(self.day_maximum(at) - day, 0),
            "month": max(BANK["month"] - month, 0),
        }

    def pay(self, minor: int, at: datetime) -> str | None:
        if minor > min(self.left(at).values()):
            return "limits.exceeded"
        if minor > self.money:
            return "ledger.insufficient_funds"
        self.paid.append((at, minor))
        self.money -= minor
        return None


class Customer:
    """Rules of a level and kind that nobody else has: its own product of the tests."""

    def __init__(self, tx: WriteSession, party_id: UUID) -> None:
        self.tx, self.party_id = tx, party_id
        self.tally = f"t{new_id().hex}"

    async def begin(self) -> None:
        for window, maximum in BANK.items():
            rule = Rule(
                code=f"{self.tally}_{window}",
                tally=self.tally,
                title=Text(zh="测试", en="Test"),
                counted_by=frozenset({Dimension.PARTY}),
                window=Window(window),
                maximum=maximum,
                raise_maximum=CEILING if window == "day" else None,
                operation="payments.transfer",
            )
            await limits.set_rule(self.tx, rule, set_by=self.party_id, at=AT - timedelta(days=1))

    async def rooms(self, at: datetime) -> dict[str, Headroom]:
        whose = Whose(self.party_id, "person", 3)
        found = await limits.own(self.tx, whose, at=at)
        return {room.rule.period: room for room in found if room.rule.tally == self.tally}


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=20,
)
@given(steps=steps)
async def test_payments_do_what_the_model_says(
    database: Database, steps: list[tuple[str, int]]
) -> None:
    async with database.write() as tx, undone(tx):
        payer = await new_holder(tx, "甲", money=Money(FUNDS, "CNY").text)
        shop = await new_holder(tx, "乙")
        customer, model, at = Customer(tx, payer.account.party_id), Model(), AT
        await customer.begin()
        for verb, number in steps:
            day = (await customer.rooms(at))["day"]
            if verb == "wait":
                at += timedelta(hours=number)
            elif verb == "pay":
                order = await pay(tx, payer, shop, Money(number, "CNY"), at=at)
                assert (order.refusal and order.refusal.code) == model.pay(number, at)
                assert (order.status is service.Status.SETTLED) is (order.refusal is None)
            elif verb in {"lower", "restore"}:
                model.lowered = number if verb == "lower" else None
                await limits.lower(
                    tx, day, party_id=customer.party_id, maximum=model.lowered,
                    set_by=customer.party_id, at=at,
                )  # fmt: skip
            elif verb == "end":
                model.raised = None
                await limits.end_raise(tx, day, party_id=customer.party_id, at=at)
            elif number > day.unraised:
                until = at + timedelta(hours=24)
                model.raised = (number, until)
                await limits.raise_for_a_time(
                    tx, day, party_id=customer.party_id, maximum=number, until=until,
                    set_by=customer.party_id, at=at,
                )  # fmt: skip
            rooms = await customer.rooms(at)
            assert {period: room.left for period, room in rooms.items()} == model.left(at)
