"""Verbs of consents given: withdraw, let expire, require, and read them."""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select

from tongbao.core.agreements.domain.consent_texts import TONGBAO
from tongbao.core.agreements.domain.consents import Consent, ConsentStatus
from tongbao.core.agreements.domain.errors import ConsentMissing, ConsentReplaced, UnknownConsent
from tongbao.core.agreements.events import ConsentExpired, ConsentWithdrawn
from tongbao.core.agreements.models import ConsentRow
from tongbao.core.agreements.service.recording import consent_of, end
from tongbao.infra import jobs, outbox
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page, decode_cursor, encode_cursor

EXPIRED_AT_ONCE_MAX: Final = 500


def fetch_lock(consent_id: UUID) -> str:
    """Return the lock of jobs that fetch on a consent.

    One fetches at a time; those that wait are cancelled when the consent ends.
    """
    return f"agreements.consent:{consent_id}"


async def withdraw_consent(
    tx: WriteSession, *, consent_id: UUID, withdrawn_by: UUID, at: datetime
) -> Consent:
    """Take a consent back; from the commit on, nothing is fetched on it.

    `require_consent` refuses, planned fetches are cancelled with this very transaction, and one
    under way finds out before its next page. Withdrawing twice changes nothing, and one whose
    time is over stays expired. Raises `UnknownConsent` and `ConsentReplaced`.
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
        await end(tx, row, status=ConsentStatus.WITHDRAWN, by=withdrawn_by, at=at)
        await jobs.cancel(tx, lock=fetch_lock(row.id))
        withdrawn = ConsentWithdrawn(
            consent_id=row.id, party_id=row.party_id, purpose=row.purpose, source=row.source
        )
        await outbox.append(tx, [withdrawn], at=at)
    return consent_of(row)


async def expire_consents(tx: WriteSession, *, at: datetime) -> int:
    """Note of at most 500 consents that their time is over; return of how many.

    They were not in force any more; now it stands in their history and whoever depends is told.
    """
    rows = (
        await tx.scalars(
            select(ConsentRow)
            .where(ConsentRow.status == "granted", ConsentRow.expires_at <= at)
            .order_by(ConsentRow.expires_at)
            .limit(EXPIRED_AT_ONCE_MAX)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        )
    ).all()
    for row in rows:
        await end(tx, row, status=ConsentStatus.EXPIRED, by=None, at=at)
        await jobs.cancel(tx, lock=fetch_lock(row.id))
    told = [
        ConsentExpired(
            consent_id=row.id, party_id=row.party_id, purpose=row.purpose, source=row.source
        )
        for row in rows
    ]
    await outbox.append(tx, told, at=at)
    return len(rows)


async def require_consent(
    tx: WriteSession,
    *,
    party_id: UUID,
    source: str,
    purpose: str,
    at: datetime,
    recipient: str = TONGBAO,
) -> Consent:
    """Return the consent in force; raises `ConsentMissing` if there is none.

    The consent stays as it is until the caller's transaction ends: a withdrawal waits for it, so
    nothing is stored on a consent withdrawn in between.
    """
    # A shared lock; whoever means to end the consent takes a stronger one from the start, or two
    # who share the row would wait for each other.
    row = await tx.scalar(
        select(ConsentRow)
        .where(
            ConsentRow.party_id == party_id,
            ConsentRow.purpose == purpose,
            ConsentRow.source == source,
            ConsentRow.recipient == recipient,
            ConsentRow.status == ConsentStatus.GRANTED.value,
        )
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    )
    if row is None or not consent_of(row).in_force(at):
        raise ConsentMissing(purpose=purpose, source=source)
    return consent_of(row)


async def check_consent(tx: ReadSession, consent_id: UUID, *, at: datetime) -> None:
    """Raise unless this very consent is in force now; it locks nothing.

    Raises `ConsentReplaced` if a newer one took its place, else `ConsentMissing`.
    """
    consent = await get_consent(tx, consent_id)
    if consent.status is ConsentStatus.REPLACED:
        raise ConsentReplaced
    if not consent.in_force(at):
        raise ConsentMissing(purpose=consent.purpose, source=consent.source)


async def get_consent(tx: ReadSession, consent_id: UUID) -> Consent:
    """Return one consent, in force or not. Raises `UnknownConsent`."""
    row = await tx.scalar(
        select(ConsentRow)
        .where(ConsentRow.id == consent_id)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise UnknownConsent(consent_id=consent_id)
    return consent_of(row)


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
        [consent_of(row) for row in await tx.scalars(query)],
        limit=limit,
        cursor=lambda last: encode_cursor(last.id),
    )
