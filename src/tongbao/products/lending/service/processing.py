"""From a submitted application to a decision: fetch, judge, store.

Two short transactions with the download between them::

    begin   lock, check the consent, `collecting`                        COMMIT
            download (seconds; no transaction, no lock)
    finish  lock, store data and decision, or wait, refer, refuse, close COMMIT

A worker that dies in between leaves `collecting` behind, and the next one begins anew: `attempts`
tells the two apart, so a worker that comes back late changes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never
from uuid import UUID

from sqlalchemy import select

from tongbao.core.agreements import service as agreements
from tongbao.core.ledger import service as ledger
from tongbao.core.sources import service as sources
from tongbao.core.sources.service import Connector, Download, FetchTicket
from tongbao.infra import jobs, outbox
from tongbao.infra.db import Database, ReadSession, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.products.lending.domain import reasons
from tongbao.products.lending.domain.application import (
    COLLECTABLE,
    Reason,
    State,
    pause_after,
)
from tongbao.products.lending.domain.decision import (
    Judgement,
    Outcome,
    decide,
    hard_rules,
    referred,
    refused,
)
from tongbao.products.lending.domain.policy import CURRENCY, IN_USE, Policy
from tongbao.products.lending.domain.record import DataUsed, Inputs, digest, document
from tongbao.products.lending.events import ApplicationDecided
from tongbao.products.lending.models import ApplicationRow, DecisionRow, LoanRow
from tongbao.products.lending.service.applying import EXPIRE_JOB, enqueue
from tongbao.products.lending.service.rows import close, locked, move
from tongbao.risk.rating import service as rating

LOANS_PER_PARTY_MAX = 1_000

STATE_AFTER = {
    Outcome.APPROVED: State.APPROVED,
    Outcome.REFUSED: State.REFUSED,
    Outcome.REFERRED: State.REFERRED,
}

Received = (
    Download
    | agreements.ConsentMissing
    | sources.ConsentChanged
    | sources.SourceUnavailable
    | sources.SourceSlow
    | sources.SourceUntrustworthy
    | sources.SourceAccessRefused
    | sources.TaxpayerUnknown
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to fetch an application's data."""

    application_id: UUID
    number: int
    ticket: FetchTicket


async def process(
    database: Database,
    tax_office: Connector,
    *,
    application_id: UUID,
    clock: Callable[[], datetime],
) -> None:
    """Take an application as far as it goes now; nothing happens unless it waits for its data.

    `clock` is read before and after the download, which may take a minute.
    """
    async with database.write() as tx:
        attempt = await begin(tx, application_id=application_id, at=clock())
    if attempt is None:
        return
    received = await _download(attempt.ticket, tax_office, read=database.read, clock=clock)
    async with database.write() as tx:
        await finish(tx, attempt=attempt, received=received, at=clock())


async def _download(
    ticket: FetchTicket,
    tax_office: Connector,
    *,
    read: sources.Read,
    clock: Callable[[], datetime],
) -> Received:
    try:
        return await sources.download(ticket, tax_office, read=read, clock=clock)
    except (
        agreements.ConsentMissing,
        sources.ConsentChanged,
        sources.SourceUnavailable,
        sources.SourceSlow,
        sources.SourceUntrustworthy,
        sources.SourceAccessRefused,
        sources.TaxpayerUnknown,
    ) as error:
        return error


async def begin(tx: WriteSession, *, application_id: UUID, at: datetime) -> Attempt | None:
    """Start an attempt; None if there is nothing to fetch (any more).

    Without a consent in force the application is closed. Raises `UnknownApplication`.
    """
    row = await locked(tx, application_id)
    if State(row.state) not in COLLECTABLE:
        return None
    try:
        ticket = await sources.begin_fetch(
            tx, party_id=row.party_id, purpose=agreements.CREDIT_ASSESSMENT, at=at
        )
    except agreements.ConsentMissing:
        await close(tx, row, reasons.CONSENT_WITHDRAWN, at=at)
        return None
    row.attempts += 1
    row.consent_id = ticket.consent_id
    await move(tx, row, State.COLLECTING, at=at)
    return Attempt(application_id, row.attempts, ticket)


async def finish(tx: WriteSession, *, attempt: Attempt, received: Received, at: datetime) -> None:
    """Store what came of an attempt; nothing if another attempt has begun since."""
    row = await locked(tx, attempt.application_id)
    if State(row.state) is not State.COLLECTING or row.attempts != attempt.number:
        return
    match received:
        case Download():
            await _judge(tx, row, attempt.ticket, received, at=at)
        case agreements.ConsentMissing():
            await close(tx, row, reasons.CONSENT_WITHDRAWN, at=at)
        case sources.ConsentChanged():
            await _wait(tx, row, reasons.CONSENT_REPLACED, at=at)
        case sources.SourceUnavailable() | sources.SourceSlow():
            await _wait(tx, row, reasons.waiting_for(received), at=at)
        case sources.SourceUntrustworthy():
            await _decide_without(tx, row, referred(reasons.untrustworthy(received)), at=at)
        case sources.SourceAccessRefused():
            await _decide_without(tx, row, referred(reasons.access_refused(received)), at=at)
        case sources.TaxpayerUnknown():
            await _decide_without(tx, row, refused(reasons.taxpayer_unknown(received)), at=at)
        case _:
            assert_never(received)


async def _wait(tx: WriteSession, row: ApplicationRow, reason: Reason, *, at: datetime) -> None:
    """Plan the next attempt, or give up after the last."""
    pause = pause_after(row.attempts)
    if pause is None:
        await _decide_without(tx, row, refused(reasons.SOURCE_UNAVAILABLE), at=at)
        return
    await move(tx, row, State.WAITING, reason=reason, next_attempt_at=at + pause, at=at)
    await enqueue(tx, row.id, consent_id=row.consent_id, not_before=at + pause)


async def _decide_without(
    tx: WriteSession, row: ApplicationRow, judgement: Judgement, *, at: datetime
) -> None:
    """Decide an application of which no data is known."""
    inputs = Inputs(
        policy_version=IN_USE.version,
        requested=_requested(row),
        exposure=await exposure(tx, row.party_id),
    )
    await _store(tx, row, inputs, judgement, model_id=None, at=at)


async def _judge(
    tx: WriteSession,
    row: ApplicationRow,
    ticket: FetchTicket,
    received: Download,
    *,
    at: datetime,
) -> None:
    """Store the data and decide on it."""
    try:
        fetch = await sources.record_fetch(tx, ticket, received, at=at)
    except agreements.ConsentMissing:
        await close(tx, row, reasons.CONSENT_WITHDRAWN, at=at)
        return
    except sources.ConsentChanged:
        await _wait(tx, row, reasons.CONSENT_REPLACED, at=at)
        return
    data = DataUsed(
        fetch_id=fetch.id,
        sha256=fetch.payload_sha256,
        source=fetch.source,
        period_from=fetch.period_from,
        period_to=fetch.period_to,
        row_count=fetch.row_count,
    )
    requested, owed = _requested(row), await exposure(tx, row.party_id)
    try:
        model: rating.RatingModel | None = await rating.active_model(tx)
    except rating.NoActiveModel:
        model = None
    # The data is read back from where a replay will read it.
    inputs, judgement = await judge(
        tx, data=data, model=model, policy=IN_USE, requested=requested, owed=owed
    )
    used = model.id if model is not None and inputs.assessment is not None else None
    await _store(tx, row, inputs, judgement, model_id=used, at=at)


async def judge(
    tx: ReadSession,
    *,
    data: DataUsed,
    model: rating.RatingModel | None,
    policy: Policy,
    requested: Money | None,
    owed: Money,
) -> tuple[Inputs, Judgement]:
    """Decide on stored data. Everything it reads is in its arguments, so it can be repeated."""
    before = Inputs(policy_version=policy.version, requested=requested, exposure=owed, data=data)
    try:
        invoices = await sources.load_invoices(tx, data.fetch_id)
    except rating.MalformedInvoices as error:
        return before, referred(reasons.unusable(error))
    values = rating.features(invoices, as_of=data.period_to)
    read = Inputs(
        policy_version=policy.version,
        requested=requested,
        exposure=owed,
        data=data,
        feature_set=rating.FEATURE_SET,
        features=values,
    )
    failed = hard_rules(values, policy)
    if failed:
        return read, refused(*failed)
    if model is None or model.feature_set != rating.FEATURE_SET:
        return read, referred(reasons.NO_MODEL)
    assessment = rating.assess(model, values)
    judgement = decide(
        policy,
        values=values,
        grade=assessment.grade,
        probability_of_default=assessment.probability_of_default,
        requested=requested,
        exposure=owed,
    )
    scored = Inputs(
        policy_version=policy.version,
        requested=requested,
        exposure=owed,
        data=data,
        feature_set=assessment.feature_set,
        features=values,
        assessment=assessment.to_json(),
    )
    return scored, judgement


async def _store(
    tx: WriteSession,
    row: ApplicationRow,
    inputs: Inputs,
    judgement: Judgement,
    *,
    model_id: UUID | None,
    at: datetime,
) -> None:
    """Store a decision, move the application, tell whoever listens."""
    record = document(inputs, judgement)
    decision = DecisionRow(
        id=new_id(),
        application_id=row.id,
        outcome=judgement.outcome.value,
        currency=CURRENCY,
        limit_minor=judgement.limit and judgement.limit.minor,
        annual_rate_trillionths=judgement.annual_rate and judgement.annual_rate.trillionths,
        policy_version=inputs.policy_version,
        fetch_id=inputs.data and inputs.data.fetch_id,
        model_id=model_id,
        record=record,
        record_sha256=digest(record),
        decided_at=at,
    )
    tx.add(decision)
    await tx.flush()
    row.decision_id = decision.id
    approved = judgement.outcome is Outcome.APPROVED
    if approved:
        row.offer_expires_at = at + IN_USE.offer_valid_for
    await move(
        tx,
        row,
        STATE_AFTER[judgement.outcome],
        reason=judgement.reasons[0] if judgement.reasons else None,
        at=at,
    )
    decided = ApplicationDecided(
        application_id=row.id,
        party_id=row.party_id,
        decision_id=decision.id,
        outcome=judgement.outcome.value,
        reason_codes=tuple(reason.code for reason in judgement.reasons),
        limit=judgement.limit if approved else None,
        annual_rate=judgement.annual_rate,
    )
    await outbox.append(tx, [decided], at=at)
    if approved:
        await jobs.defer(tx, EXPIRE_JOB, {"application_id": str(row.id)}, at=row.offer_expires_at)


async def exposure(tx: ReadSession, party_id: UUID) -> Money:
    """Return what a party owes on its loans here, from the ledger."""
    loan_accounts = [
        ledger.AccountId(account_id)
        for account_id in await tx.scalars(
            select(LoanRow.ledger_account_id)
            .where(LoanRow.party_id == party_id)
            .limit(LOANS_PER_PARTY_MAX)
        )
    ]
    if not loan_accounts:
        return Money.zero(CURRENCY)
    found = await ledger.balances(tx, loan_accounts)
    owed = sum(found[account_id].posted for account_id in loan_accounts)
    return Money(owed, CURRENCY)


def _requested(row: ApplicationRow) -> Money | None:
    return None if row.requested_minor is None else Money(row.requested_minor, row.currency)
