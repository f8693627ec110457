"""`/api/v1/approvals`: what an organisation's people sign, and the proof that they did.

An instruction the caller may not see is answered exactly like one that does not exist.
"""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from tongbao.core.approvals import service
from tongbao.core.approvals.schemas import (
    AnySignatureIn,
    ApprovalOut,
    InstructionRefusalIn,
    PasskeyOptionsOut,
    StateName,
)
from tongbao.infra.auth import CurrentActor
from tongbao.infra.web import (
    Instant,
    PageAfter,
    PageLimit,
    ReadTx,
    RequestLanguage,
    WriteTx,
    problem_response,
    router,
)
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page

PREFIX = "/api/v1/approvals"
READ_ANY = "approvals:read_any"

api = router(prefix=PREFIX, tags=["approvals"])


@api.get("", summary="Instructions of an organisation, the latest first")
async def list_approvals(
    party_id: Annotated[UUID, Query(description="Whose; one the caller acts for")],
    tx: ReadTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
    state: Annotated[StateName | None, Query(description="Only these")] = None,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    after: PageAfter = None,
) -> Page[ApprovalOut]:
    """Return what was opened for an organisation; `waits_for_me` says what the caller can sign.

    Problems: `approvals.unknown_organisation`.
    """
    if party_id not in actor.party_ids and not actor.may(READ_ANY):
        raise service.UnknownOrganisation
    page = await service.listed(tx, party_id=party_id, state=state, after=after, limit=limit)
    waiting = await service.waiting_for(tx, page.items, signer=actor, at=at)
    items = [ApprovalOut.of(each, language, waiting=waiting) for each in page.items]
    return Page[ApprovalOut](items=items, next=page.next)


@api.get("/{approval_id:uuid}", summary="One instruction")
async def read_approval(
    approval_id: UUID, tx: ReadTx, actor: CurrentActor, at: Instant, language: RequestLanguage
) -> ApprovalOut:
    """Return an instruction to its maker, its organisation's people and staff.

    Problems: `approvals.unknown_approval`.
    """
    found = await service.get(tx, approval_id, reader=actor)
    waiting = await service.waiting_for(tx, [found], signer=actor, at=at)
    return ApprovalOut.of(found, language, waiting=waiting)


@api.get("/{approval_id:uuid}/passkey-options", summary="What a passkey is asked to sign")
async def read_passkey_options(
    approval_id: UUID, tx: ReadTx, actor: CurrentActor, at: Instant
) -> PasskeyOptionsOut:
    """Return what `navigator.credentials.get` takes; its challenge is the document's digest.

    Problems: `approvals.unknown_approval`, `approvals.already_decided`,
    `approvals.not_among_signers`.
    """
    options = await service.passkey_options(tx, approval_id=approval_id, signer=actor, at=at)
    return PasskeyOptionsOut(options=options)


@api.post(
    "/{approval_id:uuid}/signatures",
    response_model=ApprovalOut,
    summary="Sign; the last signature executes",
)
async def sign(
    approval_id: UUID,
    body: AnySignatureIn,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
    request: Request,
) -> ApprovalOut | Response:
    """Add a signature over exactly this document; the one that completes it executes it, once.

    Where a rule refuses the execution nothing is kept, this signature neither, and it stays open.

    Problems: `approvals.unknown_approval`, `approvals.already_decided`,
    `approvals.own_instruction`, `approvals.not_among_signers`, `approvals.already_signed`,
    `approvals.policy_changed`, `approvals.signature_refused`, `approvals.maker_may_no_longer`,
    `identity.cooling_off`, and those of the instruction itself.
    """
    signed = await service.sign(
        tx, approval_id=approval_id, signer=actor, by=body.to_signature(), at=at
    )
    if isinstance(signed, service.SignatureRefused):
        return problem_response(request.scope, signed)  # returned: a suspended passkey stays so
    return ApprovalOut.of(signed, language)


@api.post("/{approval_id:uuid}/refusal", summary="Refuse")
async def refuse(
    approval_id: UUID,
    body: InstructionRefusalIn,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
) -> ApprovalOut:
    """End an instruction with a reason, for good.

    Problems: `approvals.unknown_approval`, `approvals.already_decided`,
    `approvals.own_instruction`, `approvals.not_among_signers`, `approvals.reason_missing`.
    """
    refused = await service.refuse(
        tx, approval_id=approval_id, refused_by=actor, reason=body.reason, at=at
    )
    return ApprovalOut.of(refused, language)


@api.post("/{approval_id:uuid}/withdrawal", summary="Withdraw one's own")
async def withdraw(
    approval_id: UUID, tx: WriteTx, actor: CurrentActor, at: Instant, language: RequestLanguage
) -> ApprovalOut:
    """Take back what one opened, as long as it is not decided.

    Problems: `approvals.unknown_approval`, `approvals.already_decided`, `approvals.not_the_maker`.
    """
    withdrawn = await service.withdraw(tx, approval_id=approval_id, withdrawn_by=actor, at=at)
    return ApprovalOut.of(withdrawn, language)


@api.get(
    "/{approval_id:uuid}/export",
    response_class=Response,
    responses={200: {"content": {"application/json": {"schema": {"type": "object"}}}}},
    summary="The file that proves the signatures",
)
async def export(approval_id: UUID, tx: ReadTx, actor: CurrentActor) -> Response:
    """Return all there is, sealed: `tongbao payments verify-signatures` proves it offline.

    Problems: `approvals.unknown_approval`.
    """
    content = await service.export(tx, approval_id=approval_id, reader=actor)
    return Response(
        content,
        media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="approval-{approval_id}.json"'},
    )
