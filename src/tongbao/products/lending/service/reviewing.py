"""What a person decides about an application that was referred to one."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from tongbao.infra.db import WriteSession
from tongbao.products.lending.domain import reasons
from tongbao.products.lending.domain.application import Application, State, check_transition
from tongbao.products.lending.service.applying import enqueue
from tongbao.products.lending.service.rows import application_of, locked, move


async def review(
    tx: WriteSession,
    *,
    application_id: UUID,
    verdict: Literal["collect_again", "refuse"],
    note: str,
    reviewed_by: UUID,
    at: datetime,
) -> Application:
    """Send a referred application through the process again, or refuse it in the person's words.

    Raises `UnknownApplication` and `IllegalTransition` unless it is referred.
    """
    row = await locked(tx, application_id)
    to = State.SUBMITTED if verdict == "collect_again" else State.REFUSED
    check_transition(State(row.state), to)
    await move(tx, row, to, reason=reasons.by_person(note), by=reviewed_by, at=at)
    if to is State.SUBMITTED:
        row.attempts = 0
        await tx.flush()
        await enqueue(tx, row.id, consent_id=row.consent_id)
    return application_of(row)
