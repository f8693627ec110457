"""What is in suspense, what explains it, how old it is; as report, as metrics, as alert."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from prometheus_client import Gauge
from sqlalchemy import func, select

from tongbao.core.ledger import service as ledger
from tongbao.core.reconciliation.domain.nouns import BreakAge, Side, Suspense, age_of
from tongbao.core.reconciliation.events import SuspenseNotZero
from tongbao.core.reconciliation.models import IS_OPEN, BreakRow, TakenRow
from tongbao.infra import outbox
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.clock import business_date
from tongbao.kernel.money import Money

ALERT_AFTER: Final = timedelta(days=3)
"""Money that is in suspense longer than this raises an alert, each day anew."""

SUSPENSE: Final = Gauge(
    "tongbao_reconciliation_suspense_minor",
    "What is in a channel's suspense account, in minor units",
    ["channel", "currency"],
    multiprocess_mode="mostrecent",
)
UNEXPLAINED: Final = Gauge(
    "tongbao_reconciliation_suspense_unexplained_minor",
    "What of it no case explains, in minor units",
    ["channel", "currency"],
    multiprocess_mode="mostrecent",
)
BREAKS: Final = Gauge(
    "tongbao_reconciliation_open_breaks",
    "Open cases by age in days",
    ["channel", "age"],
    multiprocess_mode="mostrecent",
)


async def suspense(tx: ReadSession) -> list[Suspense]:
    """Return each channel's suspense account, and what open cases explain of it."""
    accounts = list(
        await tx.scalars(
            select(TakenRow)
            .where(TakenRow.side == Side.SUSPENSE.value)
            .order_by(TakenRow.channel, TakenRow.currency)
        )
    )
    explained = await tx.execute(
        select(
            BreakRow.channel,
            BreakRow.currency,
            func.sum(BreakRow.parked).label("parked"),
            func.count().label("cases"),
            func.min(BreakRow.day).label("oldest_on"),
        )
        .where(IS_OPEN)
        .group_by(BreakRow.channel, BreakRow.currency)
    )
    by_channel = {(row.channel, row.currency): row for row in explained}
    report = []
    for each in accounts:
        balance = await ledger.balance(tx, ledger.AccountId(each.account_id))
        found = by_channel.get((each.channel, each.currency))
        report.append(
            Suspense(
                channel=each.channel,
                currency=each.currency,
                balance=balance.posted,
                explained=0 if found is None else int(found.parked),
                cases=0 if found is None else int(found.cases),
                oldest_on=None if found is None else found.oldest_on,
            )
        )
    return report


async def ageing(tx: ReadSession, *, at: datetime) -> dict[tuple[str, BreakAge], int]:
    """Return how many open cases each channel has, by age."""
    today = business_date(at)
    rows = await tx.execute(
        select(BreakRow.channel, BreakRow.day, func.count().label("cases"))
        .where(IS_OPEN)
        .group_by(BreakRow.channel, BreakRow.day)
    )
    counted: dict[tuple[str, BreakAge], int] = {}
    for row in rows:
        key = row.channel, age_of(row.day, today=today)
        counted[key] = counted.get(key, 0) + int(row.cases)
    return counted


async def watch(tx: WriteSession, *, at: datetime) -> list[Suspense]:
    """Measure, and alert to money that is in suspense too long; return what that is about."""
    report = await suspense(tx)
    await _measure(tx, report, at=at)
    overdue = [each for each in report if _is_overdue(each, today=business_date(at))]
    events = [
        SuspenseNotZero(
            channel=each.channel,
            balance=Money(each.balance, each.currency),
            cases=each.cases,
            oldest_on=each.oldest_on or business_date(at),
        )
        for each in overdue
    ]
    await outbox.append(tx, events, at=at)
    return overdue


def _is_overdue(of: Suspense, *, today: date) -> bool:
    is_old = of.oldest_on is not None and today - of.oldest_on > ALERT_AFTER
    return bool(of.balance or of.cases) and (is_old or of.unexplained != 0)


async def _measure(tx: ReadSession, report: Sequence[Suspense], *, at: datetime) -> None:
    counted = await ageing(tx, at=at)
    for each in report:
        SUSPENSE.labels(each.channel, each.currency).set(each.balance)
        UNEXPLAINED.labels(each.channel, each.currency).set(each.unexplained)
        for age in BreakAge:
            BREAKS.labels(each.channel, age.value).set(counted.get((each.channel, age), 0))
