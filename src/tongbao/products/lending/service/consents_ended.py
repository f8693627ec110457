"""What follows for lending when a consent ends, and the reviews that come of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.agreements.events import ConsentExpired, ConsentWithdrawn
from tongbao.infra import outbox
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.infra.outbox import Consumer
from tongbao.kernel.ids import new_id
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page, decode_cursor, encode_cursor
from tongbao.products.lending.domain import reasons
from tongbao.products.lending.domain.application import COLLECTABLE, Reason, State
from tongbao.products.lending.domain.review import (
    Review,
    ReviewClosed,
    ReviewId,
    ReviewOutcome,
    UnknownReview,
)
from tongbao.products.lending.events import ReviewOpened
from tongbao.products.lending.models import ApplicationRow, LoanRow, ReviewRow
from tongbao.products.lending.service.rows import close, locked

APPLICATIONS_PER_CONSENT_MAX = 1_000


def consumer() -> Consumer:
    """Return who listens for consents that end."""
    return Consumer(
        name="lending.consents",
        handles={ConsentWithdrawn: _withdrawn, ConsentExpired: _expired},
    )


async def _withdrawn(tx: WriteSession, event: ConsentWithdrawn, at: datetime) -> None:
    await consent_ended(tx, consent_id=event.consent_id, why=reasons.CONSENT_WITHDRAWN, at=at)


async def _expired(tx: WriteSession, event: ConsentExpired, at: datetime) -> None:
    # A line outlives the consent's time: nothing was taken back.
    await _close_waiting(tx, event.consent_id, reasons.CONSENT_EXPIRED, at=at)


async def consent_ended(tx: WriteSession, *, consent_id: UUID, why: Reason, at: datetime) -> None:
    """Stop what waits for data on this consent; have a person look at what was granted on it."""
    granted = await _close_waiting(tx, consent_id, why, at=at)
    for row in granted:
        await _open_review(tx, row, consent_id, why, at=at)


async def _close_waiting(
    tx: WriteSession, consent_id: UUID, why: Reason, *, at: datetime
) -> list[ApplicationRow]:
    """Close applications that wait for data; return those with an open offer or a loan."""
    rows = await tx.scalars(
        select(ApplicationRow)
        .where(ApplicationRow.consent_id == consent_id)
        .order_by(ApplicationRow.id)
        .limit(APPLICATIONS_PER_CONSENT_MAX)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    granted = []
    for row in rows.all():
        if State(row.state) in COLLECTABLE:
            await close(tx, row, why, at=at)
        elif State(row.state) in {State.APPROVED, State.DISBURSED}:
            granted.append(row)
    return granted


async def _open_review(
    tx: WriteSession, row: ApplicationRow, consent_id: UUID, why: Reason, *, at: datetime
) -> None:
    """Open a review once for an application and a consent."""
    loan_id = await tx.scalar(select(LoanRow.id).where(LoanRow.application_id == row.id))
    review_id = await tx.scalar(
        insert(ReviewRow)
        .values(
            id=new_id(),
            application_id=row.id,
            loan_id=loan_id,
            consent_id=consent_id,
            reason_code=why.code,
            opened_at=at,
        )
        .on_conflict_do_nothing(index_elements=["application_id", "consent_id"])
        .returning(ReviewRow.id)
    )
    if review_id is None:
        return
    opened = ReviewOpened(
        review_id=review_id,
        application_id=row.id,
        party_id=row.party_id,
        loan_id=loan_id,
        reason_code=why.code,
    )
    await outbox.append(tx, [opened], at=at)


async def list_reviews(
    tx: ReadSession, *, after: str | None = None, limit: int = PAGE_LIMIT_DEFAULT
) -> Page[Review]:
    """Return the reviews nobody has decided, the oldest first. Raises `kernel.page.BadCursor`."""
    query = (
        select(ReviewRow)
        .where(ReviewRow.closed_at.is_(None))
        .order_by(ReviewRow.id)
        .limit(limit + 1)
    )
    if after is not None:
        query = query.where(ReviewRow.id > decode_cursor(after, UUID)[0])
    return Page[Review].of(
        [_review(row) for row in await tx.scalars(query)],
        limit=limit,
        cursor=lambda last: encode_cursor(last.id),
    )


async def close_review(
    tx: WriteSession,
    *,
    review_id: UUID,
    outcome: ReviewOutcome,
    note: str,
    closed_by: UUID,
    at: datetime,
) -> Review:
    """Decide a review: the line is kept, or an offer not yet used ends in the person's words.

    Raises `UnknownReview`, `ReviewClosed`, and `IllegalTransition` where no offer is open.
    """
    row = await tx.scalar(
        select(ReviewRow)
        .where(ReviewRow.id == review_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise UnknownReview
    if row.closed_at is not None:
        raise ReviewClosed
    if outcome is ReviewOutcome.OFFER_ENDED:
        application = await locked(tx, row.application_id)
        await close(tx, application, reasons.by_person(note), by=closed_by, at=at)
    row.outcome, row.note = outcome.value, note
    row.closed_at, row.closed_by = at, closed_by
    await tx.flush()
    return _review(row)


def _review(row: ReviewRow) -> Review:
    return Review(
        id=ReviewId(row.id),
        application_id=row.application_id,
        loan_id=row.loan_id,
        consent_id=row.consent_id,
        reason_code=row.reason_code,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        closed_by=row.closed_by,
        outcome=None if row.outcome is None else ReviewOutcome(row.outcome),
        note=row.note,
    )
