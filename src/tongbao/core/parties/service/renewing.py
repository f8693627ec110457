"""Identity documents that have ended, and re-verifications that their customers leave undone.

A document is looked at once: whether a case was opened for it stands in its own row, written by the
transaction that opened the case. So a job that runs twice, or was killed between, opens no second.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select

from tongbao.core.parties.domain.cases import COLLECTING, DECIDED, CaseOpen, Cause
from tongbao.core.parties.domain.documents import GRACE_DAYS, IDENTIFYING
from tongbao.core.parties.domain.levels import Level
from tongbao.core.parties.domain.lifecycle import Status
from tongbao.core.parties.models import CaseRow, DocumentRow, PartyRow
from tongbao.core.parties.service.cases import open_case
from tongbao.core.parties.service.lifecycle import set_level
from tongbao.infra.db import WriteSession
from tongbao.kernel.clock import business_date

AT_ONCE_MAX: Final = 200
LEFT_UNDONE: Final = {
    Cause.EXPIRY: "身份证件过期未更新 / the identity document has ended and was not renewed",
    Cause.REVIEW: "定期复核逾期未完成 / the periodic review was left undone",
}

_CUSTOMERS: Final = PartyRow.status.in_([Status.ACTIVE.value, Status.DORMANT.value])
_IDENTIFYING: Final = or_(
    *(
        and_(PartyRow.kind == kind.value, DocumentRow.type == type_.value)
        for kind, type_ in IDENTIFYING.items()
    )
)


async def open_renewals(tx: WriteSession, *, at: datetime) -> Sequence[UUID]:
    """Open a case for each identity document that has ended; return whose, at most 200 a call.

    A customer who has an open case goes on with that one. Call again while it returns some.
    """
    today = business_date(at)
    due = await tx.execute(
        select(DocumentRow, PartyRow)
        .join(PartyRow, PartyRow.id == DocumentRow.party_id)
        .where(
            DocumentRow.superseded_at.is_(None),
            DocumentRow.valid_until < today,
            DocumentRow.ended_noted_at.is_(None),
            PartyRow.level > int(Level.NONE),
            _CUSTOMERS,
            _IDENTIFYING,
        )
        .order_by(DocumentRow.valid_until, DocumentRow.id)
        .limit(AT_ONCE_MAX)
        # Whoever records a document holds the party, so that the rows of both stay as they are.
        .with_for_update(of=PartyRow, key_share=True, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    told = []
    for document, party in due.all():
        try:
            async with tx.begin_nested():
                await open_case(
                    tx,
                    party_id=party.id,
                    level=Level(party.level),
                    opened_by=None,
                    cause=Cause.EXPIRY,
                    at=at,
                )
        except CaseOpen:
            pass
        document.ended_noted_at = at
        told.append(party.id)
    await tx.flush()
    return told


async def lower_overdue(tx: WriteSession, *, at: datetime) -> Sequence[UUID]:
    """Lower the level of those who left a re-verification undone for 90 days; return whose.

    Where the identity document has ended no level's needs are met any more: level 0, nothing is
    paid out until the case is done. A periodic review undone leaves level 1, the one that rests on
    the document alone. What lies with us (checking, waiting, staff) is nobody's delay. At most 200
    a call; call again while it returns some.
    """
    before = at - timedelta(days=GRACE_DAYS)
    lowered = []
    for cause, level, undone in (
        (Cause.EXPIRY, Level.NONE, _ended_and_not_renewed(before)),
        (Cause.REVIEW, Level.BASIC, _review_not_begun(before)),
    ):
        due = await tx.scalars(
            select(PartyRow)
            .where(PartyRow.level > int(level), _CUSTOMERS, undone)
            .order_by(PartyRow.id)
            .limit(AT_ONCE_MAX)
            .with_for_update(key_share=True, skip_locked=True)
        )
        for party_id in [row.id for row in due]:
            await set_level(
                tx,
                party_id=party_id,
                level=level,
                reason=LEFT_UNDONE[cause],
                changed_by=None,
                at=at,
            )
            lowered.append(party_id)
    return lowered


def _ended_and_not_renewed(before: datetime) -> ColumnElement[bool]:
    not_with_us = [state.value for state in COLLECTING | DECIDED]
    ended = exists().where(
        DocumentRow.party_id == PartyRow.id,
        DocumentRow.superseded_at.is_(None),
        DocumentRow.valid_until < business_date(before),  # the index
        DocumentRow.ended_noted_at <= before,
        _IDENTIFYING,
    )
    being_checked = exists().where(
        CaseRow.party_id == PartyRow.id, CaseRow.state.not_in(not_with_us)
    )
    return and_(ended, ~being_checked)


def _review_not_begun(before: datetime) -> ColumnElement[bool]:
    return exists().where(
        CaseRow.party_id == PartyRow.id,
        CaseRow.cause == Cause.REVIEW.value,
        CaseRow.state.in_([state.value for state in COLLECTING]),
        CaseRow.opened_at <= before,
    )
