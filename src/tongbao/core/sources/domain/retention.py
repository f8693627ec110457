"""How long fetched data is kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tongbao.core.agreements.service import Retention


@dataclass(frozen=True, slots=True)
class Use:
    """What fetched data is used for: a decision under way, or a contract made on it.

    `ended_at` is None while it goes on, else when the contract ended. A decision that led to no
    contract is no use any more.
    """

    ended_at: datetime | None = None


def keeps_from(fetched_at: datetime, retention: Retention) -> datetime:
    """Return until when a fetch is kept on which nothing is made."""
    return fetched_at + timedelta(days=retention.days)


def keeps_until(use: Use, retention: Retention) -> datetime:
    """Return until when a fetch is kept after the contract that was made on it has ended."""
    assert use.ended_at is not None, "a contract that goes on has no end yet"
    return use.ended_at + timedelta(days=retention.days_after_contract)
