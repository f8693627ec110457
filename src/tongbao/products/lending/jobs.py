"""What the worker does for lending.

The composition root says which tax office to ask, once, before the worker starts::

    jobs.ask(sources.connect_tax_office(base_url=..., token=...))
"""

from uuid import UUID

from tongbao.core.sources.service import TaxOfficeGateway
from tongbao.infra import jobs
from tongbao.kernel.clock import now
from tongbao.products.lending import service
from tongbao.products.lending.service.applying import EXPIRE_JOB, PROCESS_JOB

_asked: list[TaxOfficeGateway] = []


def ask(tax_office: TaxOfficeGateway) -> None:
    """Set the tax office that applications of this process are decided on."""
    _asked[:] = [tax_office]


@jobs.task(name=PROCESS_JOB, retry=jobs.Retry())
async def process(context: jobs.JobContext, *, application_id: str) -> None:
    """Fetch an application's data and decide it.

    A source that does not answer is no failure of the job: the application waits, and the next
    attempt is a job of its own. The retry is for failures nobody foresaw.
    """
    assert _asked, "the worker was started without a tax office"
    await service.process(
        context.database, _asked[0], application_id=UUID(application_id), clock=now
    )


@jobs.task(name=EXPIRE_JOB, retry=jobs.Retry())
async def expire_offer(context: jobs.JobContext, *, application_id: str) -> None:
    """Note that an offer's seven days are over."""
    async with context.database.write() as tx:
        await service.expire_offer(tx, application_id=UUID(application_id), at=now())
