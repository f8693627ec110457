"""The gateway that carries SMS and e-mail, over HTTP.

`POST {base}/v1/sms` and `POST {base}/v1/emails`, with the message's id as `Idempotency-Key`: the
same id twice is one message. 202 with a reference means taken; 4xx never; anything else, later.
"""

import ssl
from typing import Annotated, Final
from uuid import UUID

import httpx2
import structlog
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

ANSWER_BYTES_MAX: Final = 16 * 1024
CONNECT_SECONDS_MAX: Final = 3.0
READ_SECONDS_MAX: Final = 10.0
REFUSALS: Final = frozenset({400, 404, 409, 413, 422})  # about this message, whenever it is sent

log = structlog.get_logger(__name__)


class GatewayUnavailable(TongbaoError):
    """The message was not taken, and may be later."""

    code = "notify.gateway_unavailable"
    kind = Kind.UNAVAILABLE
    title = Text(zh="消息网关暂不可用", en="The message gateway is not available")
    detail = Text(zh="原因：{cause}", en="Cause: {cause}")


class MessageRefused(TongbaoError):
    """The gateway will never take this message: no such number, for example."""

    code = "notify.message_refused"
    kind = Kind.REFUSED
    title = Text(zh="消息被网关拒绝", en="The gateway refused the message")
    detail = Text(zh="状态 {status}", en="Status {status}")


class _Taken(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")

    reference: Annotated[str, StringConstraints(min_length=1, max_length=100)]


class MessageGateway:
    """Hands over one message at a time."""

    def __init__(
        self, *, base_url: str, token: str, read_seconds_max: float = READ_SECONDS_MAX
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._token = token
        self._timeout = httpx2.Timeout(read_seconds_max, connect=CONNECT_SECONDS_MAX)
        self._tls = ssl.create_default_context()

    async def send_sms(self, message_id: UUID, *, to: str, text: str) -> str:
        """Hand over an SMS; return the gateway's reference.

        Raises `GatewayUnavailable` and `MessageRefused`.
        """
        return await self._post("sms", message_id, {"to": to, "text": text})

    async def send_email(self, message_id: UUID, *, to: str, subject: str, text: str) -> str:
        """Hand over an e-mail; return the gateway's reference. Raises like `send_sms`."""
        return await self._post("emails", message_id, {"to": to, "subject": subject, "text": text})

    async def _post(self, kind: str, message_id: UUID, body: dict[str, str]) -> str:
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Idempotency-Key": str(message_id),
            "Accept": "application/json",
        }
        try:
            async with (
                httpx2.AsyncClient(
                    headers=headers,
                    timeout=self._timeout,
                    verify=self._tls,
                    follow_redirects=False,
                    trust_env=False,
                ) as client,
                client.stream("POST", f"{self.base_url}/v1/{kind}", json=body) as response,
            ):
                if response.status_code in REFUSALS:
                    raise MessageRefused(status=response.status_code)
                if response.status_code != httpx2.codes.ACCEPTED:
                    raise GatewayUnavailable(cause=f"HTTP {response.status_code}")
                answer = await _body(response)
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            raise GatewayUnavailable(cause=type(error).__name__) from None
        try:
            return _Taken.model_validate_json(answer).reference
        except ValidationError:
            raise GatewayUnavailable(cause="malformed answer") from None


async def _body(response: httpx2.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > ANSWER_BYTES_MAX:
            raise GatewayUnavailable(cause="too long an answer")
    return bytes(body)
