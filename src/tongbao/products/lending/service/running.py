"""Whether a loan is still repaid from an account."""

from typing import Final
from uuid import UUID

from sqlalchemy import select

from tongbao.core.ledger import service as ledger
from tongbao.infra.db import ReadSession
from tongbao.kernel.text import Text
from tongbao.products.lending.models import LoanRow

_RUNS: Final = Text(zh="有未结清的贷款与其关联", en="a loan is repaid from it")


async def over_account(tx: ReadSession, account_id: UUID) -> Text | None:
    """Return what keeps an account open for its loans' sake, if anything is owed on them."""
    query = select(LoanRow.ledger_account_id).where(LoanRow.account_id == account_id)
    loans = [ledger.AccountId(each) for each in await tx.scalars(query)]
    if not loans:
        return None
    owed = await ledger.balances(tx, loans)
    return _RUNS if any(each.posted for each in owed.values()) else None
