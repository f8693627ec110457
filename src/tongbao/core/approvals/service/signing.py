"""Signing: by a registered Ed25519 key, or by a passkey whose challenge is the document's digest.

The instruction's row is locked first, so of the last two signers at once the second finds it
executed, and signing, refusing, withdrawing and expiring come one after the other. The signature
that completes what the policy asks for executes the instruction on the same transaction: both are
there after the commit, or neither. Where a rule refuses the execution, the last signature is undone
with it and may be given again.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import insert, select, update

from tongbao.core.approvals.domain.approvals import Approval, ByKey, ByPasskey
from tongbao.core.approvals.domain.errors import (
    AlreadyDecided,
    AlreadySigned,
    MakerMayNoLonger,
    NotAmongSigners,
    OwnInstruction,
    PolicyChanged,
    SignatureRefused,
)
from tongbao.core.approvals.domain.policy import placed
from tongbao.core.approvals.domain.proof import public_key_id
from tongbao.core.approvals.events import InstructionSigned
from tongbao.core.approvals.models import ApprovalRow, SignatureRow
from tongbao.core.approvals.service.approvals import (
    get,
    locked,
    role_of_signer,
    rule_under,
)
from tongbao.core.approvals.service.deciding import decide
from tongbao.core.approvals.service.instructions import (
    Instruction,
    Signed,
    Signers,
    registered_instructions,
)
from tongbao.core.approvals.service.keys import signature_of_key
from tongbao.core.approvals.service.opening import current
from tongbao.core.identity import service as identity
from tongbao.infra import outbox
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.ids import new_id

P = TypeVar("P", bound=BaseModel)


async def passkey_options(
    tx: ReadSession, *, approval_id: UUID, signer: Actor, at: datetime
) -> dict[str, Any]:
    """Return what `navigator.credentials.get` takes; the challenge is the document's digest.

    Raises `UnknownApproval`, `AlreadyDecided` and `NotAmongSigners` for whom it does not wait.
    """
    approval = await get(tx, approval_id, reader=signer)
    if not approval.is_open(at=at):
        raise AlreadyDecided(state="expired" if approval.state == "open" else approval.state)
    if approval.id not in await waiting_for(tx, [approval], signer=signer, at=at):
        raise NotAmongSigners
    return await identity.passkey_request(
        tx, challenge=bytes.fromhex(approval.digest), user_id=signer.id
    )


async def sign(
    tx: WriteSession, *, approval_id: UUID, signer: Actor, by: ByKey | ByPasskey, at: datetime
) -> Approval | SignatureRefused:
    """Add a signature; execute the instruction if it was the last one that was lacking.

    A signature that proves nothing is *returned* as the refusal it is, so that the caller commits:
    a passkey whose counter went back stays suspended. Raises `UnknownApproval`, `AlreadyDecided`,
    `OwnInstruction`, `NotAmongSigners`, `AlreadySigned`, `PolicyChanged`, `identity.CoolingOff`,
    `MakerMayNoLonger` and whatever the execution raises.
    """
    row = await locked(tx, approval_id, decider=signer, at=at)
    role = await role_of_signer(tx, row, signer, at=at)
    policy = await current(tx, row.party_id)
    if policy is None or policy.version != row.policy_version:
        raise PolicyChanged
    await identity.refuse_while_cooling(tx, user_id=signer.id, at=at)
    rule = await rule_under(tx, row)
    given = await _still_good(tx, row, at=at)
    if any(signer.is_same_person(user_id=each.user_id, person_id=each.person_id) for each in given):
        raise AlreadySigned
    place = placed(rule, given, rule.able(user_id=signer.id, role=role))
    if place is None:
        raise NotAmongSigners
    proof = await _proven(tx, row, signer=signer, by=by, at=at)
    if proof is None:
        return SignatureRefused()
    await tx.execute(
        insert(SignatureRow).values(
            id=new_id(),
            approval_id=row.id,
            user_id=signer.id,
            person_id=signer.person_id,
            signer_name=signer.name,
            role=role,
            stage=place.stage,
            signed_at=at,
            **proof,
        )
    )
    signed = InstructionSigned(
        approval_id=row.id,
        party_id=row.party_id,
        instruction=row.instruction,
        signer_id=signer.id,
        lacking=place.lacking,
    )
    await outbox.append(tx, [signed], at=at)
    if place.lacking:
        return await decide(tx, row, None, at=at)
    location = await _execute(tx, row, last=signer, at=at)
    return await decide(tx, row, "executed", decided_by=signer.id, location=location, at=at)


async def _still_good(tx: WriteSession, row: ApprovalRow, *, at: datetime) -> list[SignatureRow]:
    """Return the signatures that count; void those of people who may not sign any more."""
    given = await tx.scalars(
        select(SignatureRow)
        .where(SignatureRow.approval_id == row.id, SignatureRow.voided_at.is_(None))
        .order_by(SignatureRow.id)
        .execution_options(populate_existing=True)
    )
    good = []
    for each in list(given):
        actor = await identity.find_actor(tx, each.user_id, at)
        try:
            role = None if actor is None else await role_of_signer(tx, row, actor, at=at)
        except (NotAmongSigners, OwnInstruction):
            role = None
        if role == each.role:
            good.append(each)
        else:
            await tx.execute(
                update(SignatureRow)
                .where(SignatureRow.id == each.id)
                .values(voided_at=at)
                .execution_options(synchronize_session=False)
            )
    return good


async def _proven(
    tx: WriteSession, row: ApprovalRow, *, signer: Actor, by: ByKey | ByPasskey, at: datetime
) -> dict[str, Any] | None:
    """Return the columns that prove a signature; None if it proves nothing."""
    if isinstance(by, ByKey):
        proven = await signature_of_key(
            tx,
            user_id=signer.id,
            key_id=by.key_id,
            message=row.document.encode(),
            signature=by.signature,
        )
        kind = "ed25519"
    else:
        proven = await identity.passkey_signature(
            tx, credential=by.credential, challenge=row.digest, user_id=signer.id, at=at
        )
        kind = "passkey"
    if proven is None:
        return None
    return {
        "kind": kind,
        "key_id": bytes.fromhex(public_key_id(proven.public_key)),
        "public_key": proven.public_key,
        "proof": dict(proven.proof),
    }


async def _execute(tx: WriteSession, row: ApprovalRow, *, last: Actor, at: datetime) -> str | None:
    instruction = registered_instructions()[row.instruction]
    maker = await identity.find_actor(tx, row.maker_id, at)
    if maker is None or not maker.may(instruction.opens, party_id=row.party_id):
        raise MakerMayNoLonger(permission=instruction.opens)
    by = Signed(
        approval_id=row.id,
        digest=row.digest.hex(),
        maker=maker,
        signers=Signers.of(last, approval_id=row.id),
    )
    return await instruction.execute(tx, row.payload, by, at)


async def signers_of(
    tx: ReadSession, approval_id: UUID, *, instruction: Instruction[P], payload: P, at: datetime
) -> Signers | None:
    """Return the signers of an executed instruction, for work that goes on after its execution.

    None unless exactly this was signed, and whoever completed it may still sign.
    """
    row = await tx.get(ApprovalRow, approval_id)
    if row is None or row.state != "executed" or row.instruction != instruction.name:
        return None
    if instruction.payload.model_validate_json(row.payload) != payload:
        return None
    assert row.decided_by is not None, "somebody signed last"
    last = await identity.find_actor(tx, row.decided_by, at)
    if last is None or not last.may(instruction.signs, party_id=row.party_id):
        return None
    return Signers.of(last, approval_id=row.id)


async def waiting_for(
    tx: ReadSession, approvals: Sequence[Approval], *, signer: Actor, at: datetime
) -> frozenset[UUID]:
    """Return the ids of those instructions that this person could sign now."""
    roles: dict[UUID, str] = {}
    for party_id in {each.party_id for each in approvals} & signer.party_ids:
        member = await identity.membership_of(tx, user_id=signer.id, party_id=party_id, at=at)
        roles |= {} if member is None else {party_id: member.role.value}
    return frozenset(
        each.id
        for each in approvals
        if each.party_id in roles
        and each.is_open(at=at)
        and _wants(each, signer, role=roles[each.party_id])
    )


def _wants(approval: Approval, signer: Actor, *, role: str) -> bool:
    instruction = registered_instructions().get(approval.instruction)
    if instruction is None or not signer.may(instruction.signs, party_id=approval.party_id):
        return False
    if signer.id in {approval.maker_id, *(each.user_id for each in approval.counting)}:
        return False
    rule = approval.rule
    able = rule.able(user_id=signer.id, role=role)
    return placed(rule, approval.counting, able) is not None
