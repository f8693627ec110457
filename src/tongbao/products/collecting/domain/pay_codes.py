"""Codes that a payer shows and a till scans: another one every 30 seconds, each good once."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from tongbao.core.identity.service import Action
from tongbao.kernel.money import Money

STEP: Final = timedelta(seconds=30)
GRACE: Final = STEP
"""So long after its step a code is still taken: the till needs a moment to scan it."""
CODES_OF_A_STEP_MAX: Final = 5
"""So often one may pay within a step; who wants more waits for the next."""
PREFIX: Final = "70"
DIGITS: Final = 18
"""10^18 codes: with 100,000 people showing one at every moment, a till that guesses 300 times a
minute without pause hits one in 60,000 years."""
CODE_PATTERN: Final = rf"^{PREFIX}[0-9]{{{DIGITS}}}$"
ENABLE: Final = "collecting.pay_code.enable"


@dataclass(frozen=True, slots=True, kw_only=True)
class PayCode:
    """That a user may pay from an account by showing codes, and how much at once."""

    id: UUID
    user_id: UUID
    party_id: UUID
    account_id: UUID
    per_payment: Money
    enabled_at: datetime


@dataclass(frozen=True, slots=True)
class ShownCode:
    """A code as its owner sees it; the next one comes at `next_at`."""

    code: str
    next_at: datetime
    good_until: datetime


def step_of(at: datetime) -> int:
    """Return the number of the 30 seconds that `at` lies in (RFC 6238's time step)."""
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // STEP


def code_from(tag: bytes) -> str:
    """Return the digits that a tag becomes."""
    return f"{PREFIX}{int.from_bytes(tag) % 10**DIGITS:0{DIGITS}d}"


def shown(tag: bytes, *, step: int) -> ShownCode:
    """Return the code of a step."""
    next_at = datetime(1970, 1, 1, tzinfo=UTC) + (step + 1) * STEP
    return ShownCode(code_from(tag), next_at, next_at + GRACE)


def enabling(*, account_number: str, per_payment: Money) -> Action:
    """Return what is confirmed before codes of an account are shown."""
    facts = {
        "account_number": account_number,
        "amount": per_payment.text,
        "currency": per_payment.currency,
    }
    return Action(ENABLE, facts)
