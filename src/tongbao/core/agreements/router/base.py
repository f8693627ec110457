"""What the routers share."""

from collections.abc import Collection
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Query, Response

from tongbao.infra.auth import Actor
from tongbao.kernel.page import CURSOR_LENGTH_MAX

PREFIX = "/api/v1/agreements"
TAGS = ["agreements"]
READ_ANY = "agreements:read_any"

After = Annotated[
    str | None, Query(max_length=CURSOR_LENGTH_MAX, description="`next` of the page before")
]
OfParty = Annotated[UUID | None, Query(description="Only of this party")]


def among(actor: Actor, party_id: UUID | None) -> Collection[UUID] | None:
    """Return the parties whose things the caller asks for and may see; None: everybody's."""
    if actor.may(READ_ANY):
        return None if party_id is None else [party_id]
    return actor.party_ids if party_id is None else actor.party_ids & {party_id}


PDF: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The document",
        "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
    }
}


def as_pdf(content: bytes, name: str) -> Response:
    """Return a document for saving, never for showing inside a page of ours."""
    return Response(
        content,
        media_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="{name}.pdf"',
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
        },
    )
