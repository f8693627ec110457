"""Looking at customers again when their time has come."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from tongbao.core.parties.domain.cases import CaseOpen, Cause
from tongbao.core.parties.domain.levels import Level
from tongbao.core.parties.domain.lifecycle import Status
from tongbao.core.parties.events import ReviewDue
from tongbao.core.parties.models import PartyRow
from tongbao.core.parties.service.cases import open_case
from tongbao.infra import outbox
from tongbao.infra.db import WriteSession
from tongbao.kernel.clock import business_date

REVIEWED_AT_ONCE_MAX: Final = 200
REMIND_DAYS: Final = 30


async def open_reviews(tx: WriteSession, *, at: datetime) -> list[ReviewDue]:
    """Open a case for each customer whose day has come, and tell; at most 200 a call.

    A customer with an open case is told of it again after 30 days. Call again while it returns as
    many as it may.
    """
    today = business_date(at)
    due = await tx.scalars(
        select(PartyRow)
        .where(
            PartyRow.review_on <= today,
            PartyRow.status.in_([Status.ACTIVE.value, Status.DORMANT.value]),
            PartyRow.level > int(Level.NONE),
        )
        .order_by(PartyRow.review_on, PartyRow.id)
        .limit(REVIEWED_AT_ONCE_MAX)
        .with_for_update(key_share=True, skip_locked=True)
    )
    told = []
    for row in due.all():
        assert row.review_on is not None, "whoever has no day is not due"
        try:
            async with tx.begin_nested():
                case = await open_case(
                    tx,
                    party_id=row.id,
                    level=Level(row.level),
                    opened_by=None,
                    cause=Cause.REVIEW,
                    at=at,
                )
            case_id = case.id
        except CaseOpen as there:
            case_id = there.facts["case_id"]  # type: ignore[assignment]
        told.append(ReviewDue(party_id=row.id, review_on=row.review_on, case_id=case_id))
        row.review_on = today + timedelta(days=REMIND_DAYS)
    await tx.flush()
    await outbox.append(tx, told, at=at)
    return told
