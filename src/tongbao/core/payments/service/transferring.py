"""Paying one order from one customer's account to another's."""

from datetime import datetime
from uuid import UUID

from tongbao.core.payments.domain import Transfer
from tongbao.core.payments.domain.batches import NewTransfer
from tongbao.core.payments.service.executing import execute
from tongbao.core.payments.service.limiting import TRANSFER
from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession
from tongbao.kernel.money import Money


async def transfer(
    tx: WriteSession,
    *,
    debtor_account_id: UUID,
    creditor_account_number: str,
    creditor_name: str,
    amount: Money,
    initiated_by: Actor,
    approved_by: Actor | None = None,
    at: datetime,
    remittance: str | None = None,
    end_to_end_id: str | None = None,
    step_up_token: str | None = None,
    without_step_up: bool = False,
    operation: str = TRANSFER,
) -> Transfer:
    """Move `amount` from the initiator's account to another account here, or say why not.

    An order that breaks a rule is stored as rejected and *returned* with its `refusal`, for raising
    would undo the row. Without an `end_to_end_id` its own id serves.

    Where the initiator may not pay so much alone, `approved_by` is the second person. Who does
    confirms by a step-up what is large or goes to a new payee, unless the order is rejected anyway
    or was confirmed in another way (`without_step_up`). Limits know the payment by `operation`.

    Raises, storing nothing: `identity.StepUpRequired`, `accounts.UnknownAccount` unless the
    debtor's account belongs to a party of the initiator, `auth.Forbidden` where they may not pay
    for it, `ApprovalNeeded` and `NotWithinBand` for want of a second person who may,
    `AmountNotPositive`, `CreditorNameMalformed`, `RemittanceMalformed`, `EndToEndIdMalformed`, and
    `EndToEndIdUsed`.
    """
    order = NewTransfer(
        debtor_account_id=debtor_account_id,
        creditor_account_number=creditor_account_number,
        creditor_name=creditor_name,
        amount=amount,
        remittance=remittance,
        end_to_end_id=end_to_end_id,
        step_up_token=step_up_token,
    )
    (outcome,) = await execute(
        tx,
        [order],
        initiated_by=initiated_by,
        approved_by=approved_by,
        without_step_up=without_step_up,
        operation=operation,
        at=at,
    )
    if not isinstance(outcome, Transfer):
        raise outcome
    return outcome
