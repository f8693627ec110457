"""What a step of a run is, as the modules that offer one see it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from tongbao.infra.db import WriteSession


@dataclass(frozen=True, slots=True)
class Progress:
    """What one piece of a step has done, and where the next piece goes on.

    `cursor` is any short text the step understands; None says that the step is done.
    """

    items: int
    cursor: str | None


class Work(Protocol):
    """One piece of a step for a day, set-based and of bounded size, on the caller's transaction.

    The run stores the cursor on the same transaction, so a piece happens once. `cursor` is None at
    the beginning. Whatever a piece writes depends on `day` and on what is stored, not on when it
    happens to run; `at` is for the records.
    """

    async def __call__(
        self, tx: WriteSession, *, day: date, cursor: str | None, at: datetime
    ) -> Progress:
        """Do one piece."""
        ...


@dataclass(frozen=True, slots=True)
class Step:
    """A named step; names stay as they are, for they are stored."""

    name: str
    work: Work
