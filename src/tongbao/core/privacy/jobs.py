"""What the worker does for people's rights."""

import structlog

from tongbao.core.privacy import service
from tongbao.infra import jobs

_log = structlog.stdlib.get_logger(__name__)


@jobs.periodic(name="privacy.erase_due", cron="37 19 * * *", audited=True)
async def erase_due(context: jobs.JobContext) -> None:
    """Carry out the erasures that waited for the law's time to be over."""
    erased = await service.erase_due(context.database, at=context.at)
    if erased:
        _log.info("waiting_erasures_carried_out", parties=erased)
