"""What a channel tells us of its own accord."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from tongbao.core.channels.domain.instructions import Counterparty, Outcome
from tongbao.kernel.money import Money


class NoticeKind(StrEnum):
    """What a message is about."""

    OUTCOME = "outcome"  # of an instruction of ours
    INCOMING = "incoming"  # money for a customer of ours, begun elsewhere
    RETURN = "return"  # what was paid out and settled comes back


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing a message says. It is a hint: whoever moves money inquires first.

    `reference` is what to inquire by: ours of an outcome, the sender's of money that comes.
    """

    kind: NoticeKind
    reference: str
    amount: Money
    outcome: Outcome
    original_reference: str | None = None  # of a return: our reference of what comes back
    creditor: Counterparty | None = None  # of money that comes in: our customer
    debtor: Counterparty | None = None  # and who sends it
    remittance: str = ""
    end_to_end_id: str = ""
    uetr: UUID | None = None
    iso_code: str | None = None  # why money comes back
