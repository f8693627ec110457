"""Bills that take others of the payer's firm."""

from datetime import datetime
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from tongbao.core.payments import service as payments
from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession
from tongbao.kernel.money_schema import MoneyField
from tongbao.kernel.text import Text
from tongbao.products.bills.domain.payments import VALID_FOR
from tongbao.products.bills.service.paying import pay, payable


class ProposedBill(BaseModel):
    """A bill as its payer wants to pay it, and what others read of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bill_id: UUID
    debtor_account_id: UUID
    creditor_account_number: str
    creditor_name: str
    amount: MoneyField
    title: str


PAYMENT: Final = payments.SignOff(
    name="bills.payment",
    title=Text(zh="缴费", en="Paying a bill"),
    payload=ProposedBill,
    confirmed=payments.payment_confirmed,
)


async def ask_payment(
    tx: WriteSession, *, bill_id: UUID, debtor_account_id: UUID, payer: Actor, at: datetime
) -> payments.Waiting | None:
    """Put the payment of a bill to those who must agree; None if nobody must.

    It waits no longer than the bill holds. Raises as `payable` does.
    """
    due = await payable(
        tx, bill_id=bill_id, debtor_account_id=debtor_account_id, payer=payer, at=at
    )
    wanted = ProposedBill(
        bill_id=bill_id,
        debtor_account_id=debtor_account_id,
        creditor_account_number=due.account.number,
        creditor_name=due.name,
        amount=due.bill.amount,
        title=due.words,
    )
    return await PAYMENT.ask(
        tx,
        wanted,
        party_id=due.bill.party_id,
        amount=wanted.amount,
        payee=payments.payee_of(wanted),
        maker=payer,
        ends_at=due.bill.told_at + VALID_FOR,
        at=at,
    )


@PAYMENT.executes
async def _pay(tx: WriteSession, wanted: ProposedBill, by: payments.SignedOff, at: datetime) -> str:
    """Pay now; a bill that does not hold any more, or was paid, undoes the last signature."""
    paying = await pay(
        tx,
        bill_id=wanted.bill_id,
        debtor_account_id=wanted.debtor_account_id,
        initiated_by=by.maker,
        approved_by=by.approver,
        at=at,
    )
    if paying.transfer.refusal is not None:
        raise paying.transfer.refusal
    assert paying.bill is not None, "what was not refused was paid"
    return f"/api/v1/bills/payments/{paying.bill.id}"
