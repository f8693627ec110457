"""Payees that a party has confirmed, and the step-up of transfers."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from tongbao.core.identity import service as identity
from tongbao.core.payments.domain.step_up import action_to_confirm
from tongbao.core.payments.models import PayeeRow
from tongbao.core.payments.service.judging import Item
from tongbao.infra.arrays import Kind, array
from tongbao.infra.db import ReadSession, WriteSession

_UNKNOWN: Final = (
    "SELECT w.party_id, w.number FROM unnest(%s::uuid[], %s::text[]) AS w(party_id, number)"
    " CROSS JOIN LATERAL (SELECT count(*) FROM payments_payee p"
    " WHERE p.party_id = w.party_id AND p.account_number = w.number) AS known"
    " WHERE known.count = 0"
)


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
