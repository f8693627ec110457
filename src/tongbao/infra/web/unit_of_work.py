"""One request, one transaction, committed before the answer leaves.

The order of things, which is the point of this file:

1. neither bearer token nor session on a guarded route: 401, before the body is read;
2. the body, whole and in time;
3. a transaction (read-only for GET and HEAD), the actor, the permissions;
4. the Idempotency-Key: an answer that is known is given again;
5. the router's function, and its answer rendered to bytes;
6. the answer stored under the key, the request's entry in the audit trail, COMMIT;
7. what is due about the browser's session (seen, renewed), in a transaction of its own;
8. only now the answer is returned. A COMMIT that fails is a failure the caller sees.

Who was refused has an entry too, in a transaction of its own (`infra.web.trail`).

FastAPI's own `yield` dependencies end after the answer was sent, when it is too late to say so.
"""

from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Annotated, Any, Final, Literal
from uuid import UUID

import structlog
from fastapi import Depends, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.params import Form
from fastapi.routing import APIRoute
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from tongbao.infra import audit, auth, idempotency
from tongbao.infra import guards as guarding
from tongbao.infra.db import Database, ReadSession, WriteSession
from tongbao.infra.web.body import BufferedRequest, SpooledRequest, read_body, read_file
from tongbao.infra.web.idempotency_key import OPTIONAL_PARAMETER, key_of, no_key, required_key
from tongbao.infra.web.problems import problem_response
from tongbao.infra.web.routes import dependant_of, template_of
from tongbao.infra.web.trail import caller_of, note_answer, note_before, note_failure
from tongbao.kernel.clock import now
from tongbao.kernel.errors import Kind, TongbaoError

READ_METHODS: Final = frozenset({"GET", "HEAD"})
SERVER_ERRORS: Final = 500
REPLAYED: Final = "Idempotency-Replayed"

Handler = Callable[[Request], Coroutine[Any, Any, Response]]

_log = structlog.stdlib.get_logger(__name__)


async def read_tx(request: Request) -> ReadSession:
    """Return the request's transaction."""
    session: ReadSession = request.state.tx
    return session


async def write_tx(request: Request) -> WriteSession:
    """Return the request's transaction, which must be one that may write."""
    session: ReadSession = request.state.tx
    assert isinstance(session, WriteSession), "a GET route cannot ask for a WriteTx"
    return session


async def instant(request: Request) -> datetime:
    """Return the moment the request arrived: one for everything it does."""
    at: datetime = request.state.at
    return at


async def sent_file(request: Request) -> IO[bytes]:
    """Return the request's body as a file, which is closed when the request ends."""
    file: IO[bytes] = request.state.sent_file
    return file


SentFile = Annotated[IO[bytes], Depends(sent_file)]
"""The body of a request that may be long: it is not in memory, and nothing parses it on the way.

Give the path to `install(larger_bodies=...)`, and say in `openapi_extra` what it takes."""
ReadTx = Annotated[ReadSession, Depends(read_tx)]
WriteTx = Annotated[WriteSession, Depends(write_tx)]
Instant = Annotated[datetime, Depends(instant)]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a route needs, worked out once from its dependencies."""

    template: str
    guards: guarding.Guards
    transaction: bool
    key: Literal["required", "optional", "none"]
    body: Literal["json", "form", "file", "none"]

    @classmethod
    def of(cls, template: str, dependant: Dependant, *, writes: bool) -> "_Plan":
        calls = [each.call for each in guarding.dependencies_of(dependant)]
        guards = guarding.guards_of(dependant)
        everything = [dependant, *guarding.dependencies_of(dependant)]
        fields = [field for each in everything for field in each.body_params]
        form = any(isinstance(field.field_info, Form) for field in fields)
        return cls(
            template=template,
            guards=guards,
            transaction=guards.authenticated or read_tx in calls or write_tx in calls,
            # Without an actor there is nobody a stored answer could belong to.
            key="none"
            if no_key in calls or not (writes and guards.authenticated)
            else "required"
            if required_key in calls
            else "optional",
            body="file"
            if sent_file in calls
            else ("form" if form else "json")
            if fields
            else "none",
        )


class _AbandonError(Exception):
    """Carries an answer out of a transaction that must not commit."""

    def __init__(self, response: Response) -> None:
        self.response = response


class UnitOfWorkRoute(APIRoute):
    """A route whose whole work is one transaction; the class of every route `router` makes."""

    def __init__(
        self,
        path: str,
        endpoint: Callable[..., Any],
        **options: Any,  # noqa: ANN401 - those of APIRoute
    ) -> None:
        methods = {method.upper() for method in options.get("methods") or ["GET"]}
        self.reads = methods <= READ_METHODS
        if not self.reads and methods & READ_METHODS:
            msg = f"{path}: a route either reads or writes, not {sorted(methods)}"
            raise TypeError(msg)
        super().__init__(path, endpoint, **options)
        calls = {each.call for each in guarding.dependencies_of(self.dependant)}
        if self.reads and write_tx in calls:
            msg = f"{path}: {sorted(methods)} asks for a WriteTx"
            raise TypeError(msg)
        guards = guarding.guards_of(self.dependant)
        if required_key in calls and not guards.authenticated:
            msg = f"{path}: an Idempotency-Key belongs to an actor, and this route asks for none"
            raise TypeError(msg)
        if not self.reads and guards.authenticated and not {required_key, no_key} & calls:
            extra = self.openapi_extra or {}
            parameters = [*extra.get("parameters", ()), OPTIONAL_PARAMETER]
            self.openapi_extra = {**extra, "parameters": parameters}

    def get_route_handler(self) -> Handler:
        """Return FastAPI's handler inside a unit of work."""
        handler = super().get_route_handler()
        plan: _Plan | None = None

        async def handle(request: Request) -> Response:
            nonlocal plan
            if plan is None:  # only a request shows the prefix this route was included under
                scope = request.scope
                plan = _Plan.of(template_of(scope), dependant_of(scope), writes=not self.reads)
            return await _UnitOfWork(plan, handler, reads=self.reads).run(request)

        return handle


class _UnitOfWork:
    """One run of one route."""

    def __init__(self, plan: _Plan, handler: Handler, *, reads: bool) -> None:
        self._plan = plan
        self._handler = handler
        self._reads = reads

    async def run(self, request: Request) -> Response:
        request.state.at = at = now()
        with audit.by(caller_of(request)):
            try:
                return await self._run(request, at)
            except Exception as error:
                await note_failure(request, error, at, reads=self._reads)
                raise

    async def _run(self, request: Request, at: datetime) -> Response:
        if self._plan.guards.authenticated:
            auth.session_secret(request)  # 401 before any byte of the body is read
        if self._plan.body == "file":
            spooled = await read_file(request)
            with spooled.file:
                return await self._run_with_body(spooled, at)
        if not self._reads:
            request = await read_body(request)
        return await self._run_with_body(request, at)

    async def _run_with_body(self, request: Request, at: datetime) -> Response:
        if isinstance(request, SpooledRequest):
            request.state.sent_file = request.file
        if not self._plan.transaction:
            await self._parse(request)
            return await self._handler(request)
        database: Database = request.app.state.database
        try:
            async with self._open(database) as tx:
                request.state.tx = tx
                response = await self._work(request, tx, at)
                if not _is_replay(response):
                    await note_answer(request, tx, response, at)
        except _AbandonError as abandoned:
            await note_failure(request, abandoned, at, reads=self._reads)
            return abandoned.response
        except auth.SecretReused:
            await auth.keep_session(request, None, at)
            raise
        await self._keep_session(request, response, at)
        return response  # COMMIT has succeeded

    async def _keep_session(self, request: Request, response: Response, at: datetime) -> None:
        """Do the session's upkeep; the request is done, so a failure here is not the caller's."""
        try:
            await auth.keep_session(request, response, at)
        except (DBAPIError, PoolTimeout) as error:
            _log.warning("session_not_kept", exc_info=error)

    def _open(self, database: Database) -> AbstractAsyncContextManager[ReadSession]:
        return database.read() if self._reads else database.write()

    async def _parse(self, request: Request) -> None:
        """Parse the body if the route takes one."""
        if not isinstance(request, BufferedRequest):
            return
        if self._plan.body == "json":
            request.parse_json()
        elif self._plan.body == "form":
            await request.parse_form()

    async def _work(self, request: Request, tx: ReadSession, at: datetime) -> Response:
        if self._plan.guards.authenticated:
            actor = await auth.authenticate(request, tx, at)
            audit.become(caller_of(request))
            for each in self._plan.guards.permissions:
                each.check(actor)
            key = (
                None
                if self._plan.key == "none"
                else key_of(request, required=self._plan.key == "required")
            )
        else:
            actor, key = None, None
        await self._parse(request)
        await note_before(request, tx)
        if actor is None or key is None:
            response = await self._handler(request)
        else:
            assert isinstance(tx, WriteSession)
            assert isinstance(request, BufferedRequest)
            response = await self._once(request, tx, actor.id, key, at)
        if response.status_code >= SERVER_ERRORS:
            raise _AbandonError(response)
        return response

    async def _once(
        self,
        request: BufferedRequest,
        tx: WriteSession,
        actor_id: UUID,
        key: str,
        at: datetime,
    ) -> Response:
        """Do the work unless it was done before under this key; store its answer.

        A business refusal (`Kind.REFUSED`) is final: it is stored like a success, with everything
        the work wrote undone. Any other error leaves nothing behind, so that the caller may
        mend the request, or wait, and use the key again.
        """
        scope = idempotency.Scope(
            actor_id=actor_id, method=request.method, route=self._plan.template, key=key
        )
        digest = idempotency.request_hash(
            method=request.method,
            path=request.scope["path"],
            query=request.scope["query_string"],
            body=request.canonical(),
        )
        known = await idempotency.begin(tx, scope=scope, request_hash=digest, at=at)
        if known is not None:
            return _replay(known)
        try:
            async with tx.begin_nested():
                response = await self._handler(request)
        except TongbaoError as error:
            if error.kind is not Kind.REFUSED:
                raise
            response = problem_response(request.scope, error)
        if response.status_code < SERVER_ERRORS:
            await idempotency.store(
                tx, scope=scope, request_hash=digest, answer=_answer(response), at=at
            )
        return response


def _answer(response: Response) -> idempotency.Answer:
    body = getattr(response, "body", None)
    assert isinstance(body, bytes), "an answer stored under a key cannot be a stream"
    return idempotency.Answer(
        status=response.status_code,
        body=body,
        content_type=response.headers.get("content-type"),
        content_language=response.headers.get("content-language"),
        location=response.headers.get("location"),
    )


def _is_replay(response: Response) -> bool:
    return REPLAYED in response.headers


def _replay(answer: idempotency.Answer) -> Response:
    headers = {
        "Content-Type": answer.content_type,
        "Content-Language": answer.content_language,
        "Location": answer.location,
        REPLAYED: "true",
    }
    present = {name: value for name, value in headers.items() if value is not None}
    return Response(answer.body, status_code=answer.status, headers=present)
