"""What happens when a token is shown from where its owner never calls: it is ended, and told of.

The request's own transaction is over by then, and has written nothing.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog
from fastapi import FastAPI, Request, Response
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from tongbao.infra.address import client_address
from tongbao.infra.auth import AddressNotAllowed, bearer_token
from tongbao.infra.db import Database, WriteSession
from tongbao.infra.web.problems import problem_response
from tongbao.kernel.clock import now

NoteMisplaced = Callable[[WriteSession, str, str, datetime], Awaitable[None]]
"""End a token that was shown from this address, and write it down."""

_log = structlog.stdlib.get_logger(__name__)


def add_misplaced_handler(app: FastAPI) -> None:
    """Have `app.state.note_misplaced` look at each token that came from elsewhere."""
    app.add_exception_handler(AddressNotAllowed, _misplaced)


async def _misplaced(request: Request, error: Exception) -> Response:
    assert isinstance(error, AddressNotAllowed)
    note: NoteMisplaced | None = getattr(request.app.state, "note_misplaced", None)
    if note is not None:
        database: Database = request.app.state.database
        try:
            async with database.write() as tx:
                await note(tx, bearer_token(request), client_address(request.scope), now())
        except (DBAPIError, PoolTimeout) as failure:  # it is refused in any case
            _log.warning("misplaced_token_not_noted", exc_info=failure)
    return problem_response(request.scope, error)
