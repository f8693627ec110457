"""What each column holds, by the classes of JR/T 0197-2020 (financial data security grading).

A table says it beside its columns, and a test refuses a table that leaves one out::

    class ContactRow(Base):
        __tablename__ = "parties_contact"
        __data__ = Declared(
            core=("value_sealed",), general=("kind",), technical=("id", "party_id", "created_at"),
            keep=Keep.RELATION_AND_5_YEARS,
        )

The class decides how a column is stored, shown and erased: core data is sealed, found by a blind
index, masked wherever it is shown and revealed for a reason; important data is shown to those with
a permission for it; general data needs no more than the route's permission. Technical columns hold
ids, moments, counters and states that say nothing about anybody by themselves.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

LOGS_KEPT: Final = timedelta(days=183)
"""Six months, whichever they are."""


class DataClass(StrEnum):
    """How much harm a disclosure does; the level of JR/T 0197-2020 is beside it."""

    CORE = "core"  # level 4: identity documents, cards, contacts, biometrics, credentials
    IMPORTANT = "important"  # level 3: amounts, transactions, credit and tax data, names
    GENERAL = "general"  # level 2: preferences, product data, texts
    TECHNICAL = "technical"  # level 1: says nothing about anybody by itself

    @property
    def level(self) -> int:
        """Return the level of JR/T 0197-2020, 4 the highest here (5 is state data)."""
        return {"core": 4, "important": 3, "general": 2, "technical": 1}[self.value]


class Keep(StrEnum):
    """How long rows are kept, and what ends it."""

    BOOKS = "books"  # as long as the books: never erased, 15 years at least
    RELATION_AND_5_YEARS = "relation_and_5_years"  # Anti-Money-Laundering Law: customer files
    PROMISED = "promised"  # as long as the consent they came by says
    LOGS_6_MONTHS = "logs_6_months"  # Cybersecurity Law, article 21
    AUDIT = "audit"  # five years, ten where money laundering is concerned
    SHORT = "short"  # until used or expired, then deleted
    CONFIGURATION = "configuration"  # about nobody; kept while in use


@dataclass(frozen=True, slots=True)
class Declared:
    """The class of every column of one table, each named once."""

    core: tuple[str, ...] = ()
    important: tuple[str, ...] = ()
    general: tuple[str, ...] = ()
    technical: tuple[str, ...] = ()
    keep: Keep = Keep.CONFIGURATION
    over: str = ""
    """The column with the moment from which a row is kept no longer than `keep` says."""

    def classes(self) -> dict[str, DataClass]:
        """Return the class by column."""
        return {name: kind for kind in DataClass for name in getattr(self, kind.value)}
