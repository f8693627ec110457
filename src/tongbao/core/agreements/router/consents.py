"""Consents over HTTP: read the text, ask, confirm, look, withdraw; and the receipts.

Customers see, give and take back what concerns their own parties; staff may read all. What the
caller may not see is answered exactly like what does not exist.
"""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response, status

from tongbao.core.agreements import service
from tongbao.core.agreements.domain.consents import Consent
from tongbao.core.agreements.router.base import (
    PDF,
    PREFIX,
    READ_ANY,
    TAGS,
    OfParty,
    as_pdf,
)
from tongbao.core.agreements.schemas.consents import (
    ConsentOut,
    ConsentRecordOut,
    ConsentRequestOut,
    ConsentTextOut,
    NewConfirmation,
    NewConsentRequest,
    ReceiptKeyOut,
    ReceiptOut,
)
from tongbao.core.agreements.service import (
    ConsentNotConfirmed,
    UnknownConsent,
    UnknownConsentRequest,
)
from tongbao.core.parties.service import UnknownParty
from tongbao.infra.auth import PUBLIC, Actor, CurrentActor, require
from tongbao.infra.db import ReadSession
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

GRANT = "agreements:grant"
WITHDRAW = "agreements:withdraw"

api = router(prefix=PREFIX, tags=TAGS)


@api.get("/consent-texts", summary="What may be consented to", dependencies=[PUBLIC])
async def list_consent_texts() -> list[ConsentTextOut]:
    """Return the texts in use with their versions and digests, in Chinese and English."""
    return [ConsentTextOut.of(text) for text in service.texts_in_use()]


@api.get("/keys", summary="What checks receipts", dependencies=[PUBLIC])
async def list_receipt_keys() -> list[ReceiptKeyOut]:
    """Return the public keys of receipts, the present one first."""
    configured = service.configuration()
    keys = (configured.receipt_key.public, *configured.retired)
    return [ReceiptKeyOut.of(key) for key in keys]


@api.post(
    "/consent-requests",
    summary="Ask to give a consent",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(require(GRANT))],
)
async def request_consent(
    body: NewConsentRequest, tx: WriteTx, actor: CurrentActor, at: Instant
) -> ConsentRequestOut:
    """Return exactly what would be allowed; nothing is, until it is confirmed.

    Problems: `agreements.unknown_consent_text`, `agreements.consent_text_outdated`,
    `agreements.consent_text_mismatch`, `parties.unknown_party`. Needs the permission
    `agreements:grant`.
    """
    actor.check(GRANT, party_id=body.party_id, unknown=UnknownParty(party_id=body.party_id))
    request = await service.request_consent(
        tx,
        party_id=body.party_id,
        purpose=body.purpose,
        source=body.source,
        recipient=body.recipient,
        text_version=body.text_version,
        text_digest=body.text_digest,
        requested_by=actor,
        at=at,
    )
    return ConsentRequestOut.of(request)


@api.post(
    "/consent-requests/{request_id}/confirmation",
    summary="Confirm a consent",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(require(GRANT))],
)
async def confirm_consent(
    request_id: UUID,
    body: NewConfirmation,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    response: Response,
) -> ConsentOut:
    """Give the consent that was asked for: within ten minutes, once, by the same user.

    Confirming what is in force already changes nothing. Problems:
    `agreements.consent_not_confirmed`, `agreements.unknown_consent_request`,
    `agreements.consent_request_of_another`, `agreements.consent_request_used`,
    `agreements.consent_request_expired`, `agreements.consent_statement_mismatch`,
    `agreements.consent_text_outdated`. Needs the permission `agreements:grant`.
    """
    request = await service.get_request(tx, request_id)
    actor.check(GRANT, party_id=request.party_id, unknown=UnknownConsentRequest())
    if not body.confirmed:
        raise ConsentNotConfirmed
    consent = await service.confirm_consent(
        tx, request_id=request_id, digest=body.digest, confirmed_by=actor, at=at
    )
    response.headers["Location"] = f"{PREFIX}/consents/{consent.id}"
    return ConsentOut.of(consent, at)


@api.get("/consents", summary="Consents, the latest first")
async def list_consents(
    tx: ReadTx,
    actor: CurrentActor,
    at: Instant,
    party_id: OfParty = None,
    after: PageAfter = None,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
) -> Page[ConsentOut]:
    """Return the consents the caller may see, in force and ended.

    Problems: `page.bad_cursor`.
    """
    page = await service.list_consents(
        tx, among=actor.reach(READ_ANY, party_id), after=after, limit=limit
    )
    return Page[ConsentOut](items=[ConsentOut.of(each, at) for each in page.items], next=page.next)


@api.get("/consents/{consent_id}", summary="One consent")
async def get_consent(consent_id: UUID, tx: ReadTx, actor: CurrentActor, at: Instant) -> ConsentOut:
    """Return a consent.

    Problems: `agreements.unknown_consent`.
    """
    return ConsentOut.of(await _visible(tx, actor, consent_id), at)


@api.get("/consents/{consent_id}/history", summary="What happened to a consent")
async def get_history(consent_id: UUID, tx: ReadTx, actor: CurrentActor) -> list[ConsentRecordOut]:
    """Return who granted and ended a consent and when, oldest first; nothing is ever removed.

    Problems: `agreements.unknown_consent`.
    """
    consent = await _visible(tx, actor, consent_id)
    records = await service.consent_history(tx, consent.id)
    return [ConsentRecordOut.of(record) for record in records]


@api.get("/consents/{consent_id}/receipt", summary="A consent's receipt")
async def get_receipt(
    consent_id: UUID,
    tx: ReadTx,
    actor: CurrentActor,
    record_id: Annotated[
        UUID | None, Query(description="Of this line of the history; else of the last")
    ] = None,
) -> ReceiptOut:
    """Return the signed receipt of what happened to a consent, for machines.

    Problems: `agreements.unknown_consent`, `agreements.unknown_receipt`.
    """
    consent = await _visible(tx, actor, consent_id)
    return ReceiptOut.of(await service.consent_receipt(tx, consent.id, record_id=record_id))


@api.get(
    "/consents/{consent_id}/receipt.pdf",
    summary="A consent's receipt to print",
    response_class=Response,
    responses=PDF,
)
async def print_receipt(
    consent_id: UUID,
    tx: ReadTx,
    actor: CurrentActor,
    language: RequestLanguage,
    record_id: Annotated[
        UUID | None, Query(description="Of this line of the history; else of the last")
    ] = None,
) -> Response:
    """Return the receipt as PDF; what counts is the signed record it shows.

    Problems: `agreements.unknown_consent`, `agreements.unknown_receipt`, `pdf.busy`.
    """
    consent = await _visible(tx, actor, consent_id)
    receipt = await service.consent_receipt(tx, consent.id, record_id=record_id)
    made = await service.render_receipt(consent, receipt, language=language)
    return as_pdf(made, f"receipt-{receipt.record_id}")


@api.post(
    "/consents/{consent_id}/withdrawal",
    summary="Withdraw a consent",
    dependencies=[Depends(require(WITHDRAW))],
)
async def withdraw_consent(
    consent_id: UUID, tx: WriteTx, actor: CurrentActor, at: Instant
) -> ConsentOut:
    """Take a consent back; with the answer to this request nothing is fetched on it any more.

    Planned fetches are cancelled with it; one under way stops within a page and keeps nothing.
    Withdrawing twice changes nothing. Problems: `agreements.unknown_consent`,
    `agreements.consent_replaced`. Needs the permission `agreements:withdraw`.
    """
    consent = await service.get_consent(tx, consent_id)
    actor.check(WITHDRAW, party_id=consent.party_id, unknown=UnknownConsent(consent_id=consent_id))
    withdrawn = await service.withdraw_consent(
        tx, consent_id=consent.id, withdrawn_by=actor.id, at=at
    )
    return ConsentOut.of(withdrawn, at)


async def _visible(tx: ReadSession, actor: Actor, consent_id: UUID) -> Consent:
    """Return the consent, if there is one and the caller may see it."""
    consent = await service.get_consent(tx, consent_id)
    if consent.party_id not in actor.party_ids and not actor.may(READ_ANY):
        raise UnknownConsent(consent_id=consent_id)
    return consent
