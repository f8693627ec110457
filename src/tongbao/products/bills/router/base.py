"""What the routers share."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Header

from tongbao.core.parties import service as parties
from tongbao.infra.auth import Actor, require
from tongbao.products.bills import service

PREFIX: Final = "/api/v1/bills"
TAGS: Final = ["bills"]
READ_ANY: Final = "payments:read_any"
MAY_PAY: Final = [Depends(require(service.INITIATE))]
MAY_SEE_ALL: Final = [Depends(require(READ_ANY))]

StepUpHeader = Annotated[
    str | None,
    Header(alias="Step-Up-Token", max_length=512, description="Of the confirmed action; good once"),
]


def check_visible(actor: Actor, party_id: UUID) -> None:
    """Raise `parties.UnknownParty` unless the actor may see this party's bills."""
    if not actor.reach(READ_ANY, party_id):
        raise parties.UnknownParty(party_id=party_id)
