"""Reading: accounts, balances, entries and transactions, each in one statement and one snapshot."""

from collections.abc import Sequence
from functools import cache
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Row,
    Select,
    SmallInteger,
    bindparam,
    func,
    literal,
    null,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import aliased

from tongbao.core.ledger import domain
from tongbao.core.ledger.domain import (
    Account,
    AccountId,
    AccountStatus,
    Asset,
    Balance,
    Category,
    Entry,
    Posting,
    Transaction,
    TransactionId,
    TransactionKind,
)
from tongbao.core.ledger.models import (
    AccountRow,
    AssetRow,
    HoldRow,
    PostingRow,
    TailRow,
    TransactionRow,
)
from tongbao.infra.db import ReadSession
from tongbao.kernel.page import PAGE_LIMIT_MAX, Page, decode_cursor, encode_cursor


def _asset_of(row: AssetRow) -> Asset:
    return Asset(code=row.code, symbol=row.symbol, scale=row.scale)


async def accounts(tx: ReadSession, account_ids: Sequence[AccountId]) -> list[Account]:
    """Return the accounts that exist among `account_ids`, in no particular order."""
    rows = await tx.execute(
        select(AccountRow, AssetRow)
        .join(AssetRow, AssetRow.id == AccountRow.asset_id)
        .where(AccountRow.uid.in_(account_ids))
    )
    return [
        Account(
            id=AccountId(row.uid),
            asset=_asset_of(asset),
            category=Category(row.category),
            code=row.code,
            name=row.name,
            overdraft=row.overdraft,
            status=AccountStatus(row.status),
            opened_at=row.opened_at,
        )
        for row, asset in rows
    ]


async def balances(tx: ReadSession, account_ids: Sequence[AccountId]) -> dict[AccountId, Balance]:
    """Return the balance of each account that exists, all as of one snapshot."""
    tail = (
        select(
            func.coalesce(func.sum(TailRow.debits), 0).label("debits"),
            func.coalesce(func.sum(TailRow.credits), 0).label("credits"),
            func.coalesce(func.sum(TailRow.debits_pending), 0).label("debits_pending"),
            func.coalesce(func.sum(TailRow.credits_pending), 0).label("credits_pending"),
            func.coalesce(func.sum(TailRow.postings), 0).label("postings"),
        )
        .where(TailRow.account_id == AccountRow.id)
        .lateral()
    )
    rows = await tx.execute(
        select(AccountRow, AssetRow, tail)
        .join(AssetRow, AssetRow.id == AccountRow.asset_id)
        .join(tail, literal(value=True))
        .where(AccountRow.uid.in_(account_ids))
        # A session that already holds the row must not answer with what it was.
        .execution_options(populate_existing=True)
    )
    return {AccountId(row.AccountRow.uid): _balance(row) for row in rows}


def _balance(row: Row[Any]) -> Balance:
    """Return counters and tail as one balance, turned to the account's normal side."""
    account: AccountRow = row.AccountRow
    debits = account.debits_posted + int(row.debits)
    credits_ = account.credits_posted + int(row.credits)
    debits_pending = account.debits_pending + int(row.debits_pending)
    credits_pending = account.credits_pending + int(row.credits_pending)
    if account.debit_normal:
        posted, coming, going = debits - credits_, debits_pending, credits_pending
    else:
        posted, coming, going = credits_ - debits, credits_pending, debits_pending
    room = None if account.overdraft is None else posted - going + account.overdraft
    return Balance(
        account_id=AccountId(account.uid),
        asset=_asset_of(row.AssetRow),
        posted=posted,
        pending_in=coming,
        pending_out=going,
        available=None if room is None else max(room - account.withheld, 0),
        version=account.version + int(row.postings),
        overdraft=account.overdraft,
        withheld=account.withheld,
    )


async def balance(tx: ReadSession, account_id: AccountId) -> Balance:
    """Return one account's balance.

    Raises:
        AccountNotFound: there is none with this id.
    """
    found = await balances(tx, [account_id])
    if account_id not in found:
        raise domain.AccountNotFound(account_id=str(account_id))
    return found[account_id]


async def entries(
    tx: ReadSession, account_id: AccountId, *, after: str | None = None, limit: int = 50
) -> Page[Entry]:
    """Return an account's entries, newest first, `limit` (at most `PAGE_LIMIT_MAX`) a page.

    Raises:
        AccountNotFound: there is none with this id.
        BadCursor: `after` is not the `next` of an earlier page.
    """
    limit = min(limit, PAGE_LIMIT_MAX)
    row = (
        await tx.execute(
            select(AccountRow.id, AccountRow.overdraft).where(AccountRow.uid == account_id)
        )
    ).one_or_none()
    if row is None:
        raise domain.AccountNotFound(account_id=str(account_id))
    position = decode_cursor(after, int, int) if after is not None else None
    asked = _page(limited=row.overdraft is not None, begun=position is not None)
    major, minor = position or (None, None)
    facts = {"account": row.id, "rows": limit + 1, "major": major, "minor": minor}
    rows = (await tx.execute(asked, facts)).all()
    items = [entry_of(found) for found in rows[:limit]]
    more = len(rows) > limit
    following = encode_cursor(rows[limit - 1].major, rows[limit - 1].minor) if more else None
    return Page[Entry](items=items, next=following)


@cache
def _page(*, limited: bool, begun: bool) -> Select[Any]:
    """Return the query for a page of an account's entries; `begun`: what comes after a position.

    Putting it together takes longer than running it, so each of the four is made once.
    """
    page = union_all(
        _side("debit", limited=limited, begun=begun), _side("credit", limited=limited, begun=begun)
    ).subquery()
    counter = aliased(AccountRow)
    return (
        select(page, TransactionRow, counter.uid.label("counter_uid"))
        .join(TransactionRow, TransactionRow.id == page.c.transaction_id)
        .join(counter, counter.id == page.c.counter_account)
        .order_by(page.c.major.desc(), page.c.minor.desc())
        .limit(bindparam("rows", type_=BigInteger))
    )


def _side(direction: Literal["debit", "credit"], *, limited: bool, begun: bool) -> Select[Any]:
    """Select one side's postings, newest first, by the index made for it.

    A limit-checked account's postings are ordered by its version, an internal one's by booking.
    """
    mine, other, version, after = (
        (
            PostingRow.debit_account_id,
            PostingRow.credit_account_id,
            PostingRow.debit_version,
            PostingRow.debit_balance,
        )
        if direction == "debit"
        else (
            PostingRow.credit_account_id,
            PostingRow.debit_account_id,
            PostingRow.credit_version,
            PostingRow.credit_balance,
        )
    )
    major, minor = (
        (version, literal(0, SmallInteger))
        if limited
        else (PostingRow.transaction_id, PostingRow.ordinal)
    )
    query = select(
        major.label("major"),
        minor.label("minor"),
        PostingRow.transaction_id,
        PostingRow.ordinal,
        literal(direction).label("direction"),
        PostingRow.amount,
        other.label("counter_account"),
        (after if limited else null().cast(BigInteger)).label("balance_after"),
    ).where(mine == bindparam("account"), version.is_not(None) if limited else version.is_(None))
    begin = bindparam("major", type_=BigInteger), bindparam("minor", type_=SmallInteger)
    if begun and limited:
        query = query.where(version < begin[0])
    elif begun:
        query = query.where(tuple_(PostingRow.transaction_id, PostingRow.ordinal) < tuple_(*begin))
    order = [version.desc()] if limited else [major.desc(), minor.desc()]
    rows = bindparam("rows", type_=BigInteger)
    return select(query.order_by(*order).limit(rows).subquery())


def entry_of(found: Row[Any]) -> Entry:
    """Return what a query for entries found."""
    booked: TransactionRow = found.TransactionRow
    return Entry(
        transaction_id=TransactionId(booked.uid),
        sequence=booked.id,
        ordinal=found.ordinal,
        type=booked.type,
        direction=found.direction,
        amount=found.amount,
        counter_account_id=AccountId(found.counter_uid),
        balance_after=found.balance_after,
        booked_at=booked.booked_at,
        effective_on=booked.effective_on,
        reference=booked.reference,
        metadata=booked.details or {},
    )


async def transaction(tx: ReadSession, transaction_id: UUID) -> Transaction:
    """Return a booked transaction with its postings.

    Raises:
        TransactionNotFound: there is none with this id.
    """
    booked = await tx.scalar(select(TransactionRow).where(TransactionRow.uid == transaction_id))
    if booked is None:
        raise domain.TransactionNotFound(transaction_id=str(transaction_id))
    target = await _uid(tx, booked.pending_id or booked.reverses_id)
    resolved_by = await tx.scalar(
        select(TransactionRow.uid).where(TransactionRow.pending_id == booked.id)
    )
    return Transaction(
        id=TransactionId(booked.uid),
        sequence=booked.id,
        kind=TransactionKind(booked.kind),
        type=booked.type,
        effective_on=booked.effective_on,
        booked_at=booked.booked_at,
        reference=booked.reference,
        metadata=booked.details or {},
        correlation_id=booked.correlation_id,
        postings=await _postings(tx, booked),
        target=None if target is None else TransactionId(target),
        expires_at=booked.expires_at,
        resolved_by=None if resolved_by is None else TransactionId(resolved_by),
    )


async def _uid(tx: ReadSession, sequence: int | None) -> UUID | None:
    if sequence is None:
        return None
    return await tx.scalar(select(TransactionRow.uid).where(TransactionRow.id == sequence))


async def _postings(tx: ReadSession, booked: TransactionRow) -> tuple[Posting, ...]:
    """Return what a transaction moved or, while it is pending, holds."""
    of = HoldRow if booked.kind == TransactionKind.PENDING else PostingRow
    debit, credit = aliased(AccountRow), aliased(AccountRow)
    rows = await tx.execute(
        select(
            of.ordinal,
            of.amount,
            debit.uid.label("debit_uid"),
            credit.uid.label("credit_uid"),
            AssetRow,
        )
        .join(debit, debit.id == of.debit_account_id)
        .join(credit, credit.id == of.credit_account_id)
        .join(AssetRow, AssetRow.id == of.asset_id)
        .where(of.transaction_id == booked.id)
        .order_by(of.ordinal)
    )
    return tuple(
        Posting(
            ordinal=row.ordinal,
            debit=AccountId(row.debit_uid),
            credit=AccountId(row.credit_uid),
            asset=_asset_of(row.AssetRow),
            amount=row.amount,
        )
        for row in rows
    )
