"""Reading accounts and what is on them."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import select

from tongbao.core.accounts.domain import (
    AccountBalance,
    AccountEntry,
    Counterparty,
    DepositAccount,
    UnknownAccount,
    is_account_number,
)
from tongbao.core.accounts.models import AccountRow
from tongbao.core.accounts.service.rows import account_of
from tongbao.core.ledger import service as ledger
from tongbao.core.parties import service as parties
from tongbao.infra.db import ReadSession
from tongbao.kernel.money import Money
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page, decode_cursor, encode_cursor


async def get(tx: ReadSession, account_id: UUID) -> DepositAccount:
    """Return one account. Raises `UnknownAccount`."""
    row = await tx.scalar(select(AccountRow).where(AccountRow.id == account_id))
    if row is None:
        raise UnknownAccount(account=account_id)
    return account_of(row)


async def by_number(tx: ReadSession, number: str) -> DepositAccount:
    """Return the account with this number.

    Raises `UnknownAccount`, also for a text that no account number can look like.
    """
    row = (
        await tx.scalar(select(AccountRow).where(AccountRow.number == number))
        if is_account_number(number)
        else None
    )
    if row is None:
        raise UnknownAccount(account=number)
    return account_of(row)


async def by_ledger_accounts(
    tx: ReadSession, ledger_account_ids: Collection[UUID]
) -> Mapping[UUID, DepositAccount]:
    """Return the deposit accounts among some ledger accounts, by the ledger account's id."""
    rows = await tx.scalars(
        select(AccountRow).where(AccountRow.ledger_account_id.in_(list(ledger_account_ids)))
    )
    return {row.ledger_account_id: account_of(row) for row in rows}


async def ledger_accounts(
    tx: ReadSession, account_ids: Collection[UUID]
) -> Mapping[UUID, ledger.AccountId]:
    """Return where the money of some accounts is booked, by the account's id."""
    rows = await tx.execute(
        select(AccountRow.id, AccountRow.ledger_account_id).where(
            AccountRow.id.in_(list(account_ids))
        )
    )
    return {account_id: ledger.AccountId(on_ledger) for account_id, on_ledger in rows}


async def list_accounts(
    tx: ReadSession,
    *,
    among: Collection[UUID] | None = None,
    after: str | None = None,
    limit: int = PAGE_LIMIT_DEFAULT,
) -> Page[DepositAccount]:
    """Return accounts, the latest opened first; only of the parties `among` unless it is None.

    Raises `kernel.page.BadCursor`.
    """
    query = select(AccountRow).order_by(AccountRow.id.desc()).limit(limit + 1)
    if among is not None:
        query = query.where(AccountRow.party_id.in_(list(among)))
    if after is not None:
        query = query.where(AccountRow.id < decode_cursor(after, UUID)[0])
    return Page[DepositAccount].of(
        [account_of(row) for row in await tx.scalars(query)],
        limit=limit,
        cursor=lambda last: encode_cursor(last.id),
    )


async def for_party(
    tx: ReadSession, *, party_id: UUID, after: str | None = None, limit: int = PAGE_LIMIT_DEFAULT
) -> Page[DepositAccount]:
    """Return the accounts of one party, the latest opened first. Raises `kernel.page.BadCursor`."""
    return await list_accounts(tx, among=[party_id], after=after, limit=limit)


async def balance(tx: ReadSession, account_id: UUID) -> AccountBalance:
    """Return what is on an account. Raises `UnknownAccount`."""
    account = await get(tx, account_id)
    on_ledger = await ledger.balance(tx, account.ledger_account_id)
    assert on_ledger.available is not None, "a deposit account has a limit"
    return AccountBalance(
        account_id=account.id,
        booked=on_ledger.asset.money(on_ledger.posted),
        available=on_ledger.asset.money(on_ledger.available),
    )


async def entries(
    tx: ReadSession, account_id: UUID, *, after: str | None = None, limit: int = PAGE_LIMIT_DEFAULT
) -> Page[AccountEntry]:
    """Return the movements of an account, the latest booked first.

    Nothing is masked: it is the holder's own statement, with the number and name of the customer
    on the other side. Raises `UnknownAccount` and `kernel.page.BadCursor`.
    """
    account = await get(tx, account_id)
    page = await ledger.entries(tx, account.ledger_account_id, after=after, limit=limit)
    others = await by_ledger_accounts(tx, {entry.counter_account_id for entry in page.items})
    names = await parties.names(tx, {other.party_id for other in others.values()})
    return Page[AccountEntry](
        items=[
            AccountEntry(
                transaction_id=entry.transaction_id,
                sequence=entry.sequence,
                type=entry.type,
                direction=entry.direction,
                amount=Money(entry.amount, account.currency),
                balance_after=(
                    None
                    if entry.balance_after is None
                    else Money(entry.balance_after, account.currency)
                ),
                booked_at=entry.booked_at,
                effective_on=entry.effective_on,
                reference=entry.reference,
                counterparty=(
                    Counterparty(number=other.number, name=names[other.party_id])
                    if (other := others.get(entry.counter_account_id))
                    else None
                ),
            )
            for entry in page.items
        ],
        next=page.next,
    )
