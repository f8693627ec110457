"""The history of a consent: each line with its receipt, signed, on the same transaction."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.agreements.domain.consent_texts import text_of
from tongbao.core.agreements.domain.consents import (
    Consent,
    ConsentId,
    ConsentRecord,
    ConsentStatus,
    Receipt,
    Retention,
    Scope,
    canonical,
)
from tongbao.core.agreements.domain.errors import UnknownReceipt
from tongbao.core.agreements.domain.receipts import receipt_of
from tongbao.core.agreements.models import ConsentEventRow, ConsentRow
from tongbao.core.agreements.service.configuration import configuration
from tongbao.core.parties import service as parties
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.ids import new_id


async def record(
    tx: WriteSession,
    row: ConsentRow,
    *,
    by: UUID | None,
    at: datetime,
    session_id: UUID | None = None,
) -> None:
    """Write a consent's status into its history, with a signed receipt."""
    line = ConsentRecord(
        id=new_id(),
        consent_id=ConsentId(row.id),
        status=ConsentStatus(row.status),
        text_version=row.text_version,
        text_digest=row.text_digest,
        recorded_by=by,
        recorded_at=at,
    )
    document = canonical(receipt_of(consent_of(row), line, text_of(row.text_digest)))
    key = configuration().receipt_key
    await tx.execute(
        insert(ConsentEventRow).values(
            id=line.id,
            consent_id=line.consent_id,
            status=line.status.value,
            text_version=line.text_version,
            text_digest=line.text_digest,
            recorded_by=by,
            session_id=session_id,
            recorded_at=at,
            receipt=document,
            receipt_signature=key.sign(document.encode()),
            receipt_key_id=key.public.id,
        )
    )


async def end(
    tx: WriteSession, row: ConsentRow, *, status: ConsentStatus, by: UUID | None, at: datetime
) -> None:
    """End a granted consent and write it into its history."""
    assert row.status == ConsentStatus.GRANTED, "a consent ends once"
    row.status = status.value
    row.ended_at = at
    row.ended_by = by
    await tx.flush()
    await record(tx, row, by=by, at=at)


async def consent_history(tx: ReadSession, consent_id: UUID) -> list[ConsentRecord]:
    """Return what happened to a consent, oldest first (at most two lines: granted, ended)."""
    rows = await tx.scalars(
        select(ConsentEventRow)
        .where(ConsentEventRow.consent_id == consent_id)
        .order_by(ConsentEventRow.id)
        .limit(len(ConsentStatus))
    )
    return [
        ConsentRecord(
            id=row.id,
            consent_id=ConsentId(row.consent_id),
            status=ConsentStatus(row.status),
            text_version=row.text_version,
            text_digest=row.text_digest,
            recorded_by=row.recorded_by,
            recorded_at=row.recorded_at,
        )
        for row in rows
    ]


async def consent_receipt(
    tx: ReadSession, consent_id: UUID, *, record_id: UUID | None = None
) -> Receipt:
    """Return the receipt of a line of a consent's history, of the last one unless told.

    Raises `UnknownReceipt`.
    """
    query = select(ConsentEventRow).where(ConsentEventRow.consent_id == consent_id)
    if record_id is not None:
        query = query.where(ConsentEventRow.id == record_id)
    row = await tx.scalar(query.order_by(ConsentEventRow.id.desc()).limit(1))
    if row is None or row.receipt is None:
        raise UnknownReceipt
    assert row.receipt_signature is not None, "a receipt is signed"
    assert row.receipt_key_id is not None, "by a key that has a name"
    return Receipt(row.id, row.receipt, row.receipt_signature, row.receipt_key_id)


def consent_of(row: ConsentRow) -> Consent:
    """Return the consent a row holds."""
    return Consent(
        id=ConsentId(row.id),
        party_id=parties.PartyId(row.party_id),
        purpose=row.purpose,
        source=row.source,
        recipient=row.recipient,
        scope=Scope(tuple(row.scope["data"]), row.scope["months_max"]),
        retention=Retention(row.retention_days, row.retention_days_after_contract),
        text_version=row.text_version,
        text_digest=row.text_digest,
        status=ConsentStatus(row.status),
        granted_at=row.granted_at,
        granted_by=row.granted_by,
        expires_at=row.expires_at,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
    )
