"""What an order does to the ledger: it holds money, and moves or releases what it holds.

The hold has no end of its own: a time-out at the channel is no reason to let money go that may
have been paid. Only what becomes of the order ends it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from tongbao.core.accounts import service as accounts
from tongbao.core.channels import service as channels
from tongbao.core.ledger import service as ledger
from tongbao.core.payments.domain import Kind, PaymentOrder
from tongbao.core.payments.domain.fees import FeeQuote
from tongbao.core.payments.service.fees import fee_postings
from tongbao.infra.db import WriteSession
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money

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
    tx: WriteSession,
    order: PaymentOrder,
    *,
    channel: str | None,
    at: datetime,
    fee: FeeQuote | None = None,
) -> tuple[UUID, TongbaoError | None]:
    """Hold an order's money and its fee; return the hold's id and why the ledger would not."""
    postings = await _postings(tx, order, channel=channel, fee=fee, at=at)
    new = _hold(order, postings, channel=channel)
    (result,) = await ledger.post(tx, [new], at=at)
    return new.id, result.error


async def hold_elsewhere(
    tx: WriteSession, order: PaymentOrder, *, channel: str, at: datetime
) -> tuple[UUID, TongbaoError | None]:
    """Hold the same for another channel; return as `hold` does.

    The hold before is released in the same step, so that nobody takes the money between; what the
    payment costs stays.
    """
    assert order.pending_id is not None
    assert order.channel is not None
    currency = order.amount.currency
    before = (await channels.books(tx, channel=order.channel, currency=currency, at=at)).in_transit
    after = (await channels.books(tx, channel=channel, currency=currency, at=at)).in_transit
    held = await ledger.transaction(tx, ledger.TransactionId(order.pending_id))
    postings = tuple(
        ledger.NewPosting(
            debit=after if each.debit == before else each.debit,
            credit=after if each.credit == before else each.credit,
            amount=Money(each.amount, currency),
        )
        for each in held.postings
    )
    new = _hold(order, postings, channel=channel)
    results = await ledger.post(tx, [_release(order.pending_id), new], at=at, atomic=True)
    return new.id, results[-1].error


def _hold(
    order: PaymentOrder, postings: Sequence[ledger.NewPosting], *, channel: str | None
) -> ledger.NewTransaction:
    return ledger.NewTransaction(
        id=ledger.TransactionId(new_id()),
        kind=ledger.TransactionKind.PENDING,
        type=HOLD_TYPE,
        postings=tuple(postings),
        reference=order.remittance or order.end_to_end_id,
        metadata=_metadata(order, channel, None),
        correlation_id=order.id,
    )


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
    moved = replace(moved, metadata=_metadata(order, channel, reference))
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


async def _postings(
    tx: WriteSession,
    order: PaymentOrder,
    *,
    channel: str | None,
    fee: FeeQuote | None,
    at: datetime,
) -> tuple[ledger.NewPosting, ...]:
    """Return what an order moves, and what it costs on top: of a top-up, from what arrives."""
    main = await _posting(tx, order, channel=channel, at=at)
    if fee is None or not fee.total.minor:
        return (main,)
    if order.kind is Kind.TOP_UP:
        main = replace(main, amount=order.amount - fee.total)
    (extra,) = await fee_postings(tx, [(fee, main.debit)], at=at)
    return (main, *extra)


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
    return found | accounts.fees_from(2 if order.fee_minor else None)
