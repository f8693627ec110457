"""JSON Web Tokens by which a client proves who it is (RFC 7523), and the keys that check them.

What a token says of itself is never taken for granted: algorithms are those of the list below,
each with its kind of key; the key is one the client registered, found by its `kid`, never one the
token brings along or points to.
"""

import json
import re
import warnings
from base64 import urlsafe_b64decode
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from joserfc import jwk, jwt
from joserfc.errors import JoseError, SecurityWarning

from tongbao.core.identity.domain.clients import ClientKey, KeyUnsuitable, clean_kid

ASSERTION_LENGTH_MAX: Final = 8_000
LIFETIME_MAX: Final = timedelta(minutes=5)
SKEW_MAX: Final = timedelta(seconds=30)
JTI_LENGTH_MAX: Final = 128
RSA_BITS_MIN: Final = 2_048
RSA_BITS_MAX: Final = 8_192

ALGORITHMS: Final = ("ES256", "PS256", "EdDSA", "Ed25519")
_ALGORITHMS_OF: Final[Mapping[tuple[str, str], frozenset[str]]] = {
    ("EC", "P-256"): frozenset({"ES256"}),
    ("RSA", ""): frozenset({"PS256"}),
    ("OKP", "Ed25519"): frozenset({"EdDSA", "Ed25519"}),
}
_PUBLIC: Final = {"EC": ("crv", "x", "y"), "RSA": ("n", "e"), "OKP": ("crv", "x")}
_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
# Each of these would have the reader take a key from the token, or change how it is read.
_FORBIDDEN: Final = frozenset({"jwk", "jku", "x5u", "x5c", "x5t", "x5t#S256", "crit", "b64"})
_COMPACT: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)


class BadAssertion(Exception):
    """The assertion proves nothing; `why` is for the log, the caller is told no more than that."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


@dataclass(frozen=True, slots=True)
class Assertion:
    """What a checked assertion says."""

    client_id: str
    jti: str
    expires_at: datetime


def clean_key(given: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """Return kid and public members of a JWK. Raises `KeyUnsuitable`."""
    kid = clean_kid(given.get("kid"))
    family = (str(given.get("kty")), str(given.get("crv", "")))
    if family not in _ALGORITHMS_OF or _PRIVATE & given.keys():
        raise KeyUnsuitable
    if given.get("use", "sig") != "sig" or given.get("alg") not in {None, *_ALGORITHMS_OF[family]}:
        raise KeyUnsuitable
    members = {name: given.get(name) for name in ("kty", *_PUBLIC[family[0]])}
    if not all(isinstance(value, str) for value in members.values()):
        raise KeyUnsuitable
    public = {name: str(value) for name, value in members.items()}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)  # what is weak is refused below
            key = jwk.import_key(dict(public))
        bits = key.raw_value.key_size if isinstance(key, jwk.RSAKey) else RSA_BITS_MIN
    except (JoseError, ValueError, TypeError) as error:
        raise KeyUnsuitable from error
    if not RSA_BITS_MIN <= bits <= RSA_BITS_MAX:
        raise KeyUnsuitable
    return kid, {"kid": kid, **public}


def claimed_client(assertion: str) -> str:
    """Return whom an assertion claims to come from, nothing checked: to look up the keys by.

    Raises `BadAssertion`.
    """
    if len(assertion) > ASSERTION_LENGTH_MAX or _COMPACT.fullmatch(assertion) is None:
        raise BadAssertion("form")
    payload = assertion.split(".")[1]
    try:
        claims = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, RecursionError) as error:
        raise BadAssertion("form") from error
    if not isinstance(claims, dict):
        raise BadAssertion("form")
    subject = claims.get("sub")
    if not isinstance(subject, str):
        raise BadAssertion("sub")
    return subject


def check_assertion(
    assertion: str,
    *,
    client_id: str,
    keys: Sequence[ClientKey],
    audiences: Collection[str],
    at: datetime,
) -> Assertion:
    """Return what an assertion of this client says. Raises `BadAssertion`.

    RFC 7523, 3: `iss` and `sub` are the client, `aud` is one of ours and nobody else's, `exp` is
    at most five minutes off. A `jti` is asked for; that it is used once is the caller's to see to.
    """
    if len(assertion) > ASSERTION_LENGTH_MAX or _COMPACT.fullmatch(assertion) is None:
        raise BadAssertion("form")
    by_kid = {key.kid: key.jwk for key in keys}

    def find(token: jwk.GuestProtocol) -> Any:  # noqa: ANN401 - one of joserfc's keys
        header = token.headers()
        known = by_kid.get(str(header.get("kid", "")))
        if known is None or _FORBIDDEN & header.keys():
            raise BadAssertion("key")
        suitable = _ALGORITHMS_OF[known["kty"], known.get("crv", "")]
        if header.get("alg") not in suitable:
            raise BadAssertion("algorithm")
        return jwk.import_key(dict(known))

    try:
        with warnings.catch_warnings():
            # RFC 9864 gives EdDSA with Ed25519 a name of its own; both are that one algorithm here.
            warnings.simplefilter("ignore", SecurityWarning)
            claims = jwt.decode(assertion, find, algorithms=ALGORITHMS).claims
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise BadAssertion("signature") from error
    return _check_claims(claims, client_id=client_id, audiences=audiences, at=at)


def _check_claims(
    claims: Mapping[str, Any], *, client_id: str, audiences: Collection[str], at: datetime
) -> Assertion:
    if claims.get("iss") != client_id or claims.get("sub") != client_id:
        raise BadAssertion("iss, sub")
    audience = claims.get("aud")
    named = [audience] if isinstance(audience, str) else audience
    if not isinstance(named, list) or len(named) != 1 or named[0] not in audiences:
        raise BadAssertion("aud")
    now = at.timestamp()
    expires = _seconds(claims, "exp")
    if expires is None or not now < expires <= now + LIFETIME_MAX.total_seconds():
        raise BadAssertion("exp")
    for name in ("nbf", "iat"):
        begins = _seconds(claims, name)
        if begins is not None and begins > now + SKEW_MAX.total_seconds():
            raise BadAssertion(name)
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= JTI_LENGTH_MAX or not jti.isprintable():
        raise BadAssertion("jti")
    return Assertion(client_id=client_id, jti=jti, expires_at=at + timedelta(seconds=expires - now))


def _seconds(claims: Mapping[str, Any], name: str) -> int | None:
    """Return a time of the claims, whole seconds since 1970; None where it is not given."""
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadAssertion(name)
    return value
