"""A loan and the words of its contract.

Revolving use, interest by the day on what is outstanding, paid with the principal it is of
(随借随还, 利随本清, ACT/360). Accrual and instalments are not kept yet.
"""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, NewType
from uuid import UUID

from tongbao.core.agreements.service import Rendered
from tongbao.core.identity.service import Action
from tongbao.kernel.capitals import capitals
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.money import Money, Rate
from tongbao.kernel.text import Language, Text
from tongbao.products.lending.domain.cost import Cost, cost, due_on

LoanId = NewType("LoanId", UUID)

LENDER_NAME: Final = Text(zh="通宝银行", en="Tongbao Bank")
DAY_COUNT: Final = "ACT/360"
REPAYMENT_METHOD: Final = "revolving"
REPAYMENT_METHOD_NAME: Final = Text(
    zh="随借随还、按日计息", en="revolving, any day, interest by the day"
)


@dataclass(frozen=True, slots=True)
class Loan:
    """A loan as disbursed; what is outstanding is the ledger's business."""

    id: LoanId
    application_id: UUID
    party_id: UUID
    account_id: UUID
    agreement_id: UUID
    ledger_account_id: UUID
    transaction_id: UUID
    principal: Money
    annual_rate: Rate
    term_months: int
    disbursed_at: datetime
    disbursed_on: date
    matures_on: date


@dataclass(frozen=True, slots=True)
class LoanAccount:
    """A loan, and what is owed on it now."""

    loan: Loan
    outstanding: Money

    def cost(self, principal: Money, *, paid_on: date) -> Cost:
        """Return what repaying `principal` of it on a day takes."""
        return cost(
            principal,
            annual_rate=self.loan.annual_rate,
            disbursed_on=self.loan.disbursed_on,
            matures_on=self.loan.matures_on,
            paid_on=paid_on,
        )

    @property
    def at_maturity(self) -> Cost:
        """Return what is due on the day it is to be repaid, if nothing is before."""
        return self.cost(self.outstanding, paid_on=due_on(self.loan.matures_on))


@dataclass(frozen=True, slots=True)
class Repayment:
    """What was repaid at once."""

    transaction_id: UUID
    cost: Cost
    repaid_at: datetime


@dataclass(frozen=True, slots=True)
class AgreementPreview:
    """The words to be signed, and what the loan will cost."""

    rendered: Rendered
    daily_interest: Money
    at_maturity: Cost


class UnknownLoan(TongbaoError):
    """There is no such loan, or none the caller may see."""

    code = "lending.unknown_loan"
    kind = Kind.NOT_FOUND
    title = Text(zh="贷款不存在", en="Unknown loan")


class AmountNotOwed(TongbaoError):
    """Nothing, or more than is owed, cannot be repaid."""

    code = "lending.amount_not_owed"
    kind = Kind.REFUSED
    title = Text(zh="还款金额超出待还本金", en="That is not what is owed")
    detail = Text(
        zh="还款本金须大于零且不超过待还本金 {outstanding}",
        en="Repay more than nothing and at most the {outstanding} that are owed",
    )


class CostChanged(TongbaoError):
    """What was shown is not what it takes any more: a day has gone by, or something was repaid."""

    code = "lending.cost_changed"
    kind = Kind.CONFLICT
    title = Text(zh="应还金额已变化", en="The amount has changed")
    detail = Text(zh="现在应还 {total}，请核对后再确认", en="It is {total} now: look again")


def maturity(start: date, months: int) -> date:
    """Return the same day `months` later; a day the month lacks becomes its last (31 Jan + 1)."""
    assert months >= 1, "a term is at least a month"
    years, month = divmod(start.month - 1 + months, 12)
    year = start.year + years
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def agreement_parameters(
    *,
    language: Language,
    borrower_name: str,
    registration_number: str,
    account_number: str,
    principal: Money,
    annual_rate: Rate,
    term_months: int,
    disbursed_on: date,
) -> Mapping[str, str]:
    """Return what fills the places of the loan agreement."""
    return {
        "lender_name": LENDER_NAME.say(language),
        "borrower_name": borrower_name,
        "borrower_registration_number": registration_number,
        "currency": principal.currency,
        "principal": principal.text,
        "principal_capitals": capitals(principal),
        "term_months": str(term_months),
        "disbursed_on": disbursed_on.isoformat(),
        "matures_on": maturity(disbursed_on, term_months).isoformat(),
        "annual_rate_percent": annual_rate.percent_text,
        "account_number": account_number,
        "repayment_method": REPAYMENT_METHOD_NAME.say(language),
    }


def acceptance_to_confirm(
    *, application_id: UUID, amount: Money, text_digest: str, language: Language
) -> Action:
    """Return what the acceptor confirms: this application, amount and wording, word for word."""
    facts = {
        "application_id": str(application_id),
        "amount": amount.text,
        "currency": amount.currency,
        "language": language,
        "text_digest": text_digest,
    }
    return Action("lending.accept", facts)
