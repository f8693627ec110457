"""The HTTP edge: transactions, idempotency, problem documents, hostile input, observability.

A module's router needs these names and nothing else from here::

    api = router(prefix="/api/v1/payments", tags=["payments"])

    @api.post("/transfers", status_code=201, dependencies=[IDEMPOTENCY_KEY_REQUIRED])
    async def transfer(body: NewTransfer, tx: WriteTx, actor: CurrentActor, at: Instant)
"""

from tongbao.infra.address import client_address
from tongbao.infra.web.idempotency_key import IDEMPOTENCY_KEY_REQUIRED, NO_IDEMPOTENCY_KEY
from tongbao.infra.web.install import install
from tongbao.infra.web.language import RequestLanguage, language_of
from tongbao.infra.web.problems import Problem, problem_response
from tongbao.infra.web.routers import PageAfter, PageLimit, router
from tongbao.infra.web.together import Answer, Asked, together
from tongbao.infra.web.trail import AuditTrail, Reason, caller_of
from tongbao.infra.web.unit_of_work import (
    Instant,
    ReadTx,
    SentFile,
    UnitOfWorkRoute,
    WriteTx,
)

__all__ = [
    "IDEMPOTENCY_KEY_REQUIRED",
    "NO_IDEMPOTENCY_KEY",
    "Answer",
    "Asked",
    "AuditTrail",
    "Instant",
    "PageAfter",
    "PageLimit",
    "Problem",
    "ReadTx",
    "Reason",
    "RequestLanguage",
    "SentFile",
    "UnitOfWorkRoute",
    "WriteTx",
    "caller_of",
    "client_address",
    "install",
    "language_of",
    "problem_response",
    "router",
    "together",
]
