"""Placing, extending and releasing restraints."""

from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select

from tongbao.core.accounts.domain import DepositAccount, DepositAccountStatus
from tongbao.core.accounts.domain.errors import (
    AccountClosed,
    OrderMalformed,
    ReasonMissing,
    RestraintEnded,
    TooManyRestraints,
    UnknownRestraint,
)
from tongbao.core.accounts.domain.ordering import clean_order, clean_term, words_of
from tongbao.core.accounts.domain.restraints import (
    EMERGENCY,
    STANDING_MAX,
    Authority,
    Ending,
    Order,
    Restraint,
    Stop,
)
from tongbao.core.accounts.events import AccountRestrained, RestraintExtended
from tongbao.core.accounts.events import RestraintEnded as RestraintHasEnded
from tongbao.core.accounts.models import AccountRow, RestraintRow, RestraintStepRow
from tongbao.core.accounts.service.rows import account_of, restraint_of
from tongbao.core.accounts.service.standing import follow, locked, restraint_rows
from tongbao.infra import outbox
from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id

STOPPED_BY_ONE: Final = "emergency stop 紧急止付"
"""What stands for a document where one person has stopped an account at once."""


async def place(
    tx: WriteSession,
    *,
    account_id: UUID,
    order: Order,
    placed_by: UUID,
    approved_by: UUID | None,
    at: datetime,
) -> Restraint:
    """Put a restraint on an account; it ranks behind those that stand.

    A payment that is under way is before it or after it, never half: the ledger's row is changed
    under the lock that bookings take. What is pending already stays promised.

    Raises `UnknownAccount`, `AccountClosed`, `OrderMalformed`, `TooManyRestraints`.
    """
    row = await locked(tx, account_id)
    if row.status == DepositAccountStatus.CLOSED.value:
        raise AccountClosed
    order = clean_order(order, currency=row.currency, at=at)
    if len(await restraint_rows(tx, [row.id])) >= STANDING_MAX:
        raise TooManyRestraints
    placed = RestraintRow(
        id=new_id(),
        account_id=row.id,
        stop=order.stop.value,
        authority=order.authority.value,
        ordered_by=order.ordered_by,
        document_number=order.document_number,
        reason=order.reason,
        told=order.told,
        ordered_minor=None if order.amount is None else order.amount.minor,
        amount_minor=None if order.amount is None else order.amount.minor,
        from_at=order.from_at,
        until_at=order.until_at,
        begun=order.from_at <= at,
        placed_at=at,
        placed_by=placed_by,
        approved_by=approved_by,
    )
    tx.add(placed)
    await tx.flush()
    _note(tx, placed, "placed", at=at, by=placed_by, approved_by=approved_by)
    restrained = AccountRestrained(
        account_id=row.id,
        party_id=row.party_id,
        restraint_id=placed.id,
        stop=order.stop.value,
        amount=order.amount,
        authority=order.authority.value if order.told else None,
        from_at=order.from_at,
        until_at=order.until_at,
    )
    await outbox.append(tx, [restrained], at=at)
    await follow(tx, row, at=at, by=placed_by, reason=order.reason)
    return restraint_of(placed, row.currency)


async def extend(
    tx: WriteSession,
    *,
    account_id: UUID,
    restraint_id: UUID,
    until_at: datetime,
    document_number: str,
    reason: str,
    extended_by: UUID,
    approved_by: UUID | None,
    at: datetime,
) -> Restraint:
    """Let a restraint bind longer (续行冻结); it keeps its rank, so this comes before it ends.

    Raises `UnknownAccount`, `UnknownRestraint`, `RestraintEnded`, `OrderMalformed`.
    """
    row, found = await standing_one(tx, account_id, restraint_id, at=at)
    order = restraint_of(found, row.currency).order
    longer = replace(order, until_at=until_at, document_number=document_number, reason=reason)
    longer = clean_term(clean_order(longer, currency=row.currency, at=None), begins=at, at=at)
    if order.until_at is None or until_at <= order.until_at:
        raise OrderMalformed(words_of("not_longer"))
    found.until_at = until_at
    _note(
        tx,
        found,
        "extended",
        at=at,
        by=extended_by,
        approved_by=approved_by,
        document_number=longer.document_number,
        reason=longer.reason,
    )
    await tx.flush()
    extended = RestraintExtended(
        account_id=row.id, party_id=row.party_id, restraint_id=found.id, until_at=until_at
    )
    await outbox.append(tx, [extended], at=at)
    return restraint_of(found, row.currency)


async def release(
    tx: WriteSession,
    *,
    account_id: UUID,
    restraint_id: UUID,
    document_number: str | None,
    reason: str,
    released_by: UUID,
    approved_by: UUID | None,
    at: datetime,
) -> Restraint:
    """End a restraint before its time; those behind it rise.

    Raises `UnknownAccount`, `UnknownRestraint`, `RestraintEnded`, `ReasonMissing`.
    """
    words = reason.strip()
    if not words:
        raise ReasonMissing
    row, found = await standing_one(tx, account_id, restraint_id, at=at)
    await end(tx, row, found, Ending.RELEASED, at=at)
    _note(
        tx,
        found,
        "released",
        at=at,
        by=released_by,
        approved_by=approved_by,
        document_number=document_number,
        reason=words,
    )
    await follow(tx, row, at=at, by=released_by, reason=words)
    return restraint_of(found, row.currency)


async def stop_at_once(
    tx: WriteSession, *, account_id: UUID, reason: str, stopped_by: UUID, at: datetime
) -> DepositAccount:
    """Let an account neither pay nor receive for 48 hours, by one person; again is harmless.

    Raises `UnknownAccount`, `AccountClosed`, `ReasonMissing`, `OrderMalformed`.
    """
    if not reason.strip():
        raise ReasonMissing
    row = await locked(tx, account_id)
    if await _stopped_by_one(tx, row, at=at):
        return account_of(row)
    order = Order(
        stop=Stop.ALL,
        authority=Authority.BANK,
        ordered_by="",
        document_number=STOPPED_BY_ONE,
        reason=reason,
        from_at=at,
        until_at=at + EMERGENCY,
    )
    await place(
        tx, account_id=account_id, order=order, placed_by=stopped_by, approved_by=None, at=at
    )
    return account_of(row)


async def lift_at_once(
    tx: WriteSession, *, account_id: UUID, reason: str, lifted_by: UUID, at: datetime
) -> DepositAccount:
    """Take back what one person stopped; what was ordered with four eyes stays.

    Raises `UnknownAccount`, `AccountClosed`, `ReasonMissing`.
    """
    if not reason.strip():
        raise ReasonMissing
    row = await locked(tx, account_id)
    if row.status == DepositAccountStatus.CLOSED.value:
        raise AccountClosed
    for each in await _stopped_by_one(tx, row, at=at):
        await release(
            tx,
            account_id=account_id,
            restraint_id=each.id,
            document_number=None,
            reason=reason,
            released_by=lifted_by,
            approved_by=None,
            at=at,
        )
    return account_of(row)


async def standing_one(
    tx: WriteSession, account_id: UUID, restraint_id: UUID, *, at: datetime
) -> tuple[AccountRow, RestraintRow]:
    """Return a restraint that has not ended, and its account, both locked.

    Raises `UnknownAccount`, `UnknownRestraint`, `RestraintEnded`.
    """
    row = await locked(tx, account_id)
    found = await tx.scalar(
        select(RestraintRow)
        .where(RestraintRow.id == restraint_id, RestraintRow.account_id == row.id)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise UnknownRestraint
    if found.ended_at is not None or (found.until_at is not None and found.until_at <= at):
        raise RestraintEnded
    return row, found


async def end(
    tx: WriteSession, row: AccountRow, found: RestraintRow, ending: Ending, *, at: datetime
) -> None:
    """End a restraint; the account follows afterwards."""
    found.ended_at, found.ending = at, ending.value
    await tx.flush()
    ended = RestraintHasEnded(
        account_id=row.id, party_id=row.party_id, restraint_id=found.id, ending=ending.value
    )
    await outbox.append(tx, [ended], at=at)


async def _stopped_by_one(tx: WriteSession, row: AccountRow, *, at: datetime) -> list[RestraintRow]:
    return [
        each
        for each in await restraint_rows(tx, [row.id])
        if each.approved_by is None
        and each.document_number == STOPPED_BY_ONE
        and (each.until_at is None or at < each.until_at)
    ]


def _note(
    tx: WriteSession,
    found: RestraintRow,
    step: str,
    *,
    at: datetime,
    by: UUID,
    approved_by: UUID | None,
    document_number: str | None = None,
    reason: str | None = None,
) -> None:
    tx.add(
        RestraintStepRow(
            id=new_id(),
            restraint_id=found.id,
            step=step,
            amount_minor=found.amount_minor,
            until_at=found.until_at,
            document_number=document_number,
            reason=reason,
            by_id=by,
            approved_by=approved_by,
            taken_at=at,
        )
    )
