"""How the tree and the books are, for Prometheus. Set by the worker's jobs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from prometheus_client import Gauge
from sqlalchemy import text

from tongbao.core.ledger.service.tree.planted import TREE
from tongbao.infra.db import ReadSession
from tongbao.infra.tree import Finding, newest

FINDINGS: Final = Gauge(
    "tongbao_ledger_findings",
    "What the last verification of ledger and tree found; anything but 0 is an alarm",
    multiprocess_mode="mostrecent",
)
VERIFIED: Final = Gauge(
    "tongbao_ledger_verified_timestamp_seconds",
    "When ledger and tree were last verified",
    multiprocess_mode="mostrecent",
)
TREE_SIZE: Final = Gauge(
    "tongbao_ledger_tree_size_transactions",
    "Transactions that the newest checkpoint covers; it never falls",
    multiprocess_mode="mostrecent",
)
CHECKPOINT_AGE: Final = Gauge(
    "tongbao_ledger_checkpoint_age_seconds",
    "Age of the newest checkpoint; grows while nothing is booked",
    multiprocess_mode="mostrecent",
)
UNCOVERED_AGE: Final = Gauge(
    "tongbao_ledger_tree_lag_seconds",
    "Age of the oldest transaction that no checkpoint covers; 0 when all are covered",
    multiprocess_mode="mostrecent",
)

_OLDEST_UNCOVERED: Final = text(
    "SELECT booked_at FROM ledger_transaction WHERE id > :after ORDER BY id LIMIT 1"
)


async def measure_tree(tx: ReadSession, *, at: datetime) -> None:
    """Set the gauges of the tree's size, its newest checkpoint's age and its lag."""
    last = await newest(TREE, tx)
    if last is not None:
        TREE_SIZE.set(last.tree_size)
        CHECKPOINT_AGE.set((at - last.signed_at).total_seconds())
    oldest = await tx.scalar(_OLDEST_UNCOVERED, {"after": last.last_sequence if last else 0})
    UNCOVERED_AGE.set(0 if oldest is None else max(0, (at - oldest).total_seconds()))


def note_findings(findings: Sequence[Finding], *, at: datetime) -> None:
    """Set the gauges of a verification that has just ended."""
    FINDINGS.set(len(findings))
    VERIFIED.set(at.timestamp())
