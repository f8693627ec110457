"""What the edge writes to the audit trail: who asked for what, and how it ended.

Every request that may change something has one entry. What was done is written on the request's
own transaction, so there is never one without the other. What was refused is written in a
transaction of its own, after the rollback; so are refusals of reads that tell of somebody trying
doors: 401, 403 and 404. Not written: what was turned away to be tried again (429, 503), which would
make a flood of writing out of a flood of requests, and an answer given again under its
Idempotency-Key, which did nothing.

A route that has more to say asks for a `Trail`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Final
from urllib.parse import unquote
from uuid import UUID

from fastapi import Depends, Header, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from tongbao.infra import audit
from tongbao.infra.address import NOWHERE, client_address
from tongbao.infra.auth import Actor
from tongbao.infra.db import Database, ReadSession, WriteSession
from tongbao.infra.web.objects import digest_of_row
from tongbao.infra.web.problems import database_error, request_id_of
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

REASON_HEADER: Final = "X-Reason"
_REASON: Final = REASON_HEADER.lower().encode()
REASON_LENGTH_MIN: Final = 3
REASON_HEADER_LENGTH_MAX: Final = 3 * 4 * audit.REASON_LENGTH_MAX
BAD_REQUEST: Final = 400
SERVER_ERRORS: Final = 500

_DOORS: Final = frozenset({Kind.UNAUTHENTICATED, Kind.FORBIDDEN, Kind.NOT_FOUND})
_MODULE_AT: Final = 3
_SAID: Final = frozenset({"object_id", "before", "after"})
_TURNED_AWAY: Final = frozenset({Kind.LIMITED, Kind.UNAVAILABLE})


class ReasonMissing(TongbaoError):
    """What is done for a reason only was asked for without one, or without one that can be read."""

    code = "request.reason_missing"
    kind = Kind.INVALID
    title = Text(zh="请说明理由", en="A reason is needed")
    detail = Text(
        zh="请在 X-Reason 请求头中说明理由（{least} 至 {most} 个字符，UTF-8 百分号编码）。",
        en="Say why in the header X-Reason: {least} to {most} characters, UTF-8, percent-encoded.",
    )

    def __init__(self) -> None:
        super().__init__(least=REASON_LENGTH_MIN, most=audit.REASON_LENGTH_MAX)


def reason_of(request: Request) -> str | None:
    """Return the reason that a request gives, None if it gives none or one that is not valid."""
    sent = request.headers.getlist(REASON_HEADER)
    if len(sent) != 1 or len(sent[0]) > REASON_HEADER_LENGTH_MAX:
        return None
    try:
        reason = unquote(sent[0], errors="strict").strip()
    except UnicodeDecodeError:
        return None
    fits = REASON_LENGTH_MIN <= len(reason) <= audit.REASON_LENGTH_MAX
    return reason if fits and reason.isprintable() else None


async def _reason(
    request: Request,
    _sent: Annotated[
        str | None,
        Header(
            alias=REASON_HEADER,
            description="Why, 3 to 200 characters (UTF-8, percent-encoded); kept in the trail",
            examples=["%E5%AE%A2%E6%88%B7%E6%9D%A5%E7%94%B5%E6%A0%B8%E5%AF%B9"],
        ),
    ] = None,
) -> str:
    reason = reason_of(request)
    if reason is None:
        raise ReasonMissing
    return reason


Reason = Annotated[str, Depends(_reason)]
"""For a route that is used for a reason only: a reveal, a picture of a document."""


def caller_of(request: Request) -> audit.Caller:
    """Return who makes a request, as far as it is known by now."""
    scope = request.scope
    actor: Actor | None = scope.get("state", {}).get("actor")
    address = client_address(scope)
    names = [name for name, _ in scope["headers"]]  # most callers send neither of the two
    user_agent = request.headers.get("user-agent") if b"user-agent" in names else None
    return audit.Caller(
        None if actor is None else actor.id,
        "anonymous" if actor is None else actor.kind,
        () if actor is None else actor.roles,
        None if actor is None else actor.session_id,
        address=None if address == NOWHERE else address,
        device=audit.device_of(user_agent),
        request_id=request_id_of(scope),
        reason=reason_of(request) if _REASON in names else None,
    )


@dataclass(slots=True)
class Trail:
    """What a route adds to the trail: facts of its own entry, and entries beside it."""

    facts: dict[str, Any] = field(default_factory=dict)
    before: bytes | None = None
    more: list[audit.Entry] = field(default_factory=list)

    def about(
        self,
        *,
        subject: UUID | None = None,
        object_type: str | None = None,
        object_id: UUID | str | None = None,
        before: bytes | None = None,
        after: bytes | None = None,
    ) -> None:
        """Say in the request's own entry what it is about, where its address does not tell."""
        given = {
            "subject": subject,
            "object_type": object_type,
            "object_id": object_id,
            "before": before,
            "after": after,
        }
        self.facts.update({name: value for name, value in given.items() if value is not None})

    def add(self, entry: audit.Entry) -> None:
        """Write another entry: of a sensitive read. It is durable before the answer leaves."""
        self.more.append(entry)


async def _trail(request: Request) -> Trail:
    if not hasattr(request.state, "trail"):
        request.state.trail = Trail()
    trail: Trail = request.state.trail
    return trail


AuditTrail = Annotated[Trail, Depends(_trail)]


async def note_before(request: Request, tx: ReadSession) -> None:
    """Keep what the object of a request is before anything is done to it, as a digest."""
    if isinstance(tx, WriteSession):
        noun, object_id = _object(request, None)
        if object_id is not None:
            trail = await _trail(request)
            trail.before = await _digest(request, tx, noun, object_id)


async def note_answer(request: Request, tx: ReadSession, response: Response, at: datetime) -> None:
    """Write what a request did, and what its route added, before its transaction commits.

    What a read added cannot go there: it is written now, in a transaction of its own, and if that
    fails the read fails.
    """
    trail = await _trail(request)
    if not isinstance(tx, WriteSession):
        for entry in trail.more:
            await apart_of(request).record(entry, by=caller_of(request), at=at)
        return
    code = None
    if response.status_code >= BAD_REQUEST:
        code = request.scope["state"].get("problem_code") or f"http.{response.status_code}"
    outcome: audit.Outcome = "done" if code is None else "refused"
    entry = _entry(request, outcome=outcome, code=code, location=response.headers.get("location"))
    if code is None:
        entry = entry._replace(**await _change(request, tx, entry, trail), **trail.facts)
        await audit.record(tx, [entry, *trail.more], at=at)
    else:
        await audit.record(tx, [entry], at=at)


async def _change(
    request: Request, tx: WriteSession, entry: audit.Entry, trail: Trail
) -> dict[str, Any]:
    """Return the digests of an object before and after a request, which its route did not say."""
    if not isinstance(entry.object_id, UUID) or trail.facts.keys() & _SAID:
        return {}
    _, named = _object(request, None)
    return {
        "before": trail.before if named == entry.object_id else None,
        "after": await _digest(request, tx, entry.object_type, entry.object_id),
    }


async def _digest(
    request: Request, tx: WriteSession, noun: str | None, object_id: UUID
) -> bytes | None:
    tag, _, _ = action_of(request.scope).partition(".")
    given = request.path_params.items()
    parameter = next((name for name, value in given if _uuid(value) == object_id), None)
    return await digest_of_row(tx, tag=tag, noun=noun, parameter=parameter, object_id=object_id)


async def note_failure(request: Request, error: Exception, at: datetime, *, reads: bool) -> None:
    """Write that a request was refused or failed, if the trail is to know of it."""
    judged = _judge(error, reads=reads)
    if judged is None:
        return
    outcome, code = judged
    entry = _entry(request, outcome=outcome, code=code)
    await apart_of(request).refused(entry, by=caller_of(request), at=at)


def entry_of_answer(request: Request, *, code: str | None, made: tuple[str, str]) -> audit.Entry:
    """Return the entry of a request that a turn has answered and writes down itself.

    `made`: noun and id of what the request has made, as its address has them.
    """
    kind, name = made
    return audit.Entry(
        action=action_of(request.scope),
        subject=_subject(request),
        object_type=kind,
        object_id=name,
        outcome="done" if code is None else "refused",
        code=code,
    )


def apart_of(request: Request) -> audit.Apart:
    """Return what writes entries in transactions of their own, one of each application."""
    state = request.app.state
    if not hasattr(state, "audit_apart"):
        database: Database = state.database
        state.audit_apart = audit.Apart(database)
    apart: audit.Apart = state.audit_apart
    return apart


def _judge(error: Exception, *, reads: bool) -> tuple[audit.Outcome, str] | None:
    """Return outcome and code as the trail is to know them; None if it is not to know."""
    if isinstance(error, TongbaoError):
        passed_over = error.kind in _TURNED_AWAY or (reads and error.kind not in _DOORS)
        return None if passed_over else ("refused", error.code)
    if reads or isinstance(error, ClientDisconnect) or database_error(error) is not None:
        return None
    if isinstance(error, RequestValidationError):
        return "refused", "request.invalid"
    if isinstance(error, HTTPException) and error.status_code < SERVER_ERRORS:
        return "refused", f"http.{error.status_code}"
    return "failed", "request.unexpected"


def _entry(
    request: Request, *, outcome: audit.Outcome, code: str | None, location: str | None = None
) -> audit.Entry:
    kind, name = _object(request, location)
    return audit.Entry(
        action=action_of(request.scope),
        subject=_subject(request),
        object_type=kind,
        object_id=name,
        outcome=outcome,
        code=code,
    )


def action_of(scope: Mapping[str, Any]) -> str:
    """Return what a request does, in the words of its route: `payments.transfer`.

    A router inside another one keeps its routes' tags to itself, so the address tells as well.
    """
    route = scope["route"]
    tags = [str(tag) for tag in getattr(route, "tags", None) or ()]
    module = tags[0] if tags else _module_of(scope["path"])
    return ".".join([*([module] if module else []), str(getattr(route, "name", "request"))])


def _module_of(path: str) -> str | None:
    """Return the module of an address of the API: `/api/v1/parties/…` is of `parties`."""
    segments = path.split("/")
    return segments[_MODULE_AT] if len(segments) > _MODULE_AT and segments[1] == "api" else None


def _subject(request: Request) -> UUID | None:
    """Return the party concerned: that of the address, else the only one the caller acts for."""
    named = request.path_params.get("party_id")
    if named is not None and (party := _uuid(named)) is not None:
        return party
    actor: Actor | None = getattr(request.state, "actor", None)
    if actor is None or len(actor.party_ids) != 1:
        return None
    (party,) = actor.party_ids
    return party


def _object(request: Request, location: str | None) -> tuple[str | None, UUID | None]:
    """Return noun and id of what the request is about: the last of its address, or what it made.

    Only ids: other parts of an address may be a person's (an account's number).
    """
    path = request.scope["path"] if location is None else location
    segments = path.rstrip("/").split("/")
    for place in range(len(segments) - 1, 0, -1):
        found = _uuid(segments[place])
        if found is not None:
            return segments[place - 1][:100] or None, found
    return None, None


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None
