"""Transfers that take a second person of the firm, or the signatures of its policy."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from tongbao.core.accounts import service as accounts
from tongbao.core.payments.domain import (
    check_amount,
    clean_creditor_name,
    clean_end_to_end_id,
    clean_remittance,
)
from tongbao.core.payments.service.authority import check_may_initiate
from tongbao.core.payments.service.sign_off import (
    SignedOff,
    SignOff,
    Waiting,
    payee_of,
    payment_confirmed,
)
from tongbao.core.payments.service.transferring import transfer
from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession
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


TRANSFER: Final = SignOff(
    name="payments.transfer",
    title=Text(zh="付款", en="Payment"),
    payload=ProposedTransfer,
    confirmed=payment_confirmed,
)


async def ask_transfer(
    tx: WriteSession, order: ProposedTransfer, *, initiated_by: Actor, at: datetime
) -> Waiting | None:
    """Put `order` to those who must agree to it; None if nobody must, as `SignOff.ask` says.

    Checks what can be checked without deciding anything: that the account is the initiator's to pay
    from, and that the order is well formed. Raises as `transfer` does.
    """
    debtor = await accounts.get(tx, order.debtor_account_id)
    check_may_initiate(debtor, initiated_by)
    check_amount(order.amount)
    clean_creditor_name(order.creditor_name)
    clean_remittance(order.remittance)
    if order.end_to_end_id is not None:
        clean_end_to_end_id(order.end_to_end_id)
    return await TRANSFER.ask(
        tx,
        order,
        party_id=debtor.party_id,
        amount=order.amount,
        payee=payee_of(order),
        maker=initiated_by,
        at=at,
    )


@TRANSFER.executes
async def _pay(tx: WriteSession, order: ProposedTransfer, by: SignedOff, at: datetime) -> str:
    """Pay now: what was approved or signed is exactly this."""
    paid = await transfer(tx, **dict(order), initiated_by=by.maker, approved_by=by.approver, at=at)
    if paid.refusal is not None:
        raise paid.refusal
    return f"/api/v1/payments/{paid.id}"
