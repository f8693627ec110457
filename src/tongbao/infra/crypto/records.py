"""Record keys: one for each owner, wrapped in the database, made on first use.

Every call looks the owner's keys up; only unwrapping is spared for a while. So a key that was
destroyed is refused by every process to whoever asks after the destroying transaction committed.
"""

import time
from collections import OrderedDict
from collections.abc import Collection, Sequence
from datetime import datetime
from secrets import token_bytes
from threading import Lock
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from tongbao.infra.arrays import Array, Kind, array
from tongbao.infra.crypto.boxes import Box, RecordKey
from tongbao.infra.crypto.ciphers import KEY_BYTES
from tongbao.infra.crypto.models import KekRow, RecordKeyRow
from tongbao.infra.crypto.process import Installed, installed
from tongbao.infra.db import ReadSession, WriteSession

CACHE_KEYS_MAX: Final = 10_000
CACHE_SECONDS: Final = 60.0
REASON_LENGTH_MAX: Final = 200
REPLACED: Final = "replaced"  # why a generation ended that nothing lies under
SYSTEM: Final = UUID("00000000-0000-7000-8000-000000000001")
"""Owns what belongs to the installation: secrets of webhooks, messages that wait."""
BLIND: Final = UUID("00000000-0000-7000-8000-000000000002")
"""Owns the keys of blind indexes."""
OWN: Final = frozenset({SYSTEM, BLIND})

Place = tuple[UUID, int, bytes]

_FIND: Final = """
SELECT owner, id, generation, kek_id, wrapped FROM infra_crypto_key
WHERE owner = ANY(%s) ORDER BY owner, generation
"""


class Cache:
    """Unwrapped keys, by where they lie and how they are wrapped: a few, and not for long."""

    def __init__(self, *, keys_max: int = CACHE_KEYS_MAX, seconds: float = CACHE_SECONDS) -> None:
        self._keys: OrderedDict[Place, tuple[float, RecordKey]] = OrderedDict()
        self._keys_max = keys_max
        self._seconds = seconds
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._keys)

    def get(self, place: Place) -> RecordKey | None:
        """Return a key that was put there lately."""
        found = self._keys.get(place)
        if found is None or found[0] < time.monotonic():
            return None
        return found[1]

    def put(self, place: Place, key: RecordKey) -> None:
        """Remember a key for a while; the oldest make room."""
        until = time.monotonic() + self._seconds
        with self._lock:
            self._keys.pop(place, None)
            self._keys[place] = (until, key)
            while len(self._keys) > self._keys_max or self._oldest_until() < until - self._seconds:
                self._keys.popitem(last=False)

    def _oldest_until(self) -> float:
        return next(iter(self._keys.values()))[0]

    def forget(self, owner: UUID) -> None:
        """Drop what there is of an owner."""
        with self._lock:
            for place in [each for each in self._keys if each[0] == owner]:
                del self._keys[place]


_cache: Final = Cache()


async def box(tx: ReadSession, *, owner: UUID) -> Box:
    """Return the box of an owner; on a write session its key is made if it has none.

    Raises `FieldKeyLost` if the key is wrapped under one this process does not have.
    """
    return (await boxes(tx, owners=[owner]))[owner]


async def boxes(tx: ReadSession, *, owners: Collection[UUID]) -> dict[UUID, Box]:
    """Return the box of each owner; one round trip where they have their keys."""
    with_keys = installed()
    found = await _find(tx, owners)
    missing = set(owners) - found.keys()
    if missing and isinstance(tx, WriteSession):
        await _make(tx, missing, with_keys)
        found |= await _find(tx, missing)  # ours, or those of whoever was faster
    return {owner: _box(owner, found.get(owner, ()), with_keys) for owner in owners}


async def destroy(tx: WriteSession, *, owner: UUID, at: datetime, reason: str = "erasure") -> None:
    """Destroy the record key of an owner in all generations, for good.

    What it sealed cannot be read any more, and nothing more is sealed for the owner, also if it
    had no key yet. Doing it twice changes nothing.
    """
    assert owner not in OWN, "the installation's own keys are not erased"
    assert 0 < len(reason) <= REASON_LENGTH_MAX
    assert reason != REPLACED, "that is no erasure"
    ended = {"ended_at": at, "reason": reason}
    stone = insert(RecordKeyRow).values(owner=owner, generation=1, created_at=at, **ended)
    await tx.execute(stone.on_conflict_do_nothing())
    own = RecordKeyRow.owner == owner
    # A rotation that is making the next generation holds the lock of this one: wait for it first,
    # so that the statement after sees both.
    await tx.execute(select(RecordKeyRow.id).where(own).with_for_update())
    await tx.execute(
        update(RecordKeyRow)
        .where(own, RecordKeyRow.wrapped.is_not(None))
        .values(wrapped=None, kek_id=None, **ended)
        .execution_options(synchronize_session=False)
    )
    _cache.forget(owner)


async def current_kek_id(tx: WriteSession) -> str:
    """Return the id of the KEK that new record keys are wrapped under.

    It is locked until the transaction ends: a rotation does not retire it meanwhile.
    """
    newest = (
        select(KekRow.id)
        .where(KekRow.retired_at.is_(None))
        .order_by(KekRow.current_since.desc().nulls_last())
        .limit(1)
        .with_for_update(read=True, key_share=True)
    )
    found = await tx.scalar(newest)
    if found is None:  # it was retired while we waited for it, so there is a newer one by now
        found = (await tx.execute(newest)).scalar_one()
    assert isinstance(found, str)
    return found


Stored = Sequence[tuple[int, int, str | None, bytes | None]]


async def _find(tx: ReadSession, owners: Collection[UUID]) -> dict[UUID, Stored]:
    rows = await tx.fetch(_FIND, [uuids(owners)])
    found: dict[UUID, list[tuple[int, int, str | None, bytes | None]]] = {}
    for owner, *key in rows:
        found.setdefault(owner, []).append(tuple(key))
    return dict(found)


async def _make(tx: WriteSession, owners: Collection[UUID], with_keys: Installed) -> None:
    """Make first generations; of two transactions that do, the later waits and makes none."""
    kek = with_keys.ring.find(await current_kek_id(tx))
    rows = [
        {
            "owner": owner,
            "generation": 1,
            "kek_id": kek.id,
            "wrapped": kek.wrap(
                token_bytes(KEY_BYTES),
                version=with_keys.cipher.version,
                owner=owner,
                generation=1,
            ),
        }
        for owner in sorted(owners)  # in one order, so that no two wait for each other
    ]
    await tx.execute(insert(RecordKeyRow).on_conflict_do_nothing(), rows)


def _box(owner: UUID, stored: Stored, with_keys: Installed) -> Box:
    erased = bool(stored) and stored[-1][3] is None
    keys = [] if erased else [_unwrap(owner, *each, with_keys) for each in stored if each[3]]
    return Box(owner, keys, cipher=with_keys.cipher, ring=with_keys.ring, erased=erased)


def _unwrap(
    owner: UUID,
    key_id: int,
    generation: int,
    kek_id: str | None,
    wrapped: bytes | None,
    with_keys: Installed,
) -> RecordKey:
    assert wrapped is not None
    assert kek_id is not None
    place = (owner, key_id, wrapped)
    found = _cache.get(place)
    if found is None:
        kek = with_keys.ring.find(kek_id)
        key = kek.unwrap(wrapped, owner=owner, generation=generation)
        found = RecordKey(key_id, generation, key)
        _cache.put(place, found)
    return found


def uuids(owners: Collection[UUID]) -> Array:
    """Return ids as a parameter of a statement."""
    return array(Kind.UUID, [owner.bytes for owner in owners])
