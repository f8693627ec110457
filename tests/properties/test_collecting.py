"""Collecting against a small model: links that count, requests that fill up, codes that are spent.

The laws: a payment is settled if, and only if, the model allows it; what was collected is what the
payer has lost; a link's count, a request's sum and the codes that were spent are the model's.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.collecting import booked, knows, new_shop, new_user, pay_code, paying, shown
from tests.unit.core.conftest import AT
from tests.unit.core.payments.conftest import Holder
from tongbao.core.accounts import service as accounts
from tongbao.core.payments import service as payments
from tongbao.infra.db import Database, WriteSession, undone
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.money import Money
from tongbao.products.collecting import service
from tongbao.products.collecting.domain.pay_codes import CODES_OF_A_STEP_MAX, step_of

FUNDS = 300
ASKED = 90
AT_ONCE = 40
TIMES = 3
PRICE = 20
START = AT.replace(second=0, microsecond=0)
LIFE = timedelta(minutes=3)

steps = st.lists(
    st.one_of(
        st.tuples(st.just("link"), st.just(0)),
        st.tuples(st.just("part"), st.integers(1, 60)),
        st.tuples(st.just("show"), st.just(0)),
        st.tuples(st.just("charge"), st.integers(1, 50)),
        st.tuples(st.just("wait"), st.integers(1, 70)),
    ),
    min_size=4,
    max_size=20,
)


@dataclass
class Model:
    """What has been paid, and what the code shown last is good for."""

    money: int = FUNDS
    count: int = 0
    paid: int = 0
    good: dict[str, datetime] = field(default_factory=dict)
    step: int = 0
    spent: Counter[int] = field(default_factory=Counter)

    def settle(self, minor: int) -> str:
        if minor > self.money:
            return "ledger.insufficient_funds"
        self.money -= minor
        return ""

    def link(self, at: datetime) -> str:
        if at >= START + LIFE or self.count == TIMES:
            return "collecting.link_ended"
        refused = self.settle(PRICE)
        self.count += not refused
        return refused

    def part(self, minor: int, at: datetime) -> str:
        if at >= START + LIFE or self.paid == ASKED:
            return "collecting.request_ended"
        if minor > ASKED - self.paid:
            return "collecting.more_than_asked"
        refused = self.settle(minor)
        self.paid += 0 if refused else minor
        return refused

    def charge(self, code: str, minor: int, at: datetime) -> str:
        if at >= self.good.pop(code, at):
            return "collecting.pay_code_not_good"
        self.spent[self.step] += 1
        if minor > AT_ONCE or self.settle(minor):
            return "collecting.charge_declined"
        return ""


async def became(tx: WriteSession, work: object) -> str:
    """The code of what refused it, or nothing; what is refused leaves nothing behind."""
    savepoint = await tx.begin_nested()
    try:
        done = await work  # type: ignore[misc]
    except TongbaoError as refusal:
        await savepoint.rollback()
        return refusal.code
    await savepoint.commit()
    if isinstance(done, TongbaoError):
        return done.code
    assert isinstance(done, payments.Transfer)
    return "" if done.refusal is None else done.refusal.code


async def spent(tx: WriteSession, payer: Holder) -> int:
    return FUNDS - (await accounts.balance(tx, payer.account.id)).booked.minor


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=10,
)
@given(steps=steps)
async def test_collecting_does_what_the_model_says(
    database: Database, steps: list[tuple[str, int]]
) -> None:
    async with database.write() as tx, undone(tx):
        shop = await new_shop(tx)
        payer = await knows(tx, await new_user(tx, money=Money(FUNDS, "CNY").text), shop)
        code_id = await pay_code(tx, payer, Money(AT_ONCE, "CNY").text)
        link = await shop.link(
            tx, amount=Money(PRICE, "CNY"), payments_max=TIMES, expires_at=START + LIFE
        )
        request = await shop.ask(
            tx, payer, Money(ASKED, "CNY"), in_parts=True, expires_at=START + LIFE
        )
        model, at, code, by = Model(), START, "70" + "0" * 18, paying(payer)
        for verb, number in steps:
            amount = Money(number, "CNY")
            if verb == "wait":
                at += timedelta(seconds=number)
            elif verb == "show":
                if model.spent[step_of(at)] == CODES_OF_A_STEP_MAX:
                    continue
                known = await shown(tx, payer, code_id, at=at)
                if known.code != code:
                    code, model.good = known.code, {known.code: known.good_until}
                    model.step = step_of(at)
            elif verb == "link":
                work = service.pay_link(tx, token=link.token, amount=None, payer=by, at=at)
                assert await became(tx, work) == model.link(at)
            elif verb == "part":
                paid = service.pay_request(
                    tx, request_id=request.id, amount=amount, payer=by, at=at
                )
                assert await became(tx, paid) == model.part(number, at)
            else:
                charged = shop.charge(tx, code, amount.text, at=at)
                assert await became(tx, charged) == model.charge(code, number, at)
            assert (await service.get_link(tx, link.id)).paid_count == model.count
            assert (await service.get_request(tx, request.id)).paid.minor == model.paid
            assert await spent(tx, payer) == FUNDS - model.money
        assert Money.parse(await booked(tx, shop.holder), "CNY").minor == FUNDS - model.money
