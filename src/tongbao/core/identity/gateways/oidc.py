"""An OpenID Connect provider over HTTP.

Everything is asked for at addresses below the issuer that the settings name: what its metadata say
of other hosts is refused, redirects are not followed, answers are bounded in bytes and seconds.
Metadata and keys are kept for some minutes; a token with an unknown key has them asked for again,
at most once in half a minute, so that a provider may change its keys at any time.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2
import structlog
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client

from tongbao.core.identity.domain.external_logins import (
    NAME_LENGTH_MAX,
    ExternalIdentity,
    ExternalLogInRefused,
    ExternalProvider,
    ProviderUnavailable,
    UnknownKey,
    check_id_token,
)

log = structlog.get_logger(__name__)

TOTAL_SECONDS_MAX: Final = 5
READ_SECONDS_MAX: Final = 3
BODY_BYTES_MAX: Final = 256 * 1024
KEYS_MAX: Final = 50
KEPT: Final = timedelta(minutes=10)
ASKED_AGAIN_AFTER: Final = timedelta(seconds=30)
SCOPE: Final = "openid profile"
_ENDPOINTS: Final = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")


class TooManyBytes(httpx2.TransportError):
    """An answer longer than any of this kind."""


class _Bounded(httpx2.AsyncByteStream):
    """A body that ends with an error where it becomes too long."""

    def __init__(self, inner: httpx2.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._inner:
            size += len(chunk)
            if size > BODY_BYTES_MAX:
                msg = "the answer is too long"
                raise TooManyBytes(msg)
            yield chunk

    async def aclose(self) -> None:
        """Close the connection's half of it."""
        await self._inner.aclose()


class _BoundedTransport(httpx2.AsyncHTTPTransport):
    """Bounds every answer, whoever reads it."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send, and bound what comes back."""
        response = await super().handle_async_request(request)
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        response.stream = _Bounded(response.stream)
        return response


@dataclass(frozen=True, slots=True)
class _Kept:
    value: Any
    asked_at: datetime


class OidcGateway:
    """Talks to one provider."""

    def __init__(self, provider: ExternalProvider) -> None:
        self.provider = provider
        self._tls = ssl.create_default_context()
        self._metadata: _Kept | None = None
        self._keys: _Kept | None = None

    async def authorization_url(
        self, *, redirect_uri: str, state: str, nonce: str, verifier: str, at: datetime
    ) -> str:
        """Return where the browser is sent to log in. Raises `ProviderUnavailable`."""
        endpoint = (await self._described(at))["authorization_endpoint"]
        async with self._client(redirect_uri) as client:
            url, _ = client.create_authorization_url(
                endpoint, state=state, code_verifier=verifier, nonce=nonce
            )
        return str(url)

    async def identity(
        self, *, code: str, redirect_uri: str, verifier: str, nonce: str, at: datetime
    ) -> ExternalIdentity:
        """Redeem a code; return who has logged in, as a checked ID token says.

        Raises `ProviderUnavailable`, `ExternalLogInRefused`.
        """
        metadata = await self._described(at)
        async with self._client(redirect_uri) as client:
            token = await self._asked(
                client.fetch_token(
                    metadata["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=verifier,
                )
            )
            id_token, access = token.get("id_token"), token.get("access_token")
            if not isinstance(id_token, str) or not isinstance(access, str):
                raise ExternalLogInRefused
            who = await self._checked(id_token, nonce=nonce, at=at)
            told = await self._get(
                metadata["userinfo_endpoint"], {"Authorization": f"Bearer {access}"}
            )
        if told.get("sub") != who.subject:  # OpenID Connect Core 1.0, 5.3.2
            raise ExternalLogInRefused
        name = told.get("name")
        fits = isinstance(name, str) and name.isprintable() and len(name) <= NAME_LENGTH_MAX
        return ExternalIdentity(who.issuer, who.subject, name if fits else None)

    async def _checked(self, id_token: str, *, nonce: str, at: datetime) -> ExternalIdentity:
        facts = {"provider": self.provider, "nonce": nonce, "at": at}
        try:
            return check_id_token(id_token, keys=await self._key_set(at), **facts)  # type: ignore[arg-type]
        except UnknownKey:
            pass
        try:
            return check_id_token(id_token, keys=await self._key_set(at, again=True), **facts)  # type: ignore[arg-type]
        except UnknownKey as error:
            raise ExternalLogInRefused from error

    async def _described(self, at: datetime) -> Mapping[str, str]:
        """Return the provider's metadata (OpenID Connect Discovery 1.0), if they can be true."""
        kept = self._metadata
        if kept is not None and kept.asked_at <= at < kept.asked_at + KEPT:
            known: Mapping[str, str] = kept.value
            return known
        issuer = self.provider.issuer
        told = await self._get(f"{issuer}/.well-known/openid-configuration")
        endpoints = {name: told.get(name) for name in _ENDPOINTS}
        if (
            told.get("issuer") != issuer
            or "S256" not in (told.get("code_challenge_methods_supported") or ())
            or not all(_is_below(endpoint, issuer) for endpoint in endpoints.values())
        ):
            log.warning("oidc_metadata_refused", provider=self.provider.key)
            raise ProviderUnavailable
        self._metadata = _Kept(endpoints, at)
        return {name: str(endpoint) for name, endpoint in endpoints.items()}

    async def _key_set(self, at: datetime, *, again: bool = False) -> Sequence[Mapping[str, Any]]:
        kept, good_for = self._keys, ASKED_AGAIN_AFTER if again else KEPT
        if kept is not None and kept.asked_at <= at < kept.asked_at + good_for:
            known: Sequence[Mapping[str, Any]] = kept.value
            return known
        told = await self._get((await self._described(at))["jwks_uri"])
        listed = told.get("keys")
        if not isinstance(listed, list):
            raise ProviderUnavailable
        keys = [each for each in listed[:KEYS_MAX] if isinstance(each, dict)]
        self._keys = _Kept(keys, at)
        return keys

    async def _get(self, url: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        async with httpx2.AsyncClient(**self._options()) as client:
            response = await self._asked(client.get(url, headers=headers))
        try:
            answer = response.json() if response.status_code == httpx2.codes.OK else None
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            log.warning("oidc_trouble", provider=self.provider.key, status=response.status_code)
            raise ProviderUnavailable
        return answer

    async def _asked(self, request: Any) -> Any:  # noqa: ANN401 - what the library awaits
        """Wait for an answer, not for ever; turn what goes wrong into our own words."""
        try:
            async with asyncio.timeout(TOTAL_SECONDS_MAX):
                return await request
        except OAuthError as error:
            log.info("oidc_refused", provider=self.provider.key, why=str(error.error)[:50])
            raise ExternalLogInRefused from None
        except (TimeoutError, httpx2.HTTPError, ValueError) as error:
            log.warning("oidc_trouble", provider=self.provider.key, why=type(error).__name__)
            raise ProviderUnavailable from None

    def _client(self, redirect_uri: str) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            client_id=self.provider.client_id,
            client_secret=self.provider.client_secret,
            token_endpoint_auth_method="client_secret_basic",  # noqa: S106 - a method's name
            code_challenge_method="S256",
            scope=SCOPE,
            redirect_uri=redirect_uri,
            **self._options(),
        )

    def _options(self) -> dict[str, Any]:
        return {
            "timeout": httpx2.Timeout(READ_SECONDS_MAX),
            "transport": _BoundedTransport(verify=self._tls, trust_env=False),
            "follow_redirects": False,
            "trust_env": False,
        }


def _is_below(address: object, issuer: str) -> bool:
    """Tell whether an address is of the issuer's own host."""
    if not isinstance(address, str):
        return False
    ours, theirs = urlsplit(issuer), urlsplit(address)
    return (theirs.scheme, theirs.netloc) == (ours.scheme, ours.netloc) and not theirs.fragment
