"""The whole ledger as a Beancount file, streamed from one snapshot.

Postings and balances come from different tables: the assertions at the end hold only if the
accounts' counters agree with the postings.
"""

from collections.abc import AsyncIterator
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, text

from tongbao.core.ledger.domain import AccountId, Asset, Category, TransactionKind, beancount
from tongbao.core.ledger.models import AccountRow, AssetRow, TransactionRow
from tongbao.core.ledger.service.reading import balances
from tongbao.core.ledger.service.searching import load
from tongbao.infra.db import ReadSession

ROWS_PER_STEP: Final = 1_000

_MOVERS: Final = (TransactionKind.POSTED, TransactionKind.CAPTURE, TransactionKind.REVERSAL)


async def export_beancount(tx: ReadSession) -> AsyncIterator[str]:
    """Yield the ledger as text in the Beancount language, some lines at a time.

    What moved is exported, by effective date; what is only held is not. Beancount has no root for
    memorandum accounts: they stand below `Equity:Memorandum`.

    Args:
        tx: a transaction nothing was asked of yet: it becomes one snapshot.
    """
    await tx.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    # Whoever reads the stream may pause.
    await tx.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
    first_on, last_on = (
        await tx.execute(
            select(func.min(TransactionRow.effective_on), func.max(TransactionRow.effective_on))
        )
    ).one()
    yield beancount.header(title="Tongbao")
    if first_on is None:
        return
    for row in await tx.scalars(select(AssetRow).order_by(AssetRow.code)):
        yield beancount.commodity_directive(_asset(row), on=first_on)
    async for part in _accounts(tx, on=first_on):
        yield part
    async for part in _transactions(tx):
        yield part
    yield "\n"
    async for part in _balances(tx, on=last_on):
        yield part


async def _accounts(tx: ReadSession, *, on: date) -> AsyncIterator[str]:
    async for rows in _account_steps(tx):
        yield "".join(
            beancount.open_directive(
                _name(account), _asset(asset), on=on, account_id=account.uid, title=account.name
            )
            for account, asset in rows
        )


async def _balances(tx: ReadSession, *, on: date) -> AsyncIterator[str]:
    async for rows in _account_steps(tx):
        found = await balances(tx, [AccountId(account.uid) for account, _ in rows])
        lines = []
        for account, asset in rows:
            posted = found[AccountId(account.uid)].posted
            net_debit = posted if account.debit_normal else -posted
            lines.append(
                beancount.balance_directive(_name(account), _asset(asset), net_debit, on=on)
            )
        yield "".join(lines)


async def _account_steps(
    tx: ReadSession,
) -> AsyncIterator[list[tuple[AccountRow, AssetRow]]]:
    """Yield all accounts, some at a time, in the order they were opened."""
    last = 0
    while True:
        found = await tx.execute(
            select(AccountRow, AssetRow)
            .join(AssetRow, AssetRow.id == AccountRow.asset_id)
            .where(AccountRow.id > last)
            .order_by(AccountRow.id)
            .limit(ROWS_PER_STEP)
        )
        rows = [(account, asset) for account, asset in found]
        if not rows:
            return
        yield rows
        last = rows[-1][0].id
        tx.expunge_all()  # what was yielded is done with


async def _transactions(tx: ReadSession) -> AsyncIterator[str]:
    last = 0
    while True:
        numbers = (
            await tx.scalars(
                select(TransactionRow.id)
                .where(TransactionRow.id > last)
                .order_by(TransactionRow.id)
                .limit(ROWS_PER_STEP)
            )
        ).all()
        if not numbers:
            return
        loaded = [each for each in await load(tx, numbers) if each.kind in _MOVERS]
        names = await _names(
            tx, {side for each in loaded for p in each.postings for side in (p.debit, p.credit)}
        )
        yield "".join(beancount.transaction_directive(each, names) for each in loaded)
        last = numbers[-1]
        tx.expunge_all()


async def _names(tx: ReadSession, account_ids: set[AccountId]) -> dict[UUID, str]:
    rows = await tx.execute(
        select(AccountRow.uid, AccountRow.category, AccountRow.code).where(
            AccountRow.uid.in_(account_ids)
        )
    )
    return {
        row.uid: beancount.account_name(Category(row.category), row.code, row.uid) for row in rows
    }


def _name(account: AccountRow) -> str:
    return beancount.account_name(Category(account.category), account.code, account.uid)


def _asset(row: AssetRow) -> Asset:
    return Asset(code=row.code, symbol=row.symbol, scale=row.scale)
