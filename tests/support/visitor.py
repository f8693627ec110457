"""A person at a browser in front of the running platform, and the messages they get.

The browser keeps cookies, says where its requests come from, and adds what a page of ours adds.
"""

import asyncio
import re
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

import httpx2
import psycopg

from tests.support.authenticator import Authenticator
from tests.support.bank import done
from tests.support.certificates import pair
from tests.support.programs import free_port, program
from tongbao.infra.postgres import Urls
from tongbao_sandbox.main import create_app as create_sandbox
from tongbao_sandbox.server import running

API = "/api/v1"
WAIT_SECONDS_MAX = 30.0
Answer = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]  # to what a step-up asked
CODE = re.compile(r"(?<!\d)\d{6}(?!\d)", re.ASCII)
COOKIES = {"__Host-tb_session", "__Host-tb_device", "__Host-tb_external"}


T = TypeVar("T")


async def wait_for(look: Callable[[], Awaitable[T | None]], what: str) -> T:
    """Look again and again until something is there."""
    give_up_at = time.monotonic() + WAIT_SECONDS_MAX
    while (found := await look()) is None:
        assert time.monotonic() < give_up_at, f"no {what} in {WAIT_SECONDS_MAX} s"
        await asyncio.sleep(0.05)
    return found


@dataclass
class Phone:
    """What arrives at a number: the sandbox's gateway shows it in an inbox."""

    number: str
    outside: str
    read: set[str] = field(default_factory=set)

    async def message(self, words: str) -> str:
        """Wait for a message that was not read before and says something; return its text."""
        return await wait_for(lambda: self._unread(words), f"message with {words!r}")

    async def code(self, words: str) -> str:
        """Wait for a message with a code in it; return the code."""
        (code,) = CODE.findall(await self.message(words))
        return str(code)

    async def _unread(self, words: str) -> str | None:
        async with httpx2.AsyncClient(trust_env=False) as client:
            query = {"to": f"+86{self.number}"}
            got = done(await client.get(f"{self.outside}/messages/v1/inbox", params=query))
        for each in reversed(got):
            if each["reference"] not in self.read and words in each["text"]:
                self.read.add(each["reference"])
                return str(each["text"])
        return None


@dataclass
class Visitor:
    """One browser. `csrf` is what a page of ours holds while somebody is logged in."""

    http: httpx2.AsyncClient
    csrf: str = ""

    @property
    def origin(self) -> str:
        """Where our own pages are."""
        return str(self.http.base_url).rstrip("/")

    async def ask(self, method: str, path: str, **more: Any) -> httpx2.Response:
        """Ask the API, as a script of our own page does."""
        headers = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}
        if method != "GET":
            headers |= {"Origin": self.origin} | ({"X-CSRF-Token": self.csrf} if self.csrf else {})
        headers |= more.pop("headers", {})
        return await self.http.request(method, f"{API}{path}", headers=headers, **more)

    async def get(self, path: str, **query: Any) -> Any:
        """Return what a GET answers, which must be a success."""
        return done(await self.ask("GET", path, params=query))

    async def post(self, path: str, body: object = None, **more: Any) -> Any:
        """Return what a POST answers, which must be a success."""
        return done(await self.ask("POST", path, json=body, **more))

    async def go(self, address: str, *, came_from: str = "none") -> httpx2.Response:
        """Go to a page by a link or a redirect, as the address bar shows it; follow none."""
        headers = {"Sec-Fetch-Site": came_from, "Sec-Fetch-Mode": "navigate"}
        return await self.http.get(address, headers=headers)

    async def begin(self, answer: httpx2.Response) -> None:
        """Take up the session that an answer has begun."""
        assert answer.status_code == 201, answer.text
        self.csrf = answer.json()["csrf_token"]

    async def confirm(self, action: object, proof: str, answer: Answer) -> dict[str, str]:
        """Confirm an action; return the header that lets it pass."""
        asked = await self.post("/identity/step-up/challenges", {"action": action, "proof": proof})
        path = f"/identity/step-up/challenges/{asked['challenge_id']}/confirmation"
        return {"Step-Up-Token": (await self.post(path, await answer(asked)))["token"]}


def by_passkey(device: Authenticator) -> Answer:
    async def answer(asked: dict[str, Any]) -> dict[str, Any]:
        return {"assertion": device.get(asked["options"])}

    return answer


def by_code(phone: Phone) -> Answer:
    async def answer(_asked: dict[str, Any]) -> dict[str, Any]:
        return {"code": await phone.code("确认码")}

    return answer


@dataclass(frozen=True)
class Site:
    """The platform over TLS, its worker, and the outside world, each over real HTTP."""

    address: str
    outside: str
    certificate: Path
    urls: Urls

    @asynccontextmanager
    async def visitor(self, name: str = "Firefox/140.0") -> AsyncIterator[Visitor]:
        """Open a browser that has never been here."""

        async def look_at_cookies(response: httpx2.Response) -> None:
            for cookie in response.headers.get_list("set-cookie"):
                _check_cookie(cookie)

        async with httpx2.AsyncClient(
            base_url=self.address,
            verify=ssl.create_default_context(cafile=self.certificate),
            headers={
                "Accept-Language": "zh-CN",
                "User-Agent": f"Mozilla/5.0 (Windows NT 10.0; rv:140.0) {name}",
            },
            event_hooks={"response": [look_at_cookies]},
            trust_env=False,
            timeout=20,
        ) as http:
            yield Visitor(http)

    def phone(self, number: str) -> Phone:
        return Phone(number, self.outside)

    def authenticator(self) -> Authenticator:
        return Authenticator(origin=self.address)

    def let_a_minute_pass(self) -> None:
        """Make all messages a minute older: an address gets one code a minute."""
        with psycopg.connect(self.urls.owner) as connection:
            connection.execute(
                "UPDATE infra_message SET created_at = created_at - interval '61 seconds'"
            )


@contextmanager
def site_running(urls: Urls, folder: Path) -> Iterator[Site]:
    """Run API, worker and sandbox until the end of the block."""
    certificate, key = pair(folder)
    port = free_port()
    address = f"https://localhost:{port}"
    with running(create_sandbox()) as outside:
        environment = {
            "TONGBAO_DATABASE_URL": urls.app,
            "TONGBAO_DATA_DIR": str(folder / "data"),
            "TONGBAO_PORT": str(port),
            "TONGBAO_PUBLIC_URL": address,
            "TONGBAO_SANDBOX_PORT": str(urlsplit(outside).port),
            "TONGBAO_TLS_CERTIFICATE_FILE": str(certificate),
            "TONGBAO_TLS_KEY_FILE": str(key),
            "TONGBAO_QUEUE_DELAY_MS_MAX": "60000",
        }
        context = ssl.create_default_context(cafile=certificate)
        ready = urljoin(address, "/health/ready")

        def answers() -> bool:
            try:
                return httpx2.get(ready, verify=context, timeout=2, trust_env=False).is_success
            except httpx2.HTTPError:
                return False

        with (
            program("serve", environment=environment, log=folder / "serve") as api,
            program("worker", environment=environment, log=folder / "worker") as worker,
        ):
            api.wait_until(answers, "answer")
            worker.wait_for("worker started")
            yield Site(address, outside, certificate, urls)


def _check_cookie(text: str) -> None:
    """Every cookie is this host's alone, for TLS, out of scripts' reach."""
    pair_text, *attributes = (part.strip().lower() for part in text.split(";"))
    assert pair_text.partition("=")[0] in {each.lower() for each in COOKIES}, text
    assert {"secure", "httponly", "path=/", "samesite=lax"} <= set(attributes), text
    assert not any(each.startswith("domain") for each in attributes), text
