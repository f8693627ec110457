"""`/api/v1/agreements`: consent texts, consents and signed agreements.

Customers see, give and take back what concerns their own parties; staff may read all. What the
caller may not see is answered exactly like what does not exist.
"""

from collections.abc import Collection
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response, status

from tongbao.core.agreements import service
from tongbao.core.agreements.domain import (
    Consent,
    ConsentNotConfirmed,
    UnknownAgreement,
    UnknownConsent,
)
from tongbao.core.agreements.schemas import (
    AgreementOut,
    AgreementSummary,
    ConsentOut,
    ConsentRecordOut,
    ConsentTextOut,
    NewConsent,
)
from tongbao.core.parties.service import UnknownParty
from tongbao.infra.auth import PUBLIC, Actor, CurrentActor, require
from tongbao.infra.db import ReadSession
from tongbao.infra.web import Instant, PageLimit, ReadTx, WriteTx, router
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page

READ_ANY = "agreements:read_any"
GRANT = "agreements:grant"
WITHDRAW = "agreements:withdraw"

api = router(prefix="/api/v1/agreements", tags=["agreements"])

After = Annotated[str | None, Query(max_length=1_000, description="`next` of the page before")]
OfParty = Annotated[UUID | None, Query(description="Only of this party")]


@api.get("/consent-texts", summary="What may be consented to", dependencies=[PUBLIC])
async def list_consent_texts() -> list[ConsentTextOut]:
    """Return the texts in use with their versions and digests, in Chinese and English."""
    return [ConsentTextOut.of(text) for text in service.texts_in_use()]


@api.post(
    "/consents",
    summary="Grant a consent",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(require(GRANT))],
)
async def grant_consent(
    body: NewConsent, tx: WriteTx, actor: CurrentActor, at: Instant, response: Response
) -> ConsentOut:
    """Record that a party read the text in use and confirmed it a second time.

    Granting again what is in force changes nothing. Problems: `agreements.consent_not_confirmed`,
    `agreements.unknown_consent_text`, `agreements.consent_text_outdated`,
    `agreements.consent_text_mismatch`, `parties.unknown_party`. Needs the permission
    `agreements:grant`.
    """
    actor.check(GRANT, party_id=body.party_id, unknown=UnknownParty(party_id=body.party_id))
    if not body.confirmed:
        raise ConsentNotConfirmed
    consent = await service.grant_consent(
        tx,
        party_id=body.party_id,
        purpose=body.purpose,
        source=body.source,
        text_version=body.text_version,
        text_digest=body.text_digest,
        granted_by=actor.id,
        at=at,
    )
    response.headers["Location"] = f"{api.prefix}/consents/{consent.id}"
    return ConsentOut.of(consent)


@api.get("/consents", summary="Consents, the latest first")
async def list_consents(
    tx: ReadTx,
    actor: CurrentActor,
    party_id: OfParty = None,
    after: After = None,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
) -> Page[ConsentOut]:
    """Return the consents the caller may see, in force and ended.

    Problems: `page.bad_cursor`.
    """
    page = await service.list_consents(tx, among=_among(actor, party_id), after=after, limit=limit)
    return Page[ConsentOut](items=[ConsentOut.of(each) for each in page.items], next=page.next)


@api.get("/consents/{consent_id}", summary="One consent")
async def get_consent(consent_id: UUID, tx: ReadTx, actor: CurrentActor) -> ConsentOut:
    """Return a consent.

    Problems: `agreements.unknown_consent`.
    """
    return ConsentOut.of(await _visible(tx, actor, consent_id))


@api.get("/consents/{consent_id}/history", summary="What happened to a consent")
async def get_history(consent_id: UUID, tx: ReadTx, actor: CurrentActor) -> list[ConsentRecordOut]:
    """Return who granted and ended a consent and when, oldest first; nothing is ever removed.

    Problems: `agreements.unknown_consent`.
    """
    consent = await _visible(tx, actor, consent_id)
    records = await service.consent_history(tx, consent.id)
    return [ConsentRecordOut.of(record) for record in records]


@api.post(
    "/consents/{consent_id}/withdrawal",
    summary="Withdraw a consent",
    dependencies=[Depends(require(WITHDRAW))],
)
async def withdraw_consent(
    consent_id: UUID, tx: WriteTx, actor: CurrentActor, at: Instant
) -> ConsentOut:
    """Take a consent back; with the answer to this request nothing is fetched on it any more.

    Withdrawing twice changes nothing. Problems: `agreements.unknown_consent`,
    `agreements.consent_replaced`. Needs the permission `agreements:withdraw`.
    """
    consent = await service.get_consent(tx, consent_id)
    actor.check(WITHDRAW, party_id=consent.party_id, unknown=UnknownConsent(consent_id=consent_id))
    withdrawn = await service.withdraw_consent(
        tx, consent_id=consent.id, withdrawn_by=actor.id, at=at
    )
    return ConsentOut.of(withdrawn)


@api.get("", summary="Signed agreements, the latest first")
async def list_agreements(
    tx: ReadTx,
    actor: CurrentActor,
    party_id: OfParty = None,
    after: After = None,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
) -> Page[AgreementSummary]:
    """Return the agreements the caller may see, without their words.

    Problems: `page.bad_cursor`.
    """
    page = await service.list_agreements(
        tx, among=_among(actor, party_id), after=after, limit=limit
    )
    return Page[AgreementSummary](
        items=[AgreementSummary.of(each) for each in page.items], next=page.next
    )


@api.get("/{agreement_id}", summary="One signed agreement")
async def get_agreement(agreement_id: UUID, tx: ReadTx, actor: CurrentActor) -> AgreementOut:
    """Return an agreement with the exact words that were signed.

    Problems: `agreements.unknown_agreement`.
    """
    agreement = await service.get_agreement(tx, agreement_id)
    if agreement.party_id not in actor.party_ids and not actor.may(READ_ANY):
        raise UnknownAgreement(agreement_id=agreement_id)
    return AgreementOut.of(agreement)


def _among(actor: Actor, party_id: UUID | None) -> Collection[UUID] | None:
    """Return the parties whose things the caller asks for and may see; None: everybody's."""
    if actor.may(READ_ANY):
        return None if party_id is None else [party_id]
    return actor.party_ids if party_id is None else actor.party_ids & {party_id}


async def _visible(tx: ReadSession, actor: Actor, consent_id: UUID) -> Consent:
    """Return the consent, if there is one and the caller may see it."""
    consent = await service.get_consent(tx, consent_id)
    if consent.party_id not in actor.party_ids and not actor.may(READ_ANY):
        raise UnknownConsent(consent_id=consent_id)
    return consent
