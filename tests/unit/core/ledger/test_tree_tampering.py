"""Whoever may do everything in the database changes a row: the verifier says which one.

Each case tampers as a superuser with the triggers switched off, as nobody else could.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text

from tests.support.ledger_tree import AT, Tree, planted
from tongbao.core.ledger import service as ledger
from tongbao.core.ledger.service import Checkpoint, Finding, TransactionId
from tongbao.core.ledger.service.tree import TREE
from tongbao.infra.db import Database, WriteSession
from tongbao.infra.postgres import Urls
from tongbao.infra.signing import PublicKey, SigningKey

SIZES = (200, 300, 600, 620)
# In a whole block, at the edges of blocks and of checkpoints, in the part of a block at the end.
INDEXES = (0, 100, 199, 200, 255, 256, 299, 300, 511, 512, 599, 600, 619)


@dataclass(frozen=True)
class Grown:
    """Checkpoints of `SIZES`, and a transaction to tamper and verify in, which is rolled back."""

    tree: Tree
    ids: list[TransactionId]
    tx: WriteSession

    async def tamper(self, statement: str, *parameters: Any) -> None:
        connection = await self.tx.connection()
        changed = await connection.exec_driver_sql(statement, parameters)
        assert changed.rowcount != 0, "nothing was tampered with"

    async def extend(self, key: SigningKey) -> Checkpoint:
        made = await ledger.extend_tree(self.tx, signer=key, at=AT)
        assert made is not None
        return made

    async def findings(self, *keys: PublicKey) -> list[Finding]:
        return await ledger.verify_tree(self.tx, public_keys=keys or [self.tree.key.public])

    async def found(self) -> list[tuple[str, str]]:
        return [(finding.check, finding.subject) for finding in await self.findings()]

    def sequence(self, index: int) -> int:
        return index + 1  # nothing was ever rolled back here

    def subject(self, index: int) -> str:
        return f"transaction {self.ids[index]} (#{self.sequence(index)})"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def planted_once(
    fresh_database: Callable[..., Urls],
) -> AsyncIterator[tuple[Tree, list[TransactionId], Database]]:
    async with planted(fresh_database) as tree:
        ids: list[TransactionId] = []
        for size in SIZES:
            ids += await tree.book(size - len(ids))
            assert await tree.extend() is not None
        await tree.book(5)  # not in the tree yet
        assert tree.sequence_of(ids[-1]) == len(ids)
        superuser = Database.connect(tree.urls.owner, pool_size=1)
        yield tree, ids, superuser
        await superuser.close()


@pytest_asyncio.fixture
async def grown(
    planted_once: tuple[Tree, list[TransactionId], Database],
) -> AsyncIterator[Grown]:
    tree, ids, superuser = planted_once
    async with WriteSession(superuser.engine, expire_on_commit=False) as tx:
        await tx.begin()
        await tx.execute(text("SET LOCAL session_replication_role = replica"))
        yield Grown(tree, ids, tx)
        await tx.rollback()


async def test_nothing_is_found_where_nothing_was_changed(grown: Grown) -> None:
    assert await grown.found() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_posting SET amount = amount + 1 WHERE transaction_id = %s",
        "UPDATE ledger_posting SET credit_balance = credit_balance + 1 WHERE transaction_id = %s",
        "UPDATE ledger_posting SET credit_version = -credit_version WHERE transaction_id = %s",
        "UPDATE ledger_posting SET debit_account_id = 7777 WHERE transaction_id = %s",
        "DELETE FROM ledger_posting WHERE transaction_id = %s",
        "INSERT INTO ledger_posting SELECT transaction_id, 2, asset_id, debit_account_id,"
        " credit_account_id, amount FROM ledger_posting WHERE transaction_id = %s",
        "INSERT INTO ledger_hold SELECT transaction_id, 1, asset_id, debit_account_id,"
        " credit_account_id, amount FROM ledger_posting WHERE transaction_id = %s",
        "UPDATE ledger_transaction SET booked_at = booked_at - interval '1 us' WHERE id = %s",
        "UPDATE ledger_transaction SET metadata = '{}' WHERE id = %s",
    ],
)
async def test_a_changed_transaction_is_named(grown: Grown, statement: str) -> None:
    await grown.tamper(statement, grown.sequence(100))
    assert await grown.found() == [(TREE.leaves_check, grown.subject(100))]


@pytest.mark.parametrize("index", INDEXES)
async def test_it_is_named_wherever_it_stands(grown: Grown, index: int) -> None:
    await grown.tamper(
        "UPDATE ledger_transaction SET type = 'x' WHERE id = %s", grown.sequence(index)
    )
    assert await grown.found() == [(TREE.leaves_check, grown.subject(index))]


async def test_each_changed_transaction_is_named(grown: Grown) -> None:
    sequences = [grown.sequence(index) for index in INDEXES]
    await grown.tamper("UPDATE ledger_transaction SET type = 'x' WHERE id = ANY (%s)", sequences)
    assert await grown.found() == [(TREE.leaves_check, grown.subject(index)) for index in INDEXES]


@pytest.mark.parametrize("index", INDEXES)
async def test_a_missing_transaction_is_named_by_its_place(grown: Grown, index: int) -> None:
    sequence = grown.sequence(index)
    before = grown.sequence(index - 1) if index else 0
    await grown.tamper("DELETE FROM ledger_transaction WHERE id = %s", sequence)
    assert await grown.found() == [(TREE.leaves_check, f"a transaction after #{before}")]


async def test_a_transaction_slipped_in_is_named(grown: Grown) -> None:
    """Where a number was left free by a rollback."""
    old = grown.sequence(100)
    await grown.tamper("UPDATE ledger_transaction SET id = -id WHERE id = %s", old)
    await grown.tamper("DELETE FROM ledger_tree_node")
    await grown.tamper("DELETE FROM ledger_tree_checkpoint")
    await grown.extend(grown.tree.key)
    assert await grown.findings() == []
    await grown.tamper("UPDATE ledger_transaction SET id = -id WHERE id = %s", -old)
    assert await grown.found() == [(TREE.leaves_check, grown.subject(100))]


async def test_transactions_in_another_order_are_named(grown: Grown) -> None:
    a, b = grown.sequence(100), grown.sequence(101)
    for table, column in (("ledger_transaction", "id"), ("ledger_posting", "transaction_id")):
        for old, new in ((a, -1), (b, a), (-1, b)):
            await grown.tamper(f"UPDATE {table} SET {column} = {new} WHERE {column} = {old}")
    assert await grown.found() == [
        (TREE.leaves_check, f"transaction {grown.ids[101]} (#{a})"),
        (TREE.leaves_check, f"transaction {grown.ids[100]} (#{b})"),
    ]


async def test_an_account_that_became_another_is_told_by_its_transactions(grown: Grown) -> None:
    await grown.tamper(
        "UPDATE ledger_account SET uid = gen_random_uuid() WHERE uid = %s", grown.tree.cash.id
    )
    found = await grown.findings()
    assert {finding.check for finding in found} == {TREE.leaves_check}
    assert len(found) == 100  # and no more are listed


@pytest.mark.parametrize("node", [(8, 0), (8, 1), (9, 0)])
async def test_a_changed_node_is_named(grown: Grown, node: tuple[int, int]) -> None:
    where = "WHERE level = %s AND position = %s"
    name = f"tree node {node[0]}/{node[1]}"
    await grown.tamper(f"UPDATE ledger_tree_node SET hash = sha256(hash) {where}", *node)
    assert await grown.found() == [(TREE.nodes_check, name)]
    await grown.tamper(f"DELETE FROM ledger_tree_node {where}", *node)
    assert await grown.found() == [(TREE.nodes_check, name)]


async def test_a_node_that_names_another_last_transaction_is_named(grown: Grown) -> None:
    await grown.tamper("UPDATE ledger_tree_node SET last_sequence = 5 WHERE level = 8")
    assert await grown.found() == [
        (TREE.nodes_check, "tree node 8/0"),
        (TREE.nodes_check, "tree node 8/1"),
    ]


async def test_a_node_too_many_is_named(grown: Grown) -> None:
    await grown.tamper(
        "INSERT INTO ledger_tree_node VALUES (8, 2, sha256(''), 5), (20, 0, sha256(''), 5)"
    )
    assert await grown.found() == [
        (TREE.nodes_check, "tree node 8/2"),
        (TREE.nodes_check, "tree node 20/0"),
    ]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("change", "checks"),
    [
        ("root = sha256(root)", {TREE.roots_check, TREE.signatures_check}),
        (
            "signature = set_byte(signature, 8, get_byte(signature, 8) # 1)",
            {TREE.signatures_check},
        ),
        ("signed_at = signed_at + interval '1 us'", {TREE.signatures_check}),
        ("key_id = 'ffffffffffffffff'", {TREE.signatures_check}),
    ],
)
async def test_a_changed_checkpoint_is_named(
    grown: Grown, size: int, change: str, checks: set[str]
) -> None:
    await grown.tamper(f"UPDATE ledger_tree_checkpoint SET {change} WHERE tree_size = {size}")
    found = set(await grown.found())
    assert found == {(check, f"checkpoint of size {size}") for check in checks}


async def test_a_checkpoint_that_covers_more_than_it_says_is_named(grown: Grown) -> None:
    await grown.tamper(
        "UPDATE ledger_tree_checkpoint SET last_sequence = last_sequence + 1 WHERE tree_size = 300"
    )
    found = await grown.found()
    assert (TREE.signatures_check, "checkpoint of size 300") in found
    assert (TREE.leaves_check, grown.subject(300)) in found


async def test_a_checkpoint_taken_away_leaves_a_gap(grown: Grown) -> None:
    await grown.tamper("DELETE FROM ledger_tree_checkpoint WHERE tree_size = 300")
    assert await grown.found() == [(TREE.marks_check, "checkpoint of size 600")]


async def test_checkpoints_cut_off_leave_nodes_behind(grown: Grown) -> None:
    await grown.tamper("DELETE FROM ledger_tree_checkpoint WHERE tree_size > 300")
    assert await grown.found() == [
        (TREE.nodes_check, "tree node 8/1"),
        (TREE.nodes_check, "tree node 9/0"),
    ]


@pytest.mark.parametrize("index", [0, 250, 610])
async def test_changed_marks_accuse_nobody(grown: Grown, index: int) -> None:
    size = next(size for size in SIZES if size > index)
    after = max([0, *(each for each in SIZES if each <= index)])
    await grown.tamper(
        "UPDATE ledger_tree_checkpoint SET marks = overlay(marks placing '\\xffffffff' from %s)"
        " WHERE tree_size = %s",
        4 * (index - after) + 1,
        size,
    )
    assert await grown.found() == [(TREE.marks_check, grown.subject(index))]


async def test_a_transaction_changed_with_its_mark_and_node_still_contradicts_what_was_signed(
    grown: Grown,
) -> None:
    """The whole tree made anew over a changed past: only a signature cannot be made."""
    await grown.tamper("UPDATE ledger_transaction SET type = 'x' WHERE id = 5")
    await grown.tamper("DELETE FROM ledger_tree_node")
    await grown.tamper("DELETE FROM ledger_tree_checkpoint")
    forged = await grown.extend(SigningKey.new())
    found = await grown.findings()
    name = f"checkpoint of size {forged.tree_size}"
    assert [(each.check, each.subject) for each in found] == [(TREE.signatures_check, name)]


async def test_a_known_key_of_before_is_known(grown: Grown) -> None:
    new = SigningKey.new()
    assert await grown.findings(new.public, grown.tree.key.public) == []
    assert {each.check for each in await grown.findings(new.public)} == {TREE.signatures_check}


async def test_a_block_gone_with_its_node_is_reported_and_the_rest_is_read_on(
    grown: Grown,
) -> None:
    await grown.tamper("DELETE FROM ledger_transaction WHERE id = %s", grown.sequence(100))
    await grown.tamper("DELETE FROM ledger_tree_node WHERE level = 8 AND position = 0")
    await grown.tamper(
        "UPDATE ledger_transaction SET type = 'x' WHERE id = %s", grown.sequence(550)
    )
    assert await grown.found() == [
        (TREE.leaves_check, f"a transaction after #{grown.sequence(99)}"),
        (TREE.nodes_check, "tree node 8/0"),
        (TREE.leaves_check, grown.subject(550)),
    ]


async def test_rows_beyond_recognition_with_a_checkpoint_gone(grown: Grown) -> None:
    """No marks fit and rows are missing: it is said that they are, and nothing breaks."""
    await grown.tamper("DELETE FROM ledger_tree_checkpoint WHERE tree_size = 300")
    await grown.tamper("DELETE FROM ledger_transaction WHERE id = %s", grown.sequence(400))
    found = await grown.found()
    assert (TREE.marks_check, "checkpoint of size 600") in found
    assert (TREE.leaves_check, "checkpoint of size 600") in found
