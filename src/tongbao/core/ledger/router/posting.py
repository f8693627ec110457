"""Single transactions that come at the same time, booked together."""

from datetime import datetime

from fastapi import FastAPI, Response, status
from pydantic import ValidationError

from tongbao.core.ledger import service
from tongbao.core.ledger.schemas import PostingResultOut, TransactionIn
from tongbao.infra.web import BufferedRequest, caller_of, language_of


async def book_together(request: BufferedRequest, at: datetime) -> Response | None:
    """Book the transaction of a request by the process's teller."""
    try:
        new = TransactionIn.model_validate(await request.json()).to_domain()
    except ValidationError:
        return None
    result = await _teller(request.app).post(new, at=at, by=caller_of(request))
    result.raise_for_refusal()
    language = language_of(request.scope)
    headers = {
        "Content-Language": language,
        "Location": f"/api/v1/ledger/transactions/{new.id}",
    }
    code = status.HTTP_201_CREATED
    if result.status == "duplicate":
        code = status.HTTP_200_OK
        headers["Idempotency-Replayed"] = "true"
    return Response(
        PostingResultOut.of(new, result, language).model_dump_json(),
        status_code=code,
        headers=headers,
        media_type="application/json",
    )


def _teller(app: FastAPI) -> service.Teller:
    if not hasattr(app.state, "ledger_teller"):
        app.state.ledger_teller = service.Teller(app.state.database)
    teller: service.Teller = app.state.ledger_teller
    return teller
