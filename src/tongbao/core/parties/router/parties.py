"""`/api/v1/parties`: staff register and read everybody, customers read those they act for."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response, status

from tongbao.core.parties import service
from tongbao.core.parties.domain import UnknownParty
from tongbao.core.parties.router.access import READ_ANY, may_see
from tongbao.core.parties.schemas.parties import (
    NewOrganisation,
    NewParty,
    PartyOut,
    RegistrationNumber,
)
from tongbao.infra.auth import CurrentActor, require
from tongbao.infra.web import Instant, PageAfter, PageLimit, ReadTx, WriteTx, router
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page

api = router(prefix="/api/v1/parties", tags=["parties"])


@api.post(
    "",
    summary="Register a person or an organisation",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(require("parties:register"))],
)
async def register(body: NewParty, tx: WriteTx, at: Instant, response: Response) -> PartyOut:
    """Register a party; an organisation's number is checked and can be registered once.

    Problems: `parties.name_malformed`, `parties.registration_number_malformed`,
    `parties.registration_number_taken`. Needs the permission `parties:register`.
    """
    party = (
        await service.register_organisation(
            tx, name=body.name, registration_number=body.registration_number, at=at
        )
        if isinstance(body, NewOrganisation)
        else await service.register_person(tx, name=body.name, at=at)
    )
    response.headers["Location"] = f"{api.prefix}/{party.id}"
    return PartyOut.of(party)


@api.get("", summary="Parties, the latest registered first")
async def list_parties(
    tx: ReadTx,
    actor: CurrentActor,
    registration_number: Annotated[
        RegistrationNumber | None, Query(description="Only the organisation with this number")
    ] = None,
    text: Annotated[
        str | None,
        Query(max_length=100, description="A part of the name, or how the number begins"),
    ] = None,
    after: PageAfter = None,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
) -> Page[PartyOut]:
    """Return the parties the caller may see: their own, or all with `parties:read_any`.

    Problems: `page.bad_cursor`, `parties.registration_number_malformed`.
    """
    if registration_number is not None:
        found = await service.find_by_registration_number(tx, registration_number)
        seen = [found] if found is not None and may_see(actor, found.id) else []
        return Page[PartyOut](items=[PartyOut.of(party) for party in seen])
    among = actor.reach(READ_ANY)
    page = await service.list_parties(tx, among=among, text=text, after=after, limit=limit)
    return Page[PartyOut](items=[PartyOut.of(party) for party in page.items], next=page.next)


@api.get("/{party_id}", summary="One party")
async def get_party(party_id: UUID, tx: ReadTx, actor: CurrentActor) -> PartyOut:
    """Return a party; one the caller may not see is answered like one that does not exist.

    Problems: `parties.unknown_party`.
    """
    if not may_see(actor, party_id):
        raise UnknownParty(party_id=party_id)
    return PartyOut.of(await service.get(tx, party_id))
