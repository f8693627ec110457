"""ID tokens, true and false."""

import hmac
import json
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, KeyParameters, RSAKey

from tongbao_sandbox.identity_provider.accounts import CLIENT_ID, CLIENT_SECRET
from tongbao_sandbox.identity_provider.state import Provider, seconds_now

LIFETIME_SECONDS = 300
DAY_SECONDS = 86_400
ALGORITHMS = ["ES256", "RS256"]


def id_token(provider: Provider, *, issuer: str, subject: str, nonce: str) -> str | None:
    """Return the ID token that the fault set now makes of a true one."""
    kind = provider.fault.kind if provider.fault else ""
    claims = _claims(kind, issuer=issuer, subject=subject, nonce=nonce)
    key = provider.key
    algorithm = "ES256" if isinstance(key, ECKey) else "RS256"
    header: dict[str, Any] = {"alg": algorithm, "typ": "JWT", "kid": key.kid}
    match kind:
        case "no_id_token":
            return None
        case "alg_none":
            return f"{_part({'alg': 'none', 'kid': key.kid})}.{_part(claims)}."
        case "hs256_public_key":
            return _hmac(claims, kid=key.kid, secret=key.as_pem(private=False))
        case "hs256_client_secret":
            return _hmac(claims, kid=key.kid, secret=CLIENT_SECRET.encode())
        case "unknown_kid":
            header["kid"] = "key-nobody-knows"
        case "no_kid":
            del header["kid"]
        case "foreign_key" | "embedded_key":
            key = _other(key)
            if kind == "embedded_key":
                header["jwk"] = key.as_dict(private=False)
        case _:
            pass
    token = jwt.encode(header, claims, key, algorithms=ALGORITHMS)
    if kind == "tampered":
        head, _, signature = token.split(".")
        return f"{head}.{_part({**claims, 'sub': 'sub-lin'})}.{signature}"
    return token


def _claims(kind: str, *, issuer: str, subject: str, nonce: str) -> dict[str, Any]:
    now = seconds_now()
    claims: dict[str, Any] = {
        "iss": issuer,
        "sub": subject,
        "aud": CLIENT_ID,
        "exp": now + LIFETIME_SECONDS,
        "iat": now,
        "nonce": nonce,
    }
    wrong: dict[str, dict[str, Any]] = {
        "wrong_issuer": {"iss": "https://other.example"},
        "wrong_audience": {"aud": "another-site"},
        "two_audiences": {"aud": [CLIENT_ID, "another-site"]},
        "wrong_nonce": {"nonce": "of-another-log-in"},
        "expired": {"exp": now - DAY_SECONDS, "iat": now - DAY_SECONDS - LIFETIME_SECONDS},
        "issued_in_the_future": {"iat": now + DAY_SECONDS, "exp": now + 2 * DAY_SECONDS},
        "long_subject": {"sub": "x" * 256},
    }
    claims |= wrong.get(kind, {})
    missing = {"no_nonce": "nonce", "no_expiry": "exp"}.get(kind)
    return {name: value for name, value in claims.items() if name != missing}


def _other(key: ECKey | RSAKey) -> ECKey | RSAKey:
    parameters: KeyParameters = {"kid": key.kid or ""}
    if isinstance(key, ECKey):
        return ECKey.generate_key("P-256", parameters)
    return RSAKey.generate_key(2048, parameters)


def _part(value: dict[str, Any]) -> str:
    return _b64(json.dumps(value).encode())


def _b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _hmac(claims: dict[str, Any], *, kid: str | None, secret: bytes) -> str:
    signed = f"{_part({'alg': 'HS256', 'kid': kid})}.{_part(claims)}"
    return f"{signed}.{_b64(hmac.digest(secret, signed.encode(), sha256))}"
