"""Sending back what a biller refused: a refund by the biller of the very payment, and its fee.

The fee is the bank's, and is not kept: the bill was not paid.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

import structlog

from tongbao.core.accounts import service as accounts
from tongbao.core.payments import service as payments
from tongbao.infra import outbox
from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession
from tongbao.kernel.errors import TongbaoError
from tongbao.products.bills.domain.payments import BillState, Why, reason_text
from tongbao.products.bills.events import BillRefunded
from tongbao.products.bills.models import BillPaymentRow
from tongbao.products.bills.service.configuration import configured
from tongbao.products.bills.service.moving import look_again, move
from tongbao.products.bills.service.rows import INITIATE, payment_of

log = structlog.get_logger(__name__)

SETTLE_ALONE: Final = "payments:settle_alone"
BILLS: Final = UUID("00000000-0000-7000-8000-0000b1115000")
"""Who acts for a biller when it refuses what it was paid: the platform, by the biller's answer."""


async def send_back(tx: WriteSession, row: BillPaymentRow, *, at: datetime) -> None:
    """Refund a refused bill and its fee, or neither; where that cannot be now, try again later."""
    order = await payments.get(tx, row.payment_id, visible_to=None)
    assert order.creditor_account_id is not None, "a biller is paid on an account here"
    account = await accounts.get(tx, order.creditor_account_id)
    actor = Actor(
        id=BILLS,
        kind="service",
        name="bills",
        party_ids=frozenset({account.party_id}),
        permissions=frozenset({INITIATE, SETTLE_ALONE}),
    )
    assert row.reason_code is not None, "what was refused has a reason"
    try:
        async with tx.begin_nested():
            refund = await payments.refund(
                tx,
                row.payment_id,
                amount=None,
                remittance=reason_text(row.reason_code).zh,
                initiated_by=actor,
                at=at,
            )
            if refund.refusal is not None:
                raise refund.refusal
            await payments.give_fee_back(tx, row.payment_id, at=at)
    except TongbaoError as error:
        log.warning("bill_not_refunded", bill_payment_id=str(row.id), code=error.code)
        await look_again(tx, row, at=at + configured().timing.pause(row.looks))
        return
    await move(
        tx,
        row,
        BillState.REFUNDED,
        why=Why.SENT_BACK,
        at=at,
        due_at=None,
        refund_id=refund.id,
    )
    paid = payment_of(row)
    told = BillRefunded(
        bill_payment_id=paid.id,
        party_id=paid.party_id,
        biller=paid.biller,
        period=paid.period,
        amount=paid.amount,
        payment_id=paid.payment_id,
        reason_code=row.reason_code,
        refund_id=refund.id,
    )
    await outbox.append(tx, [told], at=at)
