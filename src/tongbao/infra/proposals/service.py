"""Proposing, seeing and deciding."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import ColumnElement, and_, false, or_, select, update

from tongbao.infra import outbox
from tongbao.infra.auth import Actor, FindActor, Forbidden
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.infra.proposals.actions import Action, Approved, registered_actions
from tongbao.infra.proposals.errors import (
    AlreadyDecided,
    DigestMismatch,
    MakerMayNoLonger,
    NotTheMaker,
    OwnProposal,
    ReasonMissing,
    UnknownProposal,
)
from tongbao.infra.proposals.events import ProposalDecided, ProposalMade
from tongbao.infra.proposals.models import ProposalRow
from tongbao.kernel.ids import new_id
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page, decode_cursor, encode_cursor

READ_ANY: Final = "proposals:read_any"
EXPIRED_PER_RUN_MAX: Final = 1_000
REASON_LENGTH_MAX: Final = 500

P = TypeVar("P", bound=BaseModel)


class State(StrEnum):
    """A proposal waits, or is decided for good."""

    PENDING = "pending"
    EXECUTED = "executed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What was proposed and what became of it; `payload` without what is hidden."""

    id: UUID
    action: str
    payload: dict[str, Any]
    digest: str
    party_id: UUID | None
    maker_id: UUID
    maker_name: str
    approve_permission: str
    reason: str
    state: State
    made_at: datetime
    expires_at: datetime
    decided_at: datetime | None
    decided_by: UUID | None
    note: str | None
    location: str | None


async def propose(
    tx: WriteSession,
    *,
    action: Action[P],
    payload: P,
    maker: Actor,
    party_id: UUID | None = None,
    reason: str = "",
    at: datetime,
) -> Proposal:
    """Store what `maker` wants done until somebody else decides.

    `party_id` is whose business it is: whoever holds the action's permission to approve *there* may
    approve it. Without one it is the bank's, for staff. Raises `Forbidden`.
    """
    if not maker.may(action.propose, party_id=party_id) or maker.kind == "service":
        raise Forbidden(permission=action.propose)
    text = canonical(payload)
    row = ProposalRow(
        id=new_id(),
        action=action.name,
        payload=text,
        digest=_digest(text),
        party_id=party_id,
        maker_id=maker.id,
        maker_name=maker.name,
        person_id=maker.person_id,
        approve_permission=action.approve,
        reason=reason.strip()[:REASON_LENGTH_MAX],
        state=State.PENDING.value,
        made_at=at,
        expires_at=at + action.lifetime,
    )
    tx.add(row)
    await tx.flush()
    made = ProposalMade(
        proposal_id=row.id, action=action.name, party_id=party_id, maker_id=maker.id
    )
    await outbox.append(tx, [made], at=at)
    return _proposal(row)


async def approve(
    tx: WriteSession,
    *,
    proposal_id: UUID,
    digest: str,
    approver: Actor,
    find_actor: FindActor,
    note: str = "",
    step_up_token: str | None = None,
    at: datetime,
) -> Proposal:
    """Execute a proposal on this transaction, once.

    The row is locked first, so of two deciders at once the second finds it decided; a crash before
    the commit leaves it pending with nothing done. `digest` is that of what the approver saw.

    Raises `UnknownProposal`, `AlreadyDecided` (also past its time), `OwnProposal`, `Forbidden`,
    `DigestMismatch`, `MakerMayNoLonger` and whatever the execution raises; the caller's rollback
    then leaves the proposal pending.
    """
    row = await _to_decide(tx, proposal_id, decider=approver, at=at)
    _check_four_eyes(row, approver)
    if not hmac.compare_digest(digest, row.digest.hex()):
        raise DigestMismatch
    assert _digest(row.payload) == row.digest, "a proposal's payload was tampered with"
    action = registered_actions().get(row.action)
    if action is None:
        raise UnknownProposal
    maker = await find_actor(tx, row.maker_id, at)
    if maker is None or not maker.may(action.propose, party_id=row.party_id):
        raise MakerMayNoLonger(permission=action.propose)
    by = Approved(
        proposal_id=row.id,
        maker=maker,
        approver=approver,
        digest=row.digest.hex(),
        step_up_token=step_up_token,
    )
    location = await action.execute(tx, row.payload, by, at)
    return await _decide(
        tx, row, State.EXECUTED, decided_by=approver.id, note=note, location=location, at=at
    )


async def refuse(
    tx: WriteSession, *, proposal_id: UUID, refused_by: Actor, reason: str, at: datetime
) -> Proposal:
    """End a proposal with a reason, by somebody who could have approved it.

    Raises `UnknownProposal`, `AlreadyDecided`, `OwnProposal`, `Forbidden` and `ReasonMissing`.
    """
    if not reason.strip():
        raise ReasonMissing
    row = await _to_decide(tx, proposal_id, decider=refused_by, at=at)
    _check_four_eyes(row, refused_by)
    return await _decide(tx, row, State.REFUSED, decided_by=refused_by.id, note=reason, at=at)


async def withdraw(
    tx: WriteSession, *, proposal_id: UUID, withdrawn_by: Actor, at: datetime
) -> Proposal:
    """Take back one's own proposal. Raises `UnknownProposal`, `AlreadyDecided`, `NotTheMaker`."""
    row = await _to_decide(tx, proposal_id, decider=withdrawn_by, at=at)
    if row.maker_id != withdrawn_by.id:
        raise NotTheMaker
    return await _decide(tx, row, State.WITHDRAWN, decided_by=withdrawn_by.id, at=at)


async def expire(tx: WriteSession, *, at: datetime, limit: int = EXPIRED_PER_RUN_MAX) -> int:
    """End proposals whose time is over, a bounded number; return how many.

    One that somebody is deciding at this moment is left to them.
    """
    rows = list(
        await tx.scalars(
            select(ProposalRow)
            .where(ProposalRow.state == State.PENDING.value, ProposalRow.expires_at <= at)
            .order_by(ProposalRow.expires_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    )
    for row in rows:
        await _decide(tx, row, State.EXPIRED, decided_by=None, at=at)
    return len(rows)


async def get(tx: ReadSession, proposal_id: UUID, *, reader: Actor) -> Proposal:
    """Return a proposal to its maker, to those who may approve it, and to its party's people.

    Raises `UnknownProposal`.
    """
    row = await tx.get(ProposalRow, proposal_id)
    if row is None or not _may_see(row, reader):
        raise UnknownProposal
    return _proposal(row)


async def to_approve(
    tx: ReadSession,
    *,
    approver: Actor,
    at: datetime,
    after: str | None = None,
    limit: int = PAGE_LIMIT_DEFAULT,
) -> Page[Proposal]:
    """Return the pending proposals that this actor may approve, the latest first."""
    query = select(ProposalRow).where(
        ProposalRow.state == State.PENDING.value,
        ProposalRow.expires_at > at,
        ProposalRow.maker_id != approver.id,
        _may_approve_row(approver),
    )
    if approver.person_id is not None:
        query = query.where(ProposalRow.person_id.is_distinct_from(approver.person_id))
    return await _page(tx, query, after=after, limit=limit)


async def mine(
    tx: ReadSession, *, maker: Actor, after: str | None = None, limit: int = PAGE_LIMIT_DEFAULT
) -> Page[Proposal]:
    """Return what this actor proposed, the latest first."""
    query = select(ProposalRow).where(ProposalRow.maker_id == maker.id)
    return await _page(tx, query, after=after, limit=limit)


def canonical(payload: BaseModel) -> str:
    """Return a payload as the one text it is stored and hashed as: sorted keys, no spaces."""
    return json.dumps(
        payload.model_dump(mode="json"), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )


async def _page(tx: ReadSession, query: Any, *, after: str | None, limit: int) -> Page[Proposal]:  # noqa: ANN401
    if after is not None:
        query = query.where(ProposalRow.id < decode_cursor(after, UUID)[0])
    rows: Sequence[ProposalRow] = list(
        await tx.scalars(query.order_by(ProposalRow.id.desc()).limit(limit + 1))
    )
    return Page[Proposal].of(
        [_proposal(row) for row in rows],
        limit=limit,
        cursor=lambda last: encode_cursor(last.id),
    )


async def _to_decide(
    tx: WriteSession, proposal_id: UUID, *, decider: Actor, at: datetime
) -> ProposalRow:
    """Return a pending proposal, locked until this transaction ends."""
    row = await tx.scalar(
        select(ProposalRow)
        .where(ProposalRow.id == proposal_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None or not _may_see(row, decider):
        raise UnknownProposal
    if row.state != State.PENDING.value:
        raise AlreadyDecided(state=row.state)
    if row.expires_at <= at:
        raise AlreadyDecided(state=State.EXPIRED.value)
    return row


def _check_four_eyes(row: ProposalRow, approver: Actor) -> None:
    """Raise unless somebody else decides, who may, and who is a person."""
    if approver.is_same_person(user_id=row.maker_id, person_id=row.person_id):
        raise OwnProposal
    if not _may_approve(row, approver):
        raise Forbidden(permission=row.approve_permission)


def _may_approve(row: ProposalRow, actor: Actor) -> bool:
    if actor.kind == "service" or (row.party_id is None and actor.kind != "staff"):
        return False
    return actor.may(row.approve_permission, party_id=row.party_id)


def _may_see(row: ProposalRow, actor: Actor) -> bool:
    return (
        row.maker_id == actor.id
        or row.party_id in actor.party_ids
        or _may_approve(row, actor)
        or actor.may(READ_ANY)
    )


def _may_approve_row(actor: Actor) -> ColumnElement[bool]:
    """Return the condition of `_may_approve` for the database: parties by what is held there."""
    if actor.kind == "staff":
        return and_(
            ProposalRow.party_id.is_(None),
            ProposalRow.approve_permission.in_(sorted(actor.permissions)),
        )
    by_grants: dict[frozenset[str], list[UUID]] = {}
    if actor.kind == "customer":
        for party_id, held in actor.grants.items():
            by_grants.setdefault(held, []).append(party_id)
    return or_(
        false(),
        *(
            and_(
                ProposalRow.party_id.in_(party_ids),
                ProposalRow.approve_permission.in_(sorted(held)),
            )
            for held, party_ids in by_grants.items()
        ),
    )


async def _decide(
    tx: WriteSession,
    row: ProposalRow,
    state: State,
    *,
    decided_by: UUID | None,
    note: str = "",
    location: str | None = None,
    at: datetime,
) -> Proposal:
    row_id, action = row.id, row.action
    await tx.execute(
        update(ProposalRow)
        .where(ProposalRow.id == row_id)
        .values(
            state=state.value,
            decided_at=at,
            decided_by=decided_by,
            note=note.strip()[:REASON_LENGTH_MAX] or None,
            location=location,
        )
        .execution_options(synchronize_session=False)
    )
    await tx.refresh(row)
    decided = ProposalDecided.model_validate(
        {"proposal_id": row_id, "action": action, "state": state.value, "decided_by": decided_by}
    )
    await outbox.append(tx, [decided], at=at)
    return _proposal(row)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _proposal(row: ProposalRow) -> Proposal:
    action = registered_actions().get(row.action)  # none: a proposal of a release long gone
    payload: dict[str, Any] = {} if action is None else json.loads(row.payload)
    hidden = frozenset() if action is None else action.hidden
    shown = {name: value for name, value in payload.items() if name not in hidden}
    return Proposal(
        id=row.id,
        action=row.action,
        payload=shown,
        digest=row.digest.hex(),
        party_id=row.party_id,
        maker_id=row.maker_id,
        maker_name=row.maker_name,
        approve_permission=row.approve_permission,
        reason=row.reason,
        state=State(row.state),
        made_at=row.made_at,
        expires_at=row.expires_at,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        note=row.note,
        location=row.location,
    )
