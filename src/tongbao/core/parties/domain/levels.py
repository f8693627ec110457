"""How well we know a party, and what each level takes. How much may be moved at it, limits say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Final
from uuid import UUID

from tongbao.kernel.money import Money


class PartyKind(StrEnum):
    """What sort of party it is."""

    PERSON = "person"
    ORGANISATION = "organisation"


class Level(IntEnum):
    """How well a party's identity has been checked."""

    NONE = 0
    BASIC = 1
    STANDARD = 2
    FULL = 3


class Need(StrEnum):
    """One thing that must be known, and agree, before a level is given."""

    ID_CARD = "id_card"  # its facts, with check digit, dates and age
    IDENTITY_BUREAU = "identity_bureau"  # the bureau knows this number under this name
    ID_CARD_PICTURES = "id_card_pictures"  # both sides, read by machine or staff
    FACE = "face"  # a living face, and the one of the card
    BUSINESS_LICENCE = "business_licence"  # its facts, form, scope, term
    BUSINESS_REGISTRY = "business_registry"  # the registry says the same, and that it exists
    LICENCE_PICTURE = "licence_picture"
    LEGAL_REPRESENTATIVE = "legal_representative"  # a person whom we have identified
    BENEFICIAL_OWNERS = "beneficial_owners"  # declared, each identified


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be paid out at a level; None is no limit of that kind."""

    per_transaction: Money | None = None
    per_day: Money | None = None
    per_year: Money | None = None


@dataclass(frozen=True, slots=True)
class LevelChange:
    """One change of how well we know a party."""

    before: Level
    after: Level
    reason: str
    case_id: UUID | None
    changed_by: UUID | None
    changed_at: datetime


_PERSON: Final = PartyKind.PERSON
_ORGANISATION: Final = PartyKind.ORGANISATION

_PERSON_BASIC: Final = frozenset({Need.ID_CARD, Need.IDENTITY_BUREAU})
_ORGANISATION_BASIC: Final = frozenset({Need.BUSINESS_LICENCE, Need.BUSINESS_REGISTRY})
_ORGANISATION_STANDARD: Final = _ORGANISATION_BASIC | {
    Need.LICENCE_PICTURE,
    Need.LEGAL_REPRESENTATIVE,
}
NEEDS: Final[Mapping[tuple[PartyKind, Level], frozenset[Need]]] = {
    (_PERSON, Level.NONE): frozenset(),
    (_PERSON, Level.BASIC): _PERSON_BASIC,
    (_PERSON, Level.STANDARD): _PERSON_BASIC | {Need.ID_CARD_PICTURES},
    (_PERSON, Level.FULL): _PERSON_BASIC | {Need.ID_CARD_PICTURES, Need.FACE},
    (_ORGANISATION, Level.NONE): frozenset(),
    (_ORGANISATION, Level.BASIC): _ORGANISATION_BASIC,
    (_ORGANISATION, Level.STANDARD): _ORGANISATION_STANDARD,
    (_ORGANISATION, Level.FULL): _ORGANISATION_STANDARD | {Need.BENEFICIAL_OWNERS},
}


def needs_for(kind: PartyKind, level: Level) -> frozenset[Need]:
    """Return everything that must agree before a party of this kind is given this level."""
    return NEEDS[kind, level]
