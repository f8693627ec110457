"""How well we know a party, what each level takes, and how much may be moved at it.

Persons: the levels follow the three classes of bank accounts (银发〔2015〕392号, 银发〔2016〕302号,
银发〔2018〕16号): class III 2,000 a day and 50,000 a year, class II 10,000 and 200,000, class I
without such a bound. Organisations: figures of our own, to be set by each bank.
"""

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
    """What may be paid out at a level, in CNY; None is no limit by identity checks."""

    per_transaction: Money | None
    per_day: Money | None
    per_year: Money | None

    @property
    def bounded(self) -> bool:
        """Tell whether anything is limited at all."""
        return not (self.per_transaction is self.per_day is self.per_year is None)


@dataclass(frozen=True, slots=True)
class LevelChange:
    """One change of how well we know a party."""

    before: Level
    after: Level
    reason: str
    case_id: UUID | None
    changed_by: UUID | None
    changed_at: datetime


def _cny(per_transaction: int, per_day: int, per_year: int) -> Limits:
    return Limits(*(Money(yuan * 100, "CNY") for yuan in (per_transaction, per_day, per_year)))


_NO_LIMIT: Final = Limits(None, None, None)
_PERSON: Final = PartyKind.PERSON
_ORGANISATION: Final = PartyKind.ORGANISATION

LIMITS: Final[Mapping[tuple[PartyKind, Level], Limits]] = {
    (_PERSON, Level.NONE): _cny(0, 0, 0),
    (_PERSON, Level.BASIC): _cny(2_000, 2_000, 50_000),
    (_PERSON, Level.STANDARD): _cny(10_000, 10_000, 200_000),
    (_PERSON, Level.FULL): _NO_LIMIT,
    (_ORGANISATION, Level.NONE): _cny(0, 0, 0),
    (_ORGANISATION, Level.BASIC): _cny(50_000, 100_000, 1_000_000),
    (_ORGANISATION, Level.STANDARD): _cny(500_000, 1_000_000, 20_000_000),
    (_ORGANISATION, Level.FULL): _NO_LIMIT,
}

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


def limits_for(kind: PartyKind, level: Level) -> Limits:
    """Return what a party of this kind may pay out at this level."""
    return LIMITS[kind, level]


def needs_for(kind: PartyKind, level: Level) -> frozenset[Need]:
    """Return everything that must agree before a party of this kind is given this level."""
    return NEEDS[kind, level]
