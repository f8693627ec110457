"""Taking in a file: every line is judged, and nothing is paid."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import BinaryIO, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tongbao.core.accounts import service as accounts
from tongbao.core.accounts.service import DepositAccount
from tongbao.core.payments import service as payments
from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession
from tongbao.kernel.ahead import ahead
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.kernel.text import Text
from tongbao.products.bulk.domain import csv_files, pain001_files
from tongbao.products.bulk.domain.errors import (
    DebtorAccountDiffers,
    FileEmpty,
    FileUnreadable,
    LineAmountWrong,
    LineCurrencyWrong,
    LineReferenceRepeated,
    LineWrong,
    MessageIdUsed,
    SchemaViolated,
    TooManyLines,
)
from tongbao.products.bulk.domain.files import (
    LINES_MAX,
    MESSAGE_ID_LENGTH_MAX,
    NAME_LENGTH_MAX,
    FileFormat,
    FileKind,
    FileState,
    Line,
    LineState,
    Mode,
    PaymentFile,
    Why,
)
from tongbao.products.bulk.domain.reading import (
    Head,
    RawLine,
    Reader,
    amount_of,
    exact_amount_of,
)
from tongbao.products.bulk.models import IS_ALIVE, FileRow
from tongbao.products.bulk.service.rows import file_of, insert_lines

BATCH: Final = 1_000
AHEAD_MAX: Final = 2
NO_REFERENCE: Final = "NOTPROVIDED"
_CHUNK_BYTES: Final = 1024 * 1024
_ACCOUNT_SHOWN_MAX: Final = 100
_READERS: Final[dict[FileFormat, Reader]] = {
    FileFormat.CSV: csv_files.read,
    FileFormat.PAIN001: pain001_files.read,
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants done with a file; a pain.001 says its message id itself."""

    account_id: UUID
    kind: FileKind
    mode: Mode
    format: FileFormat
    name: str
    message_id: str | None = None


async def receive(
    tx: WriteSession, source: BinaryIO, wish: Wish, *, received_by: Actor, at: datetime
) -> PaymentFile:
    """Read a file in small memory, judge each of its lines and keep what was found.

    A line that is wrong is kept with its reason; what is wrong with the whole file is raised, and
    nothing is kept: `FileUnreadable`, `FileEmpty`, `TooManyLines`, `ColumnsWrong`,
    `SchemaViolated`, `ControlSumWrong`, `MessageIdUsed`, `DebtorAccountDiffers`. Raises
    `accounts.UnknownAccount` and `auth.Forbidden` as a payment would.
    """
    account = await accounts.get(tx, wish.account_id)
    payments.check_may_initiate(account, received_by)
    digest = await asyncio.to_thread(_sha256, source)
    row = FileRow(
        id=new_id(),
        party_id=account.party_id,
        account_id=account.id,
        account_number=account.number,
        kind=wish.kind.value,
        mode=wish.mode.value,
        format=wish.format.value,
        name=wish.name.strip()[:NAME_LENGTH_MAX] or wish.format.value,
        message_id=wish.message_id or digest.hex()[:MESSAGE_ID_LENGTH_MAX],
        sha256=digest,
        state=FileState.CHECKED.value,
        currency=account.currency,
        lines=0,
        good=0,
        total_minor=0,
        done_through=0,
        settled=0,
        settled_minor=0,
        rejected=0,
        uploaded_by=received_by.id,
        uploaded_at=at,
    )
    receiving = _Receiving(tx, row, account, received_by, at)
    if wish.format is FileFormat.CSV:
        await receiving.enter()
    await receiving.take(_READERS[wish.format](source))
    if not row.lines:
        raise FileEmpty
    await tx.flush()
    return file_of(row)


def _sha256(source: BinaryIO) -> bytes:
    source.seek(0)
    digest = hashlib.sha256()
    while chunk := source.read(_CHUNK_BYTES):
        digest.update(chunk)
    return digest.digest()


@dataclass(slots=True)
class _Lines:
    """Some lines of a file: what each wants, by number, or why it cannot be."""

    raw: list[RawLine]
    orders: dict[int, payments.NewTransfer] = field(default_factory=dict)
    whys: dict[int, Why] = field(default_factory=dict)
    prepared: payments.Prepared | None = None


@dataclass(slots=True)
class _Receiving:
    """One file on its way in."""

    tx: WriteSession
    row: FileRow
    account: DepositAccount
    by: Actor
    at: datetime
    references: dict[str, int] = field(default_factory=dict)
    entered: bool = False

    async def enter(self) -> None:
        """Write the file's row, which decides between two of one message id at once."""
        self.entered = True
        used = await self.tx.scalar(
            select(FileRow.id).where(
                FileRow.account_id == self.row.account_id,
                FileRow.message_id == self.row.message_id,
                IS_ALIVE,
            )
        )
        if used is not None:
            raise MessageIdUsed(message_id=self.row.message_id)
        self.tx.add(self.row)
        try:
            await self.tx.flush()
        except IntegrityError as error:  # somebody else was quicker
            raise MessageIdUsed(message_id=self.row.message_id) from error

    async def take(self, parts: Iterator[Head | RawLine]) -> None:
        """Judge all lines and keep them; meanwhile the next are read and looked up.

        The driver runs one statement of a transaction after the other, whoever asks.
        """
        async with ahead(self._read(parts), most=AHEAD_MAX) as ready:
            async for lines in ready:
                await self._keep(lines)

    async def _read(self, parts: Iterator[Head | RawLine]) -> AsyncIterator[_Lines]:
        while batch := await asyncio.to_thread(lambda: list(islice(parts, BATCH))):
            yield await self._looked_up(batch)

    async def _looked_up(self, batch: list[Head | RawLine]) -> _Lines:
        """Return some lines with what is known of what they name."""
        raw = []
        for part in batch:
            if isinstance(part, Head):
                await self._head(part)
            else:
                raw.append(part)
        if raw and not self.entered:
            raise SchemaViolated(path="/Document/CstmrCdtTrfInitn", fault="GrpHdr")
        if self.row.lines + len(raw) > LINES_MAX:  # before the row says so: it may be written
            raise TooManyLines(lines_max=LINES_MAX)
        self.row.lines += len(raw)
        lines = _Lines(raw)
        for each in raw:
            try:
                lines.orders[each.number] = self._order(each)
            except LineWrong as error:
                lines.whys[each.number] = _why(error)
        if lines.orders:
            lines.prepared = await payments.prepare(
                self.tx, list(lines.orders.values()), initiated_by=self.by, at=self.at
            )
        return lines

    async def _keep(self, lines: _Lines) -> None:
        """Judge lines by the rules of payments and write them down."""
        orders, whys = lines.orders, lines.whys
        if lines.prepared is not None:
            found = await payments.look(self.tx, lines.prepared)
            for number, reason in zip(orders, found, strict=True):
                if reason is not None:
                    whys[number] = Why(reason.code, reason.iso_code, reason.text)
        judged = [
            self._line(each, orders.get(each.number), whys.get(each.number)) for each in lines.raw
        ]
        await insert_lines(self.tx, self.row.id, judged)
        good = [line.amount.minor for line in judged if line.amount and line.why is None]
        self.row.good += len(good)
        self.row.total_minor += sum(good)

    async def _head(self, head: Head) -> None:
        if head.message_id is not None and not self.entered:
            if not 1 <= len(head.message_id) <= MESSAGE_ID_LENGTH_MAX:
                raise FileUnreadable(
                    why=Text(
                        zh="报文标识号 MsgId 为 1 至 35 个字符",
                        en="The message id (MsgId) has 1 to 35 characters",
                    )
                )
            self.row.message_id = head.message_id
            await self.enter()
        if head.account_number not in (None, self.account.number):
            raise DebtorAccountDiffers(account_number=head.account_number)
        if head.requested_on is not None:
            with suppress(ValueError):  # the schema says what is wrong with it
                wanted = date.fromisoformat(head.requested_on)
                self.row.requested_on = max(self.row.requested_on or wanted, wanted)

    def _order(self, raw: RawLine) -> payments.NewTransfer:
        """Return what a line wants. Raises `LineWrong`."""
        if isinstance(raw.fault, LineWrong):
            raise raw.fault
        currency = self.account.currency
        if raw.currency not in (None, currency):
            raise LineCurrencyWrong(currency=str(raw.currency)[:10], account_currency=currency)
        amount = self._amount(raw.amount)
        if amount is None:
            raise LineAmountWrong(amount=raw.amount[:40], currency=currency)
        reference = None if raw.reference == NO_REFERENCE else raw.reference
        if reference is not None:
            first = self.references.setdefault(reference, raw.number)
            if first != raw.number:
                raise LineReferenceRepeated(first=first, reference=reference[:35])
        return payments.NewTransfer(
            debtor_account_id=self.account.id,
            creditor_account_number=raw.account,
            creditor_name=raw.name,
            amount=amount,
            remittance=raw.remittance,
            end_to_end_id=reference,
        )

    def _amount(self, text: str) -> Money | None:
        read = amount_of if self.row.format == FileFormat.CSV.value else exact_amount_of
        return read(text, self.account.currency)

    def _line(self, raw: RawLine, order: payments.NewTransfer | None, why: Why | None) -> Line:
        return Line(
            number=raw.number,
            state=LineState.GOOD if why is None else LineState.WRONG,
            payment_id=new_id() if order is None else order.id,
            group_id=raw.group,
            end_to_end_id=raw.reference if order is None else order.end_to_end_id,
            creditor_account_number=raw.account[:_ACCOUNT_SHOWN_MAX],
            creditor_name=raw.name,
            amount=None if order is None else order.amount,
            remittance=raw.remittance,
            why=why,
        )


def _why(error: LineWrong) -> Why:
    text = Text(zh=error.say("zh"), en=error.say("en"))
    return Why(code=error.code, iso_code=error.iso_code, text=text)
