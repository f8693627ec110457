"""What a plug-in is: a class of the entry point group `tongbao.channels`.

    [project.entry-points."tongbao.channels"]
    example = "example_channel:ExampleGateway"

It is made once for each channel that is configured with its name, and passes the contract's tests
(`tests/support/channel_contract.py`). It holds no state of payments.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Protocol, Self

from tongbao.core.channels.domain.features import Features
from tongbao.core.channels.domain.instructions import Answer, Instruction
from tongbao.core.channels.domain.notices import Notice
from tongbao.core.channels.domain.statements import Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """How one channel is reached, and by which keys each side knows the other.

    `secret` is shared; `key` is our private key and `channel_key` the channel's public one, both
    PEM. Which of them there must be is the protocol's matter. What a channel has never heard of is
    taken for not executed only `certain_after_seconds` after it was first sent, as it might still
    be on its way: that must be more than any request can take.
    """

    channel: str
    base_url: str
    merchant_id: str
    callback_url: str = ""
    secret: str = ""
    key: bytes = b""
    channel_key: bytes = b""
    connect_seconds_max: float = 3.0
    read_seconds_max: float = 8.0
    total_seconds_max: float = 20.0
    certain_after_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class Callback:
    """A message as it was read: the channel's own id of it, and what it says."""

    event_id: str
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a channel wants to hear when its message was taken."""

    status: int = 200
    body: bytes = b""
    media_type: str | None = None


class Gateway(Protocol):
    """One channel."""

    features: ClassVar[Features]

    @classmethod
    def connect(cls, connection: Connection, *, clock: Callable[[], datetime]) -> Self:
        """Return the gateway; a wrong key or none raises ValueError."""
        ...

    async def submit(self, instruction: Instruction) -> Answer:
        """Tell the channel to do it. A time-out or a broken answer is an `Answer` too."""
        ...

    async def inquire(self, instruction: Instruction) -> Answer:
        """Ask what became of it: NOT_DONE only if the channel never knew it or refused it."""
        ...

    async def close(self, instruction: Instruction) -> Answer:
        """Let nobody pay any more what waits for a payer, and ask what became of it.

        NOT_DONE only when nobody can pay it any more. Asked only of a channel that
        `shows_redirect`.
        """
        ...

    async def statement(self, day: date) -> Statement:
        """Return a day's file. Raises `StatementMissing`, `StatementBroken`."""
        ...

    def read_callback(self, headers: Mapping[str, str], body: bytes, *, at: datetime) -> Callback:
        """Check and read a message, by its raw bytes.

        Raises `CallbackRefused`, `CallbackUnreadable`. Names of `headers` are in lower case.
        """
        ...

    def receipt(self) -> Receipt:
        """Return what to answer to a message that was taken."""
        ...
