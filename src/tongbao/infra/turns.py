"""Many askers, one answerer: what is asked at the same time is answered together.

Database work costs by the round trip and the commit, hardly by the row. So single requests of one
process are collected while an earlier turn is at work, and the next turn answers all of them in
one go. A lone asker waits for nobody; a crowd shares the cost.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Generic, TypeVar

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

Question = TypeVar("Question")
Answer = TypeVar("Answer")

LetNextIn = Callable[[], None]
"""To be called when the rest of a turn is only waiting, for a commit say: the next may begin."""

UNDER_WAY_MAX: Final = 2
EARLY_MIN: Final = 64
"""So many must wait for a turn to begin before the one at work has ended: a small turn costs almost
as much as a large one, so a few wait for the end and for whoever comes until then."""


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
    question, or several that together weigh at most `size_max`; `waiting_max` questions wait. Two
    turns are under way at most: one at work, and one that has let it in.
    """

    def __init__(
        self,
        answer: Callable[[Sequence[Question], LetNextIn], Awaitable[Sequence[Answer | Exception]]],
        *,
        size_max: int,
        waiting_max: int,
        weigh: Callable[[Question], int] = lambda _: 1,
    ) -> None:
        self._answer = answer
        self._size_max = size_max
        self._waiting_max = waiting_max
        self._weigh = weigh
        self._waiting: deque[tuple[Question, asyncio.Future[Answer]]] = deque()
        self._at_work = False
        self._turns: set[asyncio.Task[None]] = set()

    async def ask(self, question: Question) -> Answer:
        """Return the answer; who stops waiting for it harms nobody else.

        Raises `Overloaded`, `Interrupted` and what `answer` raises.
        """
        if len(self._waiting) >= self._waiting_max:
            raise Overloaded
        answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, answered))
        self._begin()
        try:
            return await answered
        except Exception as error:  # noqa: BLE001 - raised again
            # All askers of a turn share the error: without this, each would lengthen its traceback.
            raise error.with_traceback(None)  # noqa: B904 - it is the same error

    def _begin(self) -> None:
        """Start a turn if somebody waits and there is room for one."""
        room = not self._turns or (
            not self._at_work
            and len(self._turns) < UNDER_WAY_MAX
            and len(self._waiting) >= EARLY_MIN
        )
        if self._waiting and room:
            self._at_work = True
            turn = asyncio.create_task(self._turn())
            self._turns.add(turn)
            turn.add_done_callback(self._end)

    def _end(self, turn: asyncio.Task[None]) -> None:
        self._turns.discard(turn)
        self._begin()

    def _take(self) -> list[tuple[Question, asyncio.Future[Answer]]]:
        """Return who is served in this turn; whoever left before is not."""
        taken: list[tuple[Question, asyncio.Future[Answer]]] = []
        size = 0
        while self._waiting:
            question, answered = self._waiting[0]
            if not answered.done():
                size += self._weigh(question)
                if taken and size > self._size_max:
                    break
                taken.append((question, answered))
            self._waiting.popleft()
        return taken

    async def _turn(self) -> None:
        taken = self._take()
        let_in = False

        def let_next_in() -> None:
            nonlocal let_in
            if not let_in:
                let_in = True
                self._at_work = False
                self._begin()

        try:
            if taken:
                answers = await self._answer([question for question, _ in taken], let_next_in)
                _hand_out(taken, answers)
        except BaseException as error:
            for _, answered in taken:
                if not answered.done():
                    answered.set_exception(_shared(error))
            if not isinstance(error, Exception):
                raise
        finally:
            let_next_in()


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
