"""Generations of record keys: giving every owner the next one, and ending those nobody needs."""

from datetime import datetime, timedelta
from secrets import token_bytes
from typing import Final
from uuid import UUID

from sqlalchemy import DateTime, Integer, Uuid, bindparam, func, literal_column, select, text, union

from tongbao.infra.arrays import Kind, array
from tongbao.infra.crypto.boxes import KEY_ID_BYTES
from tongbao.infra.crypto.ciphers import KEY_BYTES
from tongbao.infra.crypto.columns import SealedColumn
from tongbao.infra.crypto.process import installed
from tongbao.infra.crypto.records import BLIND, REPLACED, current_kek_id, uuids
from tongbao.infra.db import ReadSession, WriteSession

OWNERS_A_BATCH: Final = 2_000
RETIRE_AFTER: Final = timedelta(hours=1)
RETIRE_TIMEOUT: Final = "10min"

_OWNERS: Final = """
SELECT DISTINCT ON (owner) owner, id, generation FROM infra_crypto_key
WHERE owner > %s ORDER BY owner, generation DESC LIMIT %s
"""
# Erasing locks the same rows: it comes before, and the owner is passed over, or after, and it sees
# the next generation too.
_ALIVE: Final = """
SELECT owner, generation FROM infra_crypto_key
WHERE id = ANY(%s) AND wrapped IS NOT NULL ORDER BY id FOR UPDATE
"""
_ADD: Final = """
INSERT INTO infra_crypto_key (owner, generation, kek_id, wrapped)
SELECT owner, generation, %s, wrapped FROM unnest(%s, %s, %s) AS n (owner, generation, wrapped)
ON CONFLICT DO NOTHING
"""
# Whoever got a box before the next generation was there has put it away by now.
_END: Final = """
UPDATE infra_crypto_key AS k
SET wrapped = NULL, kek_id = NULL, ended_at = :at, reason = :reason
WHERE k.wrapped IS NOT NULL AND k.owner <> :blind
    AND EXISTS (
        SELECT FROM infra_crypto_key AS newer
        WHERE newer.owner = k.owner AND newer.generation > k.generation
            AND newer.wrapped IS NOT NULL AND newer.created_at <= :before
    )
    AND NOT EXISTS (SELECT FROM ({used}) AS used (head) WHERE used.head = int8send(k.id))
RETURNING k.id
"""


async def newest_key_id(tx: ReadSession) -> int:
    """Return the id of the record key that was made last; 0 if there is none."""
    ((found,),) = await tx.fetch("SELECT coalesce(max(id), 0) FROM infra_crypto_key")
    assert isinstance(found, int)
    return found


async def add_generations(
    tx: WriteSession, *, after: UUID, made_until: int
) -> tuple[UUID, int] | None:
    """Give the next owners after `after` a new key each, if their newest is no newer than this.

    Return the last owner looked at and how many got one; None when there are no more owners. The
    keys of blind indexes stay: tags are not made anew with the fields.
    """
    rows = await tx.fetch(_OWNERS, [after, OWNERS_A_BATCH])
    if not rows:
        return None
    due = [key_id for owner, key_id, _ in rows if key_id <= made_until and owner != BLIND]
    alive = await tx.fetch(_ALIVE, [array(Kind.BIGINT, [each.to_bytes(8) for each in due])])
    kek = installed().ring.find(await current_kek_id(tx))
    version = installed().cipher.version
    wrapped = [
        kek.wrap(token_bytes(KEY_BYTES), version=version, owner=owner, generation=generation + 1)
        for owner, generation in alive
    ]
    next_ones = array(Kind.INTEGER, [(each + 1).to_bytes(4) for _, each in alive])
    owners = uuids([owner for owner, _ in alive])
    await tx.fetch(_ADD, [kek.id, owners, next_ones, array(Kind.BYTES, wrapped)])
    return rows[-1][0], len(alive)


async def end_generations(
    tx: WriteSession,
    columns: list[SealedColumn],
    *,
    at: datetime,
    retire_after: timedelta = RETIRE_AFTER,
) -> int:
    """Remove older generations under which no column holds anything any more; return how many.

    Only those whose next generation has been there for `retire_after`.
    """
    await tx.execute(text(f"SET LOCAL statement_timeout = '{RETIRE_TIMEOUT}'"))
    start = literal_column("2", Integer)  # no parameters: it becomes text
    length = literal_column(str(KEY_ID_BYTES), Integer)
    heads = [
        select(func.substring(each.sealed, start, length)).where(each.sealed.is_not(None))
        for each in columns
    ]
    used = str(union(*heads)) if columns else "SELECT ''::bytea WHERE false"
    statement = text(_END.format(used=used)).bindparams(
        bindparam("at", at, DateTime(timezone=True)),
        bindparam("before", at - retire_after, DateTime(timezone=True)),
        bindparam("blind", BLIND, Uuid),
        reason=REPLACED,
    )
    return len((await tx.execute(statement)).all())
