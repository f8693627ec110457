"""Searching entries and transactions: newest first, page by page, with bounded work a page.

A page begins with candidates: numbers of transactions, newest first, taken from the one index
that serves the question best (reference, correlation, account, open pendings, reversals, or the
transactions themselves). What else is asked is looked up for each candidate by primary key. A page
looks at no more than `EXAMINED_MAX` candidates; if that was not enough to fill it, it is short,
perhaps empty, and its `next` goes on from there.

So no criterion needs an index that every booking would have to pay for. Type, metadata, amounts and
effective dates are compared candidate by candidate; booking times become versions of the account by
binary search, or numbers of transactions by the spans of hours (`ledger_hour_span`).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    case,
    exists,
    func,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import aliased

from tongbao.core.ledger import domain
from tongbao.core.ledger.domain import (
    AccountId,
    Asset,
    Entry,
    Posting,
    Transaction,
    TransactionId,
    TransactionKind,
)
from tongbao.core.ledger.domain.searching import (
    AmountWithoutAsset,
    Criteria,
    TransactionCriteria,
    TransactionState,
)
from tongbao.core.ledger.models import (
    AccountRow,
    AssetRow,
    HoldRow,
    OpenPendingRow,
    PostingRow,
    ReversedRow,
    TransactionRow,
)
from tongbao.core.ledger.service.candidates import (
    bounds_of,
    by_account,
    by_reference,
    by_state,
    candidates,
    enough,
)
from tongbao.core.ledger.service.reading import entry_of
from tongbao.infra.db import ReadSession
from tongbao.infra.tables import one_of
from tongbao.kernel.page import INT_MAX, PAGE_LIMIT_MAX, Page, decode_cursor, encode_cursor


async def find_entries(
    tx: ReadSession,
    account_id: AccountId,
    criteria: Criteria,
    *,
    after: str | None = None,
    limit: int = 50,
) -> Page[Entry]:
    """Return an account's entries that meet the criteria, newest first.

    A page may hold fewer than `limit` entries, even none, although there is a `next`: more would
    have cost more than a page may.

    Raises:
        AccountNotFound: there is none with this id.
        BadCursor: `after` is not the `next` of an earlier page.
    """
    limit = min(limit, PAGE_LIMIT_MAX)
    position = decode_cursor(after, int, int) if after is not None else (INT_MAX, 0)
    # Ordinals count from 1, so nothing of a transaction comes before its first.
    upto = position[0] if position[1] > 1 else position[0] - 1
    bounds = await bounds_of(tx, criteria, account=account_id, upto=upto)
    if bounds.account is None:
        raise domain.AccountNotFound(account_id=str(account_id))
    windows = by_reference(criteria, bounds) or by_account(
        bounds, holds=False, direction=criteria.direction
    )
    examined = limit + 1 if bounds.exact(criteria) else enough(criteria, limit)
    numbers, frontier = await candidates(tx, windows, n=examined)
    mine = case((PostingRow.debit_account_id == bounds.account, "debit"), else_="credit")
    other = case(
        (PostingRow.debit_account_id == bounds.account, PostingRow.credit_account_id),
        else_=PostingRow.debit_account_id,
    )
    counter = aliased(AccountRow)
    query = (
        select(
            TransactionRow,
            PostingRow.ordinal,
            PostingRow.amount,
            mine.label("direction"),
            case(
                (PostingRow.debit_account_id == bounds.account, PostingRow.debit_balance),
                else_=PostingRow.credit_balance,
            ).label("balance_after"),
            counter.uid.label("counter_uid"),
        )
        .join(PostingRow, PostingRow.transaction_id == TransactionRow.id)
        .join(counter, counter.id == other)
        .where(
            one_of(TransactionRow.id, numbers),
            _touches(PostingRow, bounds.account),
            tuple_(TransactionRow.id, PostingRow.ordinal) < tuple_(*position),
            *_of_transaction(criteria),
            *_of_posting(PostingRow, criteria, bounds.account),
        )
        .order_by(TransactionRow.id.desc(), PostingRow.ordinal.desc())
        .limit(limit + 1)
    )
    rows = (await tx.execute(query)).all()
    following = (frontier, 0) if frontier is not None else None
    if len(rows) > limit:
        last = rows[limit - 1]
        following = (last.TransactionRow.id, last.ordinal)
    return Page[Entry](
        items=[entry_of(row) for row in rows[:limit]],
        next=None if following is None else encode_cursor(*following),
    )


def cursor_after(entry: Entry) -> str:
    """Return what continues `find_entries` behind an entry it gave."""
    return encode_cursor(entry.sequence, entry.ordinal)


async def find_transactions(
    tx: ReadSession, criteria: TransactionCriteria, *, after: str | None = None, limit: int = 50
) -> Page[Transaction]:
    """Return the transactions that meet the criteria, newest first; pages as `find_entries`.

    Raises:
        AccountNotFound: there is no such account.
        UnknownAsset: there is no such asset.
        AmountWithoutAsset: an amount is asked for, and neither account nor asset is.
        BadCursor: `after` is not the `next` of an earlier page.
    """
    limit = min(limit, PAGE_LIMIT_MAX)
    amounts = (criteria.amount_min, criteria.amount_max) != (None, None)
    if amounts and criteria.account_id is None and criteria.asset is None:
        raise AmountWithoutAsset
    upto = (decode_cursor(after, int)[0] if after is not None else INT_MAX) - 1
    bounds = await bounds_of(tx, criteria, account=criteria.account_id, upto=upto)
    if criteria.account_id is not None and bounds.account is None:
        raise domain.AccountNotFound(account_id=str(criteria.account_id))
    asset_id = None if criteria.asset is None else await _asset_id(tx, criteria.asset)
    windows = by_reference(criteria, bounds)
    if not windows and bounds.account is not None:
        windows = by_account(bounds, holds=True)
    windows = windows or by_state(criteria, bounds)
    numbers, frontier = await candidates(tx, windows, n=enough(criteria, limit))
    query = (
        _with_targets()
        .where(
            one_of(TransactionRow.id, numbers),
            *_of_transaction(criteria),
            *_of_kind(criteria),
            *_of_postings(criteria, bounds.account, asset_id),
        )
        .order_by(TransactionRow.id.desc())
        .limit(limit + 1)
    )
    rows = (await tx.execute(query)).all()
    following = rows[limit - 1].TransactionRow.id if len(rows) > limit else frontier
    shown = rows[:limit]
    postings = await _postings(tx, [row.TransactionRow.id for row in shown])
    return Page[Transaction](
        items=[_transaction(row, postings.get(row.TransactionRow.id, ())) for row in shown],
        next=None if following is None else encode_cursor(following),
    )


async def load(tx: ReadSession, sequences: Sequence[int]) -> list[Transaction]:
    """Return the transactions with these numbers, in order."""
    query = _with_targets().where(one_of(TransactionRow.id, sequences)).order_by(TransactionRow.id)
    rows = (await tx.execute(query)).all()
    postings = await _postings(tx, sequences)
    return [_transaction(row, postings.get(row.TransactionRow.id, ())) for row in rows]


def _with_targets() -> Select[TransactionRow, UUID, UUID]:
    """Select transactions, each with what it resolves or reverses and what resolved it."""
    target, resolution = aliased(TransactionRow), aliased(TransactionRow)
    return (
        select(
            TransactionRow,
            target.uid.label("target_uid"),
            resolution.uid.label("resolved_by"),
        )
        .outerjoin(
            target,
            target.id == func.coalesce(TransactionRow.pending_id, TransactionRow.reverses_id),
        )
        .outerjoin(resolution, resolution.pending_id == TransactionRow.id)
    )


def _of_transaction(criteria: Criteria) -> Iterable[ColumnElement[bool]]:
    """Yield what a transaction itself must meet."""
    t = TransactionRow
    asked: Mapping[Any, Any] = {
        t.reference: criteria.reference,
        t.type: criteria.type,
        t.correlation_id: criteria.correlation_id,
    }
    yield from (column == value for column, value in asked.items() if value is not None)
    for column, first, until in (
        (t.booked_at, criteria.booked_from, criteria.booked_until),
        (t.effective_on, criteria.effective_from, criteria.effective_until),
    ):
        if first is not None:
            yield column >= first
        if until is not None:
            yield column < until
    if criteria.metadata:
        yield t.details.contains(dict(criteria.metadata))


def _of_kind(criteria: TransactionCriteria) -> Iterable[ColumnElement[bool]]:
    """Yield what kind and state must be."""
    number = TransactionRow.id
    if criteria.kind is not None:
        yield TransactionRow.kind == criteria.kind.value
    moved_back = exists().where(ReversedRow.transaction_id == number, ReversedRow.reversed > 0)
    left = exists().where(
        ReversedRow.transaction_id == number, ReversedRow.reversed < ReversedRow.amount
    )
    is_open = exists().where(OpenPendingRow.transaction_id == number)
    match criteria.state:
        case TransactionState.PENDING:
            yield is_open
        case TransactionState.RESOLVED:
            yield and_(TransactionRow.kind == TransactionKind.PENDING.value, ~is_open)
        case TransactionState.REVERSED:
            yield and_(moved_back, ~left)
        case TransactionState.PARTLY_REVERSED:
            yield and_(moved_back, left)
        case TransactionState.UNREVERSED:
            movers = (TransactionKind.POSTED.value, TransactionKind.CAPTURE.value)
            yield and_(TransactionRow.kind.in_(movers), ~moved_back)


def _of_postings(
    criteria: TransactionCriteria, account: int | None, asset_id: int | None
) -> Iterable[ColumnElement[bool]]:
    """Yield that some posting, or hold, meets account, asset, amount and direction together."""
    if account is None and asset_id is None and not criteria.about_postings:
        return
    each = []
    for of in (PostingRow, HoldRow):
        conditions = list(_of_posting(of, criteria, account))
        if account is not None:
            conditions.append(_touches(of, account))
        if asset_id is not None:
            conditions.append(of.asset_id == asset_id)
        each.append(exists().where(of.transaction_id == TransactionRow.id, *conditions))
    yield or_(*each)


def _of_posting(
    of: type[PostingRow | HoldRow], criteria: Criteria, account: int | None
) -> Iterable[ColumnElement[bool]]:
    """Yield what a single posting, or hold, must meet."""
    if criteria.amount_min is not None:
        yield of.amount >= criteria.amount_min
    if criteria.amount_max is not None:
        yield of.amount <= criteria.amount_max
    if criteria.direction == "debit":
        yield of.debit_account_id == account
    elif criteria.direction == "credit":
        yield of.credit_account_id == account


def _touches(of: type[PostingRow | HoldRow], account: int) -> ColumnElement[bool]:
    return or_(of.debit_account_id == account, of.credit_account_id == account)


async def _asset_id(tx: ReadSession, asset: str) -> int:
    found = await tx.scalar(
        select(AssetRow.id).where((AssetRow.code == asset) | (AssetRow.symbol == asset))
    )
    if found is None:
        raise domain.UnknownAsset(asset=asset)
    return found


async def _postings(tx: ReadSession, numbers: Sequence[int]) -> dict[int, tuple[Posting, ...]]:
    """Return what each transaction moved or, while pending, holds."""
    legs = union_all(
        *(
            select(
                of.transaction_id,
                of.ordinal,
                of.amount,
                of.asset_id,
                of.debit_account_id,
                of.credit_account_id,
            ).where(one_of(of.transaction_id, numbers))
            for of in (PostingRow, HoldRow)
        )
    ).subquery()
    debit, credit = aliased(AccountRow), aliased(AccountRow)
    rows = await tx.execute(
        select(
            legs.c.transaction_id,
            legs.c.ordinal,
            legs.c.amount,
            debit.uid.label("debit_uid"),
            credit.uid.label("credit_uid"),
            AssetRow,
        )
        .join(debit, debit.id == legs.c.debit_account_id)
        .join(credit, credit.id == legs.c.credit_account_id)
        .join(AssetRow, AssetRow.id == legs.c.asset_id)
        .order_by(legs.c.transaction_id, legs.c.ordinal)
    )
    found: dict[int, list[Posting]] = {}
    for row in rows:
        asset = row.AssetRow
        found.setdefault(row.transaction_id, []).append(
            Posting(
                ordinal=row.ordinal,
                debit=AccountId(row.debit_uid),
                credit=AccountId(row.credit_uid),
                asset=Asset(code=asset.code, symbol=asset.symbol, scale=asset.scale),
                amount=row.amount,
            )
        )
    return {number: tuple(postings) for number, postings in found.items()}


def _transaction(
    row: Row[TransactionRow, UUID, UUID], postings: tuple[Posting, ...]
) -> Transaction:
    booked: TransactionRow = row.TransactionRow
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
        postings=postings,
        target=None if row.target_uid is None else TransactionId(row.target_uid),
        expires_at=booked.expires_at,
        resolved_by=None if row.resolved_by is None else TransactionId(row.resolved_by),
    )
