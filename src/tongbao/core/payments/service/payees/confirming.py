"""Payees that a party has confirmed, and the step-up of transfers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.accounts import service as accounts
from tongbao.core.identity import service as identity
from tongbao.core.parties import service as parties
from tongbao.core.payments.domain import PaymentOrder
from tongbao.core.payments.domain.payees import check_cooled, cooled_amount
from tongbao.core.payments.domain.step_up import action_to_confirm
from tongbao.core.payments.models import PayeeRow
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.money import Money


async def confirmed_at(tx: ReadSession, *, party_id: UUID, account_number: str) -> datetime | None:
    """Return since when the party has confirmed that it pays this account, if it has."""
    known = PayeeRow.party_id == party_id, PayeeRow.account_number == account_number
    return await tx.scalar(select(PayeeRow.confirmed_at).where(*known))


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


async def forget_payee(tx: WriteSession, *, party_id: UUID, account_number: str) -> None:
    """Let an account be a new payee again; harmless where it is."""
    await tx.execute(
        delete(PayeeRow).where(
            PayeeRow.party_id == party_id, PayeeRow.account_number == account_number
        )
    )


async def check_cooling_off(
    tx: ReadSession, *, party_id: UUID, account_number: str, amount: Money, at: datetime
) -> None:
    """Raise `CoolingOff` if a payment of so much to an account would have to wait at a moment."""
    if amount < cooled_amount(amount.currency) or await _is_own(
        tx, account_number, amount.currency, party_id=party_id
    ):
        return
    since = await confirmed_at(tx, party_id=party_id, account_number=account_number)
    check_cooled(amount, confirmed_at=since, at=at)


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

    Raises `CoolingOff`, unless the payee's account is the party's own; `identity.StepUpRequired`.
    """
    number = order.creditor_account_number
    since = await confirmed_at(tx, party_id=party_id, account_number=number)
    known = since is not None
    await check_cooling_off(
        tx, party_id=party_id, account_number=number, amount=order.amount, at=at
    )
    level = await parties.level(tx, party_id)
    action = action_to_confirm(order, level=level, payee_is_known=known)
    if action is None:
        return
    await identity.spend_step_up(tx, token=token, action=action, actor=actor, at=at)
    if not known:
        await confirm_payee(
            tx,
            party_id=party_id,
            account_number=number,
            confirmed_by=actor.id,
            at=at,
        )


async def _is_own(tx: ReadSession, account_number: str, currency: str, *, party_id: UUID) -> bool:
    try:
        payee = await accounts.by_number(tx, account_number, currency=currency)
    except accounts.UnknownAccount:
        return False
    return payee.party_id == party_id
