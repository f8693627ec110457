"""What stays unknown is resolved by two members of staff, who have it from the channel itself."""

from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from tongbao.core.channels.service import Outcome
from tongbao.core.payments.domain import ChannelRefused, NotUnknown, Reason, Status
from tongbao.core.payments.domain.errors import NotBookable
from tongbao.core.payments.domain.life import Why
from tongbao.core.payments.models import AttemptRow
from tongbao.core.payments.service.orders.moving import lock
from tongbao.core.payments.service.orders.recording import reject, settle
from tongbao.core.payments.service.reading import order_of
from tongbao.infra.db import WriteSession
from tongbao.infra.proposals import Action, Approved
from tongbao.kernel.text import Text

RESOLVE: Final = "payments:resolve"
APPROVE_RESOLUTION: Final = "payments:approve_resolution"
REASON_LENGTH_MAX: Final = 500


class ProposedResolution(BaseModel):
    """What is known by now of an order that was unknown, and from where."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    payment_id: UUID
    outcome: Literal["executed", "not_executed"]
    reason: Annotated[str, Field(min_length=1, max_length=REASON_LENGTH_MAX)]


RESOLUTION: Final = Action(
    name="payments.resolution",
    title=Text(zh="未知付款处置", en="Resolving an unknown payment"),
    payload=ProposedResolution,
    propose=RESOLVE,
    approve=APPROVE_RESOLUTION,
)


async def check_unknown(tx: WriteSession, payment_id: UUID) -> None:
    """Raise `UnknownPayment`, and `NotUnknown` unless nobody knows how the order ended."""
    row = await lock(tx, payment_id)
    if row.status != Status.UNKNOWN.value:
        raise NotUnknown(status=row.status)


@RESOLUTION.executes
async def _resolve(tx: WriteSession, told: ProposedResolution, by: Approved, at: datetime) -> str:
    """Settle or reject it as two people know it; an answer that came meanwhile goes first."""
    await check_unknown(tx, told.payment_id)
    order = order_of(await lock(tx, told.payment_id))
    attempt = await tx.scalar(
        select(AttemptRow).where(
            AttemptRow.order_id == order.id,
            AttemptRow.outcome.is_distinct_from(Outcome.NOT_DONE.value),
        )
    )
    assert attempt is not None, "what is unknown was given to a channel"
    attempt.answered_at = at
    attempt.outcome = (Outcome.DONE if told.outcome == "executed" else Outcome.NOT_DONE).value
    await tx.flush()
    why, approver = Why.RESOLVED_BY_HAND, by.approver.id
    if told.outcome == "executed":
        booked = await settle(tx, order, attempt, why=why, at=at, by=approver, note=told.reason)
        if not booked:
            raise NotBookable
    else:
        reason = Reason(
            code=ChannelRefused.code,
            iso_code=ChannelRefused.iso_code,
            text=Text(zh="经核实通道未执行", en="The channel was found not to have executed it"),
        )
        await reject(
            tx, order, reason, at=at, why=why, attempt=attempt, by=approver, note=told.reason
        )
    return f"/api/v1/payments/{order.id}"
