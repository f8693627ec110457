"""Payees that a party has confirmed, and the step-up of transfers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.identity import service as identity
from tongbao.core.parties import service as parties
from tongbao.core.payments.domain import PaymentOrder
from tongbao.core.payments.domain.step_up import action_to_confirm, payee_key
from tongbao.core.payments.models import PayeeRow
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession


async def is_known_payee(tx: ReadSession, *, party_id: UUID, account_number: str) -> bool:
    """Tell whether the party has confirmed that it pays this account."""
    known = PayeeRow.party_id == party_id, PayeeRow.account_number == account_number
    return await tx.scalar(select(PayeeRow.party_id).where(*known)) is not None


async def confirm_payee(
    tx: WriteSession, *, party_id: UUID, account_number: str, confirmed_by: UUID, at: datetime
) -> None:
    """Remember that somebody who acts for the party has confirmed this account."""
    await tx.execute(
        insert(PayeeRow)
        .values(
            party_id=party_id,
            account_number=account_number,
            confirmed_by=confirmed_by,
            confirmed_at=at,
        )
        .on_conflict_do_nothing()
    )


async def require_step_up(
    tx: WriteSession,
    order: PaymentOrder,
    *,
    party_id: UUID,
    token: str | None,
    actor: Actor,
    at: datetime,
) -> None:
    """Spend the step-up that the order needs, if it needs one; its payee is known from then on.

    Raises `identity.StepUpRequired`.
    """
    payee = payee_key(order)
    known = await is_known_payee(tx, party_id=party_id, account_number=payee)
    level = await parties.level(tx, party_id)
    action = action_to_confirm(order, level=level, payee_is_known=known)
    if action is None:
        return
    await identity.spend_step_up(tx, token=token, action=action, actor=actor, at=at)
    if not known:
        await confirm_payee(
            tx,
            party_id=party_id,
            account_number=payee,
            confirmed_by=actor.id,
            at=at,
        )
