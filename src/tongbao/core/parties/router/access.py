"""Who may see and change what of a party. What one may not see looks like what is not there."""

from typing import Final
from uuid import UUID

from tongbao.core.parties.domain import UnknownParty
from tongbao.infra.auth import Actor

READ_ANY: Final = "parties:read_any"
MAINTAIN_ANY: Final = "parties:maintain_any"
VERIFY: Final = "parties:verify"


def may_see(actor: Actor, party_id: UUID) -> bool:
    """Tell whether a party is the actor's own or everybody is."""
    return party_id in actor.party_ids or actor.may(READ_ANY)


def check_sees(actor: Actor, party_id: UUID) -> None:
    """Raise `UnknownParty` unless the actor may see the party."""
    if not may_see(actor, party_id):
        raise UnknownParty(party_id=party_id)


def check_maintains(actor: Actor, party_id: UUID) -> None:
    """Raise `UnknownParty` unless it is the actor's own, or the actor maintains everybody's."""
    if party_id not in actor.party_ids and not actor.may(MAINTAIN_ANY):
        raise UnknownParty(party_id=party_id)
