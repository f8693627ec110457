"""The directory of billers: refreshed from outside, and where each is paid."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.accounts import service as accounts
from tongbao.core.parties import service as parties
from tongbao.infra.db import Database, ReadSession, WriteSession
from tongbao.products.bills.domain.billers import (
    AccountNotFit,
    BillCategory,
    Biller,
    UnknownBiller,
)
from tongbao.products.bills.gateways.billers import CURRENCY
from tongbao.products.bills.models import BillerRow
from tongbao.products.bills.service.configuration import configured
from tongbao.products.bills.service.rows import biller_of


async def refresh_directory(database: Database, *, at: datetime) -> int:
    """Ask who sends bills and take it over; return how many do. 0 where nobody is connected.

    Asked outside of any transaction. Who is not named any more stays, unlisted, with what was paid.
    Raises `BillersUnavailable`, `BillerUntrustworthy`; then the directory stays as it was.
    """
    gateway = configured().gateway
    if gateway is None:
        return 0
    found = await gateway.billers()
    async with database.write() as tx:
        await take_over(tx, found, at=at)
    return len(found)


async def take_over(tx: WriteSession, found: Sequence[Biller], *, at: datetime) -> None:
    """Make the directory what was found, in the order of codes; accounts stay."""
    for each in sorted(found, key=lambda biller: biller.code):
        facts = {
            "category": each.category.value,
            "name_zh": each.name.zh,
            "name_en": each.name.en,
            "number_label_zh": each.number_label.zh,
            "number_label_en": each.number_label.en,
            "number_digits": each.number_digits,
            "region": each.region,
            "region_zh": each.region_name.zh,
            "region_en": each.region_name.en,
            "listed": True,
            "refreshed_at": at,
        }
        await tx.execute(
            insert(BillerRow)
            .values(code=each.code, **facts)
            .on_conflict_do_update(index_elements=["code"], set_=facts)
        )
    await tx.execute(
        update(BillerRow)
        .where(BillerRow.code.not_in([each.code for each in found]), BillerRow.listed)
        .values(listed=False)
        .execution_options(synchronize_session=False)
    )


async def list_billers(
    tx: ReadSession, *, category: BillCategory | None = None, region: str | None = None
) -> list[Biller]:
    """Return the listed billers by code; of a region those of the whole country and around it too.

    A region of GB/T 2260 lies in its province and in the country: 330100 in 330000 in 000000.
    """
    query = select(BillerRow).where(BillerRow.listed).order_by(BillerRow.code)
    if category is not None:
        query = query.where(BillerRow.category == category.value)
    if region is not None:
        around = {region, f"{region[:4]}00", f"{region[:2]}0000", "000000"}
        query = query.where(BillerRow.region.in_(around))
    rows = await tx.scalars(query.execution_options(populate_existing=True))
    return [biller_of(row) for row in rows]


async def every_biller(tx: ReadSession) -> list[Biller]:
    """Return all billers there ever were, by code, for staff."""
    rows = await tx.scalars(
        select(BillerRow).order_by(BillerRow.code).execution_options(populate_existing=True)
    )
    return [biller_of(row) for row in rows]


async def biller(tx: ReadSession, code: str, *, unlisted: bool = False) -> Biller:
    """Return a biller, a listed one unless told otherwise. Raises `UnknownBiller`."""
    row = await tx.scalar(
        select(BillerRow).where(BillerRow.code == code).execution_options(populate_existing=True)
    )
    if row is None or not (row.listed or unlisted):
        raise UnknownBiller
    return biller_of(row)


async def check_account(tx: ReadSession, *, code: str, account_number: str) -> UUID:
    """Return the account a biller may be paid on. Raises `UnknownBiller`, `AccountNotFit`."""
    await biller(tx, code)
    try:
        found = await accounts.by_number(tx, account_number, currency=CURRENCY)
    except accounts.UnknownAccount:
        raise AccountNotFit from None
    holder = await parties.get(tx, found.party_id)
    open_ = found.status is accounts.DepositAccountStatus.OPEN and found.currency == CURRENCY
    if not open_ or holder.kind is not parties.PartyKind.ORGANISATION:
        raise AccountNotFit
    return found.id


async def engage(
    tx: WriteSession, *, code: str, account_number: str, engaged_by: UUID, at: datetime
) -> None:
    """Pay a biller on this account from now on. Raises as `check_account` does."""
    account_id = await check_account(tx, code=code, account_number=account_number)
    await tx.execute(
        update(BillerRow)
        .where(BillerRow.code == code)
        .values(account_id=account_id, engaged_by=engaged_by, refreshed_at=at)
        .execution_options(synchronize_session=False)
    )
