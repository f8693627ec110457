"""What accounts have earned: settled when one closes, and shown by the ledger for all together.

What is owed to customers is a liability of the bank, one account of interest payable a currency; it
is the rounded sum of what all accounts have earned and were not paid.
"""

from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from tongbao.core.accounts.domain import DepositAccount
from tongbao.core.accounts.models import InterestProgressRow, InterestRow, InterestTotalRow
from tongbao.core.ledger import service as ledger
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.clock import business_date
from tongbao.kernel.decimals import Rounding
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.kernel.text import Text
from tongbao.lib.interest.accrual import payable

ACCRUAL: Final = "accounts.interest_accrued"
SETTLED: Final = "accounts.interest_settled"

_PAYABLE: Final = ("2231", ledger.Category.LIABILITY, Text(zh="应付利息", en="Interest payable"))
_EXPENSE: Final = ("6411", ledger.Category.EXPENSE, Text(zh="利息支出", en="Interest expense"))


async def settle(tx: WriteSession, account: DepositAccount, *, on: date, at: datetime) -> Money:
    """Credit what the account has earned up to the day before `on`; it earns nothing from then on.

    Rounded half up to the minor unit; what is left of a minor unit, also where late bookings made
    the account owe some, stays with the bank. Nothing is left accrued. Again returns nothing.

    Args:
        tx: the caller's transaction.
        account: an account that closes in this transaction.
        on: the value date, the business date.
        at: the booking moment.

    Raises:
        ledger.AccountFrozen: something is to be credited and the account may not receive.
    """
    row, is_new = await _locked(tx, account)
    if row.settled_on is not None:
        return Money.zero(account.currency)
    progress = await tx.scalar(select(InterestProgressRow))
    if is_new:
        opened = business_date(account.opened_at)
        known = progress.last_day if progress and progress.last_day else None
        row.through = max(filter(None, (known, opened - timedelta(days=1))))
    lacking = await tx.scalar(
        select(
            func.accounts_unaccrued(
                account.id,
                progress.first_day if progress else row.through + timedelta(days=1),
                row.through,
                on,
                progress.corrected_through if progress else 0,
            )
        )
    )
    earned = int(row.accrued) + int(lacking or 0)
    minor = max(payable(earned, rounding=Rounding.HALF_UP)[0], 0)
    before = int(row.accrued)
    row.accrued, row.due, row.settled_on = 0, 0, on
    await tx.flush()
    await add_to_total(tx, currency=account.currency, pieces=-before, paid=minor)
    if minor:
        owed = await _account(tx, _PAYABLE, account.currency, at)
        posting = ledger.NewPosting(
            debit=owed, credit=account.ledger_account_id, amount=Money(minor, account.currency)
        )
        await _book(tx, SETTLED, posting, on=on, at=at)
    await show_payable(tx, currency=account.currency, on=on, at=at)
    return Money(minor, account.currency)


async def accrued(tx: ReadSession, account: DepositAccount) -> tuple[int, date | None]:
    """Return the pieces an account has earned and was not paid, and the last day they hold."""
    row = await tx.scalar(select(InterestRow).where(InterestRow.account_id == account.id))
    return (0, None) if row is None else (int(row.accrued), row.through)


async def add_to_total(tx: WriteSession, *, currency: str, pieces: int, paid: int = 0) -> None:
    """Note that accounts of a currency have earned `pieces`, and were paid minor units."""
    new = upsert(InterestTotalRow).values(currency=currency, accrued=pieces, payable=-paid)
    await tx.execute(
        new.on_conflict_do_update(
            index_elements=[InterestTotalRow.currency],
            set_={
                "accrued": InterestTotalRow.accrued + new.excluded.accrued,
                "payable": InterestTotalRow.payable + new.excluded.payable,
            },
        )
    )


async def show_payable(tx: WriteSession, *, currency: str, on: date, at: datetime) -> int:
    """Let the ledger show what all accounts of a currency have earned, rounded half up.

    Returns the minor units that were booked: interest expense to interest payable, or back.
    """
    row = await tx.scalar(
        select(InterestTotalRow)
        .where(InterestTotalRow.currency == currency)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        return 0
    change = payable(int(row.accrued), rounding=Rounding.HALF_UP)[0] - int(row.payable)
    if change:
        expense = await _account(tx, _EXPENSE, currency, at)
        owed = await _account(tx, _PAYABLE, currency, at)
        debit, credit = (expense, owed) if change > 0 else (owed, expense)
        posting = ledger.NewPosting(debit, credit, Money(abs(change), currency))
        await _book(tx, ACCRUAL, posting, on=on, at=at)
        await tx.execute(
            update(InterestTotalRow)
            .where(InterestTotalRow.currency == currency)
            .values(payable=InterestTotalRow.payable + change)
        )
    return change


async def payable_account(tx: WriteSession, *, currency: str, at: datetime) -> ledger.AccountId:
    """Return the ledger's account of interest payable in a currency."""
    return await _account(tx, _PAYABLE, currency, at)


async def _locked(tx: WriteSession, account: DepositAccount) -> tuple[InterestRow, bool]:
    """Return the account's row, locked, and whether it is new: a missing row cannot be locked."""
    made = await tx.scalar(
        upsert(InterestRow)
        .values(account_id=account.id, through=date.min, accrued=0, last_pieces=0)
        .on_conflict_do_nothing(index_elements=[InterestRow.account_id])
        .returning(InterestRow.account_id)
    )
    row = await tx.scalar(
        select(InterestRow)
        .where(InterestRow.account_id == account.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    assert row is not None, "it was inserted, or was there"
    return row, made is not None


async def _account(
    tx: WriteSession, which: tuple[str, ledger.Category, Text], currency: str, at: datetime
) -> ledger.AccountId:
    code, category, name = which
    account = await ledger.internal_account(
        tx,
        code=f"{code}.{currency}",
        asset=currency,
        category=category,
        name=f"{name.zh} {name.en}",
        at=at,
    )
    return account.id


async def _book(
    tx: WriteSession, kind: str, posting: ledger.NewPosting, *, on: date, at: datetime
) -> None:
    new = ledger.NewTransaction(
        id=ledger.TransactionId(new_id()), type=kind, postings=(posting,), effective_on=on
    )
    (result,) = await ledger.post(tx, [new], at=at)
    result.raise_for_refusal()
