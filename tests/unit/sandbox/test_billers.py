"""The sandbox's billers: what is owed, each bill paid once, and what goes wrong on demand."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tongbao_sandbox import billers, clock, firms
from tongbao_sandbox.billers import BILLERS, TOKEN_DEFAULT
from tongbao_sandbox.main import create_app

NUMBER = "1000000001"
HEADERS = {"Authorization": f"Bearer {TOKEN_DEFAULT}"}


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """A sandbox of its own, on a day in January."""
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 1, 15, tzinfo=UTC))
    app = create_app(book=firms.load(count=2))
    return TestClient(app, headers=HEADERS, raise_server_exceptions=False)


def bills(client: TestClient, biller: str = "power-east", number: str = NUMBER) -> Any:
    answer = client.get(f"/billers/v1/billers/{biller}/bills", params={"customer_number": number})
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def told(bill: dict[str, Any], **facts: str) -> dict[str, str]:
    return {"biller": bill["biller"], "bill_id": bill["id"], "amount": bill["amount"], **facts}


def test_nobody_asks_without_the_token(client: TestClient) -> None:
    answer = client.get("/billers/v1/billers", headers={"Authorization": "Bearer wrong"})
    assert (answer.status_code, answer.json()["code"]) == (401, "biller.unauthenticated")


def test_the_directory_says_how_numbers_look(client: TestClient) -> None:
    items = client.get("/billers/v1/billers").json()["items"]
    assert {each["category"] for each in items} == {
        "electricity",
        "water",
        "phone",
        "tuition",
        "heating",
    }
    assert items[0]["number_pattern"] == "^[0-9]{10}$"
    assert [each["id"] for each in items] == [each.id for each in BILLERS]


def test_a_customer_owes_the_months_past_over_the_turn_of_the_year(client: TestClient) -> None:
    owed = bills(client)
    assert [(each["month"], each["due_on"], each["status"]) for each in owed] == [
        ("2025-11", "2025-11-28", "unpaid"),
        ("2025-12", "2025-12-28", "unpaid"),
    ]
    assert owed == bills(client)  # the same ones every time
    assert all(30 <= float(each["amount"]) <= 600 for each in owed)
    assert bills(client, number="1000000009") == []


@pytest.mark.parametrize(
    ("biller", "number", "code"),
    [
        ("power-east", "1000000000", "biller.unknown_customer"),
        ("power-east", "123", "biller.unknown_customer"),
        ("power-east", "１０００００００01", "biller.unknown_customer"),
        ("nobody", NUMBER, "biller.unknown"),
    ],
)
def test_whoever_is_unknown_owes_nothing(
    client: TestClient, biller: str, number: str, code: str
) -> None:
    path = f"/billers/v1/billers/{biller}/bills"
    answer = client.get(path, params={"customer_number": number})
    assert (answer.status_code, answer.json()["code"]) == (404, code)


def test_a_bill_is_paid_once_and_its_payment_may_be_told_again(client: TestClient) -> None:
    one, two = bills(client)
    assert client.get("/billers/v1/payments/r-1").json()["code"] == "biller.unknown_payment"
    paid = client.put("/billers/v1/payments/r-1", json=told(one))
    assert paid.status_code == 200
    assert paid.json()["amount"] == one["amount"]
    assert client.put("/billers/v1/payments/r-1", json=told(one)).json() == paid.json()
    assert client.get("/billers/v1/payments/r-1").json() == paid.json()
    assert [each["status"] for each in bills(client)] == ["paid", "unpaid"]
    for reference, body, refusal in (
        ("r-2", told(one), (409, "biller.already_paid")),
        ("r-1", told(two), (409, "biller.reference_used")),
        ("r-3", told(two, amount="0.01"), (422, "biller.wrong_amount")),
        ("r-3", told(two, bill_id=f"{NUMBER}-202501"), (404, "biller.unknown_bill")),
        ("r-3", told(two, biller="nobody"), (404, "biller.unknown")),
        ("r-3", told(two, amount="-1.00"), (422, "sandbox.bad_request")),
    ):
        answer = client.put(f"/billers/v1/payments/{reference}", json=body)
        assert (answer.status_code, answer.json()["code"]) == refusal
    assert client.get("/sandbox/bill-payments").json() == [paid.json()]


def test_of_many_payments_of_one_bill_at_once_one_is_taken(client: TestClient) -> None:
    (one, _) = bills(client)

    def pay(number: int) -> int:
        return client.put(f"/billers/v1/payments/r-{number}", json=told(one)).status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(pay, range(8))) == [200, *[409] * 7]
    assert len(client.get("/sandbox/bill-payments").json()) == 1


@pytest.mark.parametrize("kind", ["down", "error"])
def test_a_fault_before_leaves_nothing_paid(client: TestClient, kind: str) -> None:
    (one, _) = bills(client)
    client.put("/sandbox/service-faults/billers", json={"kind": kind, "times": 1})
    failed = client.put("/billers/v1/payments/r-1", json=told(one))
    assert failed.status_code == (503 if kind == "down" else 500)
    assert client.get("/billers/v1/payments/r-1").status_code == 404
    assert client.put("/billers/v1/payments/r-1", json=told(one)).status_code == 200


@pytest.mark.parametrize("kind", ["garbage", "malformed", "other_subject", "redirect"])
def test_a_fault_after_hides_that_it_was_paid(client: TestClient, kind: str) -> None:
    (one, _) = bills(client)
    client.put("/sandbox/service-faults/billers", json={"kind": kind, "times": 1})
    client.put("/billers/v1/payments/r-1", json=told(one), follow_redirects=False)
    found = client.get("/billers/v1/payments/r-1").json()
    assert (found["bill_id"], found["amount"]) == (one["id"], one["amount"])
    assert [each["status"] for each in bills(client)] == ["paid", "unpaid"]


def test_amounts_are_within_what_their_biller_bills() -> None:
    for biller in BILLERS:
        for month in range(1, 13):
            bill = billers.Bill(biller, "10000001", datetime(2026, month, 1, tzinfo=UTC).date())
            assert biller.least <= bill.amount_fen <= biller.most
