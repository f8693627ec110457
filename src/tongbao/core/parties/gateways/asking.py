"""Asking an outside service over HTTP: bounded in time and bytes, no redirects, no proxies.

The habits are those of the tax-office gateway: a connection error, a time-out and a 5xx or 429
answer are tried again at once a few times; what lasts longer is the job's business.
"""

import asyncio
import random
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeVar

import httpx2
import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from tongbao.core.parties.domain.checks import CheckUnavailable, CheckUntrustworthy, Service

log = structlog.get_logger(__name__)

TOO_MANY_REQUESTS: Final = 429
SERVER_ERROR: Final = 500

Answer = TypeVar("Answer", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskingLimits:
    """How long and how much."""

    connect_seconds_max: float = 3.0
    read_seconds_max: float = 8.0
    total_seconds_max: float = 20.0
    bytes_max: int = 256 * 1024
    attempts_max: int = 2
    backoff_seconds: float = 0.3


class Wire(BaseModel):
    """Strict about what we read; members we do not know are neither read nor kept."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class NotThere(Exception):
    """The service says 404."""


class _Trouble(Exception):
    """A failure that another try may cure."""


class Asker:
    """Asks one service."""

    def __init__(
        self, service: Service, *, base_url: str, token: str, limits: AskingLimits | None = None
    ) -> None:
        self.service = service
        self.base_url = base_url.rstrip("/")
        self.limits = limits or AskingLimits()
        self._token = token
        self._tls = ssl.create_default_context()

    async def ask(
        self,
        method: Literal["GET", "POST"],
        path: str,
        shape: type[Answer],
        body: Mapping[str, object] | None = None,
    ) -> Answer:
        """Return the service's answer in its shape.

        Raises `CheckUnavailable`, `CheckUntrustworthy`, and `NotThere` for a 404.
        """
        try:
            async with asyncio.timeout(self.limits.total_seconds_max), self._client() as client:
                content = await self._again(client, method, path, body)
        except TimeoutError:
            raise CheckUnavailable(service=self.service, cause="time") from None
        try:
            return shape.model_validate_json(content)
        except ValidationError:
            raise CheckUntrustworthy(service=self.service, cause="malformed") from None

    def _client(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(
            headers={"Authorization": f"Bearer {self._token}", "Accept": "application/json"},
            timeout=httpx2.Timeout(
                self.limits.read_seconds_max, connect=self.limits.connect_seconds_max
            ),
            verify=self._tls,
            follow_redirects=False,
            trust_env=False,
        )

    async def _again(
        self,
        client: httpx2.AsyncClient,
        method: str,
        path: str,
        body: Mapping[str, object] | None,
    ) -> bytes:
        for attempt in range(1, self.limits.attempts_max + 1):
            try:
                return await self._once(client, method, path, body)
            except _Trouble as trouble:
                log.warning(
                    "identity_check_trouble",
                    service=self.service.value,
                    cause=str(trouble),
                    attempt=attempt,
                )
                if attempt == self.limits.attempts_max:
                    raise CheckUnavailable(service=self.service, cause=str(trouble)) from None
            spread = random.uniform(0.75, 1.25)  # noqa: S311 - spreads load, guards nothing
            await asyncio.sleep(self.limits.backoff_seconds * 2 ** (attempt - 1) * spread)
        raise AssertionError("the last attempt returns or raises")

    async def _once(
        self,
        client: httpx2.AsyncClient,
        method: str,
        path: str,
        body: Mapping[str, object] | None,
    ) -> bytes:
        try:
            async with client.stream(method, f"{self.base_url}{path}", json=body) as response:
                self._check_status(response.status_code)
                return await self._content(response)
        except httpx2.TransportError as error:
            raise _Trouble(type(error).__name__) from None
        except httpx2.DecodingError:
            raise CheckUntrustworthy(service=self.service, cause="encoding") from None

    def _check_status(self, status: int) -> None:
        if status == httpx2.codes.OK:
            return
        if status >= SERVER_ERROR or status == TOO_MANY_REQUESTS:
            msg = f"HTTP {status}"
            raise _Trouble(msg)
        if status == httpx2.codes.NOT_FOUND:
            raise NotThere
        if status in (httpx2.codes.UNAUTHORIZED, httpx2.codes.FORBIDDEN):
            # Our own credentials: nothing the customer did.
            raise CheckUnavailable(service=self.service, cause=f"HTTP {status}")
        raise CheckUntrustworthy(service=self.service, cause=f"HTTP {status}")

    async def _content(self, response: httpx2.Response) -> bytes:
        content = bytearray()
        async for chunk in response.aiter_bytes():
            content += chunk
            if len(content) > self.limits.bytes_max:
                raise CheckUntrustworthy(service=self.service, cause="too many bytes")
        return bytes(content)
