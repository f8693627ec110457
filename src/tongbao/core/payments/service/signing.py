"""Payments of organisations whose policy asks for signatures."""

from datetime import datetime
from typing import Final

from tongbao.core.accounts import service as accounts
from tongbao.core.approvals import service as approvals
from tongbao.core.approvals.service import Instruction, Signed
from tongbao.core.payments.domain import check_amount
from tongbao.core.payments.service.approving import ProposedTransfer, check_form
from tongbao.core.payments.service.authority import APPROVE, INITIATE, check_may_initiate
from tongbao.core.payments.service.transferring import transfer
from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession
from tongbao.kernel.text import Text

SIGNED_TRANSFER: Final = Instruction(
    name="payments.transfer",
    title=Text(zh="付款", en="Payment"),
    payload=ProposedTransfer,
    opens=INITIATE,
    signs=APPROVE,
)


async def put_to_signers(
    tx: WriteSession, order: ProposedTransfer, *, initiated_by: Actor, at: datetime
) -> approvals.Approval | None:
    """Open `order` for the signatures that the party's policy asks for; None if it asks for none.

    Checks what can be checked without deciding anything. Raises as `transfer` does, and
    `approvals.NoRule` for a currency the policy does not speak of.
    """
    debtor = await accounts.get(tx, order.debtor_account_id)
    check_may_initiate(debtor, initiated_by)
    check_amount(order.amount)
    party_id = debtor.party_id
    if not await approvals.signatures_needed(tx, party_id=party_id, amount=order.amount):
        return None
    check_form(order)
    return await approvals.open_instruction(
        tx,
        instruction=SIGNED_TRANSFER,
        payload=order,
        party_id=party_id,
        amount=order.amount,
        payee={"account_number": order.creditor_account_number, "name": order.creditor_name},
        maker=initiated_by,
        at=at,
    )


@SIGNED_TRANSFER.executes
async def _pay(tx: WriteSession, order: ProposedTransfer, by: Signed, at: datetime) -> str:
    """Pay now: the signatures are about exactly this.

    A rule that rejects the order undoes the last signature: the instruction stays open.
    """
    paid = await transfer(tx, **dict(order), initiated_by=by.maker, approved_by=by.signers, at=at)
    if paid.refusal is not None:
        raise paid.refusal
    return f"/api/v1/payments/{paid.id}"
