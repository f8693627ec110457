"""Users and the rules of logging in."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NewType
from uuid import UUID

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

TOKEN_LIFETIME: Final = timedelta(hours=12)
TOKENS_PER_USER_MAX: Final = 50
FAILURES_MAX: Final = 5
LOCK_OUT: Final = timedelta(minutes=15)
PASSWORD_LENGTH_MIN: Final = 12
PASSWORD_LENGTH_MAX: Final = 128
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
    """The one answer to an unknown login, a wrong password and a locked user."""

    code = "identity.log_in_refused"
    kind = Kind.UNAUTHENTICATED
    title = Text(zh="登录失败", en="Log-in refused")
    detail = Text(
        zh="登录名或密码错误；多次失败后登录会暂停 {minutes} 分钟",
        en=(
            "The log-in name or the password is wrong; "
            "after several failures log-in pauses for {minutes} minutes"
        ),
    )

    def __init__(self) -> None:
        super().__init__(minutes=LOCK_OUT // timedelta(minutes=1))


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


def clean_password(text: str, *, login: str) -> str:
    """Return the password for a new user. Raises `PasswordTooWeak`.

    Length is what counts, rules of composition are not asked for (NIST SP 800-63B, 3.1.1.2).
    """
    password = normal_password(text)
    if password is None or len(password) < PASSWORD_LENGTH_MIN or login in password.lower():
        raise PasswordTooWeak(length_min=PASSWORD_LENGTH_MIN, length_max=PASSWORD_LENGTH_MAX)
    return password


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
