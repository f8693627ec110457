"""Identity cards of the sandbox's people, as the API takes them."""

from dataclasses import asdict
from datetime import date
from typing import Any

from tongbao_sandbox import cards
from tongbao_sandbox.people import Person


def card_of(person: Person) -> dict[str, Any]:
    """Return what a person's card says, its days as text."""
    facts = asdict(cards.card_of(person))
    return {name: str(each) if isinstance(each, date) else each for name, each in facts.items()}
