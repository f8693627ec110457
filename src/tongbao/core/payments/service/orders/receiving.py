"""Money that comes in from other banks, money that comes back, and money paid too late.

Whatever tells of it is a hint, be it a message, the answer to a recall or a line of a statement:
the channel is asked before anything is booked, by the sender's reference, under which each is
booked once. What finds nobody goes to the channel's suspense account and from there back to where
it came from.
"""

from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ARRAY, Text, any_, literal, select

from tongbao.core.accounts import service as accounts
from tongbao.core.accounts.service import DepositAccount
from tongbao.core.channels import service as channels
from tongbao.core.channels.service import (
    Counterparty,
    CounterpartyKind,
    Instruction,
    Notice,
    NoticeKind,
    Operation,
    Outcome,
    StatementLine,
)
from tongbao.core.parties import service as parties
from tongbao.core.payments.domain import (
    AccountNotOpen,
    CreditorAccountUnknown,
    CreditorNameMismatch,
    CurrencyNotAllowed,
    EndToEndIdMalformed,
    Kind,
    PaymentId,
    PaymentOrder,
    Status,
    clean_end_to_end_id,
    same_name,
)
from tongbao.core.payments.domain.errors import BookedByHand, NotKnownYet, NotToBeReturned
from tongbao.core.payments.domain.life import OVER, Why
from tongbao.core.payments.events import PaymentReturned
from tongbao.core.payments.models import AttemptRow, PaymentOrderRow
from tongbao.core.payments.service.orders import booking, gates
from tongbao.core.payments.service.orders.by_hand import booked_by_hand
from tongbao.core.payments.service.orders.driving import Clock
from tongbao.core.payments.service.orders.moving import create, lock, move
from tongbao.core.payments.service.orders.sending import reserve
from tongbao.core.payments.service.orders.telling import facts, tell_settled
from tongbao.core.payments.service.reading import order_of
from tongbao.core.payments.service.recalls.ending import came_back
from tongbao.infra import outbox
from tongbao.infra.db import Database, ReadSession, WriteSession
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.ids import new_id

RECEIVE_JOB: Final = "payments.receive"
RETURNS_MAX: Final = 1_000


async def receive(
    database: Database, *, channel: str, callback_id: UUID, reference: str, clock: Clock
) -> None:
    """Book what a message tells of money that came, once its channel confirms it; once.

    The outcome of an attempt may be told as well that was closed: whatever was paid all the same
    comes in for whom it was meant. Raises `NotKnownYet` while the channel does not confirm it, to
    be tried again later.
    """
    async with database.read() as tx:
        told = await channels.notices(tx, callback_id)
        (notice,) = (each for each in told if each.reference == reference)
        if notice.kind is NoticeKind.OUTCOME:
            if notice.outcome is not Outcome.DONE:
                return
            notice = await _paid_too_late(tx, channel, notice)
    await take(database, channel, notice, clock=clock)


async def _paid_too_late(tx: ReadSession, channel: str, notice: Notice) -> Notice:
    """Return the money of an attempt that is over as money that comes in, for the same account."""
    row = (
        await tx.scalars(
            select(PaymentOrderRow)
            .join(AttemptRow, AttemptRow.order_id == PaymentOrderRow.id)
            .where(AttemptRow.channel == channel, AttemptRow.reference == notice.reference)
        )
    ).one()
    order = order_of(row)
    return Notice(
        kind=NoticeKind.INCOMING,
        reference=notice.reference,
        amount=order.amount,
        outcome=notice.outcome,
        creditor=Counterparty(
            kind=CounterpartyKind.BANK_ACCOUNT,
            account_number=order.creditor_account_number,
            name=order.creditor_name,
        ),
        end_to_end_id=order.end_to_end_id,
    )


async def take(database: Database, channel: str, notice: Notice, *, clock: Clock) -> None:
    """Book money that came in or back, once its channel confirms it; once, whoever told of it.

    Raises `NotKnownYet` while it does not.
    """
    async with database.read() as tx:
        if await _is_booked(tx, channel, notice.reference):
            return
    asked = Instruction(
        reference=notice.reference,
        operation=Operation.COLLECT,
        amount=notice.amount,
        at=clock(),
        counterparty=notice.debtor,
        end_to_end_id=notice.end_to_end_id,
        uetr=notice.uetr,
    )
    answer = await channels.inquire(channel, asked)
    if answer.outcome is not Outcome.DONE:
        raise NotKnownYet(reference=notice.reference)
    async with database.write() as tx:
        if notice.kind is NoticeKind.RETURN:
            await _take_back(tx, channel, notice, at=clock())
        else:
            await _take_in(tx, channel, notice, at=clock())


async def _is_booked(tx: ReadSession, channel: str, reference: str) -> bool:
    known = select(PaymentOrderRow.id).where(
        PaymentOrderRow.channel == channel, PaymentOrderRow.received_reference == reference
    )
    return await tx.scalar(known) is not None


async def take_returns(
    database: Database, *, channel: str, lines: Iterable[StatementLine], clock: Clock
) -> None:
    """Book what a channel's file says came back and no message told of; at most `RETURNS_MAX`.

    What the channel does not confirm now stays for whoever compares the file with the books.
    """
    returns = {
        line.reference: Notice(
            kind=NoticeKind.RETURN,
            reference=line.reference,
            amount=line.amount,
            outcome=Outcome.DONE,
            original_reference=line.original_reference,
        )
        for line in lines
        if line.operation is Operation.COLLECT and line.original_reference is not None
    }
    async with database.read() as tx:
        lost = await not_received(tx, channel=channel, references=returns)
    for reference in lost[:RETURNS_MAX]:
        with suppress(NotKnownYet):
            await take(database, channel, returns[reference], clock=clock)


async def not_received(tx: ReadSession, *, channel: str, references: Collection[str]) -> list[str]:
    """Return which of these references nothing was booked under."""
    asked = any_(literal([*references], ARRAY(Text)))
    booked = set(
        await tx.scalars(
            select(PaymentOrderRow.received_reference).where(
                PaymentOrderRow.channel == channel, PaymentOrderRow.received_reference == asked
            )
        )
    )
    return [each for each in references if each not in booked]


async def _take_in(tx: WriteSession, channel: str, notice: Notice, *, at: datetime) -> None:
    """Book money from another bank to whom it is for, or let it go back."""
    if await _is_booked(tx, channel, notice.reference):
        return
    account, refusal = await _reached(tx, notice, at=at)
    by_hand = await booked_by_hand(tx, channel, notice.reference)
    if by_hand:
        refusal = BookedByHand()
    order = _order(Kind.INCOMING, channel, notice, at=at)
    if account is not None:
        order = replace(order, creditor_account_id=account.id)
    order = await _created(tx, order, notice, at=at)
    if refusal is None and account is not None:
        refusal = await _credit(tx, order, account, channel=channel, notice=notice, at=at)
    if refusal is None:
        return
    await _set_aside(tx, order, refusal, channel=channel, notice=notice, at=at)
    if notice.debtor is not None and not by_hand:
        back = _order_back(order, channel, at=at)
        back = await create(tx, back, by=None, at=at)
        back = await move(tx, back, Status.SCREENED, why=Why.SCREENED, at=at)
        await reserve(tx, back, channel=channel, at=at)


async def _take_back(tx: WriteSession, channel: str, notice: Notice, *, at: datetime) -> None:
    """Book money that comes back to who had paid it; the payment is `returned` then.

    Raises `NotKnownYet` where we have not heard ourselves that it was settled.
    """
    original_id = await tx.scalar(
        select(AttemptRow.order_id).where(
            AttemptRow.channel == channel, AttemptRow.reference == notice.original_reference
        )
    )
    if original_id is None:
        raise NotKnownYet(reference=notice.reference)
    original = order_of(await lock(tx, original_id))
    if await _is_booked(tx, channel, notice.reference):
        return  # whoever had the lock before has booked it
    if original.status not in OVER:
        raise NotKnownYet(reference=notice.reference)
    order = replace(
        _order(Kind.RETURN, channel, notice, at=at),
        original_id=original.id,
        debtor_account_number=original.creditor_account_number,
        debtor_name=original.creditor_name,
        debtor_bank_code=original.creditor_bank_code,
        creditor_account_id=original.debtor_account_id,
        creditor_account_number=original.debtor_account_number,
        creditor_name=original.debtor_name,
        creditor_bank_code=None,
    )
    order = await _created(tx, order, notice, at=at)
    refusal: TongbaoError | None = NotToBeReturned()
    fits = original.status is Status.SETTLED and notice.amount <= original.amount
    if fits and await booked_by_hand(tx, channel, notice.reference):
        refusal = BookedByHand()
    elif fits and original.debtor_account_id is not None:
        account = await accounts.get(tx, original.debtor_account_id)
        refusal = await _credit(tx, order, account, channel=channel, notice=notice, at=at)
    if refusal is not None:
        await _set_aside(tx, order, refusal, channel=channel, notice=notice, at=at)
    if fits:
        await came_back(tx, original.id, return_id=order.id)
        await move(tx, original, Status.RETURNED, why=Why.CAME_BACK, at=at, note=notice.iso_code)
        returned = PaymentReturned(
            **facts(original), return_id=order.id, reason_code=notice.iso_code
        )
        await outbox.append(tx, [returned], at=at)


async def _reached(
    tx: WriteSession, notice: Notice, *, at: datetime
) -> tuple[DepositAccount | None, TongbaoError | None]:
    """Return the account that money is for, and why it may not be booked there."""
    creditor, currency = notice.creditor, notice.amount.currency
    number = "" if creditor is None else creditor.account_number
    try:
        account = await accounts.by_number(tx, number, currency=currency)
    except accounts.UnknownAccount:
        return None, CreditorAccountUnknown(account_number=number)
    holder = await parties.get(tx, account.party_id)
    if creditor is not None and not same_name(holder.name, creditor.name):
        return None, CreditorNameMismatch(account_number=number)
    if not accounts.takes(account, currency):
        return None, CurrencyNotAllowed(currency=currency, account_currency=account.currency)
    account = await accounts.reached(tx, account, currency=currency, at=at)
    (stop,) = await accounts.stops(tx, [(account.id, accounts.Side.RECEIVES)], at=at)
    return account, None if stop is None else AccountNotOpen(account_number=number)


async def _created(
    tx: WriteSession, order: PaymentOrder, notice: Notice, *, at: datetime
) -> PaymentOrder:
    order = await create(tx, order, by=None, at=at, received_reference=notice.reference)
    return await move(tx, order, Status.SCREENED, why=Why.SCREENED, at=at)


async def _credit(
    tx: WriteSession,
    order: PaymentOrder,
    account: DepositAccount,
    *,
    channel: str,
    notice: Notice,
    at: datetime,
) -> TongbaoError | None:
    """Book what came to a customer's account; return why the ledger would not."""
    books = await channels.books(tx, channel=channel, currency=order.amount.currency, at=at)
    transaction_id, refusal = await booking.move_now(
        tx,
        order,
        debit=books.in_transit,
        credit=account.ledger_account_id,
        channel=channel,
        reference=notice.reference,
        at=at,
    )
    if refusal is not None:
        return refusal
    order = await move(
        tx,
        order,
        Status.SETTLED,
        why=Why.BOOKED,
        at=at,
        transaction_id=transaction_id,
        settled_at=at,
    )
    await tell_settled(tx, order, transaction_id=transaction_id, at=at)
    return None


async def _set_aside(
    tx: WriteSession,
    order: PaymentOrder,
    refusal: TongbaoError,
    *,
    channel: str,
    notice: Notice,
    at: datetime,
) -> None:
    """Book money that nobody here may have into suspense, and reject its order."""
    books = await channels.books(tx, channel=channel, currency=order.amount.currency, at=at)
    _, refused = await booking.move_now(
        tx,
        order,
        debit=books.in_transit,
        credit=books.suspense,
        channel=channel,
        reference=notice.reference,
        at=at,
    )
    if refused is not None:
        raise refused
    await gates.reject(tx, order, refusal, at=at)


def _order(kind: Kind, channel: str, notice: Notice, *, at: datetime) -> PaymentOrder:
    payment_id = PaymentId(new_id())
    debtor, creditor = notice.debtor, notice.creditor
    return PaymentOrder(
        id=payment_id,
        kind=kind,
        status=Status.CREATED,
        reason=None,
        debtor_account_id=None,
        debtor_account_number="-" if debtor is None else debtor.account_number,
        debtor_name="-" if debtor is None else debtor.name,
        debtor_bank_code=None if debtor is None else debtor.bank_code,
        creditor_account_id=None,
        creditor_account_number="-" if creditor is None else creditor.account_number,
        creditor_name="-" if creditor is None else creditor.name,
        amount=notice.amount,
        end_to_end_id=_end_to_end_id(notice, payment_id),
        remittance=notice.remittance[:140] or None,
        transaction_id=None,
        initiated_by=None,
        initiated_at=at,
        uetr=notice.uetr,
        channel=channel,
    )


def _order_back(received: PaymentOrder, channel: str, *, at: datetime) -> PaymentOrder:
    payment_id = PaymentId(new_id())
    return replace(
        received,
        id=payment_id,
        kind=Kind.RETURN,
        status=Status.CREATED,
        reason=None,
        debtor_account_id=None,
        debtor_account_number=received.creditor_account_number,
        debtor_name=received.creditor_name,
        debtor_bank_code=None,
        creditor_account_id=None,
        creditor_account_number=received.debtor_account_number,
        creditor_name=received.debtor_name,
        creditor_bank_code=received.debtor_bank_code,
        initiated_at=at,
        original_id=received.id,
        channel=channel,
    )


def _end_to_end_id(notice: Notice, payment_id: PaymentId) -> str:
    try:
        return clean_end_to_end_id(notice.end_to_end_id)
    except EndToEndIdMalformed:
        return payment_id.hex
