"""Closing cases by an adjustment: out of suspense, to where the money belongs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select

from tongbao.core.ledger import service as ledger
from tongbao.core.payments import service as payments
from tongbao.core.reconciliation.domain import errors
from tongbao.core.reconciliation.domain.nouns import Break, BreakKind, BreakState, Pair
from tongbao.core.reconciliation.events import BreaksResolved
from tongbao.core.reconciliation.models import BreakRow
from tongbao.core.reconciliation.service.booking import ADJUST
from tongbao.core.reconciliation.service.books import books_of
from tongbao.core.reconciliation.service.casework import case_of, note_on, open_case
from tongbao.core.reconciliation.service.taking import lock
from tongbao.infra import outbox
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money

BREAKS_AT_ONCE: Final = 100
POSTINGS_MAX: Final = 20


@dataclass(frozen=True, slots=True)
class Adjustment:
    """`amount` for an account, out of suspense; below zero from the account, into it."""

    account: str
    """The id of an account of the ledger, or its code."""
    amount: Money


@dataclass(frozen=True, slots=True)
class Resolution:
    """What closed cases, and the transaction that booked it; None: nothing was to be booked."""

    breaks: tuple[Break, ...]
    transaction_id: ledger.TransactionId | None


async def resolve(
    tx: WriteSession,
    *,
    break_ids: Sequence[UUID],
    adjustments: Sequence[Adjustment],
    reason: str,
    by: UUID,
    at: datetime,
) -> Resolution:
    """Close cases together; what they have in suspense goes where the adjustments say, to nothing.

    Cases that cancel each other out, and a difference of days alone, need no adjustment. Whoever
    calls has asked a second person.

    Raises `UnknownBreak`, `BreakClosed`, `NotTogether`, `CameMeanwhile`, `DoesNotSettle`,
    `AccountRefused`, and what the ledger refuses.
    """
    assert 1 <= len(break_ids) <= BREAKS_AT_ONCE, f"1 to {BREAKS_AT_ONCE} cases"
    assert len(adjustments) <= POSTINGS_MAX, f"at most {POSTINGS_MAX} adjustments"
    await _lock(tx, break_ids)
    rows = [await open_case(tx, each) for each in sorted(set(break_ids))]
    if len({(row.channel, row.currency) for row in rows}) != 1:
        raise errors.NotTogether
    channel, currency = rows[0].channel, rows[0].currency
    await _check_missing(tx, channel, rows)
    parked = Money(sum(row.parked for row in rows), currency)
    _check_sum(parked, adjustments)
    transaction = await _book(tx, channel, currency, adjustments, rows, at=at)
    for row in rows:
        row.state, row.closed_at, row.parked = BreakState.RESOLVED.value, at, 0
        row.transaction_id = transaction
        await note_on(tx, row, what="resolved", note=reason, by=by, at=at)
    event = BreaksResolved(
        channel=channel,
        break_ids=[row.id for row in rows],
        amount=parked,
        transaction_id=transaction,
    )
    await outbox.append(tx, [event], at=at)
    return Resolution(tuple(case_of(row) for row in rows), transaction)


async def booked_by_hand(tx: ReadSession, channel: str, reference: str) -> bool:
    """Tell whether what was missing here under a reference was booked when its case was closed."""
    found = await tx.scalar(
        select(BreakRow.id)
        .where(
            BreakRow.channel == channel,
            BreakRow.reference == reference,
            BreakRow.pair == Pair.CHANNEL.value,
            BreakRow.kind == BreakKind.MISSING_HERE.value,
            BreakRow.state == BreakState.RESOLVED.value,
            BreakRow.transaction_id.is_not(None),
        )
        .limit(1)
    )
    return found is not None


async def _check_missing(tx: ReadSession, channel: str, rows: Sequence[BreakRow]) -> None:
    """Raise `CameMeanwhile` where payments have booked what was missing: nobody gets it twice."""
    missing = [row.reference for row in rows if row.kind == BreakKind.MISSING_HERE.value]
    still = await payments.not_received(tx, channel=channel, references=missing)
    for reference in missing:
        if reference not in still:
            raise errors.CameMeanwhile(reference=reference)


async def _lock(tx: WriteSession, break_ids: Sequence[UUID]) -> None:
    """Let no run of the reconciliation look at these cases meanwhile."""
    found = await tx.scalars(select(BreakRow.channel).where(BreakRow.id.in_(break_ids)).distinct())
    for channel in sorted(found):
        await lock(tx, channel)


def _check_sum(parked: Money, adjustments: Sequence[Adjustment]) -> None:
    if any(each.amount.currency != parked.currency for each in adjustments):
        raise errors.NotTogether
    total = Money(sum(each.amount.minor for each in adjustments), parked.currency)
    if total != parked:
        raise errors.DoesNotSettle(
            breaks=parked.text, postings=total.text, currency=parked.currency
        )


async def _book(
    tx: WriteSession,
    channel: str,
    currency: str,
    adjustments: Sequence[Adjustment],
    rows: Sequence[BreakRow],
    *,
    at: datetime,
) -> ledger.TransactionId | None:
    books = await books_of(tx, channel=channel, currency=currency, at=at)
    postings = []
    for each in adjustments:
        account = await _account(tx, each, own=(books.in_transit, books.suspense))
        if not each.amount.minor:
            continue
        debit, credit = books.suspense, account
        if each.amount.minor < 0:
            debit, credit = credit, debit
        postings.append(ledger.NewPosting(debit=debit, credit=credit, amount=abs(each.amount)))
    if not postings:
        return None
    new = ledger.NewTransaction(
        id=ledger.TransactionId(new_id()),
        type=ADJUST,
        postings=tuple(postings),
        reference=rows[0].reference,
        metadata={"channel": channel, "break": str(rows[0].id), "breaks": str(len(rows))},
    )
    (result,) = await ledger.post(tx, [new], at=at)
    result.raise_for_refusal()
    return new.id


async def _account(
    tx: WriteSession, adjustment: Adjustment, *, own: Sequence[ledger.AccountId]
) -> ledger.AccountId:
    """Return the account that is meant. Raises `AccountRefused`."""
    found = await ledger.find_account(tx, adjustment.account)
    if found is None or found.id in own or found.asset.symbol != adjustment.amount.currency:
        raise errors.AccountRefused(account=adjustment.account)
    return found.id
