"""What the framework knows about the route that serves a request.

FastAPI 0.165 keeps included routers apart from the routes they hold: a route's full path and
dependencies exist only in the scope of a request. This is the one place that knows where.
"""

from typing import Final

from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from starlette._utils import get_route_path
from starlette.types import Scope

UNMATCHED: Final = "(unmatched)"


def _effective_route(scope: Scope) -> object:
    context = scope.get("fastapi", {}).get("effective_route_context")
    route = scope.get("route")
    if context is not None and context.original_route is route:
        return context
    return route


def template_of(scope: Scope) -> str:
    """Return the path template (`/api/v1/accounts/{account_id}`), never a path with ids in it."""
    return str(getattr(_effective_route(scope), "path_format", None) or UNMATCHED)


def dependant_of(scope: Scope) -> Dependant:
    """Return the dependencies of the route, those of its routers included."""
    route = _effective_route(scope)
    dependant = getattr(route, "dependant", None)
    assert isinstance(dependant, Dependant), "not one of FastAPI's routes"
    return dependant


def methods_at(scope: Scope) -> list[str]:
    """Return every method of the first path template that the request's path fits.

    That is what `Allow` advertises (RFC 9110, 10.2.1) and the OpenAPI document says of the path;
    the framework itself names only the methods of one route.
    """
    path = get_route_path(scope)
    template: str | None = None
    methods: set[str] = set()
    for context in iter_route_contexts(scope["app"].routes):
        pattern = getattr(context, "path_regex", None)
        if pattern is None or not pattern.match(path):
            continue
        template = template or context.path_format
        if context.path_format == template:
            methods.update(context.methods or ())
    return sorted(methods)
