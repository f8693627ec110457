"""What is known of a party: facts of persons and organisations, and documents."""

from uuid import UUID

from fastapi import Depends, status

from tongbao.core.parties import service
from tongbao.core.parties.router.access import check_sees
from tongbao.core.parties.schemas.profiles import (
    DocumentOut,
    Documents,
    NewDocument,
    OrganisationOut,
    OrganisationShape,
    PersonOut,
    PersonShape,
)
from tongbao.infra.auth import CurrentActor, require
from tongbao.infra.web import Instant, ReadTx, WriteTx, router

api = router(prefix="", tags=[])  # below the prefix and tag of the whole

REGISTERS = Depends(require("parties:register"))


@api.get("/{party_id}/person", summary="The facts of a person")
async def get_person(party_id: UUID, tx: ReadTx, actor: CurrentActor) -> PersonOut:
    """Return what is known of a person; all is null while nobody wrote anything down.

    Problems: `parties.unknown_party`.
    """
    check_sees(actor, party_id)
    await service.get(tx, party_id)
    known = await service.person(tx, party_id)
    return PersonOut() if known is None else PersonOut.of(known)


@api.put("/{party_id}/person", summary="Write down the facts of a person", dependencies=[REGISTERS])
async def put_person(
    party_id: UUID, body: PersonShape, tx: WriteTx, actor: CurrentActor, at: Instant
) -> PersonOut:
    """Write down the facts in place of those before. Needs the permission `parties:register`.

    Problems: `parties.unknown_party`, `parties.wrong_kind`, `parties.fact_malformed`.
    """
    facts = await service.record_person(
        tx, party_id=party_id, facts=body.facts(), recorded_by=actor.id, at=at
    )
    return PersonOut.of(facts)


@api.get("/{party_id}/organisation", summary="The facts of an organisation")
async def get_organisation(
    party_id: UUID, tx: ReadTx, actor: CurrentActor
) -> OrganisationOut | None:
    """Return what is known of an organisation; null while nobody wrote anything down.

    Problems: `parties.unknown_party`.
    """
    check_sees(actor, party_id)
    await service.get(tx, party_id)
    known = await service.organisation(tx, party_id)
    return None if known is None else OrganisationOut.of(known)


@api.put(
    "/{party_id}/organisation",
    summary="Write down the facts of an organisation",
    dependencies=[REGISTERS],
)
async def put_organisation(
    party_id: UUID, body: OrganisationShape, tx: WriteTx, actor: CurrentActor, at: Instant
) -> OrganisationOut:
    """Write down the facts in place of those before. Needs the permission `parties:register`.

    Problems: `parties.unknown_party`, `parties.wrong_kind`, `parties.fact_malformed`.
    """
    facts = await service.record_organisation(
        tx, party_id=party_id, facts=body.facts(), recorded_by=actor.id, at=at
    )
    return OrganisationOut.of(facts)


@api.get("/{party_id}/documents", summary="Documents, all versions")
async def list_documents(party_id: UUID, tx: ReadTx, actor: CurrentActor) -> Documents:
    """Return a party's documents, the latest first, their numbers masked.

    Problems: `parties.unknown_party`.
    """
    check_sees(actor, party_id)
    await service.get(tx, party_id)
    found = await service.documents(tx, party_id)
    return Documents(items=[DocumentOut.of(each) for each in found])


@api.post(
    "/{party_id}/documents",
    summary="Record a document",
    status_code=status.HTTP_201_CREATED,
    dependencies=[REGISTERS],
)
async def record_document(
    party_id: UUID, body: NewDocument, tx: WriteTx, actor: CurrentActor, at: Instant
) -> DocumentOut:
    """Record a document or a new version; check digits are checked.

    The same facts again change nothing. Needs the permission `parties:register`. Problems:
    `parties.unknown_party`, `parties.document_number_malformed`, `parties.document_dates_wrong`,
    `parties.document_field_malformed`, `parties.registration_number_malformed`.
    """
    made = await service.record_document(
        tx,
        party_id=party_id,
        type=body.type,
        number=body.number,
        issuing_authority=body.issuing_authority,
        valid_from=body.valid_from,
        valid_until=body.valid_until,
        recorded_by=actor.id,
        at=at,
    )
    return DocumentOut.of(made)
