"""OAuth 2.0 for clients: tokens by client credentials (RFC 6749, 4.4), and its errors."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

CLIENT_TOKEN_PREFIX: Final = "tbc_"  # noqa: S105 - tells clients' tokens from users'
CLIENT_TOKEN_LIFETIME: Final = timedelta(minutes=10)
CLIENT_TOKENS_MAX: Final = 200
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
AUTH_METHODS: Final = ("client_secret_basic", "client_secret_post", "private_key_jwt")

ErrorCode = Literal[
    "invalid_request",
    "invalid_client",
    "invalid_scope",
    "unsupported_grant_type",
    "unauthorized_client",
]

_WORDS: Final = {
    "invalid_request": Text(
        zh="参数缺失、重复，或同时使用了两种客户端认证方式",
        en="a parameter is missing or repeated, or the client authenticates in two ways",
    ),
    "invalid_client": Text(zh="客户端认证失败", en="client authentication failed"),
    "invalid_scope": Text(zh="权限范围超出客户端所有", en="the scope is not one of the client's"),
    "unsupported_grant_type": Text(
        zh="仅支持 client_credentials", en="only client_credentials is supported"
    ),
    "unauthorized_client": Text(zh="客户端无权如此", en="the client may not do this"),
}


class OAuthRefused(TongbaoError):
    """A request at the token endpoint is refused; answered in the form of RFC 6749, 5.2."""

    code = "identity.oauth_refused"
    kind = Kind.UNAUTHENTICATED
    title = Text(zh="令牌请求被拒绝", en="The token request is refused")
    detail = Text(zh="令牌请求被拒绝（{error}）：{words}", en="{error}: {words}")

    def __init__(self, error: ErrorCode, *, why: str = "") -> None:
        super().__init__(error=error, words=_WORDS[error])
        self.error: ErrorCode = error
        self.why = why  # for the log; the caller is not told which part was wrong


@dataclass(frozen=True, slots=True)
class Credentials:
    """How a client says who it is: by a secret or by an assertion, never both."""

    client_id: str
    secret: str | None = None
    assertion: str | None = None

    def __post_init__(self) -> None:
        """Hold the rule."""
        assert (self.secret is None) != (self.assertion is None), "one way to authenticate"


@dataclass(frozen=True, slots=True)
class ClientToken:
    """A token just issued: shown once, stored only as its SHA-256."""

    client_id: UUID
    token: str
    scopes: frozenset[str]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Introspection:
    """What is known of a token that is good."""

    client_id: UUID
    scopes: frozenset[str]
    issued_at: datetime
    expires_at: datetime


def narrowed(requested: str | None, *, among: Collection[str]) -> frozenset[str]:
    """Return the scopes a token gets: those asked for, all without asking.

    Raises `OAuthRefused` for one the client does not have.
    """
    wanted = frozenset((requested or "").split(" ")) - {""}
    if not wanted.issubset(among):
        raise OAuthRefused("invalid_scope")
    return wanted or frozenset(among)
