"""Rows of standing orders as values, and locking one."""

from typing import Final
from uuid import UUID

from sqlalchemy import select

from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession
from tongbao.kernel.money import Money
from tongbao.kernel.text import Text
from tongbao.products.standing.domain.orders import (
    DateOutcome,
    Occurrence,
    OrderId,
    OrderState,
    StandingOrder,
    UnknownOrder,
)
from tongbao.products.standing.domain.schedule import HolidayRule, Schedule, ScheduleUnit
from tongbao.products.standing.models import OccurrenceRow, OrderRow

INITIATE: Final = "payments:initiate"


def schedule_of(row: OrderRow) -> Schedule:
    """Return the days of an order."""
    return Schedule(
        first_on=row.first_on,
        unit=ScheduleUnit(row.unit),
        every=row.every,
        month_day=row.month_day,
        holidays=HolidayRule(row.holidays),
        last_on=row.last_on,
        count=row.count,
    )


def order_of(row: OrderRow) -> StandingOrder:
    """Return the order of a row."""
    return StandingOrder(
        id=OrderId(row.id),
        party_id=row.party_id,
        debtor_account_id=row.debtor_account_id,
        creditor_account_number=row.creditor_account_number,
        creditor_name=row.creditor_name,
        amount=Money(row.amount_minor, row.currency),
        remittance=row.remittance,
        schedule=schedule_of(row),
        retries=row.retries,
        state=OrderState(row.state),
        stopped_by=row.stopped_by,
        next_number=row.next_number,
        next_on=row.next_on,
        made_by=row.made_by,
        approved_by=row.approved_by,
        approval_id=row.approval_id,
        made_at=row.made_at,
    )


def occurrence_of(row: OccurrenceRow) -> Occurrence:
    """Return the occurrence of a row."""
    reason = None
    if row.reason_code is not None:
        reason = Text(zh=row.reason_zh or "", en=row.reason_en or "")
    return Occurrence(
        order_id=row.order_id,
        number=row.number,
        nominal_on=row.nominal_on,
        due_on=row.due_on,
        outcome=DateOutcome(row.outcome),
        attempts=row.attempts,
        retry_on=row.retry_on,
        payment_id=row.payment_id,
        reason_code=row.reason_code,
        reason=reason,
    )


async def locked(tx: WriteSession, order_id: UUID, actor: Actor) -> OrderRow:
    """Return an order for changing. Raises `UnknownOrder`, `auth.Forbidden`."""
    row = await tx.scalar(
        select(OrderRow)
        .where(OrderRow.id == order_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise UnknownOrder
    actor.check(INITIATE, party_id=row.party_id, unknown=UnknownOrder())
    return row
