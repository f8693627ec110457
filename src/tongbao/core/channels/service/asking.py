"""Telling channels what to do and asking what became of it: over HTTP, with no transaction open."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from typing import Final

import structlog
from prometheus_client import Counter

from tongbao.core.channels.domain.instructions import Answer, Instruction, Operation, Outcome
from tongbao.core.channels.domain.reasons import Reason, reason
from tongbao.core.channels.domain.statements import Statement
from tongbao.core.channels.service.configuration import gateway
from tongbao.core.channels.service.explaining import explained

ANSWERS: Final = Counter(
    "tongbao_channel_answers", "Answers of payment channels", ["channel", "verb", "outcome"]
)

_FAILED: Final = {
    "submit": "channel_submit_failed",
    "inquire": "channel_inquiry_failed",
    "close": "channel_closing_failed",
}
_Saying = Callable[[Instruction], Awaitable[Answer]]

log = structlog.get_logger(__name__)


async def submit(channel: str, instruction: Instruction) -> Answer:
    """Tell a channel to do it.

    A time-out or a broken answer is `Outcome.UNKNOWN`, never an exception; NOT_DONE is certain.
    Raises `UnknownChannel`, before anything was sent.
    """
    at_channel = gateway(channel)
    kind = None if instruction.counterparty is None else instruction.counterparty.kind
    is_refund = instruction.operation is Operation.REFUND
    offered = at_channel.features.kinds.get(instruction.operation, frozenset())
    if not offered or (kind not in offered and not is_refund):
        refused = Answer(outcome=Outcome.NOT_DONE, reason=reason(Reason.NOT_OFFERED))
        return await explained(channel, refused)
    return await _say(channel, instruction, at_channel.submit, "submit")


async def inquire(channel: str, instruction: Instruction) -> Answer:
    """Ask a channel what became of an instruction.

    NOT_DONE only when the channel says that it never knew it, long enough after it was sent, or
    refused it; never an exception but `UnknownChannel`.
    """
    return await _say(channel, instruction, gateway(channel).inquire, "inquire")


async def close(channel: str, instruction: Instruction) -> Answer:
    """Have a channel let nobody pay any more what waits for a payer; return what became of it.

    As `inquire` otherwise: NOT_DONE is certain, and never an exception but `UnknownChannel`.
    """
    return await _say(channel, instruction, gateway(channel).close, "close")


async def statement(channel: str, day: date) -> Statement:
    """Return a channel's file of a day, its control totals checked.

    Raises `StatementMissing` when it is not there or cannot be had now, `StatementBroken`,
    `UnknownChannel`.
    """
    return await gateway(channel).statement(day)


async def _say(channel: str, instruction: Instruction, say: _Saying, verb: str) -> Answer:
    """Say something to a channel. After a plug-in's defect it may well have reached the channel."""
    try:
        answer = await say(instruction)
    except Exception:
        log.exception(_FAILED[verb], channel=channel, reference=instruction.reference)
        answer = Answer(outcome=Outcome.UNKNOWN, reason=reason(Reason.BROKEN_ANSWER))
    return await _told(channel, verb, _checked(instruction, answer))


async def _told(channel: str, verb: str, answer: Answer) -> Answer:
    ANSWERS.labels(channel=channel, verb=verb, outcome=answer.outcome).inc()
    return await explained(channel, answer)


def _checked(instruction: Instruction, answer: Answer) -> Answer:
    """Trust no channel that speaks of another amount: somebody has to look at it."""
    if answer.amount is None or answer.amount == instruction.amount:
        return answer
    return replace(answer, outcome=Outcome.UNKNOWN, reason=reason(Reason.AMOUNT_DIFFERS))
