"""Misbehaviour of payment channels on demand, and how a request meets it."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from threading import Lock
from typing import Annotated, Final, Literal

from fastapi import Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.types import Receive, Scope, Send

PIECES: Final = 20

ChannelName = Literal["card", "wallet-a", "wallet-b", "bank"]
RequestFault = Literal[
    "delay",  # answers after `seconds`
    "drop_before",  # hangs up, nothing was done
    "drop_after",  # does it, then hangs up
    "error_before",  # 500, nothing was done
    "error_after",  # does it, then 500
    "slow_loris",  # does it, and dribbles the answer over `seconds`
]
OutcomeFault = Literal[
    "reject",  # refuses, for `reason`
    "stall",  # stays in process until it was inquired after `inquiries` times
]
CallbackFault = Literal[
    "no_callback",
    "late_callback",  # after `seconds`
    "duplicate_callback",  # twice
    "stale_callback",  # says "in process" once more after the end
    "wrong_amount",  # says a cent too much, signed well
    "wrong_signature",  # first with a signature that is none, then right
]
FileFault = Literal["missing_line", "extra_line", "changed_line", "doubled_line"]
FaultKind = RequestFault | OutcomeFault | CallbackFault | FileFault

_REQUEST: Final = frozenset(
    ("delay", "drop_before", "drop_after", "error_before", "error_after", "slow_loris")
)
_OUTCOME: Final = frozenset(("reject", "stall"))
_FILE: Final = frozenset(("missing_line", "extra_line", "changed_line", "doubled_line"))


class ChannelFault(BaseModel):
    """One misbehaviour; of several set, the first that strikes counts."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"kind": "drop_after", "times": 1}]},
    )

    kind: FaultKind
    times: Annotated[
        int | None, Field(strict=True, ge=1, le=1_000_000, description="null = always")
    ] = None
    after: Annotated[int, Field(strict=True, ge=0, le=1_000_000, description="Let through")] = 0
    share: Annotated[
        float,
        Field(strict=True, gt=0, le=1, description="Strikes this share of what it could strike"),
    ] = 1.0
    seed: Annotated[
        int, Field(strict=True, description="Of the share's dice, so that a run repeats")
    ] = 0
    seconds: Annotated[float, Field(strict=True, ge=0, le=600, allow_inf_nan=False)] = 0.5
    inquiries: Annotated[int, Field(strict=True, ge=1, le=1_000)] = 1
    reason: Annotated[str, Field(pattern="^[a-z_]{1,40}$")] = "insufficient_funds"


class _Set:
    """A fault that is set, with its dice and what is left of it."""

    def __init__(self, fault: ChannelFault) -> None:
        self.fault = fault
        self.left = fault.times
        self.passes = fault.after
        self.dice = random.Random(fault.seed)  # noqa: S311 - dice, no secret

    def strikes(self) -> bool:
        if self.passes > 0:
            self.passes -= 1
            return False
        if self.left == 0 or self.dice.random() >= self.fault.share:
            return False
        if self.left is not None:
            self.left -= 1
        return True


class ChannelFaults:
    """The faults set now, some for each channel."""

    def __init__(self) -> None:
        self._set: dict[str, list[_Set]] = {}
        self._lock = Lock()

    def put(self, channel: str, faults: list[ChannelFault]) -> None:
        """Set the faults of a channel in place of those before."""
        with self._lock:
            self._set[channel] = [_Set(fault) for fault in faults]

    def request(self, channel: str) -> ChannelFault | None:
        """Return what strikes the answer to a request."""
        return self._strike(channel, _REQUEST)

    def outcome(self, channel: str) -> ChannelFault | None:
        """Return what strikes the outcome of a payment."""
        return self._strike(channel, _OUTCOME)

    def callback(self, channel: str) -> ChannelFault | None:
        """Return what strikes the telling of an outcome."""
        return self._strike(channel, None)

    def file(self, channel: str) -> ChannelFault | None:
        """Return what strikes a line of a settlement file."""
        return self._strike(channel, _FILE)

    def _strike(self, channel: str, kinds: frozenset[str] | None) -> ChannelFault | None:
        with self._lock:
            for one in self._set.get(channel, []):
                kind = one.fault.kind
                meant = kind not in _REQUEST | _OUTCOME | _FILE if kinds is None else kind in kinds
                if meant and one.strikes():
                    return one.fault
            return None


async def meet(fault: ChannelFault | None, work: Callable[[], Response]) -> Response:
    """Do the work of a request and answer, or what a fault makes of the two."""
    if fault is None:
        return work()
    if fault.kind == "delay":
        await asyncio.sleep(fault.seconds)
    answer = None if fault.kind in {"drop_before", "error_before"} else work()
    if fault.kind in {"drop_before", "drop_after"}:
        return _HangUp()
    if answer is None or fault.kind == "error_after":
        return Response("channel error", 500)
    if fault.kind == "slow_loris":
        headers = {k: v for k, v in answer.headers.items() if k != "content-length"}
        body = _dribble(bytes(answer.body), fault.seconds)
        return StreamingResponse(body, answer.status_code, headers)
    return answer


async def _dribble(body: bytes, seconds: float) -> AsyncIterator[bytes]:
    size = max(1, len(body) // PIECES)
    for start in range(0, len(body), size):
        yield body[start : start + size]
        await asyncio.sleep(seconds / PIECES)


class _HangUp(Response):
    """Promises an answer and hangs up: nobody can tell what was done."""

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        headers = [(b"content-length", b"512")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b" ", "more_body": True})
        raise ConnectionAbortedError
