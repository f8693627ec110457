"""Paying to an account at another bank: the order, its gates, and its money held."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4  # noqa: TID251 - an UETR is a UUIDv4, by its standard

from tongbao.core.accounts import service as accounts
from tongbao.core.accounts.service import DepositAccount
from tongbao.core.channels.service import CounterpartyKind, Operation, Route
from tongbao.core.parties import service as parties
from tongbao.core.parties.service import Party
from tongbao.core.payments.domain import (
    Kind,
    NoRoute,
    PaymentId,
    PaymentOrder,
    Status,
    Transfer,
    check_amount,
    clean_bank_code,
    clean_creditor_name,
    clean_end_to_end_id,
    clean_remittance,
)
from tongbao.core.payments.domain.fees import FeeAboveAmount, FeeQuote
from tongbao.core.payments.domain.life import Why
from tongbao.core.payments.service.alone import count_alone
from tongbao.core.payments.service.authority import check_may_initiate, check_second_person
from tongbao.core.payments.service.fees import fee_of
from tongbao.core.payments.service.orders import booking, gates
from tongbao.core.payments.service.orders.driving import DRIVE_JOB
from tongbao.core.payments.service.orders.moving import create, move
from tongbao.infra import jobs
from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.risk.limits import service as limits


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCreditTransfer:
    """A payment to an account at another bank; without an `end_to_end_id` its own id serves."""

    debtor_account_id: UUID
    creditor_account_number: str
    creditor_name: str
    creditor_bank_code: str
    amount: Money
    remittance: str | None = None
    end_to_end_id: str | None = None


async def send(
    tx: WriteSession,
    new: NewCreditTransfer,
    *,
    initiated_by: Actor,
    at: datetime,
    step_up_token: str | None = None,
) -> Transfer:
    """Take an order to another bank in: reserved, and the worker sends it; or rejected, and why.

    A rejected order is stored and *returned* with its `refusal`. Raises, storing nothing, as
    `transfer` does, and `BankCodeMalformed`.
    """
    order, debtor = await draft(tx, new, initiated_by=initiated_by, at=at)
    await check_second_person(
        tx, debtor=debtor, amount=new.amount, maker=initiated_by, approver=None, at=at
    )
    order = await create(tx, order, by=initiated_by.id, at=at)
    sent = await pass_gates(
        tx, order, debtor=debtor, actor=initiated_by, step_up_token=step_up_token, at=at
    )
    if sent.refusal is None:
        await count_alone(
            tx, party_id=debtor.party_id, amount=order.amount, actor=initiated_by, at=at
        )
    return sent


async def draft(
    tx: WriteSession, new: NewCreditTransfer, *, initiated_by: Actor, at: datetime
) -> tuple[PaymentOrder, DepositAccount]:
    """Return a well-formed order of the initiator's, not stored, and the account that pays.

    Raises as `send` does for what is not theirs or not well formed.
    """
    debtor = await accounts.get(tx, new.debtor_account_id)
    check_may_initiate(debtor, initiated_by)
    check_amount(new.amount)
    payer = await parties.get(tx, debtor.party_id)
    payment_id = PaymentId(new_id())
    order = PaymentOrder(
        id=payment_id,
        kind=Kind.CREDIT_TRANSFER,
        status=Status.CREATED,
        reason=None,
        debtor_account_id=debtor.id,
        debtor_account_number=debtor.number,
        debtor_name=payer.name,
        creditor_account_id=None,
        creditor_account_number=new.creditor_account_number,
        creditor_name=clean_creditor_name(new.creditor_name),
        creditor_bank_code=clean_bank_code(new.creditor_bank_code),
        amount=new.amount,
        end_to_end_id=(
            payment_id.hex if new.end_to_end_id is None else clean_end_to_end_id(new.end_to_end_id)
        ),
        remittance=clean_remittance(new.remittance),
        transaction_id=None,
        initiated_by=initiated_by.id,
        initiated_at=at,
        uetr=uuid4(),
    )
    return order, debtor


async def pass_gates(
    tx: WriteSession,
    order: PaymentOrder,
    *,
    debtor: DepositAccount,
    actor: Actor,
    at: datetime,
    step_up_token: str | None = None,
    confirmed: bool = False,
    operation: Operation = Operation.PAY_OUT,
    counterparty: CounterpartyKind = CounterpartyKind.BANK_ACCOUNT,
) -> Transfer:
    """Lead a stored order of a customer's who pays through every gate to `reserved`.

    `actor` is whoever is there now: who pays, or who approved; `confirmed` in another way than by
    the payer's step-up. Raises `identity.StepUpRequired`.
    """
    payer = await parties.get(tx, debtor.party_id)
    refusal = await gates.refusal_of(
        tx, order, account=debtor, holder=payer, side=accounts.Side.PAYS, at=at
    )
    if refusal is not None:
        return await gates.reject(tx, order, refusal, at=at)
    order = await move(tx, order, Status.SCREENED, why=Why.SCREENED, at=at, by=actor.id)
    refusal = await gates.limited(tx, order, debtor=debtor, payer=payer, actor=actor, at=at)
    if refusal is not None:
        return await gates.reject(tx, order, refusal, at=at)
    if not confirmed:
        await gates.confirmed(tx, order, party_id=payer.id, token=step_up_token, actor=actor, at=at)
    route = await gates.routed(tx, order, operation=operation, kind=counterparty, at=at)
    if isinstance(route, NoRoute):
        await limits.release(tx, [order.id], at=at)
        return await gates.reject(tx, order, route, at=at)
    channel = route.channels[0]
    fee = await fee_of(tx, order, party_kind=payer.kind.value, channel=channel, at=at)
    return await reserve(tx, order, channel=channel, fee=fee, at=at)


async def collect(
    tx: WriteSession, order: PaymentOrder, route: Route | NoRoute, *, holder: Party, at: datetime
) -> Transfer:
    """Price and reserve a screened order that brings money in; one that costs all of it is none."""
    if isinstance(route, NoRoute):
        return await gates.reject(tx, order, route, at=at)
    channel = route.channels[0]
    fee = await fee_of(tx, order, party_kind=holder.kind.value, channel=channel, at=at)
    if fee.total >= order.amount:
        return await gates.reject(tx, order, FeeAboveAmount(fee=str(fee.total)), at=at)
    return await reserve(tx, order, channel=channel, fee=fee, at=at)


async def reserve(
    tx: WriteSession,
    order: PaymentOrder,
    *,
    channel: str | None,
    at: datetime,
    fee: FeeQuote | None = None,
) -> Transfer:
    """Hold a screened order's money and fee and wake the worker, or reject it for want of money.

    Without a channel nothing leaves the house, and nobody has to be woken.
    """
    pending_id, refusal = await booking.hold(tx, order, channel=channel, fee=fee, at=at)
    if refusal is not None:
        await limits.release(tx, [order.id], at=at)
        return await gates.reject(tx, order, refusal, at=at)
    order = await move(
        tx,
        order,
        Status.RESERVED,
        why=Why.MONEY_HELD,
        at=at,
        due_at=None if channel is None else at,
        channel=channel,
        pending_id=pending_id,
        fee_minor=0 if fee is None else fee.total.minor,
    )
    if channel is not None:
        await jobs.defer(tx, DRIVE_JOB, {}, queueing_lock=DRIVE_JOB)
    return gates.with_refusal(order, None)
