"""A household's bills over HTTP, against the sandbox's billers: asked, paid, paid by mandate."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest

from tests.e2e.test_collecting_journey import Person, cny, new_person
from tests.support.bank import Bank, done, problem
from tongbao.core.identity.service import Role
from tongbao.kernel.clock import now
from tongbao.products.bills import service as bills
from tongbao_sandbox.billers import SECRET_DEFAULT

NUMBER = "3301000018"
FAULTS = "/sandbox/service-faults/billers"


@pytest.fixture
def connected(bank: Bank) -> Iterator[None]:
    gateway = bills.BillersGateway(
        base_url=f"{bank.outside.url}/billers", secret=SECRET_DEFAULT, clock=now
    )
    bills.configure(bills.Configuration(gateway=gateway))
    yield
    bills.configure(bills.Configuration())


async def outside(bank: Bank, method: str, path: str, body: object = None) -> Any:
    async with httpx2.AsyncClient(base_url=bank.outside.url) as http:
        return done(await http.request(method, path, json=body))


async def engaged(bank: Bank) -> str:
    """Have two members of staff say where the power company is paid; return its account."""
    await bills.refresh_directory(bank.database, at=now())
    company = await bank.customer()
    account = await company.open_account()
    operations = await bank.staff()
    compliance = await bank.staff(Role.STAFF_COMPLIANCE)
    wanted = {"account_number": account["number"], "reason": "代收协议"}
    proposed = done(await operations.ask("PUT", "/bills/billers/hz-power/account", json=wanted))
    decided = {"digest": proposed["digest"]}
    await compliance.post(f"/proposals/{proposed['id']}/approval", decided)
    return str(account["id"])


async def asked(bank: Bank, person: Person, path: str, body: object = None) -> Any:
    """Ask a biller and have the worker ask it; return the answer."""
    query = await person.post(path, body)
    assert query["state"] == "asking"
    await bills.carry_out(bank.database, UUID(query["id"]), at=now())
    return await person.get(f"/bills/queries/{query['id']}")


async def paid_by_hand(bank: Bank, person: Person, whose: dict[str, str]) -> Any:
    """Ask for the bill of this month and pay it; the biller's first answer is lost."""
    found = await asked(bank, person, "/bills/queries", whose)
    assert (found["state"], found["customer_number"]) == ("answered", "*******018")
    (bill,) = found["bills"]
    wanted = {"bill_id": bill["id"]}
    paid = done(await person.pay_at("/bills/payments", wanted))
    assert (paid["state"], paid["amount"]) == ("paid", bill["amount"])
    again = await person.pay_at("/bills/payments", wanted)
    assert problem(again) == (409, "bills.already_paid")
    await outside(bank, "PUT", FAULTS, {"kind": "cut_off", "times": 1})
    assert await bills.drive(bank.database, clock=now) == 1
    assert (await person.get(f"/bills/payments/{paid['id']}"))["state"] == "unknown"
    await bills.drive(bank.database, clock=lambda: now() + timedelta(seconds=3))
    told = await person.get(f"/bills/payments/{paid['id']}")
    assert told["state"] == "confirmed"
    truth = await outside(bank, "GET", "/sandbox/billers/payments")
    (taken,) = [each for each in truth if each["payment_id"] == paid["id"]]
    assert taken["receipt_number"] == told["receipt_number"]
    history = await person.get(f"/bills/payments/{paid['id']}/history")
    steps = [each["after"] for each in history["items"]]
    assert steps == ["paid", "telling", "unknown", "confirmed"]
    receipt = await person.post(f"/payments/{paid['payment_id']}/receipts", {"language": "zh"})
    assert receipt["id"]
    return bill


@pytest.mark.usefixtures("connected")
async def test_bills_are_asked_for_paid_and_paid_by_mandate(bank: Bank) -> None:
    company_account = await engaged(bank)
    person = await new_person(bank, "住户")
    (biller,) = (await person.get("/bills/billers", category="electricity"))["items"]
    assert (biller["code"], biller["payable"]) == ("hz-power", True)
    assert biller["number"] == {"label": "Account number", "digits": 10}

    whose = {"party_id": str(person.party_id), "biller": "hz-power", "customer_number": NUMBER}
    bill = await paid_by_hand(bank, person, whose)

    # From now on by itself: what appears is paid once, what is too much is not.
    number = {**whose, "nickname": "家"}
    saved = await person.post("/bills/saved", number)
    assert NUMBER not in str(saved)
    mandate = {"saved_id": saved["id"], "maximum": cny("100.00")}
    made = done(await person.pay_at("/bills/mandates", mandate))
    assert made["state"] == "active"
    owed = {"customer_number": NUMBER, "due_on": "2199-01-25"}
    for period, amount in (("2199-01", "64.20"), ("2199-02", "100.01")):
        await outside(
            bank, "POST", "/sandbox/billers/hz-power/bills",
            {**owed, "period": period, "amount": amount},
        )  # fmt: skip
    for _ in range(3):
        await bills.pay_mandates(bank.database, clock=now)
    outcomes = (await person.get(f"/bills/mandates/{made['id']}/history"))["bills"]
    by_period = {each["period"]: each["outcome"] for each in outcomes}
    assert by_period == {"2199-01": "paid", "2199-02": "above_maximum"}
    await bills.drive(bank.database, clock=now)
    kept = (await person.get("/bills/payments", party_id=str(person.party_id)))["items"]
    assert [(each["state"], each["mandate_id"] is None) for each in kept] == [
        ("confirmed", False),
        ("confirmed", True),
    ]
    left = await asked(bank, person, f"/bills/saved/{saved['id']}/queries")
    assert [each["period"] for each in left["bills"]] == ["2199-02"]
    gone = 1000_00 - int(bill["amount"]["amount"].replace(".", "")) - 64_20
    assert await person.money() == f"{gone // 100}.{gone % 100:02}"
    ended = await person.post(f"/bills/mandates/{made['id']}/end")
    assert ended["state"] == "ended"
    staff = await bank.staff()
    assert (await staff.get("/bills/stuck"))["items"] == []
    entries = (await staff.get("/bills/directory"))["items"]
    (entry,) = [each for each in entries if each["biller"]["code"] == "hz-power"]
    assert entry["account_id"] == company_account
