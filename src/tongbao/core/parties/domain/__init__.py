"""The rules about parties, a file for each matter; no database here."""

from tongbao.core.parties.domain.levels import PartyKind
from tongbao.core.parties.domain.parties import (
    NAME_LENGTH_MAX,
    NameMalformed,
    Party,
    PartyId,
    RegistrationNumberMalformed,
    RegistrationNumberTaken,
    UnknownParty,
    clean_name,
    clean_registration_number,
)

__all__ = [
    "NAME_LENGTH_MAX",
    "NameMalformed",
    "Party",
    "PartyId",
    "PartyKind",
    "RegistrationNumberMalformed",
    "RegistrationNumberTaken",
    "UnknownParty",
    "clean_name",
    "clean_registration_number",
]
