"""Fetching what channels say of a day, and reconciling it: over HTTP, with no transaction open."""

from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select

from tongbao.core.channels import service as channels
from tongbao.core.payments import service as payments
from tongbao.core.reconciliation.domain.nouns import Day, NewLine, NewStatement, Side
from tongbao.core.reconciliation.models import DayRow
from tongbao.core.reconciliation.service.comparing import reconcile
from tongbao.core.reconciliation.service.taking import take_statement
from tongbao.infra.db import Database, ReadSession
from tongbao.kernel.clock import business_date

DAYS_BACK: Final = 7
"""A file that is not there by then is asked for by a person."""

ACCOUNT_STATEMENT: Final = "application/xml"
"""A channel whose file is a camt.053 keeps our account itself: nothing is settled elsewhere."""


async def missing_days(tx: ReadSession, *, channel: str, at: datetime) -> list[date]:
    """Return which of the last days of a channel were not reconciled, the earliest first."""
    today = business_date(at)
    wanted = [today - timedelta(days=back) for back in range(DAYS_BACK, 0, -1)]
    done = await tx.scalars(
        select(DayRow.day).where(DayRow.channel == channel, DayRow.day >= wanted[0])
    )
    known = frozenset(done)
    return [day for day in wanted if day not in known]


async def fetch_day(database: Database, *, channel: str, day: date, at: datetime) -> Day:
    """Fetch a channel's file of a day, take it in, and reconcile the day, all or nothing.

    What it says came back, and no message told of, is booked before, as the channel confirms it.

    Raises `channels.UnknownChannel`, `StatementMissing` and `StatementBroken` of the channels, and
    what `take_statement` and `reconcile` raise.
    """
    told = await channels.statement(channel, day)
    await payments.take_returns(database, channel=channel, lines=told.lines, clock=lambda: at)
    is_account = told.media_type == ACCOUNT_STATEMENT
    new = NewStatement(
        channel=channel,
        side=Side.CHANNEL,
        day=day,
        currency=told.currency,
        lines=[
            NewLine(
                reference=line.reference,
                amount=line.owed.minor,
                fee=line.fee.minor,
                their_reference=line.channel_reference,
            )
            for line in told.lines
        ],
        settles_on=None if is_account else day + timedelta(days=1),
        settlement=None if is_account else f"{channel}-{day:%Y%m%d}",
    )
    async with database.write() as tx:
        await take_statement(tx, new, at=at)
        return await reconcile(tx, channel=channel, day=day, at=at)
