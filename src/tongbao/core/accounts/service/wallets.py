"""Wallets: one number, a pocket for each currency, opened when money comes in it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from tongbao.core.accounts.domain import DepositAccount, DepositAccountStatus
from tongbao.core.accounts.domain.errors import AccountClosed, CurrencyNotOffered
from tongbao.core.accounts.domain.products import RULES, Product
from tongbao.core.accounts.models import AccountRow
from tongbao.core.accounts.service.batches import Known
from tongbao.core.accounts.service.opening import open_account
from tongbao.core.accounts.service.rows import account_of
from tongbao.core.accounts.service.standing import locked_all
from tongbao.infra.db import ReadSession, WriteSession


def takes(account: DepositAccount | Known, currency: str) -> bool:
    """Tell whether money in this currency can be paid to the account's number."""
    if account.currency == currency:
        return True
    offered = RULES[account.product].currencies
    return account.product is Product.WALLET and (offered is None or currency in offered)


async def reached(
    tx: WriteSession, account: DepositAccount, *, currency: str, at: datetime
) -> DepositAccount:
    """Return the account that money in `currency` for this number reaches; a pocket may be opened.

    Of two at once that want the same new pocket the second waits and finds it. Raises
    `CurrencyNotOffered` and, of a wallet without that pocket, `AccountClosed`.
    """
    if account.currency == currency:
        return account
    if not takes(account, currency):
        raise CurrencyNotOffered(product=account.product.value, currencies=account.currency)
    pockets = await _locked_pockets(tx, account.number)
    for each in pockets:
        if each.currency == currency:
            return account_of(each)
    if all(each.status == DepositAccountStatus.CLOSED.value for each in pockets):
        raise AccountClosed
    return await open_account(
        tx,
        party_id=account.party_id,
        currency=currency,
        product=Product.WALLET,
        number=account.number,
        at=at,
    )


async def same_number(tx: ReadSession, row: AccountRow) -> Sequence[UUID]:
    """Return the ids of all accounts under one account's number: a wallet's pockets, or itself."""
    found = await tx.scalars(
        select(AccountRow.id).where(AccountRow.number == row.number).order_by(AccountRow.id)
    )
    return found.all()


async def _locked_pockets(tx: WriteSession, number: str) -> Sequence[AccountRow]:
    """Return a wallet's pockets, locked; the first one is there since the wallet was opened.

    Read again once the first is locked: whoever held it may have opened another.
    """
    ids = select(AccountRow.id).where(AccountRow.number == number).order_by(AccountRow.id)
    await locked_all(tx, (await tx.scalars(ids)).all())
    return await locked_all(tx, (await tx.scalars(ids)).all())
