"""Errors as RFC 9457 problem documents, in the caller's language.

One shape for everything that is not a success::

    {"type": "urn:tongbao:problem:ledger.insufficient_funds", "title": "余额不足", "status": 422,
     "detail": "可用余额 12.50", "code": "ledger.insufficient_funds",
     "instance": "urn:tongbao:request:0197...", "available": "12.50"}
"""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.types import Scope

from tongbao.infra.web import validation
from tongbao.infra.web.errors import Busy, DatabaseUnavailable
from tongbao.infra.web.language import language_of
from tongbao.infra.web.routes import methods_at
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Language, Text

MEDIA_TYPE: Final = "application/problem+json"
PROBLEM_TYPE: Final = "urn:tongbao:problem:"
REQUEST_URN: Final = "urn:tongbao:request:"
RETRY_AFTER_S: Final = 1
METHOD_NOT_ALLOWED: Final = 405

STATUS: Final[Mapping[Kind, int]] = {
    Kind.INVALID: 422,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.REFUSED: 422,
    Kind.TOO_LARGE: 413,
    Kind.LIMITED: 429,
    Kind.UNAVAILABLE: 503,
}

# PostgreSQL's own words for "try again": serialization failure, deadlock, lock not available,
# statement cancelled by its time limit, transaction ended for idling or for taking too long.
_RETRYABLE_STATES: Final = frozenset({"40001", "40P01", "55P03", "57014", "25P03", "25P04"})

_HTTP_TITLES: Final[Mapping[int, tuple[str, Text]]] = {
    400: ("request.malformed", Text(zh="请求有误", en="Bad request")),
    404: ("request.unknown_path", Text(zh="没有这个地址", en="There is nothing at this address")),
    405: ("request.method_not_allowed", Text(zh="不支持此方法", en="Method not allowed")),
    413: ("request.too_large", Text(zh="请求体过大", en="The body is too large")),
}
_HTTP_OTHER: Final = Text(zh="请求无法完成", en="The request cannot be completed")
_UNEXPECTED: Final = Text(zh="内部错误", en="Internal error")
_UNEXPECTED_DETAIL: Final = Text(
    zh="出现意外错误，请求未执行。请提供编号 {request_id} 以便查找。",
    en="Something unexpected happened and nothing was done. Quote {request_id} when you ask us.",
)

_log = structlog.stdlib.get_logger(__name__)


class ProblemError(BaseModel):
    """One thing that is wrong with the input."""

    model_config = ConfigDict(extra="forbid")

    location: str = Field(description="body, query, path, header or cookie", examples=["body"])
    pointer: str = Field(
        description="JSON pointer (RFC 6901) into the body, or the parameter's name after a slash",
        examples=["/amount/currency"],
    )
    code: str = Field(examples=["missing"])
    detail: str = Field(examples=["此项必填"])


class Problem(BaseModel):
    """What went wrong (RFC 9457). Other members carry the facts that belong to the code."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["urn:tongbao:problem:ledger.insufficient_funds"])
    title: str = Field(description="In the language of Content-Language", examples=["余额不足"])
    status: int = Field(ge=400, le=599, examples=[422])
    detail: str | None = Field(default=None, examples=["可用余额 12.50"])
    code: str = Field(description="Stable; decide by this", examples=["ledger.insufficient_funds"])
    instance: str = Field(
        description="The id of the request", examples=["urn:tongbao:request:0197c0de"]
    )
    errors: list[ProblemError] | None = Field(
        default=None, description="For invalid input: each thing that is wrong"
    )


_RESERVED: Final = frozenset(Problem.model_fields)


def _plain(value: object, language: Language) -> object:
    """Return a fact as JSON can carry it: numbers of money and dates become text."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else str(value)
        case Text():
            return value.say(language)
        case Mapping():
            return {str(name): _plain(each, language) for name, each in value.items()}
        case Sequence() | set() | frozenset() if not isinstance(value, bytes):
            return [_plain(each, language) for each in value]
        case _:
            return str(value)


def status_of(error: TongbaoError) -> int:
    """Return the HTTP status of an error: its own, or the one of its kind."""
    own: int | None = getattr(error, "status", None)
    return own or STATUS[error.kind]


def request_id_of(scope: Mapping[str, Any]) -> str:
    """Return the id that the edge gave the request; empty outside of one."""
    state: Mapping[str, Any] = scope.get("state", {})
    return str(state.get("request_id", ""))


def _document(
    scope: Scope,
    *,
    status: int,
    code: str,
    title: Text,
    detail: str | None = None,
    members: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    language = language_of(scope)
    content: dict[str, Any] = {
        "type": PROBLEM_TYPE + code,
        "title": title.say(language),
        "status": status,
        "code": code,
        "instance": REQUEST_URN + request_id_of(scope),
    }
    if detail is not None:
        content["detail"] = detail
    content.update((name, _plain(value, language)) for name, value in (members or {}).items())
    scope.setdefault("state", {})["problem_code"] = code  # for the access log
    return Response(
        # A surrogate that slipped into a fact is escaped, never a second failure.
        json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"),
        status_code=status,
        media_type=MEDIA_TYPE,
        headers={"Content-Language": language, **(headers or {})},
    )


def _detail_of(error: TongbaoError, facts: Mapping[str, Any], language: Language) -> str | None:
    if error.detail is None:
        return None
    try:
        return error.detail.say(language, **facts)
    except (LookupError, AttributeError, ValueError, TypeError):
        # The refusal itself is right; a sentence with a hole in it must not turn it into a 500.
        _log.exception("problem_detail_failed", code=error.code)
        return None


def problem_response(scope: Scope, error: TongbaoError) -> Response:
    """Render an error.

    A router that *returns* this (rather than raising the error) keeps what the request has
    written: how a failed log-in is counted, for example.
    """
    language = language_of(scope)
    facts = {name: _plain(value, language) for name, value in error.facts.items()}
    status = status_of(error)
    headers: dict[str, str] = {}
    if error.kind is Kind.UNAUTHENTICATED:
        headers["WWW-Authenticate"] = 'Bearer realm="tongbao"'
    if error.kind in {Kind.UNAVAILABLE, Kind.LIMITED} or "retry_after_seconds" in facts:
        headers["Retry-After"] = str(facts.get("retry_after_seconds", RETRY_AFTER_S))
    return _document(
        scope,
        status=status,
        code=error.code,
        title=error.title,
        detail=_detail_of(error, facts, language),
        members={name: value for name, value in facts.items() if name not in _RESERVED},
        headers=headers,
    )


def validation_response(scope: Scope, error: RequestValidationError) -> Response:
    """Render what pydantic found, each with a pointer to its place; never echoes the input."""
    language = language_of(scope)
    return _document(
        scope,
        status=422,
        code="request.invalid",
        title=Text(zh="请求内容不符合要求", en="The request is not valid"),
        members={"errors": validation.describe(error.errors(), language)},
    )


def http_response(scope: Scope, error: HTTPException) -> Response:
    """Render what the framework refuses: unknown path, wrong method ..."""
    code, title = _HTTP_TITLES.get(error.status_code, (f"http.{error.status_code}", _HTTP_OTHER))
    headers = dict(error.headers or {})
    if error.status_code == METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(methods_at(scope))
    return _document(scope, status=error.status_code, code=code, title=title, headers=headers)


def unexpected_response(scope: Scope) -> Response:
    """Render a failure of ours: the request's id and nothing about the inside."""
    language = language_of(scope)
    return _document(
        scope,
        status=500,
        code="request.unexpected",
        title=_UNEXPECTED,
        detail=_UNEXPECTED_DETAIL.say(language, request_id=request_id_of(scope)),
    )


def database_error(error: Exception) -> TongbaoError | None:
    """Return the retryable refusal a database failure stands for; `None` if it is a defect."""
    if isinstance(error, PoolTimeout):
        return Busy()
    if not isinstance(error, DBAPIError):
        return None
    state = getattr(error.orig, "sqlstate", None)
    if state in _RETRYABLE_STATES:
        return Busy()
    if error.connection_invalidated:
        return DatabaseUnavailable()
    # No state: the connection broke. Class 08: connection exception; 57P: the server shuts down;
    # 53: out of connections, memory or disk.
    broken = state is None or state.startswith(("08", "57P", "53"))
    if isinstance(error, (OperationalError, InterfaceError)) and broken:
        return DatabaseUnavailable()
    return None


async def _tongbao(request: Request, error: Exception) -> Response:
    assert isinstance(error, TongbaoError)
    return problem_response(request.scope, error)


async def _validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return validation_response(request.scope, error)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return http_response(request.scope, error)


async def _database(request: Request, error: Exception) -> Response:
    refusal = database_error(error)
    if refusal is None:
        raise error
    _log.warning("database_refused", code=refusal.code, exc_info=error)
    return problem_response(request.scope, refusal)


async def _leave_to_the_edge(_request: Request, error: Exception) -> Response:
    raise error  # `infra.web.edge` answers, and it knows whether anything has been sent


def add_problem_handlers(app: FastAPI) -> None:
    """Make every error an app raises leave it as a problem document."""
    app.add_exception_handler(TongbaoError, _tongbao)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DBAPIError, _database)
    app.add_exception_handler(PoolTimeout, _database)
    app.add_exception_handler(Exception, _leave_to_the_edge)
