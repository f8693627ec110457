"""Authenticator apps (TOTP): setting one up, checking its codes, recovery codes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.identity.domain.step_up import Action
from tongbao.core.identity.domain.totp import (
    TotpCodeWrong,
    TotpExists,
    TotpMissing,
    TotpSetUp,
    matching_step,
    new_recovery_codes,
    new_secret,
    provisioning_uri,
    recovery_code_hash,
)
from tongbao.core.identity.events import RecoveryCodeUsed, TotpRemoved, TotpWasSetUp
from tongbao.core.identity.models import RecoveryCodeRow, TotpRow, UserRow
from tongbao.core.identity.service import step_up
from tongbao.infra import crypto, outbox
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession

SECRET: Final = "identity_totp.sealed_secret"

async def set_up_totp(
    tx: WriteSession, *, actor: Actor, step_up_token: str | None, at: datetime
) -> TotpSetUp:
    """Make a secret for an authenticator app; it is in use once `confirm_totp` saw a first code.

    A secret that was never confirmed is replaced. Raises `TotpExists`, and `StepUpRequired` for
    `identity.totp.set_up`.
    """
    if await has_totp(tx, actor.id):
        raise TotpExists
    action = Action("identity.totp.set_up", {})
    await step_up.spend(tx, token=step_up_token, action=action, actor=actor, at=at)
    login = (await tx.execute(select(UserRow.login).where(UserRow.id == actor.id))).scalar_one()
    secret = new_secret()
    box = await crypto.box(tx, owner=actor.id)
    sealed = box.seal(secret, field=SECRET, row=actor.id)
    draft = insert(TotpRow).values(user_id=actor.id, sealed_secret=sealed, created_at=at)
    stored = await tx.scalar(
        draft.on_conflict_do_update(
            index_elements=["user_id"],
            set_={"sealed_secret": sealed, "created_at": at},
            where=TotpRow.confirmed_at.is_(None),
        ).returning(TotpRow.user_id)
    )
    if stored is None:  # confirmed by somebody else meanwhile
        raise TotpExists
    return TotpSetUp(secret=secret, uri=provisioning_uri(secret, login=login))


async def confirm_totp(tx: WriteSession, *, user_id: UUID, code: str, at: datetime) -> list[str]:
    """Take the app into use by its first code; return the recovery codes, shown this once.

    Raises `TotpMissing`, `TotpExists`, `TotpCodeWrong`.
    """
    row = await _locked(tx, user_id)
    if row is None:
        raise TotpMissing
    if row.confirmed_at is not None:
        raise TotpExists
    step = matching_step(await _secret(tx, row), code, at=at, after_step=None)
    if step is None:
        raise TotpCodeWrong
    await tx.execute(
        update(TotpRow)
        .where(TotpRow.user_id == user_id)
        .values(confirmed_at=at, last_step=step)
        .execution_options(synchronize_session=False)
    )
    await outbox.append(tx, [TotpWasSetUp(user_id=user_id)], at=at)
    return await _new_codes(tx, user_id=user_id, at=at)


async def replace_recovery_codes(
    tx: WriteSession, *, actor: Actor, step_up_token: str | None, at: datetime
) -> list[str]:
    """Return new recovery codes, shown this once; the old ones are worth nothing any more.

    Raises `TotpMissing`, and `StepUpRequired` for `identity.recovery_codes.replace`.
    """
    if not await has_totp(tx, actor.id):
        raise TotpMissing
    action = Action("identity.recovery_codes.replace", {})
    await step_up.spend(tx, token=step_up_token, action=action, actor=actor, at=at)
    return await _new_codes(tx, user_id=actor.id, at=at)


async def remove_totp(
    tx: WriteSession, *, actor: Actor, step_up_token: str | None, at: datetime
) -> None:
    """Forget the app and its recovery codes.

    Raises `TotpMissing`, and `StepUpRequired` for `identity.totp.remove`.
    """
    if not await has_totp(tx, actor.id):
        raise TotpMissing
    action = Action("identity.totp.remove", {})
    await step_up.spend(tx, token=step_up_token, action=action, actor=actor, at=at)
    await tx.execute(delete(TotpRow).where(TotpRow.user_id == actor.id))
    await tx.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.user_id == actor.id))
    await outbox.append(tx, [TotpRemoved(user_id=actor.id)], at=at)


async def has_totp(tx: ReadSession, user_id: UUID) -> bool:
    """Tell whether the user has an authenticator app in use."""
    in_use = TotpRow.user_id == user_id, TotpRow.confirmed_at.is_not(None)
    return await tx.scalar(select(TotpRow.user_id).where(*in_use)) is not None


async def recovery_codes_left(tx: ReadSession, user_id: UUID) -> int:
    """Return how many recovery codes have not been used."""
    unused = RecoveryCodeRow.user_id == user_id, RecoveryCodeRow.used_at.is_(None)
    return await tx.scalar(select(func.count()).select_from(RecoveryCodeRow).where(*unused)) or 0


async def use_totp_code(tx: WriteSession, *, user_id: UUID, code: str, at: datetime) -> bool:
    """Tell whether `code` is right, and use it up: it and all older ones are refused from now on.

    The row is locked, so of two requests with one code only the first succeeds.
    """
    row = await _locked(tx, user_id)
    if row is None or row.confirmed_at is None:
        return False
    step = matching_step(await _secret(tx, row), code, at=at, after_step=row.last_step)
    if step is None:
        return False
    await tx.execute(
        update(TotpRow)
        .where(TotpRow.user_id == user_id)
        .values(last_step=step)
        .execution_options(synchronize_session=False)
    )
    return True


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
    return True


class TotpFactor:
    """A code of an authenticator app beside a password."""

    name = "totp"

    async def available(self, tx: ReadSession, user_id: UUID, /) -> bool:
        """Tell whether the user has an app in use."""
        return await has_totp(tx, user_id)

    async def challenge(
        self, _tx: WriteSession, _user_id: UUID, _at: datetime, /
    ) -> Mapping[str, Any]:
        """Return nothing: the app needs to be told nothing."""
        return {}

    async def verify(
        self,
        tx: WriteSession,
        user_id: UUID,
        proof: Mapping[str, Any],
        _challenge: Mapping[str, Any],
        at: datetime,
        /,
    ) -> bool:
        """Tell whether `proof["code"]` is right, for the first time."""
        code = proof.get("code")
        return isinstance(code, str) and await use_totp_code(tx, user_id=user_id, code=code, at=at)


class RecoveryCodeFactor:
    """A recovery code in place of the app's."""

    name = "recovery_code"

    async def available(self, tx: ReadSession, user_id: UUID, /) -> bool:
        """Tell whether the user has one left."""
        return await recovery_codes_left(tx, user_id) > 0

    async def challenge(
        self, _tx: WriteSession, _user_id: UUID, _at: datetime, /
    ) -> Mapping[str, Any]:
        """Return nothing."""
        return {}

    async def verify(
        self,
        tx: WriteSession,
        user_id: UUID,
        proof: Mapping[str, Any],
        _challenge: Mapping[str, Any],
        at: datetime,
        /,
    ) -> bool:
        """Tell whether `proof["code"]` is one that was not used before."""
        code = proof.get("code")
        return isinstance(code, str) and await use_recovery_code(
            tx, user_id=user_id, code=code, at=at
        )


async def _locked(tx: WriteSession, user_id: UUID) -> TotpRow | None:
    return await tx.scalar(
        select(TotpRow)
        .where(TotpRow.user_id == user_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def _new_codes(tx: WriteSession, *, user_id: UUID, at: datetime) -> list[str]:
    codes = new_recovery_codes()
    await tx.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.user_id == user_id))
    rows = [
        {
            "user_id": user_id,
            "code_sha256": recovery_code_hash(code, user_id=user_id),
            "created_at": at,
        }
        for code in codes
    ]
    await tx.execute(insert(RecoveryCodeRow), rows)
    return codes


async def _secret(tx: ReadSession, row: TotpRow) -> str:
    box = await crypto.box(tx, owner=row.user_id)
    return box.open(row.sealed_secret, field=SECRET, row=row.user_id)
