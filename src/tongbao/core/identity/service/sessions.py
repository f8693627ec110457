"""Sessions of browsers: begun at log-in, found and kept by every request, listed, ended."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, Select, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.identity.domain.devices import DeviceFacts, clean_address, device_name
from tongbao.core.identity.domain.sessions import (
    IDLE_MAX,
    LIFETIME,
    SESSIONS_PER_USER_MAX,
    Ended,
    NewSession,
    Session,
    SessionId,
    Shown,
    Standing,
    UnknownSession,
)
from tongbao.core.identity.events import SessionBegun, SessionReused
from tongbao.core.identity.models import DeviceRow, SessionRow, SessionSecretRow
from tongbao.core.identity.service.actors import ACTOR_SQL, ActorFacts, actor_of
from tongbao.core.identity.service.devices import device_cookie, remember
from tongbao.infra import jobs, outbox
from tongbao.infra.auth import BrowserSession, NewSecret, SecretReused, new_token, token_hash
from tongbao.infra.browser import csrf_token
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.ids import new_id

_SHOWN: Final = (
    SessionSecretRow.issued_at,
    SessionSecretRow.used_at,
    SessionSecretRow.replaced_at,
    SessionRow.id.label("session_id"),
    SessionRow.factors,
    SessionRow.rotated_at,
    SessionRow.last_seen_at,
    SessionRow.expires_at,
    SessionRow.ended_at,
)

_FIND: Final = f"""
    SELECT x.issued_at, x.used_at, x.replaced_at, s.rotated_at, s.last_seen_at, s.expires_at,
           s.ended_at IS NOT NULL, s.id, s.factors, s.device_id, {ACTOR_SQL}
      FROM identity_session_secret x
      JOIN identity_session s ON s.id = x.session_id
      JOIN identity_user u ON u.id = s.user_id
     WHERE x.secret_sha256 = %s
"""  # noqa: S608 - names of columns, written in the code


async def begin_session(
    tx: WriteSession,
    *,
    user_id: UUID,
    factors: frozenset[str],
    device: DeviceFacts,
    at: datetime,
    trusted: bool = True,
) -> NewSession:
    """Begin a session for a user who has proven `factors` on a device, which is remembered.

    The session's secret is always new: one that was planted in the browser before means nothing.
    `trusted` is False for a log-in that has proven less than the user could. The oldest sessions
    beyond `SESSIONS_PER_USER_MAX` end.
    """
    assert factors, "a session stands on something that was proven"
    place = await remember(tx, user_id=user_id, device=device, trusted=trusted, at=at)
    session_id = SessionId(new_id())
    secret, secret_sha256 = new_token()
    await _make_room(tx, user_id=user_id, at=at)
    await tx.execute(
        insert(SessionRow).values(
            id=session_id,
            user_id=user_id,
            device_id=place.id,
            factors=sorted(factors),
            address=clean_address(device.address),
            began_at=at,
            last_seen_at=at,
            rotated_at=at,
            expires_at=at + LIFETIME,
        )
    )
    await tx.execute(
        insert(SessionSecretRow).values(
            secret_sha256=secret_sha256, session_id=session_id, issued_at=at, used_at=at
        )
    )
    begun = SessionBegun(
        user_id=user_id, session_id=session_id, device_id=place.id, factors=sorted(factors)
    )
    await outbox.append(tx, [begun], at=at)
    await jobs.defer(tx, "identity.look_at_log_in", {"session_id": str(session_id)})
    return NewSession(
        session_id=session_id,
        secret=secret,
        csrf=csrf_token(session_id.bytes),
        device_cookie=device_cookie(place.browser_id),
        expires_at=at + LIFETIME,
    )


async def find_session(tx: ReadSession, secret: str, at: datetime) -> BrowserSession | None:
    """Return whom a session's secret stands for; None if it is unknown or its session over.

    One query, because every request asks. Raises `SecretReused` for a secret that was replaced;
    whoever asked must then call `keep_session`, which ends the session.
    """
    rows = await tx.fetch(_FIND, (token_hash(secret),))
    if not rows:
        return None
    (
        issued,
        used,
        replaced,
        rotated,
        seen,
        expires,
        ended,
        session_id,
        factors,
        device_id,
        *facts,
    ) = rows[0]
    shown = Shown(
        issued_at=issued,
        used_at=used,
        replaced_at=replaced,
        rotated_at=rotated,
        last_seen_at=seen,
        expires_at=expires,
        ended=ended,
    )
    match shown.standing(at):
        case Standing.OVER:
            return None
        case Standing.REUSED:
            raise SecretReused
    actor = actor_of(
        ActorFacts(*facts),
        at=at,
        session_id=session_id,
        factors=frozenset(factors),
        device_id=device_id,
    )
    if actor is None:
        return None
    return BrowserSession(actor=actor, session_id=session_id, upkeep=shown.is_upkeep_due(at))


async def keep_session(tx: WriteSession, secret: str, at: datetime) -> NewSecret | None:
    """Write down that a session's secret was shown; return the one to replace it, if due.

    A secret shown for the first time confirms that it arrived, and those before it have had their
    day. One that was replaced ends its session.
    """
    found = (
        await tx.execute(
            _by_secret(secret).add_columns(SessionRow.user_id).with_for_update(of=SessionRow)
        )
    ).one_or_none()
    if found is None:
        return None
    shown = _shown(found)
    standing = shown.standing(at)
    if standing is Standing.REUSED:
        await end_session(tx, session_id=found.session_id, why=Ended.REUSED, at=at)
        reused = SessionReused(user_id=found.user_id, session_id=found.session_id)
        await outbox.append(tx, [reused], at=at)
        await jobs.defer(tx, "identity.note_reuse", {"user_id": str(found.user_id)})
    if standing is not Standing.GOOD:
        return None
    seen: dict[str, object] = {"last_seen_at": func.greatest(SessionRow.last_seen_at, at)}
    if shown.is_first_use():
        await _confirm(tx, session_id=found.session_id, secret=secret, at=at)
    renewed = None
    if shown.is_rotation_due(at):
        renewed, secret_sha256 = new_token()
        await tx.execute(
            insert(SessionSecretRow).values(
                secret_sha256=secret_sha256, session_id=found.session_id, issued_at=at
            )
        )
        seen["rotated_at"] = at
    await tx.execute(update(SessionRow).where(SessionRow.id == found.session_id).values(seen))
    if renewed is None:
        return None
    return NewSecret(secret=renewed, seconds=(found.expires_at - at) // timedelta(seconds=1))


async def list_sessions(tx: ReadSession, *, user_id: UUID, at: datetime) -> Sequence[Session]:
    """Return the user's sessions that are not over, the one used last first."""
    rows = await tx.execute(
        select(SessionRow, DeviceRow.user_agent)
        .join(DeviceRow, DeviceRow.id == SessionRow.device_id)
        .where(
            SessionRow.user_id == user_id,
            SessionRow.ended_at.is_(None),
            SessionRow.expires_at > at,
            SessionRow.last_seen_at > at - IDLE_MAX,
        )
        .order_by(SessionRow.last_seen_at.desc(), SessionRow.id)
        .limit(SESSIONS_PER_USER_MAX)
    )
    return [_session(row, user_agent) for row, user_agent in rows]


async def revoke_session(
    tx: WriteSession, *, user_id: UUID, session_id: UUID, at: datetime
) -> None:
    """End one of the user's own sessions, at once. Raises `UnknownSession`."""
    own = await tx.scalar(
        select(SessionRow.id).where(SessionRow.id == session_id, SessionRow.user_id == user_id)
    )
    if own is None or not await end_session(tx, session_id=session_id, why=Ended.REVOKED, at=at):
        raise UnknownSession(session_id=session_id)


async def end_session(tx: WriteSession, *, session_id: UUID, why: Ended, at: datetime) -> bool:
    """End a session for good; return whether it had not ended before."""
    ended = await tx.scalar(
        update(SessionRow)
        .where(SessionRow.id == session_id, SessionRow.ended_at.is_(None))
        .values(ended_at=at, end_reason=why)
        .returning(SessionRow.id)
    )
    return ended is not None


async def end_sessions(
    tx: WriteSession, *, user_id: UUID, why: Ended, at: datetime, but: UUID | None = None
) -> int:
    """End all of the user's sessions, or all `but` one; return how many."""
    ended = await tx.scalars(
        update(SessionRow)
        .where(
            SessionRow.user_id == user_id,
            SessionRow.ended_at.is_(None),
            SessionRow.id.is_distinct_from(but),
        )
        .values(ended_at=at, end_reason=why)
        .returning(SessionRow.id)
    )
    return len(ended.all())


async def end_shown(tx: WriteSession, *, secret: str, why: Ended, at: datetime) -> None:
    """End the session of a secret, if it is one; a browser that logs in again leaves it behind."""
    session_id = await tx.scalar(
        select(SessionSecretRow.session_id).where(
            SessionSecretRow.secret_sha256 == token_hash(secret)
        )
    )
    if session_id is not None:
        await end_session(tx, session_id=session_id, why=why, at=at)


class BrowserSessions:
    """The module's sessions as the edge knows them (`infra.auth.Sessions`)."""

    find = staticmethod(find_session)
    keep = staticmethod(keep_session)


def _by_secret(secret: str) -> Select[*tuple[Any, ...]]:
    columns: Select[*tuple[Any, ...]] = select(*_SHOWN)
    return (
        columns.select_from(SessionSecretRow)
        .join(SessionRow, SessionRow.id == SessionSecretRow.session_id)
        .where(SessionSecretRow.secret_sha256 == token_hash(secret))
    )


def _shown(row: Row[Any]) -> Shown:
    return Shown(
        issued_at=row.issued_at,
        used_at=row.used_at,
        replaced_at=row.replaced_at,
        rotated_at=row.rotated_at,
        last_seen_at=row.last_seen_at,
        expires_at=row.expires_at,
        ended=row.ended_at is not None,
    )


async def _confirm(tx: WriteSession, *, session_id: UUID, secret: str, at: datetime) -> None:
    """Note that a secret has arrived, and that the session's others are replaced by it."""
    this = SessionSecretRow.secret_sha256 == token_hash(secret)
    await tx.execute(update(SessionSecretRow).where(this).values(used_at=at))
    await tx.execute(
        update(SessionSecretRow)
        .where(
            SessionSecretRow.session_id == session_id,
            SessionSecretRow.replaced_at.is_(None),
            ~this,
        )
        .values(replaced_at=at)
    )


async def _make_room(tx: WriteSession, *, user_id: UUID, at: datetime) -> None:
    """End the user's oldest sessions beyond the limit."""
    newest = (
        select(SessionRow.id)
        .where(SessionRow.user_id == user_id, SessionRow.ended_at.is_(None))
        .order_by(SessionRow.began_at.desc())
        .limit(SESSIONS_PER_USER_MAX - 1)
    )
    await tx.execute(
        update(SessionRow)
        .where(
            SessionRow.user_id == user_id,
            SessionRow.ended_at.is_(None),
            SessionRow.id.not_in(newest),
        )
        .values(ended_at=at, end_reason=Ended.TOO_MANY)
    )


async def purge_sessions(tx: WriteSession, *, before: datetime) -> int:
    """Delete the sessions that expired before an instant, with their secrets; return how many."""
    gone = await tx.scalars(
        delete(SessionRow).where(SessionRow.expires_at < before).returning(SessionRow.id)
    )
    return len(gone.all())


def _session(row: SessionRow, user_agent: str) -> Session:
    return Session(
        id=SessionId(row.id),
        factors=frozenset(row.factors),
        device_id=row.device_id,
        device_name=device_name(user_agent),
        address=row.address,
        place=row.place,
        began_at=row.began_at,
        last_seen_at=row.last_seen_at,
        expires_at=row.expires_at,
    )
