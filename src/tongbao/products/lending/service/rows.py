"""Between rows and values, and the one way to move an application along."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from tongbao.infra import outbox
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money, Rate
from tongbao.kernel.text import Text
from tongbao.products.lending.domain.application import (
    Application,
    ApplicationId,
    DecisionId,
    Reason,
    State,
    Step,
    UnknownApplication,
    check_transition,
)
from tongbao.products.lending.domain.decision import Outcome
from tongbao.products.lending.domain.loan import Loan, LoanId
from tongbao.products.lending.domain.record import Decision
from tongbao.products.lending.events import ApplicationClosed
from tongbao.products.lending.models import ApplicationRow, DecisionRow, LoanRow, StepRow


async def locked(tx: WriteSession, application_id: UUID) -> ApplicationRow:
    """Return an application held against everybody else until the transaction ends.

    Raises `UnknownApplication`.
    """
    row = await tx.scalar(
        select(ApplicationRow)
        .where(ApplicationRow.id == application_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise UnknownApplication
    return row


async def unlocked(tx: ReadSession, application_id: UUID) -> ApplicationRow:
    """Return an application as it is now. Raises `UnknownApplication`."""
    row = await tx.scalar(
        select(ApplicationRow)
        .where(ApplicationRow.id == application_id)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise UnknownApplication
    return row


async def move(
    tx: WriteSession,
    row: ApplicationRow,
    to: State,
    *,
    at: datetime,
    reason: Reason | None = None,
    by: UUID | None = None,
    next_attempt_at: datetime | None = None,
) -> None:
    """Take a locked application along one arrow and write it into its history.

    Raises `IllegalTransition`.
    """
    before = State(row.state)
    check_transition(before, to)
    row.state = to.value
    set_reason(row, reason)
    row.next_attempt_at = next_attempt_at
    row.updated_at = at
    await tx.flush()
    await add_step(tx, row.id, before, to, reason=reason, by=by, at=at)


async def close(
    tx: WriteSession,
    row: ApplicationRow,
    reason: Reason,
    *,
    at: datetime,
    by: UUID | None = None,
) -> None:
    """Stop a locked application for good, say why, and tell whoever listens."""
    await move(tx, row, State.CLOSED, reason=reason, by=by, at=at)
    closed = ApplicationClosed(
        application_id=row.id, party_id=row.party_id, reason_code=reason.code
    )
    await outbox.append(tx, [closed], at=at)


async def add_step(
    tx: WriteSession,
    application_id: UUID,
    before: State | None,
    to: State,
    *,
    reason: Reason | None,
    by: UUID | None,
    at: datetime,
) -> None:
    """Write one arrow into an application's history."""
    await tx.execute(
        insert(StepRow).values(
            id=new_id(),
            application_id=application_id,
            from_state=before and before.value,
            to_state=to.value,
            reason_code=reason and reason.code,
            reason_zh=reason and reason.text.zh,
            reason_en=reason and reason.text.en,
            by=by,
            at=at,
        )
    )


def set_reason(row: ApplicationRow, reason: Reason | None) -> None:
    """Say why an application is where it is."""
    row.reason_code = None if reason is None else reason.code
    row.reason_zh = None if reason is None else reason.text.zh
    row.reason_en = None if reason is None else reason.text.en


def reason_of(row: ApplicationRow | StepRow) -> Reason | None:
    """Return the reason a row holds."""
    if row.reason_code is None:
        return None
    return Reason(row.reason_code, Text(zh=row.reason_zh or "", en=row.reason_en or ""))


def application_of(row: ApplicationRow) -> Application:
    """Return the application a row holds."""
    return Application(
        id=ApplicationId(row.id),
        party_id=row.party_id,
        account_id=row.account_id,
        requested=(
            None if row.requested_minor is None else Money(row.requested_minor, row.currency)
        ),
        term_months=row.term_months,
        state=State(row.state),
        reason=reason_of(row),
        attempts=row.attempts,
        next_attempt_at=row.next_attempt_at,
        decision_id=None if row.decision_id is None else DecisionId(row.decision_id),
        offer_expires_at=row.offer_expires_at,
        submitted_by=row.submitted_by,
        submitted_at=row.submitted_at,
        updated_at=row.updated_at,
    )


def step_of(row: StepRow) -> Step:
    """Return the step a row holds."""
    return Step(
        from_state=None if row.from_state is None else State(row.from_state),
        to_state=State(row.to_state),
        reason=reason_of(row),
        by=row.by,
        at=row.at,
    )


def decision_of(row: DecisionRow) -> Decision:
    """Return the decision a row holds."""
    return Decision(
        id=DecisionId(row.id),
        application_id=row.application_id,
        outcome=Outcome(row.outcome),
        limit=None if row.limit_minor is None else Money(row.limit_minor, row.currency),
        annual_rate=(
            None if row.annual_rate_trillionths is None else Rate(row.annual_rate_trillionths)
        ),
        policy_version=row.policy_version,
        fetch_id=row.fetch_id,
        model_id=row.model_id,
        record=row.record,
        record_sha256=row.record_sha256,
        decided_at=row.decided_at,
    )


def loan_of(row: LoanRow) -> Loan:
    """Return the loan a row holds."""
    return Loan(
        id=LoanId(row.id),
        application_id=row.application_id,
        party_id=row.party_id,
        account_id=row.account_id,
        agreement_id=row.agreement_id,
        ledger_account_id=row.ledger_account_id,
        transaction_id=row.transaction_id,
        principal=Money(row.principal_minor, row.currency),
        annual_rate=Rate(row.annual_rate_trillionths),
        term_months=row.term_months,
        disbursed_at=row.disbursed_at,
        disbursed_on=row.disbursed_on,
        matures_on=row.matures_on,
    )
