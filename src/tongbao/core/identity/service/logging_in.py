"""Logging in with a password, in three steps, and what bearer tokens stand for.

`begin_attempt` counts the attempt and finds the user; `check_password` computes for 30 ms without
a transaction, so that a storm of log-ins holds no connections; `finish_attempt` takes the attempt
back or leaves it. An unknown login goes through the same statements and one hash as a known one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.identity.domain import (
    TOKEN_LIFETIME,
    TOKENS_PER_USER_MAX,
    LoggedIn,
    LogInRefused,
    UserId,
    normal_login,
    normal_password,
)
from tongbao.core.identity.domain.attempts import LogInPaused, Scope
from tongbao.core.identity.domain.challenges import Challenged, SecondFactorRequired, needed
from tongbao.core.identity.domain.contacts import Contact, normal_contact
from tongbao.core.identity.domain.devices import DeviceFacts, clean_address, network_of
from tongbao.core.identity.domain.sessions import NewSession
from tongbao.core.identity.models import ContactRow, TokenRow, UserRow
from tongbao.core.identity.service.actors import ACTOR_SQL, ActorFacts, actor_of, standing_of
from tongbao.core.identity.service.attempts import (
    Count,
    Counted,
    count_attempt,
    count_for,
    forgive,
)
from tongbao.core.identity.service.challenges import available_factors, begin_challenge
from tongbao.core.identity.service.contacts import is_contact
from tongbao.core.identity.service.devices import is_known, read_device_cookie
from tongbao.core.identity.service.sessions import begin_session
from tongbao.infra import jobs
from tongbao.infra.auth import Actor, new_token, token_hash
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.infra.lines import Line
from tongbao.infra.passwords import (
    NOBODYS_HASH,
    hash_password,
    needs_rehash,
    verify_password,
)

NOBODY: Final = UUID(int=0)
LOGIN_LENGTH_MAX: Final = 300

BEARER: Final[LiteralString] = f"""
    SELECT t.id, t.factors, {ACTOR_SQL}
      FROM identity_token t
      JOIN identity_user u ON u.id = t.user_id
     WHERE t.token_sha256 = asked.token AND t.expires_at > %s AND t.revoked_at IS NULL
     LIMIT 1
"""  # noqa: S608 - names of columns, written in the code
"""What the database says of a user's token at an instant.

There is one of a hash. The limit has each looked up by itself: a join with all of them may be
planned while there are few, and read them all for as long as that plan is kept.
"""

_ACTORS: Final = f"""
    SELECT asked.token, {standing_of("said")}, said.*
      FROM unnest(%s::bytea[]) AS asked (token) CROSS JOIN LATERAL ({BEARER}) AS said
"""  # noqa: S608 - the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A log-in under way: counted, not yet judged. `user_id` is None for an unknown login."""

    user_id: UserId | None
    password_hash: str
    counted: Counted
    device: DeviceFacts
    device_known: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the password was right; `renewed` is its hash with today's parameters, if due."""

    right: bool
    renewed: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordProven:
    """Somebody whose password was right."""

    user_id: UserId
    device: DeviceFacts
    device_known: bool


async def begin_attempt(
    tx: WriteSession, *, login: str, device: DeviceFacts, at: datetime
) -> Attempt | LogInPaused:
    """Count an attempt at a login (log-in name, phone or e-mail address) and find its user.

    Where attempts are paused nothing is counted, and no password is looked at. To be committed
    before the password is checked. The commit need not wait for the disk: a crash of the server
    forgets the counts of its last half second.
    """
    await tx.execute(select(func.set_config("synchronous_commit", "off", True)))
    name, contact = normal_login(login), normal_contact(login)
    user = await _find(tx, name=name, contact=contact)
    user_id = NOBODY if user is None else user.id
    known = await is_known(tx, user_id=user_id, device=device)
    asked = contact.address if contact else name or login[:LOGIN_LENGTH_MAX]
    counted = await count_attempt(
        tx, counts=_counts(asked, user_id=user_id, device=device, known=known), at=at
    )
    if isinstance(counted, LogInPaused):
        return counted
    if counted.began_pause:
        told = None if user is None else str(user.id)
        facts = {"user_id": told, "address": clean_address(device.address)}
        await jobs.defer(tx, "identity.note_refusals", facts)
    return Attempt(
        user_id=None if user is None else UserId(user.id),
        password_hash=NOBODYS_HASH if user is None else user.password_hash,
        counted=counted,
        device=device,
        device_known=known,
        at=at,
    )


async def check_password(attempt: Attempt, *, password: str) -> Verdict:
    """Compare a password with the attempt's user's, or nobody's; outside of any transaction.

    Raises `infra.passwords.TooManyLogIns`; the attempt stays counted then.
    """
    secret = normal_password(password)
    matches = await verify_password(secret or "", attempt.password_hash)
    if attempt.user_id is None or secret is None or not matches:
        return Verdict(right=False)
    renew = needs_rehash(attempt.password_hash)
    return Verdict(right=True, renewed=await hash_password(secret) if renew else None)


async def finish_attempt(
    tx: WriteSession, *, attempt: Attempt, verdict: Verdict
) -> PasswordProven | LogInRefused:
    """Take a right attempt back and return whose it was; a wrong one stays counted."""
    if attempt.user_id is None or not verdict.right:
        return LogInRefused()
    unchanged = await tx.scalar(
        select(UserRow.id)
        .where(
            UserRow.id == attempt.user_id,
            UserRow.password_hash == attempt.password_hash,
            UserRow.blocked_at.is_(None),
        )
        .with_for_update()
    )
    if unchanged is None:  # blocked, or the password was changed while the old one was checked
        return LogInRefused()
    await forgive(tx, counted=attempt.counted)
    if verdict.renewed is not None:
        await tx.execute(
            update(UserRow)
            .where(UserRow.id == attempt.user_id)
            .values(password_hash=verdict.renewed)
        )
    return PasswordProven(
        user_id=attempt.user_id, device=attempt.device, device_known=attempt.device_known
    )


async def proceed(
    tx: WriteSession, *, proven: PasswordProven, at: datetime
) -> NewSession | Challenged:
    """Begin a session for somebody whose password was right, or ask for a second factor."""
    factors = await available_factors(tx, user_id=proven.user_id)
    if needed(factors, device_known=proven.device_known):
        return await begin_challenge(tx, user_id=proven.user_id, factors=factors, at=at)
    return await begin_session(
        tx,
        user_id=proven.user_id,
        factors=frozenset({"password"}),
        device=proven.device,
        at=at,
    )


async def issue_password_token(
    tx: WriteSession, *, proven: PasswordProven, at: datetime
) -> LoggedIn:
    """Issue a bearer token for a password alone.

    Raises `SecondFactorRequired` for a user who has a second factor of any kind.
    """
    if await available_factors(tx, user_id=proven.user_id):
        raise SecondFactorRequired
    return await issue_token(tx, user_id=proven.user_id, factors=frozenset({"password"}), at=at)


async def issue_token(
    tx: WriteSession, *, user_id: UUID, factors: frozenset[str], at: datetime
) -> LoggedIn:
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
    issued = LoggedIn(user_id=UserId(user_id), token=token, expires_at=at + TOKEN_LIFETIME)
    await tx.execute(
        insert(TokenRow).values(
            token_sha256=token_sha256,
            user_id=user_id,
            factors=sorted(factors),
            issued_at=at,
            expires_at=issued.expires_at,
        )
    )
    return issued


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
            ActorFacts(*facts),
            at=at,
            session_id=token_id,
            factors=frozenset(factors),
            standing=standing,
        )
        for token_sha256, standing, token_id, factors, *facts in await tx.fetch(
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


async def _find(tx: ReadSession, *, name: str | None, contact: Contact | None) -> UserRow | None:
    """Return the user of a log-in name or contact; a name goes before a contact like it."""
    by_contact = select(ContactRow.user_id).where(*is_contact(contact)).scalar_subquery()
    found: UserRow | None = await tx.scalar(
        select(UserRow)
        .where(or_(UserRow.login == (name or ""), UserRow.id == by_contact))
        .order_by((UserRow.login == (name or "")).desc())
        .limit(1)
    )
    return found


def _counts(asked: str, *, user_id: UUID, device: DeviceFacts, known: bool) -> Sequence[Count]:
    """Return what an attempt is counted for; see `domain.attempts`."""
    if known:
        return [count_for(Scope.DEVICE, str(user_id), str(read_device_cookie(device.cookie)))]
    network = network_of(clean_address(device.address))
    return [count_for(Scope.ACCOUNT, asked), count_for(Scope.ADDRESS, network)]
