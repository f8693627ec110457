"""`/api/v1/lending`: applications, offers and loans."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header, Query, Response, status

from tongbao.core.sources import service as sources
from tongbao.infra.auth import PUBLIC, CurrentActor, require
from tongbao.infra.db import ReadSession
from tongbao.infra.web import (
    IDEMPOTENCY_KEY_REQUIRED,
    Instant,
    PageAfter,
    PageLimit,
    ReadTx,
    RequestLanguage,
    WriteTx,
    router,
)
from tongbao.kernel.money import Money
from tongbao.kernel.money_schema import AmountText
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page
from tongbao.kernel.text import Language
from tongbao.products.lending import service
from tongbao.products.lending.domain.policy import CURRENCY, IN_USE
from tongbao.products.lending.schemas.applications import (
    ApplicationDetail,
    ApplicationOut,
    ApplicationsOut,
)
from tongbao.products.lending.schemas.decisions import ReplayOut
from tongbao.products.lending.schemas.loans import (
    AgreementPreviewOut,
    CostOut,
    LoanOut,
    LoansOut,
    RepaymentOut,
)
from tongbao.products.lending.schemas.product import LoanProductOut
from tongbao.products.lending.schemas.requests import (
    NewAcceptance,
    NewApplication,
    NewRepayment,
    NewReview,
)
from tongbao.products.lending.schemas.reviews import NewClosure, ReviewOut, ReviewsOut

PREFIX = "/api/v1/lending"
READ_ANY = "lending:read_any"

api = router(prefix=PREFIX, tags=["lending"])


@api.get("/product", summary="What may be borrowed", dependencies=[PUBLIC])
async def read_product() -> LoanProductOut:
    """Return amounts, terms and prices as the policy in use has them, before anybody applies."""
    return LoanProductOut.of(IN_USE)


@api.post(
    "/applications",
    status_code=status.HTTP_202_ACCEPTED,
    dependencies=[Depends(require("lending:apply")), IDEMPOTENCY_KEY_REQUIRED],
    summary="Apply for a loan",
)
async def apply(
    body: NewApplication,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
    response: Response,
) -> ApplicationOut:
    """Submit an application; it is decided within seconds, see it under its `Location`.

    Needs the firm's consent to fetch its VAT invoices for a credit assessment.
    """
    application = await service.apply(
        tx,
        account_id=body.account_id,
        requested=body.requested,
        term_months=body.term_months,
        applied_by=actor,
        at=at,
    )
    response.headers["Location"] = f"{PREFIX}/applications/{application.id}"
    return ApplicationOut.of(application, at, language)


@api.get("/applications", summary="Loan applications")
async def list_applications(
    tx: ReadTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    after: PageAfter = None,
) -> ApplicationsOut:
    """Return the applications of one's own parties (staff: all), newest first."""
    page = await service.list_applications(
        tx, among=actor.reach(READ_ANY), after=after, limit=limit
    )
    return ApplicationsOut(
        items=[ApplicationOut.of(each, at, language) for each in page.items], next=page.next
    )


@api.get("/applications/{application_id}", summary="One application with its decision and offer")
async def read_application(
    application_id: UUID, tx: ReadTx, actor: CurrentActor, at: Instant, language: RequestLanguage
) -> ApplicationDetail:
    """Return where an application stands, why, and what is offered."""
    application = await service.get(tx, application_id, visible_to=actor.reach(READ_ANY))
    decision = await service.decision(tx, application)
    loan = await service.loan_of_application(tx, application.id)
    return ApplicationDetail.with_all(
        application,
        steps=await service.steps(tx, application.id),
        fetch=await _fetch(tx, None if decision is None else decision.fetch_id),
        decision=decision,
        loan_id=None if loan is None else loan.id,
        at=at,
        language=language,
    )


@api.get(
    "/applications/{application_id}/agreement",
    dependencies=[Depends(require("lending:accept"))],
    summary="The agreement to be signed",
)
async def read_agreement(
    application_id: UUID,
    amount: Annotated[AmountText, Query(description="To draw, in CNY", examples=["300000.00"])],
    tx: ReadTx,
    actor: CurrentActor,
    at: Instant,
    preferred: RequestLanguage,
    response: Response,
    language: Annotated[Language | None, Query(description="Of the agreement")] = None,
) -> AgreementPreviewOut:
    """Return the words that an acceptance today would sign, and their digest."""
    response.headers["Content-Language"] = language or preferred
    preview = await service.preview_agreement(
        tx,
        application_id=application_id,
        amount=Money.parse(amount, CURRENCY),
        read_by=actor,
        language=language or preferred,
        at=at,
    )
    return AgreementPreviewOut.of(preview)


@api.post(
    "/applications/{application_id}/acceptance",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(require("lending:accept")), IDEMPOTENCY_KEY_REQUIRED],
    summary="Accept the offer and be paid",
)
async def accept(
    application_id: UUID,
    body: NewAcceptance,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    response: Response,
    step_up_token: Annotated[
        str | None,
        Header(
            alias="Step-Up-Token",
            max_length=512,
            description="Of the confirmed signature, word for word; good once",
        ),
    ] = None,
) -> LoanOut:
    """Sign the agreement; the money is in the account when this answers.

    It takes a step-up for these very words (`identity.step_up_required` says which). Problems:
    `lending.unknown_application`, `lending.no_offer`, `lending.offer_expired`,
    `lending.already_accepted`, `lending.amount_not_offered`, `lending.account_not_usable`,
    `agreements.agreement_text_mismatch`, `identity.step_up_required`,
    `identity.cooling_off`.
    """
    loan = await service.accept(
        tx,
        application_id=application_id,
        amount=body.amount,
        language=body.language,
        text_digest=body.text_digest,
        accepted_by=actor,
        confirmation=service.Confirmation(step_up_token),
        at=at,
    )
    response.headers["Location"] = f"{PREFIX}/loans/{loan.id}"
    return LoanOut.of(await service.loan(tx, loan.id))


@api.post(
    "/applications/{application_id}/review",
    dependencies=[Depends(require("lending:decide"))],
    summary="Decide an application referred to a person",
)
async def review(
    application_id: UUID,
    body: NewReview,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
) -> ApplicationOut:
    """Have the data collected again, or refuse in one's own words."""
    application = await service.review(
        tx,
        application_id=application_id,
        verdict=body.verdict,
        note=body.note,
        reviewed_by=actor.id,
        at=at,
    )
    return ApplicationOut.of(application, at, language)


@api.get(
    "/decisions/{decision_id}/replay",
    dependencies=[Depends(require(READ_ANY))],
    summary="Compute a decision again",
)
async def replay(decision_id: UUID, tx: ReadTx) -> ReplayOut:
    """Repeat a decision from stored data, model and policy; it must equal the record.

    Problems: `lending.unknown_decision`, `sources.data_expired` once the data was deleted.
    """
    return ReplayOut.of(await service.replay(tx, decision_id))


@api.get(
    "/reviews",
    dependencies=[Depends(require("lending:decide"))],
    summary="Lines to be looked at again",
)
async def list_reviews(
    tx: ReadTx, limit: PageLimit = PAGE_LIMIT_DEFAULT, after: PageAfter = None
) -> ReviewsOut:
    """Return offers and loans whose consent has ended and that nobody has looked at since."""
    page = await service.list_reviews(tx, after=after, limit=limit)
    return ReviewsOut(items=[ReviewOut.of(each) for each in page.items], next=page.next)


@api.post(
    "/reviews/{review_id}/closure",
    dependencies=[Depends(require("lending:decide"))],
    summary="Decide a review",
)
async def close_review(
    review_id: UUID, body: NewClosure, tx: WriteTx, actor: CurrentActor, at: Instant
) -> ReviewOut:
    """Keep the line, or end an offer that was not used yet.

    Problems: `lending.unknown_review`, `lending.review_closed`, `lending.illegal_transition`.
    """
    review = await service.close_review(
        tx, review_id=review_id, outcome=body.outcome, note=body.note, closed_by=actor.id, at=at
    )
    return ReviewOut.of(review)


@api.get("/loans", summary="Loans")
async def list_loans(
    tx: ReadTx, actor: CurrentActor, limit: PageLimit = PAGE_LIMIT_DEFAULT, after: PageAfter = None
) -> LoansOut:
    """Return the loans of one's own parties (staff: all), newest first."""
    page = await service.list_loans(tx, among=actor.reach(READ_ANY), after=after, limit=limit)
    return LoansOut(items=[LoanOut.of(each) for each in page.items], next=page.next)


@api.get("/loans/{loan_id}", summary="One loan")
async def read_loan(loan_id: UUID, tx: ReadTx, actor: CurrentActor) -> LoanOut:
    """Return a loan and what is owed on it by the ledger."""
    return LoanOut.of(await service.loan(tx, loan_id, visible_to=actor.reach(READ_ANY)))


@api.get("/loans/{loan_id}/repayment", summary="What repaying today takes")
async def read_repayment(
    loan_id: UUID,
    tx: ReadTx,
    actor: CurrentActor,
    at: Instant,
    principal: Annotated[
        AmountText | None, Query(description="In CNY; left out: all", examples=["100000.00"])
    ] = None,
) -> CostOut:
    """Return principal, interest to this day, and their sum.

    Problems: `lending.unknown_loan`, `lending.amount_not_owed`.
    """
    account = await service.loan(tx, loan_id, visible_to=actor.reach(READ_ANY))
    wanted = None if principal is None else Money.parse(principal, CURRENCY)
    return CostOut.of(service.cost_today(account, wanted, at=at))


@api.post(
    "/loans/{loan_id}/repayments",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(require("lending:repay")), IDEMPOTENCY_KEY_REQUIRED],
    summary="Repay all or part of a loan",
)
async def repay(
    loan_id: UUID, body: NewRepayment, tx: WriteTx, actor: CurrentActor, at: Instant
) -> RepaymentOut:
    """Take principal and interest from the account the loan was paid into, at once.

    Problems: `lending.unknown_loan`, `lending.amount_not_owed`, `lending.cost_changed`,
    `ledger.insufficient_funds`.
    """
    repayment = await service.repay(
        tx, loan_id=loan_id, principal=body.principal, total=body.total, repaid_by=actor, at=at
    )
    return RepaymentOut.made(repayment)


@api.get("/loans/{loan_id}/repayments", summary="What was repaid of a loan")
async def list_repayments(
    loan_id: UUID,
    tx: ReadTx,
    actor: CurrentActor,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    after: PageAfter = None,
) -> Page[RepaymentOut]:
    """Return repayments, the latest first.

    Problems: `lending.unknown_loan`, `page.bad_cursor`.
    """
    account = await service.loan(tx, loan_id, visible_to=actor.reach(READ_ANY))
    page = await service.list_repayments(tx, account, after=after, limit=limit)
    return Page[RepaymentOut](
        items=[RepaymentOut.made(each) for each in page.items], next=page.next
    )


async def _fetch(tx: ReadSession, fetch_id: UUID | None) -> sources.Fetch | None:
    return None if fetch_id is None else await sources.get_fetch(tx, fetch_id)
