"""Limits of payments: what a payment uses of them, what is left, and what customers set."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from tongbao.core.accounts import service as accounts
from tongbao.core.accounts.service import DepositAccount
from tongbao.core.identity import service as identity
from tongbao.core.parties import service as parties
from tongbao.core.payments.domain import PaymentOrder, check_amount
from tongbao.core.payments.domain.limits import loosening, raising
from tongbao.core.payments.service.authority import check_may_initiate
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.risk.limits import service as limits
from tongbao.risk.limits.service import Headroom, Use, Whose

TRANSFER: Final = "payments.transfer"
SET_LIMITS: Final = "payments:set_limits"
PORTAL: Final = "portal"
API: Final = "api"


def use_of(
    order: PaymentOrder,
    *,
    debtor: DepositAccount | accounts.Known,
    payer: parties.Party | parties.Known,
    actor: Actor,
    operation: str = TRANSFER,
) -> Use:
    """Return what an order uses of limits; `actor` is whoever is there now: payer or approver."""
    return _use(
        order.id,
        order.amount,
        order.creditor_account_number if order.card_id is None else f"card-{order.card_id}",
        debtor=debtor,
        payer=payer,
        actor=actor,
        operation=operation,
    )


async def headroom(
    tx: ReadSession,
    *,
    debtor_account_id: UUID,
    amount: Money,
    creditor_account_number: str | None,
    actor: Actor,
    at: datetime,
) -> list[Headroom]:
    """Return what is left of every limit that an intended payment would meet; takes nothing.

    Raises `accounts.UnknownAccount`, `auth.Forbidden` and `AmountNotPositive`, as paying would.
    """
    debtor = await accounts.get(tx, debtor_account_id)
    check_may_initiate(debtor, actor)
    check_amount(amount)
    payer = await parties.get(tx, debtor.party_id)
    use = _use(new_id(), amount, creditor_account_number, debtor=debtor, payer=payer, actor=actor)
    return await limits.headroom(tx, use, at=at)


async def own_limits(tx: ReadSession, *, party_id: UUID, at: datetime) -> list[Headroom]:
    """Return the limits of a party. Raises `parties.UnknownParty`."""
    return await limits.own(tx, await _whose(tx, party_id), at=at)


async def set_own_limit(
    tx: WriteSession,
    *,
    party_id: UUID,
    tally: str,
    period: str,
    maximum: int | Money | None,
    token: str | None,
    actor: Actor,
    at: datetime,
) -> Headroom:
    """Set a lower maximum of a party's own, or take it back (None); it holds at once.

    Less than before is nobody's risk; whoever wants more than before confirms it by a step-up.
    `maximum` is money, or a number where the limit counts payments. Raises `parties.UnknownParty`,
    `auth.Forbidden`, `limits.UnknownRule`, `limits.NotLower`, `identity.StepUpRequired`.
    """
    _check_may_set(actor, party_id)
    whose = await _whose(tx, party_id)
    room = await limits.own_limit(tx, whose, tally=tally, period=period, at=at)
    value = None if maximum is None else _value(room, maximum)
    if room.loosened_by(value):
        action = loosening(room, party_id=party_id, maximum=value)
        await identity.spend_step_up(tx, token=token, action=action, actor=actor, at=at)
    await limits.lower(tx, room, party_id=party_id, maximum=value, set_by=actor.id, at=at)
    return await limits.own_limit(tx, whose, tally=tally, period=period, at=at)


async def raise_limit(
    tx: WriteSession,
    *,
    party_id: UUID,
    tally: str,
    period: str,
    maximum: int | Money,
    hours: int,
    token: str | None,
    actor: Actor,
    at: datetime,
) -> Headroom:
    """Raise a limit of a party for some hours, once exactly this was confirmed by a step-up.

    Raises as `set_own_limit` does, and `limits.RaiseRefused`.
    """
    _check_may_set(actor, party_id)
    whose = await _whose(tx, party_id)
    room = await limits.own_limit(tx, whose, tally=tally, period=period, at=at)
    value = _value(room, maximum)
    until = at + timedelta(hours=hours)
    await limits.raise_for_a_time(
        tx, room, party_id=party_id, maximum=value, until=until, set_by=actor.id, at=at
    )
    action = raising(room, party_id=party_id, maximum=value, hours=hours)
    await identity.spend_step_up(tx, token=token, action=action, actor=actor, at=at)
    return await limits.own_limit(tx, whose, tally=tally, period=period, at=at)


async def end_raise(
    tx: WriteSession, *, party_id: UUID, tally: str, period: str, actor: Actor, at: datetime
) -> None:
    """End a raise before its time; harmless where there is none. Raises as `set_own_limit` does."""
    _check_may_set(actor, party_id)
    room = await limits.own_limit(tx, await _whose(tx, party_id), tally=tally, period=period, at=at)
    await limits.end_raise(tx, room, party_id=party_id, at=at)


def _use(
    use_id: UUID,
    amount: Money,
    creditor_account_number: str | None,
    *,
    debtor: DepositAccount | accounts.Known,
    payer: parties.Party | parties.Known,
    actor: Actor,
    operation: str = TRANSFER,
) -> Use:
    return Use(
        id=use_id,
        party_id=payer.id,
        party_kind=payer.kind.value,
        level=int(payer.level),
        operation=operation,
        amount=amount,
        product=debtor.product.value,
        channel=API if actor.device_id is None else PORTAL,
        device=None if actor.device_id is None else str(actor.device_id),
        counterparty=creditor_account_number,
    )


async def _whose(tx: ReadSession, party_id: UUID) -> Whose:
    party = await parties.get(tx, party_id)
    return Whose(party.id, party.kind.value, int(party.level))


def _check_may_set(actor: Actor, party_id: UUID) -> None:
    actor.check(SET_LIMITS, party_id=party_id, unknown=parties.UnknownParty(party_id=party_id))


def _value(room: Headroom, maximum: int | Money) -> int:
    """Return a maximum in the units of the limit. Raises `limits.MeasureWrong`."""
    if isinstance(maximum, Money) and maximum.currency == room.rule.currency:
        return maximum.minor
    if isinstance(maximum, int) and room.rule.currency is None:
        return maximum
    raise limits.MeasureWrong(measure=room.rule.currency or room.rule.measure.value)
