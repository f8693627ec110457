"""What an account has earned and was not paid yet."""

from datetime import date, datetime

from tongbao.core.accounts.domain import DepositAccount
from tongbao.infra.db import WriteSession
from tongbao.kernel.money import Money


async def settle_interest(
    tx: WriteSession,  # noqa: ARG001 - no product earns interest yet
    account: DepositAccount,
    *,
    on: date,  # noqa: ARG001
    at: datetime,  # noqa: ARG001
) -> Money:
    """Book what was earned up to `on`, not including it; return how much. No product earns yet."""
    return Money.zero(account.currency)
