"""The ledger agrees with a model small enough to be read: every result, balance and entry."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

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
)
from tongbao.infra.db import Database
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money

AT = datetime(2026, 3, 2, 4, tzinfo=UTC)
UNKNOWN = AccountId(UUID(int=0))


@dataclass
class ModelAccount:
    """An account as a child would keep it."""

    currency: str
    debit_normal: bool
    overdraft: int | None
    status: AccountStatus = AccountStatus.ACTIVE
    balance: int = 0
    history: list[tuple[str, int, int]] = field(default_factory=list)

    @property
    def overdrawn(self) -> bool:
        """Tell whether the balance is below the limit."""
        return self.overdraft is not None and self.balance + self.overdraft < 0


@dataclass
class Model:
    """The ledger in twenty lines: one item after the other, all or nothing."""

    accounts: dict[AccountId, ModelAccount] = field(default_factory=dict)
    booked: dict[UUID, NewTransaction] = field(default_factory=dict)

    def post(self, new: NewTransaction) -> str:
        """Return what must become of a transaction, and book it if it is to be booked."""
        for posting in new.postings:
            if units(posting.amount) <= 0:
                return "ledger.amount_out_of_range"
        if new.id in self.booked:
            return "duplicate" if self.booked[new.id] == new else "ledger.id_reused"
        for posting in new.postings:
            if reason := self._fault(posting):
                return reason
        before = {key: account.balance for key, account in self.accounts.items()}
        steps = [step for posting in new.postings for step in self._move(posting)]
        if any(account.overdrawn for account, _, _, _ in steps):
            for key, balance in before.items():
                self.accounts[key].balance = balance
            return "ledger.insufficient_funds"
        for account, side, amount, balance in steps:
            account.history.append((side, amount, balance))
        self.booked[new.id] = new
        return "posted"

    def _move(self, posting: NewPosting) -> Iterator[tuple[ModelAccount, str, int, int]]:
        """Change both balances; give account, side, amount and balance after of each."""
        amount = units(posting.amount)
        for key, side in ((posting.debit, "debit"), (posting.credit, "credit")):
            account = self.accounts[key]
            rises = account.debit_normal == (side == "debit")
            account.balance += amount if rises else -amount
            yield account, side, amount, account.balance

    def _fault(self, posting: NewPosting) -> str | None:
        debit, credit = self.accounts.get(posting.debit), self.accounts.get(posting.credit)
        if debit is None or credit is None:
            return "ledger.unknown_account"
        if posting.debit == posting.credit:
            return "ledger.same_account"
        if {debit.currency, credit.currency} != {asset_of(posting.amount).symbol}:
            return "ledger.asset_mismatch"
        if debit.status in {AccountStatus.FROZEN, AccountStatus.DEBIT_FROZEN}:
            return "ledger.account_frozen"
        if credit.status in {AccountStatus.FROZEN, AccountStatus.CREDIT_FROZEN}:
            return "ledger.account_frozen"
        return None


amounts = st.one_of(st.integers(1, 300), st.sampled_from([0, -5, 9 * 10**14]))
picks = st.integers(0, 11)


class LedgerMachine(RuleBasedStateMachine):
    """Random verbs on the real ledger and on the model."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.database = Database.connect(url, pool_size=1)
        self.model = Model()
        self.keys: list[AccountId] = []
        self.past: list[NewTransaction] = []

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
            st.lists(
                st.tuples(picks, picks, amounts, st.sampled_from(["CNY"] * 6 + ["JPY", "USD"])),
                min_size=1,
                max_size=4,
            ),
            min_size=1,
            max_size=8,
        ),
        repeat=st.lists(st.tuples(picks, st.booleans()), max_size=2),
    )
    def post(
        self,
        items: list[list[tuple[int, int, int, str]]],
        repeat: list[tuple[int, bool]],
    ) -> None:
        """Book a batch, earlier ids with the same or other content among it."""
        batch = [
            NewTransaction(
                id=ledger.TransactionId(new_id()),
                type="test",
                postings=tuple(
                    NewPosting(self._key(debit), self._key(credit), Money(amount, currency))
                    for debit, credit, amount, currency in postings
                ),
            )
            for postings in items
        ]
        for pick, same in repeat:
            if self.past:
                old = self.past[pick % len(self.past)]
                again = old if same else NewTransaction(old.id, "other", old.postings)
                batch.insert(pick % (len(batch) + 1), again)
        self.past = [*self.past[-10:], *batch]
        expected = self._expected(batch)
        results = self._write(ledger.post, batch, at=AT)
        got = [r.status if r.error is None else r.error.code for r in results]
        # Whether anybody ever declared US dollars in this database is not the model's to know.
        got = ["ledger.asset_mismatch" if g == "ledger.unknown_asset" else g for g in got]
        assert got == expected

    def _expected(self, batch: list[NewTransaction]) -> list[str]:
        """Judge a batch by the model; an id that the batch repeats is judged by its first use."""
        seen: dict[UUID, tuple[NewTransaction, str]] = {}
        expected = []
        for new in batch:
            if new.id in seen:
                first, outcome = seen[new.id]
                if first != new:
                    outcome = "ledger.id_reused"
                elif outcome == "posted":
                    outcome = "duplicate"
            else:
                outcome = self.model.post(new)
                seen[new.id] = (new, outcome)
            expected.append(outcome)
        return expected

    def _key(self, pick: int) -> AccountId:
        return self.keys[pick % len(self.keys)] if self.keys and pick < 11 else UNKNOWN

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
            signed = real.posted if account.debit_normal else -real.posted
            sums[account.currency] = sums.get(account.currency, 0) + signed
        assert set(sums.values()) <= {0}

    def teardown(self) -> None:
        """Compare every account's entries, page by page, with the model's history."""
        try:
            for key, account in self.model.accounts.items():
                listed = []
                after = None
                while True:
                    page = self._write(ledger.entries, key, after=after, limit=3)
                    listed += page.items
                    after = page.next
                    if after is None:
                        break
                assert [(e.direction, e.amount) for e in reversed(listed)] == [
                    (side, amount) for side, amount, _ in account.history
                ]
                if account.overdraft is not None:
                    assert [e.balance_after for e in reversed(listed)] == [
                        balance for _, _, balance in account.history
                    ]
        finally:
            self.runner.run(self.database.close())
            self.runner.close()


def test_ledger_agrees_with_the_model(app_url: str) -> None:
    class Here(LedgerMachine):
        def __init__(self) -> None:
            super().__init__(app_url)

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
