"""How a route says that a second person is needed: one line, answered with 202."""

from datetime import datetime
from http import HTTPStatus
from typing import Any, Final, TypeVar
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel

from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession
from tongbao.infra.proposals.actions import Action
from tongbao.infra.proposals.schemas import ProposalOut
from tongbao.infra.proposals.service import Proposal, propose
from tongbao.infra.web.language import language_of

PREFIX: Final = "/api/v1/proposals"

HELD: Final[dict[int | str, dict[str, Any]]] = {
    202: {"model": ProposalOut, "description": "A second person must approve it"}
}
"""For `responses=` of a route that may be held."""

P = TypeVar("P", bound=BaseModel)


async def hold(
    action: Action[P],
    payload: P,
    *,
    request: Request,
    tx: WriteSession,
    maker: Actor,
    party_id: UUID | None = None,
    reason: str = "",
    at: datetime,
) -> Response:
    """Propose instead of doing; return the answer of the route. Raises `Forbidden`."""
    proposal = await propose(
        tx, action=action, payload=payload, maker=maker, party_id=party_id, reason=reason, at=at
    )
    return held(proposal, request=request)


def held(proposal: Proposal, *, request: Request) -> Response:
    """Return the answer of a route that has proposed instead of doing."""
    language = language_of(request.scope)
    return Response(
        ProposalOut.of(proposal, language).model_dump_json(),
        status_code=HTTPStatus.ACCEPTED,
        media_type="application/json",
        headers={"Location": f"{PREFIX}/{proposal.id}", "Content-Language": language},
    )
