"""What follows for applications, offers and loans when the consent they rest on ends."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.unit.products.lending.conftest import (
    AT,
    Customer,
    Office,
    activate_model,
    attempt,
    download,
    events_of,
    grant,
    kinds,
    new_customer,
    withdraw,
)
from tongbao.core.agreements.events import ConsentExpired, ConsentWithdrawn
from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id
from tongbao.products.lending import service
from tongbao.products.lending.service import ReviewOutcome, State, processing

LATER = AT + timedelta(days=1)


async def apply(tx: WriteSession, customer: Customer) -> service.Application:
    return await service.apply(tx, account_id=customer.account.id, applied_by=customer.actor, at=AT)


async def approved(tx: WriteSession, office: Office) -> tuple[Customer, service.Application]:
    await activate_model(tx)
    customer = await new_customer(tx, kinds().good[0])
    application = await attempt(tx, (await apply(tx, customer)).id, office.gateway())
    assert application.state is State.APPROVED
    return customer, application


async def told(tx: WriteSession, customer: Customer, *, expired: bool = False) -> None:
    """Hand the consumer the event, as the relay would."""
    assert customer.consent is not None
    kind = ConsentExpired if expired else ConsentWithdrawn
    event = kind(
        consent_id=customer.consent.id,
        party_id=customer.party.id,
        purpose=customer.consent.purpose,
        source=customer.consent.source,
    )
    handler = service.consumer().subscription()[event.type].handler
    await handler(tx, event, LATER)


async def reviews_of(tx: WriteSession, application: service.Application) -> list[service.Review]:
    page = await service.list_reviews(tx, limit=200)
    return [each for each in page.items if each.application_id == application.id]


async def job_states(tx: WriteSession, application: service.Application) -> list[str]:
    rows = await tx.scalars(
        text(
            "SELECT status::text FROM procrastinate_jobs"
            " WHERE args ->> 'application_id' = :id ORDER BY id"
        ),
        {"id": str(application.id)},
    )
    return list(rows)


async def test_an_application_that_waits_is_stopped_with_a_reason(
    tx: WriteSession, office: Office
) -> None:
    customer = await new_customer(tx, kinds().good[0])
    application = await apply(tx, customer)
    await office.misbehave("down")
    assert (await attempt(tx, application.id, office.gateway())).state is State.WAITING
    assert (await job_states(tx, application))[-1] == "todo"
    await withdraw(tx, customer.consent)
    # Cancelled with the very transaction that withdrew, before anybody was told.
    assert set(await job_states(tx, application)) == {"cancelled"}
    await told(tx, customer)
    stopped = await service.get(tx, application.id)
    assert stopped.state is State.CLOSED
    assert stopped.reason is not None
    assert stopped.reason.code == "lending.consent_withdrawn"
    assert "撤回" in stopped.reason.text.zh
    assert "withdrawn" in stopped.reason.text.en
    assert (await events_of(tx, application.id))[-1] == "lending.application_closed"


async def test_an_application_that_is_new_is_stopped_too(tx: WriteSession) -> None:
    customer = await new_customer(tx, kinds().good[0])
    application = await apply(tx, customer)
    await withdraw(tx, customer.consent)
    await told(tx, customer)
    assert (await service.get(tx, application.id)).state is State.CLOSED
    # And the firm may apply again, on a new consent.
    await grant(tx, customer.party.id)
    assert (await apply(tx, customer)).state is State.SUBMITTED


async def test_an_expired_consent_stops_what_waits_in_other_words(tx: WriteSession) -> None:
    customer = await new_customer(tx, kinds().good[0])
    application = await apply(tx, customer)
    await told(tx, customer, expired=True)
    stopped = await service.get(tx, application.id)
    assert stopped.reason is not None
    assert stopped.reason.code == "lending.consent_expired"


async def test_an_offer_is_reviewed_once_and_stays_until_a_person_ends_it(
    tx: WriteSession, office: Office
) -> None:
    customer, application = await approved(tx, office)
    await withdraw(tx, customer.consent)
    await told(tx, customer)
    await told(tx, customer)
    (review,) = await reviews_of(tx, application)
    assert (review.loan_id, review.reason_code) == (None, "lending.consent_withdrawn")
    assert (await service.get(tx, application.id)).state is State.APPROVED
    assert await events_of(tx, review.id) == ["lending.review_opened"]
    risk = new_id()
    closed = await service.close_review(
        tx,
        review_id=review.id,
        outcome=ReviewOutcome.OFFER_ENDED,
        note="授权已撤回,额度尚未使用",
        closed_by=risk,
        at=LATER,
    )
    assert (closed.outcome, closed.closed_by) == (ReviewOutcome.OFFER_ENDED, risk)
    ended = await service.get(tx, application.id)
    assert ended.state is State.CLOSED
    assert ended.reason is not None
    assert ended.reason.text.zh == "授权已撤回,额度尚未使用"
    with pytest.raises(service.ReviewClosed):
        await service.close_review(
            tx,
            review_id=review.id,
            outcome=ReviewOutcome.KEPT,
            note="x",
            closed_by=risk,
            at=LATER,
        )


async def test_a_loan_is_reviewed_and_an_offer_that_is_none_does_not_end(
    tx: WriteSession, office: Office
) -> None:
    customer, application = await approved(tx, office)
    decision = await service.decision(tx, application)
    assert decision is not None
    assert decision.limit is not None
    loan = await service.accept(
        tx,
        application_id=application.id,
        amount=decision.limit,
        accepted_by=customer.actor,
        at=AT,
    )
    await withdraw(tx, customer.consent)
    await told(tx, customer)
    (review,) = await reviews_of(tx, application)
    assert review.loan_id == loan.id
    with pytest.raises(service.IllegalTransition):
        await service.close_review(
            tx,
            review_id=review.id,
            outcome=ReviewOutcome.OFFER_ENDED,
            note="x",
            closed_by=new_id(),
            at=LATER,
        )
    await service.close_review(
        tx,
        review_id=review.id,
        outcome=ReviewOutcome.KEPT,
        note="还款正常",
        closed_by=new_id(),
        at=LATER,
    )
    assert await reviews_of(tx, application) == []


async def test_an_offer_whose_consent_only_expired_stays(tx: WriteSession, office: Office) -> None:
    customer, application = await approved(tx, office)
    await told(tx, customer, expired=True)
    assert await reviews_of(tx, application) == []
    assert (await service.get(tx, application.id)).state is State.APPROVED


async def test_anothers_consent_touches_nothing(tx: WriteSession) -> None:
    one, other = await new_customer(tx, kinds().good[0]), await new_customer(tx, kinds().good[1])
    application = await apply(tx, one)
    await withdraw(tx, other.consent)
    await told(tx, other)
    assert (await service.get(tx, application.id)).state is State.SUBMITTED


async def test_unknown_reviews(tx: WriteSession) -> None:
    with pytest.raises(service.UnknownReview):
        await service.close_review(
            tx,
            review_id=new_id(),
            outcome=ReviewOutcome.KEPT,
            note="x",
            closed_by=new_id(),
            at=AT,
        )


async def test_a_replaced_consent_has_the_data_fetched_on_the_new_one(
    tx: WriteSession, office: Office
) -> None:
    """The consent is replaced before the first page is asked for: fetch again, do not close."""
    await activate_model(tx)
    customer = await new_customer(tx, kinds().good[0])
    application = await apply(tx, customer)
    assert customer.consent is not None
    begun = await processing.begin(tx, application_id=application.id, at=AT)
    assert begun is not None
    await tx.execute(
        text(
            "UPDATE agreements_consent SET status = 'replaced', ended_at = :at, ended_by = :by"
            " WHERE id = :id"
        ),
        {"at": AT, "by": new_id(), "id": customer.consent.id},
    )
    renewed = await grant(tx, customer.party.id)
    received = await download(tx, begun.ticket, office.gateway())
    await processing.finish(tx, attempt=begun, received=received, at=AT)
    assert (await service.get(tx, application.id)).state is State.WAITING
    again = await attempt(tx, application.id, office.gateway())
    assert again.state is State.APPROVED
    decision = await service.decision(tx, again)
    assert decision is not None
    used = await tx.scalar(
        text("SELECT consent_id FROM sources_fetch WHERE id = :id"), {"id": decision.fetch_id}
    )
    assert used == renewed.id
