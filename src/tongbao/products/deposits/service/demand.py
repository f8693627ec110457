"""The bank's demand rate of a day, which whatever leaves before its time earns."""

from datetime import date

from tongbao.core.accounts import service as accounts
from tongbao.infra.db import ReadSession
from tongbao.lib.interest.accrual import Tiers


async def demand_tiers(tx: ReadSession, *, currency: str, on: date) -> Tiers | None:
    """Return the savings rate posted for a day; None where demand deposits earn nothing."""
    tariff = await accounts.tariff(tx, product=accounts.Product.SAVINGS, currency=currency)
    return None if tariff is None else tariff.on(on)
