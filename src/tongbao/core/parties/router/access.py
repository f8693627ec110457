"""Who may see and change what of a party. What one may not see looks like what is not there."""

from typing import Final
from uuid import UUID

from tongbao.core.parties.domain import UnknownParty
from tongbao.infra.auth import Actor
from tongbao.kernel.errors import TongbaoError

READ_ANY: Final = "parties:read_any"
MAINTAIN: Final = "parties:maintain"
MAINTAIN_ANY: Final = "parties:maintain_any"
APPLY: Final = "parties:apply"
APPLY_ANY: Final = "parties:apply_any"
VERIFY: Final = "parties:verify"


def may_see(actor: Actor, party_id: UUID) -> bool:
    """Tell whether a party is the actor's own or everybody is."""
    return party_id in actor.party_ids or actor.may(READ_ANY)


def check_sees(actor: Actor, party_id: UUID) -> None:
    """Raise `UnknownParty` unless the actor may see the party."""
    if not may_see(actor, party_id):
        raise UnknownParty(party_id=party_id)


def check_maintains(actor: Actor, party_id: UUID) -> None:
    """Raise unless the actor keeps the data of this party, or of everybody.

    `UnknownParty` for a party that is not theirs, `Forbidden` for one where their role is less.
    """
    if not actor.may(MAINTAIN_ANY):
        actor.check(MAINTAIN, party_id=party_id, unknown=UnknownParty(party_id=party_id))


def check_applies(actor: Actor, party_id: UUID, *, unknown: TongbaoError) -> None:
    """Raise `unknown` or `Forbidden` unless the actor hands in evidence for this party."""
    if not actor.may(APPLY_ANY):
        actor.check(APPLY, party_id=party_id, unknown=unknown)
