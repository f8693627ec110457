"""RFC 9457 problem documents of the sandbox, in Chinese or English by Accept-Language."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

MEDIA_TYPE = "application/problem+json"
DETAIL_LENGTH_MAX = 500


@dataclass(frozen=True, slots=True)
class Problem:
    """One way to refuse."""

    code: str
    status: int
    zh: str
    en: str

    def response(
        self, request: Request, *, detail: str = "", headers: Mapping[str, str] | None = None
    ) -> JSONResponse:
        """Return the problem in the language the caller reads."""
        chinese = request.headers.get("accept-language", "").lower().startswith("zh")
        body: dict[str, str | int] = {
            "type": "about:blank",
            "title": self.zh if chinese else self.en,
            "status": self.status,
            "code": self.code,
        }
        if detail:
            body["detail"] = detail[:DETAIL_LENGTH_MAX]
        return JSONResponse(body, self.status, headers, media_type=MEDIA_TYPE)


UNAUTHENTICATED = Problem(
    "tax_office.unauthenticated",
    401,
    "缺少访问令牌或令牌错误",
    "The access token is missing or wrong",
)
NO_CONSENT = Problem(
    "tax_office.no_consent",
    403,
    "缺少授权编号（X-Consent-Id 应为 UUID）",
    "No consent given (X-Consent-Id must be a UUID)",
)
UNKNOWN_TAXPAYER = Problem(
    "tax_office.unknown_taxpayer", 404, "没有此纳税人", "There is no such taxpayer"
)
BAD_CURSOR = Problem(
    "tax_office.bad_cursor", 422, "分页游标无效", "The cursor is not one of ours for this taxpayer"
)
UNKNOWN_PAYMENT = Problem(
    "channels.unknown_payment", 404, "没有这样的支付", "There is no such payment"
)
BAD_REQUEST = Problem("sandbox.bad_request", 422, "请求无效", "The request is not valid")
DOWN = Problem("tax_office.unavailable", 503, "税务局系统维护中", "The tax office is not available")
ERROR = Problem("tax_office.error", 500, "税务局系统错误", "The tax office has an internal error")


def described(when: str) -> dict[str, Any]:
    """Return how the API reference shows a problem."""
    return {"description": when, "content": {MEDIA_TYPE: {}}}


ITS_OWN: Final[dict[int | str, dict[str, Any]]] = {
    "default": {"description": "A refusal in the form of this protocol"}
}
"""For routes that speak a protocol of somebody else's, refusals included."""


def describe_all(app: FastAPI) -> None:
    """Say of every operation that it may be refused by a problem document.

    What a route says of its own refusals stays; the framework's own form is never sent.
    """
    made = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            for path in made()["paths"].values():
                for operation in path.values():
                    answers = operation["responses"]
                    if "application/json" in answers.get("422", {}).get("content", {}):
                        answers["422"] = described("Not such a request")
                    answers.setdefault("default", described("Refused"))
        assert app.openapi_schema is not None, "the framework keeps what it has made"
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


class Refused(Exception):
    """Ends a request with a problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.code)


def add_handlers(app: FastAPI) -> None:
    """Make every refusal of `app` a problem document."""

    async def refused(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, Refused)
        headers = {"WWW-Authenticate": "Bearer"} if error.problem is UNAUTHENTICATED else None
        return error.problem.response(request, headers=headers)

    async def invalid(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        detail = "; ".join(
            f"{'.'.join(str(part) for part in issue['loc'])}: {issue['msg']}"
            for issue in error.errors()
        )
        return BAD_REQUEST.response(request, detail=detail)

    async def other(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        phrase = HTTPStatus(error.status_code).phrase
        problem = Problem("sandbox.http", error.status_code, phrase, phrase)
        headers = dict(error.headers or {})
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            headers["Allow"] = ", ".join(sorted(_methods(request)))
        return problem.response(request, headers=headers)

    app.add_exception_handler(Refused, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, other)


def _methods(request: Request) -> set[str]:
    """Return every method of this path (the framework names those of its first route only)."""
    methods: set[str] = set()
    for route in request.app.routes:
        if route.matches(request.scope)[0] is not Match.NONE:
            methods |= getattr(route, "methods", None) or set()
    return methods
