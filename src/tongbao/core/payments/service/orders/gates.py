"""What every order passes before its money is held, and how it is rejected."""

from datetime import datetime
from uuid import UUID

from tongbao.core.accounts import service as accounts
from tongbao.core.accounts.service import DepositAccount
from tongbao.core.channels import service as channels
from tongbao.core.channels.service import CounterpartyKind, Operation, Route
from tongbao.core.identity import service as identity
from tongbao.core.parties import service as parties
from tongbao.core.payments.domain import (
    AccountNotOpen,
    CurrencyNotAllowed,
    NoRoute,
    PartyBlocked,
    PaymentOrder,
    Status,
    Transfer,
    reason_of,
)
from tongbao.core.payments.domain.life import Why
from tongbao.core.payments.domain.payees import CoolingOff
from tongbao.core.payments.events import PaymentRejected
from tongbao.core.payments.service.limiting import use_of
from tongbao.core.payments.service.orders.moving import move
from tongbao.core.payments.service.payees import require_step_up
from tongbao.core.payments.service.screening import screened
from tongbao.infra import outbox
from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession
from tongbao.kernel.errors import TongbaoError
from tongbao.risk.limits import service as limits


async def refusal_of(
    tx: WriteSession,
    order: PaymentOrder,
    *,
    account: DepositAccount,
    holder: parties.Party,
    side: accounts.Side,
    at: datetime,
) -> TongbaoError | None:
    """Return the first rule that an order of a customer's breaks, limits aside."""
    if order.amount.currency != account.currency:
        return CurrencyNotAllowed(currency=order.amount.currency, account_currency=account.currency)
    (stop,) = await accounts.stops(tx, [(account.id, side)], at=at)
    if isinstance(stop, accounts.AccountDormant):
        return stop
    if stop is not None:
        return AccountNotOpen(account_number=account.number)
    if holder.status in (parties.Status.BLOCKED, parties.Status.CLOSED):
        return PartyBlocked()
    (found,) = await screened(tx, [order], at=at)
    return found


async def limited(
    tx: WriteSession,
    order: PaymentOrder,
    *,
    debtor: DepositAccount,
    payer: parties.Party,
    actor: Actor,
    at: datetime,
) -> TongbaoError | None:
    """Use limits for the order; return what refused it."""
    use = use_of(order, debtor=debtor, payer=payer, actor=actor)
    (reservation,) = await limits.reserve(tx, [use], at=at)
    return reservation.error


async def confirmed(
    tx: WriteSession,
    order: PaymentOrder,
    *,
    party_id: UUID,
    token: str | None,
    actor: Actor,
    at: datetime,
) -> None:
    """Spend the order's step-up; without it the limits are free again, for `tx` may go on."""
    try:
        await require_step_up(tx, order, party_id=party_id, token=token, actor=actor, at=at)
    except (identity.StepUpRequired, CoolingOff):
        await limits.release(tx, [order.id], at=at)
        raise


async def routed(
    tx: WriteSession,
    order: PaymentOrder,
    *,
    operation: Operation,
    kind: CounterpartyKind | None,
    at: datetime,
    only: str | None = None,
) -> Route | NoRoute:
    """Return where an order may go, `only` there if that is said, or that it may go nowhere now."""
    try:
        return await channels.route(
            tx, operation=operation, amount=order.amount, counterparty_kind=kind, at=at, only=only
        )
    except channels.NoChannel:
        return NoRoute()


async def reject(
    tx: WriteSession,
    order: PaymentOrder,
    refusal: TongbaoError,
    *,
    at: datetime,
    by: UUID | None = None,
) -> Transfer:
    """End an order that nothing is held for; return it with its refusal."""
    reason = reason_of(refusal)
    order = await move(tx, order, Status.REJECTED, why=Why.REFUSED, at=at, by=by, reason=reason)
    await tell_rejected(tx, order, at=at)
    return with_refusal(order, refusal)


async def tell_rejected(tx: WriteSession, order: PaymentOrder, *, at: datetime) -> None:
    """Tell that an order was rejected."""
    assert order.reason is not None
    rejected = PaymentRejected(
        payment_id=order.id,
        debtor_account_id=order.debtor_account_id,
        amount=order.amount,
        reason_code=order.reason.code,
        kind=order.kind.value,
        creditor_account_id=order.creditor_account_id,
    )
    await outbox.append(tx, [rejected], at=at)


def with_refusal(order: PaymentOrder, refusal: TongbaoError | None) -> Transfer:
    """Return an order as the answer to whoever initiated it."""
    fields = {name: getattr(order, name) for name in PaymentOrder.__dataclass_fields__}
    return Transfer(**fields, refusal=refusal)
