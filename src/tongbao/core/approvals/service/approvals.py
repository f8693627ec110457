"""Instructions as they are read and stored: rows, signatures, and who may see what."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, get_args
from uuid import UUID

from sqlalchemy import select

from tongbao.core.approvals.domain.approvals import Approval, Given
from tongbao.core.approvals.domain.document import SignatureKind, State
from tongbao.core.approvals.domain.errors import (
    AlreadyDecided,
    NotAmongSigners,
    OwnInstruction,
    UnknownApproval,
)
from tongbao.core.approvals.domain.policy import Policy, Rule
from tongbao.core.approvals.models import ApprovalRow, PolicyRow, SignatureRow
from tongbao.core.approvals.service.instructions import registered_instructions
from tongbao.core.identity import service as identity
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.money import Money
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page, decode_cursor, encode_cursor
from tongbao.kernel.text import Text

READ_ANY: Final = "approvals:read_any"
STATES: Final[tuple[State, ...]] = get_args(State)
KINDS: Final[tuple[SignatureKind, ...]] = get_args(SignatureKind)


async def get(tx: ReadSession, approval_id: UUID, *, reader: Actor | None) -> Approval:
    """Return an instruction to its maker, its party's people, staff; to modules with no `reader`.

    Raises `UnknownApproval`.
    """
    row = await tx.get(ApprovalRow, approval_id)
    if row is None or (reader is not None and not may_see(row, reader)):
        raise UnknownApproval
    (found,) = await told(tx, [row])
    return found


async def listed(
    tx: ReadSession,
    *,
    party_id: UUID,
    state: State | None,
    after: str | None = None,
    limit: int = PAGE_LIMIT_DEFAULT,
) -> Page[Approval]:
    """Return the instructions of a party, the latest first."""
    query = select(ApprovalRow).where(ApprovalRow.party_id == party_id)
    if state is not None:
        query = query.where(ApprovalRow.state == state)
    if after is not None:
        query = query.where(ApprovalRow.id < decode_cursor(after, UUID)[0])
    rows = list(await tx.scalars(query.order_by(ApprovalRow.id.desc()).limit(limit + 1)))
    return Page[Approval].of(
        await told(tx, rows), limit=limit, cursor=lambda last: encode_cursor(last.id)
    )


async def told(tx: ReadSession, rows: Sequence[ApprovalRow]) -> list[Approval]:
    """Return instructions with their rules and signatures, in the order of the rows."""
    given: dict[UUID, list[Given]] = {row.id: [] for row in rows}
    signatures = await tx.scalars(
        select(SignatureRow)
        .where(SignatureRow.approval_id.in_(given))
        .order_by(SignatureRow.id)
        .execution_options(populate_existing=True)
    )
    for each in signatures:
        given[each.approval_id].append(_given(each))
    rules = {
        key: await rule_under(tx, row) for key, row in {_key(row): row for row in rows}.items()
    }
    return [_approval(row, rules[_key(row)], given[row.id]) for row in rows]


async def rule_under(tx: ReadSession, row: ApprovalRow) -> Rule:
    """Return what an instruction needs, by the policy it was opened under."""
    text = await tx.scalar(
        select(PolicyRow.policy).where(
            PolicyRow.party_id == row.party_id, PolicyRow.version == row.policy_version
        )
    )
    assert text is not None, "an instruction is opened under a policy"
    policy = Policy.model_validate_json(text)
    amount = _amount(row)
    return policy.changes if amount is None else policy.rule_of(amount)


async def locked(
    tx: WriteSession, approval_id: UUID, *, decider: Actor, at: datetime
) -> ApprovalRow:
    """Return an open instruction, locked until this transaction ends.

    Raises `UnknownApproval`, and `AlreadyDecided` also for one whose time is over.
    """
    row = await tx.scalar(
        select(ApprovalRow)
        .where(ApprovalRow.id == approval_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None or not may_see(row, decider):
        raise UnknownApproval
    if row.state != "open":
        raise AlreadyDecided(state=row.state)
    if row.expires_at <= at:
        raise AlreadyDecided(state="expired")
    return row


async def role_of_signer(tx: ReadSession, row: ApprovalRow, signer: Actor, *, at: datetime) -> str:
    """Return as what somebody may sign this instruction.

    Raises `OwnInstruction` for its maker, by whatever log-in, and `NotAmongSigners` for machines
    and for whoever lacks the permission at the party.
    """
    if signer.is_same_person(user_id=row.maker_id, person_id=row.person_id):
        raise OwnInstruction
    instruction = registered_instructions().get(row.instruction)
    if instruction is None or signer.kind != "customer":
        raise NotAmongSigners
    member = await identity.membership_of(tx, user_id=signer.id, party_id=row.party_id, at=at)
    if member is None or not signer.may(instruction.signs, party_id=row.party_id):
        raise NotAmongSigners
    return member.role.value


def may_see(row: ApprovalRow, actor: Actor) -> bool:
    """Tell whether somebody may know of an instruction."""
    return row.maker_id == actor.id or row.party_id in actor.party_ids or actor.may(READ_ANY)


def _key(row: ApprovalRow) -> tuple[UUID, int, int | None, str | None]:
    return row.party_id, row.policy_version, row.amount_minor, row.currency


def _amount(row: ApprovalRow) -> Money | None:
    if row.amount_minor is None or row.currency is None:
        return None
    return Money(row.amount_minor, row.currency)


def _given(row: SignatureRow) -> Given:
    (kind,) = (each for each in KINDS if each == row.kind)
    return Given(
        user_id=row.user_id,
        name=row.signer_name,
        role=row.role,
        stage=row.stage,
        kind=kind,
        key_id=row.key_id.hex(),
        signed_at=row.signed_at,
        voided_at=row.voided_at,
    )


def _approval(row: ApprovalRow, rule: Rule, signatures: Sequence[Given]) -> Approval:
    (state,) = (each for each in STATES if each == row.state)
    known = registered_instructions().get(row.instruction)  # none: of a release long gone
    return Approval(
        id=row.id,
        instruction=row.instruction,
        title=Text(zh=row.instruction, en=row.instruction) if known is None else known.title,
        document=row.document,
        digest=row.digest.hex(),
        party_id=row.party_id,
        policy_version=row.policy_version,
        amount=_amount(row),
        maker_id=row.maker_id,
        maker_name=row.maker_name,
        state=state,
        made_at=row.made_at,
        expires_at=row.expires_at,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        note=row.note,
        location=row.location,
        rule=rule,
        signatures=tuple(signatures),
    )
