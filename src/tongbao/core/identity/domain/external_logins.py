"""Logging in by an account at somebody else's: OpenID Connect Core 1.0, authorization code flow."""

import hmac
import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from joserfc import jwt
from joserfc.jwk import ECKey, Key, RSAKey

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

FLOW_LIFETIME: Final = timedelta(minutes=10)
TICKET_LIFETIME: Final = timedelta(minutes=15)
LEEWAY: Final = timedelta(seconds=60)
AGE_MAX: Final = timedelta(minutes=10)
"""An ID token is made when the code is redeemed; an old one is of another log-in."""
SUBJECT_LENGTH_MAX: Final = 255
NAME_LENGTH_MAX: Final = 100
TOKEN_LENGTH_MAX: Final = 16_000
ALGORITHMS: Final = ("ES256", "RS256")
"""Asymmetric ones only, whatever a token says: with HMAC our public view of a key would sign."""
RETURN_PATHS: Final = frozenset({"/", "/app", "/app/security", "/app/welcome"})
"""Where a browser may be sent after logging in: these pages of our own and no others."""


@dataclass(frozen=True, slots=True)
class ExternalProvider:
    """An identity provider, as the installation's settings name it."""

    key: str
    title: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ExternalIdentity:
    """Somebody at a provider: issuer and subject together never change and are nobody else's.

    An e-mail is left out on purpose: whoever may choose it at some provider would become the
    user here who has the same.
    """

    issuer: str
    subject: str
    name: str | None = None


class UnknownProvider(TongbaoError):
    """There is no provider of this name."""

    code = "identity.unknown_provider"
    kind = Kind.NOT_FOUND
    title = Text(zh="不支持的第三方账号", en="Unknown identity provider")


class ProviderUnavailable(TongbaoError):
    """The provider does not answer, or not with what it should."""

    code = "identity.provider_unavailable"
    kind = Kind.UNAVAILABLE
    title = Text(zh="第三方登录服务暂不可用", en="The identity provider is not available")


class ExternalLogInRefused(TongbaoError):
    """The one answer to whatever is wrong with what a provider, or a browser, brought."""

    code = "identity.external_log_in_refused"
    kind = Kind.UNAUTHENTICATED
    title = Text(zh="第三方登录失败", en="Log-in by the identity provider was refused")
    detail = Text(
        zh="登录未完成、已超时或信息有误，请重新开始。",
        en="It was not finished, took too long or is not valid; please start again.",
    )


class ExternalLoginTaken(TongbaoError):
    """This account of the provider's belongs to a user already."""

    code = "identity.external_login_taken"
    kind = Kind.CONFLICT
    title = Text(zh="该第三方账号已被关联", en="This account is linked already")


class UnknownExternalLogin(TongbaoError):
    """The caller has linked no account of this provider's."""

    code = "identity.unknown_external_login"
    kind = Kind.NOT_FOUND
    title = Text(zh="未关联该第三方账号", en="No account of this provider is linked")


class ReturnPathNotAllowed(TongbaoError):
    """A browser is sent back to pages of our own only."""

    code = "identity.return_path_not_allowed"
    kind = Kind.INVALID
    title = Text(zh="返回地址不被允许", en="The address to return to is not allowed")


class UnknownKey(Exception):
    """The token names a key that is not among the provider's: they may have changed."""


def clean_return_path(path: str) -> str:
    """Return the path if a browser may be sent there. Raises `ReturnPathNotAllowed`."""
    if path not in RETURN_PATHS:
        raise ReturnPathNotAllowed
    return path


def check_id_token(
    token: str,
    *,
    provider: ExternalProvider,
    keys: Sequence[Mapping[str, Any]],
    nonce: str,
    at: datetime,
) -> ExternalIdentity:
    """Return whom an ID token speaks of (OpenID Connect Core 1.0, 3.1.3.7).

    `keys` are the provider's, as JSON web keys. Raises `UnknownKey`, and `ExternalLogInRefused`
    for a signature, issuer, audience, nonce or time that is not right.
    """
    algorithm, kid = _header(token)
    found = [each for each in keys if each.get("kid") == kid]
    if not found:
        raise UnknownKey
    claims = _verified(token, key=_key(found[0], algorithm), algorithm=algorithm)
    if not (
        claims.get("iss") == provider.issuer
        and _is_for(claims, provider.client_id)
        and _is_fresh(claims, at)
        and isinstance(claims.get("nonce"), str)
        and hmac.compare_digest(claims["nonce"].encode(), nonce.encode())
    ):
        raise ExternalLogInRefused
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 1 <= len(subject) <= SUBJECT_LENGTH_MAX:
        raise ExternalLogInRefused
    if not subject.isascii() or not subject.isprintable():
        raise ExternalLogInRefused
    return ExternalIdentity(issuer=provider.issuer, subject=subject)


def _header(token: str) -> tuple[str, str]:
    """Return algorithm and key id of a token; refuse what brings keys or asks for extensions."""
    if len(token) > TOKEN_LENGTH_MAX or token.count(".") != 2:  # noqa: PLR2004 - three parts
        raise ExternalLogInRefused
    try:
        header = json.loads(urlsafe_b64decode(token.partition(".")[0] + "=="))
    except ValueError as error:
        raise ExternalLogInRefused from error
    if not isinstance(header, dict) or header.keys() & {"crit", "jku", "jwk", "x5u", "x5c"}:
        raise ExternalLogInRefused
    algorithm, kid = header.get("alg"), header.get("kid")
    if algorithm not in ALGORITHMS or not isinstance(kid, str):
        raise ExternalLogInRefused
    return algorithm, kid


def _key(found: Mapping[str, Any], algorithm: str) -> Key:
    """Return a key if it is one for this algorithm and for signing."""
    right = {"ES256": ("EC", "P-256"), "RS256": ("RSA", None)}[algorithm]
    if (found.get("kty"), found.get("crv")) != right or found.get("use", "sig") != "sig":
        raise ExternalLogInRefused
    try:
        kind = ECKey if algorithm == "ES256" else RSAKey
        return kind.import_key({name: found[name] for name in found if name in _PUBLIC_PARTS})
    except Exception as error:  # a provider's key set may hold anything
        raise ExternalLogInRefused from error


_PUBLIC_PARTS: Final = frozenset({"kty", "crv", "x", "y", "n", "e", "kid"})


def _verified(token: str, *, key: Key, algorithm: str) -> Mapping[str, Any]:
    try:
        claims = jwt.decode(token, key, algorithms=[algorithm]).claims
    except Exception as error:  # a hostile token may make the parsers raise anything
        raise ExternalLogInRefused from error
    return claims


def _is_for(claims: Mapping[str, Any], client_id: str) -> bool:
    """Tell whether we are the one audience, or were named as the one it was made for."""
    audience = claims.get("aud")
    if audience not in (client_id, [client_id]) and not (
        isinstance(audience, list) and client_id in audience and claims.get("azp") == client_id
    ):
        return False
    return bool(claims.get("azp", client_id) == client_id)


def _is_fresh(claims: Mapping[str, Any], at: datetime) -> bool:
    """Tell whether the token was made a moment ago and has not ended."""
    now = int(at.timestamp())
    leeway, age_max = int(LEEWAY.total_seconds()), int(AGE_MAX.total_seconds())
    ends, made = claims.get("exp"), claims.get("iat")
    if type(ends) is not int or type(made) is not int:
        return False
    return ends > now - leeway and now - age_max <= made <= now + leeway
