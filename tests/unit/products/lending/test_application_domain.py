"""The life of an application: which arrows exist, and how long it waits."""

import itertools
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.products.lending.domain import application as domain
from tongbao.products.lending.domain.application import State

AT = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)

ARROWS = {
    ("submitted", "collecting"),
    ("submitted", "closed"),
    ("collecting", "collecting"),
    ("collecting", "waiting"),
    ("collecting", "approved"),
    ("collecting", "refused"),
    ("collecting", "referred"),
    ("collecting", "closed"),
    ("waiting", "collecting"),
    ("waiting", "closed"),
    ("approved", "accepted"),
    ("approved", "expired"),
    ("approved", "closed"),
    ("accepted", "disbursed"),
    ("referred", "submitted"),
    ("referred", "refused"),
}


@pytest.mark.parametrize(("before", "after"), list(itertools.product(State, State)))
def test_exactly_these_arrows_exist(before: State, after: State) -> None:
    if (before.value, after.value) in ARROWS:
        domain.check_transition(before, after)
    else:
        with pytest.raises(domain.IllegalTransition) as raised:
            domain.check_transition(before, after)
        assert before.value in raised.value.say("zh")
        assert after.value in raised.value.say("en")


def test_every_state_can_be_reached_and_ends_somewhere() -> None:
    reached = {State.SUBMITTED}
    for _ in State:
        reached |= {to for state in reached for to in domain.TRANSITIONS[state]}
    assert reached == set(State)
    assert set(State) - domain.OPEN_STATES == {"refused", "disbursed", "expired", "closed"}


def application(state: State, *, offer_expires_at: datetime | None = None) -> domain.Application:
    return domain.Application(
        id=domain.ApplicationId(UUID(int=1)),
        party_id=UUID(int=2),
        account_id=UUID(int=3),
        requested=None,
        term_months=12,
        state=state,
        reason=None,
        attempts=1,
        next_attempt_at=None,
        decision_id=None,
        offer_expires_at=offer_expires_at,
        submitted_by=UUID(int=4),
        submitted_at=AT,
        updated_at=AT,
    )


@pytest.mark.parametrize("state", State)
def test_only_an_offer_expires_and_only_after_its_time(state: State) -> None:
    known = application(state, offer_expires_at=AT)
    assert known.state_at(AT - timedelta(microseconds=1)) is state
    assert known.state_at(AT) is (State.EXPIRED if state is State.APPROVED else state)


@given(st.integers(1, 50))
def test_waiting_grows_and_ends(attempts: int) -> None:
    pause, following = domain.pause_after(attempts), domain.pause_after(attempts + 1)
    if pause is None:
        assert following is None
    else:
        assert pause > timedelta(0)
        assert following is None or following > pause


def test_giving_up_takes_about_a_day() -> None:
    assert timedelta(hours=20) < sum(domain.ATTEMPT_PAUSES, timedelta()) < timedelta(hours=30)
    assert domain.pause_after(len(domain.ATTEMPT_PAUSES) + 1) is None
