"""Policies: the first is set by one who may, every later one is signed under the one before."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from tongbao.core.approvals.domain.approvals import Approval, PolicyVersion
from tongbao.core.approvals.domain.document import canonical, digest_of
from tongbao.core.approvals.domain.errors import (
    NoPolicy,
    NotAnOrganisation,
    NotEnoughPeople,
    PolicyIsSet,
    UnknownOrganisation,
)
from tongbao.core.approvals.domain.policy import Policy, Rule, can_be_signed
from tongbao.core.approvals.events import PolicyChanged
from tongbao.core.approvals.models import PolicyRow
from tongbao.core.approvals.service.approvals import READ_ANY
from tongbao.core.approvals.service.instructions import (
    Instruction,
    Signed,
    registered_instructions,
)
from tongbao.core.approvals.service.opening import current, open_instruction
from tongbao.core.identity import service as identity
from tongbao.core.parties import service as parties
from tongbao.infra import outbox
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.infra.proposals import Action, Approved
from tongbao.kernel.text import Text

SET: Final = "approvals:set_policy"
SIGN: Final = "approvals:sign_policy"
VERSIONS_MAX: Final = 100


class _Payload(BaseModel):
    """Base of what is proposed or signed: nothing beyond what is declared."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ChangedPolicy(_Payload):
    """What an organisation's policy is to be; null: none any more."""

    party_id: UUID
    policy: Policy | None


class FirstPolicy(_Payload):
    """What an organisation under dual control is to have as its policy."""

    party_id: UUID
    policy: Policy


class LiftedPolicy(_Payload):
    """An organisation whose policy nobody can sign any more, and what shows it."""

    party_id: UUID
    evidence: Annotated[str, Field(min_length=10, max_length=500)]


CHANGE: Final = Instruction(
    name="approvals.change_policy",
    title=Text(zh="变更会签规则", en="Change of the approval policy"),
    payload=ChangedPolicy,
    opens=SET,
    signs=SIGN,
)
FIRST: Final = Action(
    name="approvals.first_policy",
    title=Text(zh="设定会签规则", en="Setting the approval policy"),
    payload=FirstPolicy,
    propose=SET,
    approve=SIGN,
)
LIFT: Final = Action(
    name="approvals.lift_policy",
    title=Text(zh="解除无法签署的会签规则", en="Lifting a policy nobody can sign"),
    payload=LiftedPolicy,
    propose="approvals:lift_any",
    approve="approvals:approve_lift",
)


async def policy_of(tx: ReadSession, *, party_id: UUID, reader: Actor) -> PolicyVersion:
    """Return the policy in use. Raises `UnknownOrganisation` and `NoPolicy`."""
    _check_reader(party_id, reader)
    row = await current(tx, party_id)
    if row is None or row.policy is None:
        raise NoPolicy
    return _version(row)


async def versions(tx: ReadSession, *, party_id: UUID, reader: Actor) -> list[PolicyVersion]:
    """Return the versions there were, the latest first. Raises `UnknownOrganisation`."""
    _check_reader(party_id, reader)
    rows = await tx.scalars(
        select(PolicyRow)
        .where(PolicyRow.party_id == party_id)
        .order_by(PolicyRow.version.desc())
        .limit(VERSIONS_MAX)
    )
    return [_version(row) for row in rows]


async def has_policy(tx: ReadSession, *, party_id: UUID) -> bool:
    """Tell whether a party has a policy in use."""
    row = await current(tx, party_id)
    return row is not None and row.policy is not None


async def set_first(
    tx: WriteSession, *, first: FirstPolicy, token: str | None, actor: Actor, at: datetime
) -> PolicyVersion:
    """Give an organisation its policy, once exactly this was confirmed by a step-up.

    Raises `UnknownOrganisation`, `auth.Forbidden`, `PolicyIsSet`, `NotAnOrganisation`,
    `NotEnoughPeople` and `identity.StepUpRequired`.
    """
    party_id = first.party_id
    check_may_set(party_id, actor)
    await check_sound(tx, party_id=party_id, policy=first.policy, at=at)
    facts = {"party_id": str(party_id), "policy_digest": digest_of(_plain(first.policy)).hex()}
    action = identity.Action("approvals.policy.set", facts)
    await identity.spend_step_up(tx, token=token, action=action, actor=actor, at=at)
    return await _set_first(tx, first, set_by=actor.id, at=at)


async def open_change(
    tx: WriteSession, *, change: ChangedPolicy, maker: Actor, at: datetime
) -> Approval:
    """Put another policy, or none, to those who sign changes under the one in use.

    Raises `UnknownOrganisation`, `auth.Forbidden`, `NoPolicy` and `NotEnoughPeople`.
    """
    check_may_set(change.party_id, maker)
    if change.policy is not None:
        await check_sound(tx, party_id=change.party_id, policy=change.policy, at=at)
    return await open_instruction(
        tx,
        instruction=CHANGE,
        payload=change,
        party_id=change.party_id,
        amount=None,
        maker=maker,
        at=at,
    )


async def check_sound(tx: ReadSession, *, party_id: UUID, policy: Policy, at: datetime) -> None:
    """Raise unless the organisation has people enough to sign what the policy will ask for.

    Whoever opens an instruction does not sign it, so the others must be enough for at least one
    who may open. `NotAnOrganisation`, `NotEnoughPeople`.
    """
    party = await parties.get(tx, party_id)
    if party.kind is not parties.PartyKind.ORGANISATION:
        raise NotAnOrganisation
    people = {
        each.user_id: each.role for each in await identity.members(tx, party_id=party_id, at=at)
    }
    for instruction in registered_instructions().values():
        rules: Mapping[str, Rule] = (
            {"changes": policy.changes}
            if instruction is CHANGE
            else {f"bands {each.currency} {each.up_to or '*'}": each for each in policy.bands}
        )
        signers = _holding(people, instruction.signs)
        openers = _holding(people, instruction.opens) or dict.fromkeys([party_id], "")
        for where, rule in rules.items():
            if not any(
                can_be_signed(rule, {u: role for u, role in signers.items() if u != opener})
                for opener in openers
            ):
                raise NotEnoughPeople(where=where)


def check_may_set(party_id: UUID, actor: Actor) -> None:
    """Raise `UnknownOrganisation` for somebody else's party, `auth.Forbidden` for one's own."""
    actor.check(SET, party_id=party_id, unknown=UnknownOrganisation())


@CHANGE.executes
async def _change(tx: WriteSession, change: ChangedPolicy, by: Signed, at: datetime) -> str:
    """Put the signed policy in the place of the one it was signed under."""
    if change.policy is not None:
        await check_sound(tx, party_id=change.party_id, policy=change.policy, at=at)
    await _store(tx, change, set_by=by.maker.id, approval_id=by.approval_id, at=at)
    return _location(change.party_id)


@FIRST.executes
async def _first(tx: WriteSession, first: FirstPolicy, by: Approved, at: datetime) -> str:
    """Set what one administrator proposed and another approved."""
    await check_sound(tx, party_id=first.party_id, policy=first.policy, at=at)
    await _set_first(tx, first, set_by=by.maker.id, at=at)
    return _location(first.party_id)


@LIFT.executes
async def _lift(tx: WriteSession, lifted: LiftedPolicy, by: Approved, at: datetime) -> str:
    """End a policy on the bank's word: its people have left, or lost their keys."""
    if not await has_policy(tx, party_id=lifted.party_id):
        raise NoPolicy
    none = ChangedPolicy(party_id=lifted.party_id, policy=None)
    await _store(tx, none, set_by=by.maker.id, approval_id=None, at=at)
    return _location(lifted.party_id)


async def _set_first(
    tx: WriteSession, first: FirstPolicy, *, set_by: UUID, at: datetime
) -> PolicyVersion:
    if await has_policy(tx, party_id=first.party_id):
        raise PolicyIsSet
    change = ChangedPolicy(party_id=first.party_id, policy=first.policy)
    return await _store(tx, change, set_by=set_by, approval_id=None, at=at)


async def _store(
    tx: WriteSession, change: ChangedPolicy, *, set_by: UUID, approval_id: UUID | None, at: datetime
) -> PolicyVersion:
    """Add a version; of two at once the second finds its number taken: `PolicyIsSet`."""
    before = await current(tx, change.party_id)
    plain = None if change.policy is None else _plain(change.policy)
    row = await tx.scalar(
        insert(PolicyRow)
        .values(
            party_id=change.party_id,
            version=1 if before is None else before.version + 1,
            policy=None if plain is None else canonical(plain).decode(),
            digest=None if plain is None else digest_of(plain),
            set_by=set_by,
            set_at=at,
            approval_id=approval_id,
        )
        .on_conflict_do_nothing()
        .returning(PolicyRow)
    )
    if row is None:
        raise PolicyIsSet
    changed = PolicyChanged(
        party_id=row.party_id,
        policy_version=row.version,
        ended=row.policy is None,
        changed_by=set_by,
    )
    await outbox.append(tx, [changed], at=at)
    return _version(row)


def _holding(people: Mapping[UUID, identity.MemberRole], permission: str) -> dict[UUID, str]:
    return {
        user_id: role.value
        for user_id, role in people.items()
        if permission in identity.MEMBER_PERMISSIONS[role]
    }


def _check_reader(party_id: UUID, reader: Actor) -> None:
    if party_id not in reader.party_ids and not reader.may(READ_ANY):
        raise UnknownOrganisation


def _plain(policy: Policy) -> dict[str, object]:
    return policy.model_dump(mode="json")


def _location(party_id: UUID) -> str:
    return f"/api/v1/approvals/organisations/{party_id}/policy"


def _version(row: PolicyRow) -> PolicyVersion:
    return PolicyVersion(
        party_id=row.party_id,
        version=row.version,
        policy=None if row.policy is None else Policy.model_validate_json(row.policy),
        digest=None if row.digest is None else row.digest.hex(),
        set_by=row.set_by,
        set_at=row.set_at,
        approval_id=row.approval_id,
    )
