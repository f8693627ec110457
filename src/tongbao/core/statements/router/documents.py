"""Documents under our seal: ordering, listing, downloading, and confirming them to anybody."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Query, Response, status

from tongbao.core.statements import service
from tongbao.core.statements.router.access import READ_ANY, orderable, readable
from tongbao.core.statements.schemas import (
    BalanceCertificateOrder,
    CodeIn,
    ConfirmationOut,
    DocumentOrder,
    FileConfirmationOut,
    Same,
    StatementDocumentOut,
    StatementOrder,
)
from tongbao.infra import audit, files
from tongbao.infra.auth import PUBLIC, CurrentActor
from tongbao.infra.web import AuditTrail, Instant, PageAfter, PageLimit, ReadTx, WriteTx, router
from tongbao.kernel.money import Money
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page

api = router(prefix="/api/v1/statements", tags=["statements"])

CONFIRMATIONS: Final = "/api/v1/statements/confirmations"
FILE_CONFIRMATIONS: Final = f"{CONFIRMATIONS}/file"
FILE_BYTES_MAX: Final = files.BYTES_MAX
_BINARY: Final = {"type": "string", "format": "binary", "examples": ["%PDF-1.7 (and so on)"]}
_UPLOAD: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "A PDF of at most 8 MiB",
        "content": {"application/pdf": {"schema": _BINARY}},
    }
}
_PDF: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The document",
        "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@api.post(
    "/documents",
    summary="Order a statement or a certificate as PDF",
    status_code=status.HTTP_201_CREATED,
)
async def order_document(
    body: DocumentOrder, tx: WriteTx, actor: CurrentActor, at: Instant, response: Response
) -> StatementDocumentOut:
    """Fix what the document says, and have it set and sealed; that takes seconds.

    Problems: `accounts.unknown_account`, `statements.period_upside_down`,
    `statements.period_too_long`, `statements.day_in_future`, `statements.not_open_yet`,
    `statements.too_many_movements`, `statements.too_many_waiting`,
    `statements.statement_broken`. Needs the permission `statements:issue` for an account of an
    own party, `statements:issue_any` for others.
    """
    account = await orderable(tx, actor, body.account_id)
    match body:
        case StatementOrder():
            made = await service.order_statement(
                tx,
                account,
                first=body.first,
                last=body.last,
                language=body.language,
                ordered_by=actor.id,
                at=at,
            )
        case BalanceCertificateOrder():
            made = await service.order_balance_certificate(
                tx,
                account,
                on=body.on,
                language=body.language,
                ordered_by=actor.id,
                at=at,
            )
        case _:
            made = await service.order_opening_certificate(
                tx, account, language=body.language, ordered_by=actor.id, at=at
            )
    response.headers["Location"] = f"{api.prefix}/documents/{made.id}"
    return StatementDocumentOut.of(made)


@api.get("/documents", summary="Documents, the latest ordered first")
async def list_documents(
    tx: ReadTx,
    actor: CurrentActor,
    account_id: Annotated[UUID | None, Query(description="Only of this account")] = None,
    after: PageAfter = None,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
) -> Page[StatementDocumentOut]:
    """Return the documents of the caller's own parties, or all with `accounts:read_any`.

    Problems: `page.bad_cursor`.
    """
    among = actor.reach(READ_ANY)
    page = await service.list_documents(
        tx, among=among, account_id=account_id, after=after, limit=limit
    )
    return Page[StatementDocumentOut](
        items=[StatementDocumentOut.of(each) for each in page.items], next=page.next
    )


@api.get("/documents/{document_id:uuid}", summary="One document")
async def get_document(document_id: UUID, tx: ReadTx, actor: CurrentActor) -> StatementDocumentOut:
    """Return what is known of a document; it is ready when `issued_at` is there.

    Problems: `statements.unknown_document`.
    """
    return StatementDocumentOut.of(await readable(tx, actor, document_id))


@api.get(
    "/documents/{document_id:uuid}/file",
    summary="The file of a document",
    response_class=Response,
    responses=_PDF,
)
async def get_file(
    document_id: UUID, tx: ReadTx, actor: CurrentActor, trail: AuditTrail
) -> Response:
    """Return the PDF under our seal, the same bytes each time.

    Problems: `statements.unknown_document`, `statements.document_being_made`.
    """
    document = await readable(tx, actor, document_id)
    stored, content = await service.document_file(tx, document)
    trail.add(
        audit.Entry(
            action="statements.download_document",
            subject=document.party_id,
            object_type="documents",
            object_id=document.id,
        )
    )
    return files.download(stored, content)


@api.post("/confirmations", summary="Confirm a document by its code", dependencies=[PUBLIC])
async def confirm(body: CodeIn, tx: ReadTx) -> ConfirmationOut:
    """Say what was issued under a code, masked; compare an amount and a file's digest if sent.

    An altered copy shows: its amount or its digest is `different`.

    Problems: `statements.unknown_code`, `money.malformed_amount`.
    """
    found = await service.confirm(tx, code=body.code)
    closing: Same | None = None
    if body.closing is not None and found.document.closing is not None:
        named = Money.parse(body.closing, found.document.currency)
        closing = "same" if named == found.document.closing else "different"
    file: Same | None = None
    if body.sha256 is not None:
        file = "same" if body.sha256 == found.document.sha256 else "different"
    return ConfirmationOut.of(found, closing=closing, file=file)


@api.post(
    "/confirmations/file",
    summary="Confirm a document by its file",
    dependencies=[PUBLIC],
    openapi_extra=_UPLOAD,
)
async def confirm_file(content: files.Upload, tx: ReadTx) -> FileConfirmationOut:
    """Say whether a PDF is what we sealed, or an altered copy; it is read and not kept.

    Problems: `pdf.unreadable`, `pdf.busy`.
    """
    verdict, found = await service.confirm_file(tx, content)
    return FileConfirmationOut(
        finding=verdict.finding,
        sealed_at=verdict.sealed_at,
        confirmed=None if found is None else ConfirmationOut.of(found, file="same"),
    )
