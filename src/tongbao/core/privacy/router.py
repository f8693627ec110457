"""`/api/v1/privacy`: core data shown whole, one value at a time; data on oneself erased.

Lists show it masked to everybody. A reveal is a POST, for it writes: who saw what, when and why.
"""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends, Header, Request, Response, status
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.background import BackgroundTask

from tongbao.core.parties import service as parties
from tongbao.core.privacy import service
from tongbao.core.privacy.schemas import ErasureOut, HoldOut, RevealedFacts, RevealedValue
from tongbao.infra import files
from tongbao.infra.auth import CurrentActor
from tongbao.infra.db import ReadSession
from tongbao.infra.proposals import hold
from tongbao.infra.proposals.schemas import ProposalOut
from tongbao.infra.web import NO_IDEMPOTENCY_KEY, Instant, ReadTx, RequestLanguage, WriteTx, router
from tongbao.infra.web.trail import REASON_HEADER, ReasonMissing, reason_of
from tongbao.kernel.text import Language

api = router(prefix="/api/v1/privacy", tags=["privacy"])

NOT_KEPT = [NO_IDEMPOTENCY_KEY]
HELD_OR_QUEUED: Final[dict[int | str, dict[str, Any]]] = {
    202: {
        "model": ProposalOut | ErasureOut,
        "description": "A second person must approve it, or it is done when the time is over",
    }
}


StepUpHeader = Annotated[
    str | None,
    Header(
        alias="Step-Up-Token",
        max_length=512,
        description="Of the confirmed action, for data on oneself; good once",
    ),
]


async def _wish(
    request: Request,
    party_id: UUID,
    actor: CurrentActor,
    at: Instant,
    _reason: Annotated[
        str | None,
        Header(
            alias=REASON_HEADER,
            description="Why, 3 to 200 characters, UTF-8 percent-encoded; staff must say it",
            examples=["%E5%AE%A2%E6%88%B7%E6%9D%A5%E7%94%B5"],
        ),
    ] = None,
    step_up_token: StepUpHeader = None,
) -> service.Wish:
    reason = reason_of(request)
    if reason is None and actor.may(service.REVEAL_ANY):
        raise ReasonMissing
    return service.Wish(party_id, actor, reason, step_up_token, at)


Wished = Annotated[service.Wish, Depends(_wish)]


@api.post(
    "/parties/{party_id}/contacts/{contact_id}/reveal",
    summary="Show a contact point whole",
    dependencies=NOT_KEPT,
)
async def reveal_contact(contact_id: UUID, wish: Wished, tx: WriteTx) -> RevealedValue:
    """Return a phone number or e-mail address whole. Needs `privacy:reveal`, at an own party.

    Own data is shown after a step-up (`identity.step_up_required`); with `privacy:reveal_any` any
    customer's, for the reason in `X-Reason`. Every reveal is noted. Problems:
    `parties.unknown_party`, `parties.unknown_contact`, `request.reason_missing`.
    """
    return RevealedValue(value=await service.reveal_contact(tx, wish, contact_id))


@api.post(
    "/parties/{party_id}/documents/{document_id}/reveal",
    summary="Show a document's number whole",
    dependencies=NOT_KEPT,
)
async def reveal_document(document_id: UUID, wish: Wished, tx: WriteTx) -> RevealedValue:
    """Return a document's number whole; as with contacts. Needs `privacy:reveal`.

    Problems: `parties.unknown_party`, `parties.unknown_document`, `request.reason_missing`,
    `identity.step_up_required`.
    """
    return RevealedValue(value=await service.reveal_document(tx, wish, document_id))


@api.post(
    "/parties/{party_id}/evidence/{evidence_id}/reveal",
    summary="Show the facts of a piece of evidence whole",
    dependencies=NOT_KEPT,
)
async def reveal_evidence(evidence_id: UUID, wish: Wished, tx: WriteTx) -> RevealedFacts:
    """Return what was handed in or answered, whole; as with contacts. Needs `privacy:reveal`.

    Problems: `parties.unknown_party`, `parties.unknown_evidence`, `request.reason_missing`,
    `identity.step_up_required`.
    """
    return RevealedFacts(facts=dict(await service.reveal_evidence(tx, wish, evidence_id)))


@api.post(
    "/parties/{party_id}/pictures/{file_id}/reveal",
    summary="Show a picture that was handed in",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}, "application/pdf": {}}}},
    dependencies=NOT_KEPT,
)
async def reveal_picture(file_id: UUID, wish: Wished, tx: WriteTx) -> Response:
    """Return a picture for saving; as with contacts. Needs `privacy:reveal`.

    Problems: `parties.unknown_party`, `files.unknown`, `request.reason_missing`,
    `identity.step_up_required`.
    """
    stored, content = await service.reveal_picture(tx, wish, file_id)
    return files.download(stored, content)


@api.get("/parties/{party_id}/erasure", summary="Whether data can be erased")
async def get_erasure(
    party_id: UUID, tx: ReadTx, actor: CurrentActor, at: Instant, language: RequestLanguage
) -> ErasureOut:
    """Say what the law keeps data on a party for, and until when. Needs `privacy:erase`.

    Problems: `parties.unknown_party`.
    """
    unknown = parties.UnknownParty(party_id=party_id)
    if not actor.may(service.ERASE_ANY):
        actor.check("privacy:erase", party_id=party_id, unknown=unknown)
    return await _outlook(tx, party_id, at, language)


async def _outlook(tx: ReadSession, party_id: UUID, at: datetime, language: Language) -> ErasureOut:
    party = await parties.get(tx, party_id)
    found = await service.holds(tx, party_id=party_id, at=at)
    return ErasureOut(
        erased=party.name == parties.ERASED_NAME,
        holds=[HoldOut.of(each, language) for each in found],
        queued_for=await service.queued_for(tx, party_id=party_id),
    )


@api.post(
    "/parties/{party_id}/erasure",
    summary="Have data on a party erased",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    responses=HELD_OR_QUEUED,
    dependencies=NOT_KEPT,
)
async def erase(
    party_id: UUID,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    request: Request,
    language: RequestLanguage,
    step_up_token: StepUpHeader = None,
) -> Response:
    """Erase data on an own party after a step-up; needs `privacy:erase`. It cannot be undone.

    What nothing but the law's five years keeps is erased when they are over: 202 with the outlook.
    With `privacy:erase_any` any customer's, once a second person approves: 202 with the proposal.
    Contacts, documents, pictures and log-ins go, what was booked and agreed stays. Problems:
    `parties.unknown_party`, `privacy.erasure_held`, `identity.step_up_required`.
    """
    if actor.may(service.ERASE_ANY):
        await service.check_erasable(tx, party_id=party_id, at=at)
        wanted = service.Erasure(party_id=party_id)
        return await hold(service.ERASURE, wanted, request=request, tx=tx, maker=actor, at=at)
    due_at = await service.erase_own(
        tx, party_id=party_id, actor=actor, step_up_token=step_up_token, at=at
    )
    if due_at > at:
        outlook = await _outlook(tx, party_id, at, language)
        return JSONResponse(outlook.model_dump(mode="json"), status.HTTP_202_ACCEPTED)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@api.post(
    "/parties/{party_id}/export",
    summary="Everything that is kept about a party",
    response_class=Response,
    responses={200: {"content": {"application/zip": {}}}},
    dependencies=NOT_KEPT,
)
async def export(
    party_id: UUID,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    step_up_token: StepUpHeader = None,
) -> Response:
    """Return a zip with all that is kept about an own party, opened.

    A document to read in Chinese and one in English, all rows, the statements of its accounts, the
    files handed in. After a step-up; needs `privacy:export`; noted. Problems:
    `parties.unknown_party`, `identity.step_up_required`, `pdf.busy`.
    """
    archive = await service.export_own(
        tx, party_id=party_id, actor=actor, step_up_token=step_up_token, at=at
    )
    return StreamingResponse(
        archive.pieces(),
        media_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="{party_id}.zip"',
            "Content-Length": str(archive.size),
        },
        background=BackgroundTask(archive.close),
    )
