"""The tree grows while writers commit late or not at all: no transaction is skipped.

Numbers are handed out before commit, so a small one may become visible after a large one. A reader
that takes all it sees is led through such an order, and damages the tree.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from random import Random

import pytest
import pytest_asyncio
from sqlalchemy import text

from tests.support.ledger_tree import AT, Tree, planted
from tongbao.core.ledger import service as ledger
from tongbao.core.ledger.service import (
    Category,
    Checkpoint,
    NewPosting,
    NewTransaction,
    TransactionId,
    TreeDamaged,
)
from tongbao.core.ledger.service import tree as ledger_tree
from tongbao.core.ledger.service.tree import TREE
from tongbao.infra.postgres import Urls
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money

WRITERS = 12
TRANSACTIONS_PER_WRITER = 30
ROLLED_BACK_SHARE = 0.2
DELAY_SECONDS_MAX = 0.02


@pytest_asyncio.fixture
async def tree(fresh_database: Callable[..., Urls]) -> AsyncIterator[Tree]:
    async with planted(fresh_database, pool_size=WRITERS + 4) as made:
        yield made


class _RolledBack(Exception):
    pass


@dataclass
class Load:
    """Writers that wait for nobody: each pays a customer of its own."""

    tree: Tree
    random: Random = field(default_factory=lambda: Random(11))
    committed: set[TransactionId] = field(default_factory=set)

    async def write(self) -> None:
        await asyncio.gather(*(self._writer() for _ in range(WRITERS)))

    async def _writer(self) -> None:
        async with self.tree.database.write() as tx:
            customer = await ledger.open_account(
                tx, asset="CNY", category=Category.LIABILITY, at=AT
            )
        posting = NewPosting(self.tree.cash.id, customer.id, Money(1, "CNY"))
        for _ in range(TRANSACTIONS_PER_WRITER):
            new = [
                NewTransaction(id=TransactionId(new_id()), type="test", postings=(posting,))
                for _ in range(2)
            ]
            try:
                async with self.tree.database.write() as tx:
                    await self._delay()
                    for each in new:
                        await ledger.post(tx, [each], at=AT)
                        await self._delay()
                    if self.random.random() < ROLLED_BACK_SHARE:
                        raise _RolledBack  # noqa: TRY301 - this is how a transaction is given up
            except _RolledBack:
                continue
            self.committed.update(each.id for each in new)

    async def _delay(self) -> None:
        await asyncio.sleep(self.random.random() * DELAY_SECONDS_MAX)


async def grow_meanwhile(load: Load) -> int:
    """Extend the tree again and again while the writers write, and to the end when they are done.

    Two at a time, as two workers would. Return how many checkpoints were signed.
    """
    signed = 0
    done = asyncio.Event()

    async def extend() -> None:
        nonlocal signed
        while not done.is_set():
            signed += await load.tree.extend(leaves_max=7) is not None
            await asyncio.sleep(0.002)

    growing_ = [asyncio.create_task(extend()) for _ in range(2)]
    await load.write()
    done.set()
    await asyncio.gather(*growing_)
    while await load.tree.extend() is not None:
        signed += 1
    return signed


async def test_no_transaction_is_skipped_while_writers_commit_late(tree: Tree) -> None:
    load = Load(tree)
    assert await grow_meanwhile(load) > 10
    assert len(load.committed) > WRITERS * TRANSACTIONS_PER_WRITER
    assert await tree.findings() == []
    async with tree.database.read() as tx:
        newest = await ledger.checkpoint(tx)
        assert newest.tree_size == len(load.committed)
        for each in load.committed:
            proof = await ledger.prove_inclusion(tx, each)
            assert proof.checkpoint == newest


async def test_a_tree_over_whatever_is_visible_skips_transactions(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The least unlucky order: a small number commits after a large one was taken up."""
    await tree.grow(1)
    async with tree.database.write() as tx:
        other = await ledger.open_account(tx, asset="CNY", category=Category.LIABILITY, at=AT)
    posting = NewPosting(tree.cash.id, other.id, Money(1, "CNY"))

    async def overtaken() -> Checkpoint | None:
        async with tree.database.write() as slow:
            early = NewTransaction(id=TransactionId(new_id()), type="test", postings=(posting,))
            await ledger.post(slow, [early], at=AT)
            await tree.book(1)
            taken = await tree.extend()
        await tree.book(1)
        await tree.extend()
        return taken

    assert await overtaken() is None, "the settled number waits for the slow writer"
    assert await tree.findings() == []
    hasty = replace(TREE, settled=text("SELECT max(id) FROM ledger_transaction"))
    monkeypatch.setattr(ledger_tree, "TREE", hasty)
    with pytest.raises(TreeDamaged):  # it sees that the past has changed under it
        assert await overtaken() is not None
    found = await tree.findings()
    assert {finding.check for finding in found} == {TREE.leaves_check}
    assert all("not in the tree" in finding.expected for finding in found)
