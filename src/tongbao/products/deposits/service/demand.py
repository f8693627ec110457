"""The bank's demand rate of a day, which whatever leaves before its time earns."""

from datetime import date

from tongbao.infra.db import ReadSession
from tongbao.lib.interest.accrual import Tiers

STUB: list[Tiers] = []


async def demand_tiers(tx: ReadSession, *, currency: str, on: date) -> Tiers | None:
    """Return the savings rate posted for a day; None where demand deposits earn nothing."""
    return STUB[0] if STUB else None
