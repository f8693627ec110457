"""The past: what an account held at a booking moment or on an effective date."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import DateTime, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql import bindparam

from tongbao.core.ledger import domain
from tongbao.core.ledger.domain import AccountId
from tongbao.core.ledger.domain.history import UnclearMoment
from tongbao.core.ledger.models import AccountRow
from tongbao.infra.db import ReadSession, WriteSession

EXTENDED_TRANSACTIONS_MAX = 20_000
"""Numbers of transactions that one call takes into the daily totals; a second's work or less."""


async def balance_at(
    tx: ReadSession,
    account_id: AccountId,
    *,
    booked_by: datetime | None = None,
    effective_on: date | None = None,
) -> int:
    """Return an account's posted balance of the past, in minor units, positive on its normal side.

    Args:
        tx: the caller's transaction.
        account_id: whose balance.
        booked_by: count what was booked up to this moment, inclusive, whatever its effective date.
        effective_on: count what is effective up to the end of this day, whenever it was booked:
            a back-dated posting changes the answer.

    Raises:
        AccountNotFound: there is none with this id.
        UnclearMoment: not exactly one of the two is given.
    """
    if (booked_by is None) == (effective_on is None):
        raise UnclearMoment
    row = (
        await tx.execute(
            select(func.ledger_balance_at(AccountRow.id, booked_by, effective_on)).where(
                AccountRow.uid == account_id
            )
        )
    ).one_or_none()
    if row is None:
        raise domain.AccountNotFound(account_id=str(account_id))
    return int(row[0])


async def balances_at(
    tx: ReadSession, account_ids: Sequence[AccountId], *, booked_by: Sequence[datetime]
) -> dict[AccountId, list[int]]:
    """Return the posted balances of accounts at each of some moments, as `balance_at` does one.

    One snapshot; accounts that do not exist are left out.
    """
    moments = func.unnest(bindparam(None, list(booked_by), ARRAY(DateTime(timezone=True))))
    moment = moments.table_valued("at", with_ordinality="place").render_derived()
    rows = await tx.execute(
        select(AccountRow.uid, func.ledger_balance_at(AccountRow.id, moment.c.at, None))
        .select_from(AccountRow)
        .join(moment, AccountRow.uid.in_(account_ids))
        .order_by(AccountRow.uid, moment.c.place)
    )
    found: dict[AccountId, list[int]] = {}
    for uid, balance in rows:
        found.setdefault(AccountId(uid), []).append(int(balance))
    return found


async def extend_days(
    tx: WriteSession, *, transactions_max: int = EXTENDED_TRANSACTIONS_MAX
) -> int:
    """Take the next transactions into the daily and hourly totals; return how many numbers.

    0 when there is nothing settled beyond them, or somebody else is at it. Balances of the past
    are the same before and after: what the totals lack is read from the postings.
    """
    return int(await tx.scalar(select(func.ledger_extend_days(transactions_max))) or 0)


_LEGS = """
    SELECT leg.account, p.asset_id, t.id, t.effective_on,
           date_trunc('hour', t.booked_at, 'UTC') AS hour, leg.debit, leg.credit, leg.version
      FROM ledger_posting p JOIN ledger_transaction t ON t.id = p.transaction_id
     CROSS JOIN LATERAL (
           VALUES (p.debit_account_id, p.amount, 0::bigint, p.debit_version),
                  (p.credit_account_id, 0::bigint, p.amount, p.credit_version)
           ) AS leg(account, debit, credit, version)
     WHERE t.id <= ledger_days_through()
"""
_SUMS = "sum(leg.debit) AS debits, sum(leg.credit) AS credits, count(*) AS postings"
_EXPECTED = "concat_ws('/', due.debits, due.credits, due.postings)"
_FOUND = "concat_ws('/', kept.debits, kept.credits, kept.postings)"
_DIFFERS = (
    "(due.debits, due.credits, due.postings)"
    " IS DISTINCT FROM (kept.debits, kept.credits, kept.postings)"
)

CHECKS = {
    "daily totals equal the sum of postings": f"""
        SELECT concat_ws(' ', 'account', coalesce(due.account, kept.account_id), 'on',
                         coalesce(due.effective_on, kept.effective_on)) AS subject,
               {_EXPECTED} AS expected, {_FOUND} AS found
          FROM (SELECT leg.account, leg.effective_on, {_SUMS} FROM ({_LEGS}) AS leg
                 GROUP BY 1, 2) AS due
          FULL JOIN ledger_day AS kept
            ON kept.account_id = due.account AND kept.effective_on = due.effective_on
         WHERE {_DIFFERS}""",  # noqa: S608 - of parts written here
    "daily totals of categories equal the sum of postings": f"""
        SELECT concat_ws(' ', s.code, coalesce(due.category, kept.category), 'on',
                         coalesce(due.effective_on, kept.effective_on)) AS subject,
               {_EXPECTED} AS expected, {_FOUND} AS found
          FROM (SELECT leg.asset_id, a.category, leg.effective_on, {_SUMS}
                  FROM ({_LEGS}) AS leg JOIN ledger_account a ON a.id = leg.account
                 GROUP BY 1, 2, 3) AS due
          FULL JOIN ledger_category_day AS kept
            ON kept.asset_id = due.asset_id AND kept.category = due.category
           AND kept.effective_on = due.effective_on
          JOIN ledger_asset s ON s.id = coalesce(due.asset_id, kept.asset_id)
         WHERE {_DIFFERS}""",  # noqa: S608 - of parts written here
    "hourly totals equal the sum of postings": f"""
        SELECT concat_ws(' ', 'account', coalesce(due.account, kept.account_id), 'at',
                         coalesce(due.hour, kept.starts_at)) AS subject,
               {_EXPECTED} AS expected, {_FOUND} AS found
          FROM (SELECT leg.account, leg.hour, {_SUMS} FROM ({_LEGS}) AS leg
                 WHERE leg.version IS NULL GROUP BY 1, 2) AS due
          FULL JOIN ledger_hour AS kept
            ON kept.account_id = due.account AND kept.starts_at = due.hour
         WHERE {_DIFFERS}""",  # noqa: S608 - of parts written here
    "spans of hours cover their transactions": """
        SELECT 'hour ' || coalesce(due.hour, kept.starts_at) AS subject,
               concat_ws('-', due.low, due.high) AS expected,
               concat_ws('-', kept.first_sequence, kept.last_sequence) AS found
          FROM (SELECT date_trunc('hour', t.booked_at, 'UTC') AS hour,
                       min(t.id) AS low, max(t.id) AS high
                  FROM ledger_transaction t WHERE t.id <= ledger_days_through() GROUP BY 1) AS due
          FULL JOIN ledger_hour_span AS kept ON kept.starts_at = due.hour
         WHERE (due.low, due.high)
               IS DISTINCT FROM (kept.first_sequence, kept.last_sequence)""",
}
"""What the verifier asks of the derived totals."""
