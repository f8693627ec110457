"""Opening an instruction: what an organisation's people are to sign."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final, TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import select

from tongbao.core.approvals.domain.approvals import Approval
from tongbao.core.approvals.domain.document import DOCUMENT, canonical, digest_of, moment
from tongbao.core.approvals.domain.errors import BadDeadline, NoPolicy
from tongbao.core.approvals.domain.policy import Policy
from tongbao.core.approvals.events import InstructionOpened
from tongbao.core.approvals.models import ApprovalRow, PolicyRow
from tongbao.core.approvals.service.approvals import told
from tongbao.core.approvals.service.instructions import Instruction
from tongbao.core.parties import service as parties
from tongbao.infra import outbox
from tongbao.infra.arrays import Kind, array
from tongbao.infra.auth import Actor, Forbidden
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money

DEADLINE_MAX: Final = timedelta(days=90)

P = TypeVar("P", bound=BaseModel)

_POLICIES: Final = (
    "SELECT latest.party_id, latest.policy FROM unnest(%s::uuid[]) AS w(id)"
    " CROSS JOIN LATERAL (SELECT p.party_id, p.policy FROM approvals_policy p"
    " WHERE p.party_id = w.id ORDER BY p.version DESC LIMIT 1) AS latest"
    " WHERE latest.policy IS NOT NULL"
)


async def policies_in_use(tx: ReadSession, party_ids: Collection[UUID]) -> dict[UUID, Policy]:
    """Return the policies in use of those of the parties that have one."""
    wanted = array(Kind.UUID, [each.bytes for each in party_ids])
    return {
        party_id: Policy.model_validate_json(text)
        for party_id, text in await tx.fetch(_POLICIES, (wanted,))
    }


async def signatures_needed(tx: ReadSession, *, party_id: UUID, amount: Money) -> int:
    """Return how many signatures the party's policy asks for `amount`; 0 without a policy.

    Raises `NoRule` where the policy does not speak of the currency.
    """
    policy = (await policies_in_use(tx, [party_id])).get(party_id)
    return 0 if policy is None else policy.rule_of(amount).required


async def open_instruction(
    tx: WriteSession,
    *,
    instruction: Instruction[P],
    payload: P,
    party_id: UUID,
    amount: Money | None,
    payee: Mapping[str, str] | None = None,
    maker: Actor,
    expires_at: datetime | None = None,
    at: datetime,
) -> Approval:
    """Store what `maker` wants done until the approvers that the party's policy names have signed.

    Without an `amount` it takes what changing the policy takes. `payee` is whom the money goes to,
    as people read it. Raises `Forbidden`, `BadDeadline`, `NoRule`, and `NoPolicy` where nobody's
    signature is asked for.
    """
    if maker.kind == "service" or not maker.may(instruction.opens, party_id=party_id):
        raise Forbidden(permission=instruction.opens)
    deadline = at + instruction.lifetime if expires_at is None else expires_at
    if not at < deadline <= at + DEADLINE_MAX:
        raise BadDeadline(days_max=DEADLINE_MAX.days)
    policy = await current(tx, party_id)
    if policy is None or policy.policy is None or policy.digest is None:
        raise NoPolicy
    if amount is not None and not Policy.model_validate_json(policy.policy).rule_of(amount).stages:
        raise NoPolicy
    approval_id = new_id()
    document = {
        "format": DOCUMENT,
        "id": str(approval_id),
        "instruction": instruction.name,
        "party": {"id": str(party_id), "name": (await parties.get(tx, party_id)).name},
        "amount": None if amount is None else amount.text,
        "currency": None if amount is None else amount.currency,
        "payee": None if payee is None else dict(payee),
        "content": payload.model_dump(mode="json"),
        "maker": {"id": str(maker.id), "name": maker.name},
        "made_at": moment(at),
        "expires_at": moment(deadline),
        "policy": {"version": policy.version, "digest": policy.digest.hex()},
    }
    row = ApprovalRow(
        id=approval_id,
        instruction=instruction.name,
        payload=payload.model_dump_json(),
        document=canonical(document).decode(),
        digest=digest_of(document),
        party_id=party_id,
        policy_version=policy.version,
        amount_minor=None if amount is None else amount.minor,
        currency=None if amount is None else amount.currency,
        maker_id=maker.id,
        maker_name=maker.name,
        person_id=maker.person_id,
        state="open",
        made_at=at,
        expires_at=deadline,
    )
    tx.add(row)
    await tx.flush()
    opened = InstructionOpened(
        approval_id=row.id, party_id=party_id, instruction=instruction.name, maker_id=maker.id
    )
    await outbox.append(tx, [opened], at=at)
    (found,) = await told(tx, [row])
    return found


async def current(tx: ReadSession, party_id: UUID) -> PolicyRow | None:
    """Return the latest version of a party's policy, which may say that there is none."""
    found: PolicyRow | None = await tx.scalar(
        select(PolicyRow)
        .where(PolicyRow.party_id == party_id)
        .order_by(PolicyRow.version.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )
    return found
