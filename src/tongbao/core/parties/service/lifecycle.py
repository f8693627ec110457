"""A party's life: states, levels and risk ratings, each change a row and an event."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, update

from tongbao.core.parties.domain.levels import Level, LevelChange, Limits, PartyKind
from tongbao.core.parties.domain.lifecycle import (
    Risk,
    RiskRating,
    Status,
    StatusChange,
    check_transition,
    review_day,
)
from tongbao.core.parties.domain.parties import Party, clean_reason
from tongbao.core.parties.domain.persons import FactMalformed
from tongbao.core.parties.events import LevelChanged, RiskRated, StatusChanged
from tongbao.core.parties.models import LevelChangeRow, PartyRow, RiskRatingRow, StatusChangeRow
from tongbao.core.parties.service.registering import get, locked
from tongbao.infra import outbox
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.clock import business_date
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.risk.limits import service as limits
from tongbao.risk.limits.service import Window

HISTORY_MAX = 200
PAYING: Final = "payments.transfer"


async def change_status(
    tx: WriteSession,
    *,
    party_id: UUID,
    status: Status,
    reason: str,
    changed_by: UUID | None,
    at: datetime,
) -> Party:
    """Bring a party into another state; `changed_by` is None for what happens by itself.

    Raises `UnknownParty`, `TransitionNotAllowed`, `ReasonMalformed`.
    """
    words = clean_reason(reason)
    party = await locked(tx, party_id)
    check_transition(party.status, status)
    await tx.execute(update(PartyRow).where(PartyRow.id == party_id).values(status=status.value))
    tx.add(
        StatusChangeRow(
            id=new_id(),
            party_id=party_id,
            before=party.status.value,
            after=status.value,
            reason=words,
            changed_by=changed_by,
            changed_at=at,
        )
    )
    await tx.flush()
    changed = StatusChanged(party_id=party_id, before=party.status.value, after=status.value)
    await outbox.append(tx, [changed], at=at)
    return await get(tx, party_id)


async def set_level(
    tx: WriteSession,
    *,
    party_id: UUID,
    level: Level,
    reason: str,
    changed_by: UUID | None,
    at: datetime,
    case_id: UUID | None = None,
) -> Party:
    """Say how well a party is known; the first level makes a prospect an active customer.

    The same level again changes nothing. Raises `UnknownParty`, `ReasonMalformed`.
    """
    words = clean_reason(reason)
    party = await locked(tx, party_id)
    if party.level is not level:
        await tx.execute(update(PartyRow).where(PartyRow.id == party_id).values(level=int(level)))
        tx.add(
            LevelChangeRow(
                id=new_id(),
                party_id=party_id,
                before=int(party.level),
                after=int(level),
                reason=words,
                case_id=case_id,
                changed_by=changed_by,
                changed_at=at,
            )
        )
        await tx.flush()
        changed = LevelChanged(
            party_id=party_id, before=int(party.level), after=int(level), case_id=case_id
        )
        await outbox.append(tx, [changed], at=at)
    if party.status is Status.PROSPECT and level > Level.NONE:
        return await change_status(
            tx, party_id=party_id, status=Status.ACTIVE, reason=words, changed_by=changed_by, at=at
        )
    return await get(tx, party_id)


async def level(tx: ReadSession, party_id: UUID) -> Level:
    """Return how well a party is known. Raises `UnknownParty`."""
    return (await get(tx, party_id)).level


async def limits_by_level(
    tx: ReadSession, kind: PartyKind, *, at: datetime
) -> Mapping[Level, Limits]:
    """Return what the rules of limits let a party of this kind pay out at each level."""
    rules = await limits.rules(tx, at=at)
    return {level: _limits(rules, kind, level) for level in Level}


def _limits(rules: Sequence[limits.Rule], kind: PartyKind, level: Level) -> Limits:
    found: dict[Window, Money] = {}
    for rule in rules:
        most = rule.amount(rule.maximum)
        met = rule.meets(operation=PAYING, party_kind=kind.value, level=int(level))
        if met and rule.is_own and most is not None:
            other = found.get(rule.window)
            if other is None or (other.currency == most.currency and most < other):
                found[rule.window] = most
    return Limits(
        per_transaction=found.get(Window.TRANSACTION),
        per_day=found.get(Window.DAY),
        per_year=found.get(Window.YEAR),
    )


async def rate(
    tx: WriteSession,
    *,
    party_id: UUID,
    risk: Risk,
    reason: str,
    rated_by: UUID | None,
    at: datetime,
    review_on: date | None = None,
) -> RiskRating:
    """Write down how risky a customer is and when that is looked at again.

    Without `review_on` it is the latest day the risk allows; a later one is not accepted.
    Raises `UnknownParty`, `ReasonMalformed`, `FactMalformed`.
    """
    words = clean_reason(reason)
    await locked(tx, party_id)
    today = business_date(at)
    latest = review_day(risk, on=today)
    if review_on is not None and not today < review_on <= latest:
        raise FactMalformed(field="review_on")
    rating = RiskRating(risk, words, review_on or latest, rated_by, at)
    tx.add(
        RiskRatingRow(
            id=new_id(),
            party_id=party_id,
            risk=risk.value,
            reason=words,
            review_on=rating.review_on,
            rated_by=rated_by,
            rated_at=at,
        )
    )
    await tx.flush()
    await tx.execute(
        update(PartyRow)
        .where(PartyRow.id == party_id)
        .values(risk=risk.value, review_on=rating.review_on)
    )
    rated = RiskRated(party_id=party_id, risk=risk.value, review_on=rating.review_on)
    await outbox.append(tx, [rated], at=at)
    return rating


async def risk_of(tx: ReadSession, party_id: UUID) -> RiskRating | None:
    """Return the newest judgement of a customer's risk, if anybody made one."""
    row = await tx.scalar(
        select(RiskRatingRow)
        .where(RiskRatingRow.party_id == party_id)
        .order_by(RiskRatingRow.id.desc())
        .limit(1)
    )
    if row is None:
        return None
    return RiskRating(Risk(row.risk), row.reason, row.review_on, row.rated_by, row.rated_at)


async def status_history(tx: ReadSession, party_id: UUID) -> Sequence[StatusChange]:
    """Return the steps of a party's life, newest first, at most `HISTORY_MAX`."""
    rows = await tx.scalars(
        select(StatusChangeRow)
        .where(StatusChangeRow.party_id == party_id)
        .order_by(StatusChangeRow.id.desc())
        .limit(HISTORY_MAX)
    )
    return [
        StatusChange(
            Status(row.before), Status(row.after), row.reason, row.changed_by, row.changed_at
        )
        for row in rows
    ]


async def level_history(tx: ReadSession, party_id: UUID) -> Sequence[LevelChange]:
    """Return how a party came to be known, newest first, at most `HISTORY_MAX`."""
    rows = await tx.scalars(
        select(LevelChangeRow)
        .where(LevelChangeRow.party_id == party_id)
        .order_by(LevelChangeRow.id.desc())
        .limit(HISTORY_MAX)
    )
    return [
        LevelChange(
            Level(row.before),
            Level(row.after),
            row.reason,
            row.case_id,
            row.changed_by,
            row.changed_at,
        )
        for row in rows
    ]
