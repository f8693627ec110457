"""The payment password: setting it, checking it, and the pauses after wrong ones."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import null, select, update
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.identity.domain import normal_password
from tongbao.core.identity.domain.payment_passwords import (
    PaymentPasswordWeak,
    clean_payment_password,
    pause_after,
)
from tongbao.core.identity.domain.security import SecurityKind
from tongbao.core.identity.domain.step_up import Action, StepUpRefused
from tongbao.core.identity.events import PaymentPasswordChanged, PaymentPasswordLocked
from tongbao.core.identity.models import PaymentPasswordRow, UserRow
from tongbao.core.identity.service import step_up
from tongbao.core.identity.service.contacts import contacts_of
from tongbao.core.identity.service.security import note
from tongbao.infra import outbox
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.infra.passwords import hash_password, verify_password


async def has_payment_password(tx: ReadSession, user_id: UUID) -> bool:
    """Tell whether the user has one."""
    found = select(PaymentPasswordRow.user_id).where(PaymentPasswordRow.user_id == user_id)
    return await tx.scalar(found) is not None


async def set_payment_password(
    tx: WriteSession,
    *,
    actor: Actor,
    payment_password: str,
    login_password: str,
    step_up_token: str | None,
    at: datetime,
) -> PaymentPasswordWeak | StepUpRefused | None:
    """Set or change it; a lock ends with it.

    The log-in password is asked for because only it can tell whether the six digits are part of
    it: what is stored of it is a hash. A new log-in password is not compared with the payment
    password later: whoever may try log-in passwords could search for the six digits so.

    `PaymentPasswordWeak` for six digits that are part of it and `StepUpRefused` for a wrong one
    are *returned*: the caller commits, so that each guess costs a step-up. Raises
    `StepUpRequired`, and `PaymentPasswordWeak` for what is weak in itself.
    """
    user = (await tx.execute(select(UserRow).where(UserRow.id == actor.id))).scalar_one()
    contacts = await contacts_of(tx, user_id=actor.id)
    names = [user.login, *(each.contact.address for each in contacts)]
    clean = clean_payment_password(payment_password, names=names)
    action = Action("identity.payment_password.set", {})
    await step_up.spend(tx, token=step_up_token, action=action, actor=actor, at=at)
    secret = normal_password(login_password)
    if secret is None or not await verify_password(secret, user.password_hash):
        return StepUpRefused()
    if clean in secret:
        return PaymentPasswordWeak()
    values = {
        "password_hash": await hash_password(clean),
        "failures": 0,
        "locked_until": null(),
        "changed_at": at,
    }
    await tx.execute(
        insert(PaymentPasswordRow)
        .values(user_id=actor.id, **values)
        .on_conflict_do_update(index_elements=["user_id"], set_=values)
    )
    await outbox.append(tx, [PaymentPasswordChanged(user_id=actor.id)], at=at)
    kind = SecurityKind.PAYMENT_PASSWORD_CHANGED
    await note(tx, user_id=actor.id, kind=kind, facts={}, at=at)
    return None


async def check_payment_password(
    tx: WriteSession, *, user_id: UUID, payment_password: str, at: datetime
) -> bool:
    """Tell whether it is right; a wrong one counts, so the caller commits either way.

    While locked nothing is right and nothing counts. The row is locked: parallel guesses queue.
    """
    row = await tx.scalar(
        select(PaymentPasswordRow)
        .where(PaymentPasswordRow.user_id == user_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None or (row.locked_until is not None and row.locked_until > at):
        return False
    right = await verify_password(payment_password, row.password_hash)
    failures = 0 if right else row.failures + 1
    pause = pause_after(failures)
    locked_until = None if pause is None else at + pause
    await tx.execute(
        update(PaymentPasswordRow)
        .where(PaymentPasswordRow.user_id == user_id)
        .values(failures=failures, locked_until=locked_until)
        .execution_options(synchronize_session=False)
    )
    if locked_until is not None:
        told = PaymentPasswordLocked(user_id=user_id, locked_until=locked_until)
        await outbox.append(tx, [told], at=at)
        kind = SecurityKind.PAYMENT_PASSWORD_LOCKED
        await note(tx, user_id=user_id, kind=kind, facts={}, at=at)
    return right
