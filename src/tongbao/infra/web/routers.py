"""The router every module makes its addresses with."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query

from tongbao.infra.web.problems import MEDIA_TYPE
from tongbao.infra.web.unit_of_work import UnitOfWorkRoute
from tongbao.kernel.page import CURSOR_LENGTH_MAX, PAGE_LIMIT_MAX

PageLimit = Annotated[
    int, Query(ge=1, le=PAGE_LIMIT_MAX, description=f"Items per page, at most {PAGE_LIMIT_MAX}")
]
"""Use with a default: `limit: PageLimit = PAGE_LIMIT_DEFAULT`."""

PageAfter = Annotated[
    str | None, Query(max_length=CURSOR_LENGTH_MAX, description="`next` of the page before")
]
"""The cursor of a page; use with the default None."""

_PROBLEM: Final = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}

PROBLEM_RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    400: {"description": "The request is malformed", "content": _PROBLEM},
    401: {"description": "No valid access token", "content": _PROBLEM},
    403: {"description": "Not permitted", "content": _PROBLEM},
    404: {"description": "No such thing, or none you may see", "content": _PROBLEM},
    409: {"description": "Not at this moment", "content": _PROBLEM},
    422: {"description": "Invalid input, or refused by a rule", "content": _PROBLEM},
    "default": {"description": "Any other problem", "content": _PROBLEM},
}


def router(*, prefix: str, tags: Sequence[str]) -> APIRouter:
    """Return a router whose routes are units of work with the standard problems documented.

    `prefix` is the whole path (`/api/v1/payments`); the app includes the router without another.
    """
    return APIRouter(
        prefix=prefix,
        tags=list(tags),
        route_class=UnitOfWorkRoute,
        responses=PROBLEM_RESPONSES,
        redirect_slashes=False,
    )
