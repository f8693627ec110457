"""Documents under our seal: ordered with their figures, then made by a job, kept and given out.

A sealed file is kept, in `infra.files` under its party's key, and not made again on demand: a seal
says when it was set and its signature differs each time, so a document made twice would be two
documents, and its digest could confirm only one of them.
"""

import hashlib
from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import func, select, update

from tongbao.core.accounts import service as accounts
from tongbao.core.accounts.service import DepositAccount
from tongbao.core.ledger.service import Span
from tongbao.core.parties import service as parties
from tongbao.core.statements.domain.documents import TITLES, Document, DocumentId, DocumentKind
from tongbao.core.statements.domain.errors import (
    DocumentBeingMade,
    NotOpenYet,
    StatementBroken,
    TooManyMovements,
    TooManyWaiting,
    UnknownDocument,
)
from tongbao.core.statements.domain.periods import Period, check_begun
from tongbao.core.statements.domain.statements import Line, Statement
from tongbao.core.statements.events import DocumentIssued
from tongbao.core.statements.models import DocumentRow
from tongbao.core.statements.service.configuration import configuration
from tongbao.core.statements.service.making import lines, statement
from tongbao.core.statements.service.papers import (
    MOVEMENTS_MAX,
    PAGES_MAX,
    certificate_paper,
    pages_in,
    statement_paper,
)
from tongbao.infra import files, jobs, outbox, pdf
from tongbao.infra.db import Database, ReadSession, WriteSession
from tongbao.kernel.clock import business_date
from tongbao.kernel.codes import new_code
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.kernel.page import Page, decode_cursor, encode_cursor
from tongbao.kernel.text import Language

ISSUE_JOB: Final = "statements.issue_document"
PURPOSE: Final = "statements.document"
WAITING_MAX: Final = 20


async def order_statement(
    tx: WriteSession,
    account: DepositAccount,
    *,
    first: date,
    last: date,
    language: Language,
    ordered_by: UUID,
    at: datetime,
) -> Document:
    """Order a statement as PDF; what it says is fixed now, a job sets and seals it.

    Raises what `Period.asked` and `making.statement` raise, `TooManyMovements`, `TooManyWaiting`.
    """
    made = await statement(tx, account, Period.asked(first, last, at=at), at=at)
    if made.span.entries > MOVEMENTS_MAX:
        raise TooManyMovements(
            movements=made.span.entries, movements_max=MOVEMENTS_MAX, pages_max=PAGES_MAX
        )
    row = _row(DocumentKind.STATEMENT, account, language, ordered_by, at)
    row.period_first, row.period_last = made.period.first, made.period.last
    row.opening, row.closing = made.span.opening, made.span.closing
    row.credits, row.debits = made.span.credits, made.span.debits
    row.first_version, row.last_version = made.span.first_version, made.span.last_version
    return await _order(tx, row)


async def order_balance_certificate(
    tx: WriteSession,
    account: DepositAccount,
    *,
    on: date,
    language: Language,
    ordered_by: UUID,
    at: datetime,
) -> Document:
    """Order a certificate of what was on an account at the end of a day; today: at this moment.

    Nothing is blocked by it. Raises `DayInFuture`, `NotOpenYet`, `StatementBroken`,
    `TooManyWaiting`.
    """
    check_begun(on, at=at)
    if on < business_date(account.opened_at):
        raise NotOpenYet
    made = await statement(tx, account, Period(on, on), at=at)
    row = _row(DocumentKind.BALANCE_CERTIFICATE, account, language, ordered_by, at)
    row.period_first, row.period_last, row.closing = on, on, made.span.closing
    return await _order(tx, row)


async def order_opening_certificate(
    tx: WriteSession,
    account: DepositAccount,
    *,
    language: Language,
    ordered_by: UUID,
    at: datetime,
) -> Document:
    """Order a certificate that an account was opened and is held. Raises `TooManyWaiting`."""
    return await _order(
        tx, _row(DocumentKind.OPENING_CERTIFICATE, account, language, ordered_by, at)
    )


async def issue(database: Database, *, document_id: UUID, at: datetime) -> None:
    """Set and seal an ordered document and keep it; nothing happens if that was done.

    Raises `StatementBroken` if the movements are not those of the order, `pdf.PdfFailed`.
    """
    async with database.read() as tx:
        document = await get_document(tx, document_id)
        if document.issued_at is not None:
            return
        account = await accounts.get(tx, document.account_id)
        holder = (await parties.get(tx, document.party_id)).name
    if document.kind is DocumentKind.STATEMENT:
        paper = await _statement_of(database, document, account, holder, at=at)
    else:
        paper = await certificate_paper(document, account, holder, at=at)
    pages = pages_in(paper)
    reason = TITLES[document.kind].say(document.language)
    sealed = await pdf.seal(paper, by=configuration().seal, reason=reason, at=at)
    async with database.write() as writing:
        await _keep(writing, document, sealed, pages=pages, at=at)


async def get_document(tx: ReadSession, document_id: UUID) -> Document:
    """Return a document. Raises `UnknownDocument`."""
    row = await tx.scalar(
        select(DocumentRow)
        .where(DocumentRow.id == document_id)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise UnknownDocument(document_id=document_id)
    return document_of(row)


async def list_documents(
    tx: ReadSession,
    *,
    among: Collection[UUID] | None,
    account_id: UUID | None,
    after: str | None,
    limit: int,
) -> Page[Document]:
    """Return documents, the latest ordered first; of the parties `among` unless it is None.

    Raises `kernel.page.BadCursor`.
    """
    query = select(DocumentRow).order_by(DocumentRow.id.desc()).limit(limit + 1)
    if among is not None:
        query = query.where(DocumentRow.party_id.in_(list(among)))
    if account_id is not None:
        query = query.where(DocumentRow.account_id == account_id)
    if after is not None:
        query = query.where(DocumentRow.id < decode_cursor(after, UUID)[0])
    return Page[Document].of(
        [document_of(row) for row in await tx.scalars(query)],
        limit=limit,
        cursor=lambda last: encode_cursor(last.id),
    )


async def document_file(tx: ReadSession, document: Document) -> tuple[files.StoredFile, bytes]:
    """Return the file of a document. Raises `DocumentBeingMade`, `files.UnknownFile`."""
    if document.file_id is None:
        raise DocumentBeingMade
    stored = await files.get(tx, document.file_id)
    return stored, await files.content(tx, stored)


def document_of(row: DocumentRow) -> Document:
    """Return the document a row stands for."""

    def money(minor: int | None) -> Money | None:
        return None if minor is None else Money(minor, row.currency)

    return Document(
        id=DocumentId(row.id),
        kind=DocumentKind(row.kind),
        account_id=row.account_id,
        party_id=row.party_id,
        period_first=row.period_first,
        period_last=row.period_last,
        language=cast("Language", row.language),
        currency=row.currency,
        opening=money(row.opening),
        credits=money(row.credits),
        debits=money(row.debits),
        closing=money(row.closing),
        first_version=row.first_version,
        last_version=row.last_version,
        code=row.code,
        ordered_by=row.ordered_by,
        ordered_at=row.ordered_at,
        issued_at=row.issued_at,
        sha256=row.sha256,
        pages=row.pages,
        file_id=row.file_id,
    )


def _row(
    kind: DocumentKind, account: DepositAccount, language: Language, by: UUID, at: datetime
) -> DocumentRow:
    return DocumentRow(
        id=new_id(),
        kind=kind.value,
        account_id=account.id,
        party_id=account.party_id,
        language=language,
        currency=account.currency,
        code=new_code(),
        ordered_by=by,
        ordered_at=at,
    )


async def _order(tx: WriteSession, row: DocumentRow) -> Document:
    waiting = await tx.scalar(
        select(func.count())
        .select_from(DocumentRow)
        .where(DocumentRow.party_id == row.party_id, DocumentRow.issued_at.is_(None))
    )
    if (waiting or 0) >= WAITING_MAX:
        raise TooManyWaiting(waiting_max=WAITING_MAX)
    tx.add(row)
    await tx.flush()
    await jobs.defer(tx, ISSUE_JOB, {"document_id": str(row.id)})
    return document_of(row)


async def _statement_of(
    database: Database, document: Document, account: DepositAccount, holder: str, *, at: datetime
) -> bytes:
    """Return the paper of a statement, made of the very movements of the order."""
    ordered = _ordered(document, account, holder)
    found: list[Line] = [line async for some in lines(database, ordered) for line in some]
    into = [line.amount.minor for line in found if line.direction == "credit"]
    out = [line.amount.minor for line in found if line.direction == "debit"]
    if (sum(into), sum(out)) != (ordered.span.credits, ordered.span.debits):
        raise StatementBroken
    span = replace(ordered.span, credit_entries=len(into), debit_entries=len(out))
    return await statement_paper(document, replace(ordered, span=span), found, at=at)


def _ordered(document: Document, account: DepositAccount, holder: str) -> Statement:
    """Return the frame of a statement as it was ordered."""
    figures = (document.opening, document.credits, document.debits, document.closing)
    opening, credits_, debits, closing = (money.minor for money in figures if money is not None)
    first, last = document.first_version, document.last_version
    assert first is not None, "a statement comprises versions"
    assert last is not None, "from one to another"
    assert document.period_first is not None, "and days"
    assert document.period_last is not None, "likewise"
    span = Span(
        account_id=account.ledger_account_id,
        first_version=first,
        last_version=last,
        opening=opening,
        closing=closing,
        debits=debits,
        credits=credits_,
        debit_entries=0,  # counted when they are read
        credit_entries=0,
        broken=0,
        held=0,
    )
    period = Period(document.period_first, document.period_last)
    return Statement(
        account=account, holder=holder, period=period, span=span, made_at=document.ordered_at
    )


async def _keep(
    tx: WriteSession, document: Document, content: bytes, *, pages: int, at: datetime
) -> None:
    """Keep the file, unless another run of the job was faster."""
    waiting = await tx.scalar(
        select(DocumentRow.id)
        .where(DocumentRow.id == document.id, DocumentRow.file_id.is_(None))
        .with_for_update()
    )
    if waiting is None:
        return
    stored = await files.store(
        tx,
        files.Clean(files.MediaType.PDF, content, pages=pages),
        owner_id=document.party_id,
        purpose=PURPOSE,
        name=f"{document.kind.value.replace('_', '-')}-{document.id}.pdf",
        by=document.ordered_by,
        at=at,
    )
    kept: dict[str, Any] = {
        "file_id": stored.id,
        "sha256": hashlib.sha256(content).hexdigest(),
        "pages": pages,
        "issued_at": at,
    }
    await tx.execute(update(DocumentRow).where(DocumentRow.id == document.id).values(**kept))
    issued = DocumentIssued(
        document_id=document.id,
        kind=document.kind.value,
        account_id=document.account_id,
        party_id=document.party_id,
        language=document.language,
    )
    await outbox.append(tx, [issued], at=at)
