"""What holds for one customer alone: a lower maximum of their own, or a raise for a time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import func, insert, select, update

from tongbao.infra import outbox
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.risk.limits.domain import (
    BASE,
    RAISE_HOURS_MAX,
    Headroom,
    NotLower,
    RaiseRefused,
    UnknownRule,
    Use,
    counted,
)
from tongbao.risk.limits.events import LimitLowered, LimitRaised, LimitRestored, RaiseEnded
from tongbao.risk.limits.models import OwnMaximumRow
from tongbao.risk.limits.service.reserving import headroom
from tongbao.risk.limits.service.rules import rules


@dataclass(frozen=True, slots=True)
class Whose:
    """A party as limits know it."""

    party_id: UUID
    kind: Literal["person", "organisation"]
    level: int


async def own(tx: ReadSession, whose: Whose, *, at: datetime) -> list[Headroom]:
    """Return the limits that a party may lower or raise for itself, in the order of the rules.

    One of each tally and period: where several rules meet, the strictest, which binds.
    """
    holding = await rules(tx, at=at)
    operations = sorted({rule.operation or "any" for rule in holding if rule.is_own})
    found: dict[tuple[str, str], Headroom] = {}
    for operation in operations:
        probe = Use(
            id=new_id(),
            party_id=whose.party_id,
            party_kind=whose.kind,
            level=whose.level,
            operation=operation,
            amount=Money(1, BASE),
        )
        for room in await headroom(tx, probe, at=at):
            key = room.rule.tally, room.rule.period
            if room.rule.is_own and (
                key not in found or room.rule.maximum < found[key].rule.maximum
            ):
                found[key] = room
    return list(found.values())


async def own_limit(
    tx: ReadSession, whose: Whose, *, tally: str, period: str, at: datetime
) -> Headroom:
    """Return one of them. Raises `UnknownRule`."""
    for room in await own(tx, whose, at=at):
        if (room.rule.tally, room.rule.period) == (tally, period):
            return room
    raise UnknownRule


async def lower(
    tx: WriteSession,
    room: Headroom,
    *,
    party_id: UUID,
    maximum: int | None,
    set_by: UUID,
    at: datetime,
) -> None:
    """Let a party have less of a limit than the bank allows; None takes that back.

    It holds at once. Whoever asks for taking it back, or for more than before (`room.loosened_by`),
    has confirmed it elsewhere. Raises `NotLower`.
    """
    rule = room.rule
    if maximum is not None and not 0 <= maximum <= rule.maximum:
        raise NotLower(maximum=counted(rule, rule.maximum))
    await _end(tx, room, party_id=party_id, kind="lowered", at=at)
    facts = {"party_id": party_id, "tally": rule.tally, "period": rule.period}
    if maximum is None:
        await outbox.append(tx, [LimitRestored(**facts)], at=at)
        return
    await _insert(
        tx, room, kind="lowered", party_id=party_id, maximum=maximum, until=None, set_by=set_by,
        at=at,
    )  # fmt: skip
    await outbox.append(tx, [LimitLowered(**facts, maximum=rule.amount(maximum))], at=at)


async def raise_for_a_time(
    tx: WriteSession,
    room: Headroom,
    *,
    party_id: UUID,
    maximum: int,
    until: datetime,
    set_by: UUID,
    at: datetime,
) -> None:
    """Let a party have more of a limit for some hours; whoever asks has confirmed it by a step-up.

    It takes the place of a raise that holds now. Raises `RaiseRefused` for no more than holds
    now, beyond the rule's `raise_maximum`, or for longer than `RAISE_HOURS_MAX`.
    """
    rule = room.rule
    longest = at + timedelta(hours=RAISE_HOURS_MAX)
    if not room.unraised < maximum <= rule.ceiling or not at < until <= longest:
        raise RaiseRefused(
            current=counted(rule, room.maximum),
            maximum=counted(rule, rule.ceiling),
            hours=RAISE_HOURS_MAX,
        )
    await _end(tx, room, party_id=party_id, kind="raised", at=at)
    await _insert(
        tx, room, kind="raised", party_id=party_id, maximum=maximum, until=until, set_by=set_by,
        at=at,
    )  # fmt: skip
    told = LimitRaised(
        party_id=party_id,
        tally=rule.tally,
        period=rule.period,
        maximum=rule.amount(maximum),
        until=until,
    )
    await outbox.append(tx, [told], at=at)


async def end_raise(tx: WriteSession, room: Headroom, *, party_id: UUID, at: datetime) -> None:
    """Let a raise end before its time; harmless where there is none."""
    if await _end(tx, room, party_id=party_id, kind="raised", at=at):
        rule = room.rule
        told = RaiseEnded(party_id=party_id, tally=rule.tally, period=rule.period)
        await outbox.append(tx, [told], at=at)


async def _end(
    tx: WriteSession, room: Headroom, *, party_id: UUID, kind: str, at: datetime
) -> bool:
    """End what holds now of a kind; tell whether there was any. Two at once wait for each other."""
    name = f"limits_own {party_id} {room.rule.tally} {room.rule.period}"
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtext(name))))
    ended = await tx.scalars(
        update(OwnMaximumRow)
        .where(
            OwnMaximumRow.party_id == party_id,
            OwnMaximumRow.tally == room.rule.tally,
            OwnMaximumRow.period == room.rule.period,
            OwnMaximumRow.kind == kind,
            OwnMaximumRow.valid_until.is_(None) | (OwnMaximumRow.valid_until > at),
        )
        .values(valid_until=func.greatest(OwnMaximumRow.valid_from, at))
        .returning(OwnMaximumRow.id)
        .execution_options(synchronize_session=False)
    )
    return bool(ended.all())


async def _insert(
    tx: WriteSession,
    room: Headroom,
    *,
    kind: str,
    party_id: UUID,
    maximum: int,
    until: datetime | None,
    set_by: UUID,
    at: datetime,
) -> None:
    await tx.execute(
        insert(OwnMaximumRow).values(
            id=new_id(),
            party_id=party_id,
            tally=room.rule.tally,
            period=room.rule.period,
            kind=kind,
            maximum=maximum,
            valid_from=at,
            valid_until=until,
            set_by=set_by,
        )
    )
