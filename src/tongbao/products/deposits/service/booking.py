"""Money in and out of deposits, as the ledger's transactions.

Accrued interest of a product lies on one account of the bank, and each deposit knows its share of
it (`accrued_minor`): the balance is the sum of the shares. Whatever ends a deposit takes its whole
share off, pays the interest from there, and books the difference as expense, either way.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from tongbao.core.ledger import service as ledger
from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.products.deposits.domain.deposits import Deposit
from tongbao.products.deposits.domain.settling import Settlement
from tongbao.products.deposits.models import PayoutRow

OPENING = "deposits.opening"
INSTALMENT = "deposits.instalment"
PAYOUT = "deposits.payout"
INTEREST = "deposits.interest"
ACCRUAL = "deposits.accrual"


@dataclass(frozen=True, slots=True)
class InterestAccounts:
    """Where the interest of one product in one currency is booked."""

    expense: ledger.AccountId
    payable: ledger.AccountId


async def interest_accounts(
    tx: WriteSession, keys: Iterable[tuple[str, str]], *, at: datetime
) -> dict[tuple[str, str], InterestAccounts]:
    """Return the bank's accounts by product and currency, opening those that are not there yet."""
    found = {}
    for product, currency in sorted(set(keys)):
        expense = await ledger.internal_account(
            tx,
            code=f"deposits.expense.{product}.{currency}",
            asset=currency,
            category=ledger.Category.EXPENSE,
            name=f"存款利息支出 interest on deposits: {product}",
            at=at,
        )
        payable = await ledger.internal_account(
            tx,
            code=f"deposits.payable.{product}.{currency}",
            asset=currency,
            category=ledger.Category.LIABILITY,
            name=f"应付存款利息 accrued interest on deposits: {product}",
            at=at,
        )
        found[product, currency] = InterestAccounts(expense.id, payable.id)
    return found


def accrual_postings(bank: InterestAccounts, minor: int, currency: str) -> list[ledger.NewPosting]:
    """Return what raises (or, below zero, lowers) the accrued interest by so much."""
    if minor == 0:
        return []
    debit, credit = bank.expense, bank.payable
    if minor < 0:
        debit, credit = credit, debit
    return [ledger.NewPosting(debit=debit, credit=credit, amount=Money(abs(minor), currency))]


def payout_transaction(
    deposit: Deposit,
    settlement: Settlement,
    *,
    bank: InterestAccounts,
    principal_to: ledger.AccountId | None,
    interest_to: ledger.AccountId,
    accrued_left: int = 0,
    effective_on: date,
) -> ledger.NewTransaction | None:
    """Return what pays a settlement; None where nothing moves at all.

    `principal_to` None: the principal stays where it is, for another term. `accrued_left` is the
    share of the accrued interest that the rest of the deposit keeps.
    """
    interest, currency = settlement.interest, deposit.currency
    postings = []
    if principal_to is not None and settlement.principal.minor:
        postings.append(
            ledger.NewPosting(
                debit=ledger.AccountId(deposit.ledger_account_id),
                credit=principal_to,
                amount=settlement.principal,
            )
        )
    released = deposit.accrued_minor - accrued_left
    postings += accrual_postings(bank, interest.minor - released, currency)
    if interest.minor:
        postings.append(ledger.NewPosting(debit=bank.payable, credit=interest_to, amount=interest))
    if not postings:
        return None
    return ledger.NewTransaction(
        id=ledger.TransactionId(new_id()),
        type=PAYOUT if principal_to is not None else INTEREST,
        postings=tuple(postings),
        effective_on=effective_on,
        reference=deposit.number,
        metadata={"deposit_id": str(deposit.id)},
        correlation_id=deposit.id,
    )


def payout_values(
    deposit: Deposit,
    settlement: Settlement,
    *,
    reason: str,
    on: date,
    transaction_id: UUID | None,
    by: UUID | None,
    at: datetime,
) -> dict[str, Any]:
    """Return the row that keeps what was paid and why so much."""
    return {
        "id": new_id(),
        "deposit_id": deposit.id,
        "reason": reason,
        "paid_on": on,
        "principal_minor": settlement.principal.minor,
        "interest_minor": settlement.interest.minor,
        "lines": [
            {
                "basis": line.basis.value,
                "annual_rate": line.annual_rate.text,
                "formula": line.formula,
                "interest": line.interest.text,
            }
            for line in settlement.lines
        ],
        "transaction_id": transaction_id,
        "paid_by": by,
        "paid_at": at,
    }


async def keep_payouts(tx: WriteSession, values: list[dict[str, Any]]) -> None:
    """Store what was paid."""
    if values:
        await tx.execute(insert(PayoutRow), values)
