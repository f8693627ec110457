"""How a route says that others are needed first: one line, answered with 202."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final, TypeVar
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel

from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession
from tongbao.infra.proposals.actions import Action
from tongbao.infra.proposals.schemas import ProposalOut, SignaturesWanted
from tongbao.infra.proposals.service import Proposal, propose
from tongbao.infra.web.language import language_of

PREFIX: Final = "/api/v1/proposals"

HELD: Final[dict[int | str, dict[str, Any]]] = {
    202: {"model": ProposalOut, "description": "A second person must approve it"}
}
"""For `responses=` of a route that may be held."""
HELD_OR_SIGNED: Final[dict[int | str, dict[str, Any]]] = {
    202: {
        "model": ProposalOut | SignaturesWanted,
        "description": "A second person must approve it, or the firm's approvers must sign it",
    }
}
"""For `responses=` of a route that may also wait for signatures."""

P = TypeVar("P", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class ToSign:
    """What waits for the signatures of several people, seen and signed at its `location`."""

    id: UUID
    lacking: Sequence[int]
    digest: str
    expires_at: datetime
    location: str


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


def held(waiting: Proposal | ToSign, *, request: Request) -> Response:
    """Return the answer of a route that has proposed instead of doing."""
    language = language_of(request.scope)
    if isinstance(waiting, ToSign):
        shape: BaseModel = _wanted(waiting)
        location = waiting.location
    else:
        shape, location = ProposalOut.of(waiting, language), f"{PREFIX}/{waiting.id}"
    return Response(
        shape.model_dump_json(),
        status_code=HTTPStatus.ACCEPTED,
        media_type="application/json",
        headers={"Location": location, "Content-Language": language},
    )


def _wanted(waiting: ToSign) -> BaseModel:
    return SignaturesWanted(
        approval_id=waiting.id,
        state="open",
        lacking=list(waiting.lacking),
        digest=waiting.digest,
        expires_at=waiting.expires_at,
    )
