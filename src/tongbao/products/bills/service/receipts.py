"""What a payment's receipt says of the bill that it paid."""

from typing import Final
from uuid import UUID

from sqlalchemy import select

from tongbao.core.payments import service as payments
from tongbao.infra.db import ReadSession
from tongbao.kernel.text import Text
from tongbao.products.bills.domain.payments import BillState
from tongbao.products.bills.models import BillerRow, BillPaymentRow
from tongbao.products.bills.service.rows import biller_of

_NOT_TAKEN: Final = Text(zh="未入账，款项退回", en="Not taken; the money goes back")
_NOT_YET: Final = Text(zh="收费单位尚未出具", en="Not given yet")


async def on_receipt(tx: ReadSession, payment_id: UUID) -> payments.FurtherFacts | None:
    """Return biller, number as it is shown, period, and the receipt number the biller has given."""
    row = await tx.scalar(
        select(BillPaymentRow)
        .where(BillPaymentRow.payment_id == payment_id)
        .execution_options(populate_existing=True)
    )
    if row is None:
        return None
    biller = biller_of(await tx.get_one(BillerRow, row.biller))
    refused = row.state in {BillState.REFUSED, BillState.REFUNDED}
    missing = _NOT_TAKEN if refused else _NOT_YET
    number = row.receipt_number or f"{missing.zh} {missing.en}"
    return payments.FurtherFacts(
        lines=(
            (Text(zh="收费单位", en="Biller"), f"{biller.name.zh} {biller.name.en}"),
            (biller.number_label, row.shown),
            (Text(zh="账期", en="Period"), row.period),
            (Text(zh="收费单位回单号", en="Biller's receipt number"), number),
        ),
        is_awaited=row.receipt_number is None and not refused,
    )
