"""Second factors and step-up over HTTP: set up, confirm, change, refuse."""

from collections.abc import Callable
from typing import Any

import httpx2
import psycopg
import pyotp
import pytest

from tests.support.authenticator import Authenticator
from tests.unit.core.identity.conftest import PASSWORD, Person, logged_in, new_person
from tongbao.infra.db import Database
from tongbao.kernel.clock import now
from tongbao.kernel.ids import new_id

API = "/api/v1/identity"
Problem = Callable[[httpx2.Response], tuple[int, str]]


class Caller:
    """Somebody logged in."""

    def __init__(self, client: httpx2.AsyncClient, headers: dict[str, str]) -> None:
        self.client, self.headers = client, headers
        self.device = Authenticator()

    async def ask(
        self, method: str, path: str, body: Any = None, *, token: str | None = None, **headers: str
    ) -> httpx2.Response:
        sent = self.headers | headers | ({} if token is None else {"Step-Up-Token": token})
        return await self.client.request(method, API + path, json=body, headers=sent)

    async def confirm(
        self, refused: httpx2.Response, answer: Any, *, proof: str
    ) -> httpx2.Response:
        """Do what `identity.step_up_required` says; return the answer with the token."""
        action = refused.json()["action"]
        asked = await self.ask("POST", "/step-up/challenges", {"action": action, "proof": proof})
        assert asked.status_code == 201, asked.text
        challenge = asked.json()
        assert challenge["action_digest"] == refused.json()["action_digest"]
        if proof == "passkey":
            answer = {"assertion": self.device.get(challenge["options"])}
        path = f"/step-up/challenges/{challenge['challenge_id']}/confirmation"
        return await self.ask("POST", path, answer)

    async def stepped_up(
        self, method: str, path: str, body: Any = None, *, proof: str, answer: Any = None
    ) -> httpx2.Response:
        refused = await self.ask(method, path, body)
        assert refused.json()["code"] == "identity.step_up_required", refused.text
        assert proof in refused.json()["proofs"]
        confirmed = await self.confirm(refused, answer, proof=proof)
        assert confirmed.status_code == 201, confirmed.text
        assert confirmed.headers["cache-control"] == "no-store"
        return await self.ask(method, path, body, token=confirmed.json()["token"])


@pytest.fixture
async def person(database: Database) -> Person:
    async with database.write() as tx:
        return await new_person(tx)


@pytest.fixture
async def caller(client: httpx2.AsyncClient, person: Person) -> Caller:
    return Caller(client, await logged_in(client, person))


BY_PASSWORD: dict[str, Any] = {"proof": "password", "answer": {"password": PASSWORD}}


async def test_the_way_from_a_password_to_every_factor(caller: Caller, problem: Problem) -> None:
    assert (await caller.ask("GET", "/factors")).json() == {
        "totp": False,
        "recovery_codes_left": 0,
        "passkeys": 0,
        "payment_password": False,
        "recovery": None,
    }
    made = await caller.stepped_up("POST", "/totp", **BY_PASSWORD)
    assert made.status_code == 201
    assert made.headers["cache-control"] == "no-store"
    assert made.json()["qr_svg"].startswith("<svg")
    assert made.json()["secret"] in made.json()["uri"]
    app = pyotp.TOTP(made.json()["secret"])
    wrong = await caller.ask("POST", "/totp/confirmation", {"code": "12345"})
    assert problem(wrong) == (422, "identity.totp_code_wrong")
    codes = await caller.ask("POST", "/totp/confirmation", {"code": app.at(now())})
    assert len(codes.json()["codes"]) == 10
    assert problem(await caller.ask("POST", "/totp")) == (409, "identity.totp_exists")

    begun = await caller.stepped_up(
        "POST",
        "/passkey-registrations/options",
        proof="totp",
        answer={"code": app.at(now(), counter_offset=1)},
    )
    ceremony = begun.json()
    added = await caller.ask(
        "POST",
        "/passkey-registrations",
        {
            "ceremony_id": ceremony["ceremony_id"],
            "name": "我的手机",
            "credential": caller.device.create(ceremony["options"]),
        },
    )
    assert added.status_code == 201, added.text
    password = {"payment_password": "860794", "login_password": PASSWORD}
    done = await caller.stepped_up("PUT", "/payment-password", password, proof="passkey")
    assert (done.status_code, done.content) == (204, b"")
    assert (await caller.ask("GET", "/factors")).json() == {
        "totp": True,
        "recovery_codes_left": 10,
        "passkeys": 1,
        "payment_password": True,
        "recovery": None,
    }

    passkey = f"/passkeys/{added.json()['id']}"
    renamed = await caller.ask("PATCH", passkey, {"name": "旧手机"})
    assert renamed.json()["name"] == "旧手机"
    listed = (await caller.ask("GET", "/passkeys")).json()["items"]
    assert listed == [renamed.json()]
    new_codes = await caller.stepped_up("POST", "/recovery-codes", proof="passkey")
    assert not set(new_codes.json()["codes"]) & set(codes.json()["codes"])
    assert (await caller.stepped_up("DELETE", "/totp", proof="passkey")).status_code == 204
    assert (await caller.stepped_up("DELETE", passkey, proof="passkey")).status_code == 204
    assert (await caller.ask("GET", "/passkeys")).json() == {"items": []}


async def test_what_step_up_asks_for_is_said_in_both_languages(caller: Caller) -> None:
    for language, words in (("zh", "绑定动态口令"), ("en", "Setting up an authenticator app")):
        refused = await caller.ask("POST", "/totp", **{"Accept-Language": language})
        assert refused.status_code == 403
        assert words in refused.json()["detail"]


async def test_wrong_proofs_count_although_they_are_refused(
    caller: Caller, problem: Problem
) -> None:
    refused = await caller.ask("POST", "/totp")
    for _ in range(10):
        wrong = await caller.confirm(refused, {"password": "wrong"}, proof="password")
        assert problem(wrong) == (403, "identity.step_up_refused")
    body = {"action": refused.json()["action"], "proof": "password"}
    locked = await caller.ask("POST", "/step-up/challenges", body)
    assert problem(locked) == (429, "identity.step_up_locked")
    assert 0 < int(locked.headers["retry-after"]) <= 15 * 60 + 1


async def test_a_challenge_of_a_passkey_that_failed_is_used_up(
    caller: Caller, problem: Problem
) -> None:
    begun = await caller.stepped_up("POST", "/passkey-registrations/options", **BY_PASSWORD)
    ceremony = begun.json()
    body = {"ceremony_id": ceremony["ceremony_id"], "name": "x"}
    phished = caller.device.create(ceremony["options"], origin="http://evil.example")
    honest = caller.device.create(ceremony["options"])
    for credential in (phished, honest):
        answer = await caller.ask(
            "POST", "/passkey-registrations", {**body, "credential": credential}
        )
        assert problem(answer) == (422, "identity.passkey_not_registered")


async def test_the_origin_is_the_settings_whatever_the_host_header_says(
    caller: Caller, problem: Problem
) -> None:
    caller.headers = caller.headers | {
        "Host": "evil.example",
        "X-Forwarded-Host": "evil.example",
        "Origin": "http://evil.example",
    }
    begun = await caller.stepped_up("POST", "/passkey-registrations/options", **BY_PASSWORD)
    ceremony = begun.json()
    assert ceremony["options"]["rp"]["id"] == "localhost"
    credential = caller.device.create(ceremony["options"], origin="http://evil.example")
    body = {"ceremony_id": ceremony["ceremony_id"], "name": "x", "credential": credential}
    answer = await caller.ask("POST", "/passkey-registrations", body)
    assert problem(answer) == (422, "identity.passkey_not_registered")


async def test_another_user_s_passkey_does_not_exist(
    client: httpx2.AsyncClient, caller: Caller, database: Database, problem: Problem
) -> None:
    async with database.write() as tx:
        other = await new_person(tx)
        theirs = await other.add_passkey(tx, at=now())
    for method, body in (("PATCH", {"name": "x"}), ("DELETE", None)):
        for passkey_id in (theirs.id, new_id()):
            answer = await caller.ask(method, f"/passkeys/{passkey_id}", body)
            assert problem(answer) == (404, "identity.unknown_passkey")


async def test_a_weak_payment_password(caller: Caller, problem: Problem) -> None:
    body = {"payment_password": "123456", "login_password": PASSWORD}
    answer = await caller.ask("PUT", "/payment-password", body)
    assert problem(answer) == (422, "identity.payment_password_weak")
    assert "123456" not in answer.text
    body = {"payment_password": "860794", "login_password": "wrong"}
    answer = await caller.stepped_up("PUT", "/payment-password", body, **BY_PASSWORD)
    assert problem(answer) == (403, "identity.step_up_refused")


async def test_secrets_are_kept_under_no_idempotency_key(caller: Caller, owner_url: str) -> None:
    refused = await caller.ask("POST", "/totp")
    token = (await caller.confirm(refused, {"password": PASSWORD}, proof="password")).json()
    key = f"key-{new_id()}"
    first = await caller.ask("POST", "/totp", token=token["token"], **{"Idempotency-Key": key})
    assert first.status_code == 201
    with psycopg.connect(owner_url) as connection:
        query = "SELECT count(*) FROM infra_idempotency WHERE key = %s"
        kept = connection.execute(query, (key,)).fetchone()
    assert kept == (0,)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/factors"),
        ("POST", "/totp"),
        ("DELETE", "/totp"),
        ("GET", "/passkeys"),
        ("POST", "/passkey-registrations/options"),
        ("PUT", "/payment-password"),
        ("POST", "/step-up/challenges"),
    ],
)
async def test_nobody_is_nobody(
    client: httpx2.AsyncClient, problem: Problem, method: str, path: str
) -> None:
    answer = await client.request(method, API + path)
    assert problem(answer) == (401, "auth.unauthenticated")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"action": {"kind": "x", "facts": {}}, "proof": "hope"},
        {"action": {"kind": "identity.totp.set_up", "facts": {"x": 1}}, "proof": "password"},
        {"action": {"kind": "identity.totp.set_up"}, "proof": "password"},
        {
            "action": {"kind": "identity.totp.set_up", "facts": {"x": "y" * 501}},
            "proof": "password",
        },
    ],
)
async def test_hostile_actions(caller: Caller, problem: Problem, body: dict[str, Any]) -> None:
    answer = await caller.ask("POST", "/step-up/challenges", body)
    assert problem(answer) == (422, "request.invalid")
