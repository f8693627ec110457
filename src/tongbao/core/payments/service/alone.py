"""How much somebody may still pay alone today, and what they have paid so."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.identity import service as identity
from tongbao.core.payments.domain.alone import Alone
from tongbao.core.payments.models import AloneRow
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.clock import business_date
from tongbao.kernel.money import Money

SETTLE_ALONE: Final = "payments:settle_alone"


async def alone(
    tx: ReadSession, *, party_id: UUID, currency: str, actor: Actor, at: datetime
) -> Alone:
    """Return what the actor may pay for a party without a second person, at this moment.

    Nothing where the firm demands two people for everything; any amount for a holder; for a maker
    their bands in the currency, less what they have paid alone in this business day. On a
    `WriteSession` that stays true until the transaction ends: another payment of the same maker
    waits.
    """
    if await identity.dual_control(tx, party_id=party_id):
        return Alone.nothing(currency)
    if actor.may(SETTLE_ALONE, party_id=party_id):
        return Alone.anything(currency)
    member = await identity.membership_of(tx, user_id=actor.id, party_id=party_id, at=at)
    if member is None or currency not in member.bands:
        return Alone.nothing(currency)
    key = _key(party_id, currency, actor, at)
    query = select(AloneRow.paid_minor).where(*_where(key))
    if isinstance(tx, WriteSession):
        # First the row, then the lock: locking a row that is not there locks nothing.
        await tx.execute(insert(AloneRow).values(key).on_conflict_do_nothing())
        query = query.with_for_update()
    return Alone(
        per_payment=member.bands[currency],
        per_day=member.day_band(currency),
        paid=Money(await tx.scalar(query) or 0, currency),
    )


async def count_alone(
    tx: WriteSession, *, party_id: UUID, amount: Money, actor: Actor, at: datetime
) -> None:
    """Add a payment to what the actor has paid alone; `alone` on this transaction holds the row.

    There is none for a holder, whom no band bounds, and none is made.
    """
    await tx.execute(
        update(AloneRow)
        .where(*_where(_key(party_id, amount.currency, actor, at)))
        .values(paid_minor=AloneRow.paid_minor + amount.minor)
        .execution_options(synchronize_session=False)
    )


def _key(party_id: UUID, currency: str, actor: Actor, at: datetime) -> dict[str, object]:
    return {
        "party_id": party_id,
        "maker_id": actor.person_id or actor.id,
        "currency": currency,
        "business_date": business_date(at),
    }


def _where(key: dict[str, object]) -> list[ColumnElement[bool]]:
    return [getattr(AloneRow, name) == value for name, value in key.items()]
