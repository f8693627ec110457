"""Authenticator apps (TOTP): setting one up, checking its codes, removing it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.identity.domain.security import SecurityKind
from tongbao.core.identity.domain.step_up import Action
from tongbao.core.identity.domain.totp import (
    TotpCodeWrong,
    TotpExists,
    TotpMissing,
    TotpSetUp,
    matching_step,
    new_secret,
    provisioning_uri,
)
from tongbao.core.identity.events import TotpRemoved, TotpWasSetUp
from tongbao.core.identity.models import TotpRow, UserRow
from tongbao.core.identity.service import step_up
from tongbao.core.identity.service.own_factors import factor_was_added, factor_was_removed
from tongbao.core.identity.service.queueing import queue_for
from tongbao.infra import crypto, outbox
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession

FIELD: Final = "identity_totp.sealed_secret"


async def set_up_totp(
    tx: WriteSession, *, actor: Actor, step_up_token: str | None, at: datetime
) -> TotpSetUp:
    """Make a secret for an authenticator app; it is in use once `confirm_totp` saw a first code.

    A secret that was never confirmed is replaced. As the first factor it needs no step-up right
    after the log-in (`step_up.spend_for_factor`). Raises `TotpExists`, and `StepUpRequired` for
    `identity.totp.set_up`.
    """
    if await has_totp(tx, actor.id):
        raise TotpExists
    action = Action("identity.totp.set_up", {})
    await step_up.spend_for_factor(tx, token=step_up_token, action=action, actor=actor, at=at)
    login = (await tx.execute(select(UserRow.login).where(UserRow.id == actor.id))).scalar_one()
    secret = new_secret()
    box = await crypto.box(tx, owner=actor.id)
    sealed = box.seal(secret, field=FIELD, row=actor.id)
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


async def confirm_totp(
    tx: WriteSession, *, user_id: UUID, code: str, at: datetime
) -> Sequence[str]:
    """Take the app into use by its first code; return recovery codes, shown this once.

    There are none for who has some from another factor. Raises `TotpMissing`, `TotpExists`,
    `TotpCodeWrong`.
    """
    await queue_for(tx, user_id)
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
    return await factor_was_added(tx, user_id=user_id, kind=SecurityKind.TOTP_SET_UP, at=at)


async def remove_totp(
    tx: WriteSession, *, actor: Actor, step_up_token: str | None, at: datetime
) -> None:
    """Forget the app, and the recovery codes if it was the last factor.

    Raises `TotpMissing`, and `StepUpRequired` for `identity.totp.remove`.
    """
    if not await has_totp(tx, actor.id):
        raise TotpMissing
    action = Action("identity.totp.remove", {})
    await step_up.spend(tx, token=step_up_token, action=action, actor=actor, at=at)
    await tx.execute(delete(TotpRow).where(TotpRow.user_id == actor.id))
    await factor_was_removed(tx, user_id=actor.id, kind=SecurityKind.TOTP_REMOVED, at=at)
    await outbox.append(tx, [TotpRemoved(user_id=actor.id)], at=at)


async def has_totp(tx: ReadSession, user_id: UUID) -> bool:
    """Tell whether the user has an authenticator app in use."""
    in_use = TotpRow.user_id == user_id, TotpRow.confirmed_at.is_not(None)
    return await tx.scalar(select(TotpRow.user_id).where(*in_use)) is not None


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


async def _locked(tx: WriteSession, user_id: UUID) -> TotpRow | None:
    return await tx.scalar(
        select(TotpRow)
        .where(TotpRow.user_id == user_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def _secret(tx: ReadSession, row: TotpRow) -> str:
    box = await crypto.box(tx, owner=row.user_id)
    return box.open(row.sealed_secret, field=FIELD, row=row.user_id)
