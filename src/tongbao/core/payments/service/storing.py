"""Writing orders and telling of them, a batch in a statement."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

from tongbao.core.payments.domain import PaymentOrder, Status, Transfer, reason_of
from tongbao.core.payments.events import PaymentRejected, PaymentSettled
from tongbao.infra import outbox
from tongbao.infra.arrays import Array, Kind, array, array_with_nulls, microseconds
from tongbao.infra.db import WriteSession
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.events import Event
from tongbao.kernel.ids import uuid_text

# In the order of the unique index, as everybody writes: two batches that use the same end-to-end
# ids wait for each other and never in a circle. What the index is about follows from what is named.
_STORE: Final[LiteralString] = """
WITH stored AS (
    INSERT INTO payments_order (id, status, reason_code, reason_iso_code, reason_zh, reason_en,
        debtor_account_id, debtor_account_number, debtor_name, creditor_account_id,
        creditor_account_number, creditor_name, amount_minor, currency, end_to_end_id, remittance,
        transaction_id, initiated_by, initiated_at, fee_minor)
    SELECT o.* FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
        %s::uuid[], %s::text[], %s::text[], %s::uuid[], %s::text[], %s::text[], %s::bigint[],
        %s::text[], %s::text[], %s::text[], %s::uuid[], %s::uuid[], %s::timestamptz[],
        %s::bigint[])
        AS o (id, status, reason_code, reason_iso_code, reason_zh, reason_en, debtor_account_id,
              debtor_account_number, debtor_name, creditor_account_id, creditor_account_number,
              creditor_name, amount_minor, currency, end_to_end_id, remittance, transaction_id,
              initiated_by, initiated_at, fee_minor)
     ORDER BY o.debtor_account_id, o.end_to_end_id
    ON CONFLICT (debtor_account_id, end_to_end_id)
       WHERE status = 'settled' AND end_to_end_id <> replace(id::text, '-', '') DO NOTHING
    RETURNING id)
SELECT CASE WHEN count(*) < %s THEN coalesce(array_agg(id), '{}') END FROM stored
"""
_REJECT: Final[LiteralString] = """
UPDATE payments_order p
   SET status = 'rejected', transaction_id = NULL, fee_minor = 0, reason_code = r.code,
       reason_iso_code = r.iso_code, reason_zh = r.zh, reason_en = r.en
  FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[])
       AS r (id, code, iso_code, zh, en)
 WHERE p.id = r.id
"""


async def store(tx: WriteSession, orders: Sequence[PaymentOrder]) -> set[UUID]:
    """Write new orders; return the ids of those that were not, for their end-to-end id is used."""
    if not orders:
        return set()
    ((stored,),) = await tx.fetch(_STORE, (*_columns(orders), len(orders)))
    if stored is None:  # as usual: all of them
        return set()
    written = set(stored)
    return {order.id for order in orders if order.id not in written}


async def store_rejected(tx: WriteSession, orders: Collection[Transfer]) -> None:
    """Say of orders that are written as settled why they were rejected after all."""
    if not orders:
        return
    reasons = [order.reason for order in orders if order.reason is not None]
    assert len(reasons) == len(orders), "what is rejected has a reason"
    await tx.fetch(
        _REJECT,
        (
            array(Kind.UUID, [order.id.bytes for order in orders]),
            array(Kind.TEXT, [reason.code.encode() for reason in reasons]),
            array(Kind.TEXT, [reason.iso_code.encode() for reason in reasons]),
            array(Kind.TEXT, [reason.text.zh.encode() for reason in reasons]),
            array(Kind.TEXT, [reason.text.en.encode() for reason in reasons]),
        ),
    )


async def tell(tx: WriteSession, orders: Sequence[Transfer], *, at: datetime) -> None:
    """Append what happened to each order."""
    await outbox.append(tx, [event_of(order) for order in orders], at=at)


def rejected(order: Transfer, refusal: TongbaoError) -> Transfer:
    """Return an order as it is when something refused it."""
    return replace(
        order,
        status=Status.REJECTED,
        reason=reason_of(refusal),
        refusal=refusal,
        transaction_id=None,
        fee_minor=0,
    )


def event_of(order: Transfer) -> Event:
    """Return what is told of an order just carried out or rejected."""
    if order.status is Status.REJECTED:
        assert order.reason is not None
        return PaymentRejected(
            payment_id=order.id,
            debtor_account_id=order.debtor_account_id,
            amount=order.amount,
            reason_code=order.reason.code,
        )
    assert order.creditor_account_id is not None
    assert order.transaction_id is not None
    return PaymentSettled(
        payment_id=order.id,
        debtor_account_id=order.debtor_account_id,
        creditor_account_id=order.creditor_account_id,
        amount=order.amount,
        transaction_id=order.transaction_id,
    )


def told_as_settled(order: Transfer) -> bytes:
    """Return what the event of a settled transfer holds: what `event_of` makes, word by word.

    Ids, digits and a currency's code are all there is in it, so there is nothing to escape; making
    and serialising the event itself takes four times as long.
    """
    assert order.transaction_id == order.id, "a book transfer and its booking have one id"
    assert order.debtor_account_id is not None
    assert order.creditor_account_id is not None
    payment_id = uuid_text(order.id)
    amount = order.amount
    return (
        f'{{"payment_id":"{payment_id}",'
        f'"debtor_account_id":"{uuid_text(order.debtor_account_id)}",'
        f'"creditor_account_id":"{uuid_text(order.creditor_account_id)}",'
        f'"amount":{{"amount":"{amount.text}","currency":"{amount.currency}"}},'
        f'"transaction_id":"{payment_id}","kind":"book_transfer"}}'
    ).encode()


def settled_columns(orders: Sequence[Transfer]) -> tuple[Array | None, ...]:
    """Return the arrays of orders that `payments_settle` takes."""
    assert all(order.transaction_id == order.id for order in orders), "a booking has its order's id"
    return (
        array(Kind.UUID, [order.id.bytes for order in orders]),
        *_sides(orders),
        _ids([order.initiated_by for order in orders]),
    )


def _sides(orders: Sequence[PaymentOrder]) -> tuple[Array | None, ...]:
    """Return the arrays of what an order says from its beginning: sides, amount, words."""
    return (
        _ids([order.debtor_account_id for order in orders]),
        array(Kind.TEXT, [order.debtor_account_number.encode() for order in orders]),
        array(Kind.TEXT, [order.debtor_name.encode() for order in orders]),
        _ids([order.creditor_account_id for order in orders]),
        array(Kind.TEXT, [order.creditor_account_number.encode() for order in orders]),
        array(Kind.TEXT, [order.creditor_name.encode() for order in orders]),
        array(Kind.BIGINT, [order.amount.minor.to_bytes(8) for order in orders]),
        array(Kind.TEXT, [order.amount.currency.encode() for order in orders]),
        array(Kind.TEXT, [order.end_to_end_id.encode() for order in orders]),
        _texts([order.remittance for order in orders]),
    )


def _columns(orders: Sequence[PaymentOrder]) -> tuple[Array | None, ...]:
    reasons = [order.reason for order in orders]
    at = {order.initiated_at: microseconds(order.initiated_at) for order in orders}
    return (
        array(Kind.UUID, [order.id.bytes for order in orders]),
        array(Kind.TEXT, [order.status.value.encode() for order in orders]),
        _texts([None if one is None else one.code for one in reasons]),
        _texts([None if one is None else one.iso_code for one in reasons]),
        _texts([None if one is None else one.text.zh for one in reasons]),
        _texts([None if one is None else one.text.en for one in reasons]),
        *_sides(orders),
        _ids([order.transaction_id for order in orders]),
        _ids([order.initiated_by for order in orders]),
        array(Kind.INSTANT, [at[order.initiated_at] for order in orders]),
        array(Kind.BIGINT, [order.fee_minor.to_bytes(8) for order in orders]),
    )


def _texts(values: Sequence[str | None]) -> Array | None:
    return array_with_nulls(Kind.TEXT, [None if one is None else one.encode() for one in values])


def _ids(values: Sequence[UUID | None]) -> Array | None:
    return array_with_nulls(Kind.UUID, [None if one is None else one.bytes for one in values])
