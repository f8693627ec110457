"""HTTP to a channel: bounded in time and bytes, no redirects, no proxies, and never sent twice.

What cannot be told from here is said as it is: `Unreachable` when no connection came about, so
that nothing was sent; `Lost` when something was and no answer came that could be read.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Final

import httpx2
import structlog

from tongbao.core.channels.domain.instructions import Answer, Instruction, Outcome
from tongbao.core.channels.domain.reasons import Reason, reason
from tongbao.core.channels.gateways.plugin import Connection

log = structlog.get_logger(__name__)

ANSWER_BYTES_MAX: Final = 256 * 1024
STATEMENT_BYTES_MAX: Final = 64 * 1024 * 1024


class Unreachable(Exception):
    """No connection: nothing was sent."""


class Lost(Exception):
    """Something was sent, and nothing came that could be trusted."""

    def __init__(self, why: Reason, cause: str) -> None:
        self.why = why
        super().__init__(cause)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Talker:
    """Talks to one channel, a connection for each request."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._base = connection.base_url.rstrip("/")
        self._tls = ssl.create_default_context()

    async def say(
        self,
        method: str,
        path: str,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        bytes_max: int = ANSWER_BYTES_MAX,
    ) -> Reply:
        """Send one request, once. Raises `Unreachable`, `Lost`."""
        try:
            async with asyncio.timeout(self._connection.total_seconds_max):
                return await self._say(method, path, content, headers or {}, bytes_max)
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            raise Unreachable(type(error).__name__) from None
        except (TimeoutError, httpx2.TimeoutException):
            raise Lost(Reason.TIMED_OUT, "time") from None
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            raise Lost(Reason.BROKEN_ANSWER, type(error).__name__) from None

    async def _say(
        self,
        method: str,
        path: str,
        content: bytes | None,
        headers: Mapping[str, str],
        bytes_max: int,
    ) -> Reply:
        timeout = httpx2.Timeout(
            self._connection.read_seconds_max, connect=self._connection.connect_seconds_max
        )
        async with (
            httpx2.AsyncClient(
                timeout=timeout, verify=self._tls, follow_redirects=False, trust_env=False
            ) as client,
            client.stream(
                method, f"{self._base}{path}", content=content, headers=dict(headers)
            ) as response,
        ):
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > bytes_max:
                    raise Lost(Reason.BROKEN_ANSWER, "too many bytes")
            told = {name.lower(): value for name, value in response.headers.items()}
            return Reply(response.status_code, told, bytes(body))


async def submitted(work: Awaitable[Answer], instruction: Instruction) -> Answer:
    """Return the answer to an instruction; without a connection it was certainly not executed."""
    try:
        return await work
    except Unreachable as failed:
        return _failed(instruction, Outcome.NOT_DONE, Reason.UNREACHABLE, failed)
    except Lost as failed:
        return _failed(instruction, Outcome.UNKNOWN, failed.why, failed)


async def inquired(work: Awaitable[Answer], instruction: Instruction) -> Answer:
    """Return the answer to an inquiry; without one we know as little as before."""
    try:
        return await work
    except Unreachable as failed:
        return _failed(instruction, Outcome.UNKNOWN, Reason.UNREACHABLE, failed)
    except Lost as failed:
        return _failed(instruction, Outcome.UNKNOWN, failed.why, failed)


def _failed(instruction: Instruction, outcome: Outcome, why: Reason, failed: Exception) -> Answer:
    log.warning("channel_trouble", reference=instruction.reference, why=why, cause=str(failed))
    return Answer(outcome=outcome, reason=reason(why, channel_code=None))
