"""Payees that a party has confirmed, and the step-up of transfers."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.accounts import service as accounts
from tongbao.core.identity import service as identity
from tongbao.core.parties import service as parties
from tongbao.core.payments.domain import PaymentOrder
from tongbao.core.payments.domain.payees import CoolingOff, check_cooled, cooled_amount
from tongbao.core.payments.domain.step_up import action_to_confirm, payee_key
from tongbao.core.payments.models import PayeeRow
from tongbao.core.payments.service.knowing import Item
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.money import Money

Payee = tuple[UUID, str]
"""A party and the number of an account that it pays."""


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

    Raises `CoolingOff`, unless the payee's account or card is the party's own;
    `identity.StepUpRequired`.
    """
    number = payee_key(order)
    known = await confirmed_at(tx, party_id=party_id, account_number=number) is not None
    if order.card_id is None:
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


async def require_step_ups(tx: WriteSession, items: Sequence[Item], *, at: datetime) -> None:
    """Spend the step-up of each order that needs one; its payee is known from then on.

    What is too large for a new payee has the fault `CoolingOff`; what has no step-up that is good,
    `identity.StepUpRequired`.
    """
    confirmed_now: set[Payee] = set()
    for item in items:
        if item.confirmed_at is None and confirmed_now and _payee(item) in confirmed_now:
            item.confirmed_at = at
        try:
            _check_cooled(item, at=at)
            action = _action(item)
            if action is None:
                continue
            await identity.spend_step_up(
                tx, token=item.new.step_up_token, action=action, actor=item.maker, at=at
            )
        except (CoolingOff, identity.StepUpRequired) as error:
            item.fault = error
            continue
        if item.confirmed_at is None:
            payee = _payee(item)
            confirmed_now.add(payee)
            await confirm_payee(
                tx, party_id=payee[0], account_number=payee[1], confirmed_by=item.maker.id, at=at
            )


def asks_nothing(items: Sequence[Item], *, at: datetime) -> bool:
    """Tell whether `require_step_ups` would let all pass and spend nothing."""
    try:
        for item in items:
            _check_cooled(item, at=at)
            if _action(item) is not None:
                return False
    except CoolingOff:
        return False
    return True


def _payee(item: Item) -> Payee:
    _, payer, _, order = item.sides
    return payer.id, order.creditor_account_number


def _check_cooled(item: Item, *, at: datetime) -> None:
    _, payer, creditor, order = item.sides
    if creditor.party_id != payer.id:
        check_cooled(order.amount, confirmed_at=item.confirmed_at, at=at)


def _action(item: Item) -> identity.Action | None:
    """Return what the payer has to confirm of an order, if anything."""
    _, payer, _, order = item.sides
    return action_to_confirm(
        order, level=int(payer.level), payee_is_known=item.confirmed_at is not None
    )


async def _is_own(tx: ReadSession, account_number: str, currency: str, *, party_id: UUID) -> bool:
    try:
        payee = await accounts.by_number(tx, account_number, currency=currency)
    except accounts.UnknownAccount:
        return False
    return payee.party_id == party_id
