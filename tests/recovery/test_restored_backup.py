"""What a restored backup can read: what its keys open, erased or not, until that is repeated."""

from collections.abc import AsyncIterator, Callable, Iterator
from secrets import token_hex

import psycopg
import pytest
import pytest_asyncio
from sqlalchemy.engine import make_url

from tests.support.keys import FIELD_KEY, own_keys
from tests.support.sealed import AT, Sealings, clock
from tongbao.infra import crypto
from tongbao.infra.db import Database
from tongbao.infra.postgres import APP_ROLE, Urls
from tongbao.kernel.ids import new_id

SECOND = "dGhlIHNlY29uZCBrZXkgb2Ygc2VhbGVkIGZpZWxkcy4="


@pytest.fixture
def urls(fresh_database: Callable[..., Urls]) -> Urls:
    return fresh_database()


@pytest_asyncio.fixture
async def live(urls: Urls) -> AsyncIterator[Database]:
    opened = Database.connect(urls.app, role=APP_ROLE, pool_size=3)
    with own_keys():
        await given(opened, FIELD_KEY)
        yield opened
    await opened.close()


async def given(database: Database, *keys: str) -> None:
    crypto.use(crypto.Given.of_text(",".join(keys), path="test"))
    await crypto.start(database, at=AT)


@pytest.fixture
def copied(urls: Urls) -> Iterator[Callable[[], str]]:
    """Copy the database as it is now; nobody may be connected. Returns the copy's address."""
    made = []

    def copy() -> str:
        source = make_url(urls.owner)
        name = f"copy_{token_hex(6)}"
        admin = source.set(database="postgres").render_as_string(hide_password=False)
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {source.database}")
        made.append((admin, name))
        return make_url(urls.app).set(database=name).render_as_string(hide_password=False)

    yield copy
    for admin, name in made:
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


async def test_a_backup_from_before_an_erasure_has_its_key_until_the_list_is_repeated(
    live: Database, urls: Urls, copied: Callable[[], str]
) -> None:
    sealings = Sealings.create(urls.owner)
    gone, stays = new_id(), new_id()
    texts = await sealings.fill(live, [gone, stays], 1)
    await live.close()
    address = copied()
    async with live.write() as tx:
        await crypto.destroy(tx, owner=gone, at=AT, reason="依申请删除")
    with pytest.raises(crypto.Erased):
        await sealings.texts(live)
    async with live.read() as look:
        listed = [each async for each in crypto.erasures(look)]
    assert listed == [crypto.Erasure(gone, AT, "依申请删除")]

    restored = Database.connect(address, role=APP_ROLE, pool_size=2)
    try:
        await crypto.start(restored, at=AT)
        assert await sealings.texts(restored) == texts  # as it was then
        assert await crypto.repeat_erasures(restored, [*listed, *listed]) == 2
        with pytest.raises(crypto.Erased):
            await sealings.texts(restored)
        async with restored.read() as look:
            assert (await crypto.box(look, owner=gone)).erased
            assert not (await crypto.box(look, owner=stays)).erased
            assert [each async for each in crypto.erasures(look)] == listed
    finally:
        await restored.close()


async def test_a_backup_needs_the_keys_of_its_time(
    live: Database, urls: Urls, copied: Callable[[], str]
) -> None:
    sealings = Sealings.create(urls.owner)
    texts = await sealings.fill(live, [new_id()], 2)
    await live.close()
    address = copied()
    await given(live, FIELD_KEY, SECOND)
    await crypto.rotate_keys(live, clock=clock)
    await given(live, SECOND)
    assert await sealings.texts(live) == texts

    restored = Database.connect(address, role=APP_ROLE, pool_size=2)
    try:
        with pytest.raises(crypto.FieldKeyLost):
            await given(restored, SECOND)
        await given(restored, FIELD_KEY, SECOND)
        assert await sealings.texts(restored) == texts
    finally:
        await restored.close()
