"""What an order does to the ledger: it holds money, and moves or releases what it holds.

The hold has no end of its own: a time-out at the channel is no reason to let money go that may
have been paid. Only what becomes of the order ends it.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy import select

from tongbao.core.accounts import service as accounts
from tongbao.core.channels import service as channels
from tongbao.core.ledger import service as ledger
from tongbao.core.payments.domain import Kind, PaymentOrder
from tongbao.core.payments.models import PaymentOrderRow
from tongbao.infra.db import WriteSession
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.ids import new_id

HOLD_TYPE: Final = "payments.hold"
RELEASE_TYPE: Final = "payments.release"
TYPES: Final[Mapping[Kind, str]] = {
    Kind.CREDIT_TRANSFER: "payments.credit_transfer",
    Kind.TOP_UP: "payments.top_up",
    Kind.WITHDRAWAL: "payments.withdrawal",
    Kind.REFUND: "payments.refund",
    Kind.INCOMING: "payments.incoming",
    Kind.RETURN: "payments.return",
    Kind.VERIFICATION: "payments.verification",
}
VERIFICATION_CODE: Final = "payments.verification.{currency}"
_RELEASES: Final = UUID("5c5be5f0-3e64-5d6b-8f0a-3f3a1f4f7a10")
"""Namespace of the ids of what releases a hold: made from the hold's, so it is released once."""


async def hold(
    tx: WriteSession, order: PaymentOrder, *, channel: str | None, at: datetime
) -> tuple[UUID, TongbaoError | None]:
    """Hold an order's money for a channel; return the hold's id and why the ledger would not.

    A hold for another channel is released in the same step, so that nobody takes the money between.
    """
    new = ledger.NewTransaction(
        id=ledger.TransactionId(new_id()),
        kind=ledger.TransactionKind.PENDING,
        type=HOLD_TYPE,
        postings=(await _posting(tx, order, channel=channel, at=at),),
        reference=order.remittance or order.end_to_end_id,
        metadata=_metadata(order, channel, None),
        correlation_id=order.id,
    )
    batch = [new] if order.pending_id is None else [_release(order.pending_id), new]
    results = await ledger.post(tx, batch, at=at, atomic=True)
    return new.id, results[-1].error


async def settle(
    tx: WriteSession,
    order: PaymentOrder,
    *,
    channel: str | None,
    reference: str | None,
    at: datetime,
) -> tuple[UUID, TongbaoError | None]:
    """Move what an order holds; return the transaction's id and why the ledger would not."""
    assert order.pending_id is not None, "what is outside holds its money"
    moved = await ledger.capture(
        tx,
        transaction_id=ledger.TransactionId(new_id()),
        pending_id=ledger.TransactionId(order.pending_id),
        type_=TYPES[order.kind],
        reference=order.remittance or order.end_to_end_id,
    )
    named = await _named_in_suspense(tx, order, channel=channel, at=at)
    moved = replace(moved, metadata=_metadata(order, channel, reference) | named)
    (result,) = await ledger.post(tx, [moved], at=at)
    return moved.id, result.error


async def release(tx: WriteSession, order: PaymentOrder, *, at: datetime) -> None:
    """Let go of what an order holds."""
    if order.pending_id is None:
        return
    (result,) = await ledger.post(tx, [_release(order.pending_id)], at=at)
    result.raise_for_refusal()


async def move_now(
    tx: WriteSession,
    order: PaymentOrder,
    *,
    debit: ledger.AccountId,
    credit: ledger.AccountId,
    channel: str | None,
    reference: str | None,
    at: datetime,
) -> tuple[UUID, TongbaoError | None]:
    """Move an order's money without holding it first; return as `settle` does."""
    moved = ledger.NewTransaction(
        id=ledger.TransactionId(new_id()),
        type=TYPES[order.kind],
        postings=(ledger.NewPosting(debit=debit, credit=credit, amount=order.amount),),
        reference=order.remittance or order.end_to_end_id,
        metadata=_metadata(order, channel, reference),
        correlation_id=order.id,
    )
    (result,) = await ledger.post(tx, [moved], at=at)
    return moved.id, result.error


async def _posting(
    tx: WriteSession, order: PaymentOrder, *, channel: str | None, at: datetime
) -> ledger.NewPosting:
    """Return what moves: an account of a customer's (or the bank's own) against the channel's.

    Customers' accounts are what the bank owes: a debit lowers them. `in_transit` is what the
    channel owes the bank: a credit lowers it. Without a channel both accounts are customers'.
    """
    if channel is None:
        assert order.debtor_account_id is not None
        assert order.creditor_account_id is not None
        pays = await _customers(tx, order.debtor_account_id)
        receives = await _customers(tx, order.creditor_account_id)
        return ledger.NewPosting(debit=pays, credit=receives, amount=order.amount)
    books = await channels.books(tx, channel=channel, currency=order.amount.currency, at=at)
    if order.kind is Kind.TOP_UP:
        assert order.creditor_account_id is not None
        into = await _customers(tx, order.creditor_account_id)
        return ledger.NewPosting(debit=books.in_transit, credit=into, amount=order.amount)
    if order.kind is Kind.RETURN:
        source = books.suspense
    elif order.kind is Kind.VERIFICATION:
        source = await _verifying(tx, order, at=at)
    else:
        assert order.debtor_account_id is not None
        source = await _customers(tx, order.debtor_account_id)
    return ledger.NewPosting(debit=source, credit=books.in_transit, amount=order.amount)


async def _named_in_suspense(
    tx: WriteSession, order: PaymentOrder, *, channel: str | None, at: datetime
) -> dict[str, str]:
    """Return by what name money that goes back leaves suspense: that under which it came there."""
    if order.kind is not Kind.RETURN or channel is None:
        return {}
    books = await channels.books(tx, channel=channel, currency=order.amount.currency, at=at)
    came_as = await tx.scalar(
        select(PaymentOrderRow.received_reference).where(PaymentOrderRow.id == order.original_id)
    )
    return {} if came_as is None else {f"reference/{books.suspense}": came_as}


async def _customers(tx: WriteSession, account_id: UUID) -> ledger.AccountId:
    return (await accounts.get(tx, account_id)).ledger_account_id


async def _verifying(tx: WriteSession, order: PaymentOrder, *, at: datetime) -> ledger.AccountId:
    currency = order.amount.currency
    opened = await ledger.internal_account(
        tx,
        code=VERIFICATION_CODE.format(currency=currency),
        asset=currency,
        category=ledger.Category.EXPENSE,
        name="验卡打款支出",
        at=at,
    )
    return opened.id


def _release(pending_id: UUID) -> ledger.NewTransaction:
    return ledger.void(
        transaction_id=ledger.TransactionId(uuid5(_RELEASES, pending_id.hex)),
        pending_id=ledger.TransactionId(pending_id),
        type_=RELEASE_TYPE,
    )


def _metadata(order: PaymentOrder, channel: str | None, reference: str | None) -> dict[str, str]:
    found = {"payment_id": str(order.id), "end_to_end_id": order.end_to_end_id}
    if channel is not None:
        found["channel"] = channel
    if reference is not None:
        found["reference"] = reference
    return found
