"""What fetched data is used for here: an application under way, an open offer, a loan."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select

from tongbao.core.ledger import service as ledger
from tongbao.core.sources import service as sources
from tongbao.infra.db import ReadSession
from tongbao.products.lending.domain.application import OPEN_STATES
from tongbao.products.lending.models import ApplicationRow, DecisionRow, LoanRow
from tongbao.products.lending.service.rows import application_of

_GOES_ON: Final = sources.Use()


async def uses(
    tx: ReadSession, fetch_ids: Collection[UUID], at: datetime
) -> Mapping[UUID, sources.Use]:
    """Return what fetches are used for, by their ids; those nothing came of are left out.

    A loan that is repaid ended with the last booking on its account.
    """
    rows = await tx.execute(
        select(DecisionRow, ApplicationRow, LoanRow)
        .join(ApplicationRow, ApplicationRow.id == DecisionRow.application_id)
        .outerjoin(
            LoanRow,
            (LoanRow.application_id == ApplicationRow.id)
            & (ApplicationRow.decision_id == DecisionRow.id),
        )
        .where(DecisionRow.fetch_id.in_(list(fetch_ids)))
        .execution_options(populate_existing=True)
    )
    found: dict[UUID, sources.Use] = {}
    for decision, application, loan in rows.all():
        assert decision.fetch_id is not None, "the query asks for those that have one"
        if loan is not None:
            use = await _of_loan(tx, loan)
        elif application_of(application).state_at(at) in OPEN_STATES:
            use = _GOES_ON
        else:
            continue
        found[decision.fetch_id] = _longer(found.get(decision.fetch_id), use)
    return found


async def _of_loan(tx: ReadSession, loan: LoanRow) -> sources.Use:
    account = ledger.AccountId(loan.ledger_account_id)
    balance = await ledger.balance(tx, account)
    if balance.posted:
        return _GOES_ON
    (last,) = (await ledger.entries(tx, account, limit=1)).items  # the disbursement at least
    return sources.Use(ended_at=last.booked_at)


def _longer(one: sources.Use | None, other: sources.Use) -> sources.Use:
    if one is None or other.ended_at is None:
        return other
    return one if one.ended_at is None or one.ended_at >= other.ended_at else other
