"""What the routes of an application ask of their callers, read from their dependencies."""

from collections.abc import Iterator
from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from tongbao.infra.auth import Require, current_actor, public


@dataclass(frozen=True, slots=True)
class Guards:
    """What a route asks of its caller, read from its dependencies."""

    authenticated: bool
    public: bool
    permissions: tuple[Require, ...]


def dependencies_of(dependant: Dependant) -> Iterator[Dependant]:
    """Yield every dependency below `dependant`, at any depth."""
    for child in dependant.dependencies:
        yield child
        yield from dependencies_of(child)


def guards_of(dependant: Dependant) -> Guards:
    """Return what the dependencies of a route ask of its caller."""
    calls = [each.call for each in dependencies_of(dependant)]
    return Guards(
        authenticated=current_actor in calls,
        public=public in calls,
        permissions=tuple(call for call in calls if isinstance(call, Require)),
    )


def unguarded_routes(app: FastAPI, *, under: str = "/api") -> list[str]:
    """Return `METHOD path` of each route below `under` with neither a guard nor `PUBLIC`.

    Anything there that is not a FastAPI route (a mount, a plain Starlette route) cannot be
    guarded by dependencies and is listed too.
    """
    found: list[str] = []
    for context in iter_route_contexts(app.routes):
        path = context.path or ""
        if not (path == under or path.startswith(f"{under}/")):
            continue
        dependant = getattr(context, "dependant", None)
        if isinstance(dependant, Dependant):
            guards = guards_of(dependant)
            if guards.authenticated or guards.public:
                continue
        found.extend(f"{method} {path}" for method in sorted(context.methods or {"*"}))
    return found


def assert_all_routes_guarded(app: FastAPI) -> None:
    """Raise `AssertionError` naming every API route that forgot to say who may call it."""
    open_routes = unguarded_routes(app)
    assert not open_routes, f"routes without a guard and not marked PUBLIC: {open_routes}"
