"""A person's way through every door of the platform, with a browser, from nobody to a payment.

API, worker and sandbox are processes and servers of their own, spoken to over HTTP alone.
"""

import re
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from itertools import count
from typing import Any
from urllib.parse import parse_qs

import httpx2
import pyotp
import pytest
import pytest_asyncio

from tests.support.authenticator import Authenticator
from tests.support.bank import PASSWORD, problem
from tests.support.cards import card_of
from tests.support.logs import own_logs
from tests.support.money import pay_in
from tests.support.visitor import (
    Phone,
    Site,
    Visitor,
    by_code,
    by_passkey,
    site_running,
    wait_for,
)
from tongbao.app.connect import connect
from tongbao.core.accounts import service as accounts
from tongbao.core.parties import service as parties
from tongbao.infra.db import Database
from tongbao.infra.postgres import Urls
from tongbao.infra.settings import Settings
from tongbao.kernel.clock import now
from tongbao.kernel.ids import new_id
from tongbao_sandbox import people
from tongbao_sandbox.uscc import registration_number

pytestmark = pytest.mark.slow

TRUTH = people.load().people[90]
NEW_PASSWORD = "battery horse correct"
SHOP = "杭州晨光文具有限公司"
numbers = count(13_900_000_001)


@pytest.fixture(scope="module")
def site(
    fresh_database: Callable[..., Urls], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    with site_running(fresh_database(), tmp_path_factory.mktemp("doors")) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def database(site: Site) -> AsyncIterator[Database]:
    with own_logs():
        opened = connect(Settings(database_url=site.urls.app))
        yield opened
        await opened.close()


@dataclass
class Person:
    """Somebody with a phone, a passkey on it, and a browser at home."""

    site: Site
    phone: Phone
    home: Visitor
    device: Authenticator

    async def register(self, name: str = TRUTH.name) -> None:
        contact = {"contact": self.phone.number}
        begun = await self.home.post("/identity/registrations", contact)
        code = await self.phone.code("注册验证码")
        path = f"/identity/registrations/{begun['id']}/confirmation"
        ticket = (await self.home.post(path, {**contact, "code": code}))["ticket"]
        body = {"ticket": ticket, "name": name, "password": PASSWORD}
        await self.home.begin(
            await self.home.ask("POST", "/identity/registrations/completion", json=body)
        )

    async def allowed(self, path: str, body: object = None) -> Any:
        """Do what needs a step-up, confirmed by a code to the phone."""
        refused = await self.home.ask("POST", path, json=body)
        assert problem(refused) == (403, "identity.step_up_required")
        assert refused.json()["proofs"] == ["code"]
        self.site.let_a_minute_pass()
        header = await self.home.confirm(refused.json()["action"], "code", by_code(self.phone))
        return await self.home.post(path, body, headers=header)

    async def add_passkey(self) -> None:
        """Add one right after registering: the code given then is proof enough."""
        path = "/identity/passkey-registrations"
        begun = await self.home.post(f"{path}/options")
        body = {"ceremony_id": begun["ceremony_id"], "name": "手机"}
        body |= {"credential": self.device.create(begun["options"])}
        added = await self.home.post(path, body)
        assert len(added["recovery_codes"]) == 10

    async def add_app(self) -> pyotp.TOTP:
        made = await self.home.post("/identity/totp")
        app = pyotp.TOTP(made["secret"])
        await self.home.post("/identity/totp/confirmation", {"code": app.now()})
        return app


@pytest.fixture
async def person(site: Site) -> AsyncIterator[Person]:
    """Somebody who has never been here."""
    async with site.visitor() as home:
        yield Person(site, site.phone(str(next(numbers))), home, site.authenticator())


async def log_in(person: Person, away: Visitor, password: str = PASSWORD) -> None:
    """Log in with password and passkey, in a browser that the platform does not know."""
    body = {"login": person.phone.number, "password": password}
    asked = await away.ask("POST", "/identity/sessions", json=body)
    assert asked.status_code == 202, asked.text
    assert "set-cookie" not in asked.headers
    assert "passkey" in asked.json()["factors"]
    await by_second_factor(person, away, asked.json()["challenge_id"])


async def by_second_factor(person: Person, away: Visitor, challenge: str) -> None:
    """Answer a challenge with the passkey; a session begins."""
    path = f"/identity/sessions/challenges/{challenge}"
    options = (await away.post(f"{path}/factors/passkey"))["data"]
    answer = {"factor": "passkey", "assertion": person.device.get(options["options"])}
    await away.begin(await away.ask("POST", path, json=answer))


async def identified(person: Person, party_id: str) -> None:
    """Have the identity checked by the bureau; the worker does it."""
    home = person.home
    case = await home.post("/kyc/cases", {"party_id": party_id, "level": 1})
    path = f"/kyc/cases/{case['id']}"
    handed_in = await home.ask("PUT", f"{path}/id-card", json=card_of(TRUTH))
    assert handed_in.is_success, handed_in.text
    await home.post(f"{path}/check")

    async def decided() -> Any:
        found = await home.get(path)
        return found if found["state"] not in {"checking", "waiting"} else None

    decision = await wait_for(decided, "decision")
    assert (decision["state"], decision["findings"]) == ("approved", [])
    assert (await home.get(f"/parties/{party_id}/level"))["level"] == 1


async def a_shop(database: Database) -> str:
    """Make somebody to pay; return the number of their account."""
    async with database.write() as tx:
        number = registration_number("doors/shop")
        shop = await parties.register_organisation(
            tx, name=SHOP, registration_number=number, at=now()
        )
        account = await accounts.open_account(tx, party_id=shop.id, currency="CNY", at=now())
    return account.number


async def test_from_nobody_to_a_payment(site: Site, database: Database, person: Person) -> None:
    home = person.home
    await person.register()
    me = await home.get("/identity/me")
    (party_id,) = me["party_ids"]
    current = await home.get("/identity/sessions/current")
    assert (current["csrf_token"], current["factors"]) == (home.csrf, ["otp", "password"])

    # A change without the page's token, or from another site's page, is none.
    opening: dict[str, Any] = {"json": {"party_id": party_id, "currency": "CNY"}}
    forged = await home.ask("POST", "/accounts", headers={"X-CSRF-Token": "0" * 64}, **opening)
    assert problem(forged) == (403, "auth.csrf_token_wrong")
    elsewhere = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    foreign = await home.ask("POST", "/accounts", headers=elsewhere, **opening)
    assert problem(foreign) == (403, "auth.cross_site_request")

    await person.add_passkey()
    await identified(person, party_id)
    account = await home.post("/accounts", opening["json"])
    await pay_in(database, account["id"], "1000.00")

    # A new device: the second factor is asked, and the owner is told.
    async with site.visitor("Chrome/141.0") as away:
        await log_in(person, away)
        assert (await away.get("/identity/me"))["id"] == me["id"]
        told = await person.phone.message("新设备登录")
        assert "http" not in told
        events = (await home.get("/identity/security-events"))["items"]
        told_of = ["new_device", "passkey_added", "recovery_codes_made"]
        assert sorted(each["kind"] for each in events) == told_of

        await paid_by_passkey(person, account["id"], to=await a_shop(database))

        # Both browsers are listed; the other one is put out, at once.
        assert len((await home.get("/identity/devices"))["items"]) == 2
        listed = (await home.get("/identity/sessions"))["items"]
        assert sorted(each["current"] for each in listed) == [False, True]
        (other,) = [each for each in listed if not each["current"]]
        assert other["factors"] == ["passkey", "password"]
        ended = await home.ask("DELETE", f"/identity/sessions/{other['id']}")
        assert ended.status_code == 204, ended.text
        assert problem(await away.ask("GET", "/identity/me")) == (401, "auth.unauthenticated")
    assert len((await home.get("/identity/sessions"))["items"]) == 1
    assert (await home.ask("DELETE", "/identity/sessions/current")).status_code == 204
    assert "__Host-tb_session" not in home.http.cookies
    assert problem(await home.ask("GET", "/identity/me")) == (401, "auth.unauthenticated")


async def paid_by_passkey(person: Person, account_id: str, *, to: str) -> None:
    """Pay somebody new: refused first, confirmed by the passkey, then paid, once."""
    home = person.home
    order = {
        "debtor_account_id": account_id,
        "creditor_account_number": to,
        "creditor_name": SHOP,
        "amount": {"amount": "120.50", "currency": "CNY"},
    }
    key = {"Idempotency-Key": str(new_id())}
    refused = await home.ask("POST", "/payments", json=order, headers=key)
    assert problem(refused) == (403, "identity.step_up_required")
    action = refused.json()["action"]
    assert action["kind"] == "payments.transfer.new_payee"
    header = await home.confirm(action, "passkey", by_passkey(person.device))

    # What was confirmed is this payment and no other.
    dearer = order | {"amount": {"amount": "999.00", "currency": "CNY"}}
    other_key = {"Idempotency-Key": str(new_id())}
    wrong = await home.ask("POST", "/payments", json=dearer, headers=header | other_key)
    assert problem(wrong) == (403, "identity.step_up_required")

    paid = await home.ask("POST", "/payments", json=order, headers=header | key)
    assert (paid.status_code, paid.json()["status"]) == (201, "settled"), paid.text
    again = await home.ask("POST", "/payments", json=order, headers=header | key)
    assert again.json()["id"] == paid.json()["id"]
    balance = await home.get(f"/accounts/{account_id}/balance")
    assert balance["available"] == {"amount": "879.50", "currency": "CNY"}


async def reset_begun(thief: Visitor, phone: Phone) -> dict[str, Any]:
    """Begin to reset a password as somebody who reads the owner's messages; no factor asked yet."""
    contact = {"contact": phone.number}
    sent = await thief.post("/identity/password-resets", contact)
    path = f"/identity/password-resets/{sent['id']}/confirmation"
    code = await phone.code("重设密码验证码")
    begun: dict[str, Any] = await thief.post(path, {**contact, "code": code})
    return begun


async def answered(thief: Visitor, begun: dict[str, Any], **proof: Any) -> tuple[int, str]:
    """Try to set a new password; return status and code of the refusal."""
    body = {"challenge_id": begun["challenge_id"], "new_password": NEW_PASSWORD, **proof}
    return problem(await thief.ask("POST", "/identity/password-resets/completion", json=body))


NOT_OFFERED = (422, "identity.factor_not_offered")
REFUSED = (401, "identity.factor_refused")


async def test_a_copied_sim_card_does_not_get_past_a_passkey(site: Site, person: Person) -> None:
    home = person.home
    await person.register()
    await person.add_passkey()
    site.let_a_minute_pass()
    async with site.visitor() as thief:
        begun = await reset_begun(thief, person.phone)
        assert begun["factors"] == ["passkey", "recovery_code"]
        path = f"/identity/sessions/challenges/{begun['challenge_id']}"
        assert await answered(thief, begun) == NOT_OFFERED
        assert await answered(thief, begun, factor="otp_sms", code="123456") == NOT_OFFERED
        asked = await thief.ask("POST", f"{path}/factors/otp_sms")
        assert problem(asked) == NOT_OFFERED

        # Another authenticator, even one that says it is the owner's, signs in vain.
        options = (await thief.post(f"{path}/factors/passkey"))["data"]["options"]
        forger = site.authenticator()
        forger.credential_id = person.device.credential_id
        forger.user_handle = person.device.user_handle
        forged = forger.get(options)
        assert await answered(thief, begun, factor="passkey", assertion=forged) == REFUSED
        # The challenge of a reset is no way to log in, whatever it is answered with.
        options = (await thief.post(f"{path}/factors/passkey"))["data"]["options"]
        right = person.device.get(options)
        session = await thief.ask("POST", path, json={"factor": "passkey", "assertion": right})
        assert problem(session) == (401, "identity.challenge_over")
        assert not thief.http.cookies

    # Nothing happened to the owner: the session goes on, and the password is the old one.
    await home.get("/identity/me")
    events = (await home.get("/identity/security-events"))["items"]
    assert sorted(each["kind"] for each in events) == ["passkey_added", "recovery_codes_made"]
    async with site.visitor() as away:
        body = {"login": person.phone.number, "password": NEW_PASSWORD}
        refused = await away.ask("POST", "/identity/sessions", json=body)
        assert problem(refused) == (401, "identity.log_in_refused")
        await log_in(person, away)
    await reset_by_the_owner(site, person)


async def reset_by_the_owner(site: Site, person: Person) -> None:
    """Whoever has the passkey resets the password; all sessions end then, and the owner is told."""
    site.let_a_minute_pass()
    async with site.visitor() as browser:
        begun = await reset_begun(browser, person.phone)
        path = f"/identity/sessions/challenges/{begun['challenge_id']}"
        options = (await browser.post(f"{path}/factors/passkey"))["data"]["options"]
        body = {"challenge_id": begun["challenge_id"], "new_password": NEW_PASSWORD}
        proof = {"factor": "passkey", "assertion": person.device.get(options)}
        path = "/identity/password-resets/completion"
        done = await browser.ask("POST", path, json=body | proof)
        assert (done.status_code, done.headers.get("set-cookie")) == (204, None), done.text
        await person.phone.message("密码已于")
        ended = await person.home.ask("GET", "/identity/me")
        assert problem(ended) == (401, "auth.unauthenticated")
        await log_in(person, browser, NEW_PASSWORD)


async def test_nor_past_an_authenticator_app(site: Site, person: Person) -> None:
    home = person.home
    await person.register()
    app = await person.add_app()
    site.let_a_minute_pass()
    async with site.visitor() as thief:
        begun = await reset_begun(thief, person.phone)
        assert begun["factors"] == ["totp", "recovery_code"]
        assert await answered(thief, begun) == NOT_OFFERED
        wrong = f"{(int(app.now()) + 500_000) % 1_000_000:06}"
        for _ in range(5):
            assert await answered(thief, begun, factor="totp", code=wrong) == REFUSED
        # Five tries, and the challenge is over, for a right code too.
        over = await answered(thief, begun, factor="totp", code=app.now())
        assert over == (401, "identity.challenge_over")
    await home.get("/identity/me")


async def test_log_in_by_an_account_elsewhere(site: Site, person: Person) -> None:
    home = person.home
    await person.register()
    me = await home.get("/identity/me")
    begun = await person.allowed("/identity/oidc/sandbox/links", {})
    linked = await back_from_provider(home, begun["continue_at"])
    assert (linked.status_code, linked.headers["location"]) == (303, "/app/security")
    assert [each["key"] for each in (await home.get("/identity/oidc/links"))["items"]] == [
        "sandbox"
    ]

    # Another browser is let in by the account alone, as the same user.
    authorize = "/api/v1/identity/oidc/sandbox/authorize?return_to=/app"
    async with site.visitor() as away, site.visitor() as stranger:
        entered = await back_from_provider(away, authorize)
        assert (entered.status_code, entered.headers["location"]) == (303, "/app")
        current = await away.get("/identity/sessions/current")
        away.csrf = current["csrf_token"]
        assert current["factors"] == ["external"]
        assert (await away.get("/identity/me"))["id"] == me["id"]
        await person.phone.message("新设备登录")

        # An answer is good once, and in the browser that asked only.
        replayed = await away.go(str(entered.request.url), came_from="cross-site")
        assert problem(replayed) == (401, "identity.external_log_in_refused")
        answer = await at_provider(stranger, authorize)
        stolen = await away.go(answer, came_from="cross-site")
        assert problem(stolen) == (401, "identity.external_log_in_refused")

        # An account that nobody here has is no log-in.
        unknown = await back_from_provider(stranger, authorize, account="林秀英")
        assert unknown.headers["location"].startswith("/app#external_registration=")
        assert "__Host-tb_session" not in stranger.http.cookies
        assert (await stranger.ask("GET", "/identity/me")).status_code == 401

    # With a passkey the account elsewhere is the first of two steps, both in one browser.
    await person.add_passkey()
    async with site.visitor() as away, site.visitor() as stranger:
        sent_on = await back_from_provider(away, authorize)
        path, _, fragment = sent_on.headers["location"].partition("#")
        told = parse_qs(fragment)
        assert (path, told["factors"]) == ("/app", ["passkey,recovery_code"])
        (challenge,) = told["log_in_challenge"]
        assert (await away.ask("GET", "/identity/me")).status_code == 401
        asked = await stranger.ask(
            "POST", f"/identity/sessions/challenges/{challenge}/factors/passkey"
        )
        assert problem(asked) == (401, "identity.challenge_over")
        await by_second_factor(person, away, challenge)
        current = await away.get("/identity/sessions/current")
        assert current["factors"] == ["external", "passkey"]


async def test_password_and_sim_card_only_ask_and_the_owner_says_no(
    site: Site, person: Person
) -> None:
    home = person.home
    await person.register()
    await person.add_passkey()
    site.let_a_minute_pass()
    body = {"login": person.phone.number, "password": PASSWORD}
    async with site.visitor() as thief:
        begun = await thief.post("/identity/sessions", body)
        assert begun["factors"] == ["passkey", "recovery_code"]
        path = f"/identity/sessions/challenges/{begun['challenge_id']}"
        assert problem(await thief.ask("POST", f"{path}/factors/otp_sms")) == NOT_OFFERED

        async def ask_for(what: str) -> httpx2.Response:
            begun = await thief.post("/identity/factor-recoveries", body)
            assert begun["factors"] == ["otp_sms"]
            handle = begun["challenge_id"]
            await thief.post(f"/identity/sessions/challenges/{handle}/factors/otp_sms")
            code = await person.phone.code("账户恢复验证码")
            answer = {"challenge_id": handle, "factor": "otp_sms", "code": code}
            return await thief.ask("POST", f"/identity/factor-recoveries/{what}", json=answer)

        asked = await ask_for("requests")
        assert asked.status_code == 201, asked.text
        told = await person.phone.message("申请移除通行密钥")
        assert "http" not in told
        site.let_a_minute_pass()
        early = await ask_for("completion")
        assert problem(early) == (409, "identity.recovery_waits")
        ready_at = [datetime.fromisoformat(each.json()["ready_at"]) for each in (early, asked)]
        assert ready_at[0] == ready_at[1]

        assert await home.get("/identity/factor-recoveries/current") == asked.json()
        cancelled = await home.ask("DELETE", "/identity/factor-recoveries/current")
        assert cancelled.status_code == 204, cancelled.text
        site.let_a_minute_pass()
        late = await ask_for("completion")
        assert problem(late) == (404, "identity.unknown_recovery")
        assert not thief.http.cookies
    async with site.visitor() as away:
        await log_in(person, away)


async def at_provider(browser: Visitor, address: str, account: str = "陈建国") -> str:
    """Be sent to the provider, choose who one is there; return where one is sent back to."""
    away = await browser.go(address)
    assert away.status_code == 303, away.text
    page = await browser.go(away.headers["location"], came_from="cross-site")
    ((link,),) = [re.findall(rf'href="([^"]+)">{account}<', page.text)]
    back = await browser.go(unescape(link), came_from="same-origin")
    assert back.status_code == 302, back.text
    return str(back.headers["location"])


async def back_from_provider(
    browser: Visitor, address: str, account: str = "陈建国"
) -> httpx2.Response:
    """Log in at the provider and come back; return the answer to the browser then."""
    back = await at_provider(browser, address, account)
    assert back.startswith(f"{browser.origin}/api/v1/identity/oidc/sandbox/callback?")
    return await browser.go(back, came_from="cross-site")
