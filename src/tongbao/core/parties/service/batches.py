"""What a batch of payments asks of those who pay, looked up in a statement of the batch."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from tongbao.core.parties.domain.levels import Level, PartyKind
from tongbao.core.parties.domain.lifecycle import Status
from tongbao.core.parties.domain.parties import PartyId

KNOWN_COLUMNS: Final = 5
_KINDS: Final = {each.value: each for each in PartyKind}
_STATUSES: Final = {each.value: each for each in Status}
_LEVELS: Final = {each.value: each for each in Level}


class Known(NamedTuple):
    """What a payment asks of its payer, as `parties_by_id` finds it."""

    id: PartyId
    kind: PartyKind
    name: str
    status: Status
    level: Level


def known(row: Sequence[Any]) -> Known | None:
    """Return the party that a statement of somebody's has looked up, if there is one.

    The row has the columns of the same names, in the order of `Known`.
    """
    if row[0] is None:
        return None
    return Known(row[0], _KINDS[row[1]], row[2], _STATUSES[row[3]], _LEVELS[row[4]])
