"""Announcing a withdrawal from a notice deposit, and taking that back."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from tongbao.infra import outbox
from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession
from tongbao.kernel.clock import business_date
from tongbao.kernel.events import Event
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.products.deposits.domain.deposits import (
    Deposit,
    NoticeState,
    notice_days_allowed,
)
from tongbao.products.deposits.domain.errors import (
    NoticeDayOutOfRange,
    NoticeEnded,
    NoticeOpen,
    NotThisKind,
    PartOutOfRange,
    UnknownDeposit,
    UnknownNotice,
)
from tongbao.products.deposits.domain.products import Kind
from tongbao.products.deposits.events import NoticeGiven
from tongbao.products.deposits.models import DepositRow, NoticeRow
from tongbao.products.deposits.service.missed import end, note_missed, told
from tongbao.products.deposits.service.opening import MANAGE
from tongbao.products.deposits.service.rows import deposit_of, locked, refresh, require_money


async def give_notice(
    tx: WriteSession,
    *,
    deposit_id: UUID,
    amount: Money,
    draws_on: date,
    given_by: Actor,
    at: datetime,
) -> Deposit:
    """Announce a withdrawal: at least the smallest one, and what stays is nothing or enough.

    Raises `UnknownDeposit`, `auth.Forbidden`, `DepositEnded`, `NotThisKind`, `NoticeOpen`,
    `NoticeDayOutOfRange`, `PartOutOfRange`.
    """
    row, events = await _held(tx, deposit_id, given_by, at=at)
    deposit = await deposit_of(tx, row)
    if deposit.open_notice is not None:
        raise NoticeOpen
    today = business_date(at)
    earliest, latest = notice_days_allowed(deposit.product, today)
    if not earliest <= draws_on <= latest:
        raise NoticeDayOutOfRange(earliest=earliest.isoformat(), latest=latest.isoformat())
    left = deposit.principal - amount
    terms = deposit.terms
    if amount.minor < terms.draw_minimum or not (left.minor == 0 or left.minor >= terms.minimum):
        raise PartOutOfRange(
            minimum=str(Money(terms.minimum, deposit.currency)), principal=str(deposit.principal)
        )
    notice = NoticeRow(
        id=new_id(),
        deposit_id=row.id,
        amount_minor=amount.minor,
        given_on=today,
        draws_on=draws_on,
        state=NoticeState.OPEN.value,
        given_by=given_by.id,
        given_at=at,
        ended_on=None,
    )
    tx.add(notice)
    await tx.flush()
    given = NoticeGiven(
        deposit_id=row.id,
        party_id=row.party_id,
        product=row.product,
        notice_id=notice.id,
        amount=amount,
        draws_on=draws_on,
    )
    await outbox.append(tx, [*events, given], at=at)
    return await deposit_of(tx, row)


async def cancel_notice(
    tx: WriteSession, *, deposit_id: UUID, notice_id: UUID, cancelled_by: Actor, at: datetime
) -> Deposit:
    """Take a notice back; its notice period earns nothing.

    Raises `UnknownDeposit`, `auth.Forbidden`, `DepositEnded`, `NotThisKind`, `UnknownNotice`,
    `NoticeEnded`.
    """
    row, events = await _held(tx, deposit_id, cancelled_by, at=at)
    notice = await tx.scalar(
        select(NoticeRow).where(NoticeRow.id == notice_id, NoticeRow.deposit_id == row.id)
    )
    if notice is None:
        raise UnknownNotice
    if notice.state != NoticeState.OPEN.value:
        raise NoticeEnded
    end(row, notice, NoticeState.CANCELLED, on=business_date(at))
    await tx.flush()
    deposit = await deposit_of(tx, row)
    refresh(row, deposit)
    await outbox.append(tx, [*events, told(row, notice)], at=at)
    return deposit


async def _held(
    tx: WriteSession, deposit_id: UUID, actor: Actor, *, at: datetime
) -> tuple[DepositRow, list[Event]]:
    """Lock a notice deposit of the actor's, with what has passed noted."""
    row = await locked(tx, deposit_id)
    actor.check(MANAGE, party_id=row.party_id, unknown=UnknownDeposit())
    require_money(row)
    if row.kind != Kind.NOTICE:
        raise NotThisKind(kind=row.kind)
    return row, await note_missed(tx, [row], on=business_date(at))
