"""The rule of limits, against a simple model: it never lets more through than it says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.infra.flow.control import RATES, policies
from tongbao.infra.flow.gcra import SECOND_US, Policy, judge

NOW = 1_763_712_000 * SECOND_US


def test_a_burst_then_an_even_pace() -> None:
    policy = Policy("login", quota=3, window_seconds=60)
    number, passed = 0, []
    for _ in range(5):
        verdict, number = judge(policy, number_us=number, now_us=NOW)
        passed.append((verdict.allowed, verdict.remaining, verdict.retry_after_seconds))
    assert passed == [(True, 2, 0), (True, 1, 0), (True, 0, 0), (False, 0, 20), (False, 0, 20)]
    later, _ = judge(policy, number_us=number, now_us=NOW + 20 * SECOND_US)
    assert later.allowed
    early, _ = judge(policy, number_us=number, now_us=NOW + 20 * SECOND_US - 1)
    assert (early.allowed, early.retry_after_seconds) == (False, 1)


@given(
    quota=st.integers(1, 20),
    window=st.integers(1, 30),
    gaps=st.lists(st.integers(0, 3 * SECOND_US), max_size=120),
)
def test_no_window_holds_more_than_twice_the_quota(
    quota: int, window: int, gaps: list[int]
) -> None:
    """A burst and what has leaked meanwhile; and over the whole time the pace holds."""
    policy = Policy("any", quota, window)
    at, number, passed = NOW, 0, []
    for gap in gaps:
        at += gap
        verdict, number = judge(policy, number_us=number, now_us=at)
        if verdict.allowed:
            passed.append(at)
        assert 0 <= verdict.remaining <= quota
        assert (verdict.retry_after_seconds > 0) is not verdict.allowed
    for moment in passed:
        inside = [each for each in passed if moment <= each < moment + policy.window_us]
        assert len(inside) <= 2 * quota
    if passed:
        elapsed = passed[-1] - passed[0]
        assert len(passed) <= quota + elapsed / policy.step_us + 1


@given(quota=st.integers(1, 50), more=st.integers(1, 50))
def test_whoever_waits_as_told_gets_through(quota: int, more: int) -> None:
    policy = Policy("any", quota, 60)
    verdict, number = judge(policy, number_us=0, now_us=NOW)
    for _ in range(quota + more):
        verdict, number = judge(policy, number_us=number, now_us=NOW)
    assert not verdict.allowed
    told = NOW + verdict.retry_after_seconds * SECOND_US
    assert judge(policy, number_us=number, now_us=told)[0].allowed


@pytest.mark.parametrize(
    "rate", ["", "x", "0/60", "10/0", "10", "-1/60", "1/2/3", "1.5/60", "１/60"]
)
def test_a_rate_that_is_none(rate: str) -> None:
    with pytest.raises(ValueError, match="login"):
        policies({"login": rate}, lenient=False)


def test_the_settings_change_limits_by_name() -> None:
    strict = policies({"login": "5/60"}, lenient=False)
    assert strict["login"] == Policy("login", 5, 60)
    assert strict["read"] == Policy.parse("read", RATES["read"])
    lenient = policies({"login": "5/60"}, lenient=True)
    assert lenient["login"].quota == 5, "what is named is meant"
    assert lenient["read"].quota > 1_000_000
    with pytest.raises(ValueError, match="no limit nonsense"):
        policies({"nonsense": "5/60"}, lenient=False)
