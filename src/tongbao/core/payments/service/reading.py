"""Reading payments."""

from collections.abc import Collection
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import or_, select, union_all
from sqlalchemy.orm import aliased

from tongbao.core.accounts import service as accounts
from tongbao.core.payments.domain import (
    Kind,
    PaymentId,
    PaymentOrder,
    Reason,
    Status,
    UnknownPayment,
)
from tongbao.core.payments.models import PaymentOrderRow
from tongbao.infra.db import ReadSession
from tongbao.kernel.money import Money
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page, decode_cursor, encode_cursor
from tongbao.kernel.text import Text

# Seen from an account: what it pays, what it receives.
Direction = Literal["out", "in"]

SEEN_BY_CREDITOR: Final = (Status.SETTLED.value, Status.RETURNED.value)


async def get(
    tx: ReadSession, payment_id: UUID, *, visible_to: Collection[UUID] | None = None
) -> PaymentOrder:
    """Return one payment; only if one of the parties `visible_to` may see it, unless it is None.

    The debtor sees every order, the creditor those that were settled. Raises `UnknownPayment`.
    """
    row = await tx.scalar(
        select(PaymentOrderRow)
        .where(PaymentOrderRow.id == payment_id)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise UnknownPayment
    if visible_to is not None:
        involved = [row.debtor_account_id]
        if row.status in SEEN_BY_CREDITOR or row.kind == Kind.TOP_UP:
            involved.append(row.creditor_account_id)
        owners = {
            (await accounts.get(tx, account_id)).party_id
            for account_id in involved
            if account_id is not None
        }
        if owners.isdisjoint(visible_to):
            raise UnknownPayment
    return order_of(row)


async def for_account(
    tx: ReadSession,
    *,
    account_id: UUID,
    transaction_id: UUID | None = None,
    direction: Direction | None = None,
    statuses: Collection[Status] = (),
    after: str | None = None,
    limit: int = PAGE_LIMIT_DEFAULT,
) -> Page[PaymentOrder]:
    """Return the payments from and to an account, newest first; only those that are named.

    By the transaction that they were booked with, a direction seen from the account, or `statuses`.

    Orders rejected are shown to their debtor only. Raises `kernel.page.BadCursor`.
    """
    last = None if after is None else decode_cursor(after, UUID)[0]
    out = select(PaymentOrderRow).where(PaymentOrderRow.debtor_account_id == account_id)
    into = select(PaymentOrderRow).where(
        PaymentOrderRow.creditor_account_id == account_id,
        or_(
            PaymentOrderRow.status.in_(SEEN_BY_CREDITOR),
            PaymentOrderRow.kind == Kind.TOP_UP.value,
        ),
    )
    # Two short index scans; one condition with OR would sort all payments of a busy account.
    halves = []
    for half in {None: (out, into), "out": (out,), "in": (into,)}[direction]:
        part = half if last is None else half.where(PaymentOrderRow.id < last)
        if transaction_id is not None:
            part = part.where(PaymentOrderRow.transaction_id == transaction_id)
        if statuses:
            part = part.where(PaymentOrderRow.status.in_([each.value for each in statuses]))
        halves.append(part.order_by(PaymentOrderRow.id.desc()).limit(limit + 1))
    both = aliased(
        PaymentOrderRow, union_all(*(half.subquery().select() for half in halves)).subquery()
    )
    rows = await tx.scalars(
        select(both)
        .order_by(both.id.desc())
        .limit(limit + 1)
        .execution_options(populate_existing=True)
    )
    return Page[PaymentOrder].of(
        [order_of(row) for row in rows], limit=limit, cursor=lambda order: encode_cursor(order.id)
    )


def order_of(row: PaymentOrderRow) -> PaymentOrder:
    """Return the order of a row."""
    reason = None
    if row.reason_code is not None:
        reason = Reason(
            code=row.reason_code,
            iso_code=row.reason_iso_code or "NARR",
            text=Text(zh=row.reason_zh or "", en=row.reason_en or ""),
        )
    return PaymentOrder(
        id=PaymentId(row.id),
        status=Status(row.status),
        reason=reason,
        debtor_account_id=row.debtor_account_id,
        debtor_account_number=row.debtor_account_number,
        debtor_name=row.debtor_name,
        creditor_account_id=row.creditor_account_id,
        creditor_account_number=row.creditor_account_number,
        creditor_name=row.creditor_name,
        amount=Money(row.amount_minor, row.currency),
        end_to_end_id=row.end_to_end_id,
        remittance=row.remittance,
        transaction_id=row.transaction_id,
        initiated_by=row.initiated_by,
        initiated_at=row.initiated_at,
        kind=Kind(row.kind),
        debtor_bank_code=row.debtor_bank_code,
        creditor_bank_code=row.creditor_bank_code,
        uetr=row.uetr,
        channel=row.channel,
        fee_minor=row.fee_minor,
        original_id=row.original_id,
        refunded_minor=row.refunded_minor,
        card_id=row.card_id,
        pending_id=row.pending_id,
        settled_at=row.settled_at,
        expires_at=row.expires_at,
        closed_by=row.closed_by,
    )
