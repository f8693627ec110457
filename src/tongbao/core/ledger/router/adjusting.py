"""`/api/v1/ledger/adjustments`: what staff corrects in the books, with four eyes.

Staff never books directly: one department proposes, another approves, and then it is booked by the
same rules as everything else. Other systems book by `/transactions`.
"""

from datetime import datetime
from typing import Final

from fastapi import Depends, Request, Response, status

from tongbao.core.ledger import service
from tongbao.core.ledger.schemas.adjustments import AdjustmentIn
from tongbao.core.ledger.service import NewTransaction, TransactionId
from tongbao.infra.auth import CurrentActor, require
from tongbao.infra.db import WriteSession, undone
from tongbao.infra.proposals import Action, Approved, hold
from tongbao.infra.proposals.schemas import ProposalOut
from tongbao.infra.web import Instant, WriteTx, router
from tongbao.kernel.text import Text

api = router(prefix="", tags=[])  # below the prefix and tag of the whole

ADJUSTMENT: Final = Action(
    name="ledger.adjustment",
    title=Text(zh="调账", en="Adjustment of the ledger"),
    payload=AdjustmentIn,
    propose="ledger:adjust",
    approve="ledger:approve",
)


@api.post(
    "/adjustments",
    dependencies=[Depends(require(ADJUSTMENT.propose))],
    status_code=status.HTTP_202_ACCEPTED,
    response_model=ProposalOut,
    summary="Propose an adjustment",
)
async def adjust(
    body: AdjustmentIn, tx: WriteTx, actor: CurrentActor, at: Instant, request: Request
) -> Response:
    """Propose to book or reverse a transaction; it is booked when somebody else approves.

    It is tried first, and what the ledger would refuse now is refused now.
    """
    async with undone(tx):
        (result,) = await service.post(tx, [await _transaction(tx, body)], at=at)
    result.raise_for_refusal()
    return await hold(
        ADJUSTMENT, body, request=request, tx=tx, maker=actor, reason=body.reason, at=at
    )


@ADJUSTMENT.executes
async def _book(tx: WriteSession, payload: AdjustmentIn, _by: Approved, at: datetime) -> str:
    """Book it; the client's id makes it happen once, whoever else books the same."""
    new = await _transaction(tx, payload)
    (result,) = await service.post(tx, [new], at=at)
    result.raise_for_refusal()
    return f"/api/v1/ledger/transactions/{new.id}"


async def _transaction(tx: WriteSession, adjustment: AdjustmentIn) -> NewTransaction:
    if adjustment.transaction is not None:
        return adjustment.transaction.to_domain()
    assert adjustment.reversal is not None, "an adjustment books or reverses"
    reversal = adjustment.reversal
    return await service.reversal(
        tx,
        transaction_id=TransactionId(reversal.id),
        reverses_id=TransactionId(reversal.reverses),
        amounts=reversal.amounts(),
        reference=reversal.reference,
    )
