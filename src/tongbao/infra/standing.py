"""Actors found before, and the statement that finds them again while it acts for them.

Looking up who asks is a round trip of its own. An actor may be remembered from an earlier request
instead, where the statement that does what is asked, or begins the transaction that does, first has
the database say the same of them once more: all of it, digested (`Actor.standing`). So a token that
was revoked, a user who was blocked, a role that was taken away count at once. Who does not stand as
before gets nothing done in this way, and is looked up anew.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from typing import Final, LiteralString, NamedTuple, TypeVar

from tongbao.infra.auth import Actor

KNOWN_MAX: Final = 5_000


Question = TypeVar("Question")
Answer = TypeVar("Answer")


class Claim(NamedTuple):
    """That a token still stands for the actor it once stood for."""

    token_sha256: bytes
    standing: bytes


class Condition(NamedTuple):
    """Something that a statement asks before it does anything, in the driver's own words (`%s`)."""

    sql: LiteralString
    parameters: tuple[object, ...]


ALWAYS: Final = Condition("true", ())

StillStand = Callable[[Iterable[Claim], datetime], Condition]
"""From claims to the condition that every one of them holds at an instant."""


class Lapsed(Exception):
    """The database has not said that the asker still stands, and nothing was done."""


def all_stand(
    claims: Iterable[Claim | None], at: datetime, *, still_stand: StillStand | None
) -> Condition:
    """Return the condition that all claims hold that a turn's questions make."""
    made = [claim for claim in claims if claim is not None]
    if not made:
        return ALWAYS
    assert still_stand is not None, "nobody said how to ask about a claim"
    return still_stand(made, at)


async def answer_others(
    questions: Sequence[Question],
    claims: Sequence[Claim | None],
    lapsed: Lapsed,
    answer: Callable[[Sequence[Question]], Awaitable[Sequence[Answer]]],
) -> list[Answer | Lapsed]:
    """Answer those of a lapsed turn who made no claim; who made one is to be looked up."""
    others = [each for each, claim in zip(questions, claims, strict=True) if claim is None]
    answers = iter(await answer(others) if others else ())
    return [next(answers) if claim is None else lapsed for claim in claims]


class Bearers:
    """Who some tokens stood for when they were last looked up; the oldest are forgotten."""

    def __init__(self) -> None:
        self._known: dict[bytes, Actor] = {}

    def recall(self, token_sha256: bytes) -> Actor | None:
        """Return who it was; nothing may be done for them that does not ask about the claim."""
        return self._known.get(token_sha256)

    def note(self, token_sha256: bytes, actor: Actor) -> None:
        """Remember an actor who was looked up, if what the database says of them can be asked."""
        if actor.standing is None:
            return
        while len(self._known) >= KNOWN_MAX:
            del self._known[next(iter(self._known))]
        self._known[token_sha256] = actor

    def forget(self, token_sha256: bytes) -> None:
        """Have the next request look up who it is."""
        self._known.pop(token_sha256, None)
