"""Reading accounts and what is on them."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from tongbao.core.accounts.domain import (
    AccountBalance,
    DepositAccount,
    DepositAccountStatus,
)
from tongbao.core.accounts.domain.errors import UnknownAccount
from tongbao.core.accounts.domain.numbers import is_digits
from tongbao.core.accounts.domain.restraints import Held, Restraint, effective, standing
from tongbao.core.accounts.models import AccountRow, RestraintRow
from tongbao.core.accounts.service.rows import account_of, restraint_of
from tongbao.core.ledger import service as ledger
from tongbao.infra.db import ReadSession
from tongbao.infra.tables import one_of
from tongbao.kernel.money import Money
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page, decode_cursor, encode_cursor


async def get(tx: ReadSession, account_id: UUID) -> DepositAccount:
    """Return one account. Raises `UnknownAccount`."""
    row = await tx.scalar(
        select(AccountRow)
        .where(AccountRow.id == account_id)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise UnknownAccount(account=account_id)
    return account_of(row)


async def by_number(tx: ReadSession, number: str, *, currency: str | None = None) -> DepositAccount:
    """Return the account with this number: of a wallet the pocket in `currency`, if it has one.

    Of a wallet without that pocket, or where no currency is named, its first pocket. A number of an
    earlier scheme is as good as one of today's. Raises `UnknownAccount`, also for a text that no
    account number can look like.
    """
    query = select(AccountRow).where(AccountRow.number == number).limit(1)
    if currency is not None:
        query = query.order_by((AccountRow.currency == currency).desc())
    query = query.order_by(AccountRow.id)
    row = await tx.scalar(query) if is_digits(number) else None
    if row is None:
        raise UnknownAccount(account=number)
    return account_of(row)


async def by_ledger_accounts(
    tx: ReadSession, ledger_account_ids: Collection[UUID]
) -> Mapping[UUID, DepositAccount]:
    """Return the deposit accounts among some ledger accounts, by the ledger account's id."""
    rows = await tx.scalars(
        select(AccountRow).where(one_of(AccountRow.ledger_account_id, ledger_account_ids))
    )
    return {row.ledger_account_id: account_of(row) for row in rows}


async def ledger_accounts(
    tx: ReadSession, account_ids: Collection[UUID]
) -> Mapping[UUID, ledger.AccountId]:
    """Return where the money of some accounts is booked, by the account's id."""
    rows = await tx.execute(
        select(AccountRow.id, AccountRow.ledger_account_id).where(
            one_of(AccountRow.id, account_ids)
        )
    )
    return {account_id: ledger.AccountId(on_ledger) for account_id, on_ledger in rows}


async def list_accounts(
    tx: ReadSession,
    *,
    among: Collection[UUID] | None = None,
    number: str | None = None,
    after: str | None = None,
    limit: int = PAGE_LIMIT_DEFAULT,
) -> Page[DepositAccount]:
    """Return accounts, the latest opened first; only of the parties `among` unless it is None.

    With `number` only what is under it: one account, or the pockets of a wallet.

    Raises `kernel.page.BadCursor`.
    """
    query = select(AccountRow).order_by(AccountRow.id.desc()).limit(limit + 1)
    if among is not None:
        query = query.where(AccountRow.party_id.in_(list(among)))
    if number is not None:
        query = query.where(AccountRow.number == number)
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


async def restraints(tx: ReadSession, account_id: UUID, *, at: datetime) -> list[Held]:
    """Return the restraints that stand on an account or will, in their rank.

    Raises `UnknownAccount`.
    """
    account = await get(tx, account_id)
    found = (await restraints_of(tx, [account]))[account.id]
    room = (await ledger.balance(tx, account.ledger_account_id)).room
    assert room is not None, "a deposit account has a limit"
    holds = effective(found, room=room, at=at)
    return [
        Held(
            each,
            None if each.amount is None else Money(holds.get(each.id, 0), account.currency),
        )
        for each in found
        if each.order.until_at is None or at < each.order.until_at
    ]


async def balance(
    tx: ReadSession, account_id: UUID, *, at: datetime | None = None
) -> AccountBalance:
    """Return what is on an account; see `balances`. Raises `UnknownAccount`."""
    account = await get(tx, account_id)
    (found,) = await balances(tx, [account], at=at)
    return found


async def balances(
    tx: ReadSession, accounts: Collection[DepositAccount], *, at: datetime | None = None
) -> list[AccountBalance]:
    """Return what is on accounts, in their order, as of one snapshot.

    What restraints keep is judged at `at`, whether or not the ledger follows already; without it,
    as the ledger has it. Nothing is available where debits are stopped, and never less than zero.
    """
    on_ledger = await ledger.balances(tx, [each.ledger_account_id for each in accounts])
    found = {} if at is None else await restraints_of(tx, accounts)
    answers = []
    for account in accounts:
        now = on_ledger[account.ledger_account_id]
        assert now.room is not None, "a deposit account has a limit"
        if at is None:
            withheld, stopped = now.withheld, account.status is not DepositAccountStatus.OPEN
        else:
            held = standing(found[account.id], at)
            withheld = held.withheld
            stopped = held.debits or account.dormant_since is not None
        kept = min(max(now.room, 0), withheld)
        answers.append(
            AccountBalance(
                account_id=account.id,
                booked=now.asset.money(now.posted),
                available=now.asset.money(0 if stopped else now.room - kept),
                restrained=now.asset.money(kept),
            )
        )
    return answers


async def pockets(
    tx: ReadSession, account_id: UUID, *, at: datetime
) -> list[tuple[DepositAccount, AccountBalance]]:
    """Return every pocket of a wallet with what is in it, in one read; of another account itself.

    Raises `UnknownAccount`.
    """
    account = await get(tx, account_id)
    rows = await tx.scalars(
        select(AccountRow).where(AccountRow.number == account.number).order_by(AccountRow.id)
    )
    found = [account_of(row) for row in rows]
    return list(zip(found, await balances(tx, found, at=at), strict=True))


async def restraints_of(
    tx: ReadSession, accounts: Collection[DepositAccount]
) -> dict[UUID, list[Restraint]]:
    """Return by account the restraints that nobody and nothing has ended, in their rank."""
    found: dict[UUID, list[Restraint]] = {account.id: [] for account in accounts}
    currencies: dict[UUID, str] = {account.id: account.currency for account in accounts}
    rows = await tx.scalars(
        select(RestraintRow)
        .where(RestraintRow.account_id.in_(found), RestraintRow.ended_at.is_(None))
        .order_by(RestraintRow.rank)
        .execution_options(populate_existing=True)
    )
    for row in rows:
        found[row.account_id].append(restraint_of(row, currencies[row.account_id]))
    return found
