"""Declaring who is told what when something happens.

::

    tell(
        DepositMatured,
        notice("deposits.matured", category=Category.DEPOSITS, places={"amount": AMOUNT}, ...),
        lambda event: {"amount": event.amount},
    )

tells everybody who acts for the event's `party_id`. Where more is to be looked up::

    @tells(PaymentSettled)
    async def _settled(known: Known, event: PaymentSettled) -> Sequence[Telling]:
        return [Told(...), Shown(...)]
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from tongbao.core.identity.service import MemberRole
from tongbao.engagement.notices.domain import Notice
from tongbao.engagement.notices.service.known import Known
from tongbao.kernel.events import Event

EVERYONE: Final = frozenset(MemberRole)
PAYERS: Final = frozenset({MemberRole.HOLDER, MemberRole.MAKER, MemberRole.CHECKER})
MANAGERS: Final = frozenset({MemberRole.HOLDER, MemberRole.ADMINISTRATOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recipients:
    """A party's users in some roles, or one user; `but` is left out."""

    party_id: UUID | None = None
    user_id: UUID | None = None
    roles: frozenset[MemberRole] = EVERYONE
    but: UUID | None = None

    def __post_init__(self) -> None:
        assert (self.party_id is None) != (self.user_id is None), "a party's users, or one user"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told(_Recipients):
    """A notice for people, with what fills its places."""

    notice: Notice
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown(_Recipients):
    """An event for the pages people have open."""

    kind: str
    data: Mapping[str, Any]


Telling = Told | Shown
# The event's own class stands where `Any` does.
Find = Callable[[Known, Any], Awaitable[Sequence[Telling]]]

_DECLARED: Final[dict[type[Event], list[Find]]] = {}


def tells(event: type[Event]) -> Callable[[Find], Find]:
    """Declare a function that says who is told what when an event happens; there may be several."""

    def declare(find: Find) -> Find:
        _DECLARED.setdefault(event, []).append(find)
        return find

    return declare


def tell(
    event: type[Event],
    notice: Notice,
    values: Callable[[Any], Mapping[str, Any]],
    *,
    roles: frozenset[MemberRole] = EVERYONE,
    when: Callable[[Any], bool] = lambda _: True,
) -> None:
    """Declare that users of the event's `party_id` get a notice of it, in some roles."""
    assert "party_id" in event.model_fields, f"{event.type} says of no party"

    @tells(event)
    async def _(_known: Known, happened: Any) -> Sequence[Telling]:  # noqa: ANN401
        if not when(happened):
            return []
        told = Told(party_id=happened.party_id, roles=roles, notice=notice, values=values(happened))
        return [told]


def declared() -> Mapping[type[Event], Sequence[Find]]:
    """Return what the modules imported so far declare."""
    return _DECLARED
