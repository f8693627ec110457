"""The tax office: a taxpayer's VAT invoices, page by page, with control totals."""

import asyncio
import hmac
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from pydantic import BaseModel, Field

from tongbao_sandbox import misbehaviour, pages, problems
from tongbao_sandbox.book import Firm, FirmBook
from tongbao_sandbox.faults import Faults
from tongbao_sandbox.pages import Ask, BadCursor

LIMIT_MAX = 5_000
LIMIT_DEFAULT = 1_000
CURSOR_LENGTH_MAX = 64


class Taxpayer(BaseModel):
    """Whose invoices these are."""

    registration_number: str
    name: str


class Period(BaseModel):
    """The days covered, both included."""

    from_: Annotated[str, Field(alias="from", examples=["2023-11-01"])]
    to: Annotated[str, Field(examples=["2026-10-31"])]


class Totals(BaseModel):
    """Control totals over all rows of all pages, void and red-letter invoices included."""

    count: int
    amount: Annotated[str, Field(examples=["123.45"])]
    tax: Annotated[str, Field(examples=["1.23"])]


class Item(BaseModel):
    """One invoice; amounts in yuan without tax, negative on a red-letter invoice."""

    id: Annotated[str, Field(description="Unique for the taxpayer")]
    direction: Literal["out", "in"]
    number: str
    issued_on: str
    counterparty: str
    amount: str
    tax: str
    void: bool


class InvoicePage(BaseModel):
    """One page of a taxpayer's invoices, oldest first."""

    taxpayer: Taxpayer
    period: Period
    totals: Totals
    items: list[Item]
    next: Annotated[str | None, Field(description="Cursor of the next page; null on the last")]


def authorise(
    request: Request,
    authorization: Annotated[str, Header()] = "",
    x_consent_id: Annotated[str, Header(description="The consent's UUID")] = "",
) -> None:
    """Raise Refused unless the caller has the token and names a consent."""
    scheme, _, token = authorization.partition(" ")
    expected: str = request.app.state.token
    same = hmac.compare_digest(token.strip().encode(), expected.encode())
    if scheme.lower() != "bearer" or not same:
        raise problems.Refused(problems.UNAUTHENTICATED)
    try:
        UUID(x_consent_id)
    except ValueError as error:
        raise problems.Refused(problems.NO_CONSENT) from error


def taxpayer(
    request: Request,
    registration_number: Annotated[str, Path(examples=["91310115MA3EJ44C37"])],
    _authorised: Annotated[None, Depends(authorise)],
) -> Firm:
    """Return the firm asked for; raise Refused if there is none."""
    book: FirmBook = request.app.state.book
    firm = book.find(registration_number)
    if firm is None:
        raise problems.Refused(problems.UNKNOWN_TAXPAYER)
    return firm


router = APIRouter(prefix="/tax/v1", tags=["tax office"])


@router.get(
    "/taxpayers/{registration_number}/invoices",
    responses={
        200: {"model": InvoicePage},
        401: problems.described("No token, or a wrong one"),
        403: problems.described("No consent"),
        404: problems.described("Unknown taxpayer"),
        422: problems.described("Bad cursor or limit"),
        500: problems.described("On demand"),
        503: problems.described("On demand"),
    },
)
async def list_invoices(
    request: Request,
    firm: Annotated[Firm, Depends(taxpayer)],
    cursor: Annotated[str | None, Query(max_length=CURSOR_LENGTH_MAX)] = None,
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX)] = LIMIT_DEFAULT,
) -> Response:
    """Return a page of the taxpayer's VAT invoices, issued and received."""
    book: FirmBook = request.app.state.book
    faults: Faults = request.app.state.faults
    offset = 0
    if cursor:
        try:
            offset = pages.decode_cursor(cursor, registration_number=firm.registration_number)
        except BadCursor as error:
            raise problems.Refused(problems.BAD_CURSOR) from error
    invoices = await asyncio.to_thread(book.invoices, firm.code)
    ask = Ask(book, firm, invoices, offset, limit)
    fault = faults.strike(firm.registration_number)
    if fault is None:
        return Response(ask.page().json(), media_type="application/json")
    return await misbehaviour.respond(request, ask, fault)
