"""A span of booking time on one account: what a statement is made of."""

from dataclasses import dataclass

from tongbao.core.ledger.domain.nouns import AccountId, Entry, TransactionKind


@dataclass(frozen=True, slots=True)
class Span:
    """What an account with a limit moved in a span of booking time; all amounts in minor units.

    It comprises the account's versions (`first_version`, `last_version`]. Postings are only ever
    added, so whoever reads these versions later reads the same. `held` is what pending
    transactions kept at the end. `broken` counts postings whose balance does not follow from the
    one before: none, unless somebody went around the ledger.
    """

    account_id: AccountId
    first_version: int
    last_version: int
    opening: int
    closing: int
    debits: int
    credits: int
    debit_entries: int
    credit_entries: int
    broken: int
    held: int

    @property
    def entries(self) -> int:
        """How many movements there are."""
        return self.last_version - self.first_version


@dataclass(frozen=True, slots=True)
class Movement:
    """An entry with its place in the account's history and the kind of its transaction."""

    entry: Entry
    version: int
    kind: TransactionKind
