"""The tree over transactions: growing it, checkpoints and proofs, on a real database."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

import psycopg
import pytest
import pytest_asyncio
from sqlalchemy import text

from tests.support.ledger_tree import AT, Tree, planted
from tongbao.core.ledger import jobs
from tongbao.core.ledger import service as ledger
from tongbao.core.ledger.domain import TransactionNotFound
from tongbao.core.ledger.domain.tree import (
    LEAF_PREFIX,
    CheckpointNotFound,
    NotInTree,
    SizesOutOfOrder,
    leaf_data,
)
from tongbao.core.ledger.service import Checkpoint, TransactionId, TreeDamaged
from tongbao.core.ledger.service.tree import measures
from tongbao.infra.db import WriteSession
from tongbao.infra.jobs import JobContext
from tongbao.infra.postgres import Urls
from tongbao.infra.signing import SigningKey
from tongbao.kernel.ids import new_id
from tongbao.lib import merkle
from tongbao.lib.merkle import moment


@pytest_asyncio.fixture
async def tree(fresh_database: Callable[..., Urls]) -> AsyncIterator[Tree]:
    async with planted(fresh_database) as planted_:
        yield planted_


TRANSACTION = {
    "id": 7,
    "uid": UUID("0198c9a4-7a52-7c3e-9d1b-3f8f6f2b9a10"),
    "content_hash": bytes(range(16)),
    "kind": "posted",
    "type": "fee",
    "effective_on": date(2026, 3, 2),
    "booked_at": datetime(2026, 3, 2, 12, tzinfo=timezone(timedelta(hours=8))),
    "correlation_id": None,
    "reference": '费用 "A"\n',
    "pending_id": None,
    "reverses_id": 3,
    "expires_at": None,
    "metadata": {"\U0001f600": "1", "�": "2", "a": "3"},
}
POSTING = {
    "ordinal": 1,
    "asset": "CNY/2",
    "debit": UUID(int=1),
    "credit": UUID(int=2),
    "amount": 2**60,
    "debit_balance": -5,
    "debit_version": 9,
    "credit_balance": None,
    "credit_version": None,
}
HOLD = {key: POSTING[key] for key in ("ordinal", "asset", "debit", "credit", "amount")}


def test_a_leaf_is_the_same_bytes_for_ever() -> None:
    """Written out: whoever changes the format breaks every proof there is."""
    assert leaf_data(TRANSACTION, [POSTING], [HOLD]).decode() == (
        "tongbao.ledger.leaf.1\n"
        '{"booked_at":"2026-03-02T04:00:00.000000Z",'
        '"content_hash":"000102030405060708090a0b0c0d0e0f","correlation_id":null,'
        '"effective_on":"2026-03-02","expires_at":null,'
        '"holds":[{"amount":"1152921504606846976","asset":"CNY/2",'
        '"credit_account_id":"00000000-0000-0000-0000-000000000002",'
        '"debit_account_id":"00000000-0000-0000-0000-000000000001","ordinal":"1"}],'
        '"id":"0198c9a4-7a52-7c3e-9d1b-3f8f6f2b9a10","kind":"posted",'
        '"metadata":{"a":"3","\U0001f600":"1","�":"2"},"pending_sequence":null,'
        '"postings":[{"amount":"1152921504606846976","asset":"CNY/2",'
        '"credit_account_id":"00000000-0000-0000-0000-000000000002","credit_balance":null,'
        '"credit_version":null,"debit_account_id":"00000000-0000-0000-0000-000000000001",'
        '"debit_balance":"-5","debit_version":"9","ordinal":"1"}],'
        '"reference":"费用 \\"A\\"\\n","reverses_sequence":"3","sequence":"7","type":"fee"}'
    )


@pytest.mark.parametrize("name", TRANSACTION)
def test_every_column_of_a_transaction_is_in_its_leaf(name: str) -> None:
    other = {
        "id": 8,
        "uid": UUID(int=5),
        "content_hash": b"x" * 16,
        "kind": "capture",
        "type": "fees",
        "effective_on": date(2026, 3, 1),
        "booked_at": datetime(2026, 3, 2, 4, 0, 0, 1, tzinfo=UTC),
        "correlation_id": UUID(int=6),
        "reference": None,
        "pending_id": 2,
        "reverses_id": None,
        "expires_at": AT,
        "metadata": None,
    }
    changed = TRANSACTION | {name: other[name]}
    assert leaf_data(changed, [POSTING], [HOLD]) != leaf_data(TRANSACTION, [POSTING], [HOLD])


@pytest.mark.parametrize("name", POSTING)
def test_every_column_of_a_posting_and_a_hold_is_in_the_leaf(name: str) -> None:
    other = {"asset": "JPY/0", "debit": UUID(int=7), "credit": UUID(int=7)}.get(name, 77)
    plain = leaf_data(TRANSACTION, [POSTING], [HOLD])
    assert leaf_data(TRANSACTION, [POSTING | {name: other}], [HOLD]) != plain
    if name in HOLD:
        assert leaf_data(TRANSACTION, [POSTING], [HOLD | {name: other}]) != plain


def test_the_columns_of_the_tables_are_those_the_leaf_knows(owner_url: str) -> None:
    """A column added to a table must be added to the leaf, in a new version of the format."""

    def columns(table: str) -> set[str]:
        with psycopg.connect(owner_url) as connection:
            query = "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
            return {name for (name,) in connection.execute(query, (table,))}

    named = {"asset": "asset_id", "debit": "debit_account_id", "credit": "credit_account_id"}
    assert columns("ledger_transaction") == set(TRANSACTION)
    for table, known in (("ledger_posting", POSTING), ("ledger_hold", HOLD)):
        assert columns(table) == {named.get(each, each) for each in known} | {"transaction_id"}


def test_a_moment_always_has_six_decimals() -> None:
    assert moment(datetime(2026, 3, 2, 4, tzinfo=UTC)) == "2026-03-02T04:00:00.000000Z"
    assert moment(datetime(26, 3, 2, 4, 5, 6, 7, tzinfo=UTC)) == "0026-03-02T04:05:06.000007Z"


async def test_an_empty_ledger_has_no_checkpoint(tree: Tree) -> None:
    assert await tree.extend() is None
    assert await tree.findings() == []
    async with tree.database.read() as tx:
        with pytest.raises(CheckpointNotFound):
            await ledger.checkpoint(tx)


async def test_a_checkpoint_is_signed_over_the_root_of_all_transactions(tree: Tree) -> None:
    ids = await tree.book(3)
    made = await tree.extend()
    assert made is not None
    assert made.tree_size == 3
    assert made.last_sequence == tree.sequence_of(ids[-1])
    assert made.key_id == tree.key.public.id
    assert made.signed_text == (
        f"tongbao.ledger.checkpoint.1\n3\n{made.root.hex()}\n{made.last_sequence}\n"
        f"2026-03-02T05:00:00.000000Z\n{tree.key.public.id}\n"
    )
    assert tree.key.public.verifies(made.signed_text.encode(), made.signature)
    async with tree.database.read() as tx:
        assert await ledger.checkpoint(tx) == made
        leaves = [merkle.leaf_hash((await ledger.prove_inclusion(tx, each)).leaf) for each in ids]
    assert merkle.root_of(leaves) == made.root


async def test_nothing_new_makes_no_checkpoint(tree: Tree) -> None:
    await tree.grow(2)
    assert await tree.extend() is None
    assert tree.count("ledger_tree_checkpoint") == 1


async def test_the_tree_is_the_same_however_it_was_cut(tree: Tree) -> None:
    """By ones, by odd numbers across blocks, at once: one root."""
    await tree.book(700)
    made = [await tree.extend(leaves_max=limit) for limit in (1, 255, 1, 7, 249, 300)]
    assert [each and each.tree_size for each in made] == [1, 256, 257, 264, 513, 700]
    cut = [await leaf_of(tree, index) for index in range(0, 700, 99)]
    tree.tamper("DELETE FROM ledger_tree_checkpoint")
    tree.tamper("DELETE FROM ledger_tree_node")
    again, before = await tree.extend(), made[-1]
    assert again is not None
    assert before is not None
    assert (again.tree_size, again.root) == (before.tree_size, before.root)
    assert cut == [await leaf_of(tree, index) for index in range(0, 700, 99)]
    assert tree.count("ledger_tree_node") == 3
    assert await tree.findings() == []


async def leaf_of(tree: Tree, index: int) -> bytes:
    query = "SELECT uid FROM ledger_transaction ORDER BY id OFFSET %s LIMIT 1"
    ((uid,),) = tree.rows(query, index)
    async with tree.database.read() as tx:
        proof = await ledger.prove_inclusion(tx, uid)
    assert proof.leaf_index == index
    return proof.leaf


async def test_kept_are_only_the_nodes_from_256_leaves_upwards(tree: Tree) -> None:
    await tree.grow(1_100)
    kept = tree.rows("SELECT level, position FROM ledger_tree_node ORDER BY 1, 2")
    assert kept == [(8, 0), (8, 1), (8, 2), (8, 3), (9, 0), (9, 1), (10, 0)]


async def test_any_transaction_is_proved_to_be_in_any_later_checkpoint(tree: Tree) -> None:
    ids = []
    made: list[Checkpoint] = []
    for count in (1, 200, 100, 240, 30):
        ids += await tree.book(count)
        checkpoint = await tree.extend()
        assert checkpoint is not None
        made.append(checkpoint)
    async with tree.database.read() as tx:
        for index in (0, 1, 200, 255, 256, 300, 511, 512, 540, 570):
            for checkpoint in made:
                if index >= checkpoint.tree_size:
                    with pytest.raises(NotInTree):
                        await ledger.prove_inclusion(tx, ids[index], tree_size=checkpoint.tree_size)
                    continue
                proof = await ledger.prove_inclusion(tx, ids[index], tree_size=checkpoint.tree_size)
                assert proof.checkpoint == checkpoint
                assert proof.leaf_index == index
                assert json.loads(proof.leaf.removeprefix(LEAF_PREFIX))["id"] == str(ids[index])
                assert merkle.verify_inclusion(
                    leaf=merkle.leaf_hash(proof.leaf),
                    index=index,
                    size=checkpoint.tree_size,
                    proof=proof.path,
                    root=checkpoint.root,
                )


async def test_between_any_two_checkpoints_the_ledger_only_grew(tree: Tree) -> None:
    made = [await tree.grow(count) for count in (1, 200, 55, 1, 300, 211)]
    async with tree.database.read() as tx:
        for old in made:
            for new in made:
                if old.tree_size > new.tree_size:
                    continue
                proof = await ledger.prove_consistency(
                    tx, old_size=old.tree_size, new_size=new.tree_size
                )
                assert merkle.verify_consistency(
                    old_size=old.tree_size,
                    new_size=new.tree_size,
                    old_root=old.root,
                    new_root=new.root,
                    proof=proof.path,
                )


async def test_what_cannot_be_proved_is_refused_by_its_reason(tree: Tree) -> None:
    (first,) = await tree.book(1)
    async with tree.database.read() as tx:
        with pytest.raises(CheckpointNotFound):
            await ledger.prove_inclusion(tx, first)
    await tree.extend()
    (late,) = await tree.book(1)
    async with tree.database.read() as tx:
        with pytest.raises(NotInTree):
            await ledger.prove_inclusion(tx, late)
        with pytest.raises(TransactionNotFound):
            await ledger.prove_inclusion(tx, TransactionId(new_id()))
        with pytest.raises(CheckpointNotFound):
            await ledger.prove_inclusion(tx, first, tree_size=2)
        with pytest.raises(CheckpointNotFound):
            await ledger.prove_consistency(tx, old_size=1, new_size=2)
        with pytest.raises(SizesOutOfOrder):
            await ledger.prove_consistency(tx, old_size=2, new_size=1)


async def test_no_proof_is_given_and_nothing_signed_over_a_changed_past(tree: Tree) -> None:
    (first, second) = await tree.book(2)
    await tree.extend()
    tree.tamper("UPDATE ledger_transaction SET reference = 'x' WHERE uid = %s", second)
    await tree.book(1)
    with pytest.raises(TreeDamaged):
        await tree.extend()
    async with tree.database.read() as tx:
        with pytest.raises(TreeDamaged):
            await ledger.prove_inclusion(tx, first)
    assert tree.count("ledger_tree_checkpoint") == 1


async def test_the_tree_does_not_grow_twice_at_a_time(tree: Tree) -> None:
    await tree.book(1)
    async with tree.database.write() as tx:
        assert await ledger.extend_tree(tx, signer=tree.key, at=AT) is not None
        assert await tree.extend() is None
    assert tree.count("ledger_tree_checkpoint") == 1


async def test_a_stopped_extension_leaves_nothing_behind(tree: Tree) -> None:
    """As a kill does: the transaction is rolled back, the next run makes the same tree."""
    await tree.book(300)
    async with tree.database.engine.connect() as connection:
        session = WriteSession(connection)
        lost = await ledger.extend_tree(session, signer=tree.key, at=AT)
        await connection.rollback()
    assert lost is not None
    assert tree.count("ledger_tree_node") == tree.count("ledger_tree_checkpoint") == 0
    made = await tree.extend()
    assert made is not None
    assert made.root == lost.root


async def test_the_tree_is_append_only_for_everybody(tree: Tree) -> None:
    await tree.grow(256)
    for table, column in (("ledger_tree_node", "hash"), ("ledger_tree_checkpoint", "root")):
        for change in (
            f"UPDATE {table} SET {column} = {column}",
            f"DELETE FROM {table}",
            f"TRUNCATE {table}",
        ):
            with (
                psycopg.connect(tree.urls.app) as connection,
                pytest.raises(psycopg.errors.InsufficientPrivilege),
            ):
                connection.execute(change.encode())
            with (
                psycopg.connect(tree.urls.owner) as connection,
                pytest.raises(psycopg.errors.IntegrityError, match="append-only"),
            ):
                connection.execute(change.encode())


async def test_verifying_may_take_longer_than_other_transactions(tree: Tree) -> None:
    async with tree.database.read() as tx:
        known = await tx.scalar(
            text("SELECT set_config(name, '300ms', true) FROM pg_settings WHERE name = :name"),
            {"name": "transaction_timeout"},
        )
        if known is None:
            pytest.skip("PostgreSQL 16 limits no transaction")
        assert await ledger.verify_tree(tx, public_keys=[]) == []
        await tx.execute(text("SELECT pg_sleep(0.5)"))


async def test_the_jobs_grow_verify_and_measure(tree: Tree) -> None:
    old = SigningKey.new()
    context = JobContext(database=tree.database, at=AT + timedelta(hours=2))
    await tree.book(20)
    jobs.sign_with(old)
    await jobs.extend_tree(context)
    await tree.book(20)
    jobs.sign_with(tree.key, retired=(old.public,))
    await jobs.extend_tree(context)
    await jobs.extend_tree(context)
    assert tree.count("ledger_tree_checkpoint") == 2
    await tree.book(1)
    async with tree.database.read() as tx:
        await ledger.measure_tree(tx, at=context.at + timedelta(seconds=30))
    assert measures.TREE_SIZE._value.get() == 40
    assert measures.CHECKPOINT_AGE._value.get() == 30
    assert measures.UNCOVERED_AGE._value.get() == 7_230

    await jobs.verify(context)
    assert measures.FINDINGS._value.get() == 0
    assert measures.VERIFIED._value.get() == context.at.timestamp()
    tree.tamper("UPDATE ledger_transaction SET reference = 'x' WHERE id = 5")
    await jobs.verify(context)
    assert measures.FINDINGS._value.get() == 1
