"""What an entry of the audit trail says, and who is behind what a process does right now."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from hashlib import sha256
from typing import Final, Literal, NamedTuple
from uuid import UUID

Outcome = Literal["done", "refused", "failed"]
ActorKind = Literal["customer", "staff", "service", "system", "anonymous"]

KEEP_YEARS: Final = 5
KEEP_YEARS_AML: Final = 10
HOT_ACTION: Final = "ledger.post_transaction"
"""What most entries are of. It has no index of its own: every second entry answers."""
ACTION_LENGTH_MAX: Final = 100
REASON_LENGTH_MAX: Final = 200
OBJECT_LENGTH_MAX: Final = 200
DEVICE_BYTES: Final = 16

# Modules whose actions the Anti-Money-Laundering Law has kept for ten years here (it asks for
# five after the business ends, and an entry does not know when that will be).
_AML_MODULES: Final = frozenset(
    {"ledger", "payments", "accounts", "parties", "lending", "kyc", "screening", "fraud"}
)


class Caller(NamedTuple):  # a tuple, as every request makes one
    """Who acts, and from where: what entries take from their surroundings.

    `roles` are names of roles; `device` is a digest of what the client says of itself
    (`device_of`). No name, no telephone number: whoever reads an entry looks those up with the
    permission that this takes.
    """

    actor_id: UUID | None = None
    kind: ActorKind = "anonymous"
    roles: tuple[str, ...] = ()
    session_id: UUID | None = None
    address: str | None = None
    device: bytes | None = None
    request_id: str | None = None
    reason: str | None = None


SYSTEM: Final = Caller(kind="system")
"""Who acts where nobody said otherwise: a job, a consumer, a command."""

_caller: ContextVar[Caller] = ContextVar("audit_caller", default=SYSTEM)


def caller() -> Caller:
    """Return who acts now."""
    return _caller.get()


@contextmanager
def by(who: Caller) -> Iterator[None]:
    """Say who acts inside the block."""
    token = _caller.set(who)
    try:
        yield
    finally:
        _caller.reset(token)


def become(who: Caller) -> None:
    """Say who acts from here on in this task: once the caller of a request is known."""
    _caller.set(who)


def device_of(user_agent: str | None) -> bytes | None:
    """Return the digest that stands for a client's description of itself."""
    if not user_agent:
        return None
    return sha256(user_agent.encode()).digest()[:DEVICE_BYTES]


def digest_of(content: bytes | str) -> bytes:
    """Return what stands in an entry for content that is kept elsewhere: its SHA-256."""
    return sha256(content.encode() if isinstance(content, str) else content).digest()


@cache
def years_of(action: str) -> int:
    """Return how many years entries of an action are kept."""
    return KEEP_YEARS_AML if action.partition(".")[0] in _AML_MODULES else KEEP_YEARS


class Entry(NamedTuple):  # a tuple, as thousands are made for each batch of postings
    """One thing that somebody did, read, or was refused.

    Args:
        action: `module.noun.verb` in the past tense, or the permission a route asks for.
        subject: the party whom it concerns.
        object_type: the table, or the noun of the address.
        object_id: its id; never a name, a number of a document or a telephone.
        before: digest of what was, after: of what is now (`digest_of`).
        reason: why, in the words of whoever did it; else what the request gave as reason.
        code: of the refusal.
        keep_years: 5 or 10; by default as the action's module asks (`years_of`).
        who: who did it, where that is not the one that `by` named.
    """

    action: str
    subject: UUID | None = None
    object_type: str | None = None
    object_id: UUID | str | None = None
    before: bytes | None = None
    after: bytes | None = None
    reason: str | None = None
    outcome: Outcome = "done"
    code: str | None = None
    keep_years: int | None = None
    who: Caller | None = None


def during(request_id: str | None, *, reason: str | None = None) -> Caller:
    """Return the current caller under another request id or reason: for commands and jobs."""
    return caller()._replace(request_id=request_id, reason=reason)
