"""The catalogue of permissions, the roles, and which duties two people must hold."""

import re
from itertools import combinations

import pytest

from tests.support.source import files
from tongbao.core.identity.domain import (
    CATALOGUE,
    MEMBER_PERMISSIONS,
    PERMISSIONS,
    ROLE_PERMISSIONS,
    ROLES_OF_KIND,
    SEPARATED,
    DutiesNotSeparated,
    MemberRole,
    Reach,
    Role,
    UserKind,
    check_roles,
    permissions,
    separated,
)
from tongbao.core.identity.domain.role_words import ROLE_WORDS

HOME = {f"tongbao/core/identity/domain/{name}.py" for name in ("catalogue", "permissions")}
MOVES_MONEY = {
    "accounts:close_any",
    "ledger:adjust",
    "ledger:approve",
    "ledger:manage",
    "ledger:post",
    "lending:accept",
    "lending:decide",
    "payments:approve",
    "payments:initiate",
    "payments:settle_alone",
}
# What it may do comes with its module; `ROLE_WORDS` says so to people.
WITHOUT_PERMISSIONS = {Role.STAFF_MARKETING}


def test_every_role_has_permissions_and_belongs_to_one_kind_of_user() -> None:
    assert set(ROLE_PERMISSIONS) == set(Role)
    assert {role for role, held in ROLE_PERMISSIONS.items() if not held} == WITHOUT_PERMISSIONS
    placed = [role for roles in ROLES_OF_KIND.values() for role in roles]
    assert sorted(placed) == sorted(Role)


def test_every_role_says_what_it_is_for_in_two_languages() -> None:
    assert set(ROLE_WORDS) == {*Role, *MemberRole} - {Role.CUSTOMER}
    for role, words in ROLE_WORDS.items():
        assert re.search(r"[一-鿿]", words.zh), role
        assert words.en.isascii(), role
    for role in WITHOUT_PERMISSIONS:
        assert "for now" in ROLE_WORDS[role].en.lower(), "what it may do today, and why no more"


def test_a_permission_is_module_and_verb_and_says_itself_in_two_languages() -> None:
    for name, permission in CATALOGUE.items():
        assert re.fullmatch(r"[a-z]+:[a-z_]+", name), name
        assert permission.name == name
        assert re.search(r"[一-鿿]", permission.description.zh), name
        assert permission.description.en.isascii(), name


def test_the_name_tells_the_reach() -> None:
    for name, permission in CATALOGUE.items():
        if name.endswith("_any") and permission.module != "proposals":
            assert permission.reach is Reach.ANY, name
        if permission.reach is Reach.OWN:
            assert not name.endswith("_any"), name


def test_every_permission_is_held_by_somebody() -> None:
    held = frozenset[str]().union(*ROLE_PERMISSIONS.values(), *MEMBER_PERMISSIONS.values())
    assert held == PERMISSIONS


def test_what_the_source_asks_for_is_declared_and_what_is_declared_is_asked_for() -> None:
    modules = {permission.module for permission in CATALOGUE.values()}
    literal = re.compile(rf'"((?:{"|".join(modules)}):[a-z_]+)"')
    asked = {
        name
        for file in files()
        if file.name not in HOME and "migrations/versions" not in file.name
        for name in literal.findall(file.text)
    }
    assert asked == PERMISSIONS


def test_customers_and_company_users_reach_only_their_own() -> None:
    for held in (ROLE_PERMISSIONS[Role.CUSTOMER], *MEMBER_PERMISSIONS.values()):
        assert {CATALOGUE[name].reach for name in held} <= {Reach.OWN}


def test_staff_and_services_have_nothing_that_is_a_customers() -> None:
    for role in Role:
        if role is not Role.CUSTOMER:
            assert Reach.OWN not in {CATALOGUE[name].reach for name in ROLE_PERMISSIONS[role]}


def test_an_auditor_only_reads_and_an_administrator_moves_no_money() -> None:
    assert all("read" in name for name in ROLE_PERMISSIONS[Role.AUDITOR])
    assert not ROLE_PERMISSIONS[Role.STAFF_ADMINISTRATOR] & MOVES_MONEY
    assert not MEMBER_PERMISSIONS[MemberRole.ADMINISTRATOR] & {
        name for name in MOVES_MONEY if name.startswith("payments:")
    }
    assert MEMBER_PERMISSIONS[MemberRole.VIEWER] == frozenset()


def test_duties_are_separated_in_every_role_but_of_whoever_is_alone() -> None:
    for one, other, why in SEPARATED:
        assert {one, other} <= PERMISSIONS, why
    for role, held in ROLE_PERMISSIONS.items():
        assert separated(held) or role is Role.CUSTOMER, role
    for member, held in MEMBER_PERMISSIONS.items():
        assert separated(held) == (member is not MemberRole.HOLDER), member


def test_no_two_roles_of_one_member_of_staff_join_what_is_separated() -> None:
    joined = set()
    for pair in combinations(sorted(ROLES_OF_KIND[UserKind.STAFF]), 2):
        try:
            check_roles(kind=UserKind.STAFF, roles=frozenset(pair), party_ids=frozenset())
        except DutiesNotSeparated:
            joined.add(pair)
            continue
        assert separated(permissions(pair)), pair
    assert (Role.STAFF_COMPLIANCE, Role.STAFF_OPERATIONS) in joined
    assert all(pair in joined for pair in joined if Role.AUDITOR in pair)
    assert (Role.STAFF_RISK, Role.STAFF_SERVICE) not in joined


def test_who_posts_to_the_ledger_does_not_approve_and_no_staff_posts_directly() -> None:
    approvers = {role for role, held in ROLE_PERMISSIONS.items() if "ledger:approve" in held}
    writers = {
        role for role, held in ROLE_PERMISSIONS.items() if held & {"ledger:post", "ledger:adjust"}
    }
    assert approvers == {Role.STAFF_COMPLIANCE}
    assert writers == {Role.STAFF_OPERATIONS, Role.SERVICE}
    assert not any("ledger:post" in ROLE_PERMISSIONS[r] for r in ROLES_OF_KIND[UserKind.STAFF])


def test_services_book_in_the_ledger_and_read_it() -> None:
    assert ROLE_PERMISSIONS[Role.SERVICE] >= {"ledger:post", "ledger:read"}


@pytest.mark.parametrize("role", Role)
def test_permissions_of_several_roles_add_up(role: Role) -> None:
    assert permissions([role, Role.STAFF_RISK]) == (
        ROLE_PERMISSIONS[role] | ROLE_PERMISSIONS[Role.STAFF_RISK]
    )
    assert permissions([]) == frozenset()
