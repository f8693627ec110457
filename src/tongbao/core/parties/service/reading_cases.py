"""Reading cases, their evidence and their steps."""

import json
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from uuid import UUID

from sqlalchemy import select

from tongbao.core.parties.domain.cases import (
    Case,
    CaseId,
    Cause,
    Evidence,
    EvidenceId,
    EvidenceKind,
    State,
    Step,
    UnknownCase,
    UnknownEvidence,
)
from tongbao.core.parties.domain.findings import Finding, Found
from tongbao.core.parties.domain.levels import Level
from tongbao.core.parties.models import CaseRow, CaseStepRow, EvidenceRow
from tongbao.infra import crypto
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page, decode_cursor, encode_cursor

EVIDENCE_MAX = 100
FACTS = "parties_evidence.facts_sealed"


async def get_case(tx: ReadSession, case_id: UUID) -> Case:
    """Return one case. Raises `UnknownCase`."""
    row = await tx.get(CaseRow, case_id, populate_existing=True)
    if row is None:
        raise UnknownCase
    return case_of(row)


async def locked_case(tx: WriteSession, case_id: UUID) -> Case:
    """Return one case and keep others from moving it. Raises `UnknownCase`."""
    row = await tx.scalar(
        select(CaseRow)
        .where(CaseRow.id == case_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise UnknownCase
    return case_of(row)


async def cases(
    tx: ReadSession,
    *,
    among: AbstractSet[UUID] | None = None,
    state: State | None = None,
    after: str | None = None,
    limit: int = PAGE_LIMIT_DEFAULT,
) -> Page[Case]:
    """Return cases of all parties or `among` some, the latest opened first.

    Raises `kernel.page.BadCursor`.
    """
    query = select(CaseRow).order_by(CaseRow.id.desc()).limit(limit + 1)
    if among is not None:
        query = query.where(CaseRow.party_id.in_(among))
    if state is not None:
        query = query.where(CaseRow.state == state.value)
    if after is not None:
        query = query.where(CaseRow.id < decode_cursor(after, UUID)[0])
    found = [case_of(row) for row in await tx.scalars(query)]
    return Page[Case].of(found, limit=limit, cursor=lambda last: encode_cursor(last.id))


async def evidence(tx: ReadSession, case_id: UUID) -> Sequence[Evidence]:
    """Return the evidence of a case, the oldest first; a later one of a kind replaces earlier."""
    query = select(EvidenceRow).where(EvidenceRow.case_id == case_id)
    rows = (await tx.scalars(query.order_by(EvidenceRow.id).limit(EVIDENCE_MAX))).all()
    boxes = await crypto.boxes(tx, owners={row.party_id for row in rows})
    return [_evidence(row, boxes[row.party_id]) for row in rows]


async def evidence_of(tx: ReadSession, *, party_id: UUID, evidence_id: UUID) -> Evidence:
    """Return one piece of evidence of a party's cases. Raises `UnknownEvidence`."""
    row = await tx.scalar(
        select(EvidenceRow).where(EvidenceRow.id == evidence_id, EvidenceRow.party_id == party_id)
    )
    if row is None:
        raise UnknownEvidence
    return _evidence(row, await crypto.box(tx, owner=party_id))


async def steps(tx: ReadSession, case_id: UUID) -> Sequence[Step]:
    """Return how a case came to be in its state, the oldest first."""
    rows = await tx.scalars(
        select(CaseStepRow)
        .where(CaseStepRow.case_id == case_id)
        .order_by(CaseStepRow.id)
        .limit(EVIDENCE_MAX)
    )
    return [
        Step(
            before=None if row.before is None else State(row.before),
            after=State(row.after),
            reason=row.reason,
            taken_by=row.taken_by,
            taken_at=row.taken_at,
        )
        for row in rows
    ]


def _evidence(row: EvidenceRow, box: crypto.Box) -> Evidence:
    """Return a row as the evidence it is; of an erased party nothing is left of its facts."""
    facts = "{}" if box.erased else box.open(row.facts_sealed, field=FACTS, row=row.id)
    return Evidence(
        id=EvidenceId(row.id),
        kind=EvidenceKind(row.kind),
        facts=json.loads(facts),
        file_id=row.file_id,
        recorded_by=row.recorded_by,
        recorded_at=row.recorded_at,
    )


def case_of(row: CaseRow) -> Case:
    """Return a row as the case it is."""
    return Case(
        id=CaseId(row.id),
        party_id=row.party_id,
        level=Level(row.level),
        state=State(row.state),
        cause=Cause(row.cause),
        attempts=row.attempts,
        findings=tuple(Found(Finding(each["finding"]), each["about"]) for each in row.findings),
        opened_by=row.opened_by,
        opened_at=row.opened_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        decision_reason=row.decision_reason,
    )
