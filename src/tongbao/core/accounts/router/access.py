"""Whose accounts a caller sees."""

from typing import Final
from uuid import UUID

from tongbao.core.accounts import service
from tongbao.core.accounts.service import DepositAccount, UnknownAccount
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession

READ_ANY: Final = "accounts:read_any"


async def visible(tx: ReadSession, actor: Actor, account_id: UUID) -> DepositAccount:
    """Return the account, if there is one and the caller may see it. Raises `UnknownAccount`."""
    account = await service.get(tx, account_id)
    if account.party_id not in actor.party_ids and not actor.may(READ_ANY):
        raise UnknownAccount(account=account_id)
    return account
