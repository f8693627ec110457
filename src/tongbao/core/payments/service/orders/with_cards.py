"""Topping up an account from a linked card, and withdrawing to one."""

from datetime import datetime
from uuid import UUID

from tongbao.core.accounts import service as accounts
from tongbao.core.accounts.service import DepositAccount
from tongbao.core.channels.service import CounterpartyKind, Operation
from tongbao.core.parties import service as parties
from tongbao.core.payments.domain import (
    Kind,
    PaymentId,
    PaymentOrder,
    Status,
    Transfer,
    check_amount,
)
from tongbao.core.payments.domain.cards import Card
from tongbao.core.payments.domain.life import Why
from tongbao.core.payments.service.alone import count_alone
from tongbao.core.payments.service.authority import check_may_initiate, check_second_person
from tongbao.core.payments.service.cards import verified_card
from tongbao.core.payments.service.orders import gates
from tongbao.core.payments.service.orders.moving import create, move
from tongbao.core.payments.service.orders.sending import collect, pass_gates
from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money


async def top_up(
    tx: WriteSession,
    *,
    creditor_account_id: UUID,
    card_id: UUID,
    amount: Money,
    initiated_by: Actor,
    at: datetime,
) -> Transfer:
    """Collect from the account holder's own verified card; the money is there when it is settled.

    Raises `accounts.UnknownAccount`, `auth.Forbidden`, `AmountNotPositive`, `UnknownCard`,
    `CardNotVerified`; a broken rule is returned as a rejected order.
    """
    account, card = await sides(tx, creditor_account_id, card_id, amount, initiated_by)
    holder = await parties.get(tx, account.party_id)
    order = _order(Kind.TOP_UP, account, card, amount, holder.name, initiated_by, at)
    order = await create(tx, order, by=initiated_by.id, at=at)
    refusal = await gates.refusal_of(
        tx, order, account=account, holder=holder, side=accounts.Side.RECEIVES, at=at
    )
    if refusal is not None:
        return await gates.reject(tx, order, refusal, at=at)
    order = await move(tx, order, Status.SCREENED, why=Why.SCREENED, at=at, by=initiated_by.id)
    route = await gates.routed(
        tx, order, operation=Operation.COLLECT, kind=CounterpartyKind.CARD, at=at
    )
    return await collect(tx, order, route, holder=holder, at=at)


async def withdraw(
    tx: WriteSession,
    *,
    debtor_account_id: UUID,
    card_id: UUID,
    amount: Money,
    initiated_by: Actor,
    approved_by: Actor | None = None,
    at: datetime,
    step_up_token: str | None = None,
) -> Transfer:
    """Pay out to the account holder's own verified card; the first time and large ones confirmed.

    Raises as `top_up` does, `ApprovalNeeded`, `NotWithinBand`, and `identity.StepUpRequired`.
    """
    account, card = await sides(tx, debtor_account_id, card_id, amount, initiated_by)
    await check_second_person(
        tx, debtor=account, amount=amount, maker=initiated_by, approver=approved_by, at=at
    )
    holder = await parties.get(tx, account.party_id)
    order = _order(Kind.WITHDRAWAL, account, card, amount, holder.name, initiated_by, at)
    order = await create(tx, order, by=initiated_by.id, at=at)
    sent = await pass_gates(
        tx,
        order,
        debtor=account,
        actor=approved_by or initiated_by,
        step_up_token=step_up_token,
        confirmed=approved_by is not None,
        counterparty=CounterpartyKind.CARD,
        at=at,
    )
    if sent.refusal is None and approved_by is None:
        await count_alone(tx, party_id=account.party_id, amount=amount, actor=initiated_by, at=at)
    return sent


async def sides(
    tx: WriteSession, account_id: UUID, card_id: UUID, amount: Money, actor: Actor
) -> tuple[DepositAccount, Card]:
    """Return an own account and its holder's verified card. Raises as `top_up` does."""
    account = await accounts.get(tx, account_id)
    check_may_initiate(account, actor)
    check_amount(amount)
    return account, await verified_card(tx, card_id, party_id=account.party_id, actor=actor)


def _order(
    kind: Kind,
    account: DepositAccount,
    card: Card,
    amount: Money,
    name: str,
    actor: Actor,
    at: datetime,
) -> PaymentOrder:
    incoming = kind is Kind.TOP_UP
    payment_id = PaymentId(new_id())
    return PaymentOrder(
        id=payment_id,
        kind=kind,
        status=Status.CREATED,
        reason=None,
        debtor_account_id=None if incoming else account.id,
        debtor_account_number=card.shown if incoming else account.number,
        debtor_name=card.holder_name if incoming else name,
        creditor_account_id=account.id if incoming else None,
        creditor_account_number=account.number if incoming else card.shown,
        creditor_name=name if incoming else card.holder_name,
        amount=amount,
        end_to_end_id=payment_id.hex,
        remittance=None,
        transaction_id=None,
        initiated_by=actor.id,
        initiated_at=at,
        card_id=card.id,
    )
