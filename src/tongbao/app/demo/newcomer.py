"""Somebody made up whom a visitor of the demo may be, with a firm that does not bank here yet."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Final

from tongbao.core.parties import service as parties
from tongbao.infra.db import ReadSession
from tongbao_sandbox import cards, firms, people
from tongbao_sandbox.registrations import registration, representative

_RATING: Final = "A"
_COMPANY: Final = "91"
_FIRST: Final = 20
"""The firms before are those of the demo's own people."""
_OFFERED: Final = 40


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A person with a card, and the sound firm that they represent."""

    name: str
    id_number: str
    issuing_authority: str
    valid_from: date
    valid_until: date | None
    firm: str
    registration_number: str
    founded_on: date
    business_scope: str


async def find_newcomer(tx: ReadSession) -> Newcomer | None:
    """Return somebody whose firm nobody has opened yet; None when all of them are here."""
    for each in islice(_newcomers(), _OFFERED):
        number = each.registration_number
        if await parties.find_by_registration_number(tx, registration_number=number) is None:
            return each
    return None


def _newcomers() -> Iterator[Newcomer]:
    crowd = people.load()
    for firm in firms.load().firms[_FIRST:]:
        entry, person = registration(firm, crowd), representative(firm, crowd)
        is_company = firm.registration_number.startswith(_COMPANY)
        if not is_company or firm.rating != _RATING or entry.status != "in_operation":
            continue
        card = cards.card_of(person)
        yield Newcomer(
            name=card.name,
            id_number=card.number,
            issuing_authority=card.issuing_authority,
            valid_from=card.valid_from,
            valid_until=card.valid_until,
            firm=firm.name,
            registration_number=firm.registration_number,
            founded_on=entry.founded_on,
            business_scope=entry.business_scope,
        )
