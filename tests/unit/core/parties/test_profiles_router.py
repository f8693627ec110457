"""Facts, contacts, relationships, documents, states over HTTP: who may, and what is answered."""

from collections.abc import Callable
from uuid import UUID

import httpx2
import pytest

from tests.unit.core.conftest import Caller, Customer, Staff
from tests.unit.core.parties.test_profiles_domain import id_number
from tongbao.core.identity.domain import Role
from tongbao.kernel.ids import new_id

URL = "/api/v1/parties"
Problem = Callable[[httpx2.Response], tuple[int, str]]
DOCUMENT = {
    "type": "id_card",
    "number": id_number(),
    "issuing_authority": "杭州市公安局",
    "valid_from": "2020-06-01",
    "valid_until": "2040-06-01",
}
WRITES = [
    ("put", "person", {"born_on": "1990-03-07"}),
    ("put", "organisation", {"form": "company"}),
    ("post", "documents", DOCUMENT),
    (
        "post",
        "relationships",
        {"kind": "family", "from_party_id": str(new_id()), "since": "2020-01-01"},
    ),
    ("put", "status", {"status": "blocked", "reason": "x"}),
    ("put", "risk-rating", {"risk": "high", "reason": "x"}),
    ("get", "status-changes", None),
    ("get", "risk-rating", None),
]
READS = ["person", "organisation", "documents", "contacts", "addresses", "relationships", "level"]


@pytest.fixture
def operations(staff: Staff) -> Caller:
    return staff(Role.STAFF_OPERATIONS)


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
async def test_what_staff_do_customers_may_not(
    client: httpx2.AsyncClient,
    customer: Customer,
    problem: Problem,
    method: str,
    path: str,
    body: object,
) -> None:
    own = await customer("李雷")
    answer = await client.request(
        method, f"{URL}/{own.party_id}/{path}", json=body, headers=own.headers
    )
    assert problem(answer) == (403, "auth.forbidden")


@pytest.mark.parametrize("path", READS)
async def test_what_is_anothers_looks_like_what_is_not_there(
    client: httpx2.AsyncClient, customer: Customer, problem: Problem, path: str
) -> None:
    own, other = await customer("李雷"), await customer("韩梅梅")
    for party_id in (other.party_id, new_id()):
        answer = await client.get(f"{URL}/{party_id}/{path}", headers=own.headers)
        assert problem(answer) == (404, "parties.unknown_party")
    assert (await client.get(f"{URL}/{own.party_id}/{path}", headers=own.headers)).is_success


@pytest.mark.parametrize("path", READS)
async def test_staff_are_told_that_there_is_nobody(
    client: httpx2.AsyncClient, operations: Caller, problem: Problem, path: str
) -> None:
    answer = await client.get(f"{URL}/{new_id()}/{path}", headers=operations.headers)
    assert problem(answer) == (404, "parties.unknown_party")


async def test_a_customer_keeps_contacts_up_to_date(
    client: httpx2.AsyncClient, customer: Customer, problem: Problem
) -> None:
    own, other = await customer("李雷"), await customer("韩梅梅")
    url = f"{URL}/{own.party_id}/contacts"

    async def add(value: str) -> httpx2.Response:
        return await client.post(url, json={"kind": "phone", "value": value}, headers=own.headers)

    first, second = (await add("138 0013 8000")).json(), (await add("+8613900139000")).json()
    assert (first["value"], first["primary"], first["verified_at"]) == (
        "+86138****8000",
        True,
        None,
    )
    assert problem(await add("13800138000")) == (409, "parties.contact_taken")
    assert problem(await add("110")) == (422, "parties.phone_malformed")
    made = await client.put(f"{url}/{second['id']}/primary", headers=own.headers)
    assert made.json()["primary"] is True
    foreign = await client.delete(f"{url}/{first['id']}", headers=other.headers)
    assert problem(foreign) == (404, "parties.unknown_party")
    assert (await client.delete(f"{url}/{first['id']}", headers=own.headers)).status_code == 204
    left = (await client.get(url, headers=own.headers)).json()["items"]
    assert [each["value"] for each in left] == ["+86139****9000"]


async def test_a_customer_keeps_addresses_up_to_date(
    client: httpx2.AsyncClient, customer: Customer, problem: Problem
) -> None:
    own = await customer("李雷")
    url = f"{URL}/{own.party_id}/addresses"
    address = {"kind": "mailing", "country": "CN", "region": "330106", "line": "文三路 90 号"}
    made = await client.post(url, json=address, headers=own.headers)
    assert made.status_code == 201
    wrong = await client.post(url, json={**address, "postal_code": "1"}, headers=own.headers)
    assert problem(wrong) == (422, "parties.address_malformed")
    gone = await client.delete(f"{url}/{made.json()['id']}", headers=own.headers)
    assert gone.status_code == 204
    assert (await client.get(url, headers=own.headers)).json() == {"items": []}


async def test_numbers_of_documents_are_masked_for_everybody(
    client: httpx2.AsyncClient, customer: Customer, operations: Caller, staff: Staff
) -> None:
    own = await customer("李雷")
    url = f"{URL}/{own.party_id}/documents"
    masked = "3301**********" + str(DOCUMENT["number"])[-4:]
    made = await client.post(url, json=DOCUMENT, headers=operations.headers)
    assert (made.status_code, made.json()["number"]) == (201, masked)
    for caller in (own, operations, staff(Role.AUDITOR)):
        (shown,) = (await client.get(url, headers=caller.headers)).json()["items"]
        assert shown["number"] == masked


async def test_a_wrong_number_is_named_and_not_repeated(
    client: httpx2.AsyncClient, customer: Customer, operations: Caller, problem: Problem
) -> None:
    own = await customer("李雷")
    wrong = {**DOCUMENT, "number": "330106199003071111"}
    answer = await client.post(
        f"{URL}/{own.party_id}/documents", json=wrong, headers=operations.headers
    )
    assert problem(answer) == (422, "parties.document_number_malformed")
    assert "330106" not in answer.text


async def test_the_level_says_what_the_next_one_takes(
    client: httpx2.AsyncClient, customer: Customer
) -> None:
    own = await customer("李雷")
    level = (await client.get(f"{URL}/{own.party_id}/level", headers=own.headers)).json()
    assert level["level"] == 0
    assert level["limits"]["per_transaction"] == {"amount": "0.00", "currency": "CNY"}
    assert level["next"]["needs"] == ["id_card", "identity_bureau"]
    assert level["next"]["limits"]["per_year"]["amount"] == "50000.00"


async def test_staff_describe_relate_rate_and_block(
    client: httpx2.AsyncClient, customer: Customer, operations: Caller, staff: Staff
) -> None:
    risk = staff(Role.STAFF_RISK)
    one, other = await customer("李雷"), await customer("韩梅梅")
    base = f"{URL}/{one.party_id}"

    async def send(caller: Caller, method: str, path: str, body: object) -> httpx2.Response:
        answer = await client.request(method, f"{base}/{path}", json=body, headers=caller.headers)
        assert answer.is_success, answer.text
        return answer

    facts = await send(operations, "put", "person", {"born_on": "1990-03-07", "sex": "male"})
    assert facts.json()["pinyin"] == "li lei"
    made = await send(
        operations,
        "post",
        "relationships",
        {"kind": "guarantor", "from_party_id": str(other.party_id), "since": "2024-01-01"},
    )
    seen = await client.get(f"{URL}/{other.party_id}/relationships", headers=other.headers)
    assert [each["id"] for each in seen.json()["items"]] == [made.json()["id"]]
    await send(
        operations, "post", f"relationships/{made.json()['id']}/end", {"until": "2025-01-01"}
    )
    rating = await send(risk, "put", "risk-rating", {"risk": "high", "reason": "异常交易"})
    assert (await client.get(f"{base}/risk-rating", headers=risk.headers)).json() == rating.json()
    blocked = await send(risk, "put", "status", {"status": "blocked", "reason": "公安来函"})
    assert blocked.json()["status"] == "blocked"
    changes = (await client.get(f"{base}/status-changes", headers=risk.headers)).json()["items"]
    assert [(each["after"], each["reason"]) for each in changes] == [("blocked", "公安来函")]


@pytest.mark.parametrize(
    "extra", [{"level": 3}, {"status": "active"}, {"party_id": str(UUID(int=1))}]
)
async def test_nothing_is_assigned_on_the_side(
    client: httpx2.AsyncClient, operations: Caller, problem: Problem, extra: dict[str, object]
) -> None:
    body = {"kind": "person", "name": "李雷", **extra}
    answer = await client.post(URL, json=body, headers=operations.headers)
    assert answer.status_code == 422
