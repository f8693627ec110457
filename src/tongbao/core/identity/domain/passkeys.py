"""Passkeys (W3C Web Authentication, level 3): who we are to an authenticator, and what may fail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NewType
from uuid import UUID

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

PasskeyId = NewType("PasskeyId", UUID)

CEREMONY_LIFETIME: Final = timedelta(minutes=3)
CHALLENGE_BYTES: Final = 32
PASSKEYS_MAX: Final = 20
NAME_LENGTH_MAX: Final = 60
CREDENTIAL_ID_BYTES_MAX: Final = 1023


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Us, as authenticators know us. `id` is a domain and `origin` an address inside it."""

    id: str
    origin: str
    name: str


class Purpose(StrEnum):
    """What a ceremony is for; its challenge is good for nothing else."""

    REGISTER = "register"
    LOG_IN = "log_in"
    SECOND_FACTOR = "second_factor"


@dataclass(frozen=True, slots=True)
class Ceremony:
    """A challenge that waits for its answer."""

    id: UUID
    challenge: bytes
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Passkey:
    """A key pair on a device of the user's, of which we know the public half."""

    id: PasskeyId
    user_id: UUID
    name: str
    created_at: datetime
    last_used_at: datetime | None
    backed_up: bool
    """Copies may exist on other devices of the user's (a synchronised passkey)."""
    suspended_at: datetime | None
    """Since when it is refused because a copy seems to be about; see `is_regression`."""


@dataclass(frozen=True, slots=True)
class AddedPasskey:
    """A passkey that was just added; recovery codes are made with a user's first factor."""

    passkey: Passkey
    recovery_codes: Sequence[str]


class UnknownPasskey(TongbaoError):
    """No such passkey, or not one of the caller's."""

    code = "identity.unknown_passkey"
    kind = Kind.NOT_FOUND
    title = Text(zh="通行密钥不存在", en="Unknown passkey")


class PasskeyRefused(TongbaoError):
    """The one answer to whatever is wrong with what an authenticator answered."""

    code = "identity.passkey_refused"
    kind = Kind.UNAUTHENTICATED
    title = Text(zh="通行密钥验证失败", en="The passkey was refused")
    detail = Text(
        zh="验证未通过或已超时，请重新开始。",
        en="It is not valid, or too late; please start again.",
    )


class PasskeyNotRegistered(TongbaoError):
    """What the authenticator answered makes no passkey."""

    code = "identity.passkey_not_registered"
    kind = Kind.REFUSED
    title = Text(zh="通行密钥添加失败", en="The passkey was not added")
    detail = Text(
        zh="验证未通过、已超时或该密钥已被添加，请重新开始。",
        en="The answer is not valid, too late, or of a passkey that is known already; "
        "please start again.",
    )


class TooManyPasskeys(TongbaoError):
    """A user has at most `PASSKEYS_MAX`."""

    code = "identity.too_many_passkeys"
    kind = Kind.REFUSED
    title = Text(zh="通行密钥数量已达上限", en="Too many passkeys")
    detail = Text(zh="最多 {maximum} 个", en="At most {maximum}")


class PasskeyNameMalformed(TongbaoError):
    """The name is empty, too long or has characters nobody sees."""

    code = "identity.passkey_name_malformed"
    kind = Kind.INVALID
    title = Text(zh="名称不符合要求", en="The name is not acceptable")
    detail = Text(
        zh="名称为 1 至 {length_max} 个可见字符", en="1 to {length_max} visible characters"
    )


def clean_passkey_name(text: str) -> str:
    """Return the name without surrounding space; raises `PasskeyNameMalformed`."""
    name = text.strip()
    if not 1 <= len(name) <= NAME_LENGTH_MAX or not name.isprintable():
        raise PasskeyNameMalformed(length_max=NAME_LENGTH_MAX)
    return name


def is_regression(*, stored: int, told: int) -> bool:
    """Tell whether a signature counter went back or stood still (WebAuthn, 7.2 step 22).

    Authenticators that do not count always say zero. Any other that does not go up means that
    the private key may exist twice.
    """
    return (stored > 0 or told > 0) and told <= stored
