"""Key-encryption keys that a key management service (KMS) guards, over HTTP.

The service wraps the KEK's secret, the database keeps it wrapped, and a process has it unwrapped
once, when it starts: afterwards the service may be away. `POST {base}/v1/keys/{key}/wrap` and
`/unwrap` with the secret in base64 and a context that must be the same both times.
"""

import ssl
from base64 import b64encode
from collections.abc import Sequence
from secrets import token_bytes
from typing import Annotated, Final
from urllib.parse import quote

import httpx2
from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, ValidationError

from tongbao.infra.crypto.ciphers import KEY_BYTES
from tongbao.infra.crypto.keks import Secret, Source
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

ANSWER_BYTES_MAX: Final = 16 * 1024
CONNECT_SECONDS_MAX: Final = 3.0
READ_SECONDS_MAX: Final = 5.0
CONTEXT: Final = "tongbao kek"


class KmsUnavailable(TongbaoError):
    """The key management service did not answer, or not with a key."""

    code = "crypto.kms_unavailable"
    kind = Kind.UNAVAILABLE
    title = Text(zh="密钥管理服务不可用", en="The key management service is not available")
    detail = Text(zh="原因：{cause}", en="Cause: {cause}")


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Wrapped(_Answer):
    ciphertext: Annotated[Base64Bytes, Field(min_length=1, max_length=8_192)]


class _Plain(_Answer):
    plaintext: Annotated[Base64Bytes, Field(min_length=KEY_BYTES, max_length=KEY_BYTES)]


class KmsGateway:
    """Wraps and unwraps secrets under one key of the service."""

    def __init__(
        self, *, base_url: str, token: str, key: str, read_seconds_max: float = READ_SECONDS_MAX
    ) -> None:
        self._address = f"{base_url.rstrip('/')}/v1/keys/{quote(key, safe='')}"
        self._token = token
        self._timeout = httpx2.Timeout(read_seconds_max, connect=CONNECT_SECONDS_MAX)
        self._tls = ssl.create_default_context()

    async def wrap(self, secret: bytes) -> bytes:
        """Return a secret wrapped. Raises `KmsUnavailable`."""
        answer = await self._post("wrap", "plaintext", secret)
        try:
            return _Wrapped.model_validate_json(answer).ciphertext
        except ValidationError:
            raise KmsUnavailable(cause="malformed answer") from None

    async def unwrap(self, wrapped: bytes) -> bytes:
        """Return the secret; whether it is the right one, its check value says.

        Raises `KmsUnavailable`, also where the service refuses.
        """
        answer = await self._post("unwrap", "ciphertext", wrapped)
        try:
            return _Plain.model_validate_json(answer).plaintext
        except ValidationError:
            raise KmsUnavailable(cause="malformed answer") from None

    async def _post(self, verb: str, member: str, value: bytes) -> bytes:
        body = {member: b64encode(value).decode(), "context": CONTEXT}
        try:
            async with (
                httpx2.AsyncClient(
                    headers={"Authorization": f"Bearer {self._token}"},
                    timeout=self._timeout,
                    verify=self._tls,
                    follow_redirects=False,
                    trust_env=False,
                ) as client,
                client.stream("POST", f"{self._address}/{verb}", json=body) as response,
            ):
                if response.status_code != httpx2.codes.OK:
                    raise KmsUnavailable(cause=f"HTTP {response.status_code}")
                return await _body(response)
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            raise KmsUnavailable(cause=type(error).__name__) from None


async def _body(response: httpx2.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > ANSWER_BYTES_MAX:
            raise KmsUnavailable(cause="too long an answer")
    return bytes(body)


class Kms:
    """KEKs that the database keeps wrapped by the service.

    The first is made where there is none, a further one if `add` says so. `before` has those of
    a time before the service, until everything is wrapped anew.
    """

    def __init__(
        self, gateway: KmsGateway, *, before: Source | None = None, add: bool = False
    ) -> None:
        self._gateway = gateway
        self._before = before
        self._add = add

    async def secrets(self, stored: Sequence[bytes]) -> Sequence[Secret]:
        """Return them. Raises `KmsUnavailable`."""
        found = [] if self._before is None else list(await self._before.secrets(()))
        found += [Secret(await self._gateway.unwrap(wrapped), wrapped) for wrapped in stored]
        if self._add or not stored:
            new = token_bytes(KEY_BYTES)
            found.append(Secret(new, await self._gateway.wrap(new)))
        return found
