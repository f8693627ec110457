"""Finding parties that may be one, and letting staff say so."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from tongbao.core.parties.domain.duplicates import (
    CANDIDATE_SCORE_MIN,
    COMPARED_MAX,
    Duplicate,
    DuplicateAlreadyWorked,
    DuplicateId,
    Features,
    UnknownDuplicate,
    Verdict,
    compare,
    document_key,
    grounds_of,
    match_keys,
    ordered,
)
from tongbao.core.parties.domain.levels import PartyKind
from tongbao.core.parties.domain.parties import clean_reason
from tongbao.core.parties.events import DuplicateFound, DuplicateWorked
from tongbao.core.parties.models import (
    ContactRow,
    DocumentRow,
    DuplicateRow,
    MatchKeyRow,
    PartyRow,
    PersonRow,
)
from tongbao.infra import outbox
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page, decode_cursor, encode_cursor

PARTIES_A_PIECE: Final = 100


async def look(tx: WriteSession, *, party_id: UUID, at: datetime) -> list[Duplicate]:
    """Write down a party's keys and compare it with whoever shares one; return new pairs.

    The work depends on how many share a key (at most `COMPARED_MAX` are compared), never on how
    many parties there are.
    """
    mine = (await _features(tx, [party_id])).get(party_id)
    if mine is None:
        return []
    keys = match_keys(mine)
    await tx.execute(
        delete(MatchKeyRow).where(
            MatchKeyRow.party_id == party_id, MatchKeyRow.key.not_in(sorted(keys))
        )
    )
    if not keys:
        return []
    await tx.execute(
        insert(MatchKeyRow)
        .values([{"key": key, "party_id": party_id} for key in sorted(keys)])
        .on_conflict_do_nothing()
    )
    others = await _sharing(tx, party_id, keys)
    found = []
    for other in (await _features(tx, others)).values():
        score, grounds = compare(mine, other)
        if score < CANDIDATE_SCORE_MIN:
            continue
        first, second = ordered(party_id, other.party_id)
        pair = Duplicate(
            id=DuplicateId(new_id()),
            party_id=first,
            other_id=second,
            score=score,
            grounds=grounds,
            verdict=Verdict.OPEN,
            reason=None,
            worked_by=None,
            worked_at=None,
            found_at=at,
        )
        if await _store(tx, pair):
            found.append(pair)
    await outbox.append(
        tx,
        [
            DuplicateFound(
                party_id=pair.party_id,
                duplicate_id=pair.id,
                other_id=pair.other_id,
                score=pair.score,
            )
            for pair in found
        ],
        at=at,
    )
    return found


async def work_duplicate(
    tx: WriteSession,
    *,
    duplicate_id: UUID,
    verdict: Verdict,
    reason: str,
    worked_by: UUID,
    at: datetime,
) -> Duplicate:
    """Say whether a pair is one party. Nothing is merged: that is a deed of its own.

    Raises `UnknownDuplicate`, `DuplicateAlreadyWorked`, `ReasonMalformed`.
    """
    assert verdict is not Verdict.OPEN, "a verdict says something"
    words = clean_reason(reason)
    row = await tx.scalar(
        select(DuplicateRow).where(DuplicateRow.id == duplicate_id).with_for_update()
    )
    if row is None:
        raise UnknownDuplicate
    if row.verdict != Verdict.OPEN.value:
        raise DuplicateAlreadyWorked
    row.verdict = verdict.value
    row.reason = words
    row.worked_by = worked_by
    row.worked_at = at
    await tx.flush()
    worked = DuplicateWorked(
        party_id=row.party_id,
        duplicate_id=row.id,
        other_id=row.other_id,
        verdict="same" if verdict is Verdict.SAME else "not_same",
    )
    await outbox.append(tx, [worked], at=at)
    return _duplicate(row)


async def duplicates(
    tx: ReadSession,
    *,
    verdict: Verdict | None = None,
    party_id: UUID | None = None,
    after: str | None = None,
    limit: int = PAGE_LIMIT_DEFAULT,
) -> Page[Duplicate]:
    """Return pairs, the latest found first. Raises `kernel.page.BadCursor`."""
    query = select(DuplicateRow).order_by(DuplicateRow.id.desc()).limit(limit + 1)
    if verdict is not None:
        query = query.where(DuplicateRow.verdict == verdict.value)
    if party_id is not None:
        query = query.where(
            (DuplicateRow.party_id == party_id) | (DuplicateRow.other_id == party_id)
        )
    if after is not None:
        query = query.where(DuplicateRow.id < decode_cursor(after, UUID)[0])
    found = [_duplicate(row) for row in await tx.scalars(query)]
    return Page[Duplicate].of(found, limit=limit, cursor=lambda last: encode_cursor(last.id))


async def tags_anew(tx: WriteSession, *, party_ids: Collection[UUID], at: datetime) -> None:
    """Write the keys of parties anew, whose blind tags were; look where somebody shares one.

    A party that came meanwhile was compared with those alone whose tags were new already.
    """
    ids = sorted(party_ids)
    for start in range(0, len(ids), PARTIES_A_PIECE):
        piece = ids[start : start + PARTIES_A_PIECE]
        features = await _features(tx, piece)
        rows = [
            {"key": key, "party_id": party_id}
            for party_id, found in features.items()
            for key in sorted(match_keys(found))
        ]
        await tx.execute(delete(MatchKeyRow).where(MatchKeyRow.party_id.in_(piece)))
        if rows:
            await tx.execute(insert(MatchKeyRow), rows)
        other = aliased(MatchKeyRow)
        shared = await tx.scalars(
            select(MatchKeyRow.party_id)
            .where(
                MatchKeyRow.party_id.in_(piece),
                func.left(MatchKeyRow.key, 2).in_(("d:", "p:", "e:")),
                exists().where(
                    other.key == MatchKeyRow.key, other.party_id != MatchKeyRow.party_id
                ),
            )
            .distinct()
        )
        for party_id in sorted(shared.all()):
            await look(tx, party_id=party_id, at=at)


async def open_pairs(tx: ReadSession, party_id: UUID) -> int:
    """Count the pairs of a party that nobody has worked, or that are the same."""
    counted = await tx.scalar(
        select(func.count())
        .select_from(DuplicateRow)
        .where(
            or_(DuplicateRow.party_id == party_id, DuplicateRow.other_id == party_id),
            DuplicateRow.verdict != Verdict.NOT_SAME.value,
        )
    )
    return counted or 0


async def _sharing(tx: ReadSession, party_id: UUID, keys: Collection[str]) -> list[UUID]:
    """Return who shares a key: one index look-up a key, each bounded."""
    found: dict[UUID, None] = {}
    for key in sorted(keys, key=lambda key: ("dpebn".index(key[0]), key)):  # the surest first
        rows = await tx.scalars(
            select(MatchKeyRow.party_id)
            .where(MatchKeyRow.key == key, MatchKeyRow.party_id != party_id)
            .order_by(MatchKeyRow.party_id.desc())
            .limit(COMPARED_MAX)
        )
        found.update(dict.fromkeys(rows))
    return list(found)[: 2 * COMPARED_MAX]


async def _features(tx: ReadSession, party_ids: Collection[UUID]) -> Mapping[UUID, Features]:
    if not party_ids:
        return {}
    ids = list(party_ids)
    parties = await tx.execute(
        select(PartyRow.id, PartyRow.kind, PartyRow.name, PersonRow.born_on)
        .outerjoin(PersonRow, PersonRow.party_id == PartyRow.id)
        .where(PartyRow.id.in_(ids))
    )
    documents = await tx.execute(
        select(DocumentRow.party_id, DocumentRow.type, DocumentRow.number_blind).where(
            DocumentRow.party_id.in_(ids)
        )
    )
    contacts = await tx.execute(
        select(ContactRow.party_id, ContactRow.kind, ContactRow.value_blind).where(
            ContactRow.party_id.in_(ids), ContactRow.removed_at.is_(None)
        )
    )
    shown = [(row.party_id, document_key(row.type, row.number_blind.hex())) for row in documents]
    reached = [(row.party_id, row.kind, row.value_blind.hex()) for row in contacts]
    return {
        row.id: Features(
            party_id=row.id,
            kind=PartyKind(row.kind),
            name=row.name,
            born_on=row.born_on,
            documents=frozenset(key for owner, key in shown if owner == row.id),
            phones=frozenset(v for owner, kind, v in reached if (owner, kind) == (row.id, "phone")),
            emails=frozenset(v for owner, kind, v in reached if (owner, kind) == (row.id, "email")),
        )
        for row in parties
    }


async def _store(tx: WriteSession, pair: Duplicate) -> bool:
    """Keep a pair unless it is known, worked or not; return whether it is new."""
    stored = await tx.scalar(
        insert(DuplicateRow)
        .values(
            id=pair.id,
            party_id=pair.party_id,
            other_id=pair.other_id,
            score=pair.score,
            grounds=[ground.value for ground in pair.grounds],
            verdict=pair.verdict.value,
            found_at=pair.found_at,
        )
        .on_conflict_do_nothing(index_elements=["party_id", "other_id"])
        .returning(DuplicateRow.id)
    )
    return stored is not None


def _duplicate(row: DuplicateRow) -> Duplicate:
    return Duplicate(
        id=DuplicateId(row.id),
        party_id=row.party_id,
        other_id=row.other_id,
        score=row.score,
        grounds=grounds_of(row.grounds),
        verdict=Verdict(row.verdict),
        reason=row.reason,
        worked_by=row.worked_by,
        worked_at=row.worked_at,
        found_at=row.found_at,
    )
