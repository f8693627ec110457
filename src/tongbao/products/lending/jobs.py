"""What the worker does for lending."""

from uuid import UUID

from tongbao.core.sources import service as sources
from tongbao.infra import jobs
from tongbao.infra.settings import Settings
from tongbao.kernel.clock import now
from tongbao.products.lending import service
from tongbao.products.lending.service.applying import EXPIRE_JOB, PROCESS_JOB

_asked: list[sources.Connector] = []


def ask(tax_office: sources.Connector) -> None:
    """Decide the applications of this process on another tax office than the settings name."""
    _asked[:] = [tax_office]


def _tax_office() -> sources.Connector:
    if not _asked:
        settings = Settings()
        token = settings.tax_office_token.get_secret_value()
        ask(sources.connect_tax_office(base_url=settings.tax_office_url, token=token))
    return _asked[0]


@jobs.task(name=PROCESS_JOB, audited=True)
async def process(context: jobs.JobContext, *, application_id: str) -> None:
    """Fetch an application's data and decide it.

    A source that does not answer is no failure of the job: the application waits, and the next
    attempt is a job of its own. What is retried here is what nobody foresaw.
    """
    await service.process(
        context.database, _tax_office(), application_id=UUID(application_id), clock=now
    )


@jobs.task(name=EXPIRE_JOB)
async def expire_offer(context: jobs.JobContext, *, application_id: str) -> None:
    """Note that an offer's seven days are over."""
    async with context.database.write() as tx:
        await service.expire_offer(tx, application_id=UUID(application_id), at=now())
