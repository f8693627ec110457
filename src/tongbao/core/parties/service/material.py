"""What is known when a case is checked: read from its evidence, asked of services, judged."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import select

from tongbao.core.parties.domain.cases import Evidence, EvidenceKind, IdCard, Licence
from tongbao.core.parties.domain.checks import (
    BureauResult,
    CheckUnavailable,
    CheckUntrustworthy,
    FaceAnswer,
    RegistryEntry,
    Service,
)
from tongbao.core.parties.domain.judging import Related
from tongbao.core.parties.domain.levels import Level, Need
from tongbao.core.parties.domain.persons import OrganisationForm, Sex
from tongbao.core.parties.domain.relationships import RelationshipKind
from tongbao.core.parties.gateways.services import (
    BusinessRegistryGateway,
    FaceGateway,
    IdentityBureauGateway,
)
from tongbao.core.parties.models import PartyRow
from tongbao.core.parties.service.relationships import relationships
from tongbao.infra import files
from tongbao.infra.db import ReadSession
from tongbao.kernel.money import Money


class PictureReader(Protocol):
    """Reads documents in pictures; each method returns the fields it is sure of."""

    async def id_card(self, front: bytes, back: bytes) -> dict[str, str] | None:
        """Return name, number, dates; None if nothing here can read."""

    async def licence(self, picture: bytes) -> dict[str, str] | None:
        """Return number, name, legal representative; None if nothing here can read."""


@dataclass(frozen=True, slots=True)
class Outside:
    """Whom a check asks. `reader` is None where no text recognition is installed."""

    registry: BusinessRegistryGateway
    bureau: IdentityBureauGateway
    face: FaceGateway
    reader: PictureReader | None = None


@dataclass(slots=True)
class Material:
    """The evidence of a case, the newest of each kind, with the bytes of its pictures."""

    card: IdCard | None = None
    licence: Licence | None = None
    pictures: dict[EvidenceKind, bytes] = field(default_factory=dict)
    card_reading: dict[str, str] | None = None
    licence_reading: dict[str, str] | None = None


@dataclass(slots=True)
class Heard:
    """What the services answered this time."""

    facts: dict[EvidenceKind, dict[str, Any]] = field(default_factory=dict)
    bureau: BureauResult | None = None
    faces: FaceAnswer | None = None
    entry: RegistryEntry | None = None
    entry_asked: bool = False
    card_reading: dict[str, str] | None = None
    licence_reading: dict[str, str] | None = None
    unavailable: set[Service] = field(default_factory=set)
    untrustworthy: set[Service] = field(default_factory=set)


async def gather(tx: ReadSession, given: Sequence[Evidence]) -> Material:
    """Return the newest evidence of each kind; only pictures a machine can look at have bytes."""
    newest = {each.kind: each for each in given}
    material = Material()
    if EvidenceKind.ID_CARD in newest:
        material.card = card_of(newest[EvidenceKind.ID_CARD].facts)
    if EvidenceKind.BUSINESS_LICENCE in newest:
        material.licence = licence_of(newest[EvidenceKind.BUSINESS_LICENCE].facts)
    material.card_reading = reading_of(
        given,
        EvidenceKind.ID_CARD_READING,
        (EvidenceKind.ID_CARD_FRONT, EvidenceKind.ID_CARD_BACK),
    )
    material.licence_reading = reading_of(
        given, EvidenceKind.LICENCE_READING, (EvidenceKind.LICENCE_PICTURE,)
    )
    for kind, each in newest.items():
        if each.file_id is not None:
            stored = await files.get(tx, each.file_id)
            if stored.media_type is files.MediaType.JPEG:
                material.pictures[kind] = await files.content(tx, stored)
    return material


def reading_of(
    given: Sequence[Evidence], reading: EvidenceKind, pictures: Collection[EvidenceKind]
) -> dict[str, str] | None:
    """Return what was read of the newest of these pictures; None if nobody has read them yet."""
    places = {each.kind: place for place, each in enumerate(given)}
    place = places.get(reading)
    if place is None or any(places.get(each, -1) > place for each in pictures):
        return None
    return {name: str(value) for name, value in given[place].facts.items()}


async def ask(outside: Outside, material: Material, needs: frozenset[Need]) -> Heard:
    """Ask the services whatever this level needs. No transaction is open meanwhile."""
    heard = Heard()
    for service, asking in (
        (Service.IDENTITY_BUREAU, _ask_bureau),
        (Service.BUSINESS_REGISTRY, _ask_registry),
        (Service.FACE, _ask_face),
    ):
        try:
            await asking(outside, material, needs, heard)
        except CheckUnavailable:
            heard.unavailable.add(service)
        except CheckUntrustworthy as error:
            heard.untrustworthy.add(service)
            heard.facts[_EVIDENCE[service]] = {"untrustworthy": error.cause}
    await _read(outside, material, needs, heard)
    return heard


_EVIDENCE = {
    Service.IDENTITY_BUREAU: EvidenceKind.IDENTITY_BUREAU,
    Service.BUSINESS_REGISTRY: EvidenceKind.BUSINESS_REGISTRY,
    Service.FACE: EvidenceKind.FACE_COMPARISON,
}


async def _ask_bureau(
    outside: Outside, material: Material, needs: frozenset[Need], heard: Heard
) -> None:
    if Need.IDENTITY_BUREAU in needs and material.card is not None:
        card = material.card
        heard.bureau = await outside.bureau.check(id_number=card.number, name=card.name)
        heard.facts[EvidenceKind.IDENTITY_BUREAU] = {"result": heard.bureau.value}


async def _ask_registry(
    outside: Outside, material: Material, needs: frozenset[Need], heard: Heard
) -> None:
    if Need.BUSINESS_REGISTRY not in needs or material.licence is None:
        return
    entry = await outside.registry.entry(material.licence.registration_number)
    heard.entry, heard.entry_asked = entry, True
    heard.facts[EvidenceKind.BUSINESS_REGISTRY] = (
        {"found": False}
        if entry is None
        else {
            "found": True,
            "name": entry.name,
            "legal_form": entry.legal_form,
            "legal_representative": entry.legal_representative,
            "founded_on": entry.founded_on.isoformat(),
            "status": entry.status.value,
            "business_scope": entry.business_scope,
        }
    )


async def _ask_face(
    outside: Outside, material: Material, needs: frozenset[Need], heard: Heard
) -> None:
    selfie = material.pictures.get(EvidenceKind.FACE)
    if Need.FACE not in needs or material.card is None or selfie is None:
        return
    heard.faces = await outside.face.compare(
        id_number=material.card.number,
        portrait=material.pictures.get(EvidenceKind.ID_CARD_FRONT),
        selfie=selfie,
    )
    heard.facts[EvidenceKind.FACE_COMPARISON] = {
        "similarity": heard.faces.similarity,
        "liveness": heard.faces.liveness,
    }


async def _read(outside: Outside, material: Material, needs: frozenset[Need], heard: Heard) -> None:
    reader, pictures = outside.reader, material.pictures
    heard.card_reading, heard.licence_reading = material.card_reading, material.licence_reading
    front = pictures.get(EvidenceKind.ID_CARD_FRONT)
    back = pictures.get(EvidenceKind.ID_CARD_BACK)
    licence = pictures.get(EvidenceKind.LICENCE_PICTURE)
    if reader is None:
        return
    unread = heard.card_reading is None
    if unread and Need.ID_CARD_PICTURES in needs and front is not None and back is not None:
        heard.card_reading = await reader.id_card(front, back)
        heard.facts[EvidenceKind.ID_CARD_READING] = heard.card_reading or {}
    unread = heard.licence_reading is None
    if unread and Need.LICENCE_PICTURE in needs and licence is not None:
        heard.licence_reading = await reader.licence(licence)
        heard.facts[EvidenceKind.LICENCE_READING] = heard.licence_reading or {}


async def related(tx: ReadSession, party_id: UUID, needs: frozenset[Need]) -> Related:
    """Return how well those are known whom an organisation's case rests on."""
    if Need.BUSINESS_LICENCE not in needs:
        return Related()
    representative, owners = None, []
    for each in await relationships(tx, party_id):
        if each.to_party_id != party_id:
            continue
        row = await tx.get(PartyRow, each.from_party_id, populate_existing=True)
        assert row is not None, "the foreign key holds the party"
        if each.kind is RelationshipKind.LEGAL_REPRESENTATIVE:
            representative = (row.name, Level(row.level))
        elif each.kind is RelationshipKind.BENEFICIAL_OWNER:
            owners.append(Level(row.level))
    return Related(representative, tuple(owners))


async def known_risk(tx: ReadSession, party_id: UUID) -> str | None:
    """Return the customer's risk, if anybody judged it."""
    found: str | None = await tx.scalar(select(PartyRow.risk).where(PartyRow.id == party_id))
    return found


def card_of(facts: dict[str, Any]) -> IdCard:
    """Return the identity card that stored facts tell of."""
    return IdCard(
        name=facts["name"],
        number=facts["number"],
        sex=Sex(facts["sex"]),
        born_on=date.fromisoformat(facts["born_on"]),
        issuing_authority=facts["issuing_authority"],
        valid_from=date.fromisoformat(facts["valid_from"]),
        valid_until=_day(facts["valid_until"]),
        ethnicity=facts["ethnicity"],
        address=facts["address"],
    )


def licence_of(facts: dict[str, Any]) -> Licence:
    """Return the licence that stored facts tell of."""
    capital = facts["registered_capital"]
    return Licence(
        name=facts["name"],
        registration_number=facts["registration_number"],
        form=OrganisationForm(facts["form"]),
        legal_form=facts["legal_form"],
        legal_representative=facts["legal_representative"],
        founded_on=date.fromisoformat(facts["founded_on"]),
        valid_until=_day(facts["valid_until"]),
        business_scope=facts["business_scope"],
        registered_capital=(
            None if capital is None else Money.parse(capital["amount"], capital["currency"])
        ),
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
