"""What can be put to an organisation's approvers: the registry of instructions."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel

from tongbao.infra.auth import Actor
from tongbao.infra.db import WriteSession
from tongbao.kernel.text import Text

LIFETIME: Final = timedelta(days=7)

P = TypeVar("P", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signers(Actor):
    """The approvers of an instruction together, in the shape of the last one, who is there now.

    Made by this module alone, when the policy's signatures are complete: whoever is handed one
    need not ask what each signer could have approved alone.
    """

    approval_id: UUID

    @classmethod
    def of(cls, last: Actor, *, approval_id: UUID) -> "Signers":
        """Return the signers of an instruction, `last` the one whose signature completed it."""
        known = {each.name: getattr(last, each.name) for each in fields(Actor)}
        return cls(**known, approval_id=approval_id)


@dataclass(frozen=True, slots=True)
class Signed:
    """Who opened an instruction and who signed it, as they are at the moment of execution."""

    approval_id: UUID
    digest: str
    maker: Actor
    signers: Signers


Executor = Callable[[WriteSession, P, Signed, datetime], Awaitable[str | None]]
"""Does the work on the last signer's transaction; returns where the outcome can be seen."""


@dataclass(frozen=True, slots=True)
class Instruction(Generic[P]):
    """Something an organisation's approvers sign: who may open it, and who may sign it.

    `payload` is what is done, in full; it holds no secrets, for it is shown, signed and exported.
    """

    name: str
    title: Text
    payload: type[P]
    opens: str
    signs: str
    lifetime: timedelta = LIFETIME
    _executors: list[Executor[P]] = field(default_factory=list, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Register; a name stands for one instruction."""
        if self.name in _instructions:
            msg = f"two instructions have the name {self.name!r}"
            raise ValueError(msg)
        _instructions[self.name] = self

    def executes(self, function: Executor[P]) -> Executor[P]:
        """Declare how the instruction is done; returns the function itself."""
        assert not self._executors, f"{self.name} is done in one way"
        self._executors.append(function)
        return function

    async def execute(self, tx: WriteSession, payload: str, by: Signed, at: datetime) -> str | None:
        """Do it, from the payload as it was stored."""
        (executor,) = self._executors
        return await executor(tx, self.payload.model_validate_json(payload), by, at)


_instructions: dict[str, Instruction[Any]] = {}


def registered_instructions() -> Mapping[str, Instruction[Any]]:
    """Return every instruction of the modules imported so far, by name."""
    return _instructions
