"""How the keys stand: which KEKs there are, what is wrapped under them, how far rotations are."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from tongbao.infra.crypto import runs
from tongbao.infra.crypto.models import KekRow, RecordKeyRow
from tongbao.infra.crypto.process import installed
from tongbao.infra.crypto.records import REPLACED
from tongbao.infra.crypto.runs import Run
from tongbao.infra.db import ReadSession


@dataclass(frozen=True, slots=True)
class KekStanding:
    """One KEK: `at_hand` if this process has it, `keys` wrapped under it."""

    id: str
    state: str  # current, waiting, retiring, retired
    at_hand: bool
    keys: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """The keys of the installation. `generations` counts the record keys that open something."""

    keks: list[KekStanding]
    generations: dict[int, int]
    replaced: int
    erased: int
    runs: list[Run]


async def standing(tx: ReadSession) -> Standing:
    """Return how the keys stand now."""
    wrapped = select(RecordKeyRow.kek_id, func.count()).group_by(RecordKeyRow.kek_id)
    keys = {kek_id: number for kek_id, number in await tx.execute(wrapped)}  # noqa: C416
    rows = (await tx.scalars(select(KekRow).order_by(KekRow.created_at, KekRow.id))).all()
    current = max((row.current_since for row in rows if row.current_since), default=None)
    at_hand = set(installed().ring.ids)
    live = (
        select(RecordKeyRow.generation, func.count())
        .where(RecordKeyRow.wrapped.is_not(None))
        .group_by(RecordKeyRow.generation)
        .order_by(RecordKeyRow.generation)
    )
    ended = select(
        func.count().filter(RecordKeyRow.reason == REPLACED),
        func.count().filter(RecordKeyRow.reason != REPLACED),
    )
    replaced, erased = (await tx.execute(ended)).one()
    return Standing(
        keks=[
            KekStanding(
                id=row.id,
                state=_state(row, current),
                at_hand=row.id in at_hand,
                keys=keys.get(row.id, 0),
                created_at=row.created_at,
            )
            for row in rows
        ],
        generations={generation: number for generation, number in await tx.execute(live)},  # noqa: C416
        replaced=replaced,
        erased=erased,
        runs=await runs.latest(tx),
    )


def _state(row: KekRow, current: datetime | None) -> str:
    if row.retired_at is not None:
        return "retired"
    if row.current_since is None:
        return "waiting"
    return "current" if row.current_since == current else "retiring"
