"""The sandbox's identity provider for tests: over real HTTP, good and bad on demand."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from tongbao.core.identity.domain.external_logins import ExternalProvider
from tongbao.core.identity.gateways.oidc import OidcGateway
from tongbao_sandbox.identity_provider.accounts import CLIENT_ID, CLIENT_SECRET
from tongbao_sandbox.main import create_app as create_sandbox
from tongbao_sandbox.server import running

CALLBACK = "http://localhost:8000/api/v1/identity/oidc/sandbox/callback"


@dataclass(frozen=True)
class IdentityProvider:
    """The provider, and somebody at a browser in front of it."""

    url: str

    @property
    def issuer(self) -> str:
        return f"{self.url}/oidc"

    def gateway(self, **changed: Any) -> OidcGateway:
        """Return a gateway that has asked for nothing yet."""
        facts = {
            "key": "sandbox",
            "title": "Sandbox",
            "issuer": self.issuer,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            **changed,
        }
        return OidcGateway(ExternalProvider(**facts))

    async def misbehave(self, kind: str, **facts: object) -> None:
        async with httpx2.AsyncClient() as client:
            body = {"kind": kind, **facts}
            (await client.put(f"{self.url}/sandbox/faults/oidc", json=body)).raise_for_status()

    async def behave(self) -> None:
        async with httpx2.AsyncClient() as client:
            (await client.delete(f"{self.url}/sandbox/faults/oidc")).raise_for_status()

    async def rotate(self) -> None:
        async with httpx2.AsyncClient() as client:
            (await client.post(f"{self.url}/sandbox/oidc/keys")).raise_for_status()

    async def log_in(self, authorize: str, account: str = "sub-chen") -> dict[str, str]:
        """Log in at the provider as somebody; return the query it sends the browser back with."""
        async with httpx2.AsyncClient() as client:
            answer = await client.get(f"{authorize}&account={account}")
        assert answer.status_code == 302, answer.text
        back = urlsplit(answer.headers["location"])
        assert f"{back.scheme}://{back.netloc}{back.path}" == CALLBACK
        return {name: value for name, (value,) in parse_qs(back.query).items()}


@pytest.fixture(scope="session")
def provider() -> Iterator[IdentityProvider]:
    with running(create_sandbox()) as url:
        yield IdentityProvider(url)
