"""What the jobs over a tree do, whatever the tree is over."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from structlog.typing import FilteringBoundLogger

from tongbao.infra.db import Database, WriteSession
from tongbao.infra.signing import PublicKey, SigningKey
from tongbao.infra.tree.nouns import Finding
from tongbao.lib.merkle import Checkpoint

CHECKPOINTS_MAX: Final = 200
"""Checkpoints one run of a job signs at most; the next run goes on."""


class Signing:
    """The key that signs this process's checkpoints, and those that did before it."""

    def __init__(self) -> None:
        self._given: tuple[SigningKey, tuple[PublicKey, ...]] | None = None

    def use(self, key: SigningKey, *, retired: tuple[PublicKey, ...] = ()) -> None:
        """Say which they are."""
        self._given = (key, (key.public, *retired))

    def keys(self) -> tuple[SigningKey, tuple[PublicKey, ...]]:
        """Return the key that signs, and all public keys; `use` must have been called."""
        assert self._given is not None, "a worker is told which key signs (`sign_with`)"
        return self._given


async def take_up(
    database: Database, extend: Callable[[WriteSession], Awaitable[Checkpoint | None]]
) -> Checkpoint | None:
    """Extend a tree until nothing is new, each checkpoint in a transaction of its own.

    Returns the last checkpoint signed, None if there was none.
    """
    signed = None
    for _ in range(CHECKPOINTS_MAX):
        async with database.write() as tx:
            made = await extend(tx)
        if made is None:
            break
        signed = made
    return signed


def tell(logger: FilteringBoundLogger, event: str, findings: Sequence[Finding]) -> None:
    """Log what a verification found."""
    for finding in findings:
        logger.error(
            event,
            check=finding.check,
            subject=finding.subject,
            expected=finding.expected,
            found=finding.found,
        )
