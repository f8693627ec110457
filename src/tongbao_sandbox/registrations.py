"""What the business registry knows of each firm: derived from the firm, the same every time."""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from tongbao_sandbox.book import Firm
from tongbao_sandbox.people import PeopleBook, Person

Standing = Literal["in_operation", "abnormal", "revoked", "cancelled"]

_FIRST: Final = date(2001, 1, 1)
_DAYS: Final = 20 * 365
_CODE_FIRST_SOLE_TRADER: Final = "92"
# Of a hundred firms beside the demonstration's: two are not what they were.
_ODD: Final[dict[int, Standing]] = {7: "abnormal", 11: "revoked", 13: "cancelled"}
_DEMO: Final = frozenset({"S1", "S2"})


@dataclass(frozen=True, slots=True)
class Registration:
    """An entry of the register; amounts in yuan."""

    registration_number: str
    name: str
    legal_form: str
    legal_representative: str
    registered_capital: str | None
    founded_on: date
    valid_until: date | None
    status: Standing
    business_scope: str


def representative(firm: Firm, people: PeopleBook) -> Person:
    """Return the legal representative of a firm."""
    grown = people.people[5:]
    return grown[_draw(firm, "representative", len(grown))]


def registration(firm: Firm, people: PeopleBook) -> Registration:
    """Return the register's entry of a firm."""
    sole = firm.registration_number.startswith(_CODE_FIRST_SOLE_TRADER)
    odd = None if firm.code in _DEMO else _ODD.get(_draw(firm, "standing", 100))
    return Registration(
        registration_number=firm.registration_number,
        name=firm.name,
        legal_form="个体工商户" if sole else "有限责任公司(自然人投资或控股)",
        legal_representative=representative(firm, people).name,
        registered_capital=None if sole else f"{(1 + _draw(firm, 'capital', 20)) * 500_000}.00",
        founded_on=_FIRST + timedelta(days=_draw(firm, "founded", _DAYS)),
        valid_until=None,
        status=odd or "in_operation",
        business_scope="建筑材料批发;五金产品零售;日用百货销售;国内贸易代理",
    )


def _draw(firm: Firm, what: str, below: int) -> int:
    digest = hashlib.blake2b(f"{firm.registration_number}/{what}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) % below
