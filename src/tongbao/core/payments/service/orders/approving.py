"""Orders to other banks that wait for a second person of the firm."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select, update

from tongbao.core.accounts import service as accounts
from tongbao.core.identity import service as identity
from tongbao.core.payments.domain import PaymentId, Status
from tongbao.core.payments.domain.life import Why
from tongbao.core.payments.domain.step_up import approval_to_confirm
from tongbao.core.payments.models import PaymentOrderRow
from tongbao.core.payments.service.alone import alone
from tongbao.core.payments.service.authority import APPROVE, INITIATE, check_second_person
from tongbao.core.payments.service.orders.moving import create, lock, move
from tongbao.core.payments.service.orders.sending import NewCreditTransfer, draft, pass_gates
from tongbao.core.payments.service.reading import order_of
from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession
from tongbao.infra.proposals import Action, Approved, Proposal, propose
from tongbao.kernel.money_schema import MoneyField
from tongbao.kernel.text import Text


class ProposedCreditTransfer(BaseModel):
    """A payment to another bank that waits, as its order says it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    payment_id: UUID
    debtor_account_number: str
    creditor_account_number: Annotated[str, Field(max_length=34)]
    creditor_name: str
    creditor_bank_code: str
    amount: MoneyField
    remittance: str | None
    end_to_end_id: str


CREDIT_TRANSFER: Final = Action(
    name="payments.credit_transfer",
    title=Text(zh="跨行付款", en="Payment to another bank"),
    payload=ProposedCreditTransfer,
    propose=INITIATE,
    approve=APPROVE,
)


async def ask_approval(
    tx: WriteSession, new: NewCreditTransfer, *, initiated_by: Actor, at: datetime
) -> Proposal | None:
    """Store an order that its maker may not pay alone, and ask for a second person.

    None where they may; that stays true until the transaction ends. Raises as `send` does for what
    is not well formed.
    """
    order, debtor = await draft(tx, new, initiated_by=initiated_by, at=at)
    able = await alone(
        tx,
        party_id=debtor.party_id,
        currency=order.amount.currency,
        actor=initiated_by,
        at=at,
    )
    if able.covers(order.amount):
        return None
    order = await create(tx, order, by=initiated_by.id, at=at)
    assert order.creditor_bank_code is not None
    wanted = ProposedCreditTransfer(
        payment_id=order.id,
        debtor_account_number=order.debtor_account_number,
        creditor_account_number=order.creditor_account_number,
        creditor_name=order.creditor_name,
        creditor_bank_code=order.creditor_bank_code,
        amount=order.amount,
        remittance=order.remittance,
        end_to_end_id=order.end_to_end_id,
    )
    proposal = await propose(
        tx,
        action=CREDIT_TRANSFER,
        payload=wanted,
        maker=initiated_by,
        party_id=debtor.party_id,
        at=at,
    )
    why = Why.APPROVAL_NEEDED
    await move(tx, order, Status.AWAITING_APPROVAL, why=why, at=at, by=initiated_by.id)
    await tx.execute(
        update(PaymentOrderRow)
        .where(PaymentOrderRow.id == order.id)
        .values(approval_id=proposal.id)
        .execution_options(synchronize_session=False)
    )
    return proposal


@CREDIT_TRANSFER.executes
async def _send(
    tx: WriteSession, wanted: ProposedCreditTransfer, by: Approved, at: datetime
) -> str:
    """Send now, once the approver has confirmed exactly this.

    A rule that rejects the order undoes the approval: the proposal stays open, the token good.
    """
    order = order_of(await lock(tx, wanted.payment_id))
    assert order.status is Status.AWAITING_APPROVAL, "a proposal is executed once"
    assert order.debtor_account_id is not None
    debtor = await accounts.get(tx, order.debtor_account_id)
    action = approval_to_confirm(
        proposal_id=by.proposal_id,
        digest=by.digest,
        debtor_account_number=order.debtor_account_number,
        creditor_account_number=order.creditor_account_number,
        creditor_name=order.creditor_name,
        creditor_bank_code=order.creditor_bank_code,
        amount=order.amount,
    )
    await identity.spend_step_up(
        tx, token=by.step_up_token, action=action, actor=by.approver, at=at
    )
    await check_second_person(
        tx, debtor=debtor, amount=order.amount, maker=by.maker, approver=by.approver, at=at
    )
    sent = await pass_gates(tx, order, debtor=debtor, actor=by.approver, confirmed=True, at=at)
    if sent.refusal is not None:
        raise sent.refusal
    return f"/api/v1/payments/{order.id}"


async def not_approved(tx: WriteSession, proposal_id: UUID, *, at: datetime) -> None:
    """Cancel the order that waited for a proposal which came to nothing."""
    order_id = await tx.scalar(
        select(PaymentOrderRow.id).where(PaymentOrderRow.approval_id == proposal_id)
    )
    if order_id is None:
        return
    order = order_of(await lock(tx, PaymentId(order_id)))
    if order.status is Status.AWAITING_APPROVAL:
        await move(tx, order, Status.CANCELLED, why=Why.NOT_APPROVED, at=at)
