"""What gateways over HTTP have in common."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Self

from tongbao.core.channels.domain.instructions import Answer, Instruction
from tongbao.core.channels.gateways import reading
from tongbao.core.channels.gateways.plugin import Connection, Receipt
from tongbao.core.channels.gateways.talking import Lost, Talker, Unreachable, inquired, submitted


class HttpGateway(ABC):
    """A channel reached by single requests."""

    def __init__(self, connection: Connection, *, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._clock = clock
        self._talker = Talker(connection)

    @classmethod
    def connect(cls, connection: Connection, *, clock: Callable[[], datetime]) -> Self:
        """Return the gateway; a wrong key or none raises ValueError."""
        return cls(connection, clock=clock)

    async def submit(self, instruction: Instruction) -> Answer:
        """Tell the channel to do it, once."""
        return await submitted(self._submit(instruction), instruction)

    async def inquire(self, instruction: Instruction) -> Answer:
        """Ask by our reference what became of it."""
        return await inquired(self._inquire(instruction), instruction)

    async def close(self, instruction: Instruction) -> Answer:
        """Ask what became of it: nothing waits for a payer here."""
        return await self.inquire(instruction)

    def receipt(self) -> Receipt:
        """Return nothing but success."""
        return Receipt()

    @abstractmethod
    async def _submit(self, instruction: Instruction) -> Answer:
        """Raise `Unreachable`, `Lost`."""

    @abstractmethod
    async def _inquire(self, instruction: Instruction) -> Answer:
        """Raise `Unreachable`, `Lost`."""

    def _never_received(self, instruction: Instruction, code: str) -> Answer:
        return reading.never_received(
            instruction,
            at=self._clock(),
            certain_after_seconds=self._connection.certain_after_seconds,
            code=code,
        )


class ShowingGateway(HttpGateway):
    """A channel that shows payers where to pay, and waits for them."""

    async def close(self, instruction: Instruction) -> Answer:
        """Say that nobody is to pay it any more; believed is only what an inquiry says after."""
        with suppress(Unreachable, Lost):
            await self._close(instruction)
        return await self.inquire(instruction)

    @abstractmethod
    async def _close(self, instruction: Instruction) -> None:
        """Say it to the channel. Raise `Unreachable`, `Lost`."""
