"""A rotation of keys is killed with kill -9 in the middle of a batch, and goes on where it was.

The law: everything opens at every moment, and in the end each key and field was changed once.
"""

import multiprocessing
from collections.abc import AsyncIterator, Callable
from functools import partial

import pytest
import pytest_asyncio

from tests.recovery.rotation_worker import AT, BATCH, work
from tests.support.keys import FIELD_KEY, own_keys
from tests.support.sealed import Sealings
from tongbao.infra import crypto
from tongbao.infra.crypto import resealing, retagging, rewrapping
from tongbao.infra.db import Database
from tongbao.infra.postgres import APP_ROLE, Urls
from tongbao.kernel.ids import new_id

SECOND = "dGhlIHNlY29uZCBrZXkgb2Ygc2VhbGVkIGZpZWxkcy4="
KEYS = f"{FIELD_KEY},{SECOND}"
OWNERS, EACH = 20, 2
OWN = 2  # owners of the installation itself

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([work.__module__])

pytestmark = pytest.mark.slow


@pytest.fixture
def urls(fresh_database: Callable[..., Urls]) -> Urls:
    return fresh_database()


@pytest_asyncio.fixture
async def fresh(urls: Urls, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    monkeypatch.setattr(rewrapping, "KEYS_A_BATCH", BATCH)
    monkeypatch.setattr(resealing, "FIELDS_A_BATCH", BATCH)
    monkeypatch.setattr(retagging, "TAGS_A_BATCH", BATCH)
    opened = Database.connect(urls.app, role=APP_ROLE, pool_size=3)
    with own_keys():
        crypto.use(crypto.Given.of_text(KEYS, path="test"))
        await crypto.start(opened, at=AT)
        yield opened
    await opened.close()


def killed(urls: Urls, sealings: Sealings, what: str, stop_at: int) -> str:
    """Rotate in another process, kill it where it stops, and return what it said last."""
    ours, its = FORKS.Pipe()
    given = (urls.app, sealings.table.name, KEYS, what, stop_at, its)
    process = FORKS.Process(target=work, args=given)
    process.start()
    try:
        assert ours.poll(60)
        said = ours.recv()
        assert isinstance(said, str)
        return said
    finally:
        process.kill()
        process.join(30)
        process.close()


@pytest.mark.parametrize("what", ["keys", "fields"])
async def test_a_killed_rotation_goes_on(fresh: Database, urls: Urls, what: str) -> None:
    sealings = Sealings.create(urls.owner)
    texts = await sealings.fill(fresh, [new_id() for _ in range(OWNERS)], EACH)
    tag = crypto.blind("a", field="b.c")
    for stop_at in (1, 2, 3):  # counted from where the run before was killed
        assert killed(urls, sealings, what, stop_at) == "here"
        assert await sealings.texts(fresh) == texts
    run = await (
        crypto.rotate_keys(fresh, clock=lambda: AT)
        if what == "keys"
        else crypto.rotate_fields(fresh, [sealings.column], clock=lambda: AT)
    )
    assert run.ended_at == AT
    assert run.changed == (OWNERS + OWN if what == "keys" else OWNERS * EACH)
    assert run.broken == 0
    assert await sealings.texts(fresh) == texts
    async with fresh.read() as look:
        found = await crypto.standing(look)
    if what == "keys":
        crypto.use(crypto.Given.of_text(SECOND, path="test"))
        await crypto.start(fresh, at=AT)  # nothing needs the first one any more
        assert await sealings.texts(fresh) == texts
    else:
        assert found.generations == {1: OWNERS + OWN, 2: OWNERS + OWN - 1}  # but of blind indexes
    assert crypto.blind("a", field="b.c") == tag


async def test_killed_while_tags_are_made_anew(fresh: Database, urls: Urls) -> None:
    sealings = Sealings.create(urls.owner)
    texts = await sealings.fill(fresh, [new_id() for _ in range(OWNERS)], EACH)

    async def all_found() -> bool:
        return all([await sealings.find(fresh, text) == [row] for row, text in texts.items()])

    begun = await crypto.rotate_blinds(fresh, [sealings.blind], clock=lambda: AT)
    assert begun.ended_at is None
    for stop_at in (2, 2, 3):  # the first move takes the run into the column
        assert killed(urls, sealings, "blinds", stop_at) == "here"
        assert await all_found()
    due = AT + retagging.DUE_AFTER
    run = await crypto.rotate_blinds(fresh, [sealings.blind], clock=lambda: due)
    assert (run.id, run.ended_at) == (begun.id, due)
    assert (run.changed, run.broken) == (OWNERS * EACH, 0)
    assert await all_found()
    assert len(crypto.blinds("a", field="b.c")) == 1


async def test_a_run_that_is_not_disturbed_says_so(fresh: Database, urls: Urls) -> None:
    """So that the point at which the others stop is one they pass."""
    sealings = Sealings.create(urls.owner)
    await sealings.fill(fresh, [new_id()], 1)
    rotate = partial(killed, urls, sealings)
    assert rotate("fields", 1_000) == "done"
    assert rotate("keys", 1_000) == "done"
