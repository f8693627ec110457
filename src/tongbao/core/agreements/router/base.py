"""What the routers share."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Query, Response

PREFIX = "/api/v1/agreements"
TAGS = ["agreements"]
READ_ANY = "agreements:read_any"

OfParty = Annotated[UUID | None, Query(description="Only of this party")]


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
