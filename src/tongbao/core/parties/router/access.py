"""Who may see and change what of a party. What one may not see looks like what is not there."""

from typing import Final
from uuid import UUID

from tongbao.core.parties.domain import UnknownParty
from tongbao.infra.auth import Actor

READ_ANY: Final = "parties:read_any"
MAINTAIN: Final = "parties:maintain"
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
    """Raise unless the actor maintains everybody's data, or this party's, which is their own.

    `UnknownParty` for one the actor does not act for, `auth.Forbidden` for one they do.
    """
    if not actor.may(MAINTAIN_ANY):
        actor.check(MAINTAIN, party_id=party_id, unknown=UnknownParty(party_id=party_id))
