"""Possible duplicates and look-ups while the tags they rest on are made anew."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import UTC, datetime
from uuid import UUID

import pytest
import pytest_asyncio

from tests.support.keys import own_keys
from tongbao.app import crypto as commands
from tongbao.app import tables
from tongbao.core.parties import service as parties
from tongbao.core.parties.service import matching
from tongbao.infra import crypto
from tongbao.infra.crypto.retagging import DUE_AFTER
from tongbao.infra.crypto.start import WRITTEN_AFTER
from tongbao.infra.db import Database
from tongbao.infra.postgres import APP_ROLE, Urls
from tongbao.infra.tables import Base

AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
PHONE = "+8613800138271"


@pytest.fixture(autouse=True)
def _own_keys() -> Iterator[None]:
    with own_keys():
        yield


@pytest_asyncio.fixture(loop_scope="session")
async def fresh(fresh_database: Callable[..., Urls]) -> AsyncIterator[Database]:
    tables.load()
    opened = Database.connect(fresh_database().app, role=APP_ROLE, pool_size=3)
    await crypto.start(opened, at=AT)
    yield opened
    await opened.close()


async def person(database: Database) -> UUID:
    async with database.write() as tx:
        made = await parties.register_person(tx, name="李雷", at=AT)
        point = await parties.add_contact(
            tx, party_id=made.id, kind=parties.ContactKind.PHONE, value=PHONE, at=AT
        )
        await parties.verify_contact(tx, party_id=made.id, contact_id=point.id, at=AT)
    return made.id


async def found(database: Database) -> Sequence[UUID]:
    async with database.read() as tx:
        points = await parties.find_by_contact(tx, kind=parties.ContactKind.PHONE, value=PHONE)
    return [each.party_id for each in points]


async def pairs(database: Database, party_id: UUID) -> int:
    async with database.read() as tx:
        return await matching.open_pairs(tx, party_id)


async def rotate(database: Database, at: datetime) -> crypto.Run:
    return await crypto.rotate_blinds(
        database,
        crypto.blind_columns(Base),
        clock=lambda: at,
        retagged=commands.retagged,
    )


async def test_who_came_meanwhile_is_found_and_compared(fresh: Database) -> None:
    first = await person(fresh)
    await rotate(fresh, AT)
    await crypto.refresh(fresh, at=AT + WRITTEN_AFTER)
    second = await person(fresh)  # under the new key; the first one is under the old
    assert await found(fresh) == [first, second]
    assert await pairs(fresh, second) == 0
    run = await rotate(fresh, AT + DUE_AFTER)
    assert (run.ended_at, run.broken) == (AT + DUE_AFTER, 0)
    assert await found(fresh) == [first, second]
    assert await pairs(fresh, second) == 1
    third = await person(fresh)
    assert await pairs(fresh, third) == 2


async def test_the_same_contact_twice_is_refused_under_either_key(fresh: Database) -> None:
    party_id = await person(fresh)
    await rotate(fresh, AT)
    await crypto.refresh(fresh, at=AT + WRITTEN_AFTER)
    async with fresh.write() as tx:
        with pytest.raises(parties.ContactTaken):
            await parties.add_contact(
                tx, party_id=party_id, kind=parties.ContactKind.PHONE, value=PHONE, at=AT
            )


async def test_who_was_erased_comes_back_under_no_key(fresh: Database) -> None:
    erased, other = await person(fresh), await person(fresh)
    await rotate(fresh, AT)
    async with fresh.write() as tx:
        await parties.erase(tx, party_id=erased, reason="erasure", at=AT)
    await rotate(fresh, AT + DUE_AFTER)
    assert await found(fresh) == [other]
