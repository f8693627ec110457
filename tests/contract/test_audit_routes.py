"""The trail over HTTP: an auditor searches, reads, proves and exports, and is in it."""

import re
from typing import Any

import pytest
from sqlalchemy import text

from tests.support.bank import Bank, Caller, done, problem
from tongbao.app.permissions import addresses
from tongbao.core.identity.service import Role
from tongbao.infra.audit import exporting, planted
from tongbao.infra.signing import SigningKey
from tongbao.infra.web.objects import table_of
from tongbao.kernel.clock import now
from tongbao.kernel.ids import new_id

KEY = SigningKey.new()
UNDER_ANOTHER_ID = [
    "identity_answer_factor",
    "identity_ask_factor",
    "identity_confirm_registration",
    "identity_confirm_reset",
    "identity_confirm_step_up",
]
"""Routes about something under way, good for minutes: what it led to is in other entries."""


async def cover(bank: Bank) -> None:
    async with bank.database.write() as tx:
        await planted.extend_tree(tx, signer=KEY, at=now())


@pytest.fixture
async def auditor(bank: Bank) -> Caller:
    return await bank.staff(Role.AUDITOR)


async def made_party(bank: Bank) -> tuple[dict[str, Any], str]:
    """Register a person under a request id of its own."""
    request_id = str(new_id())
    operations = await bank.staff()
    answer = await operations.ask(
        "POST",
        "/parties",
        json={"kind": "person", "name": "张三"},
        key=str(new_id()),
        headers={"X-Request-Id": request_id, "X-Reason": "%E6%9F%9C%E5%8F%B0%E5%BC%80%E6%88%B7"},
    )
    return done(answer), request_id


async def test_an_auditor_finds_reads_proves_and_exports(bank: Bank, auditor: Caller) -> None:
    party, request_id = await made_party(bank)
    found = await auditor.get("/audit/entries", request_id=request_id)
    (entry,) = found["items"]
    assert (entry["outcome"], entry["actor_kind"], entry["reason"]) == ("done", "staff", "柜台开户")
    assert entry["actor_roles"] == ["staff_operations"]
    assert entry["object_id"] == party["id"]
    assert "张三" not in str(found)
    by_reason = await auditor.get("/audit/entries", reason="台开", object_id=party["id"])
    assert [each["seq"] for each in by_reason["items"]] == [entry["seq"]]
    assert await auditor.get(f"/audit/entries/{entry['seq']}") == entry

    await cover(bank)
    proof = await auditor.get(f"/audit/entries/{entry['seq']}/proof")
    assert party["id"] in proof["leaf"]
    size = proof["checkpoint"]["tree_size"]
    assert (await auditor.get("/audit/tree/checkpoint"))["tree_size"] == size
    grew = await auditor.get("/audit/tree/consistency", **{"from": size, "to": size})
    assert grew["path"] == []
    for language in ("jsonl", "csv"):
        body = {"request_id": request_id, "format": language}
        answer = await auditor.ask("POST", "/audit/exports", json=body)
        assert answer.status_code == 200
        assert exporting.check(answer.content, [KEY.public]) == []
        assert party["id"] in answer.text


async def test_anybody_is_told_the_keys_that_check_both_trees(
    bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    retired = SigningKey.new().public
    monkeypatch.setattr(bank.app.state, "checkpoint_keys", lambda: [KEY.public, retired])
    offered = await bank.anybody.get("/audit/tree/keys")
    assert [each["key_id"] for each in offered] == [KEY.public.id, retired.id]
    assert await bank.anybody.get("/ledger/tree/keys") == offered


async def changed(
    bank: Bank, who: Caller, method: str, path: str, body: object = None
) -> tuple[str | None, str | None]:
    """Do something; return the digests of before and after that its entry has."""
    request_id = str(new_id())
    answer = await who.ask(
        method, path, json=body, headers={"X-Request-Id": request_id}, key=str(new_id())
    )
    assert answer.is_success, answer.text
    query = (
        "SELECT encode(before, 'hex') AS before, encode(after, 'hex') AS after FROM infra_audit"
        " WHERE request_id = :id"
    )
    async with bank.database.read() as tx:
        row = (await tx.execute(text(query), {"id": request_id})).one()
    return row.before, row.after


async def test_what_a_thing_was_and_is_stands_in_its_entry_by_digests(bank: Bank) -> None:
    party, _ = await made_party(bank)
    operations = await bank.staff()
    contacts = f"/parties/{party['id']}/contacts"
    points = [
        await operations.post(contacts, {"kind": "phone", "value": f"+861380013827{n}"})
        for n in range(2)
    ]
    primary = f"{contacts}/{points[1]['id']}/primary"
    before, after = await changed(bank, operations, "PUT", primary)
    assert before
    assert after
    assert before != after
    assert await changed(bank, operations, "PUT", primary) == (after, after)  # it is one already
    then, gone = await changed(bank, operations, "DELETE", f"{contacts}/{points[1]['id']}")
    assert then == after  # the chain of one thing's digests has no gap
    assert gone not in (None, after)


async def test_an_entry_names_its_module_and_is_kept_as_long_as_that_asks(bank: Bank) -> None:
    party, _ = await made_party(bank)
    operations = await bank.staff()
    await operations.post(
        f"/parties/{party['id']}/contacts", {"kind": "phone", "value": "+8613800138299"}
    )
    query = "SELECT keep_years FROM infra_audit WHERE action = 'parties.add_contact'"
    async with bank.database.read() as tx:
        assert set((await tx.scalars(text(query))).all()) == {10}


async def test_what_is_made_has_a_digest_of_after_alone(bank: Bank) -> None:
    operations = await bank.staff()
    before, after = await changed(
        bank, operations, "POST", "/parties", {"kind": "person", "name": "李四"}
    )
    assert before is None
    assert after is not None


def test_the_table_of_an_object_is_found_by_its_address(bank: Bank) -> None:
    assert bank.app is not None
    for tag, noun, parameter, table in (
        ("parties", "contacts", "contact_id", "parties_contact"),
        ("parties", "addresses", "address_id", "parties_address"),
        ("identity", "contacts", "contact_id", "identity_contact"),
        ("identity", "members", "membership_id", "identity_membership"),
        ("kyc", "cases", "case_id", "parties_case"),
        ("agreements", "consents", "consent_id", "agreements_consent"),
        ("webhooks", "deliveries", "delivery_id", "infra_webhooks_delivery"),
        ("audit", "alerts", "alert_id", "infra_audit_alert"),
        ("lending", "applications", "application_id", "lending_application"),
    ):
        found = table_of(tag, noun, parameter)
        assert found is not None, noun
        assert found.name == table
    assert table_of("x", "nonsense", None) is None
    assert table_of("privacy", "contacts", "contact_id") is None  # two modules have them


WITHOUT_A_ROW = {
    "ledger": "booked under numbers of its own: transactions, accounts and periods keep history",
    "privacy": "reads, or says itself what it erased",
}
"""Modules whose objects have no digests from the edge, and why."""


def test_every_route_that_changes_a_thing_with_an_id_finds_its_row(bank: Bank) -> None:
    without = []
    for each in addresses(bank.app):
        named = re.findall(r"/([a-z-]+)/{([a-z_]+_id)(?::uuid)?}", each.path)
        if each.method == "get" or not named:
            continue
        tag = each.operation.partition("_")[0]
        noun, parameter = named[-1]
        if table_of(tag, noun, parameter) is None and tag not in WITHOUT_A_ROW:
            without.append(each.operation)
    assert sorted(without) == sorted(UNDER_ANOTHER_ID)


async def test_reading_the_trail_is_in_the_trail(bank: Bank, auditor: Caller) -> None:
    request_id = str(new_id())
    headers = {"X-Request-Id": request_id}
    await auditor.ask("GET", "/audit/entries", params={"outcome": "failed"}, headers=headers)
    await auditor.ask("GET", "/audit/entries/1", headers=headers)
    await cover(bank)
    await auditor.ask("POST", "/audit/exports", json={"request_id": "none"}, headers=headers)
    async with bank.database.read() as tx:
        rows = await tx.execute(
            text(
                "SELECT action, outcome, object_type FROM infra_audit"
                " WHERE request_id = :id ORDER BY seq"
            ),
            {"id": request_id},
        )
        found = [tuple(row) for row in rows]
    assert found == [
        ("audit.searched", "done", None),
        ("audit.entry.read", "done", "entries"),
        ("audit.export_entries", "done", "exports"),
    ]


async def test_who_may_not_read_is_refused_and_in_it(bank: Bank) -> None:
    operations = await bank.staff()
    request_id = str(new_id())
    answer = await operations.ask("GET", "/audit/entries", headers={"X-Request-Id": request_id})
    assert problem(answer) == (403, "auth.forbidden")
    auditor = await bank.staff(Role.AUDITOR)
    (entry,) = (await auditor.get("/audit/entries", request_id=request_id))["items"]
    assert (entry["action"], entry["code"]) == ("audit.search", "auth.forbidden")


@pytest.mark.parametrize(
    "query",
    [
        {"outcome": "maybe"},
        {"since": "2026-03-01T00:00:00"},  # no time zone
        {"reason": "x"},
        {"actor_id": "me"},
        {"name": "张三"},
        {"after": "nonsense"},
        {"object_id": "a\x00b"},
        {"limit": "201"},
    ],
)
async def test_hostile_criteria_are_refused(auditor: Caller, query: dict[str, str]) -> None:
    answer = await auditor.ask("GET", "/audit/entries", params=query)
    assert answer.status_code in {400, 422}


async def test_an_entry_that_is_not_there(bank: Bank, auditor: Caller) -> None:
    answer = await auditor.ask("GET", f"/audit/entries/{2**62}")
    assert problem(answer) == (404, "audit.entry_not_found")
    compliance = await bank.staff(Role.STAFF_COMPLIANCE)
    path = f"/audit/alerts/{new_id()}/closure"
    answer = await compliance.ask("POST", path, json={"finding": "nothing"})
    assert problem(answer) == (404, "audit.alert_not_found")
    answer = await auditor.ask("POST", path, json={"finding": "no business of mine"})
    assert problem(answer) == (403, "auth.forbidden")
