"""Payments that take a second person of the firm."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from tongbao.core.accounts import service as accounts
from tongbao.core.identity import service as identity
from tongbao.core.payments.domain import (
    check_amount,
    clean_creditor_name,
    clean_end_to_end_id,
    clean_remittance,
)
from tongbao.core.payments.domain.step_up import approval_to_confirm
from tongbao.core.payments.service.alone import alone
from tongbao.core.payments.service.authority import (
    APPROVE,
    INITIATE,
    check_may_initiate,
)
from tongbao.core.payments.service.transferring import transfer
from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession
from tongbao.infra.proposals import Action, Approved
from tongbao.kernel.money import Money
from tongbao.kernel.money_schema import MoneyField
from tongbao.kernel.text import Text


class ProposedTransfer(BaseModel):
    """A transfer as its maker wants it; the end-to-end id makes it settle once at most."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    debtor_account_id: UUID
    creditor_account_number: Annotated[str, Field(pattern=r"^[0-9]{8,34}$")]
    creditor_name: str
    amount: MoneyField
    remittance: str | None = None
    end_to_end_id: str | None = None


TRANSFER: Final = Action(
    name="payments.transfer",
    title=Text(zh="付款", en="Payment"),
    payload=ProposedTransfer,
    propose=INITIATE,
    approve=APPROVE,
)


async def proposed(
    tx: WriteSession, order: ProposedTransfer, *, initiated_by: Actor, at: datetime
) -> UUID | None:
    """Return the party in which somebody must approve `order`; None if nobody must.

    That nobody must stays true until the transaction ends: what the maker may pay alone is held.

    Checks what can be checked without deciding anything: that the account is the initiator's to pay
    from, and that the order is well formed. Raises as `transfer` does.
    """
    debtor = await accounts.get(tx, order.debtor_account_id)
    check_may_initiate(debtor, initiated_by)
    able = await alone(
        tx,
        party_id=debtor.party_id,
        currency=order.amount.currency,
        actor=initiated_by,
        at=at,
    )
    if able.covers(order.amount):
        return None
    check_amount(order.amount)
    check_form(order)
    return debtor.party_id


def check_form(order: ProposedTransfer) -> None:
    """Raise what `transfer` raises for an order that is not well formed."""
    clean_creditor_name(order.creditor_name)
    clean_remittance(order.remittance)
    if order.end_to_end_id is not None:
        clean_end_to_end_id(order.end_to_end_id)


@TRANSFER.executes
async def _pay(tx: WriteSession, order: ProposedTransfer, by: Approved, at: datetime) -> str:
    """Pay now, once the approver has confirmed exactly this; nobody else's confirmation pays it.

    A rule that rejects the order undoes the approval: the proposal stays open, the token good.
    """
    await confirm_approval(
        tx,
        by,
        debtor_account_id=order.debtor_account_id,
        creditor_account_number=order.creditor_account_number,
        creditor_name=order.creditor_name,
        amount=order.amount,
        at=at,
    )
    paid = await transfer(
        tx,
        debtor_account_id=order.debtor_account_id,
        creditor_account_number=order.creditor_account_number,
        creditor_name=order.creditor_name,
        amount=order.amount,
        remittance=order.remittance,
        end_to_end_id=order.end_to_end_id,
        initiated_by=by.maker,
        approved_by=by.approver,
        at=at,
    )
    if paid.refusal is not None:
        raise paid.refusal
    return f"/api/v1/payments/{paid.id}"


async def confirm_approval(
    tx: WriteSession,
    by: Approved,
    *,
    debtor_account_id: UUID,
    creditor_account_number: str,
    creditor_name: str,
    amount: Money,
    at: datetime,
) -> None:
    """Spend the approver's step-up over a payment that was proposed.

    Raises `identity.StepUpRequired`.
    """
    action = approval_to_confirm(
        proposal_id=by.proposal_id,
        digest=by.digest,
        debtor_account_number=(await accounts.get(tx, debtor_account_id)).number,
        creditor_account_number=creditor_account_number,
        creditor_name=creditor_name,
        amount=amount,
    )
    await identity.spend_step_up(
        tx, token=by.step_up_token, action=action, actor=by.approver, at=at
    )
