"""`/api/v1/proposals`: what waits for a second person, and that person's word.

A proposal the caller may not see is answered exactly like one that does not exist.
"""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Request

from tongbao.infra.auth import CurrentActor, FindActor
from tongbao.infra.proposals import service
from tongbao.infra.proposals.holding import PREFIX
from tongbao.infra.proposals.schemas import ApprovalIn, ProposalOut, RefusalIn
from tongbao.infra.web import (
    Instant,
    PageAfter,
    PageLimit,
    ReadTx,
    RequestLanguage,
    WriteTx,
    router,
)
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page
from tongbao.kernel.text import Language

api = router(prefix=PREFIX, tags=["proposals"])

StepUpHeader = Annotated[
    str | None,
    Header(alias="Step-Up-Token", max_length=512, description="Of the confirmed action; good once"),
]


@api.get("", summary="What I may approve, the latest first")
async def list_to_approve(
    tx: ReadTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    after: PageAfter = None,
) -> Page[ProposalOut]:
    """Return the pending proposals of others that the caller may approve."""
    return _page(
        await service.to_approve(tx, approver=actor, at=at, after=after, limit=limit), language
    )


@api.get("/mine", summary="What I proposed, the latest first")
async def list_mine(
    tx: ReadTx,
    actor: CurrentActor,
    language: RequestLanguage,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    after: PageAfter = None,
) -> Page[ProposalOut]:
    """Return what the caller proposed and what became of it."""
    return _page(await service.mine(tx, maker=actor, after=after, limit=limit), language)


@api.get("/{proposal_id}", summary="One proposal")
async def read_proposal(
    proposal_id: UUID, tx: ReadTx, actor: CurrentActor, language: RequestLanguage
) -> ProposalOut:
    """Return a proposal to its maker, its party's people and those who may approve it."""
    return ProposalOut.of(await service.get(tx, proposal_id, reader=actor), language)


@api.post("/{proposal_id}/approval", summary="Approve and execute")
async def approve(
    proposal_id: UUID,
    body: ApprovalIn,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
    request: Request,
    step_up_token: StepUpHeader = None,
) -> ProposalOut:
    """Execute what was proposed, once; where a rule refuses it, it stays pending.

    Approving a payment is answered 403 `identity.step_up_required`: confirm its `action`, then send
    the same request with the header `Step-Up-Token`.

    Problems: `proposals.unknown_proposal`, `proposals.already_decided`, `proposals.own_proposal`,
    `proposals.digest_mismatch`, `proposals.maker_may_no_longer`, and those of the action itself.
    """
    find_actor: FindActor = request.app.state.find_actor
    proposal = await service.approve(
        tx,
        proposal_id=proposal_id,
        digest=body.digest,
        approver=actor,
        find_actor=find_actor,
        note=body.note,
        step_up_token=step_up_token,
        at=at,
    )
    return ProposalOut.of(proposal, language)


@api.post("/{proposal_id}/refusal", summary="Refuse")
async def refuse(
    proposal_id: UUID,
    body: RefusalIn,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
) -> ProposalOut:
    """End a proposal with a reason, for good."""
    proposal = await service.refuse(
        tx, proposal_id=proposal_id, refused_by=actor, reason=body.reason, at=at
    )
    return ProposalOut.of(proposal, language)


@api.post("/{proposal_id}/withdrawal", summary="Withdraw one's own")
async def withdraw(
    proposal_id: UUID, tx: WriteTx, actor: CurrentActor, at: Instant, language: RequestLanguage
) -> ProposalOut:
    """Take back what one proposed, as long as nobody has decided."""
    proposal = await service.withdraw(tx, proposal_id=proposal_id, withdrawn_by=actor, at=at)
    return ProposalOut.of(proposal, language)


def _page(found: Page[service.Proposal], language: Language) -> Page[ProposalOut]:
    return Page[ProposalOut](
        items=[ProposalOut.of(each, language) for each in found.items], next=found.next
    )
