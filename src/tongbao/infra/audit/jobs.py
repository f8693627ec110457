"""Housekeeping of the trail: months ahead, the tree, verification, the watch."""

from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy import text

from tongbao.infra import jobs
from tongbao.infra.audit import planted, watching
from tongbao.infra.audit.patterns import Thresholds
from tongbao.infra.signing import PublicKey, SigningKey
from tongbao.infra.tree import housekeeping
from tongbao.kernel.clock import MainlandCalendar

MONTHS_AHEAD: Final = 2
MONTH: Final = timedelta(days=31)

_MAKE: Final = text("SELECT infra_audit_make_month(:at)")

logger = structlog.get_logger(__name__)

_CALENDAR: Final = MainlandCalendar()
_thresholds = [Thresholds()]
_signing: Final = housekeeping.Signing()


def sign_with(key: SigningKey, *, retired: tuple[PublicKey, ...] = ()) -> None:
    """Say which key signs this process's checkpoints, and which ones did before it."""
    _signing.use(key, retired=retired)


def alert_at(thresholds: Thresholds) -> None:
    """Say when this process's watch raises an alert."""
    _thresholds[:] = [thresholds]


@jobs.periodic(name="audit.make_months", cron="11 3 * * *")
async def make_months(context: jobs.JobContext) -> None:
    """Make the partitions of this month and the next ones, so that no request has to."""
    for ahead in range(MONTHS_AHEAD + 1):
        async with context.database.write() as tx:
            await tx.execute(_MAKE, {"at": context.at + ahead * MONTH})


@jobs.periodic(name="audit.extend_tree", cron="* * * * *")
async def extend_tree(context: jobs.JobContext) -> None:
    """Take new entries into the tree; each checkpoint is a transaction of its own."""
    signer, _ = _signing.keys()
    signed = await housekeeping.take_up(
        context.database, lambda tx: planted.extend_tree(tx, signer=signer, at=context.at)
    )
    if signed is not None:
        logger.info("audit checkpoint", tree_size=signed.tree_size, root=signed.root.hex())
    async with context.database.read() as tx:
        await planted.measure_tree(tx, at=context.at)


@jobs.periodic(name="audit.verify", cron="11 19 * * *", audited=True)
async def verify(context: jobs.JobContext) -> None:
    """Verify the trail once a day, at night in China."""
    _, public_keys = _signing.keys()
    async with context.database.read() as tx:
        findings = await planted.verify(tx, public_keys=public_keys, at=context.at)
    planted.note_findings(findings, at=context.at)
    housekeeping.tell(logger, "audit verification", findings)


@jobs.periodic(name="audit.watch", cron="* * * * *")
async def watch(context: jobs.JobContext) -> None:
    """Look for patterns in what was written since."""
    looked_at = watching.ENTRIES_MAX
    while looked_at == watching.ENTRIES_MAX:
        async with context.database.write() as tx:
            looked_at = await watching.watch(
                tx, thresholds=_thresholds[0], calendar=_CALENDAR, at=context.at
            )
    async with context.database.read() as tx:
        await watching.measure_alerts(tx)
