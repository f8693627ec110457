"""What a channel is told of an order."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import select

from tongbao.core.channels.service import Counterparty, CounterpartyKind, Instruction, Operation
from tongbao.core.payments.domain import Kind, PaymentOrder
from tongbao.core.payments.models import AttemptRow, CardRow, PaymentOrderRow
from tongbao.infra import crypto
from tongbao.infra.db import ReadSession

NUMBER_SEALED: Final = "payments_card.number_sealed"
OPERATIONS: Final[Mapping[Kind, Operation]] = {
    Kind.CREDIT_TRANSFER: Operation.PAY_OUT,
    Kind.WITHDRAWAL: Operation.PAY_OUT,
    Kind.VERIFICATION: Operation.PAY_OUT,
    Kind.RETURN: Operation.PAY_OUT,
    Kind.TOP_UP: Operation.COLLECT,
    Kind.REFUND: Operation.REFUND,
}


TOP_UP_SUBJECT: Final = "账户充值 Top-up"
"""What whoever pays a top-up at a wallet reads there."""


def kind_of_counterparty(order: PaymentOrder) -> CounterpartyKind | None:
    """Return what is at the other end; at a wallet nobody who is known before."""
    if order.card_id is not None:
        return CounterpartyKind.CARD
    return None if order.kind in {Kind.TOP_UP, Kind.REFUND} else CounterpartyKind.BANK_ACCOUNT


async def instruction(tx: ReadSession, order: PaymentOrder, attempt: AttemptRow) -> Instruction:
    """Return the attempt as its channel is told of it, the same however often."""
    kind = kind_of_counterparty(order)
    incoming = order.kind is Kind.TOP_UP
    number = order.debtor_account_number if incoming else order.creditor_account_number
    name = order.debtor_name if incoming else order.creditor_name
    if order.card_id is not None:
        number = await card_number(tx, order.card_id)
    return Instruction(
        reference=attempt.reference,
        operation=Operation(attempt.operation),
        amount=order.amount,
        at=attempt.prepared_at,
        counterparty=None
        if kind is None
        else Counterparty(
            kind=kind, account_number=number, name=name, bank_code=order.creditor_bank_code
        ),
        original_reference=await _original(tx, order),
        remittance=order.remittance or (TOP_UP_SUBJECT if order.expires_at else ""),
        end_to_end_id=order.end_to_end_id,
        uetr=order.uetr,
        debtor=Counterparty(
            kind=CounterpartyKind.BANK_ACCOUNT,
            account_number=order.debtor_account_number,
            name=order.debtor_name,
            bank_code=order.debtor_bank_code,
        )
        if kind is CounterpartyKind.BANK_ACCOUNT
        else None,
    )


async def card_number(tx: ReadSession, card_id: UUID) -> str:
    """Return a linked card's number, for a channel and nobody else. Raises `crypto.Erased`."""
    row = await tx.get_one(CardRow, card_id)
    box = await crypto.box(tx, owner=row.party_id)
    return box.open(row.number_sealed, field=NUMBER_SEALED, row=row.id)


async def _original(tx: ReadSession, order: PaymentOrder) -> str | None:
    """Return under which reference a channel knows what is refunded."""
    if order.kind is not Kind.REFUND:
        return None
    return await tx.scalar(
        select(AttemptRow.reference)
        .join(PaymentOrderRow, PaymentOrderRow.id == AttemptRow.order_id)
        .where(PaymentOrderRow.id == order.original_id, AttemptRow.outcome == "done")
    )
