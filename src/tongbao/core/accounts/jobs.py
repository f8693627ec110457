"""Restraints that begin or end by themselves: the ledger follows within a minute."""

from tongbao.core.accounts import service
from tongbao.infra import jobs


@jobs.periodic(name="accounts.restraints", cron="* * * * *")
async def follow_restraints(context: jobs.JobContext) -> None:
    """Let accounts follow whose restraints begin or end by now; whoever pays earlier does too."""
    followed = service.DUE_MAX
    while followed == service.DUE_MAX:
        async with context.database.write() as tx:
            followed = await service.catch_up(tx, at=context.at)
