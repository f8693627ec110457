"""A person's way from nobody to somebody who may pay, over the API alone."""

from io import BytesIO
from typing import Any
from uuid import UUID

from PIL import Image

from tests.support.bank import Bank, Caller, problem
from tests.support.cards import card_of
from tongbao.core.identity.service import Role, UserKind
from tongbao_sandbox import people

TRUTH = people.load().people[60]


async def a_person(bank: Bank, name: str) -> tuple[Caller, str]:
    operations = await bank.staff()
    party = await operations.post("/parties", {"kind": "person", "name": name})
    headers = await bank._log_in(UserKind.CUSTOMER, Role.CUSTOMER, [UUID(party["id"])])
    return Caller(bank.http, headers), party["id"]


async def pay(payer: Caller, account: dict[str, Any], amount: str, to: dict[str, Any]) -> Any:
    return await payer.stepped_up(
        "POST",
        "/payments",
        key=f"pay-{amount}",
        json={
            "debtor_account_id": account["id"],
            "creditor_account_number": to["number"],
            "creditor_name": to["name"],
            "amount": {"amount": amount, "currency": "CNY"},
        },
    )


async def test_a_person_is_identified_and_may_pay_a_little(bank: Bank) -> None:
    person, party_id = await a_person(bank, TRUTH.name)
    shop = await bank.customer()
    to = {**await shop.open_account(), "name": shop.firm.name}
    refused = await person.ask("POST", "/accounts", json={"party_id": party_id})
    assert problem(refused) == (422, "accounts.level_too_low")
    assert refused.json()["missing"] == "id_card, identity_bureau"

    level = await person.get(f"/parties/{party_id}/level")
    assert (level["level"], level["next"]["needs"]) == (0, ["id_card", "identity_bureau"])
    case = await person.post("/kyc/cases", {"party_id": party_id, "level": 1})
    assert case["missing"] == ["id_card"]
    await person.ask("PUT", f"/kyc/cases/{case['id']}/id-card", json=card_of(TRUTH))
    await person.post(f"/kyc/cases/{case['id']}/check")
    await bank.work()

    done = await person.get(f"/kyc/cases/{case['id']}")
    assert (done["state"], done["findings"]) == ("approved", [])
    assert (await person.get(f"/parties/{party_id}"))["status"] == "active"
    account = await person.post("/accounts", {"party_id": party_id})
    assert account["account_class"] == 3
    without_money = await pay(person, account, "2000.00", to)
    assert problem(without_money) == (422, "ledger.insufficient_funds")
    too_much = await pay(person, account, "2000.01", to)
    assert problem(too_much) == (422, "limits.exceeded")


async def test_what_a_machine_will_not_decide_goes_to_staff(bank: Bank) -> None:
    person, party_id = await a_person(bank, "曾用名")
    case = await person.post("/kyc/cases", {"party_id": party_id, "level": 2})
    path = f"/kyc/cases/{case['id']}"
    other = people.load().people[61]
    body = card_of(TRUTH) | {"name": other.name, "number": other.id_number, "sex": other.sex}
    body |= {"born_on": other.born_on.isoformat()}
    await person.ask("PUT", f"{path}/id-card", json=body)
    out = BytesIO()
    Image.new("RGB", (300, 200), "white").save(out, "PNG")
    for kind in ("id_card_front", "id_card_back"):
        sent = await person.ask(
            "POST",
            "/kyc/pictures",
            params={"case_id": case["id"], "kind": kind},
            content=out.getvalue(),
            headers={"Content-Type": "image/png"},
        )
        assert sent.status_code == 201, sent.text
    await person.post(f"{path}/check")
    await bank.work()

    waiting = await person.get(path)
    assert waiting["state"] == "needs_staff"
    found = {each["finding"]: each for each in waiting["findings"]}
    assert {"name_differs", "picture_unread"} <= found.keys()
    assert all(each["reason"] and each["next_step"] for each in found.values())
    risk = await bank.staff(Role.STAFF_RISK)
    queue = await risk.get("/kyc/cases", state="needs_staff")
    assert case["id"] in [each["id"] for each in queue["items"]]
    await risk.post(f"{path}/decision", {"approve": False, "reason": "姓名无法核实"})
    assert (await person.get(path))["state"] == "refused"
    assert (await person.get(f"/parties/{party_id}/level"))["level"] == 0
