"""Rows of bills as values."""

from typing import Final

from tongbao.infra import crypto
from tongbao.infra.db import ReadSession
from tongbao.kernel.money import Money
from tongbao.kernel.text import Text
from tongbao.products.bills.domain.billers import BillCategory, Biller
from tongbao.products.bills.domain.payments import (
    Bill,
    BillPayment,
    BillPaymentId,
    BillState,
    Query,
    QueryState,
)
from tongbao.products.bills.models import BillerRow, BillPaymentRow, BillRow, QueryRow

INITIATE: Final = "payments:initiate"
QUERY_NUMBER: Final = "bills_query.number_sealed"


def biller_of(row: BillerRow) -> Biller:
    """Return the biller of a row."""
    return Biller(
        code=row.code,
        category=BillCategory(row.category),
        name=Text(zh=row.name_zh, en=row.name_en),
        number_label=Text(zh=row.number_label_zh, en=row.number_label_en),
        number_digits=row.number_digits,
        region=row.region,
        region_name=Text(zh=row.region_zh, en=row.region_en),
        listed=row.listed,
        account_id=row.account_id,
        refreshed_at=row.refreshed_at,
    )


def bill_of(row: BillRow) -> Bill:
    """Return the bill of a row."""
    return Bill(
        id=row.id,
        party_id=row.party_id,
        biller=row.biller,
        reference=row.reference,
        period=row.period,
        amount=Money(row.amount_minor, row.currency),
        due_on=row.due_on,
        told_at=row.told_at,
    )


def query_of(row: QueryRow, bills: tuple[Bill, ...] = ()) -> Query:
    """Return the query of a row."""
    return Query(
        id=row.id,
        party_id=row.party_id,
        biller=row.biller,
        shown=row.shown,
        state=QueryState(row.state),
        customer_name=row.customer_name,
        reason_code=row.reason_code,
        asked_at=row.asked_at,
        answered_at=row.answered_at,
        bills=bills,
    )


def payment_of(row: BillPaymentRow) -> BillPayment:
    """Return the paid bill of a row."""
    return BillPayment(
        id=BillPaymentId(row.id),
        party_id=row.party_id,
        bill_id=row.bill_id,
        biller=row.biller,
        shown=row.shown,
        reference=row.reference,
        period=row.period,
        amount=Money(row.amount_minor, row.currency),
        debtor_account_id=row.debtor_account_id,
        payment_id=row.payment_id,
        mandate_id=row.mandate_id,
        state=BillState(row.state),
        receipt_number=row.receipt_number,
        reason_code=row.reason_code,
        refund_id=row.refund_id,
        made_by=row.made_by,
        made_at=row.made_at,
    )


async def number_of(tx: ReadSession, row: QueryRow) -> str:
    """Return a customer's number, for its biller and nobody else. Raises `crypto.Erased`."""
    box = await crypto.box(tx, owner=row.party_id)
    return box.open(row.number_sealed, field=QUERY_NUMBER, row=row.id)
