"""From rows to what callers see, and lines into rows."""

from collections.abc import Sequence
from typing import Final, LiteralString
from uuid import UUID

from sqlalchemy import select

from tongbao.infra.arrays import Array, Kind, array, array_with_nulls
from tongbao.infra.db import WriteSession
from tongbao.kernel.money import Money
from tongbao.kernel.text import Text
from tongbao.products.bulk.domain.errors import UnknownFile
from tongbao.products.bulk.domain.files import (
    FileFormat,
    FileId,
    FileKind,
    FileState,
    Line,
    LineState,
    Mode,
    PaymentFile,
    Why,
)
from tongbao.products.bulk.models import FileRow, LineRow

_INSERT: Final[LiteralString] = """
INSERT INTO bulk_line (file_id, number, state, payment_id, group_id, end_to_end_id,
    creditor_account_number, creditor_name, amount_minor, remittance, why_code, why_iso_code,
    why_zh, why_en)
SELECT %s::uuid, unnest(%s::integer[]), unnest(%s::text[]), unnest(%s::uuid[]), unnest(%s::text[]),
       unnest(%s::text[]), unnest(%s::text[]), unnest(%s::text[]), unnest(%s::bigint[]),
       unnest(%s::text[]), unnest(%s::text[]), unnest(%s::text[]), unnest(%s::text[]),
       unnest(%s::text[])
"""
_REJECT: Final[LiteralString] = """
UPDATE bulk_line l SET state = 'rejected', why_code = r.code, why_iso_code = r.iso_code,
       why_zh = r.zh, why_en = r.en
  FROM unnest(%s::integer[], %s::text[], %s::text[], %s::text[], %s::text[])
       AS r (number, code, iso_code, zh, en)
 WHERE l.file_id = %s::uuid AND l.number = r.number
"""


async def locked(tx: WriteSession, file_id: UUID) -> FileRow:
    """Return a file's row, locked. Raises `UnknownFile`."""
    row = await tx.scalar(
        select(FileRow)
        .where(FileRow.id == file_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise UnknownFile
    return row


async def insert_lines(tx: WriteSession, file_id: UUID, lines: Sequence[Line]) -> None:
    """Write new lines."""
    if not lines:
        return
    whys = [line.why for line in lines]
    await tx.fetch(
        _INSERT,
        (
            file_id,
            array(Kind.INTEGER, [line.number.to_bytes(4) for line in lines]),
            array(Kind.TEXT, [line.state.value.encode() for line in lines]),
            array(Kind.UUID, [line.payment_id.bytes for line in lines]),
            _texts([line.group_id for line in lines]),
            _texts([line.end_to_end_id for line in lines]),
            _texts([line.creditor_account_number for line in lines]),
            _texts([line.creditor_name for line in lines]),
            array_with_nulls(
                Kind.BIGINT,
                [None if each.amount is None else each.amount.minor.to_bytes(8) for each in lines],
            ),
            _texts([line.remittance for line in lines]),
            *_whys(whys),
        ),
    )


async def reject_lines(tx: WriteSession, file_id: UUID, refused: Sequence[tuple[int, Why]]) -> None:
    """Say of lines, by number, why they were not paid."""
    if refused:
        numbers = array(Kind.INTEGER, [number.to_bytes(4) for number, _ in refused])
        await tx.fetch(_REJECT, (numbers, *_whys([why for _, why in refused]), file_id))


def _whys(whys: Sequence[Why | None]) -> tuple[Array | None, ...]:
    return (
        _texts([None if why is None else why.code for why in whys]),
        _texts([None if why is None else why.iso_code for why in whys]),
        _texts([None if why is None else why.text.zh for why in whys]),
        _texts([None if why is None else why.text.en for why in whys]),
    )


def _texts(values: Sequence[str | None]) -> Array | None:
    return array_with_nulls(Kind.TEXT, [None if one is None else one.encode() for one in values])


def file_of(row: FileRow) -> PaymentFile:
    """Return the file a row stands for."""
    return PaymentFile(
        id=FileId(row.id),
        party_id=row.party_id,
        account_id=row.account_id,
        account_number=row.account_number,
        kind=FileKind(row.kind),
        mode=Mode(row.mode),
        format=FileFormat(row.format),
        name=row.name,
        message_id=row.message_id,
        sha256=row.sha256,
        state=FileState(row.state),
        currency=row.currency,
        lines=row.lines,
        good=row.good,
        total=Money(row.total_minor, row.currency),
        requested_on=row.requested_on,
        done_through=row.done_through,
        settled=row.settled,
        settled_total=Money(row.settled_minor, row.currency),
        rejected=row.rejected,
        why=_why(row),
        uploaded_by=row.uploaded_by,
        uploaded_at=row.uploaded_at,
        initiated_by=row.initiated_by,
        approved_by=row.approved_by,
        approval_id=row.approval_id,
        finished_at=row.finished_at,
    )


def line_of(row: LineRow, currency: str) -> Line:
    """Return the line a row stands for."""
    return Line(
        number=row.number,
        state=LineState(row.state),
        payment_id=row.payment_id,
        group_id=row.group_id,
        end_to_end_id=row.end_to_end_id,
        creditor_account_number=row.creditor_account_number,
        creditor_name=row.creditor_name,
        amount=None if row.amount_minor is None else Money(row.amount_minor, currency),
        remittance=row.remittance,
        why=_why(row),
    )


def _why(row: FileRow | LineRow) -> Why | None:
    if row.why_code is None:
        return None
    text = Text(zh=row.why_zh or "", en=row.why_en or "")
    return Why(code=row.why_code, iso_code=row.why_iso_code or "NARR", text=text)
