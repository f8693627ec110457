"""What modules above know of a payment and have said on its receipt."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from tongbao.infra.db import ReadSession
from tongbao.kernel.text import Text


@dataclass(frozen=True, slots=True)
class FurtherFacts:
    """Lines of a receipt, label and value; `is_awaited`: more may be known in a moment."""

    lines: tuple[tuple[Text, str], ...] = ()
    is_awaited: bool = False


Further = Callable[[ReadSession, UUID], Awaitable[FurtherFacts | None]]
"""From a payment's id to what is to be said of it, None where it is nothing of the module's."""

_further: Final[dict[str, Further]] = {}


def register_receipt_facts(name: str, further: Further) -> None:
    """Have `further` asked about every receipt; the same name again takes its place."""
    _further[name] = further


async def further_facts(tx: ReadSession, payment_id: UUID) -> FurtherFacts:
    """Return what all of them say of a payment."""
    told = [await further(tx, payment_id) for further in _further.values()]
    known = [each for each in told if each is not None]
    return FurtherFacts(
        lines=tuple(line for each in known for line in each.lines),
        is_awaited=any(each.is_awaited for each in known),
    )
