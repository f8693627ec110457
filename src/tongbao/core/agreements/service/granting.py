"""Giving a consent in two steps: what is asked, in full; then a second yes to exactly that."""

import hashlib
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, select

from tongbao.core.agreements.domain.consent_texts import (
    NAMES,
    TONGBAO,
    ConsentText,
    confirmed_text,
    text_of,
)
from tongbao.core.agreements.domain.consents import (
    CONFIRM_WITHIN,
    Consent,
    ConsentRequest,
    ConsentStatus,
    digest_of,
)
from tongbao.core.agreements.domain.errors import (
    ConsentRequestExpired,
    ConsentRequestOfAnother,
    ConsentRequestUsed,
    ConsentStatementMismatch,
    UnknownConsentRequest,
)
from tongbao.core.agreements.events import ConsentGranted
from tongbao.core.agreements.models import ConsentRequestRow, ConsentRow
from tongbao.core.agreements.service.recording import consent_of, end, record
from tongbao.core.parties import service as parties
from tongbao.infra import outbox
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.ids import new_id

# First key of the advisory lock that lines up the grants of one party, purpose and source.
_GRANT_LOCK: Final = 0xA6
REQUESTS_DELETED_MAX: Final = 1_000


async def request_consent(
    tx: WriteSession,
    *,
    party_id: UUID,
    purpose: str,
    source: str,
    text_version: str,
    text_digest: str,
    requested_by: Actor,
    at: datetime,
    recipient: str = TONGBAO,
) -> ConsentRequest:
    """Return exactly what would be allowed, to be shown and confirmed within ten minutes.

    The version and digest are those of the text that was read. Nothing is allowed by this yet.

    Raises `UnknownConsentText`, `ConsentTextOutdated`, `ConsentTextMismatch`,
    `parties.UnknownParty`.
    """
    text = confirmed_text(
        purpose=purpose,
        source=source,
        recipient=recipient,
        version=text_version,
        digest=text_digest,
    )
    party = await parties.get(tx, party_id)
    request_id = new_id()
    statement = _statement(request_id, party, text, at)
    row = ConsentRequestRow(
        id=request_id,
        party_id=party.id,
        text_version=text.version,
        statement=statement,
        digest=digest_of(statement),
        requested_by=requested_by.id,
        requested_at=at,
        expires_at=at + CONFIRM_WITHIN,
    )
    tx.add(row)
    await tx.flush()
    return _request(row)


async def get_request(tx: ReadSession, request_id: UUID) -> ConsentRequest:
    """Return a request, confirmed or not. Raises `UnknownConsentRequest`."""
    row = await tx.get(ConsentRequestRow, request_id)
    if row is None:
        raise UnknownConsentRequest
    return _request(row)


async def confirm_consent(
    tx: WriteSession, *, request_id: UUID, digest: str, confirmed_by: Actor, at: datetime
) -> Consent:
    """Give the consent that was requested: once, in time, by the same user, word for word.

    What is in force already stays and is returned. A consent to older words, or one whose time is
    over, is replaced.

    Raises `UnknownConsentRequest`, `ConsentRequestOfAnother`, `ConsentRequestUsed`,
    `ConsentRequestExpired`, `ConsentStatementMismatch`, and `ConsentTextOutdated` if there are
    newer words since.
    """
    request = await tx.scalar(
        select(ConsentRequestRow)
        .where(ConsentRequestRow.id == request_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if request is None:
        raise UnknownConsentRequest
    if request.requested_by != confirmed_by.id:
        raise ConsentRequestOfAnother
    if request.consent_id is not None:
        raise ConsentRequestUsed
    if at >= request.expires_at:
        raise ConsentRequestExpired(minutes=int(CONFIRM_WITHIN.total_seconds()) // 60)
    if digest != request.digest:
        raise ConsentStatementMismatch
    read = text_of(request.statement["text_digest"])
    text = confirmed_text(
        purpose=read.purpose,
        source=read.source,
        recipient=read.recipient,
        version=read.version,
        digest=read.digest,
    )
    row = await _grant(tx, request.party_id, text, by=confirmed_by, at=at)
    request.consent_id = row.id
    request.confirmed_at = at
    await tx.flush()
    return consent_of(row)


async def delete_stale_requests(tx: WriteSession, *, at: datetime) -> int:
    """Delete requests whose time is over; a consent that was given is the evidence."""
    stale = (
        select(ConsentRequestRow.id)
        .where(ConsentRequestRow.expires_at <= at)
        .limit(REQUESTS_DELETED_MAX)
    )
    gone = await tx.scalars(
        delete(ConsentRequestRow)
        .where(ConsentRequestRow.id.in_(stale))
        .returning(ConsentRequestRow.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())


async def _grant(
    tx: WriteSession, party_id: UUID, text: ConsentText, *, by: Actor, at: datetime
) -> ConsentRow:
    """Return the consent to these words, made now unless it is in force."""
    await tx.execute(select(func.pg_advisory_xact_lock(_GRANT_LOCK, _lock_key(party_id, text))))
    before = await tx.scalar(
        select(ConsentRow)
        .where(
            ConsentRow.party_id == party_id,
            ConsentRow.purpose == text.purpose,
            ConsentRow.source == text.source,
            ConsentRow.recipient == text.recipient,
            ConsentRow.status == ConsentStatus.GRANTED.value,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if before is not None:
        if before.text_digest == text.digest and consent_of(before).in_force(at):
            return before
        await end(tx, before, status=ConsentStatus.REPLACED, by=by.id, at=at)
    row = ConsentRow(
        id=new_id(),
        party_id=party_id,
        purpose=text.purpose,
        source=text.source,
        recipient=text.recipient,
        scope={"data": list(text.scope.data), "months_max": text.scope.months_max},
        retention_days=text.retention.days,
        retention_days_after_contract=text.retention.days_after_contract,
        text_version=text.version,
        text_digest=text.digest,
        status=ConsentStatus.GRANTED.value,
        granted_at=at,
        granted_by=by.id,
        expires_at=at + text.valid_for,
    )
    tx.add(row)
    await tx.flush()
    await record(tx, row, by=by.id, session_id=by.session_id, at=at)
    granted = ConsentGranted(
        consent_id=row.id,
        party_id=row.party_id,
        purpose=row.purpose,
        source=row.source,
        recipient=row.recipient,
        text_version=row.text_version,
        expires_at=row.expires_at,
    )
    await outbox.append(tx, [granted], at=at)
    return row


def _statement(
    request_id: UUID, party: parties.Party, text: ConsentText, at: datetime
) -> dict[str, object]:
    """Return what is confirmed: who, what, wherefrom, what for, for whom, how long."""
    names = (text.purpose, text.source, text.recipient, *text.scope.data)
    return {
        "request_id": str(request_id),
        "party_id": str(party.id),
        "party_name": party.name,
        "purpose": text.purpose,
        "source": text.source,
        "text_version": text.version,
        "text_digest": text.digest,
        **text.terms(),
        "names": {name: {"zh": NAMES[name].zh, "en": NAMES[name].en} for name in names},
        "requested_at": at.isoformat(),
    }


def _request(row: ConsentRequestRow) -> ConsentRequest:
    return ConsentRequest(
        id=row.id,
        party_id=parties.PartyId(row.party_id),
        text_version=row.text_version,
        statement=row.statement,
        digest=row.digest,
        requested_by=row.requested_by,
        requested_at=row.requested_at,
        expires_at=row.expires_at,
    )


def _lock_key(party_id: UUID, text: ConsentText) -> int:
    """Return a 32-bit signed number for what a consent is about: the lock's second key."""
    about = f"{party_id} {text.purpose} {text.source} {text.recipient}".encode()
    return int.from_bytes(hashlib.sha256(about).digest()[:4], signed=True)
