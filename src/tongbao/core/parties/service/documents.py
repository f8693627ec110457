"""Identity documents: versions, and warnings before they end."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.parties.domain.documents import (
    WARNING_DAYS,
    Document,
    DocumentId,
    DocumentType,
    UnknownDocument,
    check_dates,
    clean_authority,
    clean_number,
)
from tongbao.core.parties.events import DocumentExpiring, DocumentRecorded
from tongbao.core.parties.models import DocumentRow
from tongbao.core.parties.service import matching
from tongbao.core.parties.service.registering import locked
from tongbao.infra import crypto, outbox
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.clock import business_date
from tongbao.kernel.ids import new_id

NUMBER = "parties_document.number_sealed"
NUMBER_BLIND = "parties_document.number_blind"
DOCUMENTS_MAX = 200
WARNED_AT_ONCE_MAX = 500


async def record_document(
    tx: WriteSession,
    *,
    party_id: UUID,
    type: DocumentType,  # noqa: A002 - the field's word
    number: str,
    valid_from: date,
    valid_until: date | None,
    recorded_by: UUID,
    at: datetime,
    issuing_authority: str | None = None,
) -> Document:
    """Record a document; it takes the place of the current one of its type, which stays on record.

    Showing the same facts again returns what is there. `valid_until` None is long-term. Raises
    `UnknownParty`, `DocumentNumberMalformed`, `DocumentDatesWrong`, `DocumentFieldMalformed`,
    `RegistrationNumberMalformed`.
    """
    clean = clean_number(type, number)
    check_dates(valid_from=valid_from, valid_until=valid_until, on=business_date(at))
    authority = clean_authority(issuing_authority)
    await locked(tx, party_id)
    current = await current_document(tx, party_id, type)
    if current is not None and (
        current.number,
        current.valid_from,
        current.valid_until,
        current.issuing_authority,
    ) == (clean, valid_from, valid_until, authority):
        return current
    version = await _supersede(tx, party_id, type, at=at)
    made = Document(
        id=DocumentId(new_id()),
        party_id=party_id,
        type=type,
        number=clean,
        version=version,
        issuing_authority=authority,
        valid_from=valid_from,
        valid_until=valid_until,
        recorded_by=recorded_by,
        recorded_at=at,
        superseded_at=None,
    )
    await _store(tx, made)
    recorded = DocumentRecorded(
        party_id=party_id, document_id=made.id, document=type.value, document_version=made.version
    )
    await outbox.append(tx, [recorded], at=at)
    await matching.look(tx, party_id=party_id, at=at)
    return made


async def current_document(
    tx: ReadSession,
    party_id: UUID,
    type: DocumentType,  # noqa: A002 - the field's word
) -> Document | None:
    """Return the current version of a party's document of this type, if there is one."""
    row = await tx.scalar(
        select(DocumentRow).where(
            DocumentRow.party_id == party_id,
            DocumentRow.type == type.value,
            DocumentRow.superseded_at.is_(None),
        )
    )
    return None if row is None else _document(row, await crypto.box(tx, owner=party_id))


async def document(tx: ReadSession, *, party_id: UUID, document_id: UUID) -> Document:
    """Return one version of a party's document. Raises `UnknownDocument`."""
    row = await tx.scalar(
        select(DocumentRow).where(DocumentRow.id == document_id, DocumentRow.party_id == party_id)
    )
    if row is None:
        raise UnknownDocument
    box = await crypto.box(tx, owner=party_id)
    if box.erased:
        raise UnknownDocument
    return _document(row, box)


async def documents(tx: ReadSession, party_id: UUID) -> Sequence[Document]:
    """Return all versions of a party's documents, the latest first, at most `DOCUMENTS_MAX`.

    Of an erased party there are none any more.
    """
    box = await crypto.box(tx, owner=party_id)
    if box.erased:
        return []
    rows = await tx.scalars(
        select(DocumentRow)
        .where(DocumentRow.party_id == party_id)
        .order_by(DocumentRow.id.desc())
        .limit(DOCUMENTS_MAX)
        .execution_options(populate_existing=True)
    )
    return [_document(row, box) for row in rows]


async def warn_of_expiry(tx: WriteSession, *, at: datetime) -> list[DocumentExpiring]:
    """Tell once 60, 30, 7 and 1 days before a document ends, and once when it has ended.

    At most `WARNED_AT_ONCE_MAX` documents a call; call again while it returns that many. A warning
    that was missed is not made up for by several: the nearest counts.
    """
    today = business_date(at)
    due = await tx.scalars(
        select(DocumentRow)
        .where(
            DocumentRow.superseded_at.is_(None),
            or_(
                *(
                    (DocumentRow.valid_until < today + timedelta(days=days + 1))
                    & (func.coalesce(DocumentRow.warned_days, WARNING_DAYS[0] + 1) > days)
                    for days in WARNING_DAYS
                ),
                (DocumentRow.valid_until < today)
                & (func.coalesce(DocumentRow.warned_days, WARNING_DAYS[0] + 1) > 0),
            ),
        )
        .order_by(DocumentRow.valid_until, DocumentRow.id)
        .limit(WARNED_AT_ONCE_MAX)
        .with_for_update(skip_locked=True)
    )
    told = []
    for row in due:
        assert row.valid_until is not None, "long-term documents are not due"
        left = (row.valid_until - today).days
        row.warned_days = min((days for days in WARNING_DAYS if days >= left), default=0)
        if left < 0:
            row.warned_days = 0
        told.append(
            DocumentExpiring(
                party_id=row.party_id,
                document_id=row.id,
                days=row.warned_days,
                valid_until=row.valid_until,
            )
        )
    await tx.flush()
    await outbox.append(tx, told, at=at)
    return told


async def _supersede(
    tx: WriteSession,
    party_id: UUID,
    type: DocumentType,  # noqa: A002 - the field's word
    *,
    at: datetime,
) -> int:
    """Let the current version be the current one no more; return the number of the next."""
    await tx.execute(
        update(DocumentRow)
        .where(
            DocumentRow.party_id == party_id,
            DocumentRow.type == type.value,
            DocumentRow.superseded_at.is_(None),
        )
        .values(superseded_at=at)
    )
    last = await tx.scalar(
        select(func.max(DocumentRow.version)).where(
            DocumentRow.party_id == party_id, DocumentRow.type == type.value
        )
    )
    return (last or 0) + 1


async def _store(tx: WriteSession, document: Document) -> None:
    box = await crypto.box(tx, owner=document.party_id)
    await tx.execute(
        insert(DocumentRow).values(
            id=document.id,
            party_id=document.party_id,
            type=document.type.value,
            number_sealed=box.seal(document.number, field=NUMBER, row=document.id),
            number_blind=crypto.blind(document.number, field=NUMBER_BLIND),
            version=document.version,
            issuing_authority=document.issuing_authority,
            valid_from=document.valid_from,
            valid_until=document.valid_until,
            recorded_by=document.recorded_by,
            recorded_at=document.recorded_at,
        )
    )


def _document(row: DocumentRow, box: crypto.Box) -> Document:
    return Document(
        id=DocumentId(row.id),
        party_id=row.party_id,
        type=DocumentType(row.type),
        number=box.open(row.number_sealed, field=NUMBER, row=row.id),
        version=row.version,
        issuing_authority=row.issuing_authority,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        recorded_by=row.recorded_by,
        recorded_at=row.recorded_at,
        superseded_at=row.superseded_at,
    )
