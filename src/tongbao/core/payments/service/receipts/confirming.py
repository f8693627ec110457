"""Confirming receipts to whoever holds one: what was paid, names and numbers masked."""

import hashlib

from sqlalchemy import ColumnElement

from tongbao.core.payments.domain.receipts import ConfirmedReceipt, UnknownReceiptCode
from tongbao.core.payments.models import ReceiptRow
from tongbao.core.payments.service.reading import get
from tongbao.core.payments.service.receipts.configuration import configuration
from tongbao.core.payments.service.receipts.making import find
from tongbao.infra import pdf
from tongbao.infra.db import ReadSession
from tongbao.kernel.codes import read_code


async def confirm_receipt(tx: ReadSession, *, code: str) -> ConfirmedReceipt:
    """Return what was issued under a code. Raises `UnknownReceiptCode`."""
    read = read_code(code)
    found = None if read is None else await _issued(tx, ReceiptRow.code == read)
    if found is None:
        raise UnknownReceiptCode
    return found


async def confirm_receipt_file(
    tx: ReadSession, content: bytes
) -> tuple[pdf.Verdict, ConfirmedReceipt | None]:
    """Return what a PDF is by its seal, and what was issued if it is byte for byte that.

    Raises `pdf.PdfUnreadable`, `pdf.PdfBusy`.
    """
    verdict = await pdf.verify(content, trusted=configuration().roots)
    digest = hashlib.sha256(content).hexdigest()
    return verdict, await _issued(tx, ReceiptRow.sha256 == digest)


async def _issued(tx: ReadSession, condition: ColumnElement[bool]) -> ConfirmedReceipt | None:
    found = await find(tx, condition, ReceiptRow.issued_at.is_not(None))
    if found is None:
        return None
    return ConfirmedReceipt(receipt=found, payment=await get(tx, found.payment_id))
