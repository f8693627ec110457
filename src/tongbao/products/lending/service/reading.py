"""Reading applications, decisions and loans."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from tongbao.core.ledger import service as ledger
from tongbao.infra.db import ReadSession
from tongbao.kernel.money import Money
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page, decode_cursor, encode_cursor
from tongbao.products.lending.domain.application import Application, Step, UnknownApplication
from tongbao.products.lending.domain.loan import Loan, LoanAccount, UnknownLoan
from tongbao.products.lending.domain.policy import CURRENCY
from tongbao.products.lending.domain.record import Decision
from tongbao.products.lending.models import ApplicationRow, DecisionRow, LoanRow, StepRow
from tongbao.products.lending.service.rows import (
    application_of,
    decision_of,
    loan_of,
    step_of,
    unlocked,
)

STEPS_SHOWN_MAX = 200


async def get(
    tx: ReadSession, application_id: UUID, *, visible_to: Collection[UUID] | None = None
) -> Application:
    """Return one application; only one of the parties `visible_to` unless it is None.

    Raises `UnknownApplication`.
    """
    row = await unlocked(tx, application_id)
    if visible_to is not None and row.party_id not in visible_to:
        raise UnknownApplication
    return application_of(row)


async def list_applications(
    tx: ReadSession,
    *,
    among: Collection[UUID] | None = None,
    after: str | None = None,
    limit: int = PAGE_LIMIT_DEFAULT,
) -> Page[Application]:
    """Return applications, newest first; only of the parties `among` unless it is None.

    Raises `kernel.page.BadCursor`.
    """
    query = select(ApplicationRow).order_by(ApplicationRow.id.desc()).limit(limit + 1)
    if among is not None:
        query = query.where(ApplicationRow.party_id.in_(list(among)))
    if after is not None:
        query = query.where(ApplicationRow.id < decode_cursor(after, UUID)[0])
    rows = await tx.scalars(query.execution_options(populate_existing=True))
    return Page[Application].of(
        [application_of(row) for row in rows],
        limit=limit,
        cursor=lambda last: encode_cursor(last.id),
    )


async def steps(tx: ReadSession, application_id: UUID) -> list[Step]:
    """Return the way an application went, oldest first (at most 200 steps)."""
    rows = await tx.scalars(
        select(StepRow)
        .where(StepRow.application_id == application_id)
        .order_by(StepRow.id)
        .limit(STEPS_SHOWN_MAX)
    )
    return [step_of(row) for row in rows]


async def decision(tx: ReadSession, application: Application) -> Decision | None:
    """Return the decision that stands for an application, None before there is one."""
    if application.decision_id is None:
        return None
    row = await tx.get(DecisionRow, application.decision_id)
    assert row is not None, "a decision is never removed"
    return decision_of(row)


async def loan(
    tx: ReadSession, loan_id: UUID, *, visible_to: Collection[UUID] | None = None
) -> LoanAccount:
    """Return one loan with what is outstanding by the ledger. Raises `UnknownLoan`."""
    row = await tx.scalar(select(LoanRow).where(LoanRow.id == loan_id))
    if row is None or (visible_to is not None and row.party_id not in visible_to):
        raise UnknownLoan
    (found,) = await _with_outstanding(tx, [loan_of(row)])
    return found


async def loan_of_application(tx: ReadSession, application_id: UUID) -> Loan | None:
    """Return the loan an application led to, if it did."""
    row = await tx.scalar(select(LoanRow).where(LoanRow.application_id == application_id))
    return None if row is None else loan_of(row)


async def list_loans(
    tx: ReadSession,
    *,
    among: Collection[UUID] | None = None,
    after: str | None = None,
    limit: int = PAGE_LIMIT_DEFAULT,
) -> Page[LoanAccount]:
    """Return loans, newest first; only of the parties `among` unless it is None.

    Raises `kernel.page.BadCursor`.
    """
    query = select(LoanRow).order_by(LoanRow.id.desc()).limit(limit + 1)
    if among is not None:
        query = query.where(LoanRow.party_id.in_(list(among)))
    if after is not None:
        query = query.where(LoanRow.id < decode_cursor(after, UUID)[0])
    loans = [loan_of(row) for row in await tx.scalars(query)]
    return Page[LoanAccount].of(
        await _with_outstanding(tx, loans),
        limit=limit,
        cursor=lambda last: encode_cursor(last.loan.id),
    )


async def _with_outstanding(tx: ReadSession, loans: list[Loan]) -> list[LoanAccount]:
    if not loans:
        return []
    ids = [ledger.AccountId(each.ledger_account_id) for each in loans]
    found = await ledger.balances(tx, ids)
    return [
        LoanAccount(each, Money(found[account_id].posted, CURRENCY))
        for each, account_id in zip(loans, ids, strict=True)
    ]
