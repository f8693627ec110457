"""Key-encryption keys that a service guards, against the sandbox's over real HTTP."""

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta

import httpx2
import pytest
import pytest_asyncio
from sqlalchemy import select

from tests.support.keys import FIELD_KEY, own_keys
from tests.support.sealed import AT, Sealings, clock
from tongbao.infra import crypto
from tongbao.infra.crypto.models import KekRow
from tongbao.infra.db import Database
from tongbao.infra.postgres import APP_ROLE, Urls
from tongbao.kernel.ids import new_id
from tongbao_sandbox.identity_services import TOKEN_DEFAULT
from tongbao_sandbox.main import create_app
from tongbao_sandbox.server import running

SECRET = bytes(range(32))


@pytest.fixture(scope="module")
def sandbox() -> Iterator[str]:
    with running(create_app()) as url:
        yield url


@pytest.fixture
async def url(sandbox: str) -> AsyncIterator[str]:
    yield sandbox
    async with httpx2.AsyncClient() as client:
        await client.delete(f"{sandbox}/sandbox/service-faults/kms")


@pytest.fixture(autouse=True)
def _own_keys() -> Iterator[None]:
    with own_keys():
        yield


@pytest.fixture
def urls(fresh_database: Callable[..., Urls]) -> Urls:
    return fresh_database()


@pytest_asyncio.fixture(loop_scope="session")
async def fresh(urls: Urls) -> AsyncIterator[Database]:
    opened = Database.connect(urls.app, role=APP_ROLE, pool_size=3)
    yield opened
    await opened.close()


def gateway(
    url: str,
    *,
    token: str = TOKEN_DEFAULT,
    key: str = "tongbao-fields",
    read_seconds_max: float = 5.0,
) -> crypto.KmsGateway:
    return crypto.KmsGateway(
        base_url=f"{url}/kms", token=token, key=key, read_seconds_max=read_seconds_max
    )


async def misbehave(url: str, kind: str, **facts: object) -> None:
    async with httpx2.AsyncClient() as client:
        to = f"{url}/sandbox/service-faults/kms"
        (await client.put(to, json={"kind": kind, **facts})).raise_for_status()


async def test_what_it_wraps_it_unwraps(url: str) -> None:
    wrapped = await gateway(url).wrap(SECRET)
    assert SECRET not in wrapped
    assert await gateway(url).unwrap(wrapped) == SECRET
    assert await gateway(url).wrap(SECRET) != wrapped


@pytest.mark.parametrize(
    "fault", ["down", "error", "cut_off", "garbage", "malformed", "flood", "redirect"]
)
async def test_a_service_that_misbehaves_is_said_to(url: str, fault: str) -> None:
    wrapped = await gateway(url).wrap(SECRET)
    await misbehave(url, fault)
    with pytest.raises(crypto.KmsUnavailable):
        await gateway(url).unwrap(wrapped)
    with pytest.raises(crypto.KmsUnavailable):
        await gateway(url).wrap(SECRET)


async def test_a_silent_service_is_not_waited_for(url: str) -> None:
    await misbehave(url, "silent", seconds=60)
    with pytest.raises(crypto.KmsUnavailable, match="ReadTimeout"):
        await gateway(url, read_seconds_max=0.2).wrap(SECRET)


async def test_a_service_that_is_not_there() -> None:
    with pytest.raises(crypto.KmsUnavailable, match="ConnectError"):
        await gateway("http://127.0.0.1:1").wrap(SECRET)


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        (("another", "tongbao-fields"), 401),
        ((TOKEN_DEFAULT, "a/../b"), 404),
        ((TOKEN_DEFAULT, "tongbao-other"), 422),
    ],
)
async def test_a_refusal_names_its_status(url: str, changed: tuple[str, str], status: int) -> None:
    wrapped = await gateway(url).wrap(SECRET)
    token, key = changed
    with pytest.raises(crypto.KmsUnavailable, match=f"HTTP {status}"):
        await gateway(url, token=token, key=key).unwrap(wrapped)


async def test_keys_move_from_a_file_to_the_service(url: str, fresh: Database, urls: Urls) -> None:
    sealings = Sealings.create(urls.owner)
    await crypto.start(fresh, at=AT)
    texts = await sealings.fill(fresh, [new_id(), new_id()], 2)

    before = crypto.Given.of_text(FIELD_KEY, path="test")
    crypto.use(crypto.Kms(gateway(url), before=before))
    await crypto.start(fresh, at=AT)
    await crypto.rotate_keys(fresh, clock=clock)
    crypto.use(crypto.Kms(gateway(url)))  # the file may go
    await crypto.start(fresh, at=AT)
    assert await sealings.texts(fresh) == texts

    # Running processes need the service no more; one that starts does, and says so.
    await misbehave(url, "down")
    assert await sealings.texts(fresh) == texts
    with pytest.raises(crypto.KmsUnavailable):
        await crypto.start(fresh, at=AT)


async def test_a_wrong_answer_never_becomes_a_key(url: str, fresh: Database) -> None:
    before = crypto.Given.of_text(FIELD_KEY, path="test")
    crypto.use(crypto.Kms(gateway(url), before=before))
    await crypto.start(fresh, at=AT)
    async with fresh.read() as look:
        known = {row.id for row in await look.scalars(select(KekRow))}
    await misbehave(url, "other_subject")
    with pytest.raises(crypto.FieldKeyLost):
        await crypto.start(fresh, at=AT)
    async with fresh.read() as look:
        assert {row.id for row in await look.scalars(select(KekRow))} == known


async def test_a_further_key_is_made_on_demand(url: str, fresh: Database) -> None:
    before = crypto.Given.of_text(FIELD_KEY, path="test")
    crypto.use(crypto.Kms(gateway(url), before=before))
    await crypto.start(fresh, at=AT)
    first = crypto.installed().ring.newest.id
    crypto.use(crypto.Kms(gateway(url), before=before, add=True))
    await crypto.start(fresh, at=AT + timedelta(days=1))
    second = crypto.installed().ring.newest.id
    assert second != first
    crypto.use(crypto.Kms(gateway(url), before=before))
    await crypto.start(fresh, at=AT)
    assert crypto.installed().ring.ids[1:] == [first, second]
