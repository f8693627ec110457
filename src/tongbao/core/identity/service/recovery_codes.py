"""Recovery codes: the way back for somebody whose passkey or authenticator app is lost.

A user gets ten with the first factor they set up, and loses them with the last.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.identity.domain.factors import NoFactorSetUp
from tongbao.core.identity.domain.recovery_codes import new_recovery_codes, recovery_code_hash
from tongbao.core.identity.domain.security import SecurityKind
from tongbao.core.identity.domain.step_up import Action
from tongbao.core.identity.events import RecoveryCodeUsed
from tongbao.core.identity.models import RecoveryCodeRow
from tongbao.core.identity.service import step_up
from tongbao.core.identity.service.challenges import own_factors
from tongbao.core.identity.service.security import note
from tongbao.infra import outbox
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession

NAME = "recovery_code"


async def recovery_codes_left(tx: ReadSession, user_id: UUID) -> int:
    """Return how many recovery codes have not been used."""
    unused = RecoveryCodeRow.user_id == user_id, RecoveryCodeRow.used_at.is_(None)
    return await tx.scalar(select(func.count()).select_from(RecoveryCodeRow).where(*unused)) or 0


async def has_recovery_code(tx: ReadSession, user_id: UUID) -> bool:
    """Tell whether one is left."""
    return await recovery_codes_left(tx, user_id) > 0


async def first_recovery_codes(tx: WriteSession, *, user_id: UUID, at: datetime) -> list[str]:
    """Return codes for somebody who has none left, shown this once; nothing for who has some."""
    if await has_recovery_code(tx, user_id):
        return []
    return await _new_codes(tx, user_id=user_id, at=at)


async def replace_recovery_codes(
    tx: WriteSession, *, actor: Actor, step_up_token: str | None, at: datetime
) -> list[str]:
    """Return new recovery codes, shown this once; the old ones are worth nothing any more.

    Raises `NoFactorSetUp`, and `StepUpRequired` for `identity.recovery_codes.replace`.
    """
    if not await own_factors(tx, user_id=actor.id):
        raise NoFactorSetUp
    action = Action("identity.recovery_codes.replace", {})
    await step_up.spend(tx, token=step_up_token, action=action, actor=actor, at=at)
    return await _new_codes(tx, user_id=actor.id, at=at)


async def use_recovery_code(tx: WriteSession, *, user_id: UUID, code: str, at: datetime) -> bool:
    """Tell whether `code` is one of the user's that was not used before, and use it up."""
    hashed = recovery_code_hash(code, user_id=user_id)
    if hashed is None:
        return False
    used = await tx.scalar(
        update(RecoveryCodeRow)
        .where(
            RecoveryCodeRow.user_id == user_id,
            RecoveryCodeRow.code_sha256 == hashed,
            RecoveryCodeRow.used_at.is_(None),
        )
        .values(used_at=at)
        .returning(RecoveryCodeRow.user_id)
        .execution_options(synchronize_session=False)
    )
    if used is None:
        return False
    left = await recovery_codes_left(tx, user_id)
    await outbox.append(tx, [RecoveryCodeUsed(user_id=user_id, codes_left=left)], at=at)
    facts = {"codes_left": str(left)}
    await note(tx, user_id=user_id, kind=SecurityKind.RECOVERY_CODE_USED, facts=facts, at=at)
    return True


async def forget_recovery_codes(tx: WriteSession, *, user_id: UUID) -> None:
    """Forget the user's codes, used and unused."""
    await tx.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.user_id == user_id))


async def _new_codes(tx: WriteSession, *, user_id: UUID, at: datetime) -> list[str]:
    codes = new_recovery_codes()
    await forget_recovery_codes(tx, user_id=user_id)
    rows = [
        {
            "user_id": user_id,
            "code_sha256": recovery_code_hash(code, user_id=user_id),
            "created_at": at,
        }
        for code in codes
    ]
    await tx.execute(insert(RecoveryCodeRow), rows)
    await note(tx, user_id=user_id, kind=SecurityKind.RECOVERY_CODES_MADE, facts={}, at=at)
    return codes
