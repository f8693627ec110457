"""Balances of the past equal a recomputation from the postings, however far the totals are."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from tongbao.core.ledger import service as ledger
from tongbao.core.ledger.service import (
    Account,
    Category,
    NewPosting,
    NewTransaction,
    TransactionId,
)
from tongbao.infra.db import Database, WriteSession
from tongbao.kernel.clock import business_date
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money

START = datetime(2026, 3, 2, 4, tzinfo=UTC)
TODAY = business_date(START)

RECOMPUTED = """
SELECT coalesce(sum(CASE WHEN (leg.side = 1) = a.debit_normal THEN p.amount ELSE -p.amount END), 0)
  FROM ledger_account a
  LEFT JOIN (ledger_posting p CROSS JOIN (VALUES (1), (2)) AS leg(side)
             JOIN ledger_transaction t ON t.id = p.transaction_id)
    ON a.id = CASE leg.side WHEN 1 THEN p.debit_account_id ELSE p.credit_account_id END
   AND (CAST(:moment AS timestamptz) IS NULL OR t.booked_at <= :moment)
   AND (CAST(:day AS date) IS NULL OR t.effective_on <= :day)
 WHERE a.uid = :account
"""

picks = st.integers(0, 4)
# Clocks of several machines: a booking may be stamped earlier than the one before it.
posts = st.tuples(
    st.just("post"),
    st.lists(
        st.tuples(picks, picks, st.integers(1, 500), st.integers(0, 6)), min_size=1, max_size=5
    ),
    st.integers(-40, 90),
)
extends = st.tuples(st.just("extend"), st.integers(1, 6))
workloads = st.lists(st.one_of(posts, posts, extends), min_size=1, max_size=10)


@contextmanager
def connected(url: str) -> Iterator[Any]:
    """Give a function that runs one verb in a transaction of its own."""
    with asyncio.Runner() as runner:
        database = Database.connect(url, pool_size=1)

        async def write(verb: Any, *args: Any, **kwargs: Any) -> Any:
            async with database.write() as tx:
                return await verb(tx, *args, **kwargs)

        def run(verb: Any, *args: Any, **kwargs: Any) -> Any:
            return runner.run(write(verb, *args, **kwargs))

        try:
            yield run
        finally:
            runner.run(database.close())


async def open_accounts(tx: WriteSession) -> list[Account]:
    """Two internal accounts and three customers with room to go below zero."""
    return [
        await ledger.open_account(tx, asset="CNY", category=category, overdraft=overdraft, at=START)
        for category, overdraft in (
            (Category.ASSET, None),
            (Category.INCOME, None),
            (Category.LIABILITY, 1_000),
            (Category.LIABILITY, 0),
            (Category.ASSET, 500),
        )
    ]


async def disagreements(
    tx: WriteSession, accounts: list[Account], moments: set[datetime], days: set[date]
) -> list[str]:
    """Return each balance of the past that is not the sum of its postings."""
    wrong = []
    asked: list[dict[str, Any]] = [{"booked_by": moment} for moment in moments]
    asked += [{"effective_on": day} for day in days]
    for account in accounts:
        for question in asked:
            got = await ledger.balance_at(tx, account.id, **question)
            due = await tx.scalar(
                text(RECOMPUTED),
                {
                    "account": account.id,
                    "moment": question.get("booked_by"),
                    "day": question.get("effective_on"),
                },
            )
            if got != due:
                wrong.append(f"{account.category} {account.overdraft} {question}: {got}, not {due}")
    return wrong


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(workload=workloads)
def test_the_past_is_the_sum_of_its_postings(app_url: str, workload: list[Any]) -> None:
    with connected(app_url) as run:
        accounts = run(open_accounts)
        at = START
        moments = {START - timedelta(hours=1)}
        days = {TODAY - timedelta(days=n) for n in (0, 1, 3, 5, 9)}
        for step in workload:
            if step[0] == "extend":
                run(ledger.extend_days, transactions_max=step[1])
                continue
            at += timedelta(minutes=step[2])
            at = max(at, START)
            moments |= {at, at - timedelta(microseconds=1)}
            batch = [
                NewTransaction(
                    TransactionId(new_id()),
                    "test",
                    (NewPosting(accounts[d].id, accounts[c].id, Money(amount, "CNY")),),
                    effective_on=TODAY - timedelta(days=age),
                )
                for d, c, amount, age in step[1]
            ]
            run(ledger.post, batch, at=at)
        assert run(disagreements, accounts, moments, days) == []
        while run(ledger.extend_days):
            pass
        assert run(disagreements, accounts, moments, days) == []
        assert [f for f in run(ledger.verify) if "totals" in f.check or "spans" in f.check] == []


@pytest.mark.parametrize("table", ["ledger_day", "ledger_hour"])
def test_a_wrong_total_would_be_seen(app_url: str, owner_url: str, table: str) -> None:
    """The comparison above can fail, and the verifier names the row."""
    with connected(app_url) as run:
        accounts = run(open_accounts)
        pay = NewPosting(accounts[0].id, accounts[1].id, Money(100, "CNY"))
        run(ledger.post, [NewTransaction(TransactionId(new_id()), "test", (pay,))], at=START)
        while run(ledger.extend_days):
            pass
        mine = "account_id = (SELECT id FROM ledger_account WHERE uid = %s)"
        later = START + timedelta(days=1)
        with psycopg.connect(owner_url) as owner:
            owner.execute(f"UPDATE {table} SET debits = debits + 1 WHERE {mine}", (accounts[0].id,))
            owner.commit()
            found = run(disagreements, accounts, {later}, {TODAY})
            checks = {finding.check for finding in run(ledger.verify)}
            owner.execute(f"UPDATE {table} SET debits = debits - 1 WHERE {mine}", (accounts[0].id,))
        assert len(found) == 1
        assert checks & {
            "daily totals equal the sum of postings",
            "hourly totals equal the sum of postings",
        }
