"""Statements as figures, CSV and camt.053, and the closed months."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from tongbao.core.statements import service
from tongbao.core.statements.router.access import downloaded, visible
from tongbao.core.statements.schemas import MonthOut, StatementOut
from tongbao.infra import sheets
from tongbao.infra.auth import CurrentActor
from tongbao.infra.web import (
    AuditTrail,
    Instant,
    PageAfter,
    PageLimit,
    ReadTx,
    RequestLanguage,
    router,
)
from tongbao.kernel.date_schema import IsoDate
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page

api = router(prefix="/api/v1/statements", tags=["statements"])

XML: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "A page of the statement, camt.053.001.08",
        "content": {"application/xml": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_DAY: Final = "A day of booking in the bank's time zone"


async def _framed(
    account_id: UUID,
    tx: ReadTx,
    actor: CurrentActor,
    at: Instant,
    first: Annotated[IsoDate, Query(description=f"{_DAY}", examples=["2025-10-01"])],
    last: Annotated[IsoDate, Query(description=f"{_DAY}; included", examples=["2025-10-31"])],
) -> service.Statement:
    account = await visible(tx, actor, account_id)
    return await service.statement(tx, account, service.Period.asked(first, last, at=at), at=at)


Framed = Annotated[service.Statement, Depends(_framed)]


@api.get("/accounts/{account_id:uuid}", summary="The figures of a statement")
async def read_statement(made: Framed) -> StatementOut:
    """Return opening, totals and closing of any days; that they add up has been checked.

    Problems: `accounts.unknown_account`, `statements.period_upside_down`,
    `statements.period_too_long`, `statements.day_in_future`, `statements.statement_broken`.
    """
    return StatementOut.of(made, pages=service.pages_of(made))


@api.get(
    "/accounts/{account_id:uuid}/csv",
    summary="A statement as CSV",
    response_class=Response,
    responses=sheets.CSV,
)
async def download_csv(
    made: Framed, language: RequestLanguage, trail: AuditTrail, request: Request
) -> Response:
    """Return a statement as a table for Excel, of any length, in order of booking.

    Its head and words are in the language asked for by `Accept-Language`.

    Problems: as for the figures.
    """
    trail.add(downloaded(made.account, "csv"))
    table = service.table(request.app.state.database, made, language=language)
    days = f"{made.period.first:%Y%m%d}-{made.period.last:%Y%m%d}"
    return sheets.download(table, name=f"statement-{made.account.number[-4:]}-{days}.csv")


@api.get(
    "/accounts/{account_id:uuid}/camt053",
    summary="A statement as camt.053.001.08",
    response_class=Response,
    responses=XML,
)
async def download_camt053(
    made: Framed,
    trail: AuditTrail,
    request: Request,
    page: Annotated[int, Query(ge=1, le=99_999)] = 1,
) -> Response:
    """Return one page of a statement as an ISO 20022 message; `LastPgInd` says whether it ends.

    Problems: as for the figures, and `statements.page_missing`.
    """
    content = await service.message(request.app.state.database, made, page=page)
    trail.add(downloaded(made.account, "camt053"))
    days = f"{made.period.first:%Y%m%d}-{made.period.last:%Y%m%d}"
    name = f"camt053-{made.account.number[-4:]}-{days}-{page}.xml"
    return Response(
        content,
        media_type="application/xml",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
        },
    )


@api.get("/accounts/{account_id:uuid}/months", summary="Closed months, the latest first")
async def list_months(
    account_id: UUID,
    tx: ReadTx,
    actor: CurrentActor,
    after: PageAfter = None,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
) -> Page[MonthOut]:
    """Return what each month moved, as the end of day closed it.

    Problems: `accounts.unknown_account`, `page.bad_cursor`.
    """
    account = await visible(tx, actor, account_id)
    page = await service.months(tx, account, after=after, limit=limit)
    return Page[MonthOut](items=[MonthOut.of(each) for each in page.items], next=page.next)
