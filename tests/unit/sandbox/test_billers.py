"""The sandbox's billers: bills, payments taken once, faults before and after they are taken."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from tongbao.kernel.ids import new_id
from tongbao_sandbox import firms
from tongbao_sandbox.billers import BILLERS
from tongbao_sandbox.identity_services import TOKEN_DEFAULT
from tongbao_sandbox.main import create_app
from tongbao_sandbox.server import running

NUMBER = "3301000018"
QUERY = "/billers/v1/billers/hz-power/bill-queries"
FAULTS = "/sandbox/service-faults/billers"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running(create_app(book=firms.load(count=3))) as address:
        yield address


@pytest.fixture
def client(url: str) -> Iterator[httpx2.Client]:
    headers = {"Authorization": f"Bearer {TOKEN_DEFAULT}"}
    with httpx2.Client(base_url=url, headers=headers, timeout=5) as opened:
        yield opened
        opened.delete(FAULTS)


def bills(client: httpx2.Client, number: str = NUMBER) -> list[dict[str, Any]]:
    answer = client.post(QUERY, json={"customer_number": number})
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.json()["bills"]
    return found


def owed(client: httpx2.Client, period: str) -> dict[str, str]:
    """Have the customer owe something that no other test pays; return how it is paid."""
    new = {
        "customer_number": NUMBER,
        "period": period,
        "amount": "64.20",
        "due_on": "2026-01-25",
    }
    made = client.post("/sandbox/billers/hz-power/bills", json=new).json()
    return {"bill_reference": made["reference"], "amount": made["amount"]}


def code(answer: httpx2.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def taken(client: httpx2.Client, payment: dict[str, str]) -> int:
    """How often a bill was paid, in truth."""
    paid = client.get("/sandbox/billers/payments").json()
    return sum(each["bill_reference"] == payment["bill_reference"] for each in paid)


def test_every_kind_of_bill_has_a_biller(client: httpx2.Client) -> None:
    listed = client.get("/billers/v1/billers").json()["billers"]
    kinds = {each["kind"] for each in listed}
    assert kinds == {"electricity", "water", "gas", "heating", "phone", "tuition"}
    assert {each["code"] for each in listed} == set(BILLERS)


@pytest.mark.parametrize(
    ("number", "found"),
    [("3301000100", "billers.unknown_customer"), ("330100018", "billers.unknown_customer"),
     ("x", "sandbox.bad_request")],
)  # fmt: skip
def test_a_number_that_is_nobodys(client: httpx2.Client, number: str, found: str) -> None:
    assert code(client.post(QUERY, json={"customer_number": number}))[1] == found


def test_who_has_no_token_learns_nothing(url: str) -> None:
    answer = httpx2.post(f"{url}{QUERY}", json={"customer_number": NUMBER})
    assert code(answer) == (401, "service.unauthenticated")


def test_an_unknown_biller(client: httpx2.Client) -> None:
    answer = client.post(
        "/billers/v1/billers/nobody/bill-queries", json={"customer_number": NUMBER}
    )
    assert code(answer) == (404, "billers.unknown_biller")


def test_a_bill_is_the_same_until_it_is_paid_and_then_gone(client: httpx2.Client) -> None:
    number = "3301000077"
    (bill,) = bills(client, number)
    assert bills(client, number) == [bill]
    assert number not in bill["reference"]
    order = {"bill_reference": bill["reference"], "amount": bill["amount"]}
    paid = client.put(f"/billers/v1/payments/{new_id()}", json=order).json()
    assert paid["receipt_number"].startswith("R")
    assert client.get(f"/billers/v1/payments/{paid['payment_id']}").json() == paid
    assert bills(client, number) == []


def test_a_payment_is_taken_once_however_often_it_is_sent(client: httpx2.Client) -> None:
    order, path = owed(client, "once"), f"/billers/v1/payments/{new_id()}"
    first, again = (client.put(path, json=order).json() for _ in range(2))
    assert first == again
    assert code(client.put(path, json=order | {"amount": "64.21"})) == (
        409,
        "billers.other_content",
    )
    other = client.put(f"/billers/v1/payments/{new_id()}", json=order)
    assert code(other) == (409, "billers.already_paid")
    assert taken(client, order) == 1


def test_of_many_who_pay_at_once_one_does(client: httpx2.Client) -> None:
    order = owed(client, "race")

    def pay(_: int) -> int:
        return client.put(f"/billers/v1/payments/{new_id()}", json=order).status_code

    with ThreadPoolExecutor(8) as threads:
        statuses = sorted(threads.map(pay, range(8)))
    assert statuses == [200, *[409] * 7]
    assert taken(client, order) == 1


def test_what_is_wrong_is_not_taken(client: httpx2.Client) -> None:
    order = owed(client, "wrong")
    path = f"/billers/v1/payments/{new_id()}"
    assert code(client.get(path)) == (404, "billers.unknown_payment")
    differs = client.put(path, json=order | {"amount": "64.19"})
    assert code(differs) == (422, "billers.amount_differs")
    unknown = client.put(path, json=order | {"bill_reference": "f" * 24})
    assert code(unknown) == (404, "billers.unknown_bill")
    assert code(client.put(path, json=order | {"amount": "64.2"}))[0] == 422
    assert taken(client, order) == 0
    assert code(client.get(path)) == (404, "billers.unknown_payment")


@pytest.mark.parametrize(
    ("kind", "took"), [("down", 0), ("error", 1), ("cut_off", 1), ("garbage", 1), ("malformed", 1)]
)
def test_a_fault_strikes_before_or_after_the_payment_is_taken(
    client: httpx2.Client, kind: str, took: int
) -> None:
    order, path = owed(client, f"fault-{kind}"), f"/billers/v1/payments/{new_id()}"
    client.put(FAULTS, json={"kind": kind, "times": 1}).raise_for_status()
    try:
        answer = client.put(path, json=order)
        assert answer.status_code in {200, 500, 503}
    except httpx2.TransportError:
        assert kind == "cut_off"
    assert taken(client, order) == took
    assert client.get(path).status_code == (200 if took else 404)
    assert client.put(path, json=order).status_code == 200
    assert taken(client, order) == 1
