"""Payees that a party has confirmed, and the step-up of transfers."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.identity import service as identity
from tongbao.core.parties import service as parties
from tongbao.core.payments.domain import PaymentOrder
from tongbao.core.payments.domain.step_up import action_to_confirm, payee_key
from tongbao.core.payments.models import PayeeRow
from tongbao.core.payments.service.judging import Item
from tongbao.infra.arrays import Kind, array
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession

_UNKNOWN: Final = (
    "SELECT w.party_id, w.number FROM unnest(%s::uuid[], %s::text[]) AS w(party_id, number)"
    " CROSS JOIN LATERAL (SELECT count(*) FROM payments_payee p"
    " WHERE p.party_id = w.party_id AND p.account_number = w.number) AS known"
    " WHERE known.count = 0"
)


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


async def require_step_ups(tx: WriteSession, items: Sequence[Item], *, at: datetime) -> None:
    """Spend the step-up of each order that needs one; its payee is known from then on.

    What has none that is good has the fault `identity.StepUpRequired`.
    """
    asked = {(item.sides[1].id, item.new.creditor_account_number) for item in items}
    unknown = await _unknown_payees(tx, asked)
    for item in items:
        _, payer, _, order = item.sides
        payee = (payer.id, order.creditor_account_number)
        action = action_to_confirm(
            order, level=int(payer.level), payee_is_known=payee not in unknown
        )
        if action is None:
            continue
        try:
            await identity.spend_step_up(
                tx, token=item.new.step_up_token, action=action, actor=item.maker, at=at
            )
        except identity.StepUpRequired as error:
            item.fault = error
            continue
        if payee in unknown:
            unknown.discard(payee)
            await confirm_payee(
                tx,
                party_id=payer.id,
                account_number=order.creditor_account_number,
                confirmed_by=item.maker.id,
                at=at,
            )


async def _unknown_payees(
    tx: ReadSession, payees: Collection[tuple[UUID, str]]
) -> set[tuple[UUID, str]]:
    """Return which of some accounts their parties have not confirmed: few, as a rule."""
    asked = list(payees)
    found = await tx.fetch(
        _UNKNOWN,
        (
            array(Kind.UUID, [party_id.bytes for party_id, _ in asked]),
            array(Kind.TEXT, [number.encode() for _, number in asked]),
        ),
    )
    return {(party_id, number) for party_id, number in found}
