"""`/api/v1/privacy`: core data shown whole, one value at a time.

Lists show it masked to everybody. A reveal is a POST, for it writes: who saw what, when and why.
"""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header, Request, Response

from tongbao.core.privacy import service
from tongbao.core.privacy.schemas import RevealedFacts, RevealedValue
from tongbao.infra import files
from tongbao.infra.auth import CurrentActor
from tongbao.infra.web import NO_IDEMPOTENCY_KEY, Instant, WriteTx, router
from tongbao.infra.web.trail import REASON_HEADER, ReasonMissing, reason_of

api = router(prefix="/api/v1/privacy", tags=["privacy"])

NOT_KEPT = [NO_IDEMPOTENCY_KEY]


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
    step_up_token: Annotated[
        str | None,
        Header(
            alias="Step-Up-Token",
            max_length=512,
            description="Of the confirmed action, for data on oneself; good once",
        ),
    ] = None,
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
