"""The second step: a challenge, the factor chosen for it, the answer."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.identity.domain.attempts import LogInPaused, Scope
from tongbao.core.identity.domain.challenges import (
    CHALLENGE_LIFETIME,
    CHALLENGE_TRIES_MAX,
    Challenged,
    ChallengeOver,
    FactorNotOffered,
    FactorRefused,
    First,
    Proven,
    proves,
)
from tongbao.core.identity.domain.codes import Purpose
from tongbao.core.identity.domain.factors import (
    SENT_CODES,
    accepted,
    own,
    second_factor,
    second_factors,
)
from tongbao.core.identity.domain.recoveries import Means
from tongbao.core.identity.models import ChallengeRow
from tongbao.core.identity.service.attempts import Counted, count_attempt, count_for, forgive
from tongbao.core.identity.service.open_recoveries import call_off
from tongbao.core.identity.service.queueing import queue_for
from tongbao.infra.auth import new_token, token_hash
from tongbao.infra.db import ReadSession, WriteSession


async def available_factors(tx: ReadSession, *, user_id: UUID) -> Sequence[str]:
    """Return the names of the second factors that are accepted from a user."""
    return accepted(await _factors(tx, user_id))


async def own_factors(tx: ReadSession, *, user_id: UUID) -> Sequence[str]:
    """Return the names of the second factors that a user has set up themselves."""
    return own(await _factors(tx, user_id))


async def sent_codes(tx: ReadSession, *, user_id: UUID) -> Sequence[str]:
    """Return the kinds of codes that can be sent to a user, accepted from them or not."""
    return [each for each in await _factors(tx, user_id) if each in SENT_CODES]


async def begin_challenge(
    tx: WriteSession,
    *,
    user_id: UUID,
    factors: Sequence[str],
    purpose: Purpose = Purpose.LOG_IN,
    proven: First = First.PASSWORD,
    browser_secret: str | None = None,
    at: datetime,
) -> Challenged:
    """Begin the second step for a user who has taken the first; it is good for one purpose.

    With `browser_secret` it goes on in the browser that has this secret, and in no other.
    """
    handle, handle_sha256 = new_token()
    await tx.execute(
        insert(ChallengeRow).values(
            handle_sha256=handle_sha256,
            purpose=purpose,
            user_id=user_id,
            proven=proven,
            browser_sha256=None if browser_secret is None else token_hash(browser_secret),
            factors=list(factors),
            data={},
            created_at=at,
            expires_at=at + CHALLENGE_LIFETIME,
        )
    )
    return Challenged(challenge=handle, factors=factors, expires_at=at + CHALLENGE_LIFETIME)


async def ask_factor(
    tx: WriteSession,
    *,
    challenge: str,
    factor: str,
    browser_secret: str | None = None,
    at: datetime,
) -> Mapping[str, Any]:
    """Have a factor asked: send its code, or return what its answer needs.

    Raises `ChallengeOver`, `FactorNotOffered` and `notify.TooManyMessages`.
    """
    row = await _open(tx, challenge, browser_secret, at)
    if row is None:
        raise ChallengeOver
    chosen = second_factor(factor)
    if chosen is None or factor not in row.factors:
        raise FactorNotOffered
    asked = dict(await chosen.ask(tx, row.user_id, Purpose(row.purpose), at) or {})
    await _change(tx, row, data={**row.data, factor: asked})
    return asked


async def answer_factor(
    tx: WriteSession,
    *,
    challenge: str,
    factor: str | None,
    proof: Mapping[str, Any],
    purpose: Purpose = Purpose.LOG_IN,
    browser_secret: str | None = None,
    at: datetime,
) -> UUID | ChallengeOver | FactorRefused | LogInPaused:
    """Return whose challenge this was if the proof is right, or the refusal.

    A refusal is returned, not raised: it costs a try, which must be committed. Beside the tries of
    one challenge, those of a user are counted over all challenges: a thief who has the password
    could otherwise begin as many as guessing a code takes. Raises `FactorNotOffered`.

    A factor of their own that somebody uses is not lost: a recovery under way is called off.
    `factor` is None only for a challenge that offers none, because its user has none.
    """
    row = await _open(tx, challenge, browser_secret, at)
    if row is None or row.purpose != purpose:
        return ChallengeOver()
    if factor is None and not row.factors:
        await _change(tx, row, used_at=at)
        return row.user_id
    chosen = None if factor is None else second_factor(factor)
    if chosen is None or factor is None or factor not in row.factors:
        raise FactorNotOffered
    count = count_for(Scope.ACCOUNT, "second factor", str(row.user_id))
    counted = await count_attempt(tx, counts=[count], at=at)
    if isinstance(counted, LogInPaused):
        return counted
    asked = row.data.get(factor, {})
    if await chosen.check(tx, row.user_id, proof, asked, at):
        await _succeed(tx, row, counted, at)
        if factor not in SENT_CODES:
            await call_off(tx, user_id=row.user_id, means=Means.FACTOR, at=at)
        return row.user_id
    await _change(tx, row, tries=row.tries + 1)
    return FactorRefused(tries_left=CHALLENGE_TRIES_MAX - row.tries - 1)


async def answer_log_in(
    tx: WriteSession,
    *,
    challenge: str,
    factor: str,
    proof: Mapping[str, Any],
    browser_secret: str | None = None,
    at: datetime,
) -> Proven | ChallengeOver | FactorRefused | LogInPaused:
    """Answer the second step of a log-in; return who has taken both, and by what.

    Refusals are returned, as by `answer_factor`. Raises `FactorNotOffered`.
    """
    first = await tx.scalar(
        select(ChallengeRow.proven).where(ChallengeRow.handle_sha256 == token_hash(challenge))
    )
    user_id = await answer_factor(
        tx,
        challenge=challenge,
        factor=factor,
        proof=proof,
        browser_secret=browser_secret,
        at=at,
    )
    if not isinstance(user_id, UUID):
        return user_id
    assert first is not None, "it was answered"
    return Proven(user_id, frozenset({first, proves(factor)}))


async def peek_challenge(
    tx: ReadSession, *, challenge: str, purpose: Purpose, at: datetime
) -> UUID | None:
    """Return whose open challenge this is, if it is one."""
    found: UUID | None = await tx.scalar(
        select(ChallengeRow.user_id).where(
            ChallengeRow.handle_sha256 == token_hash(challenge),
            ChallengeRow.purpose == purpose,
            ChallengeRow.used_at.is_(None),
            ChallengeRow.expires_at > at,
            ChallengeRow.tries < CHALLENGE_TRIES_MAX,
        )
    )
    return found


async def end_challenges(tx: WriteSession, *, user_id: UUID, at: datetime) -> None:
    """End all of a user's that are under way."""
    await tx.execute(
        update(ChallengeRow)
        .where(
            ChallengeRow.user_id == user_id,
            ChallengeRow.used_at.is_(None),
            ChallengeRow.expires_at > at,
        )
        .values(used_at=at)
        .execution_options(synchronize_session=False)
    )


async def purge_challenges(tx: WriteSession, *, before: datetime) -> None:
    """Delete the challenges that expired before an instant."""
    await tx.execute(delete(ChallengeRow).where(ChallengeRow.expires_at < before))


async def _factors(tx: ReadSession, user_id: UUID) -> Sequence[str]:
    return [factor.name for factor in second_factors() if await factor.available(tx, user_id)]


async def _open(
    tx: WriteSession, challenge: str, browser_secret: str | None, at: datetime
) -> ChallengeRow | None:
    """Return a challenge that may still be answered, and by this browser, locked."""
    this = ChallengeRow.handle_sha256 == token_hash(challenge)
    user_id = await tx.scalar(select(ChallengeRow.user_id).where(this))
    if user_id is None:
        return None
    await queue_for(tx, user_id)
    row = await tx.scalar(
        select(ChallengeRow).where(this).with_for_update().execution_options(populate_existing=True)
    )
    if row is None or row.used_at is not None or row.expires_at <= at:
        return None
    bound_to = row.browser_sha256
    if bound_to is not None and bound_to != token_hash(browser_secret or ""):
        return None
    return row if row.tries < CHALLENGE_TRIES_MAX else None


async def _succeed(tx: WriteSession, row: ChallengeRow, counted: Counted, at: datetime) -> None:
    await forgive(tx, counted=counted)
    await _change(tx, row, used_at=at)


async def _change(tx: WriteSession, row: ChallengeRow, **values: object) -> None:
    await tx.execute(
        update(ChallengeRow)
        .where(ChallengeRow.handle_sha256 == row.handle_sha256)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
