"""A gateway before nothing: answers what it is told to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar, Self

from tongbao.core.channels.service import (
    Answer,
    Callback,
    CallbackRefused,
    CallbackUnreadable,
    Connection,
    Features,
    Instruction,
    Notice,
    NoticeKind,
    Outcome,
    Receipt,
    Statement,
    StatementMissing,
    plugins,
)
from tongbao.kernel.money import Money


@dataclass
class Quiet:
    """Answers each request with `answer`; raises it if it is an error."""

    features: ClassVar[Features]
    channel: str = "quiet"
    answer: Answer | Exception = field(default_factory=lambda: Answer(outcome=Outcome.DONE))
    asked: list[tuple[str, Instruction]] = field(default_factory=list)

    @classmethod
    def like(cls, plugin: str, **other: Any) -> Self:
        made = type(f"{cls.__name__}Of{plugin}", (cls,), {"features": plugins()[plugin].features})
        quiet: Self = made(**{"channel": plugin, **other})
        return quiet

    @classmethod
    def connect(
        cls,
        connection: Connection,
        *,
        clock: Callable[[], datetime],  # noqa: ARG003 - it knows no time
    ) -> Self:
        return cls.like("card", channel=connection.channel)

    async def submit(self, instruction: Instruction) -> Answer:
        return self._answered("submit", instruction)

    async def inquire(self, instruction: Instruction) -> Answer:
        return self._answered("inquire", instruction)

    async def close(self, instruction: Instruction) -> Answer:
        return self._answered("close", instruction)

    async def statement(self, day: date) -> Statement:
        raise StatementMissing(channel=self.channel, day=str(day), cause="none")

    def read_callback(
        self,
        headers: Mapping[str, str],
        body: bytes,
        *,
        at: datetime,  # noqa: ARG002 - no message is too old
    ) -> Callback:
        """Read `id:reference,reference`, signed with the word `right`."""
        if headers.get("x-signature") != "right":
            raise CallbackRefused(channel=self.channel)
        event_id, colon, references = body.decode().partition(":")
        if not colon:
            raise CallbackUnreadable(channel=self.channel, cause="no colon")
        return Callback(
            event_id,
            tuple(
                Notice(
                    kind=NoticeKind.OUTCOME,
                    reference=each,
                    amount=Money(1, "CNY"),
                    outcome=Outcome.DONE,
                )
                for each in references.split(",")
            ),
        )

    def receipt(self) -> Receipt:
        return Receipt(200, b"success", "text/plain")

    def _answered(self, verb: str, instruction: Instruction) -> Answer:
        self.asked.append((verb, instruction))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer
