"""Confirming documents to whoever holds one: what was issued, names and numbers masked."""

import hashlib

from sqlalchemy import ColumnElement, select

from tongbao.core.accounts import service as accounts
from tongbao.core.parties import service as parties
from tongbao.core.statements.domain.documents import Confirmation, closing_digest
from tongbao.core.statements.domain.errors import UnknownCode
from tongbao.core.statements.domain.masking import masked_name, masked_number
from tongbao.core.statements.models import DocumentRow
from tongbao.core.statements.service.configuration import configuration
from tongbao.core.statements.service.documents import document_of
from tongbao.infra import pdf
from tongbao.infra.db import ReadSession
from tongbao.kernel.codes import read_code


async def confirm(tx: ReadSession, *, code: str) -> Confirmation:
    """Return what was issued under a code. Raises `UnknownCode`."""
    read = read_code(code)
    found = None if read is None else await _find(tx, DocumentRow.code == read)
    if found is None:
        raise UnknownCode
    return found


async def confirm_file(tx: ReadSession, content: bytes) -> tuple[pdf.Verdict, Confirmation | None]:
    """Return what a PDF is by its seal, and what was issued if it is byte for byte that.

    Raises `pdf.PdfUnreadable`, `pdf.PdfBusy`.
    """
    verdict = await pdf.verify(content, trusted=configuration().roots)
    digest = hashlib.sha256(content).hexdigest()
    return verdict, await _find(tx, DocumentRow.sha256 == digest)


async def _find(tx: ReadSession, condition: ColumnElement[bool]) -> Confirmation | None:
    row = await tx.scalar(select(DocumentRow).where(condition, DocumentRow.issued_at.is_not(None)))
    if row is None:
        return None
    document = document_of(row)
    account = await accounts.get(tx, document.account_id)
    holder = await parties.get(tx, document.party_id)
    digest = None
    if document.closing is not None and document.period_last is not None:
        digest = closing_digest(
            document.code, account.number, document.period_last, document.closing
        )
    return Confirmation(
        document=document,
        holder=masked_name(holder.name),
        number=masked_number(account.number),
        closing_digest=digest,
    )
