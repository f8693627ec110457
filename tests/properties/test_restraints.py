"""Restraints on one account against a small model, in any order, with time passing unseen."""

from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.support.restrained import AT, STAFF, deduction, move, new_account, restrain
from tongbao.core.accounts import service as accounts
from tongbao.core.accounts.service import Authority, DepositAccount, Side, Stop
from tongbao.core.ledger import service as ledger
from tongbao.infra.db import Database, WriteSession, undone
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money

HOUR = timedelta(hours=1)
amounts = st.integers(1, 120)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("in"), amounts),
        st.tuples(st.just("out"), amounts),
        st.tuples(st.just("hold"), amounts),
        st.just(("void",)),
        st.tuples(
            st.just("place"),
            st.sampled_from([Stop.AMOUNT, Stop.AMOUNT, Stop.DEBIT, Stop.CREDIT, Stop.ALL]),
            amounts,
            st.sampled_from([0, 0, 0, 0, 3]),
            st.integers(1, 20),
            st.sampled_from([Authority.COURT, Authority.POLICE, Authority.BANK]),
        ),
        st.tuples(st.just("release"), st.integers(0, 5)),
        st.tuples(st.just("deduct"), st.integers(0, 5), amounts),
        st.tuples(st.just("wait"), st.integers(1, 8)),
        st.just(("job",)),
    ),
    min_size=4,
    max_size=16,
)


async def code_of(done: Awaitable[object]) -> str | None:
    """Return why something was refused, or None."""
    try:
        await done
    except TongbaoError as error:
        return error.code
    return None


@dataclass
class Ordered:
    """One restraint, in the model's own words."""

    id: UUID
    stop: Stop
    left: int
    begins: datetime
    ends: datetime
    bank: bool
    over: bool = False

    def binds(self, at: datetime) -> bool:
        return not self.over and self.begins <= at < self.ends


@dataclass
class Model:
    """An account of which every order holds what those before it leave."""

    balance: int = 0
    held: list[tuple[ledger.TransactionId, int]] = field(default_factory=list)
    orders: list[Ordered] = field(default_factory=list)

    def stopped(self, at: datetime, *stops: Stop) -> bool:
        return any(each.binds(at) and each.stop in stops for each in self.orders)

    def holds(self, at: datetime) -> dict[UUID, int]:
        left, found = self.balance - sum(minor for _, minor in self.held), {}
        for each in self.orders:
            if each.binds(at):
                takes = each.left if each.stop is Stop.AMOUNT else 0
                if each.stop in (Stop.DEBIT, Stop.ALL) and not each.bank:
                    takes = max(left, 0)
                found[each.id] = max(min(takes, left), 0)
                left -= found[each.id]
        return found

    def available(self, at: datetime) -> int:
        if self.stopped(at, Stop.DEBIT, Stop.ALL):
            return 0
        room = self.balance - sum(minor for _, minor in self.held)
        return max(room - sum(self.holds(at).values()), 0)


@dataclass
class Walk:
    """The account and its model, step by step."""

    tx: WriteSession
    account: DepositAccount
    court: DepositAccount
    model: Model = field(default_factory=Model)
    at: datetime = AT

    async def agree(self) -> None:
        """The account says what the model says, whether or not the ledger follows already."""
        balance = await accounts.balance(self.tx, self.account.id, at=self.at)
        assert balance.booked.minor == self.model.balance
        assert balance.available.minor == self.model.available(self.at) >= 0
        found = await accounts.restraints(self.tx, self.account.id, at=self.at)
        holds = self.model.holds(self.at)
        for held in found:
            if held.holds is not None:
                assert held.holds.minor == holds.get(held.restraint.id, 0)
        assert {each.restraint.id for each in found if each.restraint.stands(self.at)} == set(holds)

    async def may(self, side: Side) -> bool:
        (stop,) = await accounts.stops(self.tx, [(self.account.id, side)], at=self.at)
        return stop is None

    async def money_in(self, minor: int) -> None:
        stopped = self.model.stopped(self.at, Stop.CREDIT, Stop.ALL)
        assert await self.may(Side.RECEIVES) is not stopped
        result = await move(self.tx, self.account, Money(minor, "CNY"), at=self.at)
        assert (result.status == "refused") is stopped
        self.model.balance += 0 if stopped else minor

    async def money_out(self, minor: int, *, hold: bool = False) -> None:
        stopped = self.model.stopped(self.at, Stop.DEBIT, Stop.ALL)
        assert await self.may(Side.PAYS) is not stopped
        kind = ledger.TransactionKind.PENDING if hold else ledger.TransactionKind.POSTED
        result = await move(
            self.tx, self.account, Money(minor, "CNY"), out=True, at=self.at, kind=kind
        )
        passes = minor <= self.model.available(self.at)
        assert (result.status == "posted") is passes
        if passes and hold:
            self.model.held.append((result.transaction_id, minor))
        elif passes:
            self.model.balance -= minor

    async def void(self) -> None:
        if self.model.held:
            pending, _ = self.model.held.pop()
            new = ledger.void(transaction_id=ledger.TransactionId(new_id()), pending_id=pending)
            (result,) = await ledger.post(self.tx, [new], at=self.at)
            result.raise_for_refusal()

    async def place(
        self, stop: Stop, minor: int, begins: int, lasts: int, authority: Authority
    ) -> None:
        amount = Money(minor, "CNY") if stop is Stop.AMOUNT else None
        placed = await restrain(
            self.tx,
            self.account,
            stop,
            amount,
            authority=authority,
            begins=begins * HOUR,
            lasts=lasts * HOUR,
            at=self.at,
        )
        since = self.at + begins * HOUR
        bank = authority is Authority.BANK
        self.model.orders.append(Ordered(placed.id, stop, minor, since, since + lasts * HOUR, bank))

    async def release(self, which: int) -> None:
        if not self.model.orders:
            return
        order = self.model.orders[which % len(self.model.orders)]
        ended = order.over or order.ends <= self.at
        released = accounts.release(
            self.tx,
            account_id=self.account.id,
            restraint_id=order.id,
            document_number=None,
            reason="解除",
            released_by=STAFF,
            approved_by=None,
            at=self.at,
        )
        assert await code_of(released) == ("accounts.restraint_ended" if ended else None)
        order.over = True

    async def deduct(self, which: int, minor: int) -> None:
        if not self.model.orders:
            return
        order = self.model.orders[which % len(self.model.orders)]
        can = 0
        if not order.bank and order.stop is not Stop.CREDIT:
            can = self.model.holds(self.at).get(order.id, 0)
        wanted = deduction(self.account, order.id, Money(minor, "CNY"), self.court.number)
        code = await code_of(accounts.deduct(self.tx, wanted, at=self.at))
        if order.over or order.ends <= self.at:
            assert code == "accounts.restraint_ended"
        elif minor > can:
            assert code == "accounts.not_deductible"
        else:
            assert code is None
            self.model.balance -= minor
            if order.stop is Stop.AMOUNT:
                order.left -= minor
                order.over = order.left == 0

    async def take(self, verb: str, *given_: object) -> None:
        match verb, given_:
            case "in", (int(minor),):
                await self.money_in(minor)
            case (("out" | "hold"), (int(minor),)):
                await self.money_out(minor, hold=verb == "hold")
            case "void", _:
                await self.void()
            case "place", (Stop() as stop, int(minor), int(begins), int(lasts), Authority() as by):
                await self.place(stop, minor, begins, lasts, by)
            case "release", (int(which),):
                await self.release(which)
            case "deduct", (int(which), int(minor)):
                await self.deduct(which, minor)
            case "wait", (int(hours),):
                self.at += hours * HOUR
            case "job", _:
                await accounts.catch_up(self.tx, at=self.at)


@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(
    steps=[
        ("in", 100),
        ("place", Stop.AMOUNT, 80, 0, 10, Authority.COURT),
        ("place", Stop.AMOUNT, 50, 0, 20, Authority.POLICE),  # takes effect on 20
        ("out", 1),
        ("in", 10),  # caught by the second
        ("deduct", 1, 31),
        ("deduct", 1, 30),
        ("wait", 8),
        ("wait", 4),  # the first is over, without a job
        ("out", 61),
        ("out", 60),
    ]
)
@given(steps=steps)
async def test_every_order_holds_what_the_earlier_ones_leave(
    database: Database, steps: list[tuple[str, *tuple[object, ...]]]
) -> None:
    async with database.write() as tx, undone(tx):
        walk = Walk(tx, await new_account(tx), await new_account(tx))
        for step in steps:
            await walk.take(*step)
            await walk.agree()
