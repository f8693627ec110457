"""Finding entries by each criterion, page by page; and files that prove themselves."""

import csv
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from tests.support.audit_trail import AT, AuditTrail
from tongbao.infra import audit
from tongbao.infra.audit import exporting, searching
from tongbao.infra.audit.errors import CheckpointNotFound, TooManyEntries
from tongbao.infra.audit.leaves import FIELDS
from tongbao.infra.audit.searching import Criteria
from tongbao.infra.signing import SigningKey
from tongbao.kernel.ids import new_id
from tongbao.kernel.page import BadCursor

ACTOR, PARTY, THING = new_id(), new_id(), new_id()


async def find(trail: AuditTrail, **criteria: Any) -> list[str]:
    """Return the actions found, newest first."""
    async with trail.database.read() as tx:
        page = await searching.search(tx, Criteria(**criteria), limit=100)
    return [row["action"] for row in page.items]


@pytest.fixture
async def written(trail: AuditTrail) -> AuditTrail:
    revealed = audit.Entry(
        action="parties.document.revealed",
        subject=PARTY,
        object_type="documents",
        object_id=THING,
        reason="客户来电，核对 Passport",
    )
    refused = audit.Entry(action="payments.transfer", outcome="refused", code="auth.forbidden")
    failed = audit.Entry(action="payments.transfer", outcome="failed", code="request.unexpected")
    await trail.record(audit.Entry(action="old.thing"), at=AT - timedelta(days=40))
    await trail.record(revealed, at=AT, actor_id=ACTOR, kind="staff", request_id="r-1")
    await trail.record(refused, at=AT + timedelta(days=1), actor_id=ACTOR, address="10.0.0.9")
    await trail.record(failed, at=AT + timedelta(days=40), request_id="r-2")
    return trail


@pytest.mark.parametrize(
    ("criteria", "found"),
    [
        ({}, ["payments.transfer"] * 2 + ["parties.document.revealed", "old.thing"]),
        ({"actor_id": ACTOR}, ["payments.transfer", "parties.document.revealed"]),
        ({"subject_id": PARTY}, ["parties.document.revealed"]),
        ({"action": "payments.transfer"}, ["payments.transfer"] * 2),
        ({"object_type": "documents", "object_id": str(THING)}, ["parties.document.revealed"]),
        ({"request_id": "r-1"}, ["parties.document.revealed"]),
        ({"address": "10.0.0.9"}, ["payments.transfer"]),
        ({"outcome": "refused"}, ["payments.transfer"]),
        ({"outcome": "failed"}, ["payments.transfer"]),
        ({"outcome": "done"}, ["parties.document.revealed", "old.thing"]),
        ({"code": "auth.forbidden"}, ["payments.transfer"]),
        ({"since": AT, "until": AT + timedelta(days=1)}, ["parties.document.revealed"]),
        ({"reason": "来电"}, ["parties.document.revealed"]),
        ({"reason": "核对 passport"}, ["parties.document.revealed"]),
        ({"reason": "电来"}, []),
        ({"reason": "客户核对"}, []),  # its pairs are not all neighbours there
        ({"reason": "%_"}, []),
        ({"actor_id": PARTY}, []),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, dict) else "",
)
async def test_each_criterion(
    written: AuditTrail, criteria: dict[str, Any], found: list[str]
) -> None:
    assert await find(written, **criteria) == found


async def test_page_by_page_over_months_nothing_is_missed(trail: AuditTrail) -> None:
    for days in (0, 20, 40):
        await trail.fill(7, at=AT + timedelta(days=days))
    seqs: list[int] = []
    after: str | None = None
    while True:
        async with trail.database.read() as tx:
            page = await searching.search(tx, Criteria(), limit=4, after=after)
        seqs += [row["seq"] for row in page.items]
        after = page.next
        if after is None:
            break
    assert seqs == list(range(21, 0, -1))
    async with trail.database.read() as tx:
        with pytest.raises(BadCursor):
            await searching.search(tx, Criteria(), limit=4, after="nonsense")


# --- files --------------------------------------------------------------------------------------


async def file_of(
    trail: AuditTrail, language: exporting.Language, signer: SigningKey | None = None
) -> bytes:
    async with trail.database.read() as tx:
        made = await exporting.export(tx, Criteria(since=AT), at=AT)
    return exporting.render(made, language, signer=signer)


@pytest.fixture
async def covered(written: AuditTrail) -> AuditTrail:
    await written.fill(300, at=AT + timedelta(days=2))
    assert await written.extend() is not None
    await written.record(audit.Entry(action="too.late"), at=AT)
    return written


@pytest.mark.parametrize("language", ["jsonl", "csv"])
@pytest.mark.parametrize("signed", [True, False])
async def test_a_file_proves_itself(
    covered: AuditTrail, language: exporting.Language, *, signed: bool
) -> None:
    data = await file_of(covered, language, covered.key if signed else None)
    assert exporting.check(data, [covered.key.public]) == []
    assert b"too.late" not in data
    assert "客户来电".encode() in data
    assert b"old.thing" not in data


@pytest.mark.parametrize("language", ["jsonl", "csv"])
async def test_whatever_is_changed_in_a_file_is_named(
    covered: AuditTrail, language: exporting.Language
) -> None:
    data = await file_of(covered, language, covered.key)
    key = [covered.key.public]
    changed = exporting.check(data.replace("来电".encode(), "来信".encode()), key)
    assert any("SHA-256" in fault for fault in changed)
    assert any("entry 1 of the file" in fault and "#2" in fault for fault in changed)
    lines = data.splitlines(keepends=True)
    at = 10
    removed = exporting.check(b"".join([*lines[:at], *lines[at + 1 :]]), key)
    assert any("302 are here" in fault for fault in removed)
    swapped = exporting.check(
        b"".join([*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]]), key
    )
    assert any("not in order" in fault for fault in swapped)
    stranger = exporting.check(data, [SigningKey.new().public])
    assert [fault.split(" is not")[0] for fault in stranger] == [
        "the file's signature",
        "the checkpoint's signature",
    ]


@pytest.mark.parametrize(
    "junk",
    [
        b"",
        b"\n",
        b"{}",
        b"[]\n[]\n",
        b"\xff\xfe\n\n",
        b'{"format": 1}\n{"sha256": 2}\n',
        b"null\nnull\n",
    ],
)
def test_what_is_no_file_of_ours_is_said_so(junk: bytes) -> None:
    assert exporting.check(junk, []) != []


async def test_a_spreadsheet_computes_nothing(trail: AuditTrail) -> None:
    await trail.record(audit.Entry(action="a.b", reason="=cmd|' /C calc'!A0"), at=AT)
    await trail.extend()
    data = await file_of(trail, "csv")
    assert exporting.check(data, [trail.key.public]) == []
    lines = [line for line in data.decode().splitlines() if not line.startswith("#")]
    (row,) = csv.DictReader(lines)
    assert row["reason"].startswith("'=")
    leaf = json.loads(row["leaf"]).partition("\n")[2]
    assert json.loads(leaf)["reason"].startswith("=")
    assert list(row)[: len(FIELDS)] == list(FIELDS)


async def test_too_many_for_a_file_and_none_under_a_checkpoint(covered: AuditTrail) -> None:
    async with covered.database.read() as tx:
        with pytest.raises(TooManyEntries):
            await exporting.export(tx, Criteria(), at=AT, entries_max=10)
        none = replace(Criteria(), actor_id=new_id())
        made = await exporting.export(tx, none, at=AT)
    assert exporting.check(exporting.render(made, "jsonl"), [covered.key.public]) == []


async def test_nothing_is_exported_before_the_first_checkpoint(written: AuditTrail) -> None:
    async with written.database.read() as tx:
        with pytest.raises(CheckpointNotFound):
            await exporting.export(tx, Criteria(), at=AT)


async def test_ids_are_found_among_many_pages_and_by_their_filters(trail: AuditTrail) -> None:
    """Enough rows for several ranges of pages, each with a filter of ids that are all different."""
    trail.make_old_month(2015, 1)
    trail.fill_old(30_000, at=datetime(2015, 1, 1, tzinfo=UTC), step=timedelta(seconds=1))
    with psycopg.connect(trail.urls.owner, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE) infra_audit")
    trail.fill_old(30_000, at=datetime(2015, 1, 10, tzinfo=UTC), step=timedelta(seconds=1))
    async with trail.database.read() as tx:
        for object_id, count in [("n1", 2), ("n29999", 2), ("n15000", 2), ("n30001", 0)]:
            page = await searching.search(tx, Criteria(object_id=object_id), limit=10)
            assert len(page.items) == count
