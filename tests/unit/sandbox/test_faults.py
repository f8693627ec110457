import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.unit.sandbox.conftest import EMPTY, FIRM, NEIGHBOUR
from tongbao_sandbox.faults import Fault, Faults

CONTROL = "/sandbox/faults/tax-office"
NUMBER = FIRM.registration_number


def ask(client: TestClient, number: str = NUMBER, **parameters: Any) -> Any:
    return client.get(f"/tax/v1/taxpayers/{number}/invoices", params=parameters)


def put(client: TestClient, kind: str, **more: Any) -> None:
    client.put(CONTROL, json={"kind": kind, **more}).raise_for_status()


def test_down_refuses_and_says_when_to_come_back(client: TestClient) -> None:
    put(client, "down")

    response = ask(client)

    assert response.status_code == 503
    assert response.headers["retry-after"] == "1"
    assert response.json()["code"] == "tax_office.unavailable"


def test_error_is_an_internal_error(client: TestClient) -> None:
    put(client, "error")

    assert ask(client).status_code == 500


def test_garbage_is_no_json_under_a_good_status(client: TestClient) -> None:
    put(client, "garbage")

    response = ask(client)

    assert response.status_code == 200
    with pytest.raises(ValueError):  # noqa: PT011  (broken JSON, or a character cut in two)
        json.loads(response.content)


def test_malformed_is_json_with_a_number_for_an_amount(client: TestClient) -> None:
    put(client, "malformed")

    assert ask(client).json()["items"][0]["amount"] == 123.45
    assert ask(client, EMPTY.registration_number).json()["items"] == [None]


def test_wrong_totals_are_one_fen_off(client: TestClient) -> None:
    right = ask(client).json()
    put(client, "wrong_totals")

    wrong = ask(client).json()

    assert wrong["items"] == right["items"]
    assert wrong["totals"] == {**right["totals"], "amount": "999999181.07"}


def test_truncated_leaves_out_the_last_invoice_but_counts_it(client: TestClient) -> None:
    put(client, "truncated")

    page = ask(client).json()

    assert page["totals"]["count"] == 7
    assert len(page["items"]) == 6


def test_repeat_page_serves_the_first_page_again(client: TestClient) -> None:
    put(client, "repeat_page")

    first = ask(client, limit=4).json()
    second = ask(client, limit=4, cursor=first["next"]).json()

    assert second["items"] == first["items"]
    assert second["next"] is None


def test_repeat_page_makes_a_second_page_where_there_was_one(client: TestClient) -> None:
    put(client, "repeat_page")

    first = ask(client).json()
    second = ask(client, cursor=first["next"]).json()

    assert second["items"] == first["items"]


def test_endless_never_ends_and_never_repeats_an_id(client: TestClient) -> None:
    put(client, "endless")
    seen: list[str] = []
    cursor = None
    for _ in range(10):
        page = ask(client, limit=3, **({"cursor": cursor} if cursor else {})).json()
        assert page["totals"]["count"] == 7
        assert len(page["items"]) == 3
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
        assert cursor is not None

    assert len(set(seen)) == 30


def test_endless_of_a_taxpayer_without_invoices_has_empty_pages(client: TestClient) -> None:
    put(client, "endless")

    page = ask(client, EMPTY.registration_number).json()

    assert page["items"] == []
    assert page["next"] is not None


def test_other_taxpayer_answers_with_somebody_else(client: TestClient) -> None:
    put(client, "other_taxpayer")

    page = ask(client, limit=1).json()
    more = ask(client, limit=1, cursor=page["next"]).json()

    assert page["taxpayer"]["registration_number"] == NEIGHBOUR.registration_number
    assert page["totals"]["count"] == 2
    assert [page["items"][0]["amount"], more["items"][0]["amount"]] == ["5.00", "6.00"]
    assert more["next"] is None


def test_a_fault_strikes_as_often_as_it_is_told_and_after_as_many(client: TestClient) -> None:
    put(client, "down", times=2, after=1)

    assert [ask(client).status_code for _ in range(5)] == [200, 503, 503, 200, 200]
    assert client.get(CONTROL).json() == []


def test_a_fault_of_one_taxpayer_leaves_others_alone_and_goes_before_the_general_one(
    client: TestClient,
) -> None:
    put(client, "error")
    put(client, "down", registration_number=NUMBER, times=1)

    assert ask(client).status_code == 503
    assert ask(client, NEIGHBOUR.registration_number).status_code == 500
    assert ask(client).status_code == 500


def test_faults_are_listed_replaced_and_cleared(client: TestClient) -> None:
    put(client, "down", times=3)
    put(client, "slow", seconds=0.5)
    assert [fault["kind"] for fault in client.get(CONTROL).json()] == ["slow"]

    assert client.delete(CONTROL).status_code == 204

    assert client.get(CONTROL).json() == []
    assert ask(client).status_code == 200


def test_a_refused_caller_does_not_use_a_fault_up(client: TestClient) -> None:
    put(client, "down", times=1)

    assert client.get(
        f"/tax/v1/taxpayers/{NUMBER}/invoices", headers={"Authorization": "Bearer x"}
    ).is_client_error
    assert ask(client, cursor="x").status_code == 422
    assert ask(client).status_code == 503


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"kind": "explode"},
        {"kind": "down", "times": 0},
        {"kind": "down", "times": -1},
        {"kind": "down", "times": 1.5},
        {"kind": "down", "times": "1"},
        {"kind": "down", "times": True},
        {"kind": "down", "after": -1},
        {"kind": "slow", "seconds": -1},
        {"kind": "slow", "seconds": 1e9},
        {"kind": "slow", "seconds": "Infinity"},
        {"kind": "down", "extra": 1},
        {"kind": "down", "registration_number": "9" * 65},
        [],
        None,
    ],
)
def test_a_bad_fault_is_refused_and_not_set(client: TestClient, body: Any) -> None:
    response = client.put(CONTROL, json=body)

    assert response.status_code == 422
    assert response.json()["code"] == "sandbox.bad_request"
    assert client.get(CONTROL).json() == []


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b'{"kind": "slow", "seconds": NaN}', b"\xff", b'{"kind":"slow","seconds":1e400}'],
)
def test_a_fault_that_is_no_json_is_refused(client: TestClient, body: bytes) -> None:
    response = client.put(CONTROL, content=body, headers={"Content-Type": "application/json"})

    assert response.status_code in {400, 422}
    assert response.headers["content-type"] == "application/problem+json"
    assert client.get(CONTROL).json() == []


def test_counting_is_exact() -> None:
    faults = Faults()
    faults.put(Fault(kind="error", times=2, after=2))

    struck = [faults.strike("n") is not None for _ in range(6)]

    assert struck == [False, False, True, True, False, False]
