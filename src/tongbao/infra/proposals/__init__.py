"""Four eyes (双人复核): what one person proposes, another approves, and only then it is done.

A module declares what can be proposed, and says how it is done once approved::

    ADJUSTMENT = Action(
        name="ledger.adjustment",
        title=Text(zh="调账", en="Adjustment of the ledger"),
        payload=AdjustmentIn,
        propose="ledger:adjust",
        approve="ledger:approve",
    )

    @ADJUSTMENT.executes
    async def _adjust(tx, payload, by: Approved, at) -> str:
        ...                                    # the same checks as when it is done directly
        return f"/api/v1/ledger/transactions/{payload.id}"    # where the outcome is seen

and a route says so in one line, which answers 202 with the proposal::

    return await hold(ADJUSTMENT, body, request=request, tx=tx, maker=actor, reason=..., at=at)

A proposal is decided once: executed in the approver's own transaction, refused, withdrawn by its
maker, or expired. Its maker never approves it, nor does another log-in of the same person where
that is known. At execution everything is checked again, also that the maker may still propose it.
If a rule says no, the transaction is undone, the approver is told why and the proposal stays open.
"""

from tongbao.infra.proposals.actions import Action, Approved, registered_actions
from tongbao.infra.proposals.errors import (
    AlreadyDecided,
    DigestMismatch,
    MakerMayNoLonger,
    OwnProposal,
    UnknownProposal,
)
from tongbao.infra.proposals.holding import HELD, HELD_OR_SIGNED, ToSign, held, hold
from tongbao.infra.proposals.service import (
    Proposal,
    State,
    approve,
    expire,
    get,
    mine,
    propose,
    refuse,
    to_approve,
    withdraw,
)

__all__ = [
    "HELD",
    "HELD_OR_SIGNED",
    "Action",
    "AlreadyDecided",
    "Approved",
    "DigestMismatch",
    "MakerMayNoLonger",
    "OwnProposal",
    "Proposal",
    "State",
    "ToSign",
    "UnknownProposal",
    "approve",
    "expire",
    "get",
    "held",
    "hold",
    "mine",
    "propose",
    "refuse",
    "registered_actions",
    "to_approve",
    "withdraw",
]
