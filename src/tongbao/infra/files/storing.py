"""Keeping files in the database and reading them back.

This is the door: whoever outgrows a database table for pictures puts an object store behind these
three functions. Who may read a file is asked by the module it belongs to, before it comes here.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, NewType
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from tongbao.infra import crypto
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.infra.files.checking import Clean, MediaType
from tongbao.infra.files.errors import UnknownFile
from tongbao.infra.files.models import FileRow
from tongbao.infra.files.names import safe_name
from tongbao.kernel.ids import new_id

CONTENT: Final = "infra_file.content_sealed"

FileId = NewType("FileId", UUID)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that is kept, without its bytes."""

    id: FileId
    owner_id: UUID
    purpose: str
    name: str
    media_type: MediaType
    sha256: bytes
    created_by: UUID
    created_at: datetime


async def store(
    tx: WriteSession,
    clean: Clean,
    *,
    owner_id: UUID,
    purpose: str,
    name: str,
    by: UUID,
    at: datetime,
) -> StoredFile:
    """Keep a harmless file for its owner, sealed with the owner's key. Raises `crypto.Erased`.

    `name` may be anything somebody sent (see `safe_name`).
    """
    stored = StoredFile(
        id=FileId(new_id()),
        owner_id=owner_id,
        purpose=purpose,
        name=safe_name(name),
        media_type=clean.media_type,
        sha256=clean.sha256,
        created_by=by,
        created_at=at,
    )
    box = await crypto.box(tx, owner=owner_id)
    await tx.execute(
        insert(FileRow).values(
            id=stored.id,
            owner_id=owner_id,
            purpose=purpose,
            name=stored.name,
            sha256=stored.sha256,
            media_type=clean.media_type.value,
            width=clean.width,
            height=clean.height,
            pages=clean.pages,
            content_sealed=box.seal(clean.content, field=CONTENT, row=stored.id),
            created_by=by,
            created_at=at,
        )
    )
    return stored


async def get(tx: ReadSession, file_id: UUID) -> StoredFile:
    """Return what is known of a file. Raises `UnknownFile`."""
    row = await tx.get(FileRow, file_id)
    if row is None:
        raise UnknownFile
    return StoredFile(
        id=FileId(row.id),
        owner_id=row.owner_id,
        purpose=row.purpose,
        name=row.name,
        media_type=MediaType(row.media_type),
        sha256=row.sha256,
        created_by=row.created_by,
        created_at=row.created_at,
    )


async def content(tx: ReadSession, file: StoredFile) -> bytes:
    """Return the bytes of a file that `get` or `store` returned.

    Raises `UnknownFile` once the owner's key is destroyed, and `crypto.SealBroken`.
    """
    sealed = await tx.scalar(select(FileRow.content_sealed).where(FileRow.id == file.id))
    assert sealed is not None, "files are not removed"
    box = await crypto.box(tx, owner=file.owner_id)
    try:
        return box.open_bytes(sealed, field=CONTENT, row=file.id)
    except crypto.Erased as error:
        raise UnknownFile from error
