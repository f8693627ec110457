"""Asking for a loan."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.accounts import service as accounts
from tongbao.core.agreements import service as agreements
from tongbao.core.parties import service as parties
from tongbao.core.sources import service as sources
from tongbao.infra import jobs, outbox
from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.products.lending.domain.application import (
    AccountNotUsable,
    Application,
    ApplicationId,
    ApplicationOpen,
    NotAnOrganisation,
    RequestOutOfRange,
    State,
)
from tongbao.products.lending.domain.policy import CURRENCY, IN_USE
from tongbao.products.lending.events import ApplicationSubmitted
from tongbao.products.lending.models import IS_OPEN, ApplicationRow
from tongbao.products.lending.service.rows import add_step, application_of, move, unlocked

PROCESS_JOB = "lending.process"
EXPIRE_JOB = "lending.expire_offer"
TERM_MONTHS_DEFAULT = IN_USE.term_months_max


async def apply(
    tx: WriteSession,
    *,
    account_id: UUID,
    applied_by: Actor,
    at: datetime,
    requested: Money | None = None,
    term_months: int = TERM_MONTHS_DEFAULT,
) -> Application:
    """Submit an application and enqueue its processing, on one transaction.

    Args:
        tx: the caller's transaction.
        account_id: the account the loan is to be paid into; its holder is the borrower.
        applied_by: must act for the account's holder.
        at: the moment of submission.
        requested: how much; None for as much as possible.
        term_months: 1 to the policy's maximum.

    Raises:
        accounts.UnknownAccount: no such account, or not one of the applicant's.
        auth.Forbidden: the applicant acts for the holder, but not for this.
        AccountNotUsable: not open or in another currency.
        NotAnOrganisation: the holder is a person.
        RequestOutOfRange: amount or term outside the product.
        agreements.ConsentMissing: the invoices may not be fetched.
        ApplicationOpen: the party has an application under way.
    """
    account = await accounts.get(tx, account_id)
    applied_by.check(
        "lending:apply",
        party_id=account.party_id,
        unknown=accounts.UnknownAccount(account=account_id),
    )
    if account.currency != CURRENCY or account.status is not accounts.DepositAccountStatus.OPEN:
        raise AccountNotUsable(currency=CURRENCY)
    party = await parties.get(tx, account.party_id)
    if party.registration_number is None:
        raise NotAnOrganisation
    _check_request(requested, term_months)
    consent = await agreements.require_consent(
        tx,
        party_id=party.id,
        source=sources.VAT_INVOICES,
        purpose=agreements.CREDIT_ASSESSMENT,
        at=at,
    )
    await _expire_stale(tx, account.party_id, at=at)
    application_id = await _submit(
        tx,
        account=account,
        consent_id=consent.id,
        requested=requested,
        term_months=term_months,
        applied_by=applied_by,
        at=at,
    )
    submitted = ApplicationSubmitted(
        application_id=application_id,
        party_id=party.id,
        requested=requested,
        term_months=term_months,
    )
    await outbox.append(tx, [submitted], at=at)
    await enqueue(tx, application_id, consent_id=consent.id)
    return application_of(await unlocked(tx, application_id))


async def enqueue(
    tx: WriteSession,
    application_id: UUID,
    *,
    consent_id: UUID | None,
    not_before: datetime | None = None,
) -> None:
    """Enqueue the processing of an application; one at a time per consent, and cancelled with it.

    `consent_id` is None only for applications older than this rule.
    """
    await jobs.defer(
        tx,
        PROCESS_JOB,
        {"application_id": str(application_id)},
        at=not_before,
        lock=(
            f"lending:{application_id}" if consent_id is None else agreements.fetch_lock(consent_id)
        ),
    )


async def _expire_stale(tx: WriteSession, party_id: UUID, *, at: datetime) -> None:
    """Note that an old offer's time is over, should its job not have run: it must not block."""
    row = await tx.scalar(
        select(ApplicationRow)
        .where(
            ApplicationRow.party_id == party_id,
            ApplicationRow.state == State.APPROVED.value,
            ApplicationRow.offer_expires_at <= at,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is not None:
        await move(tx, row, State.EXPIRED, at=at)


async def _submit(
    tx: WriteSession,
    *,
    account: accounts.DepositAccount,
    consent_id: UUID,
    requested: Money | None,
    term_months: int,
    applied_by: Actor,
    at: datetime,
) -> ApplicationId:
    """Store the application; the unique index decides between two at once."""
    application_id = ApplicationId(new_id())
    stored = await tx.scalar(
        insert(ApplicationRow)
        .values(
            id=application_id,
            party_id=account.party_id,
            account_id=account.id,
            consent_id=consent_id,
            currency=CURRENCY,
            requested_minor=requested and requested.minor,
            term_months=term_months,
            state=State.SUBMITTED.value,
            attempts=0,
            submitted_by=applied_by.id,
            submitted_at=at,
            updated_at=at,
        )
        .on_conflict_do_nothing(index_elements=["party_id"], index_where=IS_OPEN)
        .returning(ApplicationRow.id)
    )
    if stored is None:
        raise ApplicationOpen
    await add_step(tx, application_id, None, State.SUBMITTED, reason=None, by=applied_by.id, at=at)
    return application_id


def _check_request(requested: Money | None, term_months: int) -> None:
    fits = requested is None or (
        requested.currency == CURRENCY and IN_USE.floor <= requested <= IN_USE.cap
    )
    if not fits or not 1 <= term_months <= IN_USE.term_months_max:
        raise RequestOutOfRange(
            floor=str(IN_USE.floor), cap=str(IN_USE.cap), months_max=IN_USE.term_months_max
        )
