"""What an account may do: made to follow from its restraints, here and in the ledger."""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select

from tongbao.core.accounts.domain import DepositAccountStatus
from tongbao.core.accounts.domain.errors import (
    AccountClosed,
    AccountDormant,
    CreditsStopped,
    DebitsStopped,
    UnknownAccount,
)
from tongbao.core.accounts.domain.restraints import Ending, Restraint, standing
from tongbao.core.accounts.events import AccountStatusChanged, RestraintEnded
from tongbao.core.accounts.models import (
    AccountRow,
    RestraintRow,
    RestraintStepRow,
    StatusChangeRow,
)
from tongbao.core.accounts.service.rows import restraint_of
from tongbao.core.ledger import service as ledger
from tongbao.infra import outbox
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.ids import new_id

DUE_MAX = 200
"""Accounts whose restraints begin or end, a turn of the job."""
TIME_DID_IT = "限制到期或生效 a restraint began or ended"


class Side(StrEnum):
    """Which way money moves, as the holder sees it."""

    PAYS = "pays"
    RECEIVES = "receives"


async def locked(tx: WriteSession, account_id: UUID) -> AccountRow:
    """Return an account's row and keep others from changing it. Raises `UnknownAccount`."""
    rows = await locked_all(tx, [account_id])
    if not rows:
        raise UnknownAccount(account=account_id)
    return rows[0]


async def locked_all(tx: WriteSession, account_ids: Collection[UUID]) -> Sequence[AccountRow]:
    """Return rows of accounts, locked in the order of their ids, as everybody locks them."""
    found = await tx.scalars(
        select(AccountRow)
        .where(AccountRow.id.in_(list(account_ids)))
        .order_by(AccountRow.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return found.all()


async def restraint_rows(tx: ReadSession, account_ids: Collection[UUID]) -> Sequence[RestraintRow]:
    """Return the restraints on accounts that nobody and nothing has ended yet, as they arrived."""
    found = await tx.scalars(
        select(RestraintRow)
        .where(RestraintRow.account_id.in_(list(account_ids)), RestraintRow.ended_at.is_(None))
        .order_by(RestraintRow.rank)
        .execution_options(populate_existing=True)
    )
    return found.all()


async def follow(
    tx: WriteSession, row: AccountRow, *, at: datetime, by: UUID | None, reason: str
) -> None:
    """Let ledger and status follow from the restraints at this instant; what expired has ended.

    The account's row is locked. `by` and `reason` are kept if the status becomes another one.
    """
    if row.status == DepositAccountStatus.CLOSED.value:
        return
    restraints = []
    for each in await restraint_rows(tx, [row.id]):
        if each.until_at is not None and each.until_at <= at:
            await _expire(tx, row, each, at=at)
        else:
            each.begun = each.begun or each.from_at <= at
            restraints.append(restraint_of(each, row.currency))
    await tx.flush()
    held = standing(restraints, at)
    dormant = row.dormant_since is not None
    restriction = ledger.Restriction(
        ledger.AccountId(row.ledger_account_id),
        held.on_ledger(dormant=dormant),
        held.withheld,
    )
    await ledger.restrict(tx, [restriction])
    if held.debits and held.credits:
        status = DepositAccountStatus.FROZEN
    else:
        status = DepositAccountStatus.DORMANT if dormant else DepositAccountStatus.OPEN
    await note_status(tx, row, status, at=at, by=by, reason=reason)


async def note_status(
    tx: WriteSession,
    row: AccountRow,
    status: DepositAccountStatus,
    *,
    at: datetime,
    by: UUID | None,
    reason: str,
) -> None:
    """Give a locked account another status, if it is another, and keep who did it and why."""
    if row.status == status.value:
        return
    row.status = status.value
    tx.add(
        StatusChangeRow(
            id=new_id(),
            account_id=row.id,
            status=status.value,
            reason=reason,
            changed_by=by,
            changed_at=at,
        )
    )
    await tx.flush()
    changed = AccountStatusChanged(
        account_id=row.id, party_id=row.party_id, status=status.value, by=by
    )
    await outbox.append(tx, [changed], at=at)


async def catch_up(tx: WriteSession, *, at: datetime) -> int:
    """Let accounts follow whose restraints begin or end by now; return how many (bounded).

    Between two turns of the job that calls it, `stops` does the same for whoever pays.
    """
    due = await tx.scalars(
        select(RestraintRow.account_id).where(_due(at)).distinct().limit(DUE_MAX)
    )
    rows = await locked_all(tx, due.all())
    for row in rows:
        await follow(tx, row, at=at, by=None, reason=TIME_DID_IT)
    return len(rows)


async def stops(
    tx: WriteSession, sides: Sequence[tuple[UUID, Side]], *, at: datetime
) -> list[TongbaoError | None]:
    """Return for each account and side why it may not pay or receive at this instant, or None.

    Restraints that have begun or ended by now are followed first, so that the ledger judges as of
    now, too; what changes from here on until a booking, the ledger itself refuses. Whether there is
    enough is the ledger's to say, of what restraints leave.
    """
    ids = {account_id for account_id, _ in sides}
    late = await tx.scalars(
        select(RestraintRow.account_id).where(RestraintRow.account_id.in_(ids), _due(at))
    )
    for row in await locked_all(tx, set(late)):
        await follow(tx, row, at=at, by=None, reason=TIME_DID_IT)
    found = await tx.scalars(
        select(AccountRow).where(AccountRow.id.in_(ids)).execution_options(populate_existing=True)
    )
    accounts = {row.id: row for row in found}
    restraints: dict[UUID, list[Restraint]] = {account_id: [] for account_id in ids}
    for each in await restraint_rows(tx, ids):
        currency = accounts[each.account_id].currency
        restraints[each.account_id].append(restraint_of(each, currency))
    return [
        _stop(accounts.get(account_id), restraints[account_id], side, at)
        for account_id, side in sides
    ]


def _stop(
    row: AccountRow | None, restraints: Sequence[Restraint], side: Side, at: datetime
) -> TongbaoError | None:
    if row is None:
        return UnknownAccount(account="?")
    if row.status == DepositAccountStatus.CLOSED.value:
        return AccountClosed()
    held = standing(restraints, at)
    if side is Side.RECEIVES:
        return CreditsStopped() if held.credits else None
    if held.debits:
        return DebitsStopped()
    return AccountDormant() if row.dormant_since is not None else None


async def _expire(tx: WriteSession, row: AccountRow, each: RestraintRow, *, at: datetime) -> None:
    each.ended_at, each.ending = each.until_at, Ending.EXPIRED.value
    tx.add(RestraintStepRow(id=new_id(), restraint_id=each.id, step="expired", taken_at=at))
    ended = RestraintEnded(
        account_id=row.id,
        party_id=row.party_id,
        restraint_id=each.id,
        ending=Ending.EXPIRED.value,
    )
    await outbox.append(tx, [ended], at=at)


def _due(at: datetime) -> ColumnElement[bool]:
    """Tell rows that the ledger does not follow yet."""
    return and_(
        RestraintRow.ended_at.is_(None),
        or_(RestraintRow.until_at <= at, and_(~RestraintRow.begun, RestraintRow.from_at <= at)),
    )
