"""Keeping files in the database and reading them back.

This is the door: whoever outgrows a database table for pictures puts an object store behind these
three functions. Who may read a file is asked by the module it belongs to, before it comes here.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NewType
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from tongbao.infra.db import ReadSession, WriteSession
from tongbao.infra.files.checking import Clean, MediaType
from tongbao.infra.files.errors import UnknownFile
from tongbao.infra.files.models import FileContentRow, FileRow
from tongbao.infra.files.names import safe_name
from tongbao.kernel.ids import new_id

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
    """Keep a harmless file for its owner; the same bytes are kept once.

    `name` may be anything somebody sent (see `safe_name`).
    """
    sha256 = clean.sha256
    await tx.execute(
        insert(FileContentRow)
        .values(
            sha256=sha256,
            media_type=clean.media_type.value,
            content=clean.content,
            width=clean.width,
            height=clean.height,
            pages=clean.pages,
        )
        .on_conflict_do_nothing(index_elements=["sha256"])
    )
    stored = StoredFile(
        id=FileId(new_id()),
        owner_id=owner_id,
        purpose=purpose,
        name=safe_name(name),
        media_type=clean.media_type,
        sha256=sha256,
        created_by=by,
        created_at=at,
    )
    await tx.execute(
        insert(FileRow).values(
            id=stored.id,
            sha256=sha256,
            owner_id=owner_id,
            purpose=purpose,
            name=stored.name,
            created_by=by,
            created_at=at,
        )
    )
    return stored


async def get(tx: ReadSession, file_id: UUID) -> StoredFile:
    """Return what is known of a file. Raises `UnknownFile`."""
    found = (
        await tx.execute(
            select(FileRow, FileContentRow.media_type)
            .join(FileContentRow, FileContentRow.sha256 == FileRow.sha256)
            .where(FileRow.id == file_id)
        )
    ).first()
    if found is None:
        raise UnknownFile
    row, media_type = found
    return StoredFile(
        id=FileId(row.id),
        owner_id=row.owner_id,
        purpose=row.purpose,
        name=row.name,
        media_type=MediaType(media_type),
        sha256=row.sha256,
        created_by=row.created_by,
        created_at=row.created_at,
    )


async def content(tx: ReadSession, file: StoredFile) -> bytes:
    """Return the bytes of a file that `get` or `store` returned."""
    found = await tx.scalar(
        select(FileContentRow.content).where(FileContentRow.sha256 == file.sha256)
    )
    assert found is not None, "the foreign key holds the content"
    return found
