"""Oversized everything, at every address: texts, lists, numbers, depths, queries, headers.

Each request is the example of the API's description with one part blown up. What comes back is a
refusal in the form of all refusals, or what the same request without it gets; never a failure.
"""

from collections.abc import Iterator
from typing import Any, Final

import httpx2
import pytest

from tests.support.bank import Bank, Caller, problem
from tongbao.app.permissions import addresses
from tongbao.core.identity.service import Role

LONG: Final = "龙" * 20_000
MANY: Final = 10_001
NOWHERE: Final = "0197c0de-0000-7000-8000-0000000000ff"
STAFF: Final = (Role.STAFF_OPERATIONS, Role.STAFF_RISK, Role.STAFF_ADMINISTRATOR)


def blown_up(body: Any) -> Iterator[Any]:
    """Yield the body with one of its parts made enormous at a time."""
    if isinstance(body, dict):
        for name, value in body.items():
            for larger in blown_up(value):
                yield {**body, name: larger}
        yield {**body, **{f"x{number}": 1 for number in range(MANY)}}
    elif isinstance(body, list):
        yield (body[:1] or [0]) * MANY
        for larger in blown_up(body[0]) if body else ():
            yield [larger, *body[1:]]
    elif isinstance(body, str):
        yield LONG
        yield body * 300
    elif isinstance(body, int) and not isinstance(body, bool):
        yield 10**18
        yield -(10**18)


def example_of(document: dict[str, Any], facts: dict[str, Any]) -> Any:
    content = facts.get("requestBody", {}).get("content", {})
    if "application/json" not in content:
        return None
    schema = content["application/json"]["schema"]
    while "$ref" in schema or "oneOf" in schema:
        schema = (
            schema["oneOf"][0]
            if "oneOf" in schema
            else document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        )
    return schema["examples"][0]


def path_of(template: str) -> str:
    """Return an address of nothing that exists."""
    parts = [NOWHERE if part.startswith("{") else part for part in template.split("/")]
    return "/".join(parts).removeprefix("/api/v1")


async def callers(bank: Bank) -> list[Caller]:
    firm = await bank.customer()
    return [firm, *[await bank.staff(role) for role in STAFF], await bank.service()]


async def through(who: list[Caller], method: str, path: str, body: Any) -> Caller:
    """Return somebody whom the permission at the door lets in, if anybody does."""
    for caller in who:
        answer = await caller.ask(method, path, json=body, key=NOWHERE)
        if answer.status_code not in {401, 403}:
            return caller
    return who[0]


def refused(answer: httpx2.Response) -> bool:
    """Whether it is a refusal as all are: one of the caller's, in the form of all."""
    return 400 <= problem(answer)[0] < 500


async def test_each_part_of_each_body(bank: Bank) -> None:
    who, document, wrong, tried = await callers(bank), bank.app.openapi(), [], 0
    for address in addresses(bank.app):
        facts = document["paths"][address.path][address.method]
        body = example_of(document, facts)
        if body is None:
            continue
        method, path = address.method.upper(), path_of(address.path)
        caller = await through(who, method, path, {"unknown": 1})
        for number, larger in enumerate(blown_up(body)):
            answer = await caller.ask(method, path, json=larger, key=f"big-{address.operation}")
            if not refused(answer):
                wrong.append((address.operation, number, answer.status_code))
            tried += 1
    assert wrong == []
    assert tried > 300


@pytest.mark.parametrize(
    "query",
    [
        "after=" + "x" * 8_000,
        "limit=" + "9" * 5_000,
        "&".join(f"q{number}=1" for number in range(2_000)),
        "%00" * 500,
    ],
    ids=["a text", "a number", "a thousand parameters", "nothing at all, often"],
)
async def test_each_address_with_an_enormous_query(bank: Bank, query: str) -> None:
    who = await bank.staff(Role.AUDITOR)
    for address in addresses(bank.app):
        if address.method != "get":
            continue
        answer = await who.ask("GET", f"{path_of(address.path)}?{query}")
        assert answer.status_code < 500, address.operation


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Authorization", "Bearer " + "x" * 100_000),
        ("Accept-Language", "zh-" + "x" * 50_000),
        ("Accept-Language", ",".join(["en;q=0.1"] * 5_000)),
        ("Idempotency-Key", "k" * 10_000),
        ("Step-Up-Token", "t" * 10_000),
        ("X-Request-Id", "r" * 10_000),
        ("X-Forwarded-For", ",".join(["203.0.113.7"] * 5_000)),
        ("Cookie", "; ".join(f"c{number}=1" for number in range(5_000))),
    ],
)
async def test_enormous_headers(bank: Bank, name: str, value: str) -> None:
    firm = await bank.customer()
    order = {"party_id": firm.party_id, "currency": "CNY"}
    for answer in (
        await firm.ask("GET", "/identity/me", headers={name: value}),
        await firm.ask("POST", "/accounts", json=order, headers={name: value}, key=None),
    ):
        assert answer.status_code < 500
        assert "r" * 100 not in answer.headers["x-request-id"]


@pytest.mark.parametrize(
    "headers",
    [
        {"X-HTTP-Method-Override": "DELETE", "X-HTTP-Method": "DELETE", "X-Method-Override": "PUT"},
        {"X-Original-URL": "/api/v1/ledger/accounts", "X-Rewrite-URL": "/metrics"},
        {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Host": "evil"},
        {"Forwarded": "host=evil.example;proto=https", "X-Forwarded-Prefix": "//evil.example"},
        {"Host": "evil.example"},
    ],
    ids=["another method", "another address", "another host", "said by RFC 7239", "Host"],
)
async def test_headers_that_would_make_another_request_of_it(
    bank: Bank, headers: dict[str, str]
) -> None:
    """Nothing on the way in chooses method, address, host or scheme but the request line."""
    firm = await bank.customer()
    plain = await firm.ask("GET", "/identity/me")
    tricked = await firm.ask("GET", "/identity/me", headers=headers)
    assert (tricked.status_code, tricked.content) == (plain.status_code, plain.content)
    assert "strict-transport-security" not in tricked.headers, "the request came over plain HTTP"
    made = await firm.ask(
        "POST", "/accounts", json={"party_id": firm.party_id, "currency": "CNY"}, headers=headers
    )
    assert made.status_code == 201
    assert made.headers["location"].startswith("/api/v1/accounts/")
    assert "evil" not in str(made.headers) + made.text
