"""Partner clients as the outside sees them: they register, sign, ask for tokens."""

import warnings
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus

from joserfc import jwk, jwt
from joserfc.errors import SecurityWarning

from tongbao.kernel.ids import new_id

TOKEN = "/api/v1/oauth/token"
INTROSPECT = "/api/v1/oauth/introspect"
REVOKE = "/api/v1/oauth/revoke"
CLIENTS = "/api/v1/identity/clients"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
GRANT = {"grant_type": "client_credentials"}
ALGORITHM_OF = {"EC": "ES256", "RSA": "PS256", "OKP": "EdDSA"}

Key = jwk.ECKey | jwk.RSAKey | jwk.OKPKey


def new_key(kind: str = "OKP", kid: str = "k1", size: int = 2048) -> Key:
    parameters: Any = {"kid": kid}
    match kind:
        case "EC":
            return jwk.ECKey.generate_key("P-256", parameters)
        case "RSA":
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SecurityWarning)  # a weak one is to be refused
                return jwk.RSAKey.generate_key(size, parameters)
        case _:
            return jwk.OKPKey.generate_key("Ed25519", parameters)


def public(key: Key) -> dict[str, Any]:
    return dict(key.as_dict(private=False))


def claims(client_id: str, audience: object, at: datetime, **changed: object) -> dict[str, Any]:
    """Return the claims of a good assertion, with changes; a change to None leaves one out."""
    good = {
        "iss": client_id,
        "sub": client_id,
        "aud": audience,
        "jti": str(new_id()),
        "iat": int(at.timestamp()),
        "exp": int((at + timedelta(minutes=1)).timestamp()),
    }
    return {name: value for name, value in (good | changed).items() if value is not None}


def sign(key: Any, said: Mapping[str, Any], **header: Any) -> str:
    """Sign claims as the key's kind does by itself, unless the header says otherwise."""
    named = {"alg": ALGORITHM_OF.get(key.key_type, "HS256"), "kid": key.kid} | header
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)
        return jwt.encode(
            {name: value for name, value in named.items() if value is not None},
            dict(said),
            key,
            algorithms=[named["alg"]],
        )


def by_assertion(assertion: str, **more: str) -> dict[str, str]:
    return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion, **more}


def basic(client_id: str, secret: str) -> dict[str, str]:
    packed = f"{quote_plus(client_id)}:{quote_plus(secret)}".encode()
    return {"Authorization": f"Basic {b64encode(packed).decode()}"}
