"""Accepting an offer: agreement, loan, ledger account and disbursement in one transaction."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from tongbao.core.accounts import service as accounts
from tongbao.core.agreements import service as agreements
from tongbao.core.identity import service as identity
from tongbao.core.ledger import service as ledger
from tongbao.core.parties import service as parties
from tongbao.infra import outbox
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.clock import business_date
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.kernel.text import Language
from tongbao.products.lending.domain.application import (
    AccountNotUsable,
    AlreadyAccepted,
    AmountNotOffered,
    NoOffer,
    OfferExpired,
    State,
    UnknownApplication,
)
from tongbao.products.lending.domain.cost import cost, daily_interest, due_on
from tongbao.products.lending.domain.loan import (
    DAY_COUNT,
    REPAYMENT_METHOD,
    AgreementPreview,
    Loan,
    LoanId,
    acceptance_to_confirm,
    agreement_parameters,
    maturity,
)
from tongbao.products.lending.domain.policy import CURRENCY, policy
from tongbao.products.lending.domain.record import Decision
from tongbao.products.lending.events import LoanDisbursed
from tongbao.products.lending.models import ApplicationRow, DecisionRow, LoanRow
from tongbao.products.lending.service.rows import (
    application_of,
    decision_of,
    loan_of,
    locked,
    move,
    unlocked,
)

TRANSACTION_TYPE = "lending.disbursement"


@dataclass(frozen=True, slots=True)
class _Contract:
    """What the agreement's words are made of."""

    decision: Decision
    account: accounts.DepositAccount
    parameters: dict[str, str]


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The token of a step-up, None where none came with the request."""

    token: str | None


async def preview_agreement(
    tx: ReadSession,
    *,
    application_id: UUID,
    amount: Money,
    read_by: Actor,
    at: datetime,
    language: Language = "zh",
) -> AgreementPreview:
    """Return the agreement that `accept` would sign now, with its digest, and what it costs.

    Raises as `accept` does.
    """
    row = await unlocked(tx, application_id)
    contract = await _contract(tx, row, amount=amount, actor=read_by, language=language, at=at)
    rate = contract.decision.annual_rate
    assert rate is not None, "an approval has a rate"
    today = business_date(at)
    matures_on = maturity(today, row.term_months)
    return AgreementPreview(
        rendered=_words(contract, language),
        daily_interest=daily_interest(amount, rate),
        at_maturity=cost(
            amount,
            annual_rate=rate,
            disbursed_on=today,
            matures_on=matures_on,
            paid_on=due_on(matures_on),
        ),
    )


def _words(contract: _Contract, language: Language) -> agreements.Rendered:
    return agreements.preview(
        template=agreements.LOAN_AGREEMENT, parameters=contract.parameters, language=language
    )


async def accept(
    tx: WriteSession,
    *,
    application_id: UUID,
    amount: Money,
    accepted_by: Actor,
    at: datetime,
    language: Language = "zh",
    text_digest: str | None = None,
    confirmation: Confirmation | None = None,
) -> Loan:
    """Sign the agreement and pay out `amount`, all or nothing on the caller's transaction.

    Args:
        tx: the caller's transaction; the application stays locked until it ends.
        application_id: an approved application of one of the acceptor's parties.
        amount: from the smallest loan up to the limit offered.
        accepted_by: who signs.
        at: the moment of signing and booking.
        language: in which the agreement is signed.
        text_digest: SHA-256 of the text shown before (`preview_agreement`); None: not compared.
        confirmation: what the acceptor confirmed by step-up, asked for by whoever takes requests of
            people; None where nobody sits before it, as in the demo.

    Raises:
        UnknownApplication: none, or not one of the acceptor's parties'.
        AlreadyAccepted: the loan exists.
        OfferExpired: seven days have passed.
        NoOffer: not approved.
        AmountNotOffered: below the smallest loan, above the limit, or in another currency.
        AccountNotUsable: the account was frozen or closed meanwhile.
        agreements.AgreementTextMismatch: something else was shown.
        identity.StepUpRequired: these very words were not confirmed.
        TongbaoError: what the ledger refuses.
    """
    row = await locked(tx, application_id)
    contract = await _contract(tx, row, amount=amount, actor=accepted_by, language=language, at=at)
    shown = _words(contract, language)
    if text_digest is not None and text_digest != shown.digest:
        raise agreements.AgreementTextMismatch
    action = acceptance_to_confirm(
        application_id=row.id, amount=amount, text_digest=shown.digest, language=language
    )
    step_up_id = await _confirmed(tx, confirmation, action, actor=accepted_by, at=at)
    await move(tx, row, State.ACCEPTED, by=accepted_by.id, at=at)
    agreement = await agreements.sign(
        tx,
        party_id=row.party_id,
        template=agreements.LOAN_AGREEMENT,
        parameters=contract.parameters,
        language=language,
        text_digest=shown.digest,
        signed_by=accepted_by,
        step_up_id=step_up_id,
        at=at,
    )
    loan = await _disburse(tx, row, contract, agreement=agreement, amount=amount, at=at)
    await move(tx, row, State.DISBURSED, at=at)
    disbursed = LoanDisbursed(
        loan_id=loan.id,
        application_id=loan.application_id,
        party_id=loan.party_id,
        account_id=loan.account_id,
        principal=loan.principal,
        annual_rate=loan.annual_rate,
        transaction_id=loan.transaction_id,
    )
    await outbox.append(tx, [disbursed], at=at)
    return loan


async def _confirmed(
    tx: WriteSession,
    confirmation: Confirmation | None,
    action: identity.Action,
    *,
    actor: Actor,
    at: datetime,
) -> UUID | None:
    """Return the step-up of the signature, if one was asked for."""
    if confirmation is None:
        return None
    return await identity.spend_step_up(
        tx, token=confirmation.token, action=action, actor=actor, at=at
    )


async def _disburse(
    tx: WriteSession,
    row: ApplicationRow,
    contract: _Contract,
    *,
    agreement: agreements.Agreement,
    amount: Money,
    at: datetime,
) -> Loan:
    """Open the loan's account, book the money into the firm's, and store the loan."""
    rate = contract.decision.annual_rate
    assert rate is not None, "an approval has a rate"
    loan_id = LoanId(new_id())
    ledger_account = await ledger.open_account(
        tx,
        asset=CURRENCY,
        category=ledger.Category.ASSET,
        name=f"loan {loan_id}",
        overdraft=0,  # nobody repays more than is owed
        at=at,
    )
    transaction = ledger.NewTransaction(
        id=ledger.TransactionId(new_id()),
        type=TRANSACTION_TYPE,
        # What the firm owes grows, and so does what the bank owes the firm.
        postings=(
            ledger.NewPosting(
                debit=ledger_account.id,
                credit=contract.account.ledger_account_id,
                amount=amount,
            ),
        ),
        metadata={"loan_id": str(loan_id)},
        correlation_id=row.id,
    )
    (result,) = await ledger.post(tx, [transaction], at=at)
    result.raise_for_refusal()
    today = business_date(at)
    loan = LoanRow(
        id=loan_id,
        application_id=row.id,
        party_id=row.party_id,
        account_id=row.account_id,
        agreement_id=agreement.id,
        ledger_account_id=ledger_account.id,
        transaction_id=transaction.id,
        currency=amount.currency,
        principal_minor=amount.minor,
        annual_rate_trillionths=rate.trillionths,
        term_months=row.term_months,
        day_count=DAY_COUNT,
        repayment_method=REPAYMENT_METHOD,
        disbursed_at=at,
        disbursed_on=today,
        matures_on=maturity(today, row.term_months),
    )
    tx.add(loan)
    await tx.flush()
    return loan_of(loan)


async def expire_offer(tx: WriteSession, *, application_id: UUID, at: datetime) -> None:
    """Note that an offer's time is over; nothing happens to one that is not open any more."""
    row = await locked(tx, application_id)
    application = application_of(row)
    if application.state is State.APPROVED and application.state_at(at) is State.EXPIRED:
        await move(tx, row, State.EXPIRED, at=at)


async def _contract(
    tx: ReadSession,
    row: ApplicationRow,
    *,
    amount: Money,
    actor: Actor,
    language: Language,
    at: datetime,
) -> _Contract:
    """Check everything that must hold before signing, and gather what the contract says."""
    actor.check("lending:accept", party_id=row.party_id, unknown=UnknownApplication())
    decision = await _offer(tx, row, at=at)
    assert decision.limit is not None, "an approval has a limit"
    assert decision.annual_rate is not None, "an approval has a rate"
    floor = policy(decision.policy_version).floor
    if amount.currency != decision.limit.currency or not floor <= amount <= decision.limit:
        raise AmountNotOffered(floor=str(floor), limit=str(decision.limit))
    account = await accounts.get(tx, row.account_id)
    if account.party_id != row.party_id or account.status is not accounts.DepositAccountStatus.OPEN:
        raise AccountNotUsable(currency=CURRENCY)
    party = await parties.get(tx, row.party_id)
    assert party.registration_number is not None, "only organisations apply"
    parameters = agreement_parameters(
        language=language,
        borrower_name=party.name,
        registration_number=party.registration_number,
        account_number=account.number,
        principal=amount,
        annual_rate=decision.annual_rate,
        term_months=row.term_months,
        disbursed_on=business_date(at),
    )
    return _Contract(decision, account, dict(parameters))


async def _offer(tx: ReadSession, row: ApplicationRow, *, at: datetime) -> Decision:
    """Return the decision behind an open offer; raises if there is none (any more)."""
    application = application_of(row)
    state = application.state_at(at)
    if state in {State.ACCEPTED, State.DISBURSED}:
        raise AlreadyAccepted
    if state is State.EXPIRED:
        raise OfferExpired(
            expired_at=application.offer_expires_at and application.offer_expires_at.isoformat()
        )
    if state is not State.APPROVED:
        raise NoOffer(state=state.value)
    decision = await tx.scalar(select(DecisionRow).where(DecisionRow.id == row.decision_id))
    assert decision is not None, "an approval has a decision"
    return decision_of(decision)
