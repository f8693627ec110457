"""Turns: everybody gets their own answer, whatever becomes of the others."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.infra.turns import (
    CROWD_MIN,
    PATIENT_MIN,
    UNDER_WAY_MAX,
    Interrupted,
    Overloaded,
    Turns,
)
from tongbao.kernel.errors import Kind


@dataclass
class Clerk:
    """Doubles numbers, one turn at a time, each when it is told to go on."""

    turns: list[list[int]] = field(default_factory=list)
    gates: list[asyncio.Event] = field(default_factory=list)
    open: bool = False

    async def answer(self, asked: Sequence[int]) -> Sequence[int]:
        gate = asyncio.Event()
        self.turns.append(list(asked))
        self.gates.append(gate)
        if not self.open:
            await gate.wait()
        return [2 * each for each in asked]


def desk(clerk: Clerk, *, size_max: int = 100, waiting_max: int = 1_000) -> Turns[int, int]:
    return Turns(clerk.answer, size_max=size_max, waiting_max=waiting_max)


def ask_all(turns: Turns[int, int], *questions: int) -> list[asyncio.Task[int]]:
    return [asyncio.create_task(turns.ask(each)) for each in questions]


async def settle() -> None:
    """Let everything run that can."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_lone_question_is_answered_at_once() -> None:
    clerk = Clerk(open=True)
    assert await desk(clerk).ask(21) == 42
    assert clerk.turns == [[21]]


async def test_who_comes_during_a_turn_is_in_the_next_in_the_order_of_asking() -> None:
    clerk = Clerk()
    turns = desk(clerk)
    first = ask_all(turns, 1)
    await settle()
    others = ask_all(turns, 5, 3, 4, 2)
    await settle()
    assert clerk.turns == [[1]]
    clerk.open = True
    clerk.gates[0].set()
    assert await asyncio.gather(*first, *others) == [2, 10, 6, 8, 4]
    assert clerk.turns == [[1], [5, 3, 4, 2]]


async def test_a_turn_weighs_no_more_than_allowed_and_nobody_overtakes() -> None:
    clerk = Clerk()
    turns = Turns(clerk.answer, size_max=10, waiting_max=100, weigh=lambda each: each)
    asked = ask_all(turns, 1, 6, 4, 3, 99, 1, 9)
    clerk.open = True
    await settle()
    clerk.gates[0].set()
    await asyncio.gather(*asked)
    # The heaviest has a turn of its own; the light ones behind it wait for theirs.
    assert clerk.turns == [[1, 6], [4, 3], [99], [1, 9]]


@given(weights=st.lists(st.integers(1, 12), max_size=40), size_max=st.integers(1, 20))
async def test_every_question_is_answered_once_and_in_order(
    weights: list[int], size_max: int
) -> None:
    clerk = Clerk(open=True)
    turns = Turns(clerk.answer, size_max=size_max, waiting_max=100, weigh=lambda each: each)
    assert await asyncio.gather(*ask_all(turns, *weights)) == [2 * each for each in weights]
    assert [each for turn in clerk.turns for each in turn] == weights
    assert all(len(turn) == 1 or sum(turn) <= size_max for turn in clerk.turns)


async def test_an_asker_who_leaves_while_waiting_is_not_served() -> None:
    clerk = Clerk()
    turns = desk(clerk)
    first, gone, other = ask_all(turns, 1, 2, 3)
    # All three were asked before the first turn began.
    await settle()
    late, later = ask_all(turns, 4, 5)
    await settle()
    late.cancel()
    clerk.open = True
    clerk.gates[0].set()
    assert await asyncio.gather(*[first, gone, other, later]) == [2, 4, 6, 10]
    assert clerk.turns == [[1, 2, 3], [5]]
    assert late.cancelled()


async def test_an_asker_who_leaves_during_its_turn_harms_nobody() -> None:
    clerk = Clerk()
    turns = desk(clerk)
    one, two, three = ask_all(turns, 1, 2, 3)
    await settle()
    two.cancel()
    await settle()
    assert two.cancelled()
    clerk.gates[0].set()
    assert await asyncio.gather(*[one, three]) == [2, 6]
    clerk.open = True
    assert await turns.ask(4) == 8


async def test_when_all_have_left_no_turn_is_held_and_the_next_is_served() -> None:
    clerk = Clerk()
    turns = desk(clerk)
    (first,) = ask_all(turns, 1)
    await settle()
    gone = ask_all(turns, 2, 3)
    await settle()
    for task in gone:
        task.cancel()
    clerk.open = True
    clerk.gates[0].set()
    assert await first == 2
    await settle()
    assert await turns.ask(4) == 8
    assert clerk.turns == [[1], [4]]


async def test_an_error_of_the_answerer_goes_to_exactly_the_askers_of_the_turn() -> None:
    class BrokenError(Exception):
        pass

    async def answer(asked: Sequence[int]) -> Sequence[int]:
        await asyncio.sleep(0)
        if 13 in asked:
            raise BrokenError
        return [2 * each for each in asked]

    turns = Turns(answer, size_max=2, waiting_max=10)
    given = await asyncio.gather(*ask_all(turns, 1, 2, 13, 4, 5), return_exceptions=True)
    assert [type(each) if isinstance(each, Exception) else each for each in given] == [
        2,
        4,
        BrokenError,
        BrokenError,
        10,
    ]


async def test_an_error_is_one_askers_and_the_rest_have_answers() -> None:
    async def answer(asked: Sequence[int]) -> Sequence[int | Exception]:
        return [LookupError(each) if each == 2 else each for each in asked]

    turns = Turns(answer, size_max=10, waiting_max=10)
    given = await asyncio.gather(*ask_all(turns, 1, 2, 3), return_exceptions=True)
    assert given[0] == 1
    assert isinstance(given[1], LookupError)
    assert given[2] == 3


async def test_the_traceback_of_a_shared_error_does_not_grow_with_the_askers() -> None:
    async def answer(_asked: Sequence[int]) -> Sequence[int]:
        raise LookupError

    turns = Turns(answer, size_max=1_000, waiting_max=1_000)
    given = await asyncio.gather(*ask_all(turns, *range(500)), return_exceptions=True)
    assert len(set(given)) < 10
    for error in given:
        assert isinstance(error, LookupError)
        depth, frame = 0, error.__traceback__
        while frame is not None:
            depth, frame = depth + 1, frame.tb_next
        assert depth < 10


@pytest.mark.parametrize("answers", [[], [2], [2, 4, 6]])
async def test_a_wrong_count_of_answers_gives_nobody_an_answer(answers: list[int]) -> None:
    async def answer(_asked: Sequence[int]) -> Sequence[int]:
        return answers

    turns = Turns(answer, size_max=10, waiting_max=10)
    given = await asyncio.gather(*ask_all(turns, 1, 2), return_exceptions=True)
    assert [type(each) for each in given] == [AssertionError, AssertionError]


async def test_no_more_wait_than_allowed_and_who_is_refused_has_asked_nothing() -> None:
    clerk = Clerk()
    turns = desk(clerk, waiting_max=3)
    first = ask_all(turns, 1)
    await settle()
    waiting = ask_all(turns, 2, 3, 4)
    await settle()
    with pytest.raises(Overloaded) as refused:
        await turns.ask(5)
    clerk.open = True
    clerk.gates[0].set()
    assert await asyncio.gather(*first, *waiting) == [2, 4, 6, 8]
    assert clerk.turns == [[1], [2, 3, 4]]
    assert await turns.ask(6) == 12
    assert refused.value.kind is Kind.UNAVAILABLE
    assert refused.value.facts["retry_after_seconds"] == 1


async def test_a_few_wait_for_the_end_of_a_turn_and_a_crowd_begins_beside_it() -> None:
    clerk = Clerk()
    turns = desk(clerk)
    first = ask_all(turns, 1)
    await settle()
    few = ask_all(turns, *range(CROWD_MIN - 1))
    await settle()
    assert len(clerk.turns) == 1
    one_more = ask_all(turns, 7)
    await settle()
    assert [len(turn) for turn in clerk.turns] == [1, CROWD_MIN]
    clerk.gates[1].set()  # turns may end in any order
    await asyncio.gather(*few, *one_more)
    assert not first[0].done()
    clerk.gates[0].set()
    assert await first[0] == 2


async def test_a_crowd_is_shared_by_the_turns_that_may_be_under_way() -> None:
    clerk = Clerk()
    turns = desk(clerk)
    crowd = ask_all(turns, *range(UNDER_WAY_MAX * CROWD_MIN))
    await settle()
    assert [len(turn) for turn in clerk.turns] == [CROWD_MIN] * UNDER_WAY_MAX
    more = ask_all(turns, *range(10 * CROWD_MIN))
    await settle()
    assert len(clerk.turns) == UNDER_WAY_MAX  # and no more than may be
    clerk.open = True
    for gate in clerk.gates:
        gate.set()
    assert await asyncio.gather(*crowd) == [2 * each for each in range(UNDER_WAY_MAX * CROWD_MIN)]
    assert await asyncio.gather(*more) == [2 * each for each in range(10 * CROWD_MIN)]
    asked = [each for turn in clerk.turns for each in turn]
    assert asked == [*range(UNDER_WAY_MAX * CROWD_MIN), *range(10 * CROWD_MIN)]


async def test_a_turn_that_is_cancelled_tells_its_askers_that_nobody_knows() -> None:
    clerk = Clerk()
    turns = desk(clerk)
    before = asyncio.all_tasks()
    asked = ask_all(turns, 1, 2)
    await settle()
    (turn,) = asyncio.all_tasks() - before - set(asked)
    waiting = ask_all(turns, 3)
    await settle()
    turn.cancel()
    given = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(each) for each in given] == [Interrupted, Interrupted]
    clerk.open = True
    clerk.gates[-1].set()
    assert await waiting[0] == 6  # the turn after it is served


async def test_an_answerer_that_is_torn_down_frees_its_askers_and_the_next_turn() -> None:
    class TornDown(BaseException):
        pass

    torn = True
    unretrieved: list[object] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _loop, context: unretrieved.append(context["exception"]))

    async def answer(asked: Sequence[int]) -> Sequence[int]:
        if torn:
            raise TornDown
        return [2 * each for each in asked]

    turns = Turns(answer, size_max=10, waiting_max=10)
    try:
        with pytest.raises(Interrupted):
            await turns.ask(1)
        torn = False
        assert await turns.ask(2) == 4
        await settle()
    finally:
        loop.set_exception_handler(None)
    assert [type(each) for each in unretrieved] == [TornDown]  # it has not been swallowed


def patient(clerk: Clerk, *, seconds: float) -> Turns[int, int]:
    return Turns(clerk.answer, size_max=100, waiting_max=1_000, patience_seconds=seconds)


async def test_a_crowd_that_was_served_is_given_time_to_return() -> None:
    clerk = Clerk(open=True)
    turns = patient(clerk, seconds=1_000)
    await asyncio.gather(*ask_all(turns, *range(20)))
    early = ask_all(turns, *range(10))
    await settle()
    assert len(clerk.turns) == 1
    late = ask_all(turns, *range(10, 24))  # 20 and 10 are a crowd of 30, of whom 24 are enough
    await asyncio.gather(*early, *late)
    assert [len(turn) for turn in clerk.turns] == [20, 24]


async def test_a_crowd_that_does_not_return_is_not_waited_for_for_ever() -> None:
    clerk = Clerk(open=True)
    turns = patient(clerk, seconds=0.001)
    await asyncio.gather(*ask_all(turns, *range(20)))
    assert await turns.ask(21) == 42
    assert [len(turn) for turn in clerk.turns] == [20, 1]


async def test_few_are_not_made_to_wait_for_each_other() -> None:
    clerk = Clerk(open=True)
    turns = patient(clerk, seconds=1_000)
    await asyncio.gather(*ask_all(turns, *range(PATIENT_MIN)))
    assert await turns.ask(21) == 42
    assert [len(turn) for turn in clerk.turns] == [PATIENT_MIN, 1]
