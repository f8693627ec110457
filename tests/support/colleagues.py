"""Colleagues at work through the API alone, on a platform that others look at."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx2

from tests.support.cards import card_of
from tests.support.partners import GRANT
from tests.support.visitor import wait_for
from tongbao.app import demo
from tongbao_sandbox import people

Ask = Callable[..., dict[str, Any]]

BORN_BEFORE = 1970
OLD = [each for each in people.load().people[5:] if each.born_on.year < BORN_BEFORE]
"""A card of theirs has no end: a person looks at one that has. The first few are special."""
NOWHERE = "https://erp.example.com/tongbao"
"""Nobody has this name: what is sent there is tried, and does not arrive."""


@contextmanager
def asking(site: str) -> Iterator[tuple[httpx2.Client, Ask]]:
    """Ask the API of a site, as nobody yet; every answer has to be a good one."""
    with httpx2.Client(base_url=f"{site}/api/v1", timeout=30) as client:

        def ask(method: str, path: str, **sent: Any) -> dict[str, Any]:
            answer = client.request(method, path, **sent)
            assert answer.is_success, answer.text
            answered: dict[str, Any] = answer.json()
            return answered

        yield client, ask


@contextmanager
def at_work(site: str, who: demo.DemoLogin) -> Iterator[Ask]:
    """Let a colleague work through the API alone."""
    with asking(site) as (client, ask):
        form = {"grant_type": "password", "username": who.login, "password": who.password}
        token = ask("POST", "/identity/tokens", data=form)["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield ask


def apply_for(ask: Ask, who: people.Person) -> str:
    """Hand in a card that ends, where at that age it would not, and ask for the check."""
    party = ask("POST", "/parties", json={"kind": "person", "name": who.name})
    case = ask("POST", "/kyc/cases", json={"party_id": party["id"], "level": 1})
    path = f"/kyc/cases/{case['id']}"
    ask("PUT", f"{path}/id-card", json={**card_of(who), "valid_until": "2051-01-01"})
    ask("POST", f"{path}/check")
    return str(case["id"])


async def until_there_is(
    ask: Ask, path: str, such: Callable[[dict[str, Any]], bool] = bool, **query: str
) -> dict[str, Any]:
    """Wait until a list has such an item, and return it."""

    async def look() -> dict[str, Any] | None:
        return next(filter(such, ask("GET", path, params=query)["items"]), None)

    return await wait_for(look, path)


def register_partner(site: str, ask: Ask) -> str:
    """Have a partner's system be told of payments, in vain; return where its deliveries are."""
    wanted = {"name": "泽岳 ERP", "scopes": ["webhooks:manage", "payments:read_any"]}
    made = ask("POST", "/identity/clients", json=wanted)
    with asking(site) as (client, partner):
        form = GRANT | {"client_id": made["client"]["id"], "client_secret": made["secret"]}
        token = partner("POST", "/oauth/token", data=form)["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        told = {"url": NOWHERE, "types": ["payments.payment_settled"]}
        endpoint = partner("POST", "/webhooks/endpoints", json=told)["endpoint"]
    path = f"/webhooks/endpoints/{endpoint['id']}"
    ask("POST", f"{path}/pings")
    return f"{path}/deliveries"
