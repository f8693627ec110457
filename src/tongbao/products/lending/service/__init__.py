"""Verbs of lending: apply, process, accept, review, read, replay."""

from tongbao.products.lending.domain.application import (
    AccountNotUsable,
    AlreadyAccepted,
    AmountNotOffered,
    Application,
    ApplicationId,
    ApplicationOpen,
    DecisionId,
    IllegalTransition,
    NoOffer,
    NotAnOrganisation,
    OfferExpired,
    Reason,
    RequestOutOfRange,
    State,
    Step,
    UnknownApplication,
)
from tongbao.products.lending.domain.cost import Cost
from tongbao.products.lending.domain.decision import (
    LimitLine,
    Outcome,
    RateLine,
    daily_interest_per_10000,
)
from tongbao.products.lending.domain.loan import (
    AgreementPreview,
    AmountNotOwed,
    CostChanged,
    Loan,
    LoanAccount,
    LoanId,
    Repayment,
    UnknownLoan,
)
from tongbao.products.lending.domain.reasons import CONSENT_WITHDRAWN
from tongbao.products.lending.domain.record import Decision, Replay, UnknownDecision
from tongbao.products.lending.domain.review import (
    Review,
    ReviewClosed,
    ReviewId,
    ReviewOutcome,
    UnknownReview,
)
from tongbao.products.lending.service.accepting import (
    Confirmation,
    accept,
    expire_offer,
    preview_agreement,
)
from tongbao.products.lending.service.applying import TERM_MONTHS_DEFAULT, apply
from tongbao.products.lending.service.consents_ended import (
    close_review,
    consent_ended,
    consumer,
    list_reviews,
)
from tongbao.products.lending.service.processing import exposure, process
from tongbao.products.lending.service.reading import (
    decision,
    get,
    list_applications,
    list_loans,
    loan,
    loan_of_application,
    steps,
)
from tongbao.products.lending.service.repaying import cost_today, list_repayments, repay
from tongbao.products.lending.service.replaying import replay
from tongbao.products.lending.service.reviewing import review
from tongbao.products.lending.service.running import over_account
from tongbao.products.lending.service.using import uses

__all__ = [
    "CONSENT_WITHDRAWN",
    "TERM_MONTHS_DEFAULT",
    "AccountNotUsable",
    "AgreementPreview",
    "AlreadyAccepted",
    "AmountNotOffered",
    "AmountNotOwed",
    "Application",
    "ApplicationId",
    "ApplicationOpen",
    "Confirmation",
    "Cost",
    "CostChanged",
    "Decision",
    "DecisionId",
    "IllegalTransition",
    "LimitLine",
    "Loan",
    "LoanAccount",
    "LoanId",
    "NoOffer",
    "NotAnOrganisation",
    "OfferExpired",
    "Outcome",
    "RateLine",
    "Reason",
    "Repayment",
    "Replay",
    "RequestOutOfRange",
    "Review",
    "ReviewClosed",
    "ReviewId",
    "ReviewOutcome",
    "State",
    "Step",
    "UnknownApplication",
    "UnknownDecision",
    "UnknownLoan",
    "UnknownReview",
    "accept",
    "apply",
    "close_review",
    "consent_ended",
    "consumer",
    "cost_today",
    "daily_interest_per_10000",
    "decision",
    "expire_offer",
    "exposure",
    "get",
    "list_applications",
    "list_loans",
    "list_repayments",
    "list_reviews",
    "loan",
    "loan_of_application",
    "over_account",
    "preview_agreement",
    "process",
    "repay",
    "replay",
    "review",
    "steps",
    "uses",
]
