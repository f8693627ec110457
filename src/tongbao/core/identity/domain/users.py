"""Users and the rules of logging in."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NewType
from uuid import UUID

from tongbao.core.identity.domain.contacts import Channel, Contact
from tongbao.core.identity.domain.passwords import is_common
from tongbao.core.identity.domain.permissions import (
    ROLES_OF_KIND,
    Role,
    UserKind,
    permissions,
    separated,
)
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

UserId = NewType("UserId", UUID)

TOKEN_LIFETIME: Final = timedelta(hours=1)
TOKENS_PER_USER_MAX: Final = 50
PASSWORD_LENGTH_MIN: Final = 12
PASSWORD_LENGTH_MAX: Final = 128
MAILBOX_LENGTH_MIN: Final = 4  # a shorter one is part of many words
PARTIES_PER_USER_MAX: Final = 100

_LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._@+-]{2,63}", re.ASCII)


@dataclass(frozen=True, slots=True)
class User:
    """Somebody or something that logs in; a customer acts for the parties in `party_ids`."""

    id: UserId
    login: str
    name: str
    kind: UserKind
    roles: frozenset[Role]
    party_ids: frozenset[UUID]
    person_id: UUID | None = None
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """The bearer token just issued: shown once, stored only as its SHA-256."""

    user_id: UserId
    token: str
    expires_at: datetime


class LogInRefused(TongbaoError):
    """The one answer to an unknown login and a wrong password."""

    code = "identity.log_in_refused"
    kind = Kind.UNAUTHENTICATED
    title = Text(zh="登录失败", en="Log-in refused")
    detail = Text(
        zh="登录名或密码错误；多次失败后登录会暂停一段时间",
        en="The log-in name or the password is wrong; after several failures log-in pauses",
    )


class LoginMalformed(TongbaoError):
    """The log-in name has a shape that is not allowed."""

    code = "identity.login_malformed"
    kind = Kind.INVALID
    title = Text(zh="登录名不符合要求", en="The log-in name is not acceptable")
    detail = Text(
        zh="登录名为 3 至 64 个小写字母、数字或 . _ @ + - ，以字母或数字开头",
        en="A log-in name has 3 to 64 lower-case letters, digits or . _ @ + - and starts with "
        "a letter or a digit",
    )


class LoginTaken(TongbaoError):
    """Another user has this log-in name."""

    code = "identity.login_taken"
    kind = Kind.CONFLICT
    title = Text(zh="登录名已被使用", en="The log-in name is taken")


class PasswordTooWeak(TongbaoError):
    """The password is too short, too long or repeats the log-in name."""

    code = "identity.password_too_weak"
    kind = Kind.INVALID
    title = Text(zh="密码不符合要求", en="The password is not acceptable")
    detail = Text(
        zh="密码须为 {length_min} 至 {length_max} 个字符，且不含登录名",
        en="A password has {length_min} to {length_max} characters and does not hold "
        "the log-in name",
    )


class PasswordCommon(TongbaoError):
    """The password is one that guessers try first."""

    code = "identity.password_common"
    kind = Kind.INVALID
    title = Text(zh="密码过于常见", en="The password is too common")
    detail = Text(
        zh="此密码或其变形在泄露密码中很常见，请换一个，例如几个不相关的词",
        en="This password, or one like it, is common among leaked ones; choose another, for "
        "example a few words that have nothing to do with each other",
    )


class RolesMismatch(TongbaoError):
    """These roles, parties and kind of user do not go together."""

    code = "identity.roles_mismatch"
    kind = Kind.INVALID
    title = Text(zh="用户类别与角色不符", en="The roles do not suit the kind of user")
    detail = Text(
        zh="每个用户至少有一个与其类别相符的角色；只有客户代表客户主体，且至少代表一个",
        en="Every user has a role of its kind; customers, and only they, act for parties, "
        "for one at least",
    )


class DutiesNotSeparated(TongbaoError):
    """Together, these roles would hold what two people must hold."""

    code = "identity.duties_not_separated"
    kind = Kind.REFUSED
    title = Text(zh="职责须分离", en="These duties must be separated")
    detail = Text(
        zh="这些角色不得由一人兼任；审计人员与系统管理员不兼任其他角色",
        en="One person cannot hold these roles together; an auditor and an administrator hold "
        "no other",
    )


class UnknownUser(TongbaoError):
    """No such user, or none the caller may see."""

    code = "identity.unknown_user"
    kind = Kind.NOT_FOUND
    title = Text(zh="用户不存在", en="Unknown user")


class OwnUser(TongbaoError):
    """Nobody changes their own roles, approves them, or blocks themself."""

    code = "identity.own_user"
    kind = Kind.FORBIDDEN
    title = Text(zh="不得变更自己的权限或停用自己", en="Not for one's own user")


class UnknownParties(TongbaoError):
    """A user cannot act for a party that does not exist."""

    code = "identity.unknown_parties"
    kind = Kind.REFUSED
    title = Text(zh="所代表的客户不存在", en="A party the user should act for does not exist")


def normal_login(text: str) -> str | None:
    """Return the log-in name that `text` means (case and surrounding space do not matter).

    None if no log-in name can look like this.
    """
    login = text.strip().lower()
    return login if text.isascii() and _LOGIN.fullmatch(login) else None


def clean_login(text: str) -> str:
    """Return the log-in name for a new user. Raises `LoginMalformed`."""
    login = normal_login(text)
    if login is None:
        raise LoginMalformed
    return login


def normal_password(text: str) -> str | None:
    """Return `text` in Unicode form NFKC, so that every keyboard types the same password.

    None if no password can look like this.
    """
    if len(text) > PASSWORD_LENGTH_MAX or any(map(_is_surrogate, text)):
        return None
    password = unicodedata.normalize("NFKC", text)
    return password if 1 <= len(password) <= PASSWORD_LENGTH_MAX else None


def clean_password(text: str, *, login: str, contacts: Collection[Contact] = ()) -> str:
    """Return a password that may be used. Raises `PasswordTooWeak` and `PasswordCommon`.

    Length is what counts, and that it is not on guessers' lists; rules of composition are not
    asked for (NIST SP 800-63B, 3.1.1.2). It does not hold what the user logs in by.
    """
    password = normal_password(text)
    names = [login, *(part for each in contacts for part in _telling(each))]
    if (
        password is None
        or len(password) < PASSWORD_LENGTH_MIN
        or any(name in password.lower() for name in names)
    ):
        raise PasswordTooWeak(length_min=PASSWORD_LENGTH_MIN, length_max=PASSWORD_LENGTH_MAX)
    if is_common(password):
        raise PasswordCommon
    return password


def _telling(contact: Contact) -> list[str]:
    """Return the parts of a contact that a password must not hold."""
    if contact.channel is Channel.PHONE:
        return [contact.address[-8:]]
    mailbox = contact.address.partition("@")[0]
    return [mailbox] if len(mailbox) >= MAILBOX_LENGTH_MIN else [contact.address]


def check_roles(*, kind: UserKind, roles: frozenset[Role], party_ids: frozenset[UUID]) -> None:
    """Raise unless kind, roles and parties go together, and one user may hold the roles.

    `RolesMismatch`, or `DutiesNotSeparated` for what two people must hold.
    """
    if not roles or not roles <= ROLES_OF_KIND[kind]:
        raise RolesMismatch
    if (kind is UserKind.CUSTOMER) != bool(party_ids) or len(party_ids) > PARTIES_PER_USER_MAX:
        raise RolesMismatch
    alone = roles & {Role.AUDITOR, Role.STAFF_ADMINISTRATOR}
    apart = kind is UserKind.CUSTOMER or separated(permissions(roles))
    if not apart or (alone and len(roles) > 1):
        raise DutiesNotSeparated


def _is_surrogate(character: str) -> bool:
    """Tell whether `character` is half of a pair, which no encoding can write down."""
    return unicodedata.category(character) == "Cs"
