"""WebAuthn ceremonies: challenges that are good once, and the check of what comes back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from secrets import token_bytes
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from webauthn import generate_authentication_options, verify_authentication_response
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import base64url_to_bytes, options_to_json_dict
from webauthn.helpers.structs import (
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    UserVerificationRequirement,
)

from tongbao.core.identity.domain.passkeys import (
    CEREMONY_LIFETIME,
    CHALLENGE_BYTES,
    Ceremony,
    Purpose,
    is_regression,
)
from tongbao.core.identity.domain.security import SecurityKind
from tongbao.core.identity.events import PasskeySuspended
from tongbao.core.identity.models import CeremonyRow, PasskeyRow
from tongbao.core.identity.service.configuration import configured
from tongbao.core.identity.service.expiring import purge
from tongbao.core.identity.service.queueing import queue_for
from tongbao.core.identity.service.security import note
from tongbao.infra import outbox
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.ids import new_id

log = structlog.get_logger(__name__)

TIMEOUT_MS = int(CEREMONY_LIFETIME.total_seconds() * 1000)


@dataclass(frozen=True, slots=True)
class Asserted:
    """A passkey that has signed, with what it signed."""

    passkey_id: UUID
    user_id: UUID
    evidence: dict[str, Any]


async def start(
    tx: WriteSession,
    *,
    purpose: Purpose,
    user_id: UUID | None,
    at: datetime,
    session_id: UUID | None = None,
) -> Ceremony:
    """Store a fresh challenge for this purpose, user and session."""
    await purge(tx, CeremonyRow, at=at)
    ceremony = Ceremony(new_id(), token_bytes(CHALLENGE_BYTES), at + CEREMONY_LIFETIME)
    await tx.execute(
        insert(CeremonyRow).values(
            id=ceremony.id,
            purpose=purpose.value,
            challenge=ceremony.challenge,
            user_id=user_id,
            session_id=session_id,
            expires_at=ceremony.expires_at,
        )
    )
    return ceremony


async def take(
    tx: WriteSession,
    *,
    ceremony_id: UUID,
    purpose: Purpose,
    user_id: UUID | None,
    at: datetime,
    session_id: UUID | None = None,
) -> bytes | None:
    """Return the challenge and forget it, so that only one answer is ever looked at.

    None if there is none for this purpose, user and session, or not any more.
    """
    return await tx.scalar(
        delete(CeremonyRow)
        .where(
            CeremonyRow.id == ceremony_id,
            CeremonyRow.purpose == purpose.value,
            CeremonyRow.user_id.is_not_distinct_from(user_id),
            CeremonyRow.session_id.is_not_distinct_from(session_id),
            CeremonyRow.expires_at > at,
        )
        .returning(CeremonyRow.challenge)
    )


async def has_passkey(tx: ReadSession, user_id: UUID) -> bool:
    """Tell whether the user has a passkey, be it suspended: that does not make them weaker."""
    theirs = select(PasskeyRow.id).where(PasskeyRow.user_id == user_id)
    return await tx.scalar(theirs.limit(1)) is not None


async def request_options(
    tx: ReadSession, *, challenge: bytes, user_id: UUID | None
) -> dict[str, Any]:
    """Return what `navigator.credentials.get` takes; for a log-in nobody's passkeys are named."""
    allowed = []
    if user_id is not None:
        rows = await tx.execute(
            select(PasskeyRow.credential_id, PasskeyRow.transports).where(
                PasskeyRow.user_id == user_id, PasskeyRow.suspended_at.is_(None)
            )
        )
        allowed = [descriptor(row.credential_id, row.transports) for row in rows]
    options = generate_authentication_options(
        rp_id=configured().relying_party.id,
        challenge=challenge,
        timeout=TIMEOUT_MS,
        allow_credentials=allowed,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


def descriptor(credential_id: bytes, transports: list[str]) -> PublicKeyCredentialDescriptor:
    """Return how a browser is told of a passkey."""
    known = [AuthenticatorTransport(each) for each in transports]
    return PublicKeyCredentialDescriptor(id=credential_id, transports=known or None)


async def check_assertion(
    tx: WriteSession,
    *,
    credential: Mapping[str, Any],
    challenge: bytes,
    user_id: UUID | None,
    at: datetime,
) -> Asserted | None:
    """Return the passkey that signed `challenge`; None if the answer is wrong in any way.

    With `user_id` only a passkey of that user will do; without (a log-in) the answer must name
    the user whose passkey it is. A passkey whose counter went back is suspended: somebody may
    have a copy, and which of the two this is cannot be told.
    """
    this = PasskeyRow.credential_id == _credential_id(credential)
    owner = await tx.scalar(select(PasskeyRow.user_id).where(this))
    if owner is None:
        return None
    await queue_for(tx, owner)
    row = await tx.scalar(
        select(PasskeyRow).where(this).with_for_update().execution_options(populate_existing=True)
    )
    if row is None or (user_id is not None and row.user_id != user_id):
        return None
    verified = _verified(credential, challenge=challenge, public_key=row.public_key)
    if verified is None or row.suspended_at is not None:
        return None
    if not _names_user(credential, row.user_id, required=user_id is None):
        return None
    if is_regression(stored=row.sign_count, told=verified.new_sign_count):
        await _suspend(tx, row, at=at)
        return None
    await tx.execute(
        update(PasskeyRow)
        .where(PasskeyRow.id == row.id)
        .values(
            sign_count=verified.new_sign_count,
            backed_up=verified.credential_backed_up,
            last_used_at=at,
        )
    )
    response = credential["response"]
    signed = ("clientDataJSON", "authenticatorData", "signature")
    evidence = {
        "passkey_id": str(row.id),
        "public_key": row.public_key.hex(),
        **{name: response[name] for name in signed},
    }
    return Asserted(passkey_id=row.id, user_id=row.user_id, evidence=evidence)


def is_embedded(client_data_json: object) -> bool:
    """Tell whether the browser says that another site's page had embedded ours.

    Raises ValueError for what is no client data.
    """
    if not isinstance(client_data_json, str):
        msg = "no client data"
        raise ValueError(msg)  # noqa: TRY004 - one kind of error for whatever is wrong with it
    data = json.loads(base64url_to_bytes(client_data_json))
    return not isinstance(data, dict) or data.get("crossOrigin") not in (None, False)


def _credential_id(credential: Mapping[str, Any]) -> bytes:
    try:
        return base64url_to_bytes(credential["rawId"])
    except (LookupError, ValueError, TypeError):
        return b""


def _verified(
    credential: Mapping[str, Any], *, challenge: bytes, public_key: bytes
) -> VerifiedAuthentication | None:
    """Check everything but the counter, which counts only once the signature is known to be good.

    The counter handed over is therefore zero: the library looks at it before the signature.
    """
    party = configured().relying_party
    try:
        if is_embedded(credential["response"]["clientDataJSON"]):
            return None
        return verify_authentication_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except Exception as error:  # noqa: BLE001 - a hostile answer may make the parsers raise anything
        log.info("passkey_refused", why=type(error).__name__)
        return None


def _names_user(credential: Mapping[str, Any], user_id: UUID, *, required: bool) -> bool:
    handle = credential["response"].get("userHandle")
    if handle is None:
        return not required
    try:
        return base64url_to_bytes(handle) == user_id.bytes
    except ValueError:
        return False


async def _suspend(tx: WriteSession, row: PasskeyRow, *, at: datetime) -> None:
    log.warning("passkey_suspended", passkey_id=str(row.id))
    await tx.execute(update(PasskeyRow).where(PasskeyRow.id == row.id).values(suspended_at=at))
    await outbox.append(tx, [PasskeySuspended(user_id=row.user_id, passkey_id=row.id)], at=at)
    await note(tx, user_id=row.user_id, kind=SecurityKind.PASSKEY_SUSPENDED, facts={}, at=at)
