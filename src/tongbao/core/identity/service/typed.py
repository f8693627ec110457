"""What is typed in: nothing is asked of the client beforehand, and a text is looked at once."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tongbao.infra.db import ReadSession, WriteSession


@dataclass(frozen=True, slots=True)
class Typed:
    """A second factor of logging in (`domain.factors`), a proof of a step-up (`Prover`), or both.

    `field` is where the answer has it, `has` tells whether a user has set it up, and `use` whether
    a text is right; it uses up what is good once.
    """

    name: str
    field: str
    has: Callable[[ReadSession, UUID], Awaitable[bool]]
    use: Callable[[WriteSession, UUID, str, datetime], Awaitable[bool]]

    async def available(self, tx: ReadSession, user_id: UUID, /) -> bool:
        """Tell whether the user has it."""
        return await self.has(tx, user_id)

    async def ask(self, *_asked: object) -> None:
        """Do nothing."""

    async def check(
        self,
        tx: WriteSession,
        user_id: UUID,
        proof: Mapping[str, Any],
        _asked: object,
        at: datetime,
        /,
    ) -> bool:
        """Tell whether the right text was typed in."""
        typed = proof.get(self.field)
        return isinstance(typed, str) and await self.use(tx, user_id, typed, at)
