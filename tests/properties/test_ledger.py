"""The ledger agrees with a model small enough to be read: every result, balance and entry."""

import asyncio
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tongbao.core.ledger import service as ledger
from tongbao.core.ledger.domain import asset_of, units
from tongbao.core.ledger.service import (
    AccountId,
    AccountStatus,
    Category,
    NewPosting,
    NewTransaction,
    TransactionId,
    TransactionKind,
)
from tongbao.infra.db import Database
from tongbao.infra.postgres import Urls
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money

AT = datetime(2026, 3, 2, 4, tzinfo=UTC)
TODAY = date(2026, 3, 2)
JANUARY = (date(2026, 1, 1), date(2026, 2, 1))
UNKNOWN = AccountId(UUID(int=0))
KIND = TransactionKind


@dataclass
class ModelAccount:
    """An account as a child would keep it: what is there, and what is promised away."""

    currency: str
    debit_normal: bool
    overdraft: int | None
    status: AccountStatus = AccountStatus.ACTIVE
    balance: int = 0
    promised: int = 0
    expected: int = 0
    history: list[tuple[str, int, int]] = field(default_factory=list)

    @property
    def overdrawn(self) -> bool:
        """Tell whether more is promised than is there."""
        return self.overdraft is not None and self.balance - self.promised + self.overdraft < 0


@dataclass
class Model:
    """The ledger, one item after the other, all or nothing."""

    accounts: dict[AccountId, ModelAccount] = field(default_factory=dict)
    booked: dict[UUID, NewTransaction] = field(default_factory=dict)
    open: dict[UUID, NewTransaction] = field(default_factory=dict)
    reversed: dict[tuple[UUID, int], int] = field(default_factory=dict)
    january_closed: bool = False
    now: datetime = AT

    def post(self, new: NewTransaction) -> str:
        """Return what must become of a transaction, and book it if it is to be booked."""
        if new.id in self.booked:
            return "duplicate" if self.booked[new.id] == new else "ledger.id_reused"
        effective_on = new.effective_on or TODAY
        if self.january_closed and JANUARY[0] <= effective_on < JANUARY[1]:
            return "ledger.period_closed"
        if reason := self._target_fault(new) or self._fault(new):
            return reason
        before = {k: (a.balance, a.promised, a.expected) for k, a in self.accounts.items()}
        steps = [step for posting in new.postings for step in self._move(new, posting)]
        if new.kind in {KIND.CAPTURE, KIND.VOID, KIND.EXPIRY}:
            self._hold(self.open[new.target], -1)  # type: ignore[index]
        if any(account.overdrawn for account in self.accounts.values()):
            for key, (balance, promised, expected) in before.items():
                account = self.accounts[key]
                account.balance, account.promised, account.expected = balance, promised, expected
            return "ledger.insufficient_funds"
        self._keep(new)
        for account, side, amount, balance in steps:
            account.history.append((side, amount, balance))
        return "posted"

    def _keep(self, new: NewTransaction) -> None:
        self.booked[new.id] = new
        if new.kind is KIND.PENDING:
            self.open[new.id] = new
        elif new.kind is KIND.REVERSAL:
            for posting in new.postings:
                key = (new.target, posting.ordinal)
                self.reversed[key] = self.reversed.get(key, 0) + units(posting.amount)  # type: ignore[index, arg-type]
        elif new.target is not None:
            del self.open[new.target]

    def _move(
        self, new: NewTransaction, posting: NewPosting
    ) -> Iterator[tuple[ModelAccount, str, int, int]]:
        """Change both balances; give account, side, amount and balance after of what moved."""
        if new.kind is KIND.PENDING:
            self._hold(NewTransaction(new.id, "", (posting,)), 1)
            return
        amount = units(posting.amount)
        for key, side in ((posting.debit, "debit"), (posting.credit, "credit")):
            account = self.accounts[key]
            account.balance += amount if account.debit_normal == (side == "debit") else -amount
            yield account, side, amount, account.balance

    def _hold(self, pending: NewTransaction, sign: int) -> None:
        for posting in pending.postings:
            for key, side in ((posting.debit, "debit"), (posting.credit, "credit")):
                account = self.accounts[key]
                if account.debit_normal == (side == "debit"):
                    account.expected += sign * units(posting.amount)
                else:
                    account.promised += sign * units(posting.amount)

    def _target_fault(self, new: NewTransaction) -> str | None:
        if new.kind is KIND.PENDING and new.expires_at and new.expires_at <= self.now:
            return "ledger.expires_in_past"
        if new.target is None:
            return None
        target = self.booked.get(new.target)
        if target is None:
            return "ledger.unknown_target"
        if new.kind is KIND.REVERSAL:
            moved = target.kind in {KIND.POSTED, KIND.CAPTURE}
            return None if moved else "ledger.not_reversible"
        return self._pending_fault(target)

    def _pending_fault(self, target: NewTransaction) -> str | None:
        if target.kind is not KIND.PENDING:
            return "ledger.not_pending"
        if target.id not in self.open:
            return "ledger.already_resolved"
        expired = target.expires_at and target.expires_at <= self.now
        return "ledger.pending_expired" if expired else None

    def _fault(self, new: NewTransaction) -> str | None:
        for posting in new.postings:
            if reason := self._account_fault(posting) or self._part_fault(new, posting):
                return reason
        return None

    def _account_fault(self, posting: NewPosting) -> str | None:
        debit, credit = self.accounts.get(posting.debit), self.accounts.get(posting.credit)
        if debit is None or credit is None:
            return "ledger.unknown_account"
        if posting.debit == posting.credit:
            return "ledger.same_account"
        if {debit.currency, credit.currency} != {asset_of(posting.amount).symbol}:
            return "ledger.asset_mismatch"
        frozen = {AccountStatus.FROZEN}
        if debit.status in frozen | {AccountStatus.DEBIT_FROZEN}:
            return "ledger.account_frozen"
        if credit.status in frozen | {AccountStatus.CREDIT_FROZEN}:
            return "ledger.account_frozen"
        return None

    def _part_fault(self, new: NewTransaction, posting: NewPosting) -> str | None:
        if new.target is None or posting.ordinal is None:
            return None
        target = self.booked[new.target]
        of = {p.ordinal or n: units(p.amount) for n, p in enumerate(target.postings, start=1)}
        most = of.get(posting.ordinal, 0)
        if new.kind is KIND.REVERSAL:
            most -= self.reversed.get((new.target, posting.ordinal), 0)
            reason = "ledger.reversal_exceeds_original"
        else:
            reason = "ledger.capture_exceeds_hold"
        return reason if units(posting.amount) > most else None


amounts = st.one_of(st.integers(1, 300), st.sampled_from([0, -5, 9 * 10**14]))
picks = st.integers(0, 11)
postings_lists = st.lists(
    st.tuples(picks, picks, amounts, st.sampled_from(["CNY"] * 6 + ["JPY", "USD"])),
    min_size=1,
    max_size=4,
)


class LedgerMachine(RuleBasedStateMachine):
    """Random verbs on the real ledger and on the model, time moving."""

    urls: Urls

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.database = Database.connect(self.urls.app, pool_size=1)
        self.model = Model()
        self.keys: list[AccountId] = []
        self.past: list[NewTransaction] = []
        self._set_clock()
        with psycopg.connect(self.urls.owner) as connection:  # an earlier example closed them
            connection.execute("SET session_replication_role = replica")
            connection.execute("DELETE FROM ledger_period")

    def _set_clock(self) -> None:
        with psycopg.connect(self.urls.owner) as connection:
            connection.execute("UPDATE test_clock SET at = %s", (self.model.now,))

    def _write(self, verb: Any, *args: Any, **kwargs: Any) -> Any:
        async def work() -> Any:
            async with self.database.write() as tx:
                return await verb(tx, *args, **kwargs)

        return self.runner.run(work())

    @rule(
        category=st.sampled_from([Category.ASSET, Category.LIABILITY, Category.INCOME]),
        currency=st.sampled_from(["CNY", "CNY", "JPY"]),
        overdraft=st.sampled_from([0, 0, 100, None]),
    )
    def open_account(self, category: Category, currency: str, overdraft: int | None) -> None:
        """Open an account, internal ones among them."""
        opened = self._write(
            ledger.open_account, asset=currency, category=category, overdraft=overdraft, at=AT
        )
        self.keys.append(opened.id)
        self.model.accounts[opened.id] = ModelAccount(currency, category.debit_normal, overdraft)

    @rule(
        pick=picks,
        status=st.sampled_from([s for s in AccountStatus if s is not AccountStatus.CLOSED]),
    )
    def change_status(self, pick: int, status: AccountStatus) -> None:
        """Freeze or release an account."""
        if self.keys:
            key = self.keys[pick % len(self.keys)]
            self._write(ledger.change_status, account_id=key, status=status)
            self.model.accounts[key].status = status

    @rule(
        items=st.lists(
            st.tuples(postings_lists, st.integers(-1, 3), st.integers(0, 40)), max_size=6
        ),
        repeat=st.lists(st.tuples(picks, st.booleans()), max_size=2),
        resolve=st.lists(
            st.tuples(picks, st.sampled_from([KIND.CAPTURE, KIND.VOID, KIND.REVERSAL]), picks),
            max_size=3,
        ),
        atomic=st.booleans(),
    )
    def post(
        self,
        items: list[tuple[list[tuple[int, int, int, str]], int, int]],
        repeat: list[tuple[int, bool]],
        resolve: list[tuple[int, TransactionKind, int]],
        *,
        atomic: bool,
    ) -> None:
        """Book a batch: posted, pending, resolving, reversing, repeating, back-dated."""
        batch = [self._new(postings, hold, days) for postings, hold, days in items]
        batch += [self._resolution(*choice) for choice in resolve if self.past]
        for pick, same in repeat:
            if self.past:
                old = self.past[pick % len(self.past)]
                again = old if same else NewTransaction(old.id, "other", self._some(old))
                batch.insert(pick % (len(batch) + 1), again)
        if not batch:
            return
        expected = self._expected(batch, atomic=atomic)
        results = self._write(ledger.post, batch, at=AT, atomic=atomic)
        got = [r.status if r.error is None else r.error.code for r in results]
        # Whether anybody ever declared US dollars in this database is not the model's to know.
        got = ["ledger.asset_mismatch" if g == "ledger.unknown_asset" else g for g in got]
        assert got == expected
        known = [new for new in batch if new.id in self.model.booked]
        self.past = [*self.past, *known][-12:]

    def _new(
        self, postings: list[tuple[int, int, int, str]], hold: int, days: int
    ) -> NewTransaction:
        """Return a new transaction: posted, or (hold > 0) pending for so many hours."""
        pending = hold > 0
        return NewTransaction(
            id=TransactionId(new_id()),
            type="test",
            kind=KIND.PENDING if pending else KIND.POSTED,
            expires_at=self.model.now + timedelta(hours=hold - 1) if pending and hold > 1 else None,
            effective_on=TODAY - timedelta(days=days) if days else None,
            postings=tuple(
                NewPosting(self._key(debit), self._key(credit), Money(amount, currency))
                for debit, credit, amount, currency in postings
            ),
        )

    def _some(self, old: NewTransaction) -> tuple[NewPosting, ...]:
        return old.postings or (NewPosting(UNKNOWN, self._key(0), Money(1, "CNY")),)

    def _resolution(self, pick: int, kind: TransactionKind, part: int) -> NewTransaction:
        """Return what resolves or reverses something booked before, in full or part."""
        target = self.past[pick % len(self.past)]
        swap = kind is KIND.REVERSAL
        chosen = []
        for n, posting in enumerate(target.postings, start=1):
            amount = units(posting.amount) - (part if part < 6 else 0) + (part == 11)
            chosen.append(
                NewPosting(
                    debit=posting.credit if swap else posting.debit,
                    credit=posting.debit if swap else posting.credit,
                    amount=Money(max(amount, 1), asset_of(posting.amount).symbol),
                    ordinal=posting.ordinal or n,
                )
            )
        if not chosen:  # the target is itself a void
            kind = KIND.VOID
        return NewTransaction(
            id=TransactionId(new_id()),
            type="test",
            kind=kind,
            target=target.id,
            postings=() if kind is KIND.VOID else tuple(chosen),
        )

    def _expected(self, batch: list[NewTransaction], *, atomic: bool) -> list[str]:
        """Judge a batch by the model, in the order the ledger does."""
        first: dict[UUID, int] = {}
        outcomes: dict[int, str] = {}
        targets: set[UUID] = set()
        judged = []
        for n, new in enumerate(batch):
            if first.setdefault(new.id, n) != n:
                continue
            if any(not 0 < units(p.amount) <= 9 * 10**14 for p in new.postings):
                outcomes[n] = "ledger.amount_out_of_range"
            elif new.target in targets:
                outcomes[n] = "ledger.target_repeated"
            else:
                judged.append(n)
            targets |= {new.target} if new.target else set()
        if atomic:
            outcomes.update(self._all_or_none(batch, judged, spoiled=bool(outcomes)))
        else:
            outcomes.update({n: self.model.post(batch[n]) for n in judged})
        return [
            outcomes[n] if first[new.id] == n else self._twin(batch, first[new.id], n, outcomes)
            for n, new in enumerate(batch)
        ]

    def _all_or_none(
        self, batch: list[NewTransaction], judged: list[int], *, spoiled: bool
    ) -> dict[int, str]:
        if spoiled:
            return dict.fromkeys(judged, "ledger.batch_refused")
        trial = deepcopy(self.model)
        outcomes = {n: trial.post(batch[n]) for n in judged}
        reasons = set(outcomes.values())
        if reasons == {"posted"}:
            self.model = trial
            return outcomes
        # Funds are looked at only when nothing else is wrong with any item.
        hidden = {"posted"}
        if reasons - {"posted", "ledger.insufficient_funds"}:
            hidden.add("ledger.insufficient_funds")
        return {n: "ledger.batch_refused" if r in hidden else r for n, r in outcomes.items()}

    def _twin(
        self, batch: list[NewTransaction], first: int, n: int, outcomes: dict[int, str]
    ) -> str:
        """Return what becomes of an item whose id an earlier item of the batch has."""
        if batch[first] != batch[n]:
            return "ledger.id_reused"
        return "duplicate" if outcomes[first] == "posted" else outcomes[first]

    def _key(self, pick: int) -> AccountId:
        return self.keys[pick % len(self.keys)] if self.keys and pick < 11 else UNKNOWN

    @rule(hours=st.integers(0, 3))
    def move_time(self, hours: int) -> None:
        """Let time pass: what is over is released, once."""
        self.model.now += timedelta(hours=hours)
        self._set_clock()
        over = [
            pending
            for pending in self.model.open.values()
            if pending.expires_at and pending.expires_at <= self.model.now
        ]
        assert self._write(ledger.expire, at=AT) == len(over)
        for pending in over:
            self.model._hold(pending, -1)
            del self.model.open[pending.id]

    @rule()
    def close_january(self) -> None:
        """Close a period; nothing is effective in it from now on."""
        if not self.model.january_closed:
            self._write(ledger.declare_period, starts_on=JANUARY[0], ends_on=JANUARY[1])
            self._write(ledger.close_period, starts_on=JANUARY[0], at=AT)
            self.model.january_closed = True

    @rule()
    def roll_up(self) -> None:
        """Fold tails: must change no balance."""
        self._write(ledger.roll_up)

    @invariant()
    def agrees(self) -> None:
        """Every balance and version is the model's, and each currency sums to zero."""
        if not self.keys:
            return
        balances = self._write(ledger.balances, self.keys)
        sums: dict[str, int] = {}
        for key, account in self.model.accounts.items():
            real = balances[key]
            assert (real.posted, real.version) == (account.balance, len(account.history))
            assert (real.pending_out, real.pending_in) == (account.promised, account.expected)
            signed = real.posted if account.debit_normal else -real.posted
            sums[account.currency] = sums.get(account.currency, 0) + signed
        assert set(sums.values()) <= {0}

    def teardown(self) -> None:
        """Compare every account's entries, page by page, with the model's history."""
        try:
            for key, account in self.model.accounts.items():
                listed = self._entries(key)
                assert [(e.direction, e.amount) for e in listed] == [
                    (side, amount) for side, amount, _ in account.history
                ]
                if account.overdraft is not None:
                    assert [e.balance_after for e in listed] == [
                        balance for _, _, balance in account.history
                    ]
            assert self._write(ledger.verify) == []
        finally:
            self.runner.run(self.database.close())
            self.runner.close()

    def _entries(self, key: AccountId) -> list[ledger.Entry]:
        """Return an account's entries, the oldest first."""
        listed: list[ledger.Entry] = []
        after = None
        while True:
            page = self._write(ledger.entries, key, after=after, limit=3)
            listed += page.items
            after = page.next
            if after is None:
                return listed[::-1]


@pytest.fixture(scope="session")
def clocked(fresh_database: Callable[..., Urls]) -> Urls:
    """A database whose ledger goes by a clock that the test sets."""
    urls = fresh_database()
    with psycopg.connect(urls.owner) as connection:
        connection.execute("CREATE TABLE test_clock (at timestamptz NOT NULL)")
        connection.execute("INSERT INTO test_clock VALUES (now())")
        connection.execute("GRANT SELECT ON test_clock TO tongbao_app")
        connection.execute(
            "CREATE OR REPLACE FUNCTION ledger_now() RETURNS timestamptz"
            " LANGUAGE sql VOLATILE RETURN (SELECT at FROM test_clock)"
        )
    return urls


def test_ledger_agrees_with_the_model(clocked: Urls) -> None:
    class Here(LedgerMachine):
        urls = clocked

    run_state_machine_as_test(Here)


def test_model_can_disagree() -> None:
    """The model does refuse: an overdraft beyond the limit, whole and without a trace."""
    model = Model()
    poor, rich = AccountId(new_id()), AccountId(new_id())
    model.accounts[poor] = ModelAccount("CNY", debit_normal=False, overdraft=0)
    model.accounts[rich] = ModelAccount("CNY", debit_normal=False, overdraft=None)
    pay = NewTransaction(
        ledger.TransactionId(new_id()), "t", (NewPosting(poor, rich, Money(1, "CNY")),)
    )
    assert model.post(pay) == "ledger.insufficient_funds"
    assert model.accounts[rich].balance == 0
