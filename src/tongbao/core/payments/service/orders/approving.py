"""Orders to other banks that wait for a second person of the firm, or for signatures."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select, update

from tongbao.core.accounts import service as accounts
from tongbao.core.identity import service as identity
from tongbao.core.payments.domain import NotWaiting, PaymentId, Status
from tongbao.core.payments.domain.life import Why
from tongbao.core.payments.domain.step_up import approval_to_confirm
from tongbao.core.payments.models import PaymentOrderRow
from tongbao.core.payments.service.authority import check_second_person
from tongbao.core.payments.service.orders.moving import create, lock, move
from tongbao.core.payments.service.orders.sending import NewCreditTransfer, draft, pass_gates
from tongbao.core.payments.service.reading import order_of
from tongbao.core.payments.service.sign_off import SignedOff, SignOff, Waiting
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.infra.proposals import Approved
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


async def _confirmed(
    _tx: ReadSession, wanted: ProposedCreditTransfer, by: Approved
) -> identity.Action:
    return approval_to_confirm(
        proposal_id=by.proposal_id,
        digest=by.digest,
        debtor_account_number=wanted.debtor_account_number,
        creditor_account_number=wanted.creditor_account_number,
        creditor_name=wanted.creditor_name,
        creditor_bank_code=wanted.creditor_bank_code,
        amount=wanted.amount,
    )


CREDIT_TRANSFER: Final = SignOff(
    name="payments.credit_transfer",
    title=Text(zh="跨行付款", en="Payment to another bank"),
    payload=ProposedCreditTransfer,
    confirmed=_confirmed,
)


async def ask_credit_transfer(
    tx: WriteSession, new: NewCreditTransfer, *, initiated_by: Actor, at: datetime
) -> Waiting | None:
    """Store an order that its maker may not pay alone, and put it to those who must agree.

    None where they may, as `SignOff.ask` says. Raises as `send` does for what is not well formed.
    """
    order, debtor = await draft(tx, new, initiated_by=initiated_by, at=at)
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
    waiting = await CREDIT_TRANSFER.ask(
        tx,
        wanted,
        party_id=debtor.party_id,
        amount=order.amount,
        payee={
            "account_number": order.creditor_account_number,
            "name": order.creditor_name,
            "bank_code": order.creditor_bank_code,
        },
        maker=initiated_by,
        at=at,
    )
    if waiting is None:
        return None
    order = await create(tx, order, by=initiated_by.id, at=at)
    why = Why.APPROVAL_NEEDED
    await move(tx, order, Status.AWAITING_APPROVAL, why=why, at=at, by=initiated_by.id)
    await tx.execute(
        update(PaymentOrderRow)
        .where(PaymentOrderRow.id == order.id)
        .values(approval_id=waiting.id)
        .execution_options(synchronize_session=False)
    )
    return waiting


@CREDIT_TRANSFER.executes
async def _send(
    tx: WriteSession, wanted: ProposedCreditTransfer, by: SignedOff, at: datetime
) -> str:
    """Send now: what was approved or signed is exactly this order.

    Raises `NotWaiting` for one that was cancelled meanwhile.
    """
    order = order_of(await lock(tx, wanted.payment_id))
    if order.status is not Status.AWAITING_APPROVAL:
        raise NotWaiting(status=order.status.value)
    assert order.debtor_account_id is not None
    debtor = await accounts.get(tx, order.debtor_account_id)
    await check_second_person(
        tx, debtor=debtor, amount=order.amount, maker=by.maker, approver=by.approver, at=at
    )
    sent = await pass_gates(tx, order, debtor=debtor, actor=by.approver, confirmed=True, at=at)
    if sent.refusal is not None:
        raise sent.refusal
    return f"/api/v1/payments/{order.id}"


async def not_approved(tx: WriteSession, approval_id: UUID, *, at: datetime) -> None:
    """Cancel the order that waited for a proposal or an instruction which came to nothing."""
    order_id = await tx.scalar(
        select(PaymentOrderRow.id).where(PaymentOrderRow.approval_id == approval_id)
    )
    if order_id is None:
        return
    order = order_of(await lock(tx, PaymentId(order_id)))
    if order.status is Status.AWAITING_APPROVAL:
        await move(tx, order, Status.CANCELLED, why=Why.NOT_APPROVED, at=at)
