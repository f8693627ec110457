"""Asking for the loss of all factors, waiting, and completing it or calling it off."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.identity.domain.attempts import LogInPaused
from tongbao.core.identity.domain.challenges import Challenged, ChallengeOver, FactorRefused
from tongbao.core.identity.domain.codes import Purpose
from tongbao.core.identity.domain.devices import DeviceFacts, clean_address
from tongbao.core.identity.domain.recoveries import (
    OPEN_FOR,
    Ending,
    Means,
    Recovery,
    RecoveryImpossible,
    RecoveryWaits,
    UnknownRecovery,
)
from tongbao.core.identity.domain.recovery_codes import cancel_code_hash, new_code
from tongbao.core.identity.domain.security import SecurityKind
from tongbao.core.identity.domain.sessions import Ended
from tongbao.core.identity.models import (
    CeremonyRow,
    DeviceRow,
    PasskeyRow,
    RecoveryRow,
    TotpRow,
)
from tongbao.core.identity.service.challenges import (
    answer_factor,
    begin_challenge,
    end_challenges,
    own_factors,
    sent_codes,
)
from tongbao.core.identity.service.configuration import configured
from tongbao.core.identity.service.logging_in import PasswordProven, revoke_tokens
from tongbao.core.identity.service.open_recoveries import call_off, end_recovery, locked_recovery
from tongbao.core.identity.service.recovery_codes import forget_recovery_codes
from tongbao.core.identity.service.security import note
from tongbao.core.identity.service.sessions import end_sessions
from tongbao.core.identity.service.step_up import end_step_ups
from tongbao.infra.db import WriteSession
from tongbao.kernel.clock import BANK_ZONE
from tongbao.kernel.ids import new_id

Refusal = ChallengeOver | FactorRefused | LogInPaused


async def begin_recovery(tx: WriteSession, *, proven: PasswordProven, at: datetime) -> Challenged:
    """Ask somebody whose password was right for a sent code, to ask for a recovery or complete it.

    Raises `RecoveryImpossible`.
    """
    codes = await sent_codes(tx, user_id=proven.user_id)
    if not codes or not await own_factors(tx, user_id=proven.user_id):
        raise RecoveryImpossible
    return await begin_challenge(
        tx, user_id=proven.user_id, factors=codes, purpose=Purpose.RECOVER_FACTORS, at=at
    )


async def request_recovery(
    tx: WriteSession, *, challenge: str, factor: str, code: str, device: DeviceFacts, at: datetime
) -> Recovery | Refusal:
    """Write down that somebody wants all factors taken away, and tell the owner everywhere.

    The message carries a code by which any reader of any contact calls it off. While one is under
    way nothing new begins: it can be neither hastened nor put off. Refusals are returned: they cost
    tries. Raises `FactorNotOffered`.
    """
    user_id = await _answered(tx, challenge=challenge, factor=factor, code=code, at=at)
    if not isinstance(user_id, UUID):
        return user_id
    pending = await locked_recovery(tx, user_id=user_id, at=at)
    if pending is not None:
        return pending
    return await begin_wait(
        tx, user_id=user_id, factor=factor, address=clean_address(device.address), at=at
    )


async def complete_recovery(
    tx: WriteSession, *, challenge: str, factor: str, code: str, at: datetime
) -> UUID | Refusal | UnknownRecovery | RecoveryWaits:
    """Take away all factors after the wait; sessions, tokens and trust in devices end with them.

    Refusals are returned: they cost tries. Raises `FactorNotOffered`.
    """
    user_id = await _answered(tx, challenge=challenge, factor=factor, code=code, at=at)
    if not isinstance(user_id, UUID):
        return user_id
    found = await locked_recovery(tx, user_id=user_id, at=at)
    if found is None:
        return UnknownRecovery()
    if at < found.ready_at:
        return RecoveryWaits(ready_at=found.ready_at)
    await take_factors_away(tx, found, at=at)
    return user_id


async def cancel_recovery(tx: WriteSession, *, user_id: UUID, at: datetime) -> None:
    """Call off one's own recovery, in any session. Raises `UnknownRecovery`."""
    if not await call_off(tx, user_id=user_id, means=Means.SESSION, at=at):
        raise UnknownRecovery


async def cancel_by_code(tx: WriteSession, *, code: str, at: datetime) -> None:
    """Call off a recovery by the code in its message; 80 random bits are not guessed.

    Raises `UnknownRecovery`, also for one that is over.
    """
    user_id = await tx.scalar(
        select(RecoveryRow.user_id).where(
            RecoveryRow.cancel_sha256 == cancel_code_hash(code), RecoveryRow.ended_at.is_(None)
        )
    )
    if user_id is None or not await call_off(tx, user_id=user_id, means=Means.CONTACT, at=at):
        raise UnknownRecovery


async def _answered(
    tx: WriteSession, *, challenge: str, factor: str, code: str, at: datetime
) -> UUID | Refusal:
    return await answer_factor(
        tx,
        challenge=challenge,
        factor=factor,
        proof={"code": code},
        purpose=Purpose.RECOVER_FACTORS,
        at=at,
    )


async def begin_wait(
    tx: WriteSession, *, user_id: UUID, factor: str, address: str, at: datetime
) -> Recovery:
    """Begin a recovery of a user who has none under way, and tell them everywhere."""
    ready_at = at + configured().recovery_wait
    made = Recovery(
        id=new_id(),
        user_id=user_id,
        factor=factor,
        requested_at=at,
        ready_at=ready_at,
        expires_at=ready_at + OPEN_FOR,
    )
    cancel_code = new_code()
    await tx.execute(
        insert(RecoveryRow).values(
            id=made.id,
            user_id=user_id,
            address=address,
            factor=factor,
            cancel_sha256=cancel_code_hash(cancel_code),
            requested_at=made.requested_at,
            ready_at=made.ready_at,
            expires_at=made.expires_at,
        )
    )
    await note(
        tx,
        user_id=user_id,
        kind=SecurityKind.RECOVERY_REQUESTED,
        facts={"ready": ready_at.astimezone(BANK_ZONE).strftime("%Y-%m-%d %H:%M")},
        address=address or None,
        secrets={"cancel_code": cancel_code},
        at=at,
    )
    return made


async def take_factors_away(tx: WriteSession, recovery: Recovery, *, at: datetime) -> None:
    """Complete a recovery that is locked and has waited; all that was proven before ends."""
    assert recovery.ready_at <= at < recovery.expires_at, "it has waited, and not for too long"
    user_id = recovery.user_id
    await end_recovery(tx, recovery, Ending.COMPLETED, at=at)
    await end_challenges(tx, user_id=user_id, at=at)
    await end_step_ups(tx, user_id=user_id, at=at)  # before the factors, as who removes one does
    for table in (PasskeyRow, TotpRow, CeremonyRow):
        await tx.execute(delete(table).where(table.user_id == user_id))
    await forget_recovery_codes(tx, user_id=user_id)
    await end_sessions(tx, user_id=user_id, why=Ended.FACTORS_RECOVERED, at=at)
    await revoke_tokens(tx, user_id=user_id, at=at)
    await tx.execute(update(DeviceRow).where(DeviceRow.user_id == user_id).values(trusted_at=None))
    await note(tx, user_id=user_id, kind=SecurityKind.FACTORS_RECOVERED, facts={}, at=at)
