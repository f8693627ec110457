"""Withdrawals and refunds that take a second person of the firm, or signatures."""

from datetime import datetime
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from tongbao.core.payments.domain import Transfer, clean_remittance
from tongbao.core.payments.service.orders.refunding import refund, refundable
from tongbao.core.payments.service.orders.with_cards import sides, withdraw
from tongbao.core.payments.service.sign_off import (
    SignedOff,
    SignOff,
    Waiting,
    payee_of,
    payment_confirmed,
)
from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession
from tongbao.kernel.money import Money
from tongbao.kernel.money_schema import MoneyField
from tongbao.kernel.text import Text


class ProposedWithdrawal(BaseModel):
    """A withdrawal as its maker wants it; of the card only its shown digits are said."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    debtor_account_id: UUID
    card_id: UUID
    creditor_account_number: str
    creditor_name: str
    amount: MoneyField


class ProposedRefund(BaseModel):
    """A refund as its maker wants it: of which payment, how much, and who gets it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    original_id: UUID
    debtor_account_id: UUID
    creditor_account_number: str
    creditor_name: str
    amount: MoneyField
    remittance: str | None


WITHDRAWAL: Final = SignOff(
    name="payments.withdrawal",
    title=Text(zh="提现", en="Withdrawal"),
    payload=ProposedWithdrawal,
    confirmed=payment_confirmed,
)
REFUND: Final = SignOff(
    name="payments.refund",
    title=Text(zh="退款", en="Refund"),
    payload=ProposedRefund,
    confirmed=payment_confirmed,
)


async def ask_withdrawal(
    tx: WriteSession,
    *,
    debtor_account_id: UUID,
    card_id: UUID,
    amount: Money,
    initiated_by: Actor,
    at: datetime,
) -> Waiting | None:
    """Put a withdrawal to those who must agree; None if nobody must, as `SignOff.ask` says.

    Raises as `withdraw` does for what is not theirs, or no verified card.
    """
    account, card = await sides(tx, debtor_account_id, card_id, amount, initiated_by)
    wanted = ProposedWithdrawal(
        debtor_account_id=account.id,
        card_id=card.id,
        creditor_account_number=card.shown,
        creditor_name=card.holder_name,
        amount=amount,
    )
    return await WITHDRAWAL.ask(
        tx,
        wanted,
        party_id=account.party_id,
        amount=amount,
        payee=payee_of(wanted),
        maker=initiated_by,
        at=at,
    )


async def ask_refund(
    tx: WriteSession,
    payment_id: UUID,
    *,
    amount: Money | None,
    remittance: str | None,
    initiated_by: Actor,
    at: datetime,
) -> Waiting | None:
    """Put a refund to those who must agree; None if nobody must, as `SignOff.ask` says.

    Nothing is kept back of the original: what is left of it is looked at again when it is done.
    Raises as `refund` does.
    """
    original, account, asked = await refundable(
        tx, payment_id, amount=amount, initiated_by=initiated_by
    )
    wanted = ProposedRefund(
        original_id=original.id,
        debtor_account_id=account.id,
        creditor_account_number=original.debtor_account_number,
        creditor_name=original.debtor_name,
        amount=asked,
        remittance=clean_remittance(remittance),
    )
    return await REFUND.ask(
        tx,
        wanted,
        party_id=account.party_id,
        amount=asked,
        payee=payee_of(wanted),
        maker=initiated_by,
        at=at,
    )


@WITHDRAWAL.executes
async def _withdraw(
    tx: WriteSession, wanted: ProposedWithdrawal, by: SignedOff, at: datetime
) -> str:
    sent = await withdraw(
        tx,
        debtor_account_id=wanted.debtor_account_id,
        card_id=wanted.card_id,
        amount=wanted.amount,
        initiated_by=by.maker,
        approved_by=by.approver,
        at=at,
    )
    return _location(sent)


@REFUND.executes
async def _refund(tx: WriteSession, wanted: ProposedRefund, by: SignedOff, at: datetime) -> str:
    sent = await refund(
        tx,
        wanted.original_id,
        amount=wanted.amount,
        remittance=wanted.remittance,
        initiated_by=by.maker,
        approved_by=by.approver,
        at=at,
    )
    return _location(sent)


def _location(order: Transfer) -> str:
    """Return where an order is seen; what a rule rejects is raised, so that nothing is stored."""
    if order.refusal is not None:
        raise order.refusal
    return f"/api/v1/payments/{order.id}"
