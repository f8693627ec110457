"""Reads of `/api/v1/ledger`: the past, searches and financial reports."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from tongbao.core.ledger import service
from tongbao.core.ledger.schemas import EntryOut, TransactionOut
from tongbao.core.ledger.schemas.base import AssetCode
from tongbao.core.ledger.schemas.reports import (
    BalanceAtOut,
    BalanceSheetOut,
    IncomeStatementOut,
    TrialBalanceOut,
)
from tongbao.core.ledger.schemas.searching import EntryQuery, TransactionQuery
from tongbao.core.ledger.service import AccountId, Criteria
from tongbao.infra.auth import require
from tongbao.infra.db import ReadSession
from tongbao.infra.web import Instant, ReadTx, router
from tongbao.kernel.clock import business_date
from tongbao.kernel.date_schema import IsoDate, IsoMoment
from tongbao.kernel.page import Page

api = router(prefix="", tags=[])  # below the prefix and tag of the whole

MAY_READ = [Depends(require("ledger:read"))]

On = Annotated[
    IsoDate | None,
    Query(description="Effective up to the end of this day; left out: the business date"),
]
OneAsset = Annotated[AssetCode | None, Query(description="Only this asset; left out: all")]


@api.get(
    "/accounts/{account_id}/balance", dependencies=MAY_READ, summary="An account's balance then"
)
async def read_balance_at(
    account_id: UUID,
    tx: ReadTx,
    at: Annotated[
        IsoMoment | None, Query(description="Booked up to this moment, inclusive")
    ] = None,
    on: Annotated[
        IsoDate | None, Query(description="Effective up to the end of this day, whenever booked")
    ] = None,
) -> BalanceAtOut:
    """Return the posted balance at a booking moment (`at`) or on an effective date (`on`)."""
    account = await service.account(tx, AccountId(account_id))
    units = await service.balance_at(tx, account.id, booked_by=at, effective_on=on)
    return BalanceAtOut.of(account, units, at=at, on=on)


@api.get("/accounts/{account_id}/entries", dependencies=MAY_READ, summary="An account's entries")
async def list_entries(
    account_id: UUID, tx: ReadTx, query: Annotated[EntryQuery, Query()]
) -> Page[EntryOut]:
    """Return the account's postings that meet the criteria, newest first.

    A page may be short, even empty, while `next` leads on: a search looks at so many postings a
    page and no more.
    """
    account = await service.account(tx, AccountId(account_id))
    page = await service.find_entries(
        tx,
        account.id,
        Criteria(**query.facts(scale=account.asset.scale)),
        after=query.after,
        limit=query.limit,
    )
    return Page[EntryOut](
        items=[EntryOut.of(entry, account.asset) for entry in page.items], next=page.next
    )


@api.get("/transactions", dependencies=MAY_READ, summary="Search transactions")
async def list_transactions(
    tx: ReadTx, query: Annotated[TransactionQuery, Query()]
) -> Page[TransactionOut]:
    """Return the transactions that meet the criteria, newest first; pages as for entries.

    A search by amount names an account or an asset.
    """
    criteria = query.criteria(scale=await _scale(tx, query))
    page = await service.find_transactions(tx, criteria, after=query.after, limit=query.limit)
    return Page[TransactionOut](
        items=[TransactionOut.of(each) for each in page.items], next=page.next
    )


async def _scale(tx: ReadSession, query: TransactionQuery) -> int:
    """Return the decimals of the asset that amounts are of; 12, the most there are, if of none."""
    if query.account_id is not None:
        return (await service.account(tx, AccountId(query.account_id))).asset.scale
    return 12 if query.asset is None else int(query.asset.rpartition("/")[2])


@api.get("/reports/trial-balance", dependencies=MAY_READ, summary="Trial balance")
async def read_trial_balance(
    tx: ReadTx, at: Instant, on: On = None, asset: OneAsset = None
) -> list[TrialBalanceOut]:
    """Return debits and credits per account with a code, and of all others, for each asset."""
    reports = await service.trial_balance(tx, on=on or business_date(at), asset=asset)
    return [TrialBalanceOut.of(report) for report in reports]


@api.get("/reports/balance-sheet", dependencies=MAY_READ, summary="Balance sheet")
async def read_balance_sheet(
    tx: ReadTx, at: Instant, on: On = None, asset: OneAsset = None
) -> list[BalanceSheetOut]:
    """Return assets, liabilities, equity and earnings, for each asset."""
    reports = await service.balance_sheet(tx, on=on or business_date(at), asset=asset)
    return [BalanceSheetOut.of(report) for report in reports]


@api.get("/reports/income-statement", dependencies=MAY_READ, summary="Income statement")
async def read_income_statement(
    tx: ReadTx,
    at: Instant,
    on: On = None,
    first_on: Annotated[
        IsoDate | None, Query(description="First day; left out: the first of the year of `on`")
    ] = None,
    asset: OneAsset = None,
) -> list[IncomeStatementOut]:
    """Return income and expense of a span of days, for each asset."""
    last: date = on or business_date(at)
    reports = await service.income_statement(tx, first_on=first_on, on=last, asset=asset)
    return [IncomeStatementOut.of(report) for report in reports]
