"""Financial reports for any day, by effective date, per asset.

A posting that is back-dated later changes a report of the past, until its period is closed.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    Date,
    Integer,
    Row,
    SmallInteger,
    Text,
    bindparam,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from tongbao.core.ledger import domain
from tongbao.core.ledger.domain import AccountId, Asset, Category
from tongbao.core.ledger.domain.reports import (
    LINES_MAX,
    NOTHING,
    BalanceSheet,
    Books,
    DatesOutOfOrder,
    IncomeStatement,
    Line,
    Movement,
    TrialBalance,
)
from tongbao.core.ledger.models import AssetRow
from tongbao.infra.db import ReadSession

ASSETS_MAX = 200
"""Assets that one answer covers, by code; ask for one by name if there are more."""

_TOTALS_AND_LINES = text("""
    WITH total AS MATERIALIZED (
        SELECT t.* FROM ledger_category_totals(:first_on, :upto, :asset_id) t
    ), shown AS (
        SELECT s.id, s.code, s.symbol, s.scale FROM ledger_asset s
         WHERE s.id IN (SELECT t.asset_id FROM total t) ORDER BY s.code LIMIT :assets_max
    ), coded AS MATERIALIZED (
        SELECT a.id, a.uid, a.code, a.name, a.category, a.asset_id FROM ledger_account a
         WHERE a.code IS NOT NULL AND a.category = ANY (:categories)
           AND a.asset_id IN (SELECT shown.id FROM shown)
         ORDER BY a.code LIMIT :lines_max
    ), listed AS (
        SELECT coded.*, m.debits, m.credits
          FROM ledger_account_totals(
                   (SELECT array_agg(coded.id) FROM coded), :first_on, :upto) m
          JOIN coded ON coded.id = m.account
    )
    SELECT shown.code AS asset, shown.symbol, shown.scale, x.category, x.uid,
           x.code AS account_code, x.name, x.debits, x.credits, x.is_total
      FROM (SELECT t.asset_id, t.category, NULL::uuid AS uid, NULL::text AS code,
                   NULL::text AS name, t.debits, t.credits, true AS is_total
              FROM total t
            UNION ALL
            SELECT l.asset_id, l.category, l.uid, l.code, l.name, l.debits, l.credits, false
              FROM listed l) AS x
      JOIN shown ON shown.id = x.asset_id
     ORDER BY shown.code, x.code
""").bindparams(
    bindparam("first_on", type_=Date),
    bindparam("upto", type_=Date),
    bindparam("asset_id", type_=SmallInteger),
    bindparam("categories", type_=ARRAY(Text)),
    bindparam("lines_max", type_=Integer),
    bindparam("assets_max", type_=Integer),
)


async def trial_balance(
    tx: ReadSession, *, on: date, asset: str | None = None
) -> list[TrialBalance]:
    """Return debits and credits of everything effective up to the end of `on`, per asset.

    Args:
        tx: the caller's transaction.
        on: the last effective date that counts.
        asset: code or symbol; None: each asset that moved.

    Raises:
        UnknownAsset: there is no such asset.
    """
    books = await _books(tx, first_on=None, on=on, asset=asset, categories=tuple(Category))
    return [TrialBalance(on=on, books=each) for each in books]


async def balance_sheet(
    tx: ReadSession, *, on: date, asset: str | None = None
) -> list[BalanceSheet]:
    """Return assets, liabilities and equity at the end of `on`; arguments as `trial_balance`."""
    categories = (Category.ASSET, Category.LIABILITY, Category.EQUITY)
    books = await _books(tx, first_on=None, on=on, asset=asset, categories=categories)
    return [BalanceSheet(on=on, books=each) for each in books]


async def income_statement(
    tx: ReadSession, *, on: date, first_on: date | None = None, asset: str | None = None
) -> list[IncomeStatement]:
    """Return income and expense from `first_on` (None: the first of the year of `on`) to `on`.

    Raises:
        DatesOutOfOrder: `first_on` lies after `on`.
        UnknownAsset: there is no such asset.
    """
    first_on = first_on or on.replace(month=1, day=1)
    if first_on > on:
        raise DatesOutOfOrder
    categories = (Category.INCOME, Category.EXPENSE)
    books = await _books(tx, first_on=first_on, on=on, asset=asset, categories=categories)
    return [IncomeStatement(first_on=first_on, on=on, books=each) for each in books]


async def _books(
    tx: ReadSession,
    *,
    first_on: date | None,
    on: date,
    asset: str | None,
    categories: Sequence[Category],
) -> list[Books]:
    """Return the totals of every category, and the lines of some, in one snapshot."""
    asset_id = None if asset is None else await _asset_id(tx, asset)
    rows = await tx.execute(
        _TOTALS_AND_LINES,
        {
            "first_on": first_on,
            "upto": on,
            "asset_id": asset_id,
            "categories": [category.value for category in categories],
            "lines_max": LINES_MAX,
            "assets_max": ASSETS_MAX,
        },
    )
    found: dict[Asset, list[Row[Any]]] = {}
    for row in rows:
        found.setdefault(Asset(code=row.asset, symbol=row.symbol, scale=row.scale), []).append(row)
    return [_asset_books(asset, rows, categories) for asset, rows in found.items()]


async def _asset_id(tx: ReadSession, asset: str) -> int:
    found = await tx.scalar(
        select(AssetRow.id).where((AssetRow.code == asset) | (AssetRow.symbol == asset))
    )
    if found is None:
        raise domain.UnknownAsset(asset=asset)
    return found


def _asset_books(asset: Asset, rows: Sequence[Row[Any]], categories: Sequence[Category]) -> Books:
    """Return one asset's books; what no listed account explains is a line of its own."""
    totals = {Category(row.category): _movement(row) for row in rows if row.is_total}
    lines = []
    for category in categories:
        listed = [
            Line(
                category=category,
                account_id=AccountId(row.uid),
                code=row.account_code,
                name=row.name,
                moved=_movement(row),
            )
            for row in rows
            if row.category == category and not row.is_total
        ]
        rest = totals.get(category, NOTHING) - sum((line.moved for line in listed), NOTHING)
        lines += listed
        if rest != NOTHING:
            lines.append(Line(category=category, account_id=None, code=None, name="", moved=rest))
    return Books(asset=asset, totals=totals, lines=tuple(lines))


def _movement(row: Row[Any]) -> Movement:
    return Movement(debits=int(row.debits), credits=int(row.credits))
