"""What can be proposed: the registry of actions and how each is done."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel

from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession
from tongbao.kernel.text import Text

LIFETIME: Final = timedelta(days=7)

P = TypeVar("P", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Approved:
    """Who proposed and who approved, both as they are at the moment of execution.

    `digest` is that of the proposal, in hexadecimal. `step_up_token` is what the approver has shown
    of having confirmed it once more; an action that wants this looks at it.
    """

    proposal_id: UUID
    maker: Actor
    approver: Actor
    digest: str
    step_up_token: str | None = None


Executor = Callable[[WriteSession, P, Approved, datetime], Awaitable[str | None]]
"""Does the work on the approver's transaction; returns where the outcome can be seen."""


@dataclass(frozen=True, slots=True)
class Action(Generic[P]):
    """Something that takes two people: who may propose it and who may approve it.

    `payload` is what is proposed, in full; fields named in `hidden` are never shown. A proposal
    not decided within `lifetime` expires.
    """

    name: str
    title: Text
    payload: type[P]
    propose: str
    approve: str
    lifetime: timedelta = LIFETIME
    hidden: frozenset[str] = frozenset()
    _executors: list[Executor[P]] = field(default_factory=list, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Register; a name stands for one action."""
        if self.name in _actions:
            msg = f"two actions have the name {self.name!r}"
            raise ValueError(msg)
        assert self.hidden <= self.payload.model_fields.keys(), "only a field can be hidden"
        _actions[self.name] = self

    def executes(self, function: Executor[P]) -> Executor[P]:
        """Declare how the action is done; returns the function itself."""
        assert not self._executors, f"{self.name} is done in one way"
        self._executors.append(function)
        return function

    async def execute(
        self, tx: WriteSession, payload: str, by: Approved, at: datetime
    ) -> str | None:
        """Do it, from the payload as it was stored."""
        (executor,) = self._executors
        return await executor(tx, self.payload.model_validate_json(payload), by, at)


_actions: dict[str, Action[Any]] = {}


def registered_actions() -> Mapping[str, Action[Any]]:
    """Return every action of the modules imported so far, by name."""
    return _actions
