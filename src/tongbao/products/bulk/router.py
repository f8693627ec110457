"""`/api/v1/bulk/files`: payments in files."""

from typing import Annotated, Any, BinaryIO, Final, cast
from uuid import UUID

from fastapi import Depends, Header, Query, Request, Response, status

from tongbao.core.payments import service as payments
from tongbao.infra.auth import CurrentActor, require
from tongbao.infra.proposals import HELD_OR_SIGNED, held
from tongbao.infra.web import (
    IDEMPOTENCY_KEY_REQUIRED,
    Instant,
    PageAfter,
    PageLimit,
    ReadTx,
    RequestLanguage,
    SentFile,
    WriteTx,
    router,
)
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT
from tongbao.products.bulk import service
from tongbao.products.bulk.schemas import FileLineOut, FileLinesOut, FileOut, FilesOut

PREFIX: Final = "/api/v1/bulk"
FILES_PATH: Final = f"{PREFIX}/files"
READ: Final = "bulk:read"
MAY_PAY: Final = [Depends(require(payments.INITIATE))]
MAY_READ: Final = [Depends(require(READ))]
NEXT_LINE: Final = "X-Next-Line"

_EXAMPLE: Final = "账号,户名,金额,附言,业务参考号\n9900010000000000026,王小明,8500.00,工资,P-1\n"
UPLOAD: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "A CSV (UTF-8, GBK, or UTF-16 with a byte order mark) whose first line names"
        " the columns, or a pain.001.001.09; at most 64 MiB and 100,000 payments",
        "content": {
            "application/octet-stream": {
                "schema": {"type": "string", "format": "binary", "examples": [_EXAMPLE]}
            }
        },
    }
}

api = router(prefix=PREFIX, tags=["bulk"])


@api.post(
    "/files",
    status_code=status.HTTP_201_CREATED,
    dependencies=MAY_PAY,
    openapi_extra=UPLOAD,
    summary="Hand in a file of payments",
)
async def hand_in(  # noqa: PLR0917 - what is said of a file is said in the query
    file: SentFile,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
    response: Response,
    account_id: Annotated[UUID, Query(description="The account that pays; one's own")],
    file_format: Annotated[service.FileFormat, Query(alias="format")],
    kind: Annotated[service.FileKind, Query()] = service.FileKind.BATCH,
    mode: Annotated[
        service.Mode, Query(description="Whether good lines are paid when others are not")
    ] = service.Mode.PARTIAL,
    name: Annotated[str, Query(max_length=100, description="Shown again")] = "",
    message_id: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=35,
            pattern=r"^[!-~]+$",
            description="Of a CSV; without it the file's own bytes serve. A pain.001 has its own",
        ),
    ] = None,
) -> FileOut:
    """Judge every line and pay nothing: see `wrong`, and the lines for what is wrong with each.

    What is wrong with the whole file is answered as a problem, and nothing is kept.

    Problems: `bulk.file_unreadable`, `bulk.file_empty`, `bulk.too_many_lines`,
    `bulk.columns_wrong`, `bulk.schema_violated`, `bulk.control_sum_wrong`, `bulk.message_id_used`,
    `bulk.debtor_account_differs`, `accounts.unknown_account`.
    """
    wish = service.Wish(
        account_id=account_id,
        kind=kind,
        mode=mode,
        format=file_format,
        name=name,
        message_id=message_id,
    )
    received = await service.receive(tx, cast("BinaryIO", file), wish, received_by=actor, at=at)
    response.headers["Location"] = f"{FILES_PATH}/{received.id}"
    return FileOut.of(received, language)


@api.get("/files", dependencies=MAY_READ, summary="Files of a party")
async def list_files(
    party_id: Annotated[UUID, Query(description="One's own")],
    tx: ReadTx,
    actor: CurrentActor,
    language: RequestLanguage,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    after: PageAfter = None,
) -> FilesOut:
    """Return a party's files, the latest first. Problems: `bulk.unknown_file`."""
    page = await service.of_party(tx, party_id=party_id, seen_by=actor, after=after, limit=limit)
    return FilesOut(items=[FileOut.of(file, language) for file in page.items], next=page.next)


@api.get("/files/{file_id:uuid}", dependencies=MAY_READ, summary="One file")
async def read_file(
    file_id: UUID, tx: ReadTx, actor: CurrentActor, language: RequestLanguage
) -> FileOut:
    """Return a file and how far it has come. Problems: `bulk.unknown_file`."""
    return FileOut.of(await service.get(tx, file_id, seen_by=actor), language)


@api.get("/files/{file_id:uuid}/lines", dependencies=MAY_READ, summary="Lines of a file")
async def list_lines(
    file_id: UUID,
    tx: ReadTx,
    actor: CurrentActor,
    language: RequestLanguage,
    only_refused: Annotated[  # noqa: FBT002 - a query
        bool, Query(description="Only what is wrong or was rejected, with the reasons")
    ] = False,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    after: PageAfter = None,
) -> FileLinesOut:
    """Return the payments of a file in its order. Problems: `bulk.unknown_file`."""
    file = await service.get(tx, file_id, seen_by=actor)
    page = await service.lines(tx, file, only_refused=only_refused, after=after, limit=limit)
    return FileLinesOut(
        items=[FileLineOut.of(line, file, language) for line in page.items], next=page.next
    )


@api.get(
    "/files/{file_id:uuid}/pain002",
    dependencies=MAY_READ,
    summary="What became of a file, as pain.002",
    response_class=Response,
    responses={
        200: {
            "content": {"application/xml": {"schema": {"type": "string"}}},
            "headers": {
                NEXT_LINE: {
                    "description": "Another report tells what was refused after this line",
                    "schema": {"type": "integer"},
                }
            },
        }
    },
)
async def report(
    file_id: UUID,
    tx: ReadTx,
    actor: CurrentActor,
    at: Instant,
    after_line: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> Response:
    """Return a pain.002.001.12: the file's status, and each transaction that was refused.

    One report tells of at most 10,000 of them. Problems: `bulk.unknown_file`.
    """
    file = await service.get(tx, file_id, seen_by=actor)
    made = await service.report(tx, file, after_line=after_line, at=at)
    headers = {"Content-Disposition": f'attachment; filename="pain002-{file.id}.xml"'}
    if made.next_line is not None:
        headers[NEXT_LINE] = str(made.next_line)
    return Response(made.document, media_type="application/xml", headers=headers)


@api.post(
    "/files/{file_id:uuid}/execution",
    status_code=status.HTTP_200_OK,
    dependencies=[*MAY_PAY, IDEMPOTENCY_KEY_REQUIRED],
    response_model=FileOut,
    responses=HELD_OR_SIGNED,
    summary="Pay a file",
)
async def execute(
    file_id: UUID,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
    request: Request,
    step_up_token: Annotated[
        str | None,
        Header(
            alias="Step-Up-Token", max_length=512, description="Of the confirmed action; good once"
        ),
    ] = None,
) -> FileOut | Response:
    """Pay the good lines from now on; the worker does, and the file says how far it has come.

    Always confirmed over the whole file: 403 `identity.step_up_required`, then the same request
    with `Step-Up-Token`. Where the firm's policy asks for signatures over so much, 202 with the
    instruction, and the last signature pays; where the caller may not pay so much alone, 202 with
    the proposal.

    Problems: `bulk.unknown_file`, `bulk.file_state_wrong`, `bulk.nothing_to_pay`,
    `bulk.not_due_yet`, `approvals.no_rule`.
    """
    outcome = await service.execute(
        tx, file_id=file_id, initiated_by=actor, step_up_token=step_up_token, at=at
    )
    if isinstance(outcome, service.PaymentFile):
        return FileOut.of(outcome, language)
    return held(outcome, request=request)


@api.post("/files/{file_id:uuid}/cancellation", dependencies=MAY_PAY, summary="Cancel a file")
async def cancel(
    file_id: UUID, tx: WriteTx, actor: CurrentActor, at: Instant, language: RequestLanguage
) -> FileOut:
    """Say that it is not to be paid; its message id may be used again.

    Problems: `bulk.unknown_file`, `bulk.file_state_wrong`.
    """
    cancelled = await service.cancel(tx, file_id=file_id, cancelled_by=actor, at=at)
    return FileOut.of(cancelled, language)
