"""Logging in and out, and turning a bearer token into an `Actor`."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import case, delete, func, null, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.identity.domain import (
    FAILURES_MAX,
    LOCK_OUT,
    TOKEN_LIFETIME,
    TOKENS_PER_USER_MAX,
    LoggedIn,
    LogInRefused,
    UserId,
    normal_login,
    normal_password,
)
from tongbao.core.identity.events import UserLockedOut
from tongbao.core.identity.models import TokenRow, UserRow
from tongbao.core.identity.service.actors import ACTOR_SQL, ActorFacts, actor_of
from tongbao.infra import outbox
from tongbao.infra.auth import (
    Actor,
    hash_password,
    needs_rehash,
    new_token,
    token_hash,
    verify_password,
)
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.infra.lines import Line

# Verified when there is no user to verify, so that an unknown login takes as long as a known one.
# It is the hash of a random text nobody kept, with the parameters of `infra.auth`.
NOBODYS_HASH: Final = (
    "$argon2id$v=19$m=19456,t=2,p=1"
    "$8JFays6NjE2j0FyCxeNQzg$l1a+lT7xWOpJAjinpdNBARRT3qFCkCu/oaryzLq2Cyk"
)

# First key of the advisory locks taken per login (the second is a hash of the login).
_LOG_IN_LOCK: Final = 0x1D

_ACTORS: Final = f"""
    SELECT t.token_sha256, t.id, t.factors, {ACTOR_SQL}
      FROM identity_token t
      JOIN identity_user u ON u.id = t.user_id
     WHERE t.token_sha256 = ANY (%s::bytea[]) AND t.expires_at > %s AND t.revoked_at IS NULL
"""  # noqa: S608 - names of columns, written in the code


async def log_in(
    tx: WriteSession, *, login: str, password: str, at: datetime
) -> LoggedIn | LogInRefused:
    """Check a password and issue a token, or count a failure.

    A refusal is *returned*: raising would roll back the count of failures together with the rest
    of the transaction, and nobody would ever be locked out. The caller commits and then answers.

    After `FAILURES_MAX` failures in a row the user is locked for `LOCK_OUT`; failures while locked
    do not count, so the lock ends. Unknown, wrong, locked and blocked go through the
    same statements and one verification of a hash. Attempts at one login queue up, known or not:
    guessing in parallel neither outruns the counter nor shows by its speed that the user exists.
    """
    name = normal_login(login)
    secret = normal_password(password)
    if name is not None:
        await tx.execute(select(func.pg_advisory_xact_lock(_LOG_IN_LOCK, _lock_key(name))))
    user = (
        await tx.execute(
            select(
                UserRow.id, UserRow.password_hash, UserRow.locked_until, UserRow.blocked_at
            ).where(UserRow.login == name)
        )
    ).one_or_none()
    password_hash = NOBODYS_HASH if user is None else user.password_hash
    matches = await verify_password(secret or "", password_hash)
    locked = user is not None and user.locked_until is not None and user.locked_until > at
    blocked = user is not None and user.blocked_at is not None
    if user is None or secret is None or locked or blocked or not matches:
        await _count_failure(tx, login=name, at=at)
        return LogInRefused()
    if needs_rehash(password_hash):
        password_hash = await hash_password(secret)
    await tx.execute(
        update(UserRow)
        .where(UserRow.id == user.id)
        .values(failures=0, locked_until=null(), password_hash=password_hash)
    )
    return await _issue_token(tx, user_id=UserId(user.id), at=at)


async def authenticate(tx: ReadSession, token: str, at: datetime) -> Actor | None:
    """Return who a bearer token stands for; None if it is unknown, expired or revoked."""
    (actor,) = await authenticate_many(tx, [token], at)
    return actor


async def authenticate_many(
    tx: ReadSession | Line, tokens: Sequence[str], at: datetime
) -> list[Actor | None]:
    """Return who each bearer token stands for; None if it is unknown, expired or revoked.

    Also None when its user is blocked. One query, because every request asks.
    """
    hashes = [token_hash(token) for token in tokens]
    actors = {
        token_sha256: actor_of(
            ActorFacts(*facts), at=at, session_id=token_id, factors=frozenset(factors)
        )
        for token_sha256, token_id, factors, *facts in await tx.fetch(
            _ACTORS, (list(set(hashes)), at)
        )
    }
    return [actors.get(each) for each in hashes]


async def log_out(tx: WriteSession, *, token: str, at: datetime) -> None:
    """Revoke a token at once; revoking an unknown or revoked one changes nothing."""
    await tx.execute(
        update(TokenRow)
        .where(TokenRow.token_sha256 == token_hash(token), TokenRow.revoked_at.is_(None))
        .values(revoked_at=at)
    )


async def revoke_tokens(
    tx: WriteSession, *, user_id: UUID, at: datetime, but: UUID | None = None
) -> None:
    """Revoke all of a user's bearer tokens, or all `but` the one with this id, at once."""
    await tx.execute(
        update(TokenRow)
        .where(
            TokenRow.user_id == user_id,
            TokenRow.revoked_at.is_(None),
            TokenRow.id.is_distinct_from(but),
        )
        .values(revoked_at=at)
    )


async def _count_failure(tx: WriteSession, *, login: str | None, at: datetime) -> None:
    """Add one failure, and lock the user at the last one allowed.

    The commit does not wait for the disk: it would, but only if the user exists, and the wait
    would tell. A crash of the server loses at most the failures of its last half second.
    """
    await tx.execute(select(func.set_config("synchronous_commit", "off", True)))
    last = UserRow.failures + 1 >= FAILURES_MAX
    counted = (
        await tx.execute(
            update(UserRow)
            .where(
                UserRow.login == login,
                or_(UserRow.locked_until.is_(None), UserRow.locked_until <= at),
            )
            .values(
                failures=case((last, 0), else_=UserRow.failures + 1),
                locked_until=case((last, at + LOCK_OUT), else_=null()),
            )
            .returning(UserRow.id, UserRow.locked_until)
        )
    ).one_or_none()
    if counted is not None and counted.locked_until is not None:
        await outbox.append(
            tx, [UserLockedOut(user_id=counted.id, locked_until=counted.locked_until)], at=at
        )


async def _issue_token(tx: WriteSession, *, user_id: UserId, at: datetime) -> LoggedIn:
    """Store a new token; expired ones go, and so do the oldest beyond `TOKENS_PER_USER_MAX`."""
    token, token_sha256 = new_token()
    newest = (
        select(TokenRow.token_sha256)
        .where(TokenRow.user_id == user_id)
        .order_by(TokenRow.issued_at.desc())
        .limit(TOKENS_PER_USER_MAX - 1)
    )
    await tx.execute(
        delete(TokenRow).where(
            TokenRow.user_id == user_id,
            or_(TokenRow.expires_at <= at, TokenRow.token_sha256.not_in(newest)),
        )
    )
    issued = LoggedIn(user_id=user_id, token=token, expires_at=at + TOKEN_LIFETIME)
    await tx.execute(
        insert(TokenRow).values(
            token_sha256=token_sha256, user_id=user_id, issued_at=at, expires_at=issued.expires_at
        )
    )
    return issued


def _lock_key(login: str) -> int:
    """Return a 32-bit signed number for a login: the second key of an advisory lock."""
    return int.from_bytes(hashlib.sha256(login.encode()).digest()[:4], signed=True)
