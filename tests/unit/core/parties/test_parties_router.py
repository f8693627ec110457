"""`/api/v1/parties`: answers, problem codes and who may see whom."""

import secrets
from collections.abc import Callable

import httpx2
import pytest
from stdnum.cn import uscc

from tests.unit.core.conftest import Customer, Staff
from tongbao.core.identity.domain import Role
from tongbao.kernel.ids import new_id

URL = "/api/v1/parties"
Problem = Callable[[httpx2.Response], tuple[int, str]]


def an_organisation() -> dict[str, str]:
    body = "91330100" + "".join(secrets.choice("0123456789ABCDEFGH") for _ in range(9))
    return {
        "kind": "organisation",
        "name": "杭州云帆贸易有限公司",
        "registration_number": body + uscc.calc_check_digit(body),
    }


async def test_staff_register_an_organisation(client: httpx2.AsyncClient, staff: Staff) -> None:
    operations = staff(Role.STAFF_OPERATIONS)
    new = an_organisation()
    response = await client.post(URL, json=new, headers=operations.headers)
    assert response.status_code == 201
    party = response.json()
    assert {name: party[name] for name in new} == new
    location = response.headers["location"]
    assert location == f"{URL}/{party['id']}"
    read = await client.get(location, headers=operations.headers)
    assert (read.status_code, read.json()) == (200, party)


async def test_staff_register_a_person(client: httpx2.AsyncClient, staff: Staff) -> None:
    response = await client.post(
        URL,
        json={"kind": "person", "name": "  李雷 "},
        headers=staff(Role.STAFF_OPERATIONS).headers,
    )
    assert response.status_code == 201
    assert (response.json()["name"], response.json()["registration_number"]) == ("李雷", None)


async def test_a_taken_number_is_a_conflict(
    client: httpx2.AsyncClient, staff: Staff, problem: Problem
) -> None:
    headers = staff(Role.STAFF_OPERATIONS).headers
    new = an_organisation()
    await client.post(URL, json=new, headers=headers)
    response = await client.post(URL, json=new, headers=headers)
    assert problem(response) == (409, "parties.registration_number_taken")
    assert response.json()["registration_number"] == new["registration_number"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"registration_number": "911100006000373410"}, "parties.registration_number_malformed"),
        ({"name": "a\u202eb"}, "parties.name_malformed"),
        ({"name": "x" * 201}, "parties.name_malformed"),
        ({"name": " "}, "parties.name_malformed"),
        ({"name": "a\x00"}, "request.malformed_text"),
        ({"name": ""}, "request.invalid"),
        ({"name": 7}, "request.invalid"),
        ({"kind": "robot"}, "request.invalid"),
        ({"colour": "red"}, "request.invalid"),
    ],
)
async def test_bad_input_stores_nothing(
    client: httpx2.AsyncClient,
    staff: Staff,
    problem: Problem,
    change: dict[str, object],
    code: str,
) -> None:
    headers = staff(Role.STAFF_OPERATIONS).headers
    new = an_organisation()
    response = await client.post(URL, json=new | change, headers=headers)
    assert problem(response)[1] == code
    assert response.status_code in {400, 422}
    found = await client.get(
        URL, params={"registration_number": new["registration_number"]}, headers=headers
    )
    assert found.json() == {"items": [], "next": None}


async def test_a_person_takes_no_registration_number(
    client: httpx2.AsyncClient, staff: Staff, problem: Problem
) -> None:
    response = await client.post(
        URL,
        json=an_organisation() | {"kind": "person"},
        headers=staff(Role.STAFF_OPERATIONS).headers,
    )
    assert problem(response) == (422, "request.invalid")


async def test_only_operations_register(
    client: httpx2.AsyncClient, staff: Staff, customer: Customer, problem: Problem
) -> None:
    new = an_organisation()
    for who in (await customer("张伟"), staff(Role.STAFF_RISK), staff(Role.AUDITOR)):
        response = await client.post(URL, json=new, headers=who.headers)
        assert problem(response) == (403, "auth.forbidden")


async def test_without_a_token_there_is_nothing(
    client: httpx2.AsyncClient, problem: Problem
) -> None:
    for method, url in (("GET", URL), ("POST", URL), ("GET", f"{URL}/{new_id()}")):
        response = await client.request(method, url)
        assert problem(response) == (401, "auth.unauthenticated")


async def test_a_customer_sees_their_own_party_only(
    client: httpx2.AsyncClient, customer: Customer, problem: Problem
) -> None:
    one, other = await customer("甲"), await customer("乙")
    own = await client.get(f"{URL}/{one.party_id}", headers=one.headers)
    assert (own.status_code, own.json()["name"]) == (200, "甲")
    listed = await client.get(URL, headers=one.headers)
    assert [party["id"] for party in listed.json()["items"]] == [str(one.party_id)]
    hidden = await client.get(f"{URL}/{other.party_id}", headers=one.headers)
    missing = await client.get(f"{URL}/{new_id()}", headers=one.headers)
    assert problem(hidden) == problem(missing) == (404, "parties.unknown_party")


async def test_a_customer_cannot_probe_for_registration_numbers(
    client: httpx2.AsyncClient, staff: Staff, customer: Customer
) -> None:
    new = an_organisation()
    operations = staff(Role.STAFF_OPERATIONS)
    registered = await client.post(URL, json=new, headers=operations.headers)
    query = {"registration_number": new["registration_number"]}
    seen = await client.get(URL, params=query, headers=operations.headers)
    assert seen.json()["items"] == [registered.json()]
    hidden = await client.get(URL, params=query, headers=(await customer("甲")).headers)
    assert hidden.json() == {"items": [], "next": None}


async def test_staff_page_through_everybody(
    client: httpx2.AsyncClient, staff: Staff, customer: Customer
) -> None:
    newest = [str((await customer(f"第{n}人")).party_id) for n in range(3)][::-1]
    headers = staff(Role.AUDITOR).headers
    first = (await client.get(URL, params={"limit": 2}, headers=headers)).json()
    second = (
        await client.get(URL, params={"limit": 1, "after": first["next"]}, headers=headers)
    ).json()
    assert [party["id"] for party in first["items"] + second["items"]] == newest


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"after": "nonsense"}, "page.bad_cursor"),
        ({"limit": "0"}, "request.invalid"),
        ({"limit": "201"}, "request.invalid"),
        ({"registration_number": "91"}, "parties.registration_number_malformed"),
    ],
)
async def test_bad_queries(
    client: httpx2.AsyncClient, staff: Staff, problem: Problem, query: dict[str, str], code: str
) -> None:
    response = await client.get(URL, params=query, headers=staff(Role.AUDITOR).headers)
    assert problem(response) == (422, code)


async def test_the_same_key_registers_once(client: httpx2.AsyncClient, staff: Staff) -> None:
    headers = staff(Role.STAFF_OPERATIONS).headers | {"Idempotency-Key": str(new_id())}
    new = {"kind": "person", "name": "李雷"}
    first = await client.post(URL, json=new, headers=headers)
    again = await client.post(URL, json=new, headers=headers)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == first.json()


async def test_staff_find_customers_by_a_part_of_their_name_or_number(
    client: httpx2.AsyncClient, staff: Staff
) -> None:
    headers, part = staff(Role.STAFF_OPERATIONS).headers, secrets.token_hex(4)
    for name in (f"杭州{part}商行", f"{part.upper()} Ltd", "100% 棉", "别的商行"):
        answer = await client.post(URL, json={"kind": "person", "name": name}, headers=headers)
        assert answer.status_code == 201

    async def found(text: str) -> list[str]:
        answer = await client.get(URL, params={"text": text}, headers=headers)
        return [party["name"] for party in answer.json()["items"]]

    assert await found(f" {part} ") == [f"{part.upper()} Ltd", f"杭州{part}商行"]
    assert await found("100% ") == ["100% 棉"]
    assert await found(f"{part}%行") == []
    new = an_organisation()
    await client.post(URL, json=new, headers=headers)
    assert await found(new["registration_number"][:17].lower()) == [new["name"]]
