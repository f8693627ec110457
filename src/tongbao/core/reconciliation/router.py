"""`/api/v1/reconciliation`: statements, reconciled days, breaks and suspense, for staff.

Nobody closes a break alone: one department proposes where the money belongs, another approves.
"""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends, Query, Request, Response, status

from tongbao.core.identity import service as identity
from tongbao.core.reconciliation import service
from tongbao.core.reconciliation.schemas import (
    CHANNEL_PATTERN,
    BreakOut,
    BreakResolutionIn,
    BreakWithHistoryOut,
    ChannelStatementIn,
    DayToReconcileIn,
    HappeningOut,
    NoteIn,
    OwnerIn,
    ReconciledDayOut,
    StatementTakenOut,
    SuspenseOut,
    SuspenseReportOut,
)
from tongbao.core.reconciliation.service import Break, BreakKind
from tongbao.infra import files
from tongbao.infra.auth import CurrentActor, require
from tongbao.infra.db import ReadSession, WriteSession, undone
from tongbao.infra.proposals import Action, Approved, hold
from tongbao.infra.proposals.schemas import ProposalOut
from tongbao.infra.web import (
    Instant,
    PageAfter,
    PageLimit,
    ReadTx,
    RequestLanguage,
    WriteTx,
    router,
)
from tongbao.kernel.clock import business_date
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page
from tongbao.kernel.text import Language, Text

PREFIX: Final = "/api/v1/reconciliation"
BANK_STATEMENTS: Final = f"{PREFIX}/bank-statements"
BANK_STATEMENTS_BYTES_MAX: Final = 16 * 1024 * 1024

RESOLVE: Final = Action(
    name="reconciliation.resolve",
    title=Text(zh="差错账务处理", en="What settles breaks of a reconciliation"),
    payload=BreakResolutionIn,
    propose="reconciliation:adjust",
    approve="reconciliation:approve",
)
MAY_READ: Final = [Depends(require("reconciliation:read"))]
WORK: Final = "reconciliation:work"
MAY_WORK: Final = [Depends(require(WORK))]

_EXAMPLE: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">...</Document>'
)
_UPLOAD: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "A camt.053.001.08 of one day, at most 16 MiB",
        "content": {
            "application/xml": {
                "schema": {"type": "string", "format": "binary", "examples": [_EXAMPLE]}
            }
        },
    }
}

api = router(prefix=PREFIX, tags=["reconciliation"])

Channel = Annotated[str, Query(pattern=CHANNEL_PATTERN, examples=["card"])]


@api.post(
    "/statements",
    dependencies=MAY_WORK,
    status_code=status.HTTP_201_CREATED,
    summary="Take in a channel's statement",
)
async def take_statement(
    body: ChannelStatementIn, tx: WriteTx, actor: CurrentActor, at: Instant
) -> StatementTakenOut:
    """Take in what a channel says of a day; the same again changes nothing.

    Problems: `reconciliation.statement_differs`, unless it says that it `corrects` the other one;
    `reconciliation.settlement_used`, `reconciliation.day_not_begun`,
    `reconciliation.amount_out_of_range`.
    """
    taken = await service.take_statement(
        tx, body.to_domain(), corrects=body.corrects, taken_by=actor.id, at=at
    )
    return StatementTakenOut.of(taken)


@api.post(
    "/bank-statements",
    dependencies=MAY_WORK,
    status_code=status.HTTP_201_CREATED,
    summary="Take in the bank's statement",
    openapi_extra=_UPLOAD,
)
async def take_bank_statement(
    body: files.Upload,
    *,
    channel: Channel,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    corrects: Annotated[
        bool, Query(description="It takes the place of the one of this day")
    ] = False,
) -> StatementTakenOut:
    """Take in the camt.053 of the account at which a channel settles; the same again does nothing.

    Problems: `reconciliation.statement_unreadable` with every finding, its path and line;
    `reconciliation.several_days`, `reconciliation.statement_differs`,
    `reconciliation.day_not_begun`, `reconciliation.amount_out_of_range`.
    """
    new = service.read_bank_statement(channel, body)
    taken = await service.take_statement(tx, new, corrects=corrects, taken_by=actor.id, at=at)
    return StatementTakenOut.of(taken)


@api.post("/days", dependencies=MAY_WORK, summary="Reconcile a day")
async def reconcile(body: DayToReconcileIn, tx: WriteTx, at: Instant) -> ReconciledDayOut:
    """Compare the books with what is there of a channel; again, it changes nothing.

    Problems: `reconciliation.statement_not_taken`, `reconciliation.does_not_fit`.
    """
    day = await service.reconcile(tx, channel=body.channel, day=body.day, at=at)
    return ReconciledDayOut.of(day)


@api.get("/days", dependencies=MAY_READ, summary="Reconciled days")
async def list_days(
    tx: ReadTx,
    channel: Channel | None = None,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    after: PageAfter = None,
) -> Page[ReconciledDayOut]:
    """Return reconciled days, the latest first.

    Problems: `page.bad_cursor`.
    """
    page = await service.days(tx, channel=channel, after=after, limit=limit)
    return Page(items=[ReconciledDayOut.of(day) for day in page.items], next=page.next)


@api.get("/breaks", dependencies=MAY_READ, summary="Breaks")
async def list_breaks(
    tx: ReadTx,
    *,
    at: Instant,
    language: RequestLanguage,
    channel: Channel | None = None,
    kind: BreakKind | None = None,
    open: Annotated[  # noqa: A002 - the word of the address
        bool | None, Query(description="Only open ones, or only closed ones")
    ] = None,
    owner_id: UUID | None = None,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    after: PageAfter = None,
) -> Page[BreakOut]:
    """Return breaks, the latest first, each with its age and what would settle it.

    Problems: `page.bad_cursor`.
    """
    page = await service.cases(
        tx,
        channel=channel,
        kind=kind,
        is_open=open,
        owner_id=owner_id,
        after=after,
        limit=limit,
    )
    today = business_date(at)
    items = [BreakOut.of(case, today=today, language=language) for case in page.items]
    return Page(items=items, next=page.next)


@api.get("/breaks/{break_id:uuid}", dependencies=MAY_READ, summary="A break")
async def read_break(
    break_id: UUID, tx: ReadTx, at: Instant, language: RequestLanguage
) -> BreakWithHistoryOut:
    """Return a break and what happened to it.

    Problems: `reconciliation.unknown_break`.
    """
    return await _with_history(tx, await service.case(tx, break_id), at, language)


@api.put("/breaks/{break_id:uuid}/owner", dependencies=MAY_WORK, summary="Who works on a break")
async def assign_break(
    break_id: UUID,
    body: OwnerIn,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
) -> BreakWithHistoryOut:
    """Give a break to somebody who may work on it, or to nobody.

    Problems: `reconciliation.unknown_break`, `reconciliation.break_closed`,
    `reconciliation.owner_refused`.
    """
    if body.owner_id is not None:
        owner = await identity.find_actor(tx, body.owner_id, at)
        if owner is None or not owner.may(WORK):
            raise service.OwnerRefused
    case = await service.assign(tx, break_id=break_id, owner_id=body.owner_id, by=actor.id, at=at)
    return await _with_history(tx, case, at, language)


@api.post(
    "/breaks/{break_id:uuid}/notes",
    dependencies=MAY_WORK,
    status_code=status.HTTP_201_CREATED,
    summary="Note something on a break",
)
async def annotate_break(
    break_id: UUID,
    body: NoteIn,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
) -> BreakWithHistoryOut:
    """Add a remark to the history of a break.

    Problems: `reconciliation.unknown_break`, `reconciliation.break_closed`.
    """
    case = await service.annotate(tx, break_id=break_id, note=body.note, by=actor.id, at=at)
    return await _with_history(tx, case, at, language)


@api.post(
    "/resolutions",
    dependencies=[Depends(require(RESOLVE.propose))],
    status_code=status.HTTP_202_ACCEPTED,
    response_model=ProposalOut,
    summary="Propose what settles breaks",
)
async def propose_resolution(
    body: BreakResolutionIn, tx: WriteTx, actor: CurrentActor, at: Instant, request: Request
) -> Response:
    """Propose where the money of breaks belongs; it is booked when somebody else approves.

    It is tried first, and what would be refused now is refused now.

    Problems: `reconciliation.unknown_break`, `reconciliation.break_closed`,
    `reconciliation.not_together`, `reconciliation.does_not_settle`,
    `reconciliation.account_refused`, and what the ledger refuses.
    """
    async with undone(tx):
        await _resolve(tx, body, actor.id, at)
    return await hold(RESOLVE, body, request=request, tx=tx, maker=actor, reason=body.reason, at=at)


@api.get("/suspense", dependencies=MAY_READ, summary="Suspense accounts")
async def read_suspense(tx: ReadTx, at: Instant) -> SuspenseReportOut:
    """Return what is in suspense, what explains it, and how old that is; it must come to zero."""
    ages = await service.ageing(tx, at=at)
    report = await service.suspense(tx)
    return SuspenseReportOut(
        items=[
            SuspenseOut.of(
                each, {age: count for (name, age), count in ages.items() if name == each.channel}
            )
            for each in report
        ]
    )


@RESOLVE.executes
async def _execute(tx: WriteSession, payload: BreakResolutionIn, by: Approved, at: datetime) -> str:
    await _resolve(tx, payload, by.maker.id, at)
    return f"{PREFIX}/breaks/{payload.breaks[0]}"


async def _resolve(tx: WriteSession, asked: BreakResolutionIn, by: UUID, at: datetime) -> None:
    await service.resolve(
        tx,
        break_ids=asked.breaks,
        adjustments=[service.Adjustment(each.account, each.amount) for each in asked.postings],
        reason=asked.reason,
        by=by,
        at=at,
    )


async def _with_history(
    tx: ReadSession, case: Break, at: datetime, language: Language
) -> BreakWithHistoryOut:
    told = BreakOut.of(case, today=business_date(at), language=language)
    history = await service.history(tx, case.id)
    return BreakWithHistoryOut(**dict(told), history=[HappeningOut.of(each) for each in history])
