"""Rows that are good for minutes: the old ones go whenever a new one comes."""

from datetime import datetime

from sqlalchemy import delete, select

from tongbao.core.identity.models import CeremonyRow, ExternalFlowRow, ExternalRegistrationRow
from tongbao.infra.db import WriteSession

PURGED_MAX = 100
"""More than come, so that the table does not grow, and few enough to cost nothing."""

Expiring = type[CeremonyRow | ExternalFlowRow | ExternalRegistrationRow]


async def purge(tx: WriteSession, table: Expiring, *, at: datetime) -> None:
    """Delete some rows whose time is over; rows somebody else is deleting are left to them."""
    (key,) = table.__mapper__.primary_key
    expired = (
        select(key)
        .where(table.expires_at <= at)
        .order_by(table.expires_at)
        .limit(PURGED_MAX)
        .with_for_update(skip_locked=True)
    )
    await tx.execute(delete(table).where(key.in_(expired)))
