"""Core data whole: for a reason, noted, never kept on the way."""

from urllib.parse import quote
from uuid import UUID

import pytest

from tests.support.bank import Bank, problem
from tests.unit.core.privacy.conftest import ID_NUMBER, PHONE, Person, person_of
from tongbao.core.identity.service import Role
from tongbao.core.privacy.domain.reveal import Subject
from tongbao.kernel.ids import new_id

WHY = {"X-Reason": quote("客户来电核实身份")}
SUBJECTS = tuple(subject.value for subject in Subject)


def revealed(bank: Bank, person: Person, what: str) -> list[str]:
    """Return by whom one thing of a person was revealed, as events and audit trail tell alike."""
    told = bank.query(
        "SELECT payload->>'by' FROM infra_outbox WHERE type = 'privacy.revealed'"
        " AND payload->>'object_id' = %s AND payload->>'what' = %s ORDER BY seq",
        person.ids[what],
        what,
    )
    written = bank.query(
        "SELECT actor_id::text FROM infra_audit WHERE action = %s AND object_id = %s"
        " AND subject_id = %s AND reason <> '' ORDER BY seq",
        f"parties.{what}.revealed",
        person.ids[what],
        UUID(person.party_id),
    )
    assert told == written
    return [by for (by,) in told]


async def test_staff_see_a_value_whole_for_a_reason_and_it_is_noted(bank: Bank) -> None:
    person = await person_of(bank)
    risk = await bank.staff(Role.STAFF_RISK)
    me = (await risk.get("/identity/me"))["id"]
    for what, value in (("contact", PHONE), ("document", ID_NUMBER)):
        answer = await risk.ask("POST", person.path(what), headers=WHY)
        assert answer.json() == {"value": value}
        assert answer.headers["cache-control"] == "no-store"
        assert revealed(bank, person, what) == [me]
    evidence = await risk.ask("POST", person.path("evidence"), headers=WHY)
    assert evidence.json()["facts"]["number"] == ID_NUMBER
    assert revealed(bank, person, "evidence") == [me]


async def test_a_picture_comes_back_as_an_attachment_drawn_anew(bank: Bank) -> None:
    person = await person_of(bank)
    operations = await bank.staff()
    got = await operations.ask("POST", person.path("picture"), headers=WHY)
    assert got.status_code == 200
    assert got.content.startswith(b"\xff\xd8\xff")
    assert b"<script>" not in got.content
    assert got.headers["content-type"] == "image/jpeg"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-disposition"] == (
        f"attachment; filename*=UTF-8''{quote('身份证.html')}"
    )
    assert "sandbox" in got.headers["content-security-policy"]
    assert got.headers["cache-control"] == "no-store"
    assert len(revealed(bank, person, "picture")) == 1


@pytest.mark.parametrize("what", SUBJECTS)
async def test_staff_without_a_reason_see_nothing(bank: Bank, what: str) -> None:
    person = await person_of(bank)
    operations = await bank.staff()
    for headers in ({}, {"X-Reason": "ab"}, {"X-Reason": "%FF%FE%FD"}):
        answer = await operations.ask("POST", person.path(what), headers=headers)
        assert problem(answer) == (422, "request.reason_missing")
    assert revealed(bank, person, what) == []


@pytest.mark.parametrize("what", SUBJECTS)
async def test_people_see_data_on_themselves_after_a_step_up_each(bank: Bank, what: str) -> None:
    person = await person_of(bank)
    asked = await person.caller.ask("POST", person.path(what))
    assert problem(asked) == (403, "identity.step_up_required")
    assert asked.json()["action"]["facts"]["id"] == person.ids[what]
    assert revealed(bank, person, what) == []
    answer = await person.caller.stepped_up("POST", person.path(what))
    assert answer.status_code == 200, answer.text
    assert len(revealed(bank, person, what)) == 1
    again = await person.caller.ask("POST", person.path(what))
    assert problem(again) == (403, "identity.step_up_required")


@pytest.mark.parametrize("what", SUBJECTS)
async def test_whoever_may_not_learns_nothing(bank: Bank, person: Person, what: str) -> None:
    stranger = await person_of(bank)
    for path in (person.path(what), person.path(what, of=str(new_id()))):
        answer = await stranger.caller.ask("POST", path)
        assert problem(answer) == (404, "parties.unknown_party")
    mixed = await stranger.caller.ask("POST", person.path(what, of=stranger.party_id))
    assert problem(mixed)[0] == 404
    for role in (Role.STAFF_SERVICE, Role.AUDITOR, Role.STAFF_ADMINISTRATOR):
        caller = await bank.staff(role)
        answer = await caller.ask("POST", person.path(what), headers=WHY)
        assert problem(answer) == (404, "parties.unknown_party")
    assert problem(await bank.anybody.ask("POST", person.path(what)))[0] == 401


@pytest.mark.parametrize("what", SUBJECTS)
async def test_an_answer_is_kept_under_no_key(bank: Bank, person: Person, what: str) -> None:
    operations = await bank.staff()
    key = str(new_id())
    answer = await operations.ask("POST", person.path(what), headers=WHY, key=key)
    kept = bank.query("SELECT count(*) FROM infra_idempotency WHERE key = %s", key)
    assert kept == [(0,)]
    assert answer.is_success


async def test_removed_and_unknown_things_are_refused_alike(bank: Bank) -> None:
    person = await person_of(bank)
    await person.caller.ask(
        "DELETE", f"/parties/{person.party_id}/contacts/{person.ids['contact']}"
    )
    operations = await bank.staff()
    gone = await operations.ask("POST", person.path("contact"), headers=WHY)
    assert problem(gone) == (404, "parties.unknown_contact")
    for what, code in (
        ("contact", "parties.unknown_contact"),
        ("document", "parties.unknown_document"),
        ("evidence", "parties.unknown_evidence"),
        ("picture", "files.unknown"),
    ):
        nothing = Person(person.caller, person.party_id, {what: str(new_id())})
        answer = await operations.ask("POST", nothing.path(what), headers=WHY)
        assert problem(answer) == (404, code)
