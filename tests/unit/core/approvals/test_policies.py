"""Policies: what is sound, who sets the first, how the next come, and who may lift one."""

from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import ValidationError

from tests.support.approvals import AT, Firm, new_firm, policy
from tongbao.core.approvals import service
from tongbao.core.approvals.domain.errors import (
    NoPolicy,
    NotAnOrganisation,
    NotEnoughPeople,
    PolicyIsSet,
    UnknownOrganisation,
)
from tongbao.core.approvals.service import FIRST, LIFT, Policy
from tongbao.core.identity import service as identity
from tongbao.core.parties import service as parties
from tongbao.infra import proposals
from tongbao.infra.auth import Actor, Forbidden
from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money

CHECKERS = {"required": 1, "roles": ["checker"]}
OPEN = {"currency": "CNY", "up_to": None, "stages": [CHECKERS]}
CHANGES = {"stages": [CHECKERS]}
SOMEBODY = str(new_id())


def a_policy(**facts: Any) -> dict[str, Any]:
    return {"bands": [OPEN], "changes": CHANGES, **facts}


def with_stage(**stage: Any) -> dict[str, Any]:
    return a_policy(bands=[{**OPEN, "stages": [stage]}])


UNSOUND: dict[str, tuple[dict[str, Any], str]] = {
    "nobody signs changes": (a_policy(changes={"stages": []}), "changes_by_anybody"),
    "a bound at the top": (a_policy(bands=[{**OPEN, "up_to": "5.00"}]), "not_up_to_any_amount"),
    "two without a bound": (a_policy(bands=[OPEN, OPEN]), "not_up_to_any_amount"),
    "out of order": (
        a_policy(bands=[{**OPEN, "up_to": "5.00"}, {**OPEN, "up_to": "4.00"}, OPEN]),
        "bands_out_of_order",
    ),
    "a bound twice": (
        a_policy(bands=[{**OPEN, "up_to": "5.00"}, {**OPEN, "up_to": "5.00"}, OPEN]),
        "bands_out_of_order",
    ),
    "a bound of nothing": (
        a_policy(bands=[{**OPEN, "up_to": "0.00"}, OPEN]),
        "bound_malformed",
    ),
    "a bound below nothing": (
        a_policy(bands=[{**OPEN, "up_to": "-1.00"}, OPEN]),
        "bound_malformed",
    ),
    "a bound written otherwise": (
        a_policy(bands=[{**OPEN, "up_to": "5"}, OPEN]),
        "bound_malformed",
    ),
    "a stage of nobody": (with_stage(required=1), "stage_of_nobody"),
    "roles and members": (
        with_stage(required=1, roles=["checker"], members=[SOMEBODY]),
        "stage_of_nobody",
    ),
    "more than there are": (with_stage(required=2, members=[SOMEBODY]), "more_than_there_are"),
    "one named twice": (
        with_stage(required=1, members=[SOMEBODY, SOMEBODY]),
        "more_than_there_are",
    ),
    "a role named twice": (
        with_stage(required=1, roles=["checker", "checker"]),
        "more_than_there_are",
    ),
}
MALFORMED: dict[str, dict[str, Any]] = {
    "no bands": a_policy(bands=[]),
    "too many bands": a_policy(bands=[OPEN] * 41),
    "no such currency": a_policy(bands=[{**OPEN, "currency": "XXQ"}]),
    "no such role": with_stage(required=1, roles=["maker"]),
    "nobody required": with_stage(required=0, roles=["checker"]),
    "a number as text": with_stage(required="1", roles=["checker"]),
    "too many required": with_stage(required=11, roles=["checker"]),
    "too many stages": a_policy(bands=[{**OPEN, "stages": [CHECKERS] * 6}]),
    "an unknown member": a_policy(more=1),
    "an amount as a number": a_policy(bands=[{**OPEN, "up_to": 5}, OPEN]),
    "an amount in words": a_policy(bands=[{**OPEN, "up_to": "five"}, OPEN]),
    "more decimals than cents": a_policy(bands=[{**OPEN, "up_to": "5.001"}, OPEN]),
    "a word for a choice": a_policy(bands=[{**OPEN, "sequential": "yes"}]),
}


@pytest.mark.parametrize("name", sorted(UNSOUND))
def test_a_policy_with_a_gap_is_refused_with_the_reason(name: str) -> None:
    given, why = UNSOUND[name]
    with pytest.raises(ValidationError) as refused:
        Policy.model_validate(given)
    error = refused.value.errors()[0]
    assert error["type"] == "approvals.policy_unsound"
    assert error["ctx"]["error"].facts["why"] == why


@pytest.mark.parametrize("name", sorted(MALFORMED))
def test_a_malformed_policy_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        Policy.model_validate(MALFORMED[name])


@pytest.fixture
async def firm(tx: WriteSession) -> Firm:
    """A firm whose first policy is ended again: it has people, and no policy."""
    made = await new_firm(tx)
    change = service.ChangedPolicy(party_id=made.party_id, policy=None)
    opened = await service.open_change(
        tx, change=change, maker=made.people["administrator"].actor, at=AT
    )
    for name in ("first", "second"):
        await made.people[name].sign(tx, opened)
    return made


async def test_a_first_policy_is_confirmed_once_more(tx: WriteSession, firm: Firm) -> None:
    first = service.FirstPolicy(party_id=firm.party_id, policy=policy(CHECKERS))
    with pytest.raises(identity.StepUpRequired) as asked:
        await service.set_first(
            tx, first=first, token=None, actor=firm.people["administrator"].actor, at=AT
        )
    action = asked.value.facts["action"]
    assert isinstance(action, Mapping)
    assert action["kind"] == "approvals.policy.set"
    assert action["facts"]["party_id"] == str(firm.party_id)
    with pytest.raises(NoPolicy):
        await service.policy_of(tx, party_id=firm.party_id, reader=firm.people["maker"].actor)


async def test_who_may_not_set_a_policy(tx: WriteSession, firm: Firm) -> None:
    first = service.FirstPolicy(party_id=firm.party_id, policy=policy(CHECKERS))
    stranger = await new_firm(tx)
    cases = (
        (firm.people["maker"].actor, Forbidden),
        (firm.people["first"].actor, Forbidden),
        (stranger.people["administrator"].actor, UnknownOrganisation),
    )
    for actor, refusal in cases:
        with pytest.raises(refusal):
            await service.set_first(tx, first=first, token=None, actor=actor, at=AT)
    with pytest.raises(UnknownOrganisation):
        await service.versions(
            tx, party_id=firm.party_id, reader=stranger.people["administrator"].actor
        )


async def test_under_dual_control_another_administrator_approves_the_first(
    tx: WriteSession, firm: Firm
) -> None:
    first = service.FirstPolicy(party_id=firm.party_id, policy=policy(CHECKERS))
    made = await proposals.propose(
        tx,
        action=FIRST,
        payload=first,
        maker=firm.people["administrator"].actor,
        party_id=firm.party_id,
        at=AT,
    )
    done = await proposals.approve(
        tx,
        proposal_id=made.id,
        digest=made.digest,
        approver=firm.people["first"].actor,
        find_actor=identity.find_actor,
        at=AT,
    )
    assert done.state == "executed"
    found = await service.policy_of(tx, party_id=firm.party_id, reader=firm.people["maker"].actor)
    assert (found.version, found.policy) == (3, first.policy)
    again = await proposals.propose(
        tx,
        action=FIRST,
        payload=first,
        maker=firm.people["administrator"].actor,
        party_id=firm.party_id,
        at=AT,
    )
    with pytest.raises(PolicyIsSet):
        await proposals.approve(
            tx,
            proposal_id=again.id,
            digest=again.digest,
            approver=firm.people["first"].actor,
            find_actor=identity.find_actor,
            at=AT,
        )


async def test_a_policy_its_people_could_not_sign_is_refused(tx: WriteSession, firm: Firm) -> None:
    too_many: list[tuple[Policy, str]] = [
        (policy({"required": 4, "roles": ["checker"]}), "bands CNY *"),
        (policy({"required": 1, "roles": ["administrator"]}), "bands CNY *"),
        (policy({"required": 1, "members": [str(new_id())]}), "bands CNY *"),
        (policy({"required": 2, "roles": ["checker"]}, {"required": 2, "roles": ["checker"]}), "*"),
        (
            # The only administrator may open a change, so cannot sign it.
            policy(CHECKERS, changes=[{"required": 1, "roles": ["administrator"]}]),
            "changes",
        ),
    ]
    for wanted, where in too_many:
        with pytest.raises(NotEnoughPeople) as refused:
            await service.check_sound(tx, party_id=firm.party_id, policy=wanted, at=AT)
        assert where in str(refused.value.facts["where"])
    await service.check_sound(
        tx, party_id=firm.party_id, policy=policy({"required": 3, "roles": ["checker"]}), at=AT
    )


async def test_a_person_has_no_policy(tx: WriteSession) -> None:
    person = await parties.register_person(tx, name="张伟", at=AT)
    with pytest.raises(NotAnOrganisation):
        await service.check_sound(tx, party_id=person.id, policy=policy(CHECKERS), at=AT)


async def test_staff_lift_a_policy_that_nobody_can_sign(tx: WriteSession) -> None:
    firm = await new_firm(tx)
    operations, compliance = (
        Actor(id=new_id(), kind="staff", name=name, permissions=frozenset({permission}))
        for name, permission in (("李", "approvals:lift_any"), ("王", "approvals:approve_lift"))
    )
    people = {operations.id: operations, compliance.id: compliance}

    async def find(_tx: object, user_id: object, _at: object) -> Actor | None:
        return people.get(user_id)  # type: ignore[call-overload, no-any-return]

    lifted = service.LiftedPolicy(party_id=firm.party_id, evidence="复核人均已离职,法人到场申请")
    made = await proposals.propose(tx, action=LIFT, payload=lifted, maker=operations, at=AT)
    await proposals.approve(
        tx,
        proposal_id=made.id,
        digest=made.digest,
        approver=compliance,
        find_actor=find,
        at=AT,
    )
    maker = firm.people["maker"].actor
    needed = await service.signatures_needed(
        tx, party_id=firm.party_id, amount=Money.parse("20000.00", "CNY")
    )
    assert needed == 0
    versions = await service.versions(tx, party_id=firm.party_id, reader=maker)
    assert [each.policy is None for each in versions] == [True, False]
