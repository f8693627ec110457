"""Work done later, by the worker: declared with `task`, enqueued with `defer`.

::

    @jobs.task(name="lending.process")
    async def process(context: jobs.JobContext, *, application_id: str) -> None:
        async with context.database.write() as tx:
            ...

    await jobs.defer(tx, "lending.process", {"application_id": str(id)})

A job exists if and only if the transaction that deferred it was committed. It runs at least once:
after a failure as its `Retry` says, and again when its worker was stopped or killed half-way. So a
job first looks whether its work is still to be done, in the transaction that does it.

Arguments are JSON values and appear in logs: pass ids, never personal data or secrets.

Every deferral notifies the workers, which makes commits queue behind each other (see
`outbox.writing`). What belongs to every single payment is for an outbox consumer, which handles
hundreds of events a transaction.
"""

from tongbao.infra.jobs.queue import cancel, defer, defer_batch
from tongbao.infra.jobs.schema import installed_version, pending_sql
from tongbao.infra.jobs.tasks import JobContext, periodic, task, task_names
from tongbao.infra.jobs.work import drain, run, worker_is_alive
from tongbao.infra.retry import Retry

__all__ = [
    "JobContext",
    "Retry",
    "cancel",
    "defer",
    "defer_batch",
    "drain",
    "installed_version",
    "pending_sql",
    "periodic",
    "run",
    "task",
    "task_names",
    "worker_is_alive",
]
