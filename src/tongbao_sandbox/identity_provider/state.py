"""What the identity provider remembers: its keys, codes not redeemed, and what goes wrong now."""

from dataclasses import dataclass, field
from secrets import token_urlsafe
from threading import Lock
from typing import Annotated, Literal

from joserfc.jwk import ECKey, RSAKey
from pydantic import BaseModel, ConfigDict, Field

from tongbao_sandbox.clock import now

KEYS_KEPT = 2
CODES_MAX = 10_000

FaultKind = Literal[
    "down",  # 503
    "slow",  # says nothing for `seconds`
    "flood",  # an answer of many megabytes
    "garbage",  # no JSON
    "redirect",  # sends the caller to another address
    "discovery_other_issuer",  # says in its metadata that it is somebody else
    "discovery_foreign_endpoint",  # names an endpoint on another host
    "discovery_no_pkce",
    "wrong_issuer",
    "wrong_audience",
    "two_audiences",  # ours and another, without saying whom it was made for
    "wrong_nonce",
    "no_nonce",
    "no_expiry",
    "alg_none",
    "hs256_public_key",  # HMAC with the public key as the secret
    "hs256_client_secret",
    "expired",
    "issued_in_the_future",
    "unknown_kid",
    "no_kid",
    "foreign_key",  # signed with a key of somebody else under a kid of ours
    "embedded_key",  # signed with a key that the token brings along
    "tampered",
    "no_id_token",
    "other_subject",  # userinfo speaks of somebody else
    "long_subject",
]


class OidcFault(BaseModel):
    """One misbehaviour of the identity provider."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [{"kind": "wrong_nonce"}]}
    )

    kind: FaultKind
    seconds: Annotated[float, Field(strict=True, ge=0, le=60, allow_inf_nan=False)] = 5.0


@dataclass(frozen=True, slots=True)
class Grant:
    """What a code stands for."""

    subject: str
    redirect_uri: str
    nonce: str
    code_challenge: str


@dataclass
class Provider:
    """The provider's memory."""

    keys: list[ECKey | RSAKey] = field(default_factory=list)
    grants: dict[str, Grant] = field(default_factory=dict)
    access: dict[str, str] = field(default_factory=dict)
    fault: OidcFault | None = None
    lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.rotate()

    def rotate(self) -> str:
        """Sign with a new key from now on; the last one is still published. Return its id."""
        with self.lock:
            kid = f"key-{token_urlsafe(6)}"
            odd = len(self.keys) % 2 == 1
            made: ECKey | RSAKey
            if odd:
                made = RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"})
            else:
                made = ECKey.generate_key("P-256", {"kid": kid, "use": "sig", "alg": "ES256"})
            self.keys = [*self.keys, made][-KEYS_KEPT:]
            return kid

    @property
    def key(self) -> ECKey | RSAKey:
        """The key that signs now."""
        return self.keys[-1]

    def issue(self, grant: Grant) -> str:
        """Return a code for `grant`."""
        with self.lock:
            code = token_urlsafe(24)
            self.grants[code] = grant
            if len(self.grants) > CODES_MAX:
                self.grants.pop(next(iter(self.grants)))
            return code

    def redeem(self, code: str) -> Grant | None:
        """Return what a code stands for, once."""
        with self.lock:
            return self.grants.pop(code, None)


def seconds_now() -> int:
    """Return the seconds since 1970, as JSON web tokens count them."""
    return int(now().timestamp())
