"""Contact points and addresses, which customers keep up to date themselves, and relationships."""

from uuid import UUID

from fastapi import Depends, status

from tongbao.core.parties import service
from tongbao.core.parties.router.access import check_maintains, check_sees
from tongbao.core.parties.schemas.reaching import (
    Addresses,
    AddressOut,
    ContactOut,
    Contacts,
    NewAddress,
    NewContact,
    NewRelationship,
    RelationshipEnd,
    RelationshipOut,
    Relationships,
)
from tongbao.infra.auth import CurrentActor, require
from tongbao.infra.web import Instant, ReadTx, WriteTx, router

api = router(prefix="", tags=[])  # below the prefix and tag of the whole

REGISTERS = Depends(require("parties:register"))


@api.get("/{party_id}/contacts", summary="Contact points")
async def list_contacts(party_id: UUID, tx: ReadTx, actor: CurrentActor) -> Contacts:
    """Return phone numbers and e-mail addresses in use, masked.

    Problems: `parties.unknown_party`.
    """
    check_sees(actor, party_id)
    await service.get(tx, party_id)
    found = await service.contacts(tx, party_id)
    return Contacts(items=[ContactOut.of(each) for each in found])


@api.post(
    "/{party_id}/contacts",
    summary="Add a contact point",
    status_code=status.HTTP_201_CREATED,
)
async def add_contact(
    party_id: UUID, body: NewContact, tx: WriteTx, actor: CurrentActor, at: Instant
) -> ContactOut:
    """Add a phone number or e-mail address, not verified yet. Needs `parties:maintain`.

    Problems: `parties.unknown_party`, `parties.phone_malformed`, `parties.email_malformed`,
    `parties.contact_taken`, `parties.too_many`.
    """
    check_maintains(actor, party_id)
    made = await service.add_contact(tx, party_id=party_id, kind=body.kind, value=body.value, at=at)
    return ContactOut.of(made)


@api.put(
    "/{party_id}/contacts/{contact_id}/primary",
    summary="Make a contact point the primary one",
)
async def make_primary(
    party_id: UUID, contact_id: UUID, tx: WriteTx, actor: CurrentActor, at: Instant
) -> ContactOut:
    """Use this contact point of its kind first. Needs the permission `parties:maintain`.

    Problems: `parties.unknown_party`, `parties.unknown_contact`.
    """
    check_maintains(actor, party_id)
    made = await service.make_primary(tx, party_id=party_id, contact_id=contact_id, at=at)
    return ContactOut.of(made)


@api.delete(
    "/{party_id}/contacts/{contact_id}",
    summary="Use a contact point no more",
    status_code=status.HTTP_204_NO_CONTENT,
)
async def remove_contact(
    party_id: UUID, contact_id: UUID, tx: WriteTx, actor: CurrentActor, at: Instant
) -> None:
    """Stop using a contact point; it stays on record. Needs the permission `parties:maintain`.

    Problems: `parties.unknown_party`, `parties.unknown_contact`.
    """
    check_maintains(actor, party_id)
    await service.remove_contact(tx, party_id=party_id, contact_id=contact_id, at=at)


@api.get("/{party_id}/addresses", summary="Addresses")
async def list_addresses(party_id: UUID, tx: ReadTx, actor: CurrentActor) -> Addresses:
    """Return the addresses in use. Problems: `parties.unknown_party`."""
    check_sees(actor, party_id)
    await service.get(tx, party_id)
    found = await service.addresses(tx, party_id)
    return Addresses(items=[AddressOut.of(each) for each in found])


@api.post(
    "/{party_id}/addresses",
    summary="Add an address",
    status_code=status.HTTP_201_CREATED,
)
async def add_address(
    party_id: UUID, body: NewAddress, tx: WriteTx, actor: CurrentActor, at: Instant
) -> AddressOut:
    """Add a postal address. Needs the permission `parties:maintain`.

    Problems: `parties.unknown_party`, `parties.address_malformed`, `parties.too_many`.
    """
    check_maintains(actor, party_id)
    made = await service.add_address(
        tx,
        party_id=party_id,
        kind=body.kind,
        country=body.country,
        region=body.region,
        line=body.line,
        postal_code=body.postal_code,
        at=at,
    )
    return AddressOut.of(made)


@api.delete(
    "/{party_id}/addresses/{address_id}",
    summary="Use an address no more",
    status_code=status.HTTP_204_NO_CONTENT,
)
async def remove_address(
    party_id: UUID, address_id: UUID, tx: WriteTx, actor: CurrentActor, at: Instant
) -> None:
    """Stop using an address; it stays on record. Needs the permission `parties:maintain`.

    Problems: `parties.unknown_party`, `parties.unknown_contact`.
    """
    check_maintains(actor, party_id)
    await service.remove_address(tx, party_id=party_id, address_id=address_id, at=at)


@api.get("/{party_id}/relationships", summary="Relationships")
async def list_relationships(
    party_id: UUID, tx: ReadTx, actor: CurrentActor, *, ended: bool = False
) -> Relationships:
    """Return relationships from either side, the latest first; with `ended` those over, too.

    Problems: `parties.unknown_party`.
    """
    check_sees(actor, party_id)
    await service.get(tx, party_id)
    found = await service.relationships(tx, party_id, lasting=not ended)
    return Relationships(items=[RelationshipOut.of(each) for each in found])


@api.post(
    "/{party_id}/relationships",
    summary="Begin a relationship to the party",
    status_code=status.HTTP_201_CREATED,
    dependencies=[REGISTERS],
)
async def relate(
    party_id: UUID, body: NewRelationship, tx: WriteTx, actor: CurrentActor, at: Instant
) -> RelationshipOut:
    """Say who represents, owns, operates, vouches for or is family of the party.

    Needs the permission `parties:register`. Problems: `parties.unknown_party`,
    `parties.relationship_not_possible`, `parties.relationship_taken`,
    `parties.shares_exceed_whole`, `parties.guarantee_circle`, `parties.too_many`.
    """
    made = await service.relate(
        tx,
        kind=body.kind,
        from_party_id=body.from_party_id,
        to_party_id=party_id,
        share_basis_points=body.share_basis_points,
        since=body.since,
        created_by=actor.id,
        at=at,
    )
    return RelationshipOut.of(made)


@api.post(
    "/{party_id}/relationships/{relationship_id}/end",
    summary="End a relationship",
    dependencies=[REGISTERS],
)
async def end_relationship(
    party_id: UUID, relationship_id: UUID, body: RelationshipEnd, tx: WriteTx, at: Instant
) -> RelationshipOut:
    """End a relationship; it stays on record. Needs the permission `parties:register`.

    Problems: `parties.unknown_relationship`, `parties.end_before_begin`.
    """
    ended = await service.end_relationship(
        tx, party_id=party_id, relationship_id=relationship_id, until=body.until, at=at
    )
    return RelationshipOut.of(ended)
