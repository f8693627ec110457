"""What every route of accounts asks: may the caller see this one, and how it is shown."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import Header

from tongbao.core.accounts import service
from tongbao.core.accounts.domain import DepositAccount
from tongbao.core.accounts.domain.errors import UnknownAccount
from tongbao.core.accounts.schemas import DepositAccountOut
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession
from tongbao.kernel.text import Language

StepUpHeader = Annotated[
    str | None,
    Header(alias="Step-Up-Token", max_length=512, description="Of the confirmed action; good once"),
]
READ_ANY: Final = "accounts:read_any"


async def visible(tx: ReadSession, actor: Actor, account_id: UUID) -> DepositAccount:
    """Return the account, if there is one and the caller may see it."""
    account = await service.get(tx, account_id)
    if account.party_id not in actor.party_ids and not actor.may(READ_ANY):
        raise UnknownAccount(account=account_id)
    return account


async def shown(
    tx: ReadSession, accounts: Sequence[DepositAccount], *, language: Language, at: datetime
) -> list[DepositAccountOut]:
    """Return accounts with what stands on them at this instant."""
    found = await service.restraints_of(tx, accounts)
    return [
        DepositAccountOut.of(
            account, [each for each in found[account.id] if each.stands(at)], language
        )
        for account in accounts
    ]


async def shown_one(
    tx: ReadSession, account: DepositAccount, *, language: Language, at: datetime
) -> DepositAccountOut:
    """Return one account likewise."""
    (out,) = await shown(tx, [account], language=language, at=at)
    return out
