"""Which of an account's entries somebody wants to see."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from tongbao.core.accounts.domain.categories import NAMES, EntryCategory

TEXT_LENGTH_MAX = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFilter:
    """All that is given must be met. Days are those of booking, both included.

    Amounts are in minor units of the account's currency, both ends included. `text` is looked for,
    whatever its case, in the reference, the counterparty's name and number, and the category.
    """

    booked_from: date | None = None
    booked_to: date | None = None
    amount_min: int | None = None
    amount_max: int | None = None
    direction: Literal["debit", "credit"] | None = None
    category: EntryCategory | None = None
    text: str | None = None

    @property
    def reads(self) -> bool:
        """Whether entries must be read to tell whether they are wanted."""
        return self.category is not None or bool(self.text)

    def wants(self, category: EntryCategory, texts: Iterable[str | None]) -> bool:
        """Tell whether an entry of this category, with these texts, is wanted."""
        if self.category not in (None, category):
            return False
        if not self.text:
            return True
        sought = self.text.casefold()
        name = NAMES[category]
        return any(sought in each.casefold() for each in (*texts, name.zh, name.en) if each)
