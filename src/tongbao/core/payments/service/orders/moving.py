"""Writing orders and their arrows: nothing else changes where an order stands."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from tongbao.core.payments.domain import (
    EndToEndIdUsed,
    PaymentOrder,
    Reason,
    Status,
    UnknownPayment,
)
from tongbao.core.payments.domain.life import ARROWS, Why
from tongbao.core.payments.models import IS_REFERRED_TO, PaymentOrderRow, TransitionRow
from tongbao.core.payments.service.references import of_others
from tongbao.infra.db import WriteSession


async def create(
    tx: WriteSession,
    order: PaymentOrder,
    *,
    by: UUID | None,
    at: datetime,
    received_reference: str | None = None,
) -> PaymentOrder:
    """Write a new order with its first arrow; of two with one end-to-end id the second raises.

    Raises `EndToEndIdUsed`.
    """
    order = replace(order, status=Status.CREATED)
    if await of_others(tx, [order]):
        raise EndToEndIdUsed(end_to_end_id=order.end_to_end_id)
    stored = await tx.scalar(
        upsert(PaymentOrderRow)
        .values(**_columns(order), received_reference=received_reference, arrows=1)
        .on_conflict_do_nothing(
            index_elements=["debtor_account_id", "end_to_end_id"], index_where=IS_REFERRED_TO
        )
        .returning(PaymentOrderRow.id)
    )
    if stored is None:
        raise EndToEndIdUsed(end_to_end_id=order.end_to_end_id)
    await tx.execute(
        insert(TransitionRow).values(
            order_id=order.id,
            number=1,
            after=Status.CREATED.value,
            taken_at=at,
            taken_by=by,
            why=Why.INITIATED.value,
        )
    )
    return order


async def lock(tx: WriteSession, order_id: UUID) -> PaymentOrderRow:
    """Return an order's row, locked until the transaction ends. Raises `UnknownPayment`."""
    row = await tx.scalar(
        select(PaymentOrderRow)
        .where(PaymentOrderRow.id == order_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise UnknownPayment
    return row


async def move(
    tx: WriteSession,
    order: PaymentOrder,
    to: Status,
    *,
    why: Why,
    at: datetime,
    by: UUID | None = None,
    note: str | None = None,
    attempt_id: UUID | None = None,
    due_at: datetime | None = None,
    reason: Reason | None = None,
    **facts: Any,  # noqa: ANN401 - fields of the order that change with the arrow
) -> PaymentOrder:
    """Take an arrow; the order's row is locked by this transaction, or new.

    `due_at` is when the worker looks at it next; None: not any more.
    """
    assert to in ARROWS[order.status], f"no arrow from {order.status} to {to}"
    values: dict[str, Any] = {**facts, "status": to.value, "due_at": due_at}
    if reason is not None:
        values |= _reason_columns(reason)
    number = await tx.scalar(
        update(PaymentOrderRow)
        .where(PaymentOrderRow.id == order.id)
        .values(**values, arrows=PaymentOrderRow.arrows + 1)
        .returning(PaymentOrderRow.arrows)
        .execution_options(synchronize_session=False)
    )
    await tx.execute(
        insert(TransitionRow).values(
            order_id=order.id,
            number=number,
            before=order.status.value,
            after=to.value,
            taken_at=at,
            taken_by=by,
            why=why.value,
            note=note,
            attempt_id=attempt_id,
        )
    )
    if reason is not None:
        facts["reason"] = reason
    return replace(order, status=to, **facts)


async def look_again(tx: WriteSession, order_id: UUID, *, at: datetime | None) -> None:
    """Say when the worker looks at an order next, None: not any more; where it stands stays."""
    await tx.execute(
        update(PaymentOrderRow)
        .where(PaymentOrderRow.id == order_id)
        .values(due_at=at)
        .execution_options(synchronize_session=False)
    )


def _columns(order: PaymentOrder) -> Mapping[str, object]:
    return {
        "id": order.id,
        "kind": order.kind.value,
        "status": order.status.value,
        "debtor_account_id": order.debtor_account_id,
        "debtor_account_number": order.debtor_account_number,
        "debtor_name": order.debtor_name,
        "debtor_bank_code": order.debtor_bank_code,
        "creditor_account_id": order.creditor_account_id,
        "creditor_account_number": order.creditor_account_number,
        "creditor_name": order.creditor_name,
        "creditor_bank_code": order.creditor_bank_code,
        "amount_minor": order.amount.minor,
        "currency": order.amount.currency,
        "end_to_end_id": order.end_to_end_id,
        "remittance": order.remittance,
        "initiated_by": order.initiated_by,
        "initiated_at": order.initiated_at,
        "uetr": order.uetr,
        "channel": order.channel,
        "original_id": order.original_id,
        "card_id": order.card_id,
        "expires_at": order.expires_at,
    }


def _reason_columns(reason: Reason) -> dict[str, str]:
    return {
        "reason_code": reason.code,
        "reason_iso_code": reason.iso_code,
        "reason_zh": reason.text.zh,
        "reason_en": reason.text.en,
    }
