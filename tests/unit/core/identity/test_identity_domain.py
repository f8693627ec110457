"""Roles, log-in names and passwords."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.core.identity.domain import (
    PASSWORD_LENGTH_MAX,
    PASSWORD_LENGTH_MIN,
    DutiesNotSeparated,
    LoginMalformed,
    LogInRefused,
    PasswordTooWeak,
    Role,
    RolesMismatch,
    UserKind,
    check_roles,
    clean_login,
    clean_password,
    normal_login,
    normal_password,
)
from tongbao.kernel.ids import new_id


@pytest.mark.parametrize(
    ("text", "login"),
    [
        ("zhang.wei", "zhang.wei"),
        ("  Zhang.Wei@Example.com ", "zhang.wei@example.com"),
        ("abc", "abc"),
        ("a" * 64, "a" * 64),
        ("ab", None),
        ("a" * 65, None),
        ("", None),
        (".abc", None),
        ("a b c", None),
        ("张伟张伟", None),
        ("abc\x00", None),
        ("a\nbc", None),
        ("\uff41bc", None),  # full-width a
        ("\u212abc", None),  # the Kelvin sign lower-cases to k, which must not make it one
    ],
)
def test_log_in_names(text: str, login: str | None) -> None:
    assert normal_login(text) == login
    if login is None:
        with pytest.raises(LoginMalformed):
            clean_login(text)
    else:
        assert clean_login(text) == login


@given(st.text())
def test_a_normal_login_is_its_own_normal_form(text: str) -> None:
    login = normal_login(text)
    assert login is None or (normal_login(login) == login and login.isascii())


def test_a_password_types_the_same_on_every_keyboard() -> None:
    full_width = "\uff43\uff4f\uff52\uff52\uff45\uff43\uff54 horse"
    assert normal_password(full_width) == "correct horse"
    assert normal_password(" spaces count ") == " spaces count "


@pytest.mark.parametrize(
    "text", ["", "x" * (PASSWORD_LENGTH_MAX + 1), "\ud800" * 12, "\ufdfa" * 20]
)
def test_what_cannot_be_a_password(text: str) -> None:
    assert normal_password(text) is None


@pytest.mark.parametrize(
    "password",
    ["", "x" * (PASSWORD_LENGTH_MIN - 1), "my-Zhang.Wei-password", "x" * (PASSWORD_LENGTH_MAX + 1)],
)
def test_weak_passwords_are_refused(password: str) -> None:
    with pytest.raises(PasswordTooWeak) as refused:
        clean_password(password, login="zhang.wei")
    assert str(PASSWORD_LENGTH_MIN) in refused.value.say("zh")


def test_length_is_enough_for_a_password() -> None:
    shortest = "词语没有关系就可以了吗对"
    assert len(shortest) == PASSWORD_LENGTH_MIN
    assert clean_password(shortest, login="zhang.wei") == shortest
    longest = "".join(chr(0x4E00 + n) for n in range(PASSWORD_LENGTH_MAX))
    assert clean_password(longest, login="zhang.wei") == longest


PARTY = new_id()


@pytest.mark.parametrize(
    ("kind", "roles", "party_ids"),
    [
        (UserKind.CUSTOMER, {Role.CUSTOMER}, {PARTY}),
        (UserKind.STAFF, {Role.STAFF_RISK, Role.STAFF_SERVICE}, set()),
        (UserKind.SERVICE, {Role.SERVICE}, set()),
    ],
)
def test_roles_of_the_right_kind_are_accepted(
    kind: UserKind, roles: set[Role], party_ids: set[UUID]
) -> None:
    check_roles(kind=kind, roles=frozenset(roles), party_ids=frozenset(party_ids))


@pytest.mark.parametrize(
    ("kind", "roles", "party_ids"),
    [
        (UserKind.CUSTOMER, set(), {PARTY}),
        (UserKind.CUSTOMER, {Role.CUSTOMER}, set()),
        (UserKind.CUSTOMER, {Role.CUSTOMER, Role.STAFF_OPERATIONS}, {PARTY}),
        (UserKind.CUSTOMER, {Role.CUSTOMER}, {UUID(int=n) for n in range(101)}),
        (UserKind.STAFF, {Role.CUSTOMER}, set()),
        (UserKind.STAFF, {Role.AUDITOR}, {PARTY}),
        (UserKind.SERVICE, {Role.STAFF_OPERATIONS}, set()),
    ],
)
def test_roles_that_do_not_suit_the_kind_are_refused(
    kind: UserKind, roles: set[Role], party_ids: set[UUID]
) -> None:
    with pytest.raises(RolesMismatch):
        check_roles(kind=kind, roles=frozenset(roles), party_ids=frozenset(party_ids))


@pytest.mark.parametrize(
    "roles",
    [
        {Role.STAFF_OPERATIONS, Role.STAFF_COMPLIANCE},
        {Role.AUDITOR, Role.STAFF_SERVICE},
        {Role.STAFF_ADMINISTRATOR, Role.STAFF_MARKETING},
    ],
)
def test_one_person_does_not_hold_what_two_must(roles: set[Role]) -> None:
    with pytest.raises(DutiesNotSeparated):
        check_roles(kind=UserKind.STAFF, roles=frozenset(roles), party_ids=frozenset())


def test_a_refusal_speaks_both_languages_and_tells_nothing() -> None:
    refusal = LogInRefused()
    assert "密码错误" in refusal.say("zh")
    assert "password is wrong" in refusal.say("en")
    assert refusal.facts == {}
