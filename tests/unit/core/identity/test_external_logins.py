"""Logging in and linking by an identity provider's account, as a browser does it, and attacks."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from tests.support.oidc import IdentityProvider, provider
from tests.unit.core.conftest import RELYING_PARTY
from tests.unit.core.identity.conftest import PASSWORD, Person, logged_in, new_person
from tongbao.core.identity import service as identity
from tongbao.core.identity.domain.external_logins import RETURN_PATHS
from tongbao.core.identity.domain.step_up import Action
from tongbao.infra.db import Database
from tongbao.kernel.clock import now

__all__ = ["provider"]

API = "/api/v1/identity"
OIDC = f"{API}/oidc"
REFUSED = (401, "identity.external_log_in_refused")
Problem = Callable[[httpx2.Response], tuple[int, str]]


@pytest.fixture(autouse=True)
async def _with_provider(provider: IdentityProvider) -> AsyncIterator[None]:
    configuration = identity.Configuration(
        relying_party=RELYING_PARTY,
        providers={"sandbox": provider.gateway()},
    )
    identity.configure(configuration)
    yield
    await provider.behave()


@dataclass
class Browser:
    """Keeps cookies, follows nothing by itself."""

    client: httpx2.AsyncClient
    cookies: dict[str, str] = field(default_factory=dict)

    async def ask(self, method: str, path: str, **more: Any) -> httpx2.Response:
        headers = {"Accept-Language": "en", **more.pop("headers", {})}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = await self.client.request(method, path, headers=headers, **more)
        for each in answer.headers.get_list("set-cookie"):
            pair, _, rest = each.partition(";")
            name, _, value = pair.partition("=")
            assert "HttpOnly" in rest
            assert "Secure" in rest
            self.cookies[name] = value
            if "Max-Age=0" in rest:
                del self.cookies[name]
        return answer

    async def go(self, **query: str) -> str:
        """Set out for the provider; return where to."""
        sent = await self.ask("GET", f"{OIDC}/sandbox/authorize", params=query)
        assert sent.status_code == 303, sent.text
        return str(sent.headers["location"])

    async def back(self, query: dict[str, str]) -> httpx2.Response:
        return await self.ask("GET", f"{OIDC}/sandbox/callback", params=query)

    async def log_in(
        self, provider: IdentityProvider, account: str, **query: str
    ) -> httpx2.Response:
        return await self.back(await provider.log_in(await self.go(**query), account))


@pytest.fixture
def browser(client: httpx2.AsyncClient) -> Browser:
    return Browser(client)


@pytest.fixture
async def person(database: Database) -> Person:
    async with database.write() as tx:
        return await new_person(tx)


def ticket_of(answer: httpx2.Response) -> str:
    assert answer.status_code == 303, answer.text
    (ticket,) = parse_qs(urlsplit(answer.headers["location"]).fragment)["external_registration"]
    return ticket


async def token_for(
    client: httpx2.AsyncClient, headers: dict[str, str], action: Action
) -> dict[str, str]:
    """Confirm an action by password; return the headers with the token."""
    body = {"action": {"kind": action.kind, "facts": dict(action.facts)}, "proof": "password"}
    asked = await client.post(f"{API}/step-up/challenges", json=body, headers=headers)
    path = f"{API}/step-up/challenges/{asked.json()['challenge_id']}/confirmation"
    confirmed = await client.post(path, json={"password": PASSWORD}, headers=headers)
    assert confirmed.status_code == 201, confirmed.text
    return {**headers, "Step-Up-Token": confirmed.json()["token"]}


LINK = Action("identity.external_login.link", {"provider": "sandbox"})
UNLINK = Action("identity.external_login.unlink", {"provider": "sandbox"})


async def test_register_link_log_in_and_unlink(
    client: httpx2.AsyncClient,
    browser: Browser,
    provider: IdentityProvider,
    person: Person,
    problem: Problem,
) -> None:
    # Nobody here has the account yet: a ticket, in the part of the address no server sees.
    first = await browser.log_in(provider, "sub-chen", return_to="/app/welcome")
    assert urlsplit(first.headers["location"]).path == "/app/welcome"
    ticket = ticket_of(first)
    assert not any("tb_session" in name for name in browser.cookies)

    # Its owner has registered meanwhile, confirms, and links it.
    me = await logged_in(client, person)
    path = f"{OIDC}/sandbox/registrations"
    without = await browser.ask("POST", path, json={"ticket": ticket}, headers=me)
    assert problem(without) == (403, "identity.step_up_required")
    assert without.json()["action"] == {"kind": LINK.kind, "facts": {"provider": "sandbox"}}
    confirmed = await token_for(client, me, LINK)
    linked = await browser.ask("POST", path, json={"ticket": ticket}, headers=confirmed)
    assert linked.status_code == 204, linked.text
    mine = await client.get(f"{OIDC}/links", headers=me)
    assert mine.json()["items"] == [{"key": "sandbox", "title": "Sandbox"}]

    # From now on the account logs in.
    other = Browser(client)
    second = await other.log_in(provider, "sub-chen")
    assert second.headers["location"] == "/app"
    current = await other.ask("GET", f"{API}/sessions/current")
    assert current.json()["factors"] == ["external"]

    # Whoever has set up a second factor is not let in by another site's account alone.
    async with client._transport.app.state.database.write() as tx:  # type: ignore[attr-defined]
        codes = await person.set_up_totp(tx, at=now())
    await second_factor_asked(client, provider, codes, problem)


def asked_of(answer: httpx2.Response) -> str:
    """Return the path of the challenge that a browser was sent on with."""
    assert answer.status_code == 303, answer.text
    where = urlsplit(answer.headers["location"])
    assert (where.scheme, where.netloc, where.path) == ("", "", "/app/security")
    told = parse_qs(where.fragment)
    assert told["factors"] == ["totp,recovery_code"]
    return f"{API}/sessions/challenges/{told['log_in_challenge'][0]}"


async def second_factor_asked(
    client: httpx2.AsyncClient, provider: IdentityProvider, codes: list[str], problem: Problem
) -> None:
    """Log in by the account and a recovery code; and what a thief of either does not get by it."""
    over, refused = (401, "identity.challenge_over"), (401, "identity.factor_refused")
    owner = Browser(client)
    owner.cookies["__Host-tb_session"] = "planted"  # a session fixed before is worth nothing
    path = asked_of(await owner.log_in(provider, "sub-chen", return_to="/app/security"))
    assert owner.cookies["__Host-tb_session"] == "planted", "no session yet"
    right = {"factor": "recovery_code", "code": codes[0]}

    # The challenge belongs to the browser that came back: neither nobody's nor another's goes on.
    nobody, thief = Browser(client), Browser(client)
    own = asked_of(await thief.log_in(provider, "sub-chen", return_to="/app/security"))
    for other in (nobody, thief):
        assert problem(await other.ask("POST", path, json=right)) == over
        assert problem(await other.ask("POST", f"{path}/factors/totp")) == over
    wrong = {"factor": "recovery_code", "code": "0000-0000-0000-0000"}
    assert problem(await thief.ask("POST", own, json=wrong)) == refused
    for sent in ("otp_sms", "otp_email"):
        weak = await owner.ask("POST", path, json={"factor": sent, "code": "123456"})
        assert problem(weak) == (422, "identity.factor_not_offered")
    reset = {"challenge_id": path.rpartition("/")[2], "new_password": "a kettle on the moon"}
    answer = await owner.ask("POST", f"{API}/password-resets/completion", json=reset | right)
    assert problem(answer) == over
    foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    answer = await owner.ask("POST", path, json=right, headers=foreign)
    assert problem(answer) == (403, "auth.cross_site_request")

    done = await owner.ask("POST", path, json=right)
    assert done.status_code == 201, done.text
    assert "tb_external" not in "".join(owner.cookies)
    assert owner.cookies["__Host-tb_session"] != "planted"
    current = await owner.ask("GET", f"{API}/sessions/current")
    assert current.json()["factors"] == ["external", "recovery_code"]
    assert problem(await owner.ask("POST", path, json=right)) == over


async def test_the_same_e_mail_is_not_the_same_person(
    client: httpx2.AsyncClient, browser: Browser, provider: IdentityProvider, person: Person
) -> None:
    """Mallory has given herself the e-mail of somebody whose account is linked."""
    ticket = ticket_of(await browser.log_in(provider, "sub-lin"))
    headers = await token_for(client, await logged_in(client, person), LINK)
    path = f"{OIDC}/sandbox/registrations"
    done = await browser.ask("POST", path, json={"ticket": ticket}, headers=headers)
    assert done.status_code == 204, done.text
    mallory = Browser(client)
    ticket_of(await mallory.log_in(provider, "sub-mallory"))  # a stranger: no session
    assert not any("tb_session" in name for name in mallory.cookies)

    # Unlinked again, the account is a stranger's.
    headers = await token_for(client, await logged_in(client, person), UNLINK)
    assert (await client.delete(f"{OIDC}/sandbox/links", headers=headers)).status_code == 204
    again = Browser(client)
    ticket_of(await again.log_in(provider, "sub-lin"))


async def test_an_answer_belongs_to_the_browser_that_was_sent(
    client: httpx2.AsyncClient, browser: Browser, provider: IdentityProvider, problem: Problem
) -> None:
    """Log-in CSRF: an attacker has a victim's browser finish the attacker's log-in."""
    query = await provider.log_in(await browser.go(), "sub-mallory")
    victim = Browser(client)
    assert problem(await victim.back(query)) == REFUSED, "no cookie"
    await victim.go()
    assert problem(await victim.back(query)) == REFUSED, "a cookie of another flow"
    ticket_of(await browser.back(query))


async def test_an_answer_is_looked_at_once(
    browser: Browser, provider: IdentityProvider, problem: Problem
) -> None:
    query = await provider.log_in(await browser.go(), "sub-mallory")
    ticket_of(await browser.back(query))
    assert problem(await browser.back(query)) == REFUSED
    fresh = await provider.log_in(await browser.go(), "sub-mallory")
    assert problem(await browser.back({**query, "code": fresh["code"]})) == REFUSED


async def test_a_code_injected_into_another_flow(
    client: httpx2.AsyncClient, browser: Browser, provider: IdentityProvider, problem: Problem
) -> None:
    """PKCE and nonce: a code stolen from a victim does not fit the thief's own flow."""
    stolen = await provider.log_in(await Browser(client).go(), "sub-chen")
    own = await provider.log_in(await browser.go(), "sub-mallory")
    assert problem(await browser.back({**own, "code": stolen["code"]})) == REFUSED


@pytest.mark.parametrize(
    "changed",
    [
        {"state": "invented"},
        {"code": "invented"},
        {"code": None},
        {"iss": "https://other.example"},
        {"error": "access_denied", "code": None},
    ],
)
async def test_answers_that_were_changed(
    browser: Browser,
    provider: IdentityProvider,
    problem: Problem,
    changed: dict[str, str | None],
) -> None:
    query = await provider.log_in(await browser.go(), "sub-mallory")
    sent = {name: value for name, value in {**query, **changed}.items() if value is not None}
    assert problem(await browser.back(sent)) == REFUSED


@pytest.mark.parametrize("fault", ["alg_none", "hs256_public_key", "wrong_nonce", "tampered"])
async def test_a_false_token_begins_no_session(
    browser: Browser, provider: IdentityProvider, problem: Problem, fault: str
) -> None:
    query = await provider.log_in(await browser.go(), "sub-chen")
    await provider.misbehave(fault)
    assert problem(await browser.back(query)) == REFUSED
    assert not any("tb_session" in name for name in browser.cookies)


async def test_the_provider_is_down(
    browser: Browser, provider: IdentityProvider, problem: Problem
) -> None:
    await provider.misbehave("down")
    answer = await browser.ask("GET", f"{OIDC}/sandbox/authorize")
    assert problem(answer) == (503, "identity.provider_unavailable")


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/app/../../evil",
        "/app?next=//evil.example",
        "/app#x",
        "/app/",
        "javascript:alert(1)",
        "/%2f%2fevil.example",
        "/app\r\nLocation: https://evil.example",
        "",
    ],
)
async def test_nobody_is_sent_to_a_page_that_is_not_ours(
    browser: Browser, problem: Problem, path: str
) -> None:
    answer = await browser.ask("GET", f"{OIDC}/sandbox/authorize", params={"return_to": path})
    assert problem(answer) == (422, "identity.return_path_not_allowed")


def test_pages_to_return_to_are_paths_of_ours() -> None:
    assert all(path.startswith("/") and path[1:2] not in {"/", "\\"} for path in RETURN_PATHS)


async def test_the_host_header_does_not_choose_where_a_code_goes(browser: Browser) -> None:
    answer = await browser.ask(
        "GET",
        f"{OIDC}/sandbox/authorize",
        headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"},
    )
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert query["redirect_uri"] == [f"http://localhost:8000{OIDC}/sandbox/callback"]


async def test_a_ticket_is_good_in_its_browser_once(
    client: httpx2.AsyncClient,
    browser: Browser,
    provider: IdentityProvider,
    person: Person,
    problem: Problem,
) -> None:
    """An attacker who plants a ticket would own a way into the victim's account."""
    ticket = ticket_of(await browser.log_in(provider, "sub-mallory"))
    me = await logged_in(client, person)
    path = f"{OIDC}/sandbox/registrations"
    victim = Browser(client)
    await victim.go()
    for planted in (victim, Browser(client)):
        headers = await token_for(client, me, LINK)
        answer = await planted.ask("POST", path, json={"ticket": ticket}, headers=headers)
        assert problem(answer) == REFUSED
    headers = await token_for(client, me, LINK)
    invented = await browser.ask("POST", path, json={"ticket": "invented"}, headers=headers)
    assert problem(invented) == REFUSED


async def browser_session(database: Database, browser: Browser, person: Person) -> dict[str, str]:
    """Begin a browser's session for somebody; return the headers of its page's requests."""
    device = identity.DeviceFacts(
        cookie=None, fingerprint=None, address="192.0.2.7", user_agent="Firefox"
    )
    async with database.write() as tx:
        session = await identity.begin_session(
            tx, user_id=person.user.id, factors=frozenset({"password"}), device=device, at=now()
        )
    browser.cookies["__Host-tb_session"] = session.secret
    return {"X-CSRF-Token": session.csrf}


async def begun(
    database: Database, browser: Browser, person: Person, headers: dict[str, str]
) -> str:
    """Begin to link; return where the browser goes on."""
    path = f"{OIDC}/sandbox/links"
    refused = await browser.ask("POST", path, json={}, headers=headers)
    assert refused.json()["code"] == "identity.step_up_required", refused.text
    asked = await browser.ask(
        "POST",
        f"{API}/step-up/challenges",
        json={"action": refused.json()["action"], "proof": "password"},
        headers=headers,
    )
    confirmed = await browser.ask(
        "POST",
        f"{API}/step-up/challenges/{asked.json()['challenge_id']}/confirmation",
        json={"password": PASSWORD},
        headers=headers,
    )
    token = confirmed.json()["token"]
    answer = await browser.ask("POST", path, json={}, headers={**headers, "Step-Up-Token": token})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["continue_at"])


async def test_linking_ends_in_the_session_it_was_begun_in(
    client: httpx2.AsyncClient,
    browser: Browser,
    provider: IdentityProvider,
    person: Person,
    database: Database,
    problem: Problem,
) -> None:
    headers = await browser_session(database, browser, person)
    continue_at = await begun(database, browser, person, headers)
    away = await browser.ask("GET", continue_at)
    query = await provider.log_in(away.headers["location"], "sub-mallory")
    async with database.write() as tx:
        other = await new_person(tx)
    session = browser.cookies["__Host-tb_session"]
    await browser_session(database, browser, other)  # somebody else has logged in meanwhile
    assert problem(await browser.back(query)) == REFUSED

    browser.cookies["__Host-tb_session"] = session
    continue_at = await begun(database, browser, person, headers)
    thief = Browser(client)
    assert problem(await thief.ask("GET", continue_at)) == REFUSED
    away = await browser.ask("GET", continue_at)
    back = await browser.back(await provider.log_in(away.headers["location"], "sub-mallory"))
    assert (back.status_code, back.headers["location"]) == (303, "/app/security")

    # It is taken now, for everybody else.
    second = Browser(client)
    headers = await browser_session(database, second, other)
    away = await second.ask("GET", await begun(database, second, other, headers))
    taken = await second.back(await provider.log_in(away.headers["location"], "sub-mallory"))
    assert problem(taken) == (409, "identity.external_login_taken")

    # Clean up for the other tests: Mallory is a stranger again.
    me = await token_for(client, await logged_in(client, person), UNLINK)
    assert (await client.delete(f"{OIDC}/sandbox/links", headers=me)).status_code == 204


async def test_unknown_providers_and_nothing_linked(
    client: httpx2.AsyncClient, person: Person, problem: Problem
) -> None:
    listed = await client.get(OIDC)
    assert listed.json() == {"items": [{"key": "sandbox", "title": "Sandbox"}]}
    for path in ("authorize", "callback?state=x"):
        answer = await client.get(f"{OIDC}/nobody/{path}")
        assert problem(answer) == (404, "identity.unknown_provider")
    me = await logged_in(client, person)
    answer = await client.delete(f"{OIDC}/sandbox/links", headers=me)
    assert problem(answer) == (404, "identity.unknown_external_login")
    answer = await client.delete(f"{OIDC}/nobody/links", headers=me)
    assert problem(answer) == (404, "identity.unknown_provider")
