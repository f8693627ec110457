"""Signed agreements over HTTP."""

from typing import Any, Final
from uuid import UUID

from fastapi import Response

from tongbao.core.agreements import service
from tongbao.core.agreements.router.base import (
    PDF,
    PREFIX,
    READ_ANY,
    TAGS,
    OfParty,
    as_pdf,
)
from tongbao.core.agreements.schemas.agreements import (
    AgreementOut,
    AgreementSummary,
    CertificatesOut,
    VerificationOut,
)
from tongbao.core.agreements.service import Agreement, UnknownAgreement
from tongbao.infra import files, pdf
from tongbao.infra.auth import PUBLIC, Actor, CurrentActor
from tongbao.infra.db import ReadSession
from tongbao.infra.web import PageAfter, PageLimit, ReadTx, router
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page

_BINARY: Final = {"type": "string", "format": "binary", "examples": ["%PDF-1.7 (and so on)"]}
UPLOAD: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "A PDF of at most 1 MiB",
        "content": {"application/pdf": {"schema": _BINARY}},
    }
}

api = router(prefix=PREFIX, tags=TAGS)


@api.get("", summary="Signed agreements, the latest first")
async def list_agreements(
    tx: ReadTx,
    actor: CurrentActor,
    party_id: OfParty = None,
    after: PageAfter = None,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
) -> Page[AgreementSummary]:
    """Return the agreements the caller may see, without their words.

    Problems: `page.bad_cursor`.
    """
    page = await service.list_agreements(
        tx, among=actor.reach(READ_ANY, party_id), after=after, limit=limit
    )
    return Page[AgreementSummary](
        items=[AgreementSummary.of(each) for each in page.items], next=page.next
    )


@api.get("/certificates", summary="What proves documents", dependencies=[PUBLIC])
async def list_certificates() -> CertificatesOut:
    """Return the certificates, in PEM, by which anyone verifies a document without us."""
    roots = service.configuration().roots
    return CertificatesOut(pem=[pdf.pem_of([root]).decode() for root in roots])


@api.post("/verifications", summary="Verify a document", openapi_extra=UPLOAD)
async def verify_document(
    content: files.Upload, tx: ReadTx, actor: CurrentActor
) -> VerificationOut:
    """Say whether a PDF is what was sealed, or an altered copy; it is read and not kept.

    Problems: `pdf.unreadable`, `pdf.busy`.
    """
    verdict, agreement_id = await service.verify_document(tx, content)
    if agreement_id is not None:
        agreement = await service.get_agreement(tx, agreement_id)
        if agreement.party_id not in actor.party_ids and not actor.may(READ_ANY):
            agreement_id = None
    return VerificationOut(
        finding=verdict.finding,
        agreement_id=agreement_id,
        sealed_at=verdict.sealed_at,
        sealed_by=verdict.sealed_by,
    )


@api.get("/{agreement_id:uuid}", summary="One signed agreement")
async def get_agreement(agreement_id: UUID, tx: ReadTx, actor: CurrentActor) -> AgreementOut:
    """Return an agreement with the exact words that were signed, and how they were.

    Problems: `agreements.unknown_agreement`.
    """
    agreement = await _visible(tx, actor, agreement_id)
    evidence = await service.signing_evidence(tx, agreement_id)
    sealed_at = await service.document_sealed_at(tx, agreement_id)
    return AgreementOut.with_evidence(agreement, evidence, sealed_at)


@api.get(
    "/{agreement_id:uuid}/document",
    summary="A signed agreement as PDF",
    response_class=Response,
    responses=PDF,
)
async def get_document(agreement_id: UUID, tx: ReadTx, actor: CurrentActor) -> Response:
    """Return the document under our seal; it is there some seconds after signing.

    Problems: `agreements.unknown_agreement`, `agreements.document_not_ready`.
    """
    await _visible(tx, actor, agreement_id)
    document = await service.get_document(tx, agreement_id)
    return as_pdf(document.content, f"agreement-{agreement_id}")


async def _visible(tx: ReadSession, actor: Actor, agreement_id: UUID) -> Agreement:
    """Return the agreement, if there is one and the caller may see it."""
    agreement = await service.get_agreement(tx, agreement_id)
    if agreement.party_id not in actor.party_ids and not actor.may(READ_ANY):
        raise UnknownAgreement(agreement_id=agreement_id)
    return agreement
