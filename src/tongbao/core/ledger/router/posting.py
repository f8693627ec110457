"""Single transactions that come at the same time, booked together."""

from typing import Final

from fastapi import FastAPI, status
from pydantic import ValidationError
from pydantic_core import to_json

from tongbao.core.ledger import service
from tongbao.core.ledger.schemas import TransactionIn, result_members
from tongbao.infra.web import Answer, Asked, caller_of, language_of

PATIENCE_SECONDS: Final = 0.004
"""Less than parsing the requests of a worker's share of a crowd takes."""


async def book_together(asked: Asked) -> Answer | None:
    """Book the transaction of a request by the process's teller, who asks about its claim."""
    try:
        new = TransactionIn.model_validate(asked.document).to_domain()
    except ValidationError:
        return None
    result = await _teller(asked.request.app).post(
        new, at=asked.at, by=caller_of(asked.request), claim=asked.claim
    )
    result.raise_for_refusal()
    language = language_of(asked.request.scope)
    headers = [
        (b"content-type", b"application/json"),
        (b"content-language", language.encode()),
        (b"location", f"/api/v1/ledger/transactions/{new.id}".encode()),
    ]
    code = status.HTTP_201_CREATED
    if result.status == "duplicate":
        code = status.HTTP_200_OK
        headers.append((b"idempotency-replayed", b"true"))
    return Answer(code, headers, to_json(result_members(new, result, language)))


def _teller(app: FastAPI) -> service.Teller:
    if not hasattr(app.state, "ledger_teller"):
        app.state.ledger_teller = service.Teller(
            app.state.database,
            still_stand=app.state.still_stand,
            patience_seconds=PATIENCE_SECONDS,
        )
    teller: service.Teller = app.state.ledger_teller
    return teller
