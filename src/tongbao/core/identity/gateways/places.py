"""The place look-up over HTTP: `GET {base}/v1/addresses/{address}`.

It is a help to the user, never a reason to refuse anybody; so it is asked after the log-in, by a
job, and an address without a place is nothing to worry about.
"""

import ssl
from typing import Annotated, Final
from urllib.parse import quote

import httpx2
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from tongbao.core.identity.domain.places import PER_DEGREE, Place
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

ANSWER_BYTES_MAX: Final = 16 * 1024
SECONDS_MAX: Final = 5.0
_Word = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f]+$")]


class PlacesUnavailable(TongbaoError):
    """The look-up did not answer, or not sensibly."""

    code = "identity.places_unavailable"
    kind = Kind.UNAVAILABLE
    title = Text(zh="位置查询暂不可用", en="The place look-up is not available")
    detail = Text(zh="原因：{cause}", en="Cause: {cause}")


class _Answer(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")

    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    city: _Word
    latitude: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]  # a place, no amount
    longitude: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]


class PlacesGateway:
    """Tells where an IP address is."""

    def __init__(self, *, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")
        self._tls = ssl.create_default_context()

    async def locate(self, address: str) -> Place | None:
        """Return the place of an address, None if nobody knows it. Raises `PlacesUnavailable`."""
        url = f"{self.base_url}/v1/addresses/{quote(address, safe='')}"
        try:
            async with (
                httpx2.AsyncClient(
                    timeout=SECONDS_MAX, verify=self._tls, follow_redirects=False, trust_env=False
                ) as client,
                client.stream("GET", url) as response,
            ):
                if response.status_code == httpx2.codes.NOT_FOUND:
                    return None
                if response.status_code != httpx2.codes.OK:
                    raise PlacesUnavailable(cause=f"HTTP {response.status_code}")
                body = await _body(response)
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            raise PlacesUnavailable(cause=type(error).__name__) from None
        try:
            answer = _Answer.model_validate_json(body)
        except ValidationError:
            raise PlacesUnavailable(cause="malformed answer") from None
        return Place(
            country=answer.country,
            city=answer.city,
            latitude_e4=round(answer.latitude * PER_DEGREE),
            longitude_e4=round(answer.longitude * PER_DEGREE),
        )


async def _body(response: httpx2.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > ANSWER_BYTES_MAX:
            raise PlacesUnavailable(cause="too long an answer")
    return bytes(body)
