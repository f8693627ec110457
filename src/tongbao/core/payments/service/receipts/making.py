"""Ordering a receipt, setting and sealing it, and giving it out.

The sealed file is kept and not made again: a seal says when it was set, so a receipt made twice
would be two documents, and its digest could confirm only one of them.
"""

import hashlib
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final, cast
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.accounts import service as accounts
from tongbao.core.payments.domain import Status, UnknownPayment
from tongbao.core.payments.domain.receipts import (
    TITLE,
    NotSettled,
    Receipt,
    ReceiptBeingMade,
    ReceiptId,
    UnknownReceipt,
)
from tongbao.core.payments.models import ReceiptRow
from tongbao.core.payments.service.reading import get
from tongbao.core.payments.service.receipts.configuration import configuration
from tongbao.core.payments.service.receipts.further import further_facts
from tongbao.core.payments.service.receipts.paper import receipt_paper
from tongbao.infra import files, jobs, pdf
from tongbao.infra.db import Database, ReadSession, WriteSession
from tongbao.kernel.codes import new_code
from tongbao.kernel.ids import new_id
from tongbao.kernel.text import Language

ISSUE_RECEIPT_JOB: Final = "payments.issue_receipt"
PURPOSE: Final = "payments.receipt"
WAITS_AT_MOST: Final = timedelta(minutes=2)
"""How long a receipt waits for what is to be said on it and is not known yet."""
LOOKS_AGAIN_AFTER: Final = timedelta(seconds=5)


async def order_receipt(
    tx: WriteSession,
    *,
    payment_id: UUID,
    language: Language,
    visible_to: Collection[UUID] | None,
    ordered_by: UUID,
    at: datetime,
) -> Receipt:
    """Order the receipt of a settled payment for its payer or its payee; a job sets and seals it.

    One side has one receipt of a payment in a language: ordered again it is the same. Staff
    (`visible_to` None) order the payer's, or the payee's of money from
    elsewhere. Raises `UnknownPayment`, `NotSettled`.
    """
    payment = await get(tx, payment_id, visible_to=visible_to)
    if payment.status is not Status.SETTLED:
        raise NotSettled
    sides = [payment.debtor_account_id, payment.creditor_account_id]
    owners = [(await accounts.get(tx, each)).party_id for each in sides if each is not None]
    mine = [each for each in owners if visible_to is None or each in visible_to]
    if not mine:
        raise UnknownPayment
    values = {
        "id": new_id(),
        "payment_id": payment.id,
        "party_id": mine[0],
        "language": language,
        "code": new_code(),
        "ordered_by": ordered_by,
        "ordered_at": at,
    }
    made = await tx.scalar(
        insert(ReceiptRow)
        .values(values)
        .on_conflict_do_nothing(index_elements=["payment_id", "party_id", "language"])
        .returning(ReceiptRow.id)
    )
    if made is not None:
        await jobs.defer(tx, ISSUE_RECEIPT_JOB, {"receipt_id": str(made)})
    same = (
        ReceiptRow.payment_id == payment.id,
        ReceiptRow.party_id == mine[0],
        ReceiptRow.language == language,
    )
    found = await find(tx, *same)
    assert found is not None, "it was just ordered"
    return found


async def issue_receipt(database: Database, *, receipt_id: UUID, at: datetime) -> None:
    """Set and seal an ordered receipt and keep it; nothing happens if that was done.

    One on which something more may soon be said waits a while, and is looked at again.
    Raises `UnknownReceipt`, `pdf.PdfFailed`.
    """
    async with database.read() as tx:
        ordered = await receipt(tx, receipt_id, visible_to=None)
        if ordered.issued_at is not None:
            return
        payment = await get(tx, ordered.payment_id)
        further = await further_facts(tx, payment.id)
    if further.is_awaited and at < ordered.ordered_at + WAITS_AT_MOST:
        async with database.write() as later:
            again = {"receipt_id": str(receipt_id)}
            await jobs.defer(later, ISSUE_RECEIPT_JOB, again, at=at + LOOKS_AGAIN_AFTER)
        return
    paper = await receipt_paper(ordered, payment, further.lines, at=at)
    reason = TITLE.say(ordered.language)
    sealed = await pdf.seal(paper, by=configuration().seal, reason=reason, at=at)
    async with database.write() as writing:
        await _keep(writing, ordered, sealed, at=at)


async def receipt(
    tx: ReadSession, receipt_id: UUID, *, visible_to: Collection[UUID] | None
) -> Receipt:
    """Return a receipt of one of these parties (None: of any). Raises `UnknownReceipt`."""
    found = await find(tx, ReceiptRow.id == receipt_id)
    if found is None or (visible_to is not None and found.party_id not in visible_to):
        raise UnknownReceipt
    return found


async def receipt_file(tx: ReadSession, found: Receipt) -> tuple[files.StoredFile, bytes]:
    """Return the file of a receipt. Raises `ReceiptBeingMade`."""
    if found.file_id is None:
        raise ReceiptBeingMade
    stored = await files.get(tx, found.file_id)
    return stored, await files.content(tx, stored)


async def find(tx: ReadSession, *conditions: ColumnElement[bool]) -> Receipt | None:
    """Return the receipt that meets some conditions, which only one can."""
    row = await tx.scalar(
        select(ReceiptRow).where(*conditions).execution_options(populate_existing=True)
    )
    if row is None:
        return None
    return Receipt(
        id=ReceiptId(row.id),
        payment_id=row.payment_id,
        party_id=row.party_id,
        language=cast("Language", row.language),
        code=row.code,
        ordered_by=row.ordered_by,
        ordered_at=row.ordered_at,
        issued_at=row.issued_at,
        sha256=row.sha256,
        file_id=row.file_id,
    )


async def _keep(tx: WriteSession, ordered: Receipt, content: bytes, *, at: datetime) -> None:
    """Keep the file, unless another run of the job was faster."""
    waiting = await tx.scalar(
        select(ReceiptRow.id)
        .where(ReceiptRow.id == ordered.id, ReceiptRow.file_id.is_(None))
        .with_for_update()
    )
    if waiting is None:
        return
    stored = await files.store(
        tx,
        files.Clean(files.MediaType.PDF, content, pages=1),
        owner_id=ordered.party_id,
        purpose=PURPOSE,
        name=f"receipt-{ordered.payment_id}.pdf",
        by=ordered.ordered_by,
        at=at,
    )
    await tx.execute(
        update(ReceiptRow)
        .where(ReceiptRow.id == ordered.id)
        .values(file_id=stored.id, sha256=hashlib.sha256(content).hexdigest(), issued_at=at)
        .execution_options(synchronize_session=False)
    )
