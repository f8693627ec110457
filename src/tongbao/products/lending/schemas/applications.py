"""An application in a list, and with everything known about it."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from tongbao.core.sources.service import Fetch
from tongbao.kernel.money_schema import MoneyField
from tongbao.kernel.text import Language
from tongbao.products.lending.domain.application import Application, Step
from tongbao.products.lending.domain.record import Decision
from tongbao.products.lending.schemas.base import ReasonOut, Shape, StateName
from tongbao.products.lending.schemas.decisions import DecisionOut, OfferOut, offer_of


class DataOut(Shape):
    """Which data of the firm was fetched for the decision."""

    fetch_id: UUID
    consent_id: UUID
    source: str
    period_from: date
    period_to: date
    row_count: int
    fetched_at: datetime
    sha256: str

    @classmethod
    def of(cls, fetch: Fetch) -> "DataOut":
        """Return the shape of a fetch."""
        return cls(
            fetch_id=fetch.id,
            consent_id=fetch.consent_id,
            source=fetch.source,
            period_from=fetch.period_from,
            period_to=fetch.period_to,
            row_count=fetch.row_count,
            fetched_at=fetch.fetched_at,
            sha256=fetch.payload_sha256,
        )


class ApplicationOut(Shape):
    """An application, as it stands in a list."""

    id: UUID
    party_id: UUID
    account_id: UUID
    requested: MoneyField | None
    term_months: int
    state: StateName
    reason: ReasonOut | None
    attempts: Annotated[int, Field(description="Tries to fetch the data")]
    next_attempt_at: datetime | None
    submitted_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, application: Application, at: datetime, language: Language) -> "ApplicationOut":
        """Return the shape of an application as it stands at an instant."""
        return cls(**_facts(application, at, language))


class StepOut(Shape):
    """One step on an application's way."""

    from_state: StateName | None
    to_state: StateName
    reason: ReasonOut | None
    at: datetime

    @classmethod
    def of(cls, step: Step, language: Language) -> "StepOut":
        """Return the shape of a step."""
        return cls(
            from_state=None if step.from_state is None else step.from_state.value,
            to_state=step.to_state.value,
            reason=None if step.reason is None else ReasonOut.of(step.reason, language),
            at=step.at,
        )


class ApplicationDetail(ApplicationOut):
    """An application with its way, its data, its decision, and what came of it."""

    steps: list[StepOut]
    data: DataOut | None
    decision: DecisionOut | None
    offer: OfferOut | None
    loan_id: UUID | None

    @classmethod
    def with_all(
        cls,
        application: Application,
        *,
        steps: list[Step],
        fetch: Fetch | None,
        decision: Decision | None,
        loan_id: UUID | None,
        at: datetime,
        language: Language,
    ) -> "ApplicationDetail":
        """Return the shape of an application with everything known about it."""
        return cls(
            **_facts(application, at, language),
            steps=[StepOut.of(step, language) for step in steps],
            data=None if fetch is None else DataOut.of(fetch),
            decision=None if decision is None else DecisionOut.of(decision, language),
            offer=offer_of(application, decision, language),
            loan_id=loan_id,
        )


class ApplicationsOut(Shape):
    """A page of applications, newest first."""

    items: list[ApplicationOut]
    next: str | None


def _facts(application: Application, at: datetime, language: Language) -> dict[str, Any]:
    reason = application.reason
    return {
        "id": application.id,
        "party_id": application.party_id,
        "account_id": application.account_id,
        "requested": application.requested,
        "term_months": application.term_months,
        "state": application.state_at(at).value,
        "reason": None if reason is None else ReasonOut.of(reason, language),
        "attempts": application.attempts,
        "next_attempt_at": application.next_attempt_at,
        "submitted_at": application.submitted_at,
        "updated_at": application.updated_at,
    }
