"""The job that extends the tree is killed with kill -9 again and again while payments are booked.

The law: the tree is the one an undisturbed job would have made; nothing is missing or there twice.
"""

import asyncio
import multiprocessing
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from random import Random

import pytest
import pytest_asyncio

from tests.recovery.tree_worker import work
from tests.support.ledger_tree import Tree, planted
from tongbao.core.ledger import service as ledger
from tongbao.infra.postgres import Urls
from tongbao.lib import merkle

KILLS = 4
PAYMENTS_PER_LIFE = 75

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([work.__module__])

pytestmark = pytest.mark.slow


@pytest_asyncio.fixture
async def tree(fresh_database: Callable[..., Urls]) -> AsyncIterator[Tree]:
    async with planted(fresh_database) as made:
        yield made


async def test_a_killed_job_is_taken_up_where_it_was(tree: Tree, tmp_path: Path) -> None:
    key = tmp_path / "ledger.pem"
    key.write_bytes(tree.key.pem)
    key.chmod(0o600)
    random = Random(3)
    ids = []
    reached = 0
    for _ in range(KILLS):
        process = FORKS.Process(target=work, args=(tree.urls.app, key))
        process.start()
        try:
            ids += await tree.book(PAYMENTS_PER_LIFE)
            async with asyncio.timeout(30):
                # Another process makes it true.
                while tree.count("ledger_tree_checkpoint") == reached:  # noqa: ASYNC110
                    await asyncio.sleep(0.002)
            await asyncio.sleep(random.random() * 0.05)
        finally:
            process.kill()
            process.join(30)
            process.close()
        reached = tree.count("ledger_tree_checkpoint")
    while await tree.extend() is not None:
        pass
    assert reached >= KILLS
    assert await tree.findings() == []
    async with tree.database.read() as tx:
        newest = await ledger.checkpoint(tx)
        leaves = [merkle.leaf_hash((await ledger.prove_inclusion(tx, each)).leaf) for each in ids]
    assert newest.tree_size == len(ids)
    assert merkle.root_of(leaves) == newest.root
