"""Identity cards of the sandbox's people, as their owners read them off."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from tongbao_sandbox.people import Person

_AUTHORITY: Final = "杭州市公安局"
_ISSUED_IN: Final = 2021
_TERMS: Final = ((16, 5), (26, 10), (46, 20))
"""Below so many years of age a card is good for so many."""


@dataclass(frozen=True, slots=True)
class Card:
    """What a card says; `valid_until` None: long-term."""

    name: str
    number: str
    sex: Literal["female", "male"]
    born_on: date
    issuing_authority: str
    valid_from: date
    valid_until: date | None


def card_of(person: Person) -> Card:
    """Return a person's card, issued on a birthday with the term of the law."""
    born = person.born_on
    issued = date(_ISSUED_IN, born.month, min(born.day, 28))
    age = issued.year - born.year - ((issued.month, issued.day) < (born.month, born.day))
    years = next((term for below, term in _TERMS if age < below), None)
    return Card(
        name=person.name,
        number=person.id_number,
        sex=person.sex,
        born_on=born,
        issuing_authority=_AUTHORITY,
        valid_from=issued,
        valid_until=None if years is None else issued.replace(year=issued.year + years),
    )
