"""What is confirmed of a customer's limits: which one, how much, and for how long."""

from typing import Final
from uuid import UUID

from tongbao.core.identity.service import Action
from tongbao.risk.limits.service import Headroom, counted

LOOSEN: Final = "payments.limits.loosen"
RAISE: Final = "payments.limits.raise"


def loosening(room: Headroom, *, party_id: UUID, maximum: int | None) -> Action:
    """Return what is confirmed of a higher own maximum; without one the bank's holds again."""
    return Action(LOOSEN, _facts(room, party_id, room.rule.maximum if maximum is None else maximum))


def raising(room: Headroom, *, party_id: UUID, maximum: int, hours: int) -> Action:
    """Return what is confirmed of a raise for a time."""
    return Action(RAISE, {**_facts(room, party_id, maximum), "hours": str(hours)})


def _facts(room: Headroom, party_id: UUID, maximum: int) -> dict[str, str]:
    return {
        "party_id": str(party_id),
        "tally": room.rule.tally,
        "period": room.rule.period,
        "limit_zh": room.rule.title.zh,
        "limit_en": room.rule.title.en,
        "maximum": counted(room.rule, maximum),
    }
