"""Boxes of owners: sealing, opening, erasing, and who may make keys."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import select

from tongbao.infra import crypto
from tongbao.infra.crypto.models import RecordKeyRow
from tongbao.infra.db import Database, WriteSession
from tongbao.kernel.ids import new_id

AT = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
FIELD = "parties_document.number"


async def test_what_was_sealed_opens_in_another_transaction(database: Database) -> None:
    owner, row = new_id(), new_id()
    async with database.write() as tx:
        sealed = (await crypto.box(tx, owner=owner)).seal("身份证 110101", field=FIELD, row=row)
    async with database.read() as look:
        box = await crypto.box(look, owner=owner)
        assert box.open(sealed, field=FIELD, row=row) == "身份证 110101"
        assert box.is_newest(sealed)


async def test_a_key_is_made_once(tx: WriteSession) -> None:
    owner = new_id()
    for _ in range(3):
        await crypto.box(tx, owner=owner)
    rows = (await tx.scalars(select(RecordKeyRow).where(RecordKeyRow.owner == owner))).all()
    assert [(row.generation, row.ended_at) for row in rows] == [(1, None)]


async def test_boxes_of_many_owners(tx: WriteSession) -> None:
    owners = [new_id() for _ in range(20)]
    await crypto.box(tx, owner=owners[3])
    boxes = await crypto.boxes(tx, owners=owners)
    assert list(boxes) == owners
    sealed = {owner: box.seal("x", field=FIELD, row=owner) for owner, box in boxes.items()}
    again = await crypto.boxes(tx, owners=owners)
    assert all(again[o].open(s, field=FIELD, row=o) == "x" for o, s in sealed.items())


async def test_reading_makes_no_key_and_opens_nothing(database: Database) -> None:
    owner = new_id()
    async with database.write() as tx:
        sealed = (await crypto.box(tx, owner=new_id())).seal("x", field=FIELD, row=owner)
    async with database.read() as look:
        box = await crypto.box(look, owner=owner)
    with pytest.raises(crypto.SealBroken):
        box.open(sealed, field=FIELD, row=owner)
    with pytest.raises(AssertionError):
        box.seal("x", field=FIELD, row=owner)


async def test_an_erased_owner_is_refused_for_good(database: Database) -> None:
    owner, row = new_id(), new_id()
    async with database.write() as tx:
        sealed = (await crypto.box(tx, owner=owner)).seal("x", field=FIELD, row=row)
    async with database.write() as tx:
        await crypto.destroy(tx, owner=owner, at=AT, reason="asked to")
        await crypto.destroy(tx, owner=owner, at=AT, reason="again")
    async with database.write() as tx:
        box = await crypto.box(tx, owner=owner)
        assert box.erased
        with pytest.raises(crypto.Erased):
            box.open(sealed, field=FIELD, row=row)
        with pytest.raises(crypto.Erased):
            box.seal("y", field=FIELD, row=row)
        rows = await tx.scalars(select(RecordKeyRow).where(RecordKeyRow.owner == owner))
        assert [(r.wrapped, r.kek_id, r.ended_at, r.reason) for r in rows] == [
            (None, None, AT, "asked to")
        ]


async def test_an_owner_without_a_key_can_be_erased_too(tx: WriteSession) -> None:
    owner = new_id()
    await crypto.destroy(tx, owner=owner, at=AT)
    with pytest.raises(crypto.Erased):
        (await crypto.box(tx, owner=owner)).seal("x", field=FIELD, row=owner)


async def test_the_installations_own_keys_are_not_erased(tx: WriteSession) -> None:
    with pytest.raises(AssertionError):
        await crypto.destroy(tx, owner=crypto.SYSTEM, at=AT)


async def test_blind_tags(tx: WriteSession) -> None:
    assert tx is not None
    tag = crypto.blind("+8613800001111", field="a.phone")
    assert tag == crypto.blind(b"+8613800001111", field="a.phone")
    assert len(tag) == 32
    assert tag != crypto.blind("+8613800001111", field="b.phone")
    assert tag != crypto.blind("+8613800001112", field="a.phone")
    assert crypto.blinds("+8613800001111", field="a.phone") == [tag]


def test_the_installations_owners_are_no_uuids_of_ours() -> None:
    assert new_id() > crypto.SYSTEM > UUID(int=0)
