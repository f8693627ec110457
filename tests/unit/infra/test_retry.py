"""Pauses between attempts, and what a failure is called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.infra.retry import ERROR_LENGTH_MAX, Retry, describe
from tongbao.kernel.errors import TongbaoError


@given(attempts=st.integers(1, 10_000), first=st.floats(0, 10), longest=st.floats(10, 1e6))
def test_a_pause_doubles_up_to_the_longest_and_is_shortened_by_at_most_half(
    attempts: int, first: float, longest: float
) -> None:
    retry = Retry(attempts_max=100_000, first_seconds=first, longest_seconds=longest)
    delay = retry.delay(attempts)
    assert delay is not None
    full = min(first * 2.0 ** min(attempts - 1, 60), longest)
    assert full / 2 - 1e-6 <= delay.total_seconds() <= full + 1e-6


def test_pauses_are_spread() -> None:
    retry = Retry(first_seconds=10.0)
    assert len({retry.delay(1) for _ in range(20)}) > 10


def test_no_pause_follows_the_last_attempt() -> None:
    assert Retry(attempts_max=2).delay(1) is not None
    assert Retry(attempts_max=2).delay(2) is None


@pytest.mark.parametrize(
    "options",
    [{"attempts_max": 0}, {"first_seconds": -1.0}, {"first_seconds": 9.0, "longest_seconds": 1.0}],
)
def test_impossible_rules_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"attempts_max|first_seconds"):
        Retry(**options)  # type: ignore[arg-type]


def test_a_pause_follows_an_attempt() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Retry().delay(0)


class Coded(TongbaoError):
    code = "test_retry.coded"


def test_a_description_names_kinds_and_codes_but_no_values() -> None:
    try:
        try:
            raise Coded(number="6222020000000000000")  # noqa: TRY301 - the cause of the next
        except Coded as cause:
            msg = "of 6222020000000000000"
            raise RuntimeError(msg) from cause
    except RuntimeError as error:
        said = describe(error)
    assert said == "RuntimeError < Coded (test_retry.coded)"


def test_a_description_of_an_endless_chain_ends() -> None:
    error = RuntimeError()
    error.__cause__ = error
    assert describe(error) == "RuntimeError"
    for _ in range(1000):
        inner, error = error, RuntimeError()
        error.__cause__ = inner
    assert len(describe(error)) == ERROR_LENGTH_MAX
