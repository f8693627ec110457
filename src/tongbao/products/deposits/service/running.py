"""Whether deposits still pay to or draw from an account."""

from typing import Final
from uuid import UUID

from sqlalchemy import exists, select

from tongbao.infra.db import ReadSession
from tongbao.kernel.text import Text
from tongbao.products.deposits.domain.deposits import DepositState
from tongbao.products.deposits.models import DepositRow

_RUNS: Final = Text(zh="有定期或通知存款与其关联", en="a deposit pays to it or draws from it")


async def over_account(tx: ReadSession, account_id: UUID) -> Text | None:
    """Return what keeps an account open for its deposits' sake, if anything does."""
    states = [DepositState.OPEN.value, DepositState.MATURED.value]
    found = exists().where(DepositRow.account_id == account_id, DepositRow.state.in_(states))
    return _RUNS if await tx.scalar(select(found)) else None
