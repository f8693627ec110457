"""Booking: a batch in, a result per item out."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from tongbao.core.ledger import domain
from tongbao.core.ledger.domain import (
    NewTransaction,
    PostedPosting,
    PostingResult,
    TransactionId,
    TransactionKind,
)
from tongbao.core.ledger.service.arguments import POST, arguments, post_and_record
from tongbao.infra import audit, outbox
from tongbao.infra.db import Writing
from tongbao.infra.standing import ALWAYS, Condition, Lapsed
from tongbao.kernel.clock import business_date
from tongbao.kernel.errors import TongbaoError

_REASONS: dict[str, type[TongbaoError]] = {
    "insufficient_funds": domain.InsufficientFunds,
    "unknown_account": domain.UnknownAccount,
    "same_account": domain.SameAccount,
    "unknown_asset": domain.UnknownAsset,
    "asset_mismatch": domain.AssetMismatch,
    "account_closed": domain.AccountClosed,
    "account_frozen": domain.AccountFrozen,
    "amount_out_of_range": domain.AmountOutOfRange,
    "id_reused": domain.IdReused,
    "unknown_target": domain.UnknownTarget,
    "not_pending": domain.NotPending,
    "already_resolved": domain.AlreadyResolved,
    "pending_expired": domain.PendingExpired,
    "not_expired": domain.NotExpired,
    "expires_in_past": domain.ExpiresInPast,
    "capture_exceeds_hold": domain.CaptureExceedsHold,
    "not_reversible": domain.NotReversible,
    "reversal_exceeds_original": domain.ReversalExceedsOriginal,
    "period_closed": domain.PeriodClosed,
    "batch_refused": domain.BatchRefused,
}

_ENTRY: Final = audit.Entry(action=audit.HOT_ACTION, object_type="transactions")

Row = tuple[
    list[str | None],
    list[int],
    list[int | None] | None,
    list[int | None] | None,
    list[int | None] | None,
    list[int | None] | None,
]


async def post(
    tx: Writing,
    transactions: Sequence[NewTransaction],
    *,
    at: datetime,
    atomic: bool = False,
    by: Sequence[audit.Caller] | None = None,
    provided: Condition = ALWAYS,
) -> list[PostingResult]:
    """Book a batch in order; return a result per transaction, in the order given.

    Each item is booked whole or refused whole, judged after the ones before it. An item whose id
    was booked before with the same content is a `duplicate` and moves nothing. The caller's commit
    makes the batch durable; a rollback undoes all of it, which is how to try one out.

    Args:
        tx: the caller's transaction. Limit-checked accounts stay locked until it ends.
        transactions: 1 to `BATCH_MAX` of them, no two with the same target.
        at: the booking moment.
        atomic: one refusal refuses all; otherwise items are independent.
        by: who asked for each; then each that is booked has its entry in the audit trail. Without
            it the trail is the caller's business.
        provided: what the same statement asks before it books; for those with entries.

    Raises:
        TooManyPostings: the batch, or a transaction in it, is empty or too large.
        Lapsed: what it was `provided` does not hold, or was not asked as nothing could be booked.
    """
    assert by is not None or provided is ALWAYS, "a condition is for what has entries"
    _check_sizes(transactions)
    results, first_with = _judge(transactions, business_date(at))
    bookable = [p for p in first_with.values() if p not in results]
    if atomic and results:
        results.update({p: _refused(transactions[p], domain.BatchRefused()) for p in bookable})
        bookable = []
    if bookable:
        items = [transactions[p] for p in bookable]
        who = None if by is None else [by[p] for p in bookable]
        booked = await _book(tx, items, who, at=at, atomic=atomic, provided=provided)
        if len(booked) == len(transactions):
            return booked  # the usual batch
        results.update(zip(bookable, booked, strict=True))
    elif provided is not ALWAYS:
        raise Lapsed
    for position, new in enumerate(transactions):
        if position not in results:
            first = first_with[new.id.int]
            results[position] = _twin(transactions[first], results[first], new)
    return [results[position] for position in range(len(transactions))]


def _judge(
    transactions: Sequence[NewTransaction], today: date
) -> tuple[dict[int, PostingResult], dict[int, int]]:
    """Return what is refused before any account is looked at, and the first place of each id."""
    results: dict[int, PostingResult] = {}
    first_with: dict[int, int] = {}
    targets: set[TransactionId] = set()
    for position, new in enumerate(transactions):
        if first_with.setdefault(new.id.int, position) != position:
            continue  # a twin inside the batch: judged by the first one's result
        error = _fault(new, today)
        if new.target is not None:
            if error is None and new.target in targets:
                error = domain.TargetRepeated(target=str(new.target))
            targets.add(new.target)
        if error is not None:
            results[position] = _refused(new, error)
    return results, first_with


def _check_sizes(transactions: Sequence[NewTransaction]) -> None:
    postings = sum([len(new.postings) for new in transactions])
    if (
        not 1 <= len(transactions) <= domain.BATCH_MAX
        or postings > domain.POSTINGS_PER_BATCH_MAX
        or not all(map(fits, transactions))
    ):
        raise domain.TooManyPostings(batch_max=domain.BATCH_MAX, postings_max=domain.POSTINGS_MAX)


def fits(new: NewTransaction) -> bool:
    """Tell whether a transaction has as many postings as one of its kind may have."""
    postings = len(new.postings)
    if new.kind is TransactionKind.VOID or new.kind is TransactionKind.EXPIRY:
        return not postings
    return 0 < postings <= domain.POSTINGS_MAX


def _fault(new: NewTransaction, today: date) -> TongbaoError | None:
    """Return what is wrong with a transaction before any account is looked at."""
    if new.effective_on is not None and new.effective_on > today:
        return domain.EffectiveDateInFuture(business_date=today.isoformat())
    for posting in new.postings:
        if not 0 < domain.units(posting.amount) <= domain.AMOUNT_MAX_MINOR:
            return domain.AmountOutOfRange()
    return None


def _refused(new: NewTransaction, error: TongbaoError) -> PostingResult:
    return PostingResult(transaction_id=new.id, status="refused", error=error)


def _twin(first: NewTransaction, result: PostingResult, new: NewTransaction) -> PostingResult:
    """Return the result of an item whose id an earlier item of the same batch has."""
    if first.content_hash() != new.content_hash():
        return _refused(new, domain.IdReused(transaction_id=str(new.id)))
    if result.status == "refused":
        return result
    return PostingResult(transaction_id=new.id, status="duplicate", sequence=result.sequence)


async def _book(
    tx: Writing,
    transactions: list[NewTransaction],
    by: list[audit.Caller] | None,
    *,
    at: datetime,
    atomic: bool,
    provided: Condition,
) -> list[PostingResult]:
    wake = outbox.wake_due()
    parameters = arguments(transactions, today=business_date(at), at=at, atomic=atomic, wake=wake)
    if by is None:
        (found,) = await tx.fetch(POST, parameters)
    else:
        *arrays, _, _, _ = parameters
        entries = audit.arguments_alike(_ENTRY, [new.id for new in transactions], by, at=at)
        rows = await tx.fetch(
            post_and_record(provided.sql),
            (at, *provided.parameters, *arrays, atomic, wake, *entries),
        )
        if not rows:
            if wake:
                outbox.wake_unused()
            raise Lapsed
        (found,) = rows
    results = booked_as(transactions, found[:6])
    if wake and not any(result.status == "posted" for result in results):
        outbox.wake_unused()
    return results


def booked_as(transactions: Sequence[NewTransaction], row: Row) -> list[PostingResult]:
    """Return what became of each, from what `ledger_post` returned."""
    refusals, sequences, refused_postings, availables, debits, credits_ = row
    # No arrays where nothing moved: an atomic batch was refused, or the batch only voids.
    after = list(map(PostedPosting, debits or (), credits_ or ()))
    results = []
    start = 0
    for index, new in enumerate(transactions):
        end = start + len(new.postings)
        refusal = refusals[index]
        if refusal is None:
            posted = tuple(after[start:end])
            results.append(PostingResult(new.id, "posted", sequences[index], posted))
        elif refusal == "duplicate":
            results.append(PostingResult(new.id, "duplicate", sequences[index]))
        else:
            place = refused_postings[index] if refused_postings else None
            posting = None if place is None else new.postings[place - start - 1]
            available = availables[index] if availables else None
            results.append(_refused(new, _error(refusal, new, posting, available)))
        start = end
    return results


def _error(
    refusal: str, new: NewTransaction, posting: domain.NewPosting | None, available: int | None
) -> TongbaoError:
    """Return the error for a reason that `ledger_post` gave."""
    reason = refusal.replace("debit_", "").replace("credit_", "")
    error = _REASONS[reason]
    facts: dict[str, str] = {}
    if issubclass(error, domain.TargetRefused):
        facts = {"target": str(new.target)}
    elif error is domain.IdReused:
        facts = {"transaction_id": str(new.id)}
    elif error is domain.PeriodClosed:
        facts = {"effective_on": str(new.effective_on or "")}
    elif error is domain.InsufficientFunds and posting is not None:
        asset = domain.asset_of(posting.amount)
        facts = {"available": asset.text(available or 0), "asset": asset.symbol}
    elif posting is not None:
        account = posting.credit if "credit_" in refusal else posting.debit
        facts = {"account_id": str(account), "asset": domain.asset_code(posting.amount)}
    return error(**facts)
