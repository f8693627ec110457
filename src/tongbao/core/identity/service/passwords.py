"""Changing a password, and resetting one that was forgotten.

A reset needs a verified contact and, where the user has set one up, the second factor of another
kind as well: whoever holds somebody's phone number (a copied SIM card, a read inbox) does not get
past their authenticator or passkey. Without that factor there is no reset by oneself.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from tongbao.core.identity.domain import clean_password
from tongbao.core.identity.domain.attempts import LogInPaused
from tongbao.core.identity.domain.challenges import Challenged, ChallengeOver, FactorRefused, First
from tongbao.core.identity.domain.codes import CodeWrong, Purpose
from tongbao.core.identity.domain.contacts import Contact
from tongbao.core.identity.domain.recoveries import Means
from tongbao.core.identity.domain.security import SecurityKind
from tongbao.core.identity.domain.sessions import Ended
from tongbao.core.identity.models import UserRow
from tongbao.core.identity.service.challenges import (
    answer_factor,
    begin_challenge,
    own_factors,
    peek_challenge,
)
from tongbao.core.identity.service.codes import issue_code, spend_code
from tongbao.core.identity.service.contacts import contacts_of, find_contact, recipient
from tongbao.core.identity.service.logging_in import PasswordProven, revoke_tokens
from tongbao.core.identity.service.messages import NO_ACCOUNT, RESET_CODE
from tongbao.core.identity.service.open_recoveries import call_off
from tongbao.core.identity.service.security import note
from tongbao.core.identity.service.sessions import end_sessions
from tongbao.infra import notify
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.text import Language


async def login_of(tx: ReadSession, *, user_id: UUID) -> str:
    """Return a user's log-in name."""
    login = await tx.scalar(select(UserRow.login).where(UserRow.id == user_id))
    assert login is not None, "users are not deleted"
    return login


async def check_new_password(tx: ReadSession, *, user_id: UUID, password: str) -> str:
    """Return a password that this user may have. Raises `PasswordTooWeak`, `PasswordCommon`."""
    contacts = [each.contact for each in await contacts_of(tx, user_id=user_id)]
    return clean_password(password, login=await login_of(tx, user_id=user_id), contacts=contacts)


async def change_password(
    tx: WriteSession,
    *,
    proven: PasswordProven,
    password_hash: str,
    session_id: UUID | None,
    at: datetime,
) -> None:
    """Give a user who has just proven the old password a new one; all else of theirs ends.

    The session of the request stays; the owner is told.
    """
    await _set(tx, user_id=proven.user_id, password_hash=password_hash, at=at)
    await _end_all(tx, user_id=proven.user_id, at=at, but=session_id)
    await call_off(tx, user_id=proven.user_id, means=Means.PASSWORD, at=at)
    await note(tx, user_id=proven.user_id, kind=SecurityKind.PASSWORD_CHANGED, facts={}, at=at)


async def begin_reset(
    tx: WriteSession, *, contact: Contact, language: Language, at: datetime
) -> UUID:
    """Send a code to a contact, or tell its owner that there is no account; return an id.

    Raises `notify.TooManyMessages`, for a contact of a user and of nobody alike.
    """
    found = await find_contact(tx, contact=contact)
    reset_id, code = await issue_code(
        tx, purpose=Purpose.RESET_PASSWORD, subject=contact.address, at=at
    )
    await notify.send(
        tx,
        to=recipient(contact),
        template=NO_ACCOUNT if found is None else RESET_CODE,
        facts={},
        secrets={} if found is None else {"code": code},
        language=language,
        at=at,
    )
    return reset_id


async def confirm_reset(
    tx: WriteSession, *, reset_id: UUID, contact: Contact, code: str, at: datetime
) -> Challenged | CodeWrong:
    """Return what the reset still lacks: a second factor that is no code, if the user has one.

    The refusal is returned: it costs a try, which must be committed.
    """
    found = await find_contact(tx, contact=contact)
    right = await spend_code(
        tx,
        code_id=reset_id,
        purpose=Purpose.RESET_PASSWORD,
        subject=contact.address,
        code=code,
        at=at,
    )
    if found is None or not right:
        return CodeWrong()
    factors = await own_factors(tx, user_id=found.user_id)
    return await begin_challenge(
        tx,
        user_id=found.user_id,
        factors=factors,
        purpose=Purpose.RESET_PASSWORD,
        proven=First.OTP,
        at=at,
    )


async def reset_password(
    tx: WriteSession,
    *,
    challenge: str,
    factor: str | None,
    proof: Mapping[str, Any],
    password_hash: str,
    at: datetime,
) -> UUID | ChallengeOver | FactorRefused | LogInPaused:
    """Give a user a new password; all their sessions and tokens end, and the owner is told.

    Refusals are returned: they cost tries. Raises `FactorNotOffered` where a factor is lacking.
    """
    user_id = await answer_factor(
        tx,
        challenge=challenge,
        factor=factor,
        proof=proof,
        purpose=Purpose.RESET_PASSWORD,
        at=at,
    )
    if not isinstance(user_id, UUID):
        return user_id
    await _set(tx, user_id=user_id, password_hash=password_hash, at=at)
    await _end_all(tx, user_id=user_id, at=at)
    await call_off(tx, user_id=user_id, means=Means.PASSWORD, at=at)
    await note(tx, user_id=user_id, kind=SecurityKind.PASSWORD_RESET, facts={}, at=at)
    return user_id


async def check_reset_password(
    tx: ReadSession, *, challenge: str, password: str, at: datetime
) -> str | None:
    """Return the new password in the form to be hashed; None if the challenge is over.

    Looked at before the factor, so that a weak password costs no try. Raises `PasswordTooWeak`,
    `PasswordCommon`.
    """
    user_id = await peek_challenge(tx, challenge=challenge, purpose=Purpose.RESET_PASSWORD, at=at)
    if user_id is None:
        return None
    return await check_new_password(tx, user_id=user_id, password=password)


async def _set(tx: WriteSession, *, user_id: UUID, password_hash: str, at: datetime) -> None:
    await tx.execute(
        update(UserRow)
        .where(UserRow.id == user_id)
        .values(password_hash=password_hash, password_changed_at=at)
    )


async def _end_all(
    tx: WriteSession, *, user_id: UUID, at: datetime, but: UUID | None = None
) -> None:
    await end_sessions(tx, user_id=user_id, why=Ended.PASSWORD_CHANGED, at=at, but=but)
    await revoke_tokens(tx, user_id=user_id, at=at, but=but)
