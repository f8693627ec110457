"""Repaying a loan, all of it or a part: principal and its interest leave the account together."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select

from tongbao.core.accounts import service as accounts
from tongbao.core.ledger import service as ledger
from tongbao.infra import outbox
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.clock import business_date
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page
from tongbao.kernel.text import Text
from tongbao.products.lending.domain.cost import Cost
from tongbao.products.lending.domain.loan import (
    AmountNotOwed,
    CostChanged,
    LoanAccount,
    Repayment,
    UnknownLoan,
)
from tongbao.products.lending.domain.policy import CURRENCY
from tongbao.products.lending.events import LoanRepaid
from tongbao.products.lending.models import LoanRow
from tongbao.products.lending.service.reading import loan as read_loan

REPAYMENT: Final = "lending.repayment"
_INCOME: Final = Text(zh="利息收入", en="Interest income")


def cost_today(account: LoanAccount, principal: Money | None, *, at: datetime) -> Cost:
    """Return what repaying `principal` today takes (None: all that is owed).

    Raises `AmountNotOwed`.
    """
    owed = account.outstanding
    wanted = owed if principal is None else principal
    if wanted.currency != owed.currency or not 0 < wanted.minor <= owed.minor:
        raise AmountNotOwed(outstanding=str(owed))
    return account.cost(wanted, paid_on=business_date(at))


async def repay(
    tx: WriteSession,
    *,
    loan_id: UUID,
    principal: Money,
    total: Money,
    repaid_by: Actor,
    at: datetime,
) -> Repayment:
    """Take principal and its interest from the loan's account, at once and without a charge.

    Args:
        tx: the caller's transaction; the loan stays locked until it ends.
        loan_id: a loan of one of the payer's parties.
        principal: how much of what is owed.
        total: with interest, as it was shown; what leaves the account is exactly that.
        repaid_by: who asks for it.
        at: the moment of booking; interest counts to its day.

    Raises:
        UnknownLoan: none, or not one of the payer's parties'.
        AmountNotOwed: nothing, or more than is owed.
        CostChanged: another day has begun since it was shown.
        ledger.InsufficientFunds: the account holds less.
        TongbaoError: what else the ledger refuses, as of a frozen account.
    """
    row = await tx.scalar(select(LoanRow).where(LoanRow.id == loan_id).with_for_update())
    if row is None:
        raise UnknownLoan
    repaid_by.check("lending:repay", party_id=row.party_id, unknown=UnknownLoan())
    account = await read_loan(tx, loan_id)
    cost = cost_today(account, principal, at=at)
    if cost.total != total:
        raise CostChanged(total=str(cost.total))
    transaction_id = await _book(tx, account, cost, at=at)
    repaid = LoanRepaid(
        loan_id=row.id,
        party_id=row.party_id,
        account_id=row.account_id,
        principal=cost.principal,
        interest=cost.interest,
        outstanding=account.outstanding - cost.principal,
        transaction_id=transaction_id,
    )
    await outbox.append(tx, [repaid], at=at)
    return Repayment(transaction_id=transaction_id, cost=cost, repaid_at=at)


async def list_repayments(
    tx: ReadSession, account: LoanAccount, *, after: str | None, limit: int = PAGE_LIMIT_DEFAULT
) -> Page[Repayment]:
    """Return what was repaid of a loan, the latest first, as the ledger has it.

    Raises `kernel.page.BadCursor`.
    """
    ledger_account = ledger.AccountId(account.loan.ledger_account_id)
    page = await ledger.entries(tx, ledger_account, after=after, limit=limit)
    return Page[Repayment](
        items=[_repayment_of(each) for each in page.items if each.type == REPAYMENT],
        next=page.next,
    )


async def _book(tx: WriteSession, account: LoanAccount, cost: Cost, *, at: datetime) -> UUID:
    deposit = await accounts.get(tx, account.loan.account_id)
    payer = deposit.ledger_account_id
    owed = ledger.AccountId(account.loan.ledger_account_id)
    postings = [ledger.NewPosting(debit=payer, credit=owed, amount=cost.principal)]
    if cost.interest.minor:
        income = await ledger.internal_account(
            tx,
            code=f"6011.{CURRENCY}",
            asset=CURRENCY,
            category=ledger.Category.INCOME,
            name=f"{_INCOME.zh} {_INCOME.en}",
            at=at,
        )
        postings.append(ledger.NewPosting(debit=payer, credit=income.id, amount=cost.interest))
    transaction = ledger.NewTransaction(
        id=ledger.TransactionId(new_id()),
        type=REPAYMENT,
        postings=tuple(postings),
        metadata={"loan_id": str(account.loan.id), **_facts(cost)},
        correlation_id=account.loan.application_id,
    )
    (result,) = await ledger.post(tx, [transaction], at=at)
    result.raise_for_refusal()
    return transaction.id


def _facts(cost: Cost) -> Mapping[str, str]:
    return {
        "paid_on": cost.paid_on.isoformat(),
        "days": str(cost.days),
        "late_days": str(cost.late_days),
        "interest": cost.interest.text,
    }


def _repayment_of(entry: ledger.Entry) -> Repayment:
    facts = entry.metadata
    cost = Cost(
        paid_on=date.fromisoformat(facts["paid_on"]),
        days=int(facts["days"]),
        late_days=int(facts["late_days"]),
        principal=Money(entry.amount, CURRENCY),
        interest=Money.parse(facts["interest"], CURRENCY),
    )
    return Repayment(transaction_id=entry.transaction_id, cost=cost, repaid_at=entry.booked_at)
