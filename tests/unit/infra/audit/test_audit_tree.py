"""What was changed, removed or reordered is named; what was retired is missed by nobody."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
import pytest_asyncio
from sqlalchemy.exc import DBAPIError

from tests.support.audit_trail import AT, AuditTrail
from tongbao.infra import audit
from tongbao.infra.audit import jobs, planted, retiring
from tongbao.infra.audit.errors import EntryNotFound, NotInTree, NotRetirable, TreeDamaged
from tongbao.infra.audit.leaves import FIELDS, leaf_data
from tongbao.infra.jobs import JobContext
from tongbao.infra.tree import Inclusion

SIZES = (100, 256, 300, 600)


@pytest_asyncio.fixture
async def grown(trail: AuditTrail) -> AuditTrail:
    """600 entries under four checkpoints, and five more under none."""
    before = 0
    for size in SIZES:
        await trail.fill(size - before)
        made = await trail.extend()
        assert made is not None
        assert made.tree_size == size
        before = size
    await trail.fill(5)
    return trail


ROW: dict[str, Any] = {
    "at": datetime(2026, 3, 2, 12, 0, 0, 120, tzinfo=UTC),
    "seq": 7,
    "keep_years": 10,
    "action": "parties.document.revealed",
    "outcome": "refused",
    "code": "auth.forbidden",
    "actor_id": UUID(int=1),
    "actor_kind": "staff",
    "actor_roles": "staff_risk",
    "session_id": None,
    "subject_id": UUID(int=2),
    "object_type": "documents",
    "object_id": "x",
    "before": None,
    "after": b"\x01\x02",
    "reason": '核对 "A"',
    "address": "2001:db8::1",
    "device": b"\xff",
    "request_id": "r-1",
}


def test_a_leaf_is_the_same_bytes_for_ever() -> None:
    assert leaf_data(ROW).decode() == (
        "tongbao.audit.leaf.1\n"
        '{"action":"parties.document.revealed","actor_id":"00000000-0000-0000-0000-000000000001",'
        '"actor_kind":"staff","actor_roles":"staff_risk","address":"2001:db8::1","after":"0102",'
        '"at":"2026-03-02T12:00:00.000120Z","before":null,"code":"auth.forbidden","device":"ff",'
        '"keep_years":"10","object_id":"x","object_type":"documents","outcome":"refused",'
        '"reason":"核对 \\"A\\"","request_id":"r-1","seq":"7","session_id":null,'
        '"subject_id":"00000000-0000-0000-0000-000000000002"}'
    )


@pytest.mark.parametrize("name", FIELDS)
def test_everything_of_an_entry_is_in_its_leaf(name: str) -> None:
    assert leaf_data(ROW | {name: "other"}) != leaf_data(ROW)


async def test_nothing_is_found_where_nothing_was_changed(grown: AuditTrail) -> None:
    assert await grown.found() == []


CHANGES = [
    "action = 'x.y'",
    "outcome = 'failed', code = 'x.y'",
    "actor_id = gen_random_uuid()",
    "actor_kind = 'staff'",
    "object_id = 'other'",
    "subject_id = gen_random_uuid()",
    "after = sha256('x')",
    "reason = '另一个理由'",
    "address = '10.0.0.1'",
    "request_id = 'another'",
    "at = at + interval '1 us'",
    "keep_years = 15 - keep_years",
]


async def test_a_changed_entry_is_named_whatever_was_changed(grown: AuditTrail) -> None:
    for number, change in enumerate(CHANGES, start=90):
        grown.tamper(f"UPDATE infra_audit SET {change} WHERE seq = %s", number)
    expected = [(planted.TREE.leaves_check, f"audit entry #{90 + n}") for n in range(len(CHANGES))]
    assert await grown.found() == expected


@pytest.mark.parametrize("seq", [1, 100, 101, 256, 257, 600])
async def test_a_removed_entry_is_named_by_its_place(grown: AuditTrail, seq: int) -> None:
    grown.tamper("DELETE FROM infra_audit WHERE seq = %s", seq)
    check = planted.TREE.leaves_check
    assert await grown.found() == [(check, f"an audit entry after #{seq - 1}")]


async def test_entries_in_another_order_are_named(grown: AuditTrail) -> None:
    grown.tamper("UPDATE infra_audit SET seq = 1201 - seq WHERE seq IN (600, 601)")
    grown.tamper("UPDATE infra_audit SET seq = 201 - seq WHERE seq IN (100, 101)")
    found = await grown.found()
    assert {check for check, _ in found} == {planted.TREE.leaves_check}
    assert {"audit entry #100", "audit entry #101", "audit entry #600"} <= {
        subject for _, subject in found
    }


async def test_an_entry_slipped_in_is_named(grown: AuditTrail) -> None:
    grown.tamper("DELETE FROM infra_audit WHERE seq = 50")
    grown.tamper(
        "INSERT INTO infra_audit (at, seq, keep_years, action, outcome, actor_kind)"
        " VALUES (%s, 50, 5, 'x.y', 'done', 'system')",
        AT,
    )
    assert await grown.found() == [(planted.TREE.leaves_check, "audit entry #50")]


async def test_what_no_checkpoint_covers_is_not_judged_yet(grown: AuditTrail) -> None:
    grown.tamper("UPDATE infra_audit SET action = 'x.y' WHERE seq = 603")
    assert await grown.found() == []


async def test_a_removed_or_changed_checkpoint_is_named(grown: AuditTrail) -> None:
    grown.tamper("UPDATE infra_audit_tree_checkpoint SET root = sha256(root) WHERE tree_size = 300")
    assert {check for check, _ in await grown.found()} == {
        planted.TREE.roots_check,
        planted.TREE.signatures_check,
    }
    grown.tamper("DELETE FROM infra_audit_tree_checkpoint WHERE tree_size = 600")
    assert (planted.TREE.nodes_check, "audit tree node 8/1") in await grown.found()


async def test_nothing_is_signed_over_a_damaged_trail(grown: AuditTrail) -> None:
    grown.tamper("UPDATE infra_audit SET action = 'x.y' WHERE seq = 590")
    with pytest.raises(TreeDamaged):
        await grown.extend()


async def prove(trail: AuditTrail, seq: int, tree_size: int | None = None) -> Inclusion:
    async with trail.database.read() as tx:
        return await planted.prove_inclusion(tx, seq, tree_size=tree_size)


async def test_an_entry_is_proved_to_be_there(grown: AuditTrail) -> None:
    for seq, size in [(1, None), (100, 100), (257, 300), (600, None)]:
        proof = await prove(grown, seq, size)
        assert proof.holds()
        assert proof.leaf_index == seq - 1
        assert proof.checkpoint.tree_size == (size or 600)
    async with grown.database.read() as tx:
        grew = await planted.prove_consistency(tx, old_size=100, new_size=600)
    assert (grew.old.tree_size, grew.new.tree_size) == (100, 600)
    with pytest.raises(NotInTree):
        await prove(grown, 601)
    with pytest.raises(EntryNotFound):
        await prove(grown, 700)


async def test_the_jobs_make_months_extend_measure_and_verify(trail: AuditTrail) -> None:
    jobs.sign_with(trail.key)
    context = JobContext(database=trail.database, at=AT + timedelta(hours=2), attempt=1)
    await jobs.make_months(context)
    months = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'infra_audit'::regclass"
    assert trail.rows(months) == [(3,)]
    await trail.fill(40)
    await jobs.extend_tree(context)
    assert planted.TREE_SIZE._value.get() == 40
    assert planted.UNCOVERED_AGE._value.get() == 0
    await jobs.verify(context)
    assert planted.FINDINGS._value.get() == 0
    trail.tamper("UPDATE infra_audit SET action = 'x.y' WHERE seq = 3")
    await jobs.verify(context)
    assert planted.FINDINGS._value.get() == 1
    assert planted.VERIFIED._value.get() == context.at.timestamp()


# --- retiring -----------------------------------------------------------------------------------

OLD = datetime(2015, 1, 1, tzinfo=UTC)
SIX_YEARS_LATER = datetime(2021, 3, 1, tzinfo=UTC)
TEN_YEARS_LATER = datetime(2025, 3, 1, tzinfo=UTC)


@pytest_asyncio.fixture
async def old(trail: AuditTrail) -> AuditTrail:
    """700 entries of two months in 2015, five and ten years in turns, under one checkpoint."""
    trail.make_old_month(2015, 1)
    trail.make_old_month(2015, 2)
    trail.fill_old(700, at=OLD, step=timedelta(hours=2))
    made = await trail.extend(at=datetime(2015, 3, 1, tzinfo=UTC))
    assert made is not None
    assert made.tree_size == 700
    return trail


def kept(trail: AuditTrail) -> int:
    ((count,),) = trail.rows("SELECT count(*) FROM infra_audit WHERE action = 'old.thing'")
    return int(count)


async def test_what_was_retired_leaves_proofs_and_tree_as_they_were(old: AuditTrail) -> None:
    before = {seq: await prove(old, seq) for seq in (1, 255, 257, 699)}
    gone = retiring.retire(old.urls.owner, at=SIX_YEARS_LATER)
    assert [(each.partition.name, each.entries) for each in gone] == [
        ("m201501_5", 185),
        ("m201502_5", 165),
    ]
    assert kept(old) == 350
    assert await old.found(SIX_YEARS_LATER) == []
    for seq, proof in before.items():  # odd ones are kept for ten years
        assert await prove(old, seq) == proof
    with pytest.raises(EntryNotFound):
        await prove(old, 2)
    made = await old.extend(at=SIX_YEARS_LATER)  # the tree grows on: the two entries about it
    assert made is not None
    assert made.tree_size == 702
    actions = old.rows("SELECT object_id FROM infra_audit WHERE action = 'audit.month_retired'")
    assert actions == [("m201501_5",), ("m201502_5",)]


async def test_a_month_that_was_retired_takes_no_entry_again(old: AuditTrail) -> None:
    old.make_old_month(2020, 2)
    retiring.retire(old.urls.owner, at=datetime(2030, 3, 1, tzinfo=UTC))
    months = old.rows("SELECT to_regclass('infra_audit_months.m202002') IS NOT NULL")
    assert months == [(True,)]
    with pytest.raises(DBAPIError, match="no partition"):
        await old.record(audit.Entry(action="a.b"), at=datetime(2020, 2, 3, tzinfo=UTC))


async def test_what_is_for_ten_years_goes_after_ten(old: AuditTrail) -> None:
    retiring.retire(old.urls.owner, at=SIX_YEARS_LATER)
    assert retiring.retire(old.urls.owner, at=SIX_YEARS_LATER) == []
    gone = retiring.retire(old.urls.owner, at=TEN_YEARS_LATER)
    assert [each.partition.name for each in gone] == ["m201501_10", "m201502_10"]
    assert kept(old) == 0
    assert await old.found(TEN_YEARS_LATER) == []


async def test_the_last_day_of_a_month_decides(old: AuditTrail) -> None:
    just_before = datetime(2020, 1, 31, 23, 59, tzinfo=UTC)
    assert retiring.retire(old.urls.owner, at=just_before) == []
    assert not retiring.Partition.of("m201512_5").is_over(datetime(2020, 12, 31, tzinfo=UTC))
    assert retiring.Partition.of("m201512_5").is_over(datetime(2021, 1, 1, tzinfo=UTC))


async def test_what_no_checkpoint_covers_stays(trail: AuditTrail) -> None:
    trail.make_old_month(2015, 1)
    trail.fill_old(10, at=OLD, step=timedelta(hours=2))
    with pytest.raises(NotRetirable, match="no checkpoint"):
        retiring.retire(trail.urls.owner, at=SIX_YEARS_LATER)
    await trail.extend(at=datetime(2019, 1, 1, tzinfo=UTC))
    with pytest.raises(NotRetirable, match="too young"):
        retiring.retire(trail.urls.owner, at=SIX_YEARS_LATER)
    assert kept(trail) == 10
    assert trail.rows("SELECT count(*) FROM infra_audit_retired") == [(0,)]


async def test_the_application_cannot_retire(old: AuditTrail) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        retiring.retire(old.urls.app, at=SIX_YEARS_LATER)


async def test_a_young_entry_passed_off_as_retired_is_named(grown: AuditTrail) -> None:
    proof = await prove(grown, 300)
    grown.tamper("DELETE FROM infra_audit WHERE seq = 300")
    grown.tamper("INSERT INTO infra_audit_retired VALUES (1, 300, '{300}', %s)", proof.leaf.hash)
    assert await grown.found() == [(planted.RETIRED_CHECK, "retired audit entries from #300")]


async def test_a_changed_hash_of_a_retired_entry_is_named(old: AuditTrail) -> None:
    retiring.retire(old.urls.owner, at=SIX_YEARS_LATER)
    old.tamper(
        "UPDATE infra_audit_retired SET hashes = set_byte(hashes, 0, get_byte(hashes, 0) # 1)"
        " WHERE first_seq = 2"
    )
    found = await old.found(SIX_YEARS_LATER)
    assert found == [(planted.TREE.leaves_check, "retired audit entry #2")]
