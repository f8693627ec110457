"""Declaring tasks, and what becomes of those that fail."""

import asyncio

import procrastinate
import pytest
from procrastinate.jobs import Job

from tongbao.infra import jobs
from tongbao.infra.jobs.tasks import RetryStrategy
from tongbao.infra.retry import Retry
from tongbao.kernel.errors import Kind, TongbaoError


class Passing(TongbaoError):
    code = "test_tasks.passing"
    kind = Kind.UNAVAILABLE


class Final(TongbaoError):
    code = "test_tasks.final"
    kind = Kind.REFUSED


def decide(error: BaseException, *, attempts: int) -> procrastinate.RetryDecision | None:
    strategy = RetryStrategy(Retry(attempts_max=3, first_seconds=1.0))
    job = Job(queue="q", lock=None, queueing_lock=None, task_name="t", attempts=attempts)
    return strategy.get_retry_decision(exception=error, job=job)


@pytest.mark.parametrize("error", [RuntimeError(), Passing()])
def test_a_failure_is_tried_again_until_the_last_attempt(error: Exception) -> None:
    assert decide(error, attempts=0) is not None
    assert decide(error, attempts=1) is not None
    assert decide(error, attempts=2) is None


def test_a_refusal_by_a_rule_is_final() -> None:
    assert decide(Final(), attempts=0) is None


def test_a_job_stopped_with_its_worker_is_always_taken_up_again() -> None:
    assert decide(asyncio.CancelledError(), attempts=99) is not None


def test_two_tasks_of_one_name_are_refused() -> None:
    @jobs.task(name="test_tasks.twice")
    async def first(context: jobs.JobContext) -> None:
        """Do nothing."""

    assert "test_tasks.twice" in jobs.task_names()
    with pytest.raises(ValueError, match=r"test_tasks\.twice"):
        jobs.task(name="test_tasks.twice")(first)
