"""Collecting over HTTP, as shops and their customers do: codes both ways, links, requests."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest

from tests.e2e.test_company_users import Company, company
from tests.support.bank import PASSWORD, Bank, Caller, Customer, done, problem
from tests.support.people import begin, tell
from tongbao.core.accounts import service as accounts
from tongbao.core.identity import service as identity
from tongbao.core.identity.service import Role, UserKind
from tongbao.core.ledger import service as ledger
from tongbao.core.parties import service as parties
from tongbao.infra.web import unit_of_work
from tongbao.kernel.clock import now
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money

__all__ = ["company"]


def cny(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "CNY"}


@dataclass(frozen=True)
class Person(Caller):
    """Somebody with an account and money, who is logged in."""

    name: str = field(kw_only=True)
    account_id: str = field(kw_only=True)
    number: str = field(kw_only=True)
    party_id: UUID = field(kw_only=True)

    async def pay_at(self, path: str, body: dict[str, Any]) -> httpx2.Response:
        """Send a payment, confirmed where it must be."""
        order = body | {"debtor_account_id": self.account_id}
        return await self.stepped_up("POST", path, json=order, key=str(new_id()))

    async def money(self) -> str:
        answer = await self.get(f"/accounts/{self.account_id}/balance")
        return str(answer["booked"]["amount"])


async def new_person(bank: Bank, name: str, money: str = "1000.00") -> Person:
    at, login = now(), f"person-{new_id().hex[-12:]}"
    async with bank.database.write() as tx:
        party = await parties.register_person(tx, name=name, at=at)
        await parties.set_level(
            tx, party_id=party.id, level=parties.Level.FULL, reason="测试", changed_by=None, at=at
        )
        account = await accounts.open_account(tx, party_id=party.id, currency="CNY", at=at)
        cash = await ledger.internal_account(
            tx, code="test.cash", asset="CNY", category=ledger.Category.ASSET, name="现金", at=at
        )
        posting = ledger.NewPosting(
            debit=cash.id, credit=account.ledger_account_id, amount=Money.parse(money, "CNY")
        )
        (result,) = await ledger.post(
            tx,
            [
                ledger.NewTransaction(
                    id=ledger.TransactionId(new_id()), type="test.deposit", postings=(posting,)
                )
            ],
            at=at,
        )
        result.raise_for_refusal()
        await identity.create_user(
            tx,
            login=login,
            password=PASSWORD,
            name=name,
            kind=UserKind.CUSTOMER,
            roles=[Role.CUSTOMER],
            party_ids=[party.id],
            at=at,
        )
    answer = await bank.http.post(
        "/api/v1/identity/tokens", data={"username": login, "password": PASSWORD}
    )
    return Person(
        bank.http,
        {"Authorization": f"Bearer {done(answer)['access_token']}"},
        name=name,
        account_id=str(account.id),
        number=account.number,
        party_id=party.id,
    )


@dataclass(frozen=True)
class Shop:
    """A firm with a till."""

    firm: Customer
    account: dict[str, Any]
    till: dict[str, Any]

    @property
    def path(self) -> str:
        return f"/collecting/tills/{self.till['id']}"

    async def collected(self, **query: Any) -> list[Any]:
        items: list[Any] = (await self.firm.get("/collecting/payments", **query))["items"]
        return items


@pytest.fixture
async def shop(bank: Bank) -> Shop:
    firm = await bank.customer()
    account = await firm.open_account()
    till = await firm.post(
        "/collecting/tills",
        {
            "account_id": account["id"],
            "name": "江南小铺",
            "latin_name": "JIANGNAN SHOP",
            "latin_city": "HANGZHOU",
            "category_code": "5411",
        },
    )
    return Shop(firm, account, till)


@pytest.fixture
async def person(bank: Bank) -> Person:
    return await new_person(bank, "李小娜")


async def test_the_code_that_hangs_at_a_till(shop: Shop, person: Person) -> None:
    code = (await shop.firm.get(f"{shop.path}/code"))["code"]
    offer = await person.post("/collecting/scans", {"code": code})
    assert (offer["kind"], offer["amount"]) == ("till", None)
    assert offer["payee_name"] == shop.firm.firm.name
    refused = await person.ask(
        "POST",
        "/collecting/payments",
        json={"code": code, "debtor_account_id": person.account_id, "amount": cny("8.80")},
        key=str(new_id()),
    )
    assert problem(refused) == (403, "identity.step_up_required")
    receipt = done(
        await person.pay_at("/collecting/payments", {"code": code, "amount": cny("8.80")})
    )
    assert (receipt["means"], receipt["amount"]) == ("till_code", cny("8.80"))
    assert (receipt["payer"]["name"], receipt["payee"]["name"]) == (
        "李*娜",
        shop.firm.firm.name,
    )
    assert receipt["payer"]["account_number"] == f"**** {person.number[-4:]}"
    assert await person.money() == "991.20"
    (seen,) = await shop.collected(till_id=shop.till["id"])
    assert seen["payment_id"] == receipt["payment_id"]
    read = await person.get(f"/collecting/payments/{receipt['payment_id']}")
    assert read == receipt
    payment = await person.get(f"/payments/{receipt['payment_id']}")
    assert payment["status"] == "settled"
    too_much = await person.pay_at("/collecting/payments", {"code": code, "amount": cny("491.21")})
    assert problem(too_much) == (422, "limits.exceeded")
    kept = await person.get(f"/payments/{too_much.json()['payment_id']}")
    assert kept["status"] == "rejected"


async def test_a_code_for_one_sale(shop: Shop, person: Person) -> None:
    sale = await shop.firm.post(
        f"{shop.path}/codes", {"amount": cny("25.00"), "title": "早餐", "reference": "A-1"}
    )
    offer = await person.post("/collecting/scans", {"code": sale["code"]})
    assert (offer["kind"], offer["amount"], offer["title"]) == ("sale", cny("25.00"), "早餐")
    key = str(new_id())
    order = {"code": sale["code"], "debtor_account_id": person.account_id}
    paid = [
        await person.stepped_up("POST", "/collecting/payments", json=order, key=key)
        for _ in range(2)
    ]
    assert done(paid[0]) == done(paid[1])
    assert paid[1].headers["Idempotency-Replayed"] == "true"
    again = await person.pay_at("/collecting/payments", {"code": sale["code"]})
    assert problem(again) == (409, "collecting.link_ended")
    link = await shop.firm.get(f"/collecting/links/{sale['link_id']}")
    assert (link["state"], link["paid_count"]) == ("completed", 1)
    (seen,) = await shop.collected(reference="A-1", link_id=sale["link_id"])
    assert seen["means"] == "order_code"
    assert await person.money() == "975.00"


async def test_a_code_that_the_customer_shows(shop: Shop, person: Person) -> None:
    wanted = {"account_id": person.account_id, "per_payment": cny("200.00")}
    pay_code = done(await person.stepped_up("POST", "/collecting/pay-codes", json=wanted))
    shown = await person.post(f"/collecting/pay-codes/{pay_code['id']}/shown")
    charge = {"code": shown["code"], "amount": cny("12.50"), "reference": "B-1"}
    receipt = await shop.firm.post(f"{shop.path}/charges", charge)
    assert (receipt["means"], receipt["title"]) == ("pay_code", "江南小铺")
    replayed = await shop.firm.ask("POST", f"{shop.path}/charges", json=charge, key=str(new_id()))
    assert problem(replayed) == (409, "collecting.pay_code_not_good")
    assert await person.money() == "987.50"
    foreign = await person.ask("POST", f"{shop.path}/charges", json=charge, key=str(new_id()))
    assert problem(foreign) == (404, "collecting.unknown_till")
    off = await person.ask("DELETE", f"/collecting/pay-codes/{pay_code['id']}")
    assert off.status_code == 204
    assert (await person.get("/collecting/pay-codes"))["items"] == []
    gone = await person.ask("POST", f"/collecting/pay-codes/{pay_code['id']}/shown")
    assert problem(gone) == (404, "collecting.unknown_pay_code")


async def test_a_declined_charge_says_nothing_about_the_customer(bank: Bank, shop: Shop) -> None:
    poor = await new_person(bank, "穷", money="1.00")
    wanted = {"account_id": poor.account_id, "per_payment": cny("200.00")}
    pay_code = done(await poor.stepped_up("POST", "/collecting/pay-codes", json=wanted))
    shown = await poor.post(f"/collecting/pay-codes/{pay_code['id']}/shown")
    charge = {"code": shown["code"], "amount": cny("1.01")}
    key = str(new_id())
    for _ in range(2):
        answer = await shop.firm.ask("POST", f"{shop.path}/charges", json=charge, key=key)
        assert problem(answer) == (422, "collecting.charge_declined")
        told = answer.json().keys()
        assert told <= {"type", "title", "status", "detail", "code", "instance"}
    page = await poor.get("/payments", account_id=poor.account_id)
    assert [each["reason"]["code"] for each in page["items"]] == ["ledger.insufficient_funds"]
    assert await poor.money() == "1.00"


async def test_a_link_is_paid_by_other_customers(
    bank: Bank, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    friends = [await new_person(bank, name) for name in ("王芳", "赵强", "孙丽")]
    link = await person.post(
        "/collecting/links",
        {
            "account_id": person.account_id,
            "title": "年会份子",
            "amount": cny("88.00"),
            "payments_max": 2,
            "expires_at": (now() + timedelta(hours=1)).isoformat(timespec="seconds"),
        },
    )
    page = f"/collecting/pages/{link['token']}"
    seen = await bank.anybody.get(page)
    assert seen == {
        "title": "年会份子",
        "payee_name": "李*娜",
        "currency": "CNY",
        "amount": cny("88.00"),
        "state": "open",
        "expires_at": seen["expires_at"],
    }
    for friend in friends[:2]:
        done(await friend.pay_at(f"{page}/payments", {}))
    late = await friends[2].pay_at(f"{page}/payments", {})
    assert problem(late) == (409, "collecting.link_ended")
    assert await person.money() == "1176.00"
    assert (await bank.anybody.get(page))["state"] == "completed"
    anybody = await bank.anybody.ask(
        "POST",
        f"{page}/payments",
        json={"debtor_account_id": friends[2].account_id},
        key=str(new_id()),
    )
    assert problem(anybody) == (401, "auth.unauthenticated")
    stranger = await friends[0].ask("GET", f"/collecting/links/{link['id']}")
    assert problem(stranger) == (404, "collecting.unknown_link")
    nowhere = await bank.anybody.ask("GET", "/collecting/pages/no-such-link")
    assert problem(nowhere) == (404, "collecting.unknown_link")
    other = await person.post(
        "/collecting/links",
        {
            "account_id": person.account_id,
            "title": "随意",
            "expires_at": (now() + timedelta(minutes=2)).isoformat(timespec="seconds"),
        },
    )
    later = now() + timedelta(minutes=3)
    monkeypatch.setattr(unit_of_work, "now", lambda: later)
    over = await friends[2].pay_at(
        f"/collecting/pages/{other['token']}/payments", {"amount": cny("1.00")}
    )
    assert problem(over) == (409, "collecting.link_ended")
    assert (await person.get(f"/collecting/links/{other['id']}"))["state"] == "expired"


async def ask(person: Person, debtor: Person, **more: Any) -> Any:
    wanted = {
        "account_id": person.account_id,
        "debtor_account_number": debtor.number,
        "debtor_name": debtor.name,
        "amount": cny("100.00"),
        "title": "上月水电",
        "expires_at": (now() + timedelta(hours=2)).isoformat(timespec="seconds"),
    }
    return await person.post("/collecting/requests", wanted | more)


async def test_a_request_is_paid_in_part_and_in_full(bank: Bank, person: Person) -> None:
    await begin(bank)
    friend = await new_person(bank, "王芳")
    request = await ask(person, friend, in_parts=True)
    await tell(bank)
    told = {each["link"]: each["title"] for each in (await friend.get("/notices"))["items"]}
    assert told[f"/requests/{request['id']}"] == "Somebody asks you for ¥100.00"
    (seen,) = (await friend.get("/collecting/requests", side="payer"))["items"]
    assert (seen["payee_name"], seen["remaining"]) == ("李小娜", cny("100.00"))
    path = f"/collecting/requests/{request['id']}"
    part = done(await friend.pay_at(f"{path}/payments", {"amount": cny("30.00")}))
    assert part["means"] == "request"
    assert (await person.get(path))["remaining"] == cny("70.00")
    too_much = await friend.pay_at(f"{path}/payments", {"amount": cny("70.01")})
    assert problem(too_much) == (422, "collecting.more_than_asked")
    done(await friend.pay_at(f"{path}/payments", {}))
    paid = await person.get(path)
    assert (paid["state"], paid["paid"]) == ("paid", cny("100.00"))
    assert (await person.money(), await friend.money()) == ("1100.00", "900.00")
    again = await friend.pay_at(f"{path}/payments", {})
    assert problem(again) == (409, "collecting.request_ended")
    own = await person.pay_at(f"{path}/payments", {})
    assert problem(own) == (422, "collecting.other_side")


async def test_a_request_is_declined_or_is_over(
    bank: Bank, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    friend, stranger = await new_person(bank, "王芳"), await new_person(bank, "赵强")
    whole = await ask(person, friend)
    path = f"/collecting/requests/{whole['id']}"
    part = await friend.pay_at(f"{path}/payments", {"amount": cny("30.00")})
    assert problem(part) == (422, "collecting.part_not_allowed")
    unknown = await stranger.ask("POST", f"{path}/refusal", json={}, key=str(new_id()))
    assert problem(unknown) == (404, "collecting.unknown_request")
    declined = await friend.post(f"{path}/refusal", {"reason": "已另行支付"})
    assert (declined["state"], declined["decline_reason"]) == ("declined", "已另行支付")
    assert problem(await friend.pay_at(f"{path}/payments", {}))[1] == "collecting.request_ended"
    back = await person.ask("POST", f"{path}/cancellation", key=str(new_id()))
    assert problem(back) == (409, "collecting.request_ended")
    brief = await ask(
        person, friend, expires_at=(now() + timedelta(minutes=2)).isoformat(timespec="seconds")
    )
    later = now() + timedelta(minutes=3)
    monkeypatch.setattr(unit_of_work, "now", lambda: later)
    over = await friend.pay_at(f"/collecting/requests/{brief['id']}/payments", {})
    assert problem(over) == (409, "collecting.request_ended")
    assert over.json()["detail"] == "The request is over; no money moved"
    assert (await person.get(f"/collecting/requests/{brief['id']}"))["state"] == "expired"
    assert await friend.money() == "1000.00"


async def test_whom_a_phone_belongs_to_is_not_told(bank: Bank, person: Person) -> None:
    friend = await new_person(bank, "王芳")
    phone = f"138{new_id().int % 10**8:08d}"
    async with bank.database.write() as tx:
        point = await parties.add_contact(
            tx, party_id=friend.party_id, kind=parties.ContactKind.PHONE, value=phone, at=now()
        )
        await parties.verify_contact(tx, party_id=friend.party_id, contact_id=point.id, at=now())
    wanted: dict[str, Any] = {
        "account_id": person.account_id,
        "debtor_phone": phone,
        "debtor_name": "王芳",
        "amount": cny("10.00"),
        "title": "午饭",
        "expires_at": (now() + timedelta(hours=2)).isoformat(timespec="seconds"),
    }
    found = await person.post("/collecting/requests/by-phone", wanted)
    assert found["debtor_party_id"] == str(friend.party_id)
    answers = []
    for wrong in ({"debtor_name": "王方"}, {"debtor_phone": "13900139000"}):
        answer = await person.ask(
            "POST", "/collecting/requests/by-phone", json=wanted | wrong, key=str(new_id())
        )
        assert problem(answer) == (422, "collecting.debtor_not_found")
        answers.append({k: v for k, v in answer.json().items() if k != "instance"})
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    "code",
    [
        "",
        "x" * 513,
        "000201",
        "00020101021126540014cn.tongbao.pay01320197c0de00007000800000000000000152045411530315658",
        "\u202e00020163041234",
    ],
    ids=["nothing", "long", "short", "cut", "reversing"],
)
async def test_what_is_no_code_is_refused_in_words(person: Person, code: str) -> None:
    answer = await person.ask("POST", "/collecting/scans", json={"code": code}, language="zh")
    status, found = problem(answer)
    assert status == 422
    assert found in {"request.invalid", "emvco.malformed", "emvco.damaged"}


async def test_a_firm_pays_a_request_with_two_people(person: Person, company: Company) -> None:
    wanted = {
        "account_id": person.account_id,
        "debtor_account_number": company.account["number"],
        "debtor_name": company.firm.firm.name,
        "amount": cny("150.00"),
        "title": "维修费",
        "expires_at": (now() + timedelta(hours=2)).isoformat(timespec="seconds"),
    }
    request = await person.post("/collecting/requests", wanted)
    path = f"/collecting/requests/{request['id']}"
    maker, checker = company.people["maker"], company.people["checker"]
    order = {"debtor_account_id": company.account["id"]}
    held = await maker.stepped_up("POST", f"{path}/payments", json=order, key=str(new_id()))
    assert held.status_code == 202
    proposal = held.json()
    assert proposal["payload"]["creditor_name"] == person.name
    assert await company.balance() == "1000.00"
    approved = await checker.stepped_up(
        "POST",
        f"/proposals/{proposal['id']}/approval",
        json={"digest": proposal["digest"]},
        key=str(new_id()),
    )
    done(approved)
    assert (await person.get(path))["state"] == "paid"
    assert (await company.balance(), await person.money()) == ("850.00", "1150.00")
    (paid,) = (await person.get("/collecting/payments", request_id=request["id"]))["items"]
    assert paid["amount"] == cny("150.00")


async def test_a_link_that_ends_before_the_second_person_comes_is_not_paid(
    person: Person, company: Company
) -> None:
    wanted = {
        "account_id": person.account_id,
        "title": "维修费",
        "amount": cny("150.00"),
        "expires_at": (now() + timedelta(hours=2)).isoformat(timespec="seconds"),
    }
    link = await person.post("/collecting/links", wanted)
    maker, checker = company.people["maker"], company.people["checker"]
    order = {"debtor_account_id": company.account["id"]}
    page = f"/collecting/pages/{link['token']}"
    held = await maker.stepped_up("POST", f"{page}/payments", json=order, key=str(new_id()))
    assert held.status_code == 202
    done(await person.ask("POST", f"/collecting/links/{link['id']}/cancellation"))
    late = await checker.stepped_up(
        "POST",
        f"/proposals/{held.json()['id']}/approval",
        json={"digest": held.json()["digest"]},
        key=str(new_id()),
    )
    assert problem(late) == (409, "collecting.link_ended")
    assert await company.balance() == "1000.00"
    read = await company.firm.get(f"/proposals/{held.json()['id']}")
    assert read["state"] == "pending"
