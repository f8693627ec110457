"""A passkey in a real browser: added, logged in with, and used to confirm an action."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route

from tests.support.bank import PASSWORD
from tests.support.logs import own_logs
from tests.support.programs import answers, free_port, program
from tests.support.walks import carry_passkeys
from tongbao.app.connect import connect
from tongbao.core.identity import service as identity
from tongbao.core.identity.service import Role, UserKind
from tongbao.core.parties import service as parties
from tongbao.infra.postgres import Urls
from tongbao.infra.settings import Settings
from tongbao.kernel.clock import now

# The page of the test: what the front end does with the API, and no more.
PAGE = """<!doctype html><title>passkeys</title><script>
const api = "/api/v1/identity";
async function ask(method, path, {body, headers} = {}) {
  const answer = await fetch(api + path, {
    method, headers: {"Content-Type": "application/json", ...headers},
    body: body === undefined ? undefined : JSON.stringify(body)});
  return {status: answer.status, json: answer.status === 204 ? null : await answer.json()};
}
async function logInByPassword(username, password) {
  const answer = await fetch(api + "/tokens", {
    method: "POST", credentials: "omit", body: new URLSearchParams({username, password})});
  return {Authorization: "Bearer " + (await answer.json()).access_token};
}
const sign = async options => (await navigator.credentials.get({
  publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options)})).toJSON();
async function confirmed(headers, action, proof, answer) {
  const asked = await ask("POST", "/step-up/challenges", {headers, body: {action, proof}});
  const body = proof === "passkey" ? {assertion: await sign(asked.json.options)} : answer;
  const path = `/step-up/challenges/${asked.json.challenge_id}/confirmation`;
  const token = (await ask("POST", path, {headers, body})).json.token;
  return {...headers, "Step-Up-Token": token};
}
async function addPasskey(username, password) {
  let headers = await logInByPassword(username, password);
  const action = {kind: "identity.passkey.add", facts: {}};
  headers = await confirmed(headers, action, "password", {password});
  const begun = await ask("POST", "/passkey-registrations/options", {headers});
  const made = await navigator.credentials.create({
    publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(begun.json.options)});
  const body = {ceremony_id: begun.json.ceremony_id, name: "浏览器", credential: made.toJSON()};
  return ask("POST", "/passkey-registrations", {headers, body});
}
async function logInByPasskey() {
  const begun = await ask("POST", "/passkey-assertions/options");
  const assertion = await sign(begun.json.options);
  const body = {ceremony_id: begun.json.ceremony_id, assertion};
  const first = await ask("POST", "/passkey-assertions", {body});
  return {first, again: await ask("POST", "/passkey-assertions", {body})};
}
async function removePasskey(id, csrf) {
  const headers = {"X-CSRF-Token": csrf};
  const refused = await ask("DELETE", "/passkeys/" + id, {headers});
  const stepped = await confirmed(headers, refused.json.action, "passkey");
  return {refused, done: await ask("DELETE", "/passkeys/" + id, {headers: stepped})};
}
</script>"""

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(
    fresh_database: Callable[..., Urls], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[str, str]]:
    """The API as a process, and the log-in name of somebody there."""
    urls, port, folder = fresh_database(), free_port(), tmp_path_factory.mktemp("passkeys")
    login = f"user-{secrets.token_hex(8)}"
    with own_logs():
        database = connect(Settings(database_url=urls.app))
        async with database.write() as tx:
            party = await parties.register_person(tx, name="张伟", at=now())
            await identity.create_user(
                tx,
                login=login,
                password=PASSWORD,
                name="张伟",
                kind=UserKind.CUSTOMER,
                roles=[Role.CUSTOMER],
                party_ids=[party.id],
                at=now(),
            )
        await database.close()
    environment = {
        "TONGBAO_DATABASE_URL": urls.app,
        "TONGBAO_PORT": str(port),
        "TONGBAO_DATA_DIR": str(Path(folder) / "data"),
    }
    address = f"http://localhost:{port}"
    with program("serve", environment=environment, log=folder / "serve") as api:
        local = f"http://127.0.0.1:{port}"
        await asyncio.to_thread(api.wait_until, lambda: answers(f"{local}/health/ready"), "answer")
        yield address, login


@pytest.fixture
async def page(browser: Browser, site: tuple[str, str]) -> AsyncIterator[Page]:
    context = await browser.new_context(base_url=site[0])
    page = await context.new_page()
    await carry_passkeys(page)

    async def serve(route: Route) -> None:
        await route.fulfill(body=PAGE, content_type="text/html; charset=utf-8")

    await page.route("**/page-of-the-test", serve)
    await page.goto("/page-of-the-test")
    yield page
    await context.close()


async def test_a_passkey_from_its_making_to_its_end(page: Page, site: tuple[str, str]) -> None:
    async def do(script: str, *arguments: Any) -> Any:
        return await page.evaluate(f"a => {script}(...a)", list(arguments))

    added = await do("addPasskey", site[1], PASSWORD)
    assert added["status"] == 201, added
    assert added["json"]["name"] == "浏览器"

    result = await do("logInByPasskey")
    assert result["first"]["status"] == 201, result
    assert result["again"]["status"] == 401, "an answer is good once"
    csrf = result["first"]["json"]["csrf_token"]
    current = await do("ask", "GET", "/sessions/current")
    assert current["json"]["factors"] == ["passkey"]
    listed = await do("ask", "GET", "/passkeys")
    assert [each["id"] for each in listed["json"]["items"]] == [added["json"]["id"]]
    assert listed["json"]["items"][0]["last_used_at"] is not None

    removed = await do("removePasskey", added["json"]["id"], csrf)
    assert removed["refused"]["json"]["code"] == "identity.step_up_required"
    assert removed["refused"]["json"]["proofs"] == ["passkey", "recovery_code"]
    assert removed["done"]["status"] == 204, removed
    gone = await do("logInByPasskey")
    assert gone["first"]["status"] == 401
