"""What the worker does for sources."""

import structlog

from tongbao.core.sources import service
from tongbao.infra import jobs

_log = structlog.stdlib.get_logger(__name__)


@jobs.periodic(name="sources.delete_expired", cron="23 * * * *", audited=True)
async def delete_expired(context: jobs.JobContext) -> None:
    """Delete fetched data whose time is over, as its consent promised."""
    deleted = await service.delete_expired(context.database, at=context.at)
    if deleted:
        _log.info("fetched_data_deleted", fetches=deleted)
