"""Wrapping every record key under the newest KEK; the keys themselves, and the fields, stay."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from sqlalchemy import select, update

from tongbao.infra.arrays import Kind, array
from tongbao.infra.crypto import runs
from tongbao.infra.crypto.models import KekRow, RecordKeyRow
from tongbao.infra.crypto.process import installed
from tongbao.infra.crypto.records import current_kek_id
from tongbao.infra.crypto.runs import Rotation, Run
from tongbao.infra.db import Database, WriteSession

KEYS_A_BATCH: Final = 5_000
Clock = Callable[[], datetime]

_PAGE: Final = """
SELECT id, owner, generation, kek_id, wrapped FROM infra_crypto_key
WHERE id > %s AND kek_id IS NOT NULL AND kek_id <> %s ORDER BY id LIMIT %s
"""
# A key that was destroyed meanwhile has other bytes, none: it does not come back.
_WRAP: Final = """
UPDATE infra_crypto_key AS k SET wrapped = n.wrapped, kek_id = %s
FROM unnest(%s, %s, %s) AS n (id, old, wrapped) WHERE k.id = n.id AND k.wrapped = n.old
"""


async def rotate_keys(database: Database, *, clock: Clock) -> Run:
    """Make the newest KEK the current one and wrap all record keys under it; retire the others.

    A run that was killed goes on where it was. All processes must have been given the newest KEK
    before. Raises `FieldKeyLost` if a record key is wrapped under a KEK that is not at hand.
    """
    target = installed().ring.newest.id
    async with database.write() as tx:
        run = await _begin(tx, target, at=clock())
    while run.ended_at is None:
        async with database.write() as tx:
            run = await runs.locked(tx, run.id)
            if run.ended_at is None:
                run = await _batch(tx, run, at=clock())
    return run


async def _begin(tx: WriteSession, target: str, *, at: datetime) -> Run:
    found = await runs.find_open(tx, Rotation.KEYS)
    if found is not None and found.target == target:
        return found
    if found is not None:  # a yet newer KEK came before it was done: begin again with that
        await runs.move(tx, found, step="left", position=None, ended=True, at=at)
    if await current_kek_id(tx) != target:
        chosen = update(KekRow).where(KekRow.id == target)
        await tx.execute(chosen.values(current_since=at, retired_at=None))
    return await runs.begin(tx, Rotation.KEYS, target=target, step="wrap", at=at)


async def _batch(tx: WriteSession, run: Run, *, at: datetime) -> Run:
    rows = await tx.fetch(_PAGE, [int(run.position or 0), run.target, KEYS_A_BATCH])
    if not rows:
        if await _retire(tx, run.target, at=at):
            return await runs.move(tx, run, step="done", position=None, ended=True, at=at)
        return await runs.move(tx, run, step="wrap", position=None, at=at)
    ring, version = installed().ring, installed().cipher.version
    to = ring.find(run.target)
    ids, old, new = [], [], []
    for key_id, owner, generation, kek_id, wrapped in rows:
        key = ring.find(kek_id).unwrap(wrapped, owner=owner, generation=generation)
        ids.append(key_id.to_bytes(8))
        old.append(wrapped)
        new.append(to.wrap(key, version=version, owner=owner, generation=generation))
    arrays = [array(Kind.BIGINT, ids), array(Kind.BYTES, old), array(Kind.BYTES, new)]
    await tx.fetch(_WRAP, [run.target, *arrays])
    position = str(rows[-1][0])
    return await runs.move(tx, run, step="wrap", position=position, changed=len(rows), at=at)


async def _retire(tx: WriteSession, target: str, *, at: datetime) -> bool:
    """Retire the KEKs before `target`; False if a record key was made under one meanwhile.

    One that was written down and never current is waiting for its turn, and stays.
    """
    before = (KekRow.id != target, KekRow.retired_at.is_(None), KekRow.current_since.is_not(None))
    # Whoever makes a record key holds a lock on its KEK: once we have it, their keys are seen.
    ids = list(await tx.scalars(select(KekRow.id).where(*before).with_for_update()))
    if await tx.scalar(select(RecordKeyRow.id).where(RecordKeyRow.kek_id.in_(ids)).limit(1)):
        return False
    await tx.execute(update(KekRow).where(KekRow.id.in_(ids)).values(retired_at=at))
    return True
