"""Remembering numbers at billers, sealed."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.parties import service as parties
from tongbao.infra import crypto
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.products.bills.domain.billers import shown
from tongbao.products.bills.domain.saving import (
    SAVED_MAX,
    AlreadySaved,
    SavedBill,
    SavedInUse,
    TooManySaved,
    UnknownSavedBill,
)
from tongbao.products.bills.models import KEPT, MandateRow, SavedBillRow
from tongbao.products.bills.service.directory import biller as find_biller
from tongbao.products.bills.service.rows import INITIATE

NUMBER_SEALED: Final = "bills_saved.number_sealed"
NUMBER_BLIND: Final = "bills_saved.number_blind"


async def save(
    tx: WriteSession,
    *,
    party_id: UUID,
    biller: str,
    number: str,
    nickname: str | None,
    saved_by: Actor,
    at: datetime,
) -> SavedBill:
    """Remember a number; nobody is asked whether it is anybody's.

    Raises `parties.UnknownParty`, `auth.Forbidden`, `UnknownBiller`, `NumberMalformed`,
    `AlreadySaved`, `TooManySaved`.
    """
    saved_by.check(INITIATE, party_id=party_id, unknown=parties.UnknownParty(party_id=party_id))
    cleaned = (await find_biller(tx, biller)).clean_number(number)
    await parties.locked(tx, party_id)  # of two at once the second counts the first
    mine = SavedBillRow.party_id == party_id, SavedBillRow.removed_at.is_(None)
    kept = await tx.scalar(select(func.count()).select_from(SavedBillRow).where(*mine))
    if (kept or 0) >= SAVED_MAX:
        raise TooManySaved(saved_max=SAVED_MAX)
    saved_id = new_id()
    box = await crypto.box(tx, owner=party_id)
    stored = await tx.scalar(
        insert(SavedBillRow)
        .values(
            id=saved_id,
            party_id=party_id,
            biller=biller,
            number_sealed=box.seal(cleaned, field=NUMBER_SEALED, row=saved_id),
            number_blind=crypto.blind(cleaned, field=NUMBER_BLIND),
            shown=shown(cleaned),
            nickname=nickname,
            saved_by=saved_by.id,
            saved_at=at,
        )
        .on_conflict_do_nothing(
            index_elements=["party_id", "biller", "number_blind"], index_where=KEPT
        )
        .returning(SavedBillRow.id)
    )
    if stored is None:
        raise AlreadySaved
    return saved_of(await tx.get_one(SavedBillRow, saved_id))


async def saved_bills(tx: ReadSession, party_id: UUID) -> list[SavedBill]:
    """Return the numbers a party remembers, the latest first."""
    rows = await tx.scalars(
        select(SavedBillRow)
        .where(SavedBillRow.party_id == party_id, SavedBillRow.removed_at.is_(None))
        .order_by(SavedBillRow.id.desc())
        .limit(SAVED_MAX)
        .execution_options(populate_existing=True)
    )
    return [saved_of(row) for row in rows]


async def forget(tx: WriteSession, saved_id: UUID, *, actor: Actor, at: datetime) -> None:
    """Remember a number no more. Raises `UnknownSavedBill`, `auth.Forbidden`, `SavedInUse`."""
    row = await own(tx, saved_id, actor, lock=True)
    running = MandateRow.saved_id == row.id, MandateRow.state != "ended"
    if await tx.scalar(select(exists().where(*running))):
        raise SavedInUse
    row.removed_at = at
    await tx.flush()


async def own(tx: ReadSession, saved_id: UUID, actor: Actor, *, lock: bool = False) -> SavedBillRow:
    """Return a remembered number the actor may use. Raises `UnknownSavedBill`, `auth.Forbidden`."""
    query = select(SavedBillRow).where(
        SavedBillRow.id == saved_id, SavedBillRow.removed_at.is_(None)
    )
    if lock:
        query = query.with_for_update()
    row = await tx.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise UnknownSavedBill
    actor.check(INITIATE, party_id=row.party_id, unknown=UnknownSavedBill())
    return row


async def saved_number(tx: ReadSession, row: SavedBillRow) -> str:
    """Return a remembered number, for its biller and nobody else. Raises `crypto.Erased`."""
    box = await crypto.box(tx, owner=row.party_id)
    return box.open(row.number_sealed, field=NUMBER_SEALED, row=row.id)


def saved_of(row: SavedBillRow) -> SavedBill:
    """Return the remembered number of a row."""
    return SavedBill(
        id=row.id,
        party_id=row.party_id,
        biller=row.biller,
        shown=row.shown,
        nickname=row.nickname,
        saved_at=row.saved_at,
    )
