"""The end of a day's accrual: what all deposits have earned, as one posting a product."""

from datetime import date, datetime
from typing import Any, Final

from tongbao.core.ledger import service as ledger
from tongbao.infra.db import WriteSession
from tongbao.infra.runs import Progress
from tongbao.kernel.ids import new_id
from tongbao.products.deposits.service.booking import ACCRUAL, accrual_postings, interest_accounts

PIECE_MAX: Final = 5_000

# What `domain.settling.accrued` says, for thousands at once. The share of each deposit is brought
# to what it has earned by the end of the day, so a day done twice adds nothing, and a day left out
# is made good by the next. Whole numbers throughout: `div` cuts to whole minor units.
_ACCRUE: Final = """
WITH rate AS (
    SELECT DISTINCT ON (product, currency) product, currency, annual_rate_trillionths
      FROM deposits_rate
     WHERE valid_from <= %(day)s::date
     ORDER BY product, currency, valid_from DESC
), piece AS (
    SELECT id, product, currency, kind, annual_rate_trillionths, starts_on, matures_on,
           expected_minor, earning_minor, product_base, accrued_minor, accrued_through
      FROM deposits_deposit
     WHERE state = 'open' AND id > %(after)s::uuid
     ORDER BY id
     LIMIT %(most)s
       FOR UPDATE
), earned AS (
    SELECT piece.*,
           least(%(day)s::date, coalesce(matures_on - 1, %(day)s::date)) - starts_on + 1 AS elapsed,
           CASE WHEN kind = 'notice' THEN rate.annual_rate_trillionths
                ELSE piece.annual_rate_trillionths END AS rate_trillionths
      FROM piece
      LEFT JOIN rate USING (product, currency)
), share AS (
    SELECT id, product, currency, accrued_minor,
           CASE WHEN kind = 'time' THEN
                    div(expected_minor::numeric * elapsed, (matures_on - starts_on)::numeric)
                ELSE
                    div(greatest(0, earning_minor::numeric * elapsed - product_base)
                        * coalesce(rate_trillionths, 0), 360000000000000::numeric)
           END::bigint AS earned_minor
      FROM earned
     WHERE elapsed > 0 AND accrued_through < %(day)s::date
), changed AS (
    UPDATE deposits_deposit AS deposit
       SET accrued_minor = share.earned_minor, accrued_through = %(day)s::date
      FROM share
     WHERE deposit.id = share.id
), sums AS (
    SELECT product, currency, sum(earned_minor - accrued_minor)::bigint AS added
      FROM share
     GROUP BY product, currency
)
SELECT (SELECT count(*) FROM piece),
       (SELECT id FROM piece ORDER BY id DESC LIMIT 1),
       coalesce((SELECT array_agg(product ORDER BY product, currency) FROM sums), '{}'),
       coalesce((SELECT array_agg(currency ORDER BY product, currency) FROM sums), '{}'),
       coalesce((SELECT array_agg(added ORDER BY product, currency) FROM sums), '{}')
"""
_FIRST: Final = "00000000-0000-0000-0000-000000000000"


async def accrue(
    tx: WriteSession, *, day: date, cursor: str | None, at: datetime, most: int = PIECE_MAX
) -> Progress:
    """Bring the accrued interest of a piece of the open deposits to the end of `day`.

    Books interest expense to accrued interest, one transaction a piece.
    """
    ((count, last, products, currencies, added),) = await _rows(
        tx, {"day": day, "after": cursor or _FIRST, "most": most}
    )
    changes = {
        (product, currency): minor
        for product, currency, minor in zip(products, currencies, added, strict=True)
        if minor
    }
    bank = await interest_accounts(tx, changes, at=at)
    postings = tuple(
        posting
        for key, minor in changes.items()
        for posting in accrual_postings(bank[key], minor, key[1])
    )
    if postings:
        transaction = ledger.NewTransaction(
            id=ledger.TransactionId(new_id()),
            type=ACCRUAL,
            postings=postings,
            effective_on=day,
            metadata={"day": day.isoformat()},
        )
        (result,) = await ledger.post(tx, [transaction], at=at)
        result.raise_for_refusal()
    return Progress(items=count, cursor=str(last) if count == most else None)


async def _rows(tx: WriteSession, values: dict[str, object]) -> list[tuple[Any, ...]]:
    connection = await tx.connection()
    return [tuple(row) for row in await connection.exec_driver_sql(_ACCRUE, values)]
