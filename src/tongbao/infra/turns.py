"""Many askers, one answerer: what is asked at the same time is answered together.

Database work costs by the round trip and the commit, hardly by the row. So single requests of one
process are collected while an earlier turn is at work, and the next turn answers all of them in
one go. A lone asker waits for nobody; a crowd shares the cost. A crowd is served in a few turns at
a time, so that one is computed while another waits for the disk.
"""

import asyncio
import math
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final, Generic, TypeVar

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

Question = TypeVar("Question")
Answer = TypeVar("Answer")

UNDER_WAY_MAX: Final = 2
CROWD_MIN: Final = 32
"""So many must wait for a turn to begin beside another: a small turn costs almost as much as a
large one, so a few wait for the end of the one under way, and for whoever comes until then."""
GATHER_STEPS_MAX: Final = 8
PATIENT_MIN: Final = 8
"""Fewer, those of the last turn included, are not made to wait for others."""
RETURNING_SHARE: Final = 0.9
"""So many of a crowd are waited for; some have left, and some are always late."""


class Overloaded(TongbaoError):
    """So many are waiting that one more would only wait in vain."""

    code = "service.overloaded"
    kind = Kind.UNAVAILABLE
    title = Text(zh="系统繁忙", en="Too many requests are waiting")
    detail = Text(zh="请求未执行，请稍后重试。", en="Nothing was done; try again in a moment.")

    def __init__(self) -> None:
        super().__init__(retry_after_seconds=1)


class Interrupted(TongbaoError):
    """The process stops in the middle of a turn."""

    code = "service.interrupted"
    kind = Kind.UNAVAILABLE
    title = Text(zh="系统正在停止", en="The service is stopping")
    detail = Text(
        zh="无法确定请求是否已执行，请原样重新发送。",
        en="Nobody knows whether it was done; send the same request again.",
    )

    def __init__(self) -> None:
        super().__init__(retry_after_seconds=1)


class Turns(Generic[Question, Answer]):
    """Answers questions in turns.

    `answer` gets the questions of a turn in the order they were asked, and returns an answer or an
    error for each. When it raises, exactly the askers of that turn get the error. A turn has one
    question, or several that together weigh at most `size_max`; `waiting_max` questions wait.
    `UNDER_WAY_MAX` turns are under way at most, and they may end in any order.

    With `patience_seconds` one turn is under way at a time, and waits that long, at most, until as
    many wait as were there when the last one began: in a crowd, whoever has an answer mostly asks
    again at once. That costs nobody time as long as the processors have other work, and makes
    turns larger, hence cheaper.
    """

    def __init__(
        self,
        answer: Callable[[Sequence[Question]], Awaitable[Sequence[Answer | Exception]]],
        *,
        size_max: int,
        waiting_max: int,
        weigh: Callable[[Question], int] = lambda _: 1,
        patience_seconds: float = 0.0,
    ) -> None:
        self._answer = answer
        self._size_max = size_max
        self._waiting_max = waiting_max
        self._weigh = weigh
        self._patience_seconds = patience_seconds
        self._under_way_max = 1 if patience_seconds else UNDER_WAY_MAX
        self._present = 0  # who was served or left waiting when the last turn began
        self._returned: asyncio.Event | None = None  # somebody is waiting for a crowd to return
        self._crowd = 0
        self._waiting: deque[tuple[Question, asyncio.Future[Answer]]] = deque()
        self._gathering = False  # a turn has begun that has not taken its questions yet
        self._turns: set[asyncio.Task[None]] = set()

    async def ask(self, question: Question) -> Answer:
        """Return the answer; who stops waiting for it harms nobody else.

        Raises `Overloaded`, `Interrupted` and what `answer` raises.
        """
        if len(self._waiting) >= self._waiting_max:
            raise Overloaded
        answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, answered))
        if self._returned is not None and len(self._waiting) >= self._crowd:
            self._returned.set()
        self._begin()
        try:
            return await answered
        except Exception as error:  # noqa: BLE001 - raised again
            # All askers of a turn share the error: without this, each would lengthen its traceback.
            raise error.with_traceback(None)  # noqa: B904 - it is the same error

    def _begin(self) -> None:
        """Start a turn if somebody waits and there is room for one."""
        if not self._waiting or self._gathering:
            return
        if len(self._turns) >= self._under_way_max:
            return
        if self._turns and len(self._waiting) < CROWD_MIN:
            return
        self._gathering = True
        turn = asyncio.create_task(self._turn())
        self._turns.add(turn)
        turn.add_done_callback(self._end)

    def _end(self, turn: asyncio.Task[None]) -> None:
        self._turns.discard(turn)
        self._begin()

    def _take(self) -> list[tuple[Question, asyncio.Future[Answer]]]:
        """Return who is served in this turn; whoever left before is not.

        A crowd is shared with the turns that may still begin beside this one.
        """
        count_max = len(self._waiting)
        if count_max >= 2 * CROWD_MIN:
            count_max = math.ceil(count_max / (self._under_way_max + 1 - len(self._turns)))
        taken: list[tuple[Question, asyncio.Future[Answer]]] = []
        size = 0
        while self._waiting and len(taken) < count_max:
            question, answered = self._waiting[0]
            if not answered.done():
                size += self._weigh(question)
                if taken and size > self._size_max:
                    break
                taken.append((question, answered))
            self._waiting.popleft()
        return taken

    async def _gather(self) -> None:
        """Let all ask who are about to: as long as somebody has, for a few steps of the loop."""
        for _ in range(GATHER_STEPS_MAX):
            before = len(self._waiting)
            await asyncio.sleep(0)
            if len(self._waiting) == before:
                break

    async def _await_crowd(self) -> None:
        """Give those who were there last the time to ask again."""
        self._crowd = int(self._present * RETURNING_SHARE)
        if not self._patience_seconds or not PATIENT_MIN <= self._crowd > len(self._waiting):
            return
        self._returned = asyncio.Event()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._patience_seconds):
                await self._returned.wait()
        await self._gather()

    async def _turn(self) -> None:
        try:
            await self._gather()
            await self._await_crowd()
        finally:
            self._returned = None
            self._gathering = False
        taken = self._take()
        self._present = len(taken) + len(self._waiting)
        self._begin()
        try:
            if taken:
                _hand_out(taken, await self._answer([question for question, _ in taken]))
        except BaseException as error:
            for _, answered in taken:
                if not answered.done():
                    answered.set_exception(_shared(error))
            if not isinstance(error, Exception):
                raise


def _hand_out(
    taken: Sequence[tuple[Question, asyncio.Future[Answer]]],
    answers: Sequence[Answer | Exception],
) -> None:
    if len(answers) != len(taken):  # before anybody gets an answer that may be another's
        msg = f"{len(taken)} questions and {len(answers)} answers"
        raise AssertionError(msg)
    for (_, answered), answer in zip(taken, answers, strict=True):
        if answered.done():
            continue
        if isinstance(answer, Exception):
            answered.set_exception(answer)
        else:
            answered.set_result(answer)


def _shared(error: BaseException) -> Exception:
    """Return what the askers are told: a turn that is cancelled has not cancelled them."""
    return error if isinstance(error, Exception) else Interrupted()
