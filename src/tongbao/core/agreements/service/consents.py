"""Verbs of consents: grant, withdraw, require, and read them with their history."""

import hashlib
from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.agreements.domain import (
    Consent,
    ConsentId,
    ConsentMissing,
    ConsentRecord,
    ConsentReplaced,
    ConsentStatus,
    UnknownConsent,
)
from tongbao.core.agreements.domain.consent_texts import confirmed_text
from tongbao.core.agreements.events import ConsentGranted, ConsentWithdrawn
from tongbao.core.agreements.models import ConsentEventRow, ConsentRow
from tongbao.core.parties import service as parties
from tongbao.infra import outbox
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page, decode_cursor, encode_cursor

# First key of the advisory lock that lines up the grants of one party, purpose and source.
_GRANT_LOCK: Final = 0xA6


async def grant_consent(
    tx: WriteSession,
    *,
    party_id: UUID,
    purpose: str,
    source: str,
    text_version: str,
    text_digest: str,
    granted_by: UUID,
    at: datetime,
) -> Consent:
    """Record that a party confirmed the text in use, by its version and digest.

    Granting what is in force already changes nothing and returns it. A consent to older words, or
    one that has expired, is replaced. `granted_by` is the user who confirmed.

    Raises `UnknownConsentText`, `ConsentTextOutdated`, `ConsentTextMismatch`,
    `parties.UnknownParty`.
    """
    text = confirmed_text(purpose=purpose, source=source, version=text_version, digest=text_digest)
    party = await parties.get(tx, party_id)
    await tx.execute(
        select(func.pg_advisory_xact_lock(_GRANT_LOCK, _lock_key(party.id, purpose, source)))
    )
    row = await _granted(tx, party_id=party.id, purpose=purpose, source=source, to_change=True)
    if row is not None:
        before = _consent(row)
        if before.text_digest == text.digest and before.in_force(at):
            return before
        await _end(tx, row, status=ConsentStatus.REPLACED, by=granted_by, at=at)
    row = ConsentRow(
        id=new_id(),
        party_id=party.id,
        purpose=purpose,
        source=source,
        text_version=text.version,
        text_digest=text.digest,
        status=ConsentStatus.GRANTED.value,
        granted_at=at,
        granted_by=granted_by,
        expires_at=at + text.valid_for,
    )
    tx.add(row)
    await tx.flush()
    await _record(tx, row, by=granted_by, at=at)
    granted = ConsentGranted(
        consent_id=row.id,
        party_id=row.party_id,
        purpose=purpose,
        source=source,
        text_version=text.version,
        expires_at=row.expires_at,
    )
    await outbox.append(tx, [granted], at=at)
    return _consent(row)


async def withdraw_consent(
    tx: WriteSession, *, consent_id: UUID, withdrawn_by: UUID, at: datetime
) -> Consent:
    """Take a consent back; from the commit on, `require_consent` refuses.

    Withdrawing twice changes nothing. Raises `UnknownConsent` and `ConsentReplaced`.
    """
    row = await tx.scalar(
        select(ConsentRow)
        .where(ConsentRow.id == consent_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise UnknownConsent(consent_id=consent_id)
    if row.status == ConsentStatus.REPLACED:
        raise ConsentReplaced
    if row.status == ConsentStatus.GRANTED:
        await _end(tx, row, status=ConsentStatus.WITHDRAWN, by=withdrawn_by, at=at)
        withdrawn = ConsentWithdrawn(
            consent_id=row.id, party_id=row.party_id, purpose=row.purpose, source=row.source
        )
        await outbox.append(tx, [withdrawn], at=at)
    return _consent(row)


async def require_consent(
    tx: WriteSession, *, party_id: UUID, source: str, purpose: str, at: datetime
) -> Consent:
    """Return the consent in force; raises `ConsentMissing` if there is none.

    The consent stays as it is until the caller's transaction ends: a withdrawal waits for it, so
    nothing is stored on a consent withdrawn in between.
    """
    row = await _granted(tx, party_id=party_id, purpose=purpose, source=source, to_change=False)
    if row is None or not _consent(row).in_force(at):
        raise ConsentMissing(purpose=purpose, source=source)
    return _consent(row)


async def get_consent(tx: ReadSession, consent_id: UUID) -> Consent:
    """Return one consent, in force or not. Raises `UnknownConsent`."""
    row = await tx.scalar(select(ConsentRow).where(ConsentRow.id == consent_id))
    if row is None:
        raise UnknownConsent(consent_id=consent_id)
    return _consent(row)


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
            consent_id=ConsentId(row.consent_id),
            status=ConsentStatus(row.status),
            text_version=row.text_version,
            text_digest=row.text_digest,
            recorded_by=row.recorded_by,
            recorded_at=row.recorded_at,
        )
        for row in rows
    ]


async def list_consents(
    tx: ReadSession,
    *,
    among: Collection[UUID] | None = None,
    after: str | None = None,
    limit: int = PAGE_LIMIT_DEFAULT,
) -> Page[Consent]:
    """Return consents, the latest first; only of the parties `among` unless it is None.

    Raises `kernel.page.BadCursor`.
    """
    query = select(ConsentRow).order_by(ConsentRow.id.desc()).limit(limit + 1)
    if among is not None:
        query = query.where(ConsentRow.party_id.in_(list(among)))
    if after is not None:
        query = query.where(ConsentRow.id < decode_cursor(after, UUID)[0])
    return Page[Consent].of(
        [_consent(row) for row in await tx.scalars(query)],
        limit=limit,
        cursor=lambda last: encode_cursor(last.id),
    )


async def _granted(
    tx: WriteSession, *, party_id: UUID, purpose: str, source: str, to_change: bool
) -> ConsentRow | None:
    """Return the consent not ended yet, held against change until the transaction ends.

    Whoever may end it says so, or two who share the row would wait for each other.
    """
    return await tx.scalar(
        select(ConsentRow)
        .where(
            ConsentRow.party_id == party_id,
            ConsentRow.purpose == purpose,
            ConsentRow.source == source,
            ConsentRow.status == ConsentStatus.GRANTED.value,
        )
        .with_for_update(read=not to_change)
        .execution_options(populate_existing=True)
    )


async def _end(
    tx: WriteSession, row: ConsentRow, *, status: ConsentStatus, by: UUID, at: datetime
) -> None:
    """End a granted consent and write it into its history."""
    assert row.status == ConsentStatus.GRANTED, "a consent ends once"
    row.status = status.value
    row.ended_at = at
    row.ended_by = by
    await tx.flush()
    await _record(tx, row, by=by, at=at)


async def _record(tx: WriteSession, row: ConsentRow, *, by: UUID, at: datetime) -> None:
    await tx.execute(
        insert(ConsentEventRow).values(
            id=new_id(),
            consent_id=row.id,
            status=row.status,
            text_version=row.text_version,
            text_digest=row.text_digest,
            recorded_by=by,
            recorded_at=at,
        )
    )


def _lock_key(party_id: UUID, purpose: str, source: str) -> int:
    """Return a 32-bit signed number for what a consent is about: the lock's second key."""
    about = f"{party_id} {purpose} {source}".encode()
    return int.from_bytes(hashlib.sha256(about).digest()[:4], signed=True)


def _consent(row: ConsentRow) -> Consent:
    return Consent(
        id=ConsentId(row.id),
        party_id=parties.PartyId(row.party_id),
        purpose=row.purpose,
        source=row.source,
        text_version=row.text_version,
        text_digest=row.text_digest,
        status=ConsentStatus(row.status),
        granted_at=row.granted_at,
        granted_by=row.granted_by,
        expires_at=row.expires_at,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
    )
