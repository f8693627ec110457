"""Who may do what at every address of the API, worked out from the routes themselves.

A route that names a permission at its door (`require`) needs no entry. One that does not says in
`doors` whose things it is about; a test fails for a route that says neither.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from tongbao.app.doors import OPEN_DOORS, Door, May
from tongbao.core.identity.service import (
    CATALOGUE,
    MEMBER_PERMISSIONS,
    ROLE_PERMISSIONS,
    ROLE_WORDS,
    SEPARATED,
    MemberRole,
    Reach,
    Role,
    Sensitivity,
)
from tongbao.infra.guards import guards_of
from tongbao.infra.proposals import registered_actions

METHODS: Final = ("get", "post", "put", "patch", "delete")
API: Final = "/api/"


@dataclass(frozen=True, slots=True)
class Address:
    """An operation of the API and what it asks; `door` is None where nobody has said."""

    operation: str
    method: str
    path: str
    door: Door | None


def addresses(app: FastAPI) -> list[Address]:
    """Return every operation of the API, in the order of path and method."""
    dependants = {
        (method.lower(), context.path_format): context.dependant
        for context in iter_route_contexts(app.routes)
        if isinstance(getattr(context, "dependant", None), Dependant)
        for method in context.methods or ()
    }
    return [
        Address(facts["operationId"], method, path, _door(facts, dependants[method, path]))
        for path, methods in sorted(app.openapi()["paths"].items())
        if path.startswith(API)
        for method, facts in methods.items()
        if method in METHODS
    ]


def reach(door: Door, role: Role | MemberRole) -> May:
    """Return how far a role reaches through a door."""
    if door.public or door.kind in {May.SELF, May.INVOLVED}:
        return May.ALL if door.public else door.kind
    if isinstance(role, MemberRole):
        if door.kind is May.ALL:
            return May.NOTHING
        held = MEMBER_PERMISSIONS[role]
        return May.OWN if door.permission is None or door.permission in held else May.NOTHING
    held = ROLE_PERMISSIONS[role]
    if door.any_permission is not None:
        return May.ALL if door.any_permission in held else May.NOTHING
    return May.ALL if door.permission in held else May.NOTHING


def markdown(app: FastAPI) -> str:
    """Return the page of permissions: the catalogue, roles, separated duties, and every address."""
    return "\n".join(_page(app)) + "\n"


def _door(facts: Mapping[str, str], dependant: Dependant) -> Door | None:
    guards = guards_of(dependant)
    if guards.public:
        return Door(public=True)
    if facts["operationId"] in OPEN_DOORS:
        return OPEN_DOORS[facts["operationId"]]
    if len(guards.permissions) != 1:
        return None
    (needed,) = (each.permission for each in guards.permissions)
    if CATALOGUE[needed].reach is Reach.OWN:
        return Door(permission=needed)
    return Door(kind=May.ALL, any_permission=needed)


STAFF: Final = tuple(role for role in Role if role not in {Role.CUSTOMER, Role.SERVICE})
_NAMES: Final[Mapping[Reach | Sensitivity, str]] = {
    Reach.OWN: "own party 本主体",
    Reach.ANY: "any customer 所有客户",
    Reach.SYSTEM: "the bank 本行",
    Sensitivity.ORDINARY: "ordinary 一般",
    Sensitivity.SENSITIVE: "sensitive 敏感",
    Sensitivity.CRITICAL: "critical 关键",
}


def _page(app: FastAPI) -> Iterator[str]:
    yield "# Permissions 权限"
    yield ""
    yield "Written by `tongbao permissions --markdown` from the code; a test holds it to that."
    yield "How it is meant: [identity](modules/identity.md), [proposals](modules/proposals.md)."
    yield ""
    yield "## The catalogue"
    yield ""
    yield from _table(
        ["permission", "中文", "English", "reach", "sensitivity"],
        (
            [
                f"`{each.name}`",
                each.description.zh,
                each.description.en,
                _NAMES[each.reach],
                _NAMES[each.sensitivity],
            ]
            for each in CATALOGUE.values()
        ),
    )
    yield ""
    yield "## Who holds what"
    yield ""
    yield from _table(["role", "用途", "what for", "permissions"], _roles())
    yield ""
    yield "## Duties that two people hold"
    yield ""
    yield from _table(
        ["one", "another", "职责分离", "why"],
        ([f"`{one}`", f"`{other}`", why.zh, why.en] for one, other, why in SEPARATED),
    )
    yield ""
    yield "## What takes two people"
    yield ""
    yield from _table(
        ["action", "中文", "proposed with", "approved with"],
        (
            [f"`{each.name}`", each.title.zh, f"`{each.propose}`", f"`{each.approve}`"]
            for name, each in sorted(registered_actions().items())
            if not name.startswith("test.")
        ),
    )
    yield ""
    yield "## Every address"
    yield ""
    yield "*all*: everybody's things, or the bank's. *own*: of the parties one acts for. *self*:"
    yield "about oneself. *involved*: what one proposed, may approve, or what is one's party's."
    yield "Empty: 403. What is foreign is 404; without a token everything but *public* is 401."
    for title, roles in _groups():
        yield ""
        yield f"### {title}"
        yield ""
        yield from _table(
            ["address", *(role.removeprefix("staff_") for role in roles)],
            (_row(address, roles) for address in addresses(app)),
        )


def _groups() -> Iterator[tuple[str, tuple[Role | MemberRole, ...]]]:
    yield "People who act for a party", tuple(MemberRole)
    yield "Staff and other systems", (*STAFF, Role.SERVICE)


def _roles() -> Iterator[list[str]]:
    for member, held in MEMBER_PERMISSIONS.items():
        yield [f"`{member}` at a party", *_words(member), _names(held)]
    for role in (*STAFF, Role.SERVICE):
        yield [f"`{role}`", *_words(role), _names(ROLE_PERMISSIONS[role])]


def _words(role: Role | MemberRole) -> tuple[str, str]:
    return ROLE_WORDS[role].zh, ROLE_WORDS[role].en


def _names(held: frozenset[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(held)) or "–"


def _row(address: Address, roles: Iterable[Role | MemberRole]) -> list[str]:
    assert address.door is not None, f"{address.operation} does not say who may call it"
    words = f"`{address.method.upper()} {address.path.removeprefix('/api/v1')}`"
    if address.door.public:
        return [words, *("public" for _ in roles)]
    return [words, *(reach(address.door, role).value for role in roles)]


def _table(heads: list[str], rows: Iterable[list[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"| {' | '.join('---' for _ in heads)} |"
    for row in rows:
        yield f"| {' | '.join(row)} |"
