"""The sandbox's billers: bills, payments taken once, faults before and after they are taken."""

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from tongbao.kernel.ids import new_id
from tongbao_sandbox import clock, firms
from tongbao_sandbox.billers import BILLERS, SECRET_DEFAULT
from tongbao_sandbox.main import create_app
from tongbao_sandbox.server import running
from tongbao_sandbox.signed import answer_mac, request_mac

NUMBER = "3301000018"
QUERY = "/billers/v1/billers/hz-power/bill-queries"
FAULTS = "/sandbox/service-faults/billers"


class Signing(httpx2.Auth):
    """Signs each request, with whatever is `wrong` about it."""

    requires_request_body = True

    def __init__(self, secret: str = SECRET_DEFAULT, *, age: int = 0) -> None:
        self.secret, self.age = secret, age

    def auth_flow(
        self, request: httpx2.Request
    ) -> Generator[httpx2.Request, httpx2.Response, None]:
        facts = {"timestamp": str(int(clock.now().timestamp()) - self.age), "nonce": new_id().hex}
        mac = request_mac(
            self.secret,
            method=request.method,
            path=request.url.path,
            body=request.content,
            **facts,
        )
        request.headers.update(
            {"X-Timestamp": facts["timestamp"], "X-Nonce": facts["nonce"], "X-Signature": mac}
        )
        yield request


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running(create_app(book=firms.load(count=3))) as address:
        yield address


@pytest.fixture
def client(url: str) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=url, auth=Signing(), timeout=5) as opened:
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


@pytest.mark.parametrize("auth", [None, Signing("another"), Signing(age=301), Signing(age=-301)])
def test_who_does_not_sign_rightly_learns_nothing(url: str, auth: Signing | None) -> None:
    answer = httpx2.post(f"{url}{QUERY}", json={"customer_number": NUMBER}, auth=auth)
    assert code(answer) == (401, "billers.unsigned")
    assert "X-Signature" not in answer.headers


def test_answers_are_signed_refusals_too_but_for_the_fault(client: httpx2.Client) -> None:
    client.put(FAULTS, json={"kind": "wrong_signature", "times": 1}).raise_for_status()
    for number, right in ((NUMBER, False), (NUMBER, True), ("3301000100", True)):
        answer = client.post(QUERY, json={"customer_number": number})
        mac = answer_mac(
            SECRET_DEFAULT,
            nonce=answer.request.headers["X-Nonce"],
            status=answer.status_code,
            body=answer.content,
        )
        assert (answer.headers["X-Signature"] == mac) is right


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
    ("kind", "took"),
    [("down", 0), ("drop_before", 0), ("error", 1), ("cut_off", 1), ("garbage", 1),
     ("malformed", 1), ("wrong_signature", 1), ("doubled", 1)],
)  # fmt: skip
def test_a_fault_strikes_before_or_after_the_payment_is_taken(
    client: httpx2.Client, kind: str, took: int
) -> None:
    order, path = owed(client, f"f-{kind}"), f"/billers/v1/payments/{new_id()}"
    client.put(FAULTS, json={"kind": kind, "times": 1}).raise_for_status()
    try:
        answer = client.put(path, json=order)
        assert answer.status_code in {200, 500, 503}
    except httpx2.TransportError:
        assert kind in {"cut_off", "drop_before"}
    assert taken(client, order) == took
    assert client.get(path).status_code == (200 if took else 404)
    assert client.put(path, json=order).status_code == 200
    assert taken(client, order) == 1
