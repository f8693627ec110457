"""What the framework knows about the route that serves a request.

FastAPI 0.165 keeps included routers apart from the routes they hold: a route's full path and
dependencies exist only in the scope of a request. This is the one place that knows where.
"""

from collections.abc import Mapping
from typing import Any, Final

from fastapi.dependencies.models import Dependant

UNMATCHED: Final = "(unmatched)"


def _effective_route(scope: Mapping[str, Any]) -> object:
    context = scope.get("fastapi", {}).get("effective_route_context")
    route = scope.get("route")
    if context is not None and context.original_route is route:
        return context
    return route


def template_of(scope: Mapping[str, Any]) -> str:
    """Return the path template (`/api/v1/accounts/{account_id}`), never a path with ids in it."""
    return str(getattr(_effective_route(scope), "path_format", None) or UNMATCHED)


def dependant_of(scope: Mapping[str, Any]) -> Dependant:
    """Return the dependencies of the route, those of its routers included."""
    route = _effective_route(scope)
    dependant = getattr(route, "dependant", None)
    assert isinstance(dependant, Dependant), "not one of FastAPI's routes"
    return dependant
