"""Housekeeping of the ledger: roll-up of hot accounts, the tree over transactions, verification."""

from typing import Final

import structlog

from tongbao.core.ledger import service
from tongbao.infra import jobs
from tongbao.infra.signing import PublicKey, SigningKey
from tongbao.infra.tree import housekeeping

logger = structlog.get_logger(__name__)

_signing: Final = housekeeping.Signing()


def sign_with(key: SigningKey, *, retired: tuple[PublicKey, ...] = ()) -> None:
    """Say which key signs this process's checkpoints, and which ones did before it."""
    _signing.use(key, retired=retired)


@jobs.periodic(name="ledger.roll_up", cron="* * * * *")
async def roll_up(context: jobs.JobContext) -> None:
    """Fold the tails of internal accounts, so that reading their balance stays cheap."""
    async with context.database.write() as tx:
        await service.roll_up(tx)


@jobs.periodic(name="ledger.expire", cron="* * * * *")
async def expire(context: jobs.JobContext) -> None:
    """Release what pending transactions hold whose time is over."""
    released = service.EXPIRED_MAX
    while released == service.EXPIRED_MAX:
        async with context.database.write() as tx:
            released = await service.expire(tx, at=context.at)


@jobs.periodic(name="ledger.extend_tree", cron="* * * * *")
async def extend_tree(context: jobs.JobContext) -> None:
    """Take what was booked into the tree; each checkpoint is a transaction of its own."""
    signer, _ = _signing.keys()
    signed = await housekeeping.take_up(
        context.database, lambda tx: service.extend_tree(tx, signer=signer, at=context.at)
    )
    if signed is not None:
        logger.info("ledger checkpoint", tree_size=signed.tree_size, root=signed.root.hex())
    async with context.database.read() as tx:
        await service.measure_tree(tx, at=context.at)


@jobs.periodic(name="ledger.verify", cron="41 18 * * *")
async def verify(context: jobs.JobContext) -> None:
    """Verify ledger and tree once a day, at night in China."""
    _, public_keys = _signing.keys()
    async with context.database.read() as tx:
        findings = await service.verify(tx)
        findings += await service.verify_tree(tx, public_keys=public_keys)
    service.note_findings(findings, at=context.at)
    housekeeping.tell(logger, "ledger verification", findings)


@jobs.periodic(name="ledger.extend_days", cron="* * * * *")
async def extend_days(context: jobs.JobContext) -> None:
    """Take what was booked since into the daily totals, so that reading the past stays cheap."""
    extended = service.EXTENDED_TRANSACTIONS_MAX
    while extended == service.EXTENDED_TRANSACTIONS_MAX:
        async with context.database.write() as tx:
            extended = await service.extend_days(tx)
