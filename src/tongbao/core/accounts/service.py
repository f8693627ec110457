"""Opening customers' accounts and reading what is on them."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.accounts.domain import (
    BANK_PREFIX,
    AccountBalance,
    AccountClosed,
    AccountEntry,
    Counterparty,
    DepositAccount,
    DepositAccountId,
    DepositAccountStatus,
    Product,
    ReasonMissing,
    UnknownAccount,
    account_number,
    is_account_number,
)
from tongbao.core.accounts.events import AccountOpened, AccountStatusChanged
from tongbao.core.accounts.models import NUMBER_SERIAL, AccountRow, StatusChangeRow
from tongbao.core.ledger import service as ledger
from tongbao.core.parties import service as parties
from tongbao.infra import outbox
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page, decode_cursor, encode_cursor

__all__ = [
    "BANK_PREFIX",
    "AccountBalance",
    "AccountClosed",
    "AccountEntry",
    "Counterparty",
    "DepositAccount",
    "DepositAccountId",
    "DepositAccountStatus",
    "Product",
    "ReasonMissing",
    "UnknownAccount",
    "balance",
    "by_ledger_accounts",
    "by_number",
    "change_status",
    "entries",
    "for_party",
    "get",
    "is_account_number",
    "list_accounts",
    "open_account",
]

_ON_LEDGER: Final = {
    DepositAccountStatus.OPEN: ledger.AccountStatus.ACTIVE,
    DepositAccountStatus.FROZEN: ledger.AccountStatus.FROZEN,
    DepositAccountStatus.CLOSED: ledger.AccountStatus.CLOSED,
}


async def open_account(
    tx: WriteSession, *, party_id: UUID, currency: str, at: datetime
) -> DepositAccount:
    """Open a current account, which can never go below zero.

    Raises `parties.UnknownParty` and `money.UnknownCurrency`.
    """
    party = await parties.get(tx, party_id)
    Money.zero(currency)  # raises for a currency we do not know
    serial = (await tx.execute(select(NUMBER_SERIAL.next_value()))).scalar_one()
    number = account_number(serial)
    ledger_account = await ledger.open_account(
        tx,
        asset=currency,
        category=ledger.Category.LIABILITY,
        name=number,
        overdraft=0,
        at=at,
    )
    account = DepositAccount(
        id=DepositAccountId(new_id()),
        number=number,
        party_id=party.id,
        product=Product.CURRENT,
        currency=currency,
        ledger_account_id=ledger_account.id,
        status=DepositAccountStatus.OPEN,
        opened_at=at,
    )
    await tx.execute(
        insert(AccountRow).values(
            id=account.id,
            number=account.number,
            party_id=account.party_id,
            product=account.product.value,
            currency=account.currency,
            ledger_account_id=account.ledger_account_id,
            status=account.status.value,
            opened_at=account.opened_at,
        )
    )
    opened = AccountOpened(
        account_id=account.id,
        party_id=account.party_id,
        product=account.product.value,
        currency=account.currency,
    )
    await outbox.append(tx, [opened], at=at)
    return account


async def change_status(
    tx: WriteSession,
    *,
    account_id: UUID,
    status: DepositAccountStatus,
    reason: str,
    changed_by: UUID,
    at: datetime,
) -> DepositAccount:
    """Freeze, release or close an account, here and in the ledger; the same again is harmless.

    A frozen account neither pays nor receives. Raises `UnknownAccount`, `ReasonMissing`,
    `AccountClosed`, and `ledger.StatusRefused` for closing one with money on it.
    """
    words = reason.strip()
    if not words:
        raise ReasonMissing
    row = await tx.scalar(
        select(AccountRow)
        .where(AccountRow.id == account_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise UnknownAccount(account=account_id)
    if row.status == status.value:
        return _account(row)
    if row.status == DepositAccountStatus.CLOSED.value:
        raise AccountClosed
    await ledger.change_status(
        tx, account_id=ledger.AccountId(row.ledger_account_id), status=_ON_LEDGER[status]
    )
    row.status = status.value
    change = StatusChangeRow(
        id=new_id(),
        account_id=row.id,
        status=status.value,
        reason=words,
        changed_by=changed_by,
        changed_at=at,
    )
    tx.add(change)
    await tx.flush()
    changed = AccountStatusChanged(
        account_id=row.id, party_id=row.party_id, status=status.value, by=changed_by
    )
    await outbox.append(tx, [changed], at=at)
    return _account(row)


async def get(tx: ReadSession, account_id: UUID) -> DepositAccount:
    """Return one account. Raises `UnknownAccount`."""
    row = await tx.scalar(select(AccountRow).where(AccountRow.id == account_id))
    if row is None:
        raise UnknownAccount(account=account_id)
    return _account(row)


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
    return _account(row)


async def by_ledger_accounts(
    tx: ReadSession, ledger_account_ids: Collection[UUID]
) -> Mapping[UUID, DepositAccount]:
    """Return the deposit accounts among some ledger accounts, by the ledger account's id."""
    rows = await tx.scalars(
        select(AccountRow).where(AccountRow.ledger_account_id.in_(list(ledger_account_ids)))
    )
    return {row.ledger_account_id: _account(row) for row in rows}


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
        [_account(row) for row in await tx.scalars(query)],
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


def _account(row: AccountRow) -> DepositAccount:
    return DepositAccount(
        id=DepositAccountId(row.id),
        number=row.number,
        party_id=parties.PartyId(row.party_id),
        product=Product(row.product),
        currency=row.currency,
        ledger_account_id=ledger.AccountId(row.ledger_account_id),
        status=DepositAccountStatus(row.status),
        opened_at=row.opened_at,
    )
