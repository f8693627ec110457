"""Reading files, their lines, and the report that goes back to whoever sent a pain.001."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Final
from uuid import UUID

from sqlalchemy import func, select

from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession
from tongbao.kernel.money import Money
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page, decode_cursor, encode_cursor
from tongbao.lib.iso20022 import pain002
from tongbao.products.bulk.domain.errors import UnknownFile
from tongbao.products.bulk.domain.files import FileState, Line, LineState, Mode, PaymentFile, Why
from tongbao.products.bulk.models import FileRow, LineRow
from tongbao.products.bulk.service.rows import file_of, line_of

READ: Final = "bulk:read"
REPORTED_MAX: Final = 10_000
"""Transactions one report tells of."""
_OVER: Final = (FileState.REJECTED, FileState.CANCELLED)


async def get(tx: ReadSession, file_id: UUID, *, seen_by: Actor) -> PaymentFile:
    """Return a file to whoever may see those of its party.

    Raises `UnknownFile`, `auth.Forbidden`.
    """
    row = await tx.scalar(
        select(FileRow).where(FileRow.id == file_id).execution_options(populate_existing=True)
    )
    if row is None:
        raise UnknownFile
    seen_by.check(READ, party_id=row.party_id, unknown=UnknownFile())
    return file_of(row)


async def of_party(
    tx: ReadSession,
    *,
    party_id: UUID,
    seen_by: Actor,
    after: str | None = None,
    limit: int = PAGE_LIMIT_DEFAULT,
) -> Page[PaymentFile]:
    """Return a party's files, the latest first.

    Raises `UnknownFile`, `auth.Forbidden`, `kernel.page.BadCursor`.
    """
    seen_by.check(READ, party_id=party_id, unknown=UnknownFile())
    query = (
        select(FileRow)
        .where(FileRow.party_id == party_id)
        .order_by(FileRow.id.desc())
        .limit(limit + 1)
    )
    if after is not None:
        query = query.where(FileRow.id < decode_cursor(after, UUID)[0])
    return Page[PaymentFile].of(
        [file_of(row) for row in await tx.scalars(query)],
        limit=limit,
        cursor=lambda last: encode_cursor(last.id),
    )


async def lines(
    tx: ReadSession,
    file: PaymentFile,
    *,
    only_refused: bool = False,
    after: str | None = None,
    limit: int = PAGE_LIMIT_DEFAULT,
) -> Page[Line]:
    """Return the lines of a file in their order. Raises `kernel.page.BadCursor`."""
    query = (
        select(LineRow).where(LineRow.file_id == file.id).order_by(LineRow.number).limit(limit + 1)
    )
    if only_refused:
        query = query.where(LineRow.state != LineState.GOOD.value)
    if after is not None:
        query = query.where(LineRow.number > decode_cursor(after, int)[0])
    return Page[Line].of(
        [line_of(row, file.currency) for row in await tx.scalars(query)],
        limit=limit,
        cursor=lambda last: encode_cursor(last.number),
    )


@dataclass(frozen=True, slots=True)
class StatusReport:
    """A pain.002; `next_line` is after which line another one tells the rest, None: no more."""

    document: bytes
    next_line: int | None


async def report(
    tx: ReadSession, file: PaymentFile, *, after_line: int = 0, at: datetime
) -> StatusReport:
    """Return what became of a file as pain.002.001.12: what was refused, and how much was not."""
    rows = await tx.scalars(
        select(LineRow)
        .where(
            LineRow.file_id == file.id,
            LineRow.number > after_line,
            LineRow.state != LineState.GOOD.value,
        )
        .order_by(LineRow.number)
        .limit(REPORTED_MAX + 1)
    )
    refused = [line_of(row, file.currency) for row in rows]
    told, more = refused[:REPORTED_MAX], len(refused) > REPORTED_MAX
    rejected_minor = await tx.scalar(
        select(func.coalesce(func.sum(LineRow.amount_minor), 0)).where(
            LineRow.file_id == file.id, LineRow.state == LineState.REJECTED.value
        )
    )
    message = pain002.Report(
        message_id=f"{file.id.hex[:24]}-{after_line}",
        created_at=at,
        original_id=file.message_id,
        original_name=file.format.value,
        original_count=file.lines,
        original_sum=_major(file.total),
        status=_status(file),
        reason=None if file.why is None else _reason(file.why),
        counts=_counts(file, Money(int(rejected_minor or 0), file.currency)),
        informations=list(_informations(told)),
    )
    return StatusReport(
        document=pain002.document(message), next_line=told[-1].number if more else None
    )


def _informations(lines: Iterable[Line]) -> Iterable[pain002.Information]:
    for group, those in groupby(lines, key=lambda line: line.group_id):
        rejected = [
            pain002.Rejected(line.end_to_end_id, _reason(line.why)) for line in those if line.why
        ]
        yield pain002.Information(group or "NOTPROVIDED", rejected)


def _reason(why: Why) -> pain002.Reason:
    return pain002.Reason(why.iso_code, f"{why.code} {why.text.zh} {why.text.en}")


_UNDER_WAY: Final[Mapping[FileState, pain002.GroupStatus]] = {
    FileState.AWAITING_APPROVAL: "PDNG",
    FileState.AWAITING_SIGNATURES: "PDNG",
    FileState.EXECUTING: "ACSP",
}


def _status(file: PaymentFile) -> pain002.GroupStatus:
    spoilt = file.wrong and file.mode is Mode.ALL_OR_NOTHING
    if file.state in _OVER or not file.good or spoilt:
        return "RJCT"
    if file.state in _UNDER_WAY:
        return _UNDER_WAY[file.state]
    if file.state is FileState.CHECKED:
        return "PART" if file.wrong else "ACTC"
    if not file.settled:
        return "RJCT"
    return "ACSC" if file.settled == file.lines else "PART"


def _counts(file: PaymentFile, rejected: Money) -> list[pain002.Count]:
    """Return how many lines have come to what; the amount of a wrong one is nobody's to say."""
    refused = file.wrong + file.rejected
    pending = file.lines - refused - file.settled
    counts = []
    if file.settled:
        counts.append(pain002.Count("ACSC", file.settled, _major(file.settled_total)))
    if file.state in _OVER:
        counts.append(pain002.Count("RJCT", file.lines))
        return counts
    if refused:
        total = None if file.wrong else _major(rejected)
        counts.append(pain002.Count("RJCT", refused, total))
    if pending:
        counts.append(pain002.Count("PDNG", pending))
    return counts


def _major(amount: Money) -> Decimal:
    return Decimal(amount.text)
