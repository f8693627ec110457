"""Identity cards of the sandbox's people, as their owners type them in."""

from datetime import date
from typing import Any

from tongbao_sandbox.people import Person


def card_of(person: Person) -> dict[str, Any]:
    """Return a person's card, issued on a birthday with the term of the law."""
    born = person.born_on
    issued = date(2021, born.month, min(born.day, 28))
    age = issued.year - born.year - ((issued.month, issued.day) < (born.month, born.day))
    years = 5 if age < 16 else 10 if age < 26 else 20
    ends = None if age >= 46 else issued.replace(year=issued.year + years).isoformat()
    return {
        "name": person.name,
        "number": person.id_number,
        "sex": person.sex,
        "born_on": born.isoformat(),
        "issuing_authority": "杭州市公安局",
        "valid_from": issued.isoformat(),
        "valid_until": ends,
    }
