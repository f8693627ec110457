"""The right to erasure: what may go is gone for good, what the law keeps stays."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tests.support.bank import Bank, done, problem
from tests.unit.core.privacy.conftest import ID_NUMBER, PHONE, Person, person_of
from tongbao.core.accounts import service as accounts
from tongbao.core.identity.service import Role
from tongbao.core.ledger import service as ledger
from tongbao.core.parties import service as parties
from tongbao.core.privacy import service
from tongbao.core.privacy.domain.erasure import Hold, KeptFor, file_hold
from tongbao.infra import crypto
from tongbao.kernel.clock import now

CLOSED = datetime(2024, 2, 29, 9, 0, tzinfo=UTC)
WHY = {"X-Reason": "erasure%20asked%20for"}


def erasure(party_id: str) -> str:
    return f"/privacy/parties/{party_id}/erasure"


async def opens_nothing(bank: Bank, person: Person) -> bool:
    async with bank.database.read() as tx:
        return (await crypto.box(tx, owner=UUID(person.party_id))).erased


async def known_of(bank: Bank, person: Person) -> list[object]:
    """Return what is still known of a person, by staff who may see everything."""
    operations = await bank.staff()
    path = f"/parties/{person.party_id}"
    return [
        (await operations.get(f"{path}/contacts"))["items"],
        (await operations.get(f"{path}/documents"))["items"],
        (await operations.get(f"{path}/addresses"))["items"],
        set((await operations.get(f"{path}/person")).values()),
    ]


async def test_who_was_no_customer_yet_is_forgotten_at_once(bank: Bank) -> None:
    person = await person_of(bank)
    me = await person.caller.get("/identity/me")
    assert await person.caller.get(erasure(person.party_id)) == {
        "erased": False,
        "holds": [],
        "queued_for": None,
    }
    asked = await person.caller.ask("POST", erasure(person.party_id))
    assert problem(asked) == (403, "identity.step_up_required")
    assert not await opens_nothing(bank, person)
    answer = await person.caller.stepped_up("POST", erasure(person.party_id))
    assert (answer.status_code, answer.content) == (204, b"")
    assert await opens_nothing(bank, person)
    assert problem(await person.caller.ask("GET", "/identity/me"))[0] == 401
    assert await known_of(bank, person) == [[], [], [], {None}]
    operations = await bank.staff()
    outlook = await operations.get(erasure(person.party_id))
    assert outlook == {"erased": True, "holds": [], "queued_for": None}
    for what in ("contact", "document", "picture"):
        gone = await operations.ask("POST", person.path(what), headers=WHY)
        assert problem(gone)[0] == 404
    assert bank.query(
        "SELECT login, name, blocked_at IS NULL FROM identity_user WHERE id = %s", UUID(me["id"])
    ) == [(f"erased-{UUID(me['id']).hex}", "(erased)", False)]
    assert bank.query(
        "SELECT count(*) FROM infra_audit WHERE action = 'parties.party.erased'"
        " AND subject_id = %s",
        UUID(person.party_id),
    ) == [(1,)]
    text = str(bank.query("SELECT * FROM parties_contact WHERE party_id = %s", person.party_id))
    assert PHONE not in text


async def test_a_customer_with_an_account_is_told_what_keeps_the_data(bank: Bank) -> None:
    customer = await bank.customer()
    await customer.open_account()
    outlook = await customer.get(erasure(customer.party_id))
    assert [each["ground"] for each in outlook["holds"]] == ["open_account", "customer_file"]
    answer = await customer.stepped_up("POST", erasure(customer.party_id), language="zh")
    assert problem(answer) == (422, "privacy.erasure_held")
    assert {each["ground"] for each in answer.json()["holds"]} == {"open_account", "customer_file"}
    assert (await customer.get("/identity/me"))["party_ids"] == [customer.party_id]


async def test_a_running_loan_keeps_the_data(bank: Bank) -> None:
    customer = await bank.customer()
    account = await customer.open_account()
    await customer.consent()
    application = await customer.post("/lending/applications", {"account_id": account["id"]})
    path = f"/lending/applications/{application['id']}"
    await bank.work()
    drawn = {"amount": "300000.00", "currency": "CNY"}
    words = await customer.get(f"{path}/agreement", amount=drawn["amount"], language="zh")
    body = {"amount": drawn, "text_digest": words["text_digest"]}
    await customer.post(f"{path}/acceptance", body)
    outlook = await customer.get(erasure(customer.party_id))
    assert "running_loan" in [each["ground"] for each in outlook["holds"]]


async def test_staff_propose_and_another_of_them_approves(bank: Bank) -> None:
    person = await person_of(bank)
    operations, compliance = await bank.staff(), await bank.staff(Role.STAFF_COMPLIANCE)
    proposal = done(await operations.ask("POST", erasure(person.party_id)))
    assert not await opens_nothing(bank, person)
    decided = {"digest": proposal["digest"]}
    own = await operations.ask("POST", f"/proposals/{proposal['id']}/approval", json=decided)
    assert own.is_error
    done(await compliance.ask("POST", f"/proposals/{proposal['id']}/approval", json=decided))
    assert await opens_nothing(bank, person)


async def test_what_came_to_keep_the_data_meanwhile_stops_the_approval(bank: Bank) -> None:
    person = await person_of(bank)
    operations, compliance = await bank.staff(), await bank.staff(Role.STAFF_COMPLIANCE)
    proposal = done(await operations.ask("POST", erasure(person.party_id)))
    async with bank.database.write() as tx:
        await parties.set_level(
            tx,
            party_id=UUID(person.party_id),
            level=parties.Level.FULL,
            reason="已核实",
            changed_by=None,
            at=now(),
        )
    path = f"/proposals/{proposal['id']}/approval"
    answer = await compliance.ask("POST", path, json={"digest": proposal["digest"]})
    assert problem(answer) == (422, "privacy.erasure_held")
    assert not await opens_nothing(bank, person)


async def test_the_books_and_their_proofs_stay_valid(bank: Bank) -> None:
    customer = await bank.customer()
    await customer.open_account()
    person = await person_of(bank)
    done(await person.caller.stepped_up("POST", erasure(person.party_id)))
    async with bank.database.read() as tx:
        assert await ledger.verify(tx) == []


async def test_nobody_erases_others(bank: Bank, person: Person) -> None:
    stranger = await person_of(bank)
    for who in (stranger.caller, await bank.staff(Role.STAFF_SERVICE)):
        answer = await who.ask("POST", erasure(person.party_id))
        assert problem(answer) == (404, "parties.unknown_party")
    assert ID_NUMBER[:4] in str(await known_of(bank, person))


@pytest.mark.parametrize(
    ("closed_at", "at", "hold"),
    [
        (None, CLOSED, Hold(KeptFor.CUSTOMER_FILE)),
        (CLOSED, CLOSED, Hold(KeptFor.CUSTOMER_FILE, datetime(2029, 3, 1, 9, 0, tzinfo=UTC))),
        (CLOSED, datetime(2029, 3, 1, 9, 0, tzinfo=UTC), None),
    ],
)
def test_a_customers_file_is_kept_five_years(
    closed_at: datetime | None, at: datetime, hold: Hold | None
) -> None:
    assert file_hold(was_customer=True, closed_at=closed_at, at=at) == hold
    assert file_hold(was_customer=False, closed_at=closed_at, at=at) is None


async def former_customer(bank: Bank) -> Person:
    """Make a person who was a customer until a moment ago."""
    person = await person_of(bank)
    party_id = UUID(person.party_id)
    async with bank.database.write() as tx:
        await parties.set_level(
            tx,
            party_id=party_id,
            level=parties.Level.FULL,
            reason="已核实",
            changed_by=None,
            at=now(),
        )
        await parties.change_status(
            tx,
            party_id=party_id,
            status=parties.Status.CLOSED,
            reason="客户要求销户",
            changed_by=None,
            at=now(),
        )
    return person


async def when_due(bank: Bank, person: Person) -> datetime:
    ((due,),) = bank.query(
        "SELECT due_at FROM privacy_erasure WHERE party_id = %s AND done_at IS NULL",
        UUID(person.party_id),
    )
    assert isinstance(due, datetime)
    return due


async def test_what_only_the_five_years_keep_is_erased_when_they_are_over(bank: Bank) -> None:
    person = await former_customer(bank)
    path = erasure(person.party_id)
    answer = await person.caller.stepped_up("POST", path)
    assert answer.status_code == 202, answer.text
    outlook = answer.json()
    (held,) = outlook["holds"]
    assert (held["ground"], outlook["erased"]) == ("customer_file", False)
    assert outlook["queued_for"] == held["until"] is not None
    assert await person.caller.get(path) == outlook
    again = await person.caller.stepped_up("POST", path)  # asked for once is enough
    assert again.json() == outlook
    due = await when_due(bank, person)
    assert datetime.fromisoformat(held["until"]) == due
    assert bank.query(
        "SELECT count(*) FROM infra_audit WHERE action = 'parties.party.erasure_queued'"
        " AND subject_id = %s",
        UUID(person.party_id),
    ) == [(1,)]

    assert await service.erase_due(bank.database, at=due - timedelta(seconds=1)) == 0
    assert not await opens_nothing(bank, person)
    assert await service.erase_due(bank.database, at=due) == 1
    assert await opens_nothing(bank, person)
    assert await service.erase_due(bank.database, at=due) == 0
    operations = await bank.staff()
    outlook = await operations.get(path)
    assert (outlook["erased"], outlook["queued_for"]) == (True, None)


async def test_a_relation_that_began_again_keeps_what_waited(bank: Bank) -> None:
    person = await former_customer(bank)
    assert (await person.caller.stepped_up("POST", erasure(person.party_id))).status_code == 202
    due = await when_due(bank, person)
    async with bank.database.write() as tx:
        await accounts.open_account(tx, party_id=UUID(person.party_id), currency="CNY", at=now())
    assert await service.erase_due(bank.database, at=due) == 0
    assert not await opens_nothing(bank, person)
    assert await when_due(bank, person) == due + timedelta(days=30)


async def test_staffs_proposal_waits_as_well(bank: Bank) -> None:
    person = await former_customer(bank)
    operations, compliance = await bank.staff(), await bank.staff(Role.STAFF_COMPLIANCE)
    proposal = done(await operations.ask("POST", erasure(person.party_id)))
    decided = {"digest": proposal["digest"]}
    done(await compliance.ask("POST", f"/proposals/{proposal['id']}/approval", json=decided))
    assert not await opens_nothing(bank, person)
    assert await service.erase_due(bank.database, at=await when_due(bank, person)) == 1
    assert await opens_nothing(bank, person)
