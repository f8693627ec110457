"""Partner clients: systems of others, or of ours, that call the API under their own name."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv6Network, ip_network
from typing import Any, Final, NewType
from uuid import UUID

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

ClientId = NewType("ClientId", UUID)

SECRETS_MAX: Final = 2  # the one in use, and the one that follows it
KEYS_MAX: Final = 5
NETWORKS_MAX: Final = 20
SECRET_LIFETIME: Final = timedelta(days=365)
OVERLAP_MAX: Final = timedelta(days=30)
OVERLAP_DEFAULT: Final = timedelta(days=1)

# A client acts for one party, or is a system without one. What needs a person's will (consent,
# signature) is for neither, and nothing that gives out rights is.
PARTY_SCOPES: Final = frozenset(
    {
        "accounts:open",
        "lending:apply",
        "payments:initiate",
        "payments:settle_alone",
        "webhooks:manage",
    }
)
SYSTEM_SCOPES: Final = frozenset(
    {
        "accounts:read_any",
        "ledger:post",
        "ledger:read",
        "lending:read_any",
        "parties:read_any",
        "payments:read_any",
        "webhooks:manage",
    }
)
CLIENT_SCOPES: Final = PARTY_SCOPES | SYSTEM_SCOPES

_KID: Final = re.compile(r"[A-Za-z0-9._~:-]{1,64}", re.ASCII)


class ClientStatus(StrEnum):
    """A disabled client gets no token, and those it has open nothing."""

    ACTIVE = "active"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class ClientSecret:
    """What is known of a secret: never itself."""

    id: UUID
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ClientKey:
    """A public key; `jwk` has its public members only."""

    kid: str
    jwk: Mapping[str, str]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Client:
    """One registered client, with the secrets that are still good and its keys.

    `misplaced_at` is when a token of it was last shown from outside its networks, and from where.
    """

    id: ClientId
    name: str
    party_id: UUID | None
    scopes: frozenset[str]
    networks: tuple[str, ...]
    status: ClientStatus
    created_at: datetime
    secrets: tuple[ClientSecret, ...] = ()
    keys: tuple[ClientKey, ...] = ()
    misplaced_at: datetime | None = None
    misplaced_from: str | None = None


class UnknownClient(TongbaoError):
    """There is no such client."""

    code = "identity.unknown_client"
    kind = Kind.NOT_FOUND
    title = Text(zh="合作方客户端不存在", en="There is no such client")


class ScopesUnsuitable(TongbaoError):
    """A client cannot be given these permissions."""

    code = "identity.scopes_unsuitable"
    kind = Kind.INVALID
    title = Text(zh="权限范围不适用", en="The scopes do not suit the client")
    detail = Text(
        zh="至少一项；代表客户主体的客户端可有：{party}；系统客户端可有：{system}",
        en="One at least; a client that acts for a party may have {party}; one without, {system}",
    )

    def __init__(self) -> None:
        super().__init__(
            party=", ".join(sorted(PARTY_SCOPES)), system=", ".join(sorted(SYSTEM_SCOPES))
        )


class NetworksMalformed(TongbaoError):
    """One of the allowed addresses is no network."""

    code = "identity.networks_malformed"
    kind = Kind.INVALID
    title = Text(zh="地址范围无效", en="An allowed network is malformed")
    detail = Text(
        zh="须为 {maximum} 个以内的网段，例如 203.0.113.0/24 或 2001:db8::/48",
        en="At most {maximum} networks such as 203.0.113.0/24 or 2001:db8::/48",
    )

    def __init__(self) -> None:
        super().__init__(maximum=NETWORKS_MAX)


class KeyUnsuitable(TongbaoError):
    """The public key is not one that may sign for a client."""

    code = "identity.key_unsuitable"
    kind = Kind.INVALID
    title = Text(zh="公钥不符合要求", en="The public key is not acceptable")
    detail = Text(
        zh="须为带 kid 的公钥 JWK：EC P-256（ES256）、RSA 2048 位以上（PS256）或 OKP Ed25519"
        "（EdDSA），且不含私钥成员",
        en="A public JWK with a kid: EC P-256 (ES256), RSA of 2048 bits or more (PS256) or "
        "OKP Ed25519 (EdDSA), without private members",
    )


class KeyTaken(TongbaoError):
    """The client has a key with this kid already."""

    code = "identity.key_taken"
    kind = Kind.CONFLICT
    title = Text(zh="kid 已被使用", en="The kid is taken")


class UnknownKey(TongbaoError):
    """The client has no such key or secret."""

    code = "identity.unknown_key"
    kind = Kind.NOT_FOUND
    title = Text(zh="没有此密钥", en="The client has no such key or secret")


class TooManyKeys(TongbaoError):
    """The client has as many secrets or keys as it may."""

    code = "identity.too_many_keys"
    kind = Kind.CONFLICT
    title = Text(zh="密钥数量已达上限", en="The client has as many keys as it may")
    detail = Text(
        zh="最多 {secrets} 个密码、{keys} 个公钥；请先停用一个",
        en="At most {secrets} secrets and {keys} public keys; end one first",
    )

    def __init__(self) -> None:
        super().__init__(secrets=SECRETS_MAX, keys=KEYS_MAX)


def clean_scopes(scopes: Collection[str], *, party_id: UUID | None) -> frozenset[str]:
    """Return the scopes of a client. Raises `ScopesUnsuitable`."""
    suitable = SYSTEM_SCOPES if party_id is None else PARTY_SCOPES
    if not scopes or not suitable.issuperset(scopes):
        raise ScopesUnsuitable
    return frozenset(scopes)


def clean_networks(texts: Sequence[str]) -> tuple[str, ...]:
    """Return networks in their usual spelling; none means any. Raises `NetworksMalformed`.

    A network of IPv4 addresses wrapped as IPv6 is refused: callers are known by their IPv4 address,
    so it would let nobody in.
    """
    if len(texts) > NETWORKS_MAX:
        raise NetworksMalformed
    try:
        found = [ip_network(text) for text in texts]
    except ValueError as error:
        raise NetworksMalformed from error
    for each in found:
        if isinstance(each, IPv6Network) and (
            each.network_address.ipv4_mapped or each.network_address.scope_id
        ):
            raise NetworksMalformed
    return tuple(map(str, found))


def clean_kid(value: Any) -> str:  # noqa: ANN401 - from outside
    """Return the name of a key. Raises `KeyUnsuitable`."""
    if not isinstance(value, str) or _KID.fullmatch(value) is None:
        raise KeyUnsuitable
    return value
