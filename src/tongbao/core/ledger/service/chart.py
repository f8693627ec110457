"""The chart of accounts: assets, accounts and their status."""

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError

from tongbao.core.ledger import domain
from tongbao.core.ledger.domain import Account, AccountId, AccountStatus, Asset, Category
from tongbao.core.ledger.models import AccountRow, AssetRow
from tongbao.core.ledger.service.reading import accounts
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import CURRENCIES

ROLL_UP_ROWS_MAX = 50_000


async def declare_asset(tx: WriteSession, *, symbol: str, scale: int) -> Asset:
    """Declare something that can be counted, with `scale` decimals; again is harmless.

    Raises:
        CodeTaken: the symbol has another scale, as it was declared or as ISO 4217 has it.
    """
    if CURRENCIES.get(symbol, scale) != scale:
        raise domain.CodeTaken(value=symbol)
    code = f"{symbol}/{scale}"
    await tx.execute(
        upsert(AssetRow).values(code=code, symbol=symbol, scale=scale).on_conflict_do_nothing()
    )
    row = await tx.scalar(select(AssetRow).where(AssetRow.symbol == symbol))
    if row is None or row.code != code:
        raise domain.CodeTaken(value=symbol)
    return Asset(code=row.code, symbol=row.symbol, scale=row.scale)


async def assets(tx: ReadSession) -> list[Asset]:
    """Return every asset declared, by code."""
    rows = await tx.scalars(select(AssetRow).order_by(AssetRow.code))
    return [Asset(code=row.code, symbol=row.symbol, scale=row.scale) for row in rows]


async def open_account(
    tx: WriteSession,
    *,
    asset: str,
    category: Category,
    at: datetime,
    code: str | None = None,
    name: str = "",
    overdraft: int | None = 0,
    account_id: AccountId | None = None,
) -> Account:
    """Open an account with zero balance.

    Args:
        tx: the caller's transaction.
        asset: `CNY/2` or, for a currency, `CNY`.
        category: class in the chart of accounts; decides the side on which the balance is positive.
        at: the moment of opening.
        code: the bank's own unique code for an internal account, such as `2011.CNY`.
        name: what a person calls it.
        overdraft: how far below zero the balance may go, in minor units; None: no limit, for
            internal accounts only (their row is not updated per posting).
        account_id: made here unless given.

    Raises:
        UnknownAsset: the asset was not declared and is no currency.
        CodeTaken: another account has this code or id.
        OverdraftOutOfRange: it is negative.
    """
    if overdraft is not None and overdraft < 0:
        raise domain.OverdraftOutOfRange
    row = await _asset(tx, asset)
    new = AccountId(account_id or new_id())
    try:
        async with tx.begin_nested():
            await tx.execute(
                insert(AccountRow).values(
                    uid=new,
                    code=code,
                    name=name,
                    category=category,
                    asset_id=row.id,
                    overdraft=overdraft,
                    opened_at=at,
                )
            )
    except IntegrityError as error:
        if "uq_ledger_account" in str(error.orig):
            raise domain.CodeTaken(value=code or str(new)) from error
        raise
    return Account(
        id=new,
        asset=Asset(code=row.code, symbol=row.symbol, scale=row.scale),
        category=category,
        code=code,
        name=name,
        overdraft=overdraft,
        status=AccountStatus.ACTIVE,
        opened_at=at,
    )


async def internal_account(
    tx: WriteSession, *, code: str, asset: str, category: Category, name: str, at: datetime
) -> Account:
    """Return the bank's own account `code`, opening it without a limit if it is not there yet.

    Raises:
        CodeTaken: the code belongs to an account of another asset or category.
    """
    row = await _asset(tx, asset)
    await tx.execute(
        upsert(AccountRow)
        .values(
            uid=new_id(),
            code=code,
            name=name,
            category=category,
            asset_id=row.id,
            overdraft=None,
            opened_at=at,
        )
        .on_conflict_do_nothing(index_elements=[AccountRow.code])
    )
    found = (await tx.execute(select(AccountRow.uid).where(AccountRow.code == code))).scalar_one()
    existing = await account(tx, AccountId(found))
    if existing.category != category or existing.asset.code != row.code:
        raise domain.CodeTaken(value=code)
    return existing


async def account(tx: ReadSession, account_id: AccountId) -> Account:
    """Return one account.

    Raises:
        AccountNotFound: there is none with this id.
    """
    found = await accounts(tx, [account_id])
    if not found:
        raise domain.AccountNotFound(account_id=str(account_id))
    return found[0]


async def find_account(tx: ReadSession, id_or_code: str) -> Account | None:
    """Return the account with this id or code, if there is one."""
    row = await tx.scalar(select(AccountRow.uid).where(AccountRow.code == id_or_code))
    if row is None:
        with suppress(ValueError):
            row = UUID(id_or_code)
    found = [] if row is None else await accounts(tx, [AccountId(row)])
    return found[0] if found else None


async def change_status(
    tx: WriteSession, *, account_id: AccountId, status: AccountStatus
) -> Account:
    """Freeze, release or close an account.

    Raises:
        AccountNotFound: there is none with this id.
        StatusRefused: closing one that is not empty or is internal, or changing a closed one.
    """
    current = await account(tx, account_id)
    if current.status is AccountStatus.CLOSED and status is not AccountStatus.CLOSED:
        raise domain.StatusRefused(status=current.status)
    try:
        async with tx.begin_nested():
            await tx.execute(
                update(AccountRow)
                .where(AccountRow.uid == account_id, AccountRow.status != AccountStatus.CLOSED)
                .values(status=status)
            )
    except IntegrityError as error:
        raise domain.StatusRefused(status=current.status) from error
    return await account(tx, account_id)


async def roll_up(tx: WriteSession) -> int:
    """Fold the tails of internal accounts into their counters; return how many rows were folded."""
    folded = await tx.scalar(select(func.ledger_roll_up(ROLL_UP_ROWS_MAX)))
    return int(folded or 0)


async def _asset(tx: WriteSession, asset: str) -> AssetRow:
    """Return the asset by code or symbol; a currency of ISO 4217 is declared on first use."""
    by_name = select(AssetRow).where((AssetRow.code == asset) | (AssetRow.symbol == asset))
    row = await tx.scalar(by_name)
    symbol = asset.partition("/")[0]
    if row is None and symbol in CURRENCIES:
        await declare_asset(tx, symbol=symbol, scale=CURRENCIES[symbol])
        row = await tx.scalar(by_name)
    if row is None:
        raise domain.UnknownAsset(asset=asset)
    return row
