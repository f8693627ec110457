"""Freezing, releasing and closing accounts."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select

from tongbao.core.accounts.domain import (
    AccountClosed,
    DepositAccount,
    DepositAccountStatus,
    ReasonMissing,
    UnknownAccount,
)
from tongbao.core.accounts.events import AccountStatusChanged
from tongbao.core.accounts.models import AccountRow, StatusChangeRow
from tongbao.core.accounts.service.rows import account_of
from tongbao.core.ledger import service as ledger
from tongbao.infra import outbox
from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id

_ON_LEDGER: Final = {
    DepositAccountStatus.OPEN: ledger.AccountStatus.ACTIVE,
    DepositAccountStatus.FROZEN: ledger.AccountStatus.FROZEN,
    DepositAccountStatus.CLOSED: ledger.AccountStatus.CLOSED,
}


async def change_status(
    tx: WriteSession,
    *,
    account_id: UUID,
    status: DepositAccountStatus,
    reason: str,
    changed_by: UUID,
    at: datetime,
) -> DepositAccount:
    """Freeze, release or close an account, here and in the ledger; the same again is harmless.

    A frozen account neither pays nor receives. Raises `UnknownAccount`, `ReasonMissing`,
    `AccountClosed`, and `ledger.StatusRefused` for closing one with money on it.
    """
    words = reason.strip()
    if not words:
        raise ReasonMissing
    row = await tx.scalar(
        select(AccountRow)
        .where(AccountRow.id == account_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise UnknownAccount(account=account_id)
    if row.status == status.value:
        return account_of(row)
    if row.status == DepositAccountStatus.CLOSED.value:
        raise AccountClosed
    await ledger.change_status(
        tx, account_id=ledger.AccountId(row.ledger_account_id), status=_ON_LEDGER[status]
    )
    row.status = status.value
    change = StatusChangeRow(
        id=new_id(),
        account_id=row.id,
        status=status.value,
        reason=words,
        changed_by=changed_by,
        changed_at=at,
    )
    tx.add(change)
    await tx.flush()
    changed = AccountStatusChanged(
        account_id=row.id, party_id=row.party_id, status=status.value, by=changed_by
    )
    await outbox.append(tx, [changed], at=at)
    return account_of(row)
