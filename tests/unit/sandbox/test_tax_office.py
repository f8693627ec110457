import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.unit.sandbox.conftest import CONSENT, EMPTY, FIRM, NEIGHBOUR
from tongbao_sandbox.main import TOKEN_DEFAULT
from tongbao_sandbox.tax_office import InvoicePage

PATH = f"/tax/v1/taxpayers/{FIRM.registration_number}/invoices"


def walk(client: TestClient, path: str, limit: int) -> list[dict[str, Any]]:
    """Return every page of a taxpayer."""
    pages = [client.get(path, params={"limit": limit}).raise_for_status().json()]
    while pages[-1]["next"] is not None:
        assert len(pages) < 100
        parameters = {"limit": limit, "cursor": pages[-1]["next"]}
        pages.append(client.get(path, params=parameters).raise_for_status().json())
    return pages


def test_a_page_has_the_documented_shape(client: TestClient) -> None:
    response = client.get(PATH, params={"limit": 2})

    assert response.headers["content-type"] == "application/json"
    page = response.json()
    assert InvoicePage.model_validate(page).model_dump(by_alias=True) == page
    assert page["taxpayer"] == {
        "registration_number": FIRM.registration_number,
        "name": "南京测试有限公司",
    }
    assert page["period"] == {"from": "2025-01-01", "to": "2025-12-31"}
    assert page["totals"] == {"count": 7, "amount": "999999181.06", "tax": "99999918.08"}
    assert page["items"][0] == {
        "id": "0000001",
        "direction": "out",
        "number": "00007000",
        "issued_on": "2025-01-01",
        "counterparty": "A1",
        "amount": "123.45",
        "tax": "12.34",
        "void": False,
    }
    assert page["items"][1]["amount"] == "-0.05"


@pytest.mark.parametrize("limit", [1, 2, 3, 6, 7, 8, 5_000])
def test_pages_of_any_size_give_every_invoice_once_and_add_up(
    client: TestClient, limit: int
) -> None:
    pages = walk(client, PATH, limit)
    items = [item for page in pages for item in page["items"]]

    assert [item["id"] for item in items] == [f"{number:07d}" for number in range(1, 8)]
    assert all(len(page["items"]) == limit for page in pages[:-1])
    assert all(page["totals"] == pages[0]["totals"] for page in pages)
    fen = sum(int(item["amount"].replace(".", "")) for item in items)
    assert fen == int(pages[0]["totals"]["amount"].replace(".", ""))


def test_a_taxpayer_without_invoices_has_one_empty_page(client: TestClient) -> None:
    pages = walk(client, f"/tax/v1/taxpayers/{EMPTY.registration_number}/invoices", 10)

    assert len(pages) == 1
    assert pages[0]["items"] == []
    assert pages[0]["totals"] == {"count": 0, "amount": "0.00", "tax": "0.00"}


def problem(response: Any) -> tuple[int, str]:
    """Return status and code of a problem document."""
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == response.status_code
    return response.status_code, body["code"]


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Bearer wrong", f"Basic {TOKEN_DEFAULT}", TOKEN_DEFAULT, "Bearer é"],
)
def test_without_the_token_nothing_is_told(client: TestClient, authorization: str) -> None:
    headers = {b"Authorization": authorization.encode("latin-1")}

    response = client.get(PATH, headers=headers)

    assert problem(response) == (401, "tax_office.unauthenticated")
    assert response.headers["www-authenticate"] == "Bearer"
    unknown = client.get("/tax/v1/taxpayers/unknown/invoices?limit=0", headers=headers)
    assert problem(unknown) == (401, "tax_office.unauthenticated")


@pytest.mark.parametrize("consent", ["", "yes", CONSENT[:-1], "' OR 1=1"])
def test_without_a_consent_nothing_is_told(client: TestClient, consent: str) -> None:
    response = client.get(PATH, headers={"X-Consent-Id": consent})

    assert problem(response) == (403, "tax_office.no_consent")


@pytest.mark.parametrize(
    "number",
    ["unknown", "91320102000000001a", "%00", "..%2F..%2Fetc%2Fpasswd", "9" * 5_000, "%F0%9F%92%B0"],
)
def test_an_unknown_taxpayer_is_not_found(client: TestClient, number: str) -> None:
    response = client.get(f"/tax/v1/taxpayers/{number}/invoices")

    assert response.status_code == 404
    assert problem(response)[1] in {"tax_office.unknown_taxpayer", "sandbox.http"}


@pytest.mark.parametrize("limit", ["0", "-1", "5001", "1e3", "1.5", "ten", "", "9" * 40, "NaN"])
def test_a_bad_limit_is_refused(client: TestClient, limit: str) -> None:
    response = client.get(PATH, params={"limit": limit})

    assert problem(response) == (422, "sandbox.bad_request")
    assert "limit" in response.json()["detail"]


@pytest.mark.parametrize("cursor", ["x", "AAAA", "%00", "é", "Zm9v", "AAAAAAAAAAAAAAAA"])
def test_a_bad_cursor_is_refused(client: TestClient, cursor: str) -> None:
    response = client.get(PATH, params={"cursor": cursor})

    assert problem(response) == (422, "tax_office.bad_cursor")


def test_a_cursor_longer_than_any_of_ours_is_refused(client: TestClient) -> None:
    response = client.get(PATH, params={"cursor": "A" * 10_000})

    assert problem(response) == (422, "sandbox.bad_request")
    assert len(response.content) < 1_000


def test_the_cursor_of_another_taxpayer_is_refused(client: TestClient) -> None:
    path = f"/tax/v1/taxpayers/{NEIGHBOUR.registration_number}/invoices"
    cursor = client.get(path, params={"limit": 1}).json()["next"]

    response = client.get(PATH, params={"cursor": cursor})

    assert problem(response) == (422, "tax_office.bad_cursor")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("POST", PATH, 405), ("GET", "/tax/v2", 404), ("PATCH", "/sandbox/firms", 405)],
)
def test_other_paths_and_methods_are_problems_too(
    client: TestClient, method: str, path: str, status: int
) -> None:
    assert problem(client.request(method, path)) == (status, "sandbox.http")


def test_problems_speak_the_language_of_the_caller(client: TestClient) -> None:
    path = "/tax/v1/taxpayers/unknown/invoices"

    chinese = client.get(path, headers={"Accept-Language": "zh-CN,zh;q=0.9"}).json()["title"]
    english = client.get(path, headers={"Accept-Language": "en"}).json()["title"]

    assert chinese == "没有此纳税人"
    assert english == "There is no such taxpayer"


def test_firms_are_listed_with_what_is_known_of_them(client: TestClient) -> None:
    rows = client.get("/sandbox/firms").json()

    assert [row["code"] for row in rows] == ["F1", "F2", "F3"]
    assert rows[0] == {
        "code": "F1",
        "name": "南京测试有限公司",
        "registration_number": FIRM.registration_number,
        "rating": "B",
        "defaulted": False,
    }
    assert rows[1]["rating"] is None
    assert rows[1]["defaulted"] is None


def test_health_and_reference_need_no_network(client: TestClient) -> None:
    assert client.get("/health").json() == {"status": "ok", "firms": 3}
    page = client.get("/docs")
    assert page.status_code == 200
    assert "cdn" not in page.text
    assert f"{PATH.partition(FIRM.registration_number)[0]}" in json.dumps(
        client.get("/openapi.json").json()["paths"]
    )
