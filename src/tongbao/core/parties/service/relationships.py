"""Relationships between parties."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.parties.domain.contacts import TooMany
from tongbao.core.parties.domain.duplicates import ordered
from tongbao.core.parties.domain.relationships import (
    GUARANTEE_DEPTH_MAX,
    EndBeforeBegin,
    GuaranteeCircle,
    Relationship,
    RelationshipId,
    RelationshipKind,
    RelationshipTaken,
    UnknownRelationship,
    check_ends,
    check_shares,
)
from tongbao.core.parties.events import RelationshipBegun, RelationshipEnded
from tongbao.core.parties.models import RelationshipRow
from tongbao.core.parties.service.registering import locked
from tongbao.infra import outbox
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.ids import new_id

RELATIONSHIPS_MAX = 200
GUARANTORS_WALKED_MAX = 1_000


async def relate(
    tx: WriteSession,
    *,
    kind: RelationshipKind,
    from_party_id: UUID,
    to_party_id: UUID,
    since: date,
    created_by: UUID,
    at: datetime,
    share_basis_points: int | None = None,
) -> Relationship:
    """Begin a relationship from the one who acts, owns or vouches to the one it is about.

    Raises `UnknownParty`, `RelationshipNotPossible`, `RelationshipTaken` (also for a second legal
    representative), `SharesExceedWhole`, `GuaranteeCircle`, `TooMany`.
    """
    if kind is RelationshipKind.FAMILY and from_party_id != to_party_id:
        from_party_id, to_party_id = ordered(from_party_id, to_party_id)
    # Locked in one order, so that two who relate the same parties wait and do not deadlock.
    parties = {each: await locked(tx, each) for each in sorted({from_party_id, to_party_id})}
    check_ends(
        kind,
        from_kind=parties[from_party_id].kind,
        to_kind=parties[to_party_id].kind,
        same=from_party_id == to_party_id,
        share_basis_points=share_basis_points,
    )
    if kind is RelationshipKind.BENEFICIAL_OWNER:
        await _check_shares(tx, to_party_id, share_basis_points or 0)
    if kind is RelationshipKind.GUARANTOR:
        await _check_circle(tx, from_party_id, to_party_id)
    if len(await relationships(tx, to_party_id)) >= RELATIONSHIPS_MAX:
        raise TooMany(maximum=RELATIONSHIPS_MAX)
    made = Relationship(
        id=RelationshipId(new_id()),
        kind=kind,
        from_party_id=from_party_id,
        to_party_id=to_party_id,
        share_basis_points=share_basis_points,
        since=since,
        until=None,
        created_by=created_by,
        created_at=at,
    )
    stored = await tx.scalar(
        insert(RelationshipRow)
        .values(
            id=made.id,
            kind=kind.value,
            from_party_id=from_party_id,
            to_party_id=to_party_id,
            share_basis_points=share_basis_points,
            since=since,
            created_by=created_by,
            created_at=at,
        )
        .on_conflict_do_nothing()
        .returning(RelationshipRow.id)
    )
    if stored is None:
        raise RelationshipTaken
    begun = RelationshipBegun(
        party_id=to_party_id,
        relationship_id=made.id,
        kind=kind.value,
        from_party_id=from_party_id,
    )
    await outbox.append(tx, [begun], at=at)
    return made


async def end_relationship(
    tx: WriteSession, *, party_id: UUID, relationship_id: UUID, until: date, at: datetime
) -> Relationship:
    """End a relationship of a party before the day `until`.

    Raises `UnknownRelationship` (also when it has ended), `EndBeforeBegin`.
    """
    row = await tx.scalar(
        select(RelationshipRow)
        .where(RelationshipRow.id == relationship_id, RelationshipRow.until.is_(None))
        .with_for_update()
    )
    if row is None or party_id not in (row.from_party_id, row.to_party_id):
        raise UnknownRelationship
    if until <= row.since:
        raise EndBeforeBegin
    await tx.execute(
        update(RelationshipRow).where(RelationshipRow.id == relationship_id).values(until=until)
    )
    ended = RelationshipEnded(party_id=row.to_party_id, relationship_id=row.id)
    await outbox.append(tx, [ended], at=at)
    return replace(_relationship(row), until=until)


async def relationships(
    tx: ReadSession, party_id: UUID, *, lasting: bool = True
) -> Sequence[Relationship]:
    """Return a party's relationships from either side, the latest first; also ended ones if asked.

    At most `RELATIONSHIPS_MAX`.
    """
    query = (
        select(RelationshipRow)
        .where(
            or_(RelationshipRow.from_party_id == party_id, RelationshipRow.to_party_id == party_id)
        )
        .order_by(RelationshipRow.id.desc())
        .limit(RELATIONSHIPS_MAX)
        .execution_options(populate_existing=True)
    )
    if lasting:
        query = query.where(RelationshipRow.until.is_(None))
    return [_relationship(row) for row in await tx.scalars(query)]


async def _check_shares(tx: WriteSession, party_id: UUID, added: int) -> None:
    held = await tx.scalars(
        select(RelationshipRow.share_basis_points).where(
            RelationshipRow.to_party_id == party_id,
            RelationshipRow.kind == RelationshipKind.BENEFICIAL_OWNER.value,
            RelationshipRow.until.is_(None),
        )
    )
    check_shares([share or 0 for share in held], added)


async def _check_circle(tx: WriteSession, guarantor: UUID, debtor: UUID) -> None:
    """Raise `GuaranteeCircle` if the debtor vouches, over whomever, for the guarantor.

    Walks level by level, bounded: a chain longer than that is refused too, as nobody could follow.
    """
    reached, level = {debtor}, {debtor}
    for _ in range(GUARANTEE_DEPTH_MAX):
        if guarantor in level:
            raise GuaranteeCircle
        found = await tx.scalars(
            select(RelationshipRow.to_party_id)
            .where(
                RelationshipRow.from_party_id.in_(list(level)),
                RelationshipRow.kind == RelationshipKind.GUARANTOR.value,
                RelationshipRow.until.is_(None),
            )
            .limit(GUARANTORS_WALKED_MAX)
        )
        level = set(found) - reached
        if not level:
            return
        reached |= level
        if len(reached) >= GUARANTORS_WALKED_MAX:
            break
    raise GuaranteeCircle


def _relationship(row: RelationshipRow) -> Relationship:
    return Relationship(
        id=RelationshipId(row.id),
        kind=RelationshipKind(row.kind),
        from_party_id=row.from_party_id,
        to_party_id=row.to_party_id,
        share_basis_points=row.share_basis_points,
        since=row.since,
        until=row.until,
        created_by=row.created_by,
        created_at=row.created_at,
    )
