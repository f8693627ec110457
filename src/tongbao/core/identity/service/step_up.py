"""Step-up: ask for a proof of one exact action, check it, and let the action pass once."""

import json
from collections.abc import Mapping
from datetime import datetime
from secrets import token_bytes
from typing import Any, Final, Protocol
from uuid import UUID

from sqlalchemy import any_, case, func, select, update
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.identity.domain.recoveries import CoolingOff, Means
from tongbao.core.identity.domain.step_up import (
    ATTEMPTS_MAX,
    CHALLENGE_LIFETIME,
    COOLED,
    FAILURES_MAX,
    FAILURES_PERIOD,
    FRESH,
    NONCE_BYTES,
    OWN_PROOFS,
    TOKEN_LIFETIME,
    Action,
    Proof,
    ProofUnavailable,
    StepUpChallenge,
    StepUpLocked,
    StepUpRefused,
    StepUpRequired,
    StepUpToken,
    believed,
)
from tongbao.core.identity.events import StepUpConfirmed
from tongbao.core.identity.models import SessionRow, StepUpRow
from tongbao.core.identity.service.challenges import own_factors
from tongbao.core.identity.service.open_recoveries import call_off, cooling_until
from tongbao.core.identity.service.queueing import queue_for
from tongbao.infra import crypto, outbox
from tongbao.infra.auth import Actor, new_token, token_hash
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.ids import new_id

CHALLENGES_MAX: Final = 60
"""Challenges of one user in `FAILURES_PERIOD`."""
FACTS: Final = "identity_step_up.facts_sealed"


class Prover(Protocol):
    """How one kind of proof is asked for and checked."""

    async def available(self, tx: ReadSession, user_id: UUID, /) -> bool:
        """Tell whether this user can prove anything so."""

    async def ask(
        self, tx: WriteSession, user_id: UUID, challenge: bytes, action: Action, at: datetime, /
    ) -> Mapping[str, Any] | None:
        """Do what asking needs (send a code); return options for the client, if it needs any."""

    async def check(
        self,
        tx: WriteSession,
        user_id: UUID,
        proof: Mapping[str, Any],
        challenge: bytes,
        at: datetime,
        /,
    ) -> Mapping[str, Any] | bool:
        """Tell whether the proof is right, or return what is kept as evidence that it is."""


_PROVERS: Final[dict[Proof, Prover]] = {}


def register_prover(proof: Proof, prover: Prover) -> None:
    """Say how a kind of proof is checked."""
    _PROVERS[proof] = prover


async def possible_proofs(tx: ReadSession, *, user_id: UUID, action: Action) -> tuple[Proof, ...]:
    """Return how this user can prove this action, the best first: see `domain.step_up.believed`."""
    able = [
        proof
        for proof in action.rule.proofs
        if proof in _PROVERS and await _PROVERS[proof].available(tx, user_id)
    ]
    return believed(able, protected=bool(await own_factors(tx, user_id=user_id)))


async def challenge(
    tx: WriteSession, *, actor: Actor, action: Action, proof: Proof, at: datetime
) -> StepUpChallenge:
    """Ask the user to prove `action`; good for this user and session, for three minutes.

    A passkey's challenge is a nonce and the action's digest, so that its signature is about the
    action. Raises `UnknownAction`, `ProofUnavailable`, `StepUpLocked`.
    """
    digest = action.digest
    able = await possible_proofs(tx, user_id=actor.id, action=action)
    if proof not in able:
        raise ProofUnavailable(proofs=", ".join(each.value for each in able) or "–")
    await queue_for(tx, actor.id)
    await _refuse_if_locked(tx, actor.id, at)
    asked = StepUpChallenge(
        id=new_id(), proof=proof, digest=digest, expires_at=at + CHALLENGE_LIFETIME, options=None
    )
    nonce_and_digest = token_bytes(NONCE_BYTES) + digest
    options = await _PROVERS[proof].ask(tx, actor.id, nonce_and_digest, action, at)
    box = await crypto.box(tx, owner=actor.id)
    await tx.execute(
        insert(StepUpRow).values(
            id=asked.id,
            user_id=actor.id,
            session_id=actor.session_id,
            kind=action.kind,
            facts_sealed=box.seal(json.dumps(dict(action.facts)), field=FACTS, row=asked.id),
            digest=digest,
            proof=proof.value,
            challenge=nonce_and_digest,
            created_at=at,
            expires_at=asked.expires_at,
        )
    )
    return StepUpChallenge(
        id=asked.id,
        proof=proof,
        digest=digest,
        expires_at=asked.expires_at,
        options=options,
    )


async def confirm(
    tx: WriteSession,
    *,
    actor: Actor,
    challenge_id: UUID,
    proof: Mapping[str, Any],
    at: datetime,
) -> StepUpToken | StepUpRefused:
    """Check the proof and return the token for the action.

    A refusal is *returned*: raising would roll back the count of attempts. Raises `StepUpLocked`.
    """
    await queue_for(tx, actor.id)
    await _refuse_if_locked(tx, actor.id, at)
    row = await tx.scalar(
        select(StepUpRow)
        .where(
            StepUpRow.id == challenge_id,
            StepUpRow.user_id == actor.id,
            StepUpRow.session_id.is_not_distinct_from(actor.session_id),
            StepUpRow.confirmed_at.is_(None),
            StepUpRow.expires_at > at,
            StepUpRow.attempts < ATTEMPTS_MAX,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        return StepUpRefused()
    prover = _PROVERS[Proof(row.proof)]
    evidence = await prover.check(tx, actor.id, proof, row.challenge, at)
    same = update(StepUpRow).where(StepUpRow.id == row.id)
    if evidence is False:
        await tx.execute(same.values(attempts=StepUpRow.attempts + 1))
        return StepUpRefused()
    token, token_sha256 = new_token()
    confirmed = StepUpToken(token=token, expires_at=at + TOKEN_LIFETIME)
    await tx.execute(
        same.values(
            confirmed_at=at,
            evidence=dict(evidence) if isinstance(evidence, Mapping) else {},
            token_sha256=token_sha256,
            token_expires_at=confirmed.expires_at,
        )
    )
    if Proof(row.proof) in OWN_PROOFS:
        await call_off(tx, user_id=actor.id, means=Means.FACTOR, at=at)
    told = StepUpConfirmed(
        user_id=actor.id, step_up_id=row.id, action_kind=row.kind, proof=row.proof
    )
    await outbox.append(tx, [told], at=at)
    return confirmed


async def spend(
    tx: WriteSession, *, token: str | None, action: Action, actor: Actor, at: datetime
) -> UUID:
    """Let `action` pass once; return the step-up's id. Call it on the action's own transaction.

    Raises `CoolingOff` for what waits after a recovery of the account, `StepUpRequired` without a
    token, and for one that is of another action, user or
    session, was spent, or is too old; which of these is not said. If the action then fails and
    rolls back, the token is as good as before.
    """
    if action.kind in COOLED:
        until = await cooling_until(tx, user_id=actor.id, at=at)
        if until is not None:
            raise CoolingOff(until=until)
    spent = None
    if token is not None:
        spent = await tx.scalar(
            update(StepUpRow)
            .where(
                StepUpRow.token_sha256 == token_hash(token),
                StepUpRow.user_id == actor.id,
                StepUpRow.session_id.is_not_distinct_from(actor.session_id),
                StepUpRow.digest == action.digest,
                StepUpRow.token_expires_at > at,
                StepUpRow.spent_at.is_(None),
            )
            .values(spent_at=at)
            .returning(StepUpRow.id)
            .execution_options(synchronize_session=False)
        )
    if spent is None:
        able = await possible_proofs(tx, user_id=actor.id, action=action)
        raise StepUpRequired(action=action, proofs=able, token_refused=token is not None)
    return spent


async def spend_for_factor(
    tx: WriteSession, *, token: str | None, action: Action, actor: Actor, at: datetime
) -> None:
    """Let a factor be added: as `spend`, or without a token as the first one, right after a log-in.

    Whoever has just typed in a code that was sent to them need not type in another: the session
    itself is the proof, for `FRESH` and until they have a factor of their own. Bearer tokens are
    no such sessions. Raises `StepUpRequired`.
    """
    fresh = token is None and await _has_just_proven(tx, actor, at)
    if fresh and not await own_factors(tx, user_id=actor.id):
        return
    await spend(tx, token=token, action=action, actor=actor, at=at)


async def end_step_ups(tx: WriteSession, *, user_id: UUID, at: datetime) -> None:
    """End all of a user's that are under way, confirmed or not; wrong proofs stay counted."""
    await tx.execute(
        update(StepUpRow)
        .where(
            StepUpRow.user_id == user_id,
            StepUpRow.created_at > at - CHALLENGE_LIFETIME - TOKEN_LIFETIME,
            StepUpRow.spent_at.is_(None),
        )
        .values(
            expires_at=func.least(StepUpRow.expires_at, at),
            token_expires_at=case(
                (StepUpRow.token_expires_at > at, at), else_=StepUpRow.token_expires_at
            ),
        )
        .execution_options(synchronize_session=False)
    )


async def _has_just_proven(tx: ReadSession, actor: Actor, at: datetime) -> bool:
    """Tell whether the actor's browser session began by a second factor a moment ago."""
    if "otp" not in actor.factors:
        return False
    fresh = await tx.scalar(
        select(SessionRow.id).where(
            SessionRow.id == actor.session_id,
            SessionRow.user_id == actor.id,
            any_(SessionRow.factors) == "otp",
            SessionRow.began_at > at - FRESH,
            SessionRow.ended_at.is_(None),
        )
    )
    return fresh is not None


async def _refuse_if_locked(tx: ReadSession, user_id: UUID, at: datetime) -> None:
    recent = (
        await tx.execute(
            select(
                func.coalesce(func.sum(StepUpRow.attempts), 0).label("failures"),
                func.count().label("challenges"),
                func.min(StepUpRow.created_at).label("oldest"),
            ).where(StepUpRow.user_id == user_id, StepUpRow.created_at > at - FAILURES_PERIOD)
        )
    ).one()
    if recent.failures >= FAILURES_MAX or recent.challenges >= CHALLENGES_MAX:
        seconds = int((recent.oldest + FAILURES_PERIOD - at).total_seconds()) + 1
        raise StepUpLocked(retry_after_seconds=seconds)
