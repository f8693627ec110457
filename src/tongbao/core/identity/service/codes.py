"""One-time codes: issued under a purpose and a subject, good once."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.identity.domain.codes import (
    CODE_LIFETIME,
    CODE_TRIES_MAX,
    Purpose,
    new_code,
)
from tongbao.core.identity.models import CodeRow
from tongbao.infra import crypto, keys
from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id

SUBJECT: Final = "identity_code.subject_sealed"
_PURPOSE: Final = "one-time code"


async def issue_code(
    tx: WriteSession, *, purpose: Purpose, subject: str, at: datetime
) -> tuple[UUID, str]:
    """Return the id of a new code, and the code itself, which is stored nowhere."""
    code_id, code = new_id(), new_code()
    box = await crypto.box(tx, owner=crypto.SYSTEM)
    await tx.execute(
        insert(CodeRow).values(
            id=code_id,
            purpose=purpose,
            subject_sealed=box.seal(subject, field=SUBJECT, row=code_id),
            code_tag=_tag(code_id, code),
            created_at=at,
            expires_at=at + CODE_LIFETIME,
        )
    )
    return code_id, code


async def spend_code(
    tx: WriteSession, *, code_id: UUID, purpose: Purpose, subject: str, code: str, at: datetime
) -> bool:
    """Tell whether this is the code, and use it up; a wrong one costs a try.

    The caller commits either way: a try that is rolled back would cost nothing.
    """
    row = (
        await tx.execute(select(CodeRow).where(CodeRow.id == code_id).with_for_update())
    ).scalar_one_or_none()
    box = await crypto.box(tx, owner=crypto.SYSTEM)
    stored = b"" if row is None else row.code_tag
    right = keys.is_tag(stored, _PURPOSE, code_id.bytes, code.encode())
    if (
        row is None
        or row.purpose != purpose
        or box.open(row.subject_sealed, field=SUBJECT, row=code_id) != subject
        or row.used_at is not None
        or row.expires_at <= at
        or row.tries >= CODE_TRIES_MAX
    ):
        return False
    changed = {"used_at": at} if right else {"tries": row.tries + 1}
    await tx.execute(update(CodeRow).where(CodeRow.id == code_id).values(changed))
    return right


async def subject_of(tx: WriteSession, *, code_id: UUID, purpose: Purpose) -> str | None:
    """Return what a code was issued for; None if there is none for this purpose."""
    sealed = await tx.scalar(
        select(CodeRow.subject_sealed).where(CodeRow.id == code_id, CodeRow.purpose == purpose)
    )
    if sealed is None:
        return None
    box = await crypto.box(tx, owner=crypto.SYSTEM)
    return box.open(sealed, field=SUBJECT, row=code_id)


async def purge_codes(tx: WriteSession, *, before: datetime) -> None:
    """Delete the codes that expired before an instant."""
    await tx.execute(delete(CodeRow).where(CodeRow.expires_at < before))


def _tag(code_id: UUID, code: str) -> bytes:
    """Return a keyed hash: whoever reads the table cannot try all million codes against it."""
    return keys.tag(_PURPOSE, code_id.bytes, code.encode())
