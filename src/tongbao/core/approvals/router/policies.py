"""`/api/v1/approvals/organisations/{party_id}/policy`: who must sign what.

An organisation the caller does not act for is answered exactly like one that does not exist.
"""

from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from fastapi import Depends, Request, Response, status

from tongbao.core.approvals import service
from tongbao.core.approvals.router.headers import StepUpHeader
from tongbao.core.approvals.schemas import (
    ApprovalOut,
    LiftingIn,
    PoliciesOut,
    PolicyIn,
    PolicyOut,
)
from tongbao.core.identity import service as identity
from tongbao.infra.auth import CurrentActor, require
from tongbao.infra.proposals import hold
from tongbao.infra.proposals.schemas import ProposalOut
from tongbao.infra.web import Instant, ReadTx, RequestLanguage, WriteTx, router
from tongbao.kernel.text import Language

SET: Final = "approvals:set_policy"
LIFT: Final = "approvals:lift_any"
APPROVALS: Final = "/api/v1/approvals"
WAITS: Final[dict[int | str, dict[str, Any]]] = {
    202: {
        "model": ApprovalOut | ProposalOut,
        "description": "Signatures under the policy in use, or a second administrator, are needed",
    }
}

api = router(prefix="/organisations", tags=[])


@api.get("/{party_id}/policy", summary="The policy in use")
async def read_policy(party_id: UUID, tx: ReadTx, actor: CurrentActor) -> PolicyOut:
    """Return the policy to the organisation's people and to staff with `approvals:read_any`.

    Problems: `approvals.unknown_organisation`, `approvals.no_policy`.
    """
    return PolicyOut.of(await service.policy_of(tx, party_id=party_id, reader=actor))


@api.get("/{party_id}/policy/versions", summary="All versions of the policy, the latest first")
async def list_policies(party_id: UUID, tx: ReadTx, actor: CurrentActor) -> PoliciesOut:
    """Return what the policy was, and which instruction changed it each time.

    Problems: `approvals.unknown_organisation`.
    """
    found = await service.versions(tx, party_id=party_id, reader=actor)
    return PoliciesOut(items=[PolicyOut.of(each) for each in found])


@api.put(
    "/{party_id}/policy",
    dependencies=[Depends(require(SET))],
    response_model=PolicyOut,
    responses=WAITS,
    summary="Set or change the policy",
)
async def set_policy(
    party_id: UUID,
    body: PolicyIn,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
    request: Request,
    step_up_token: StepUpHeader = None,
) -> PolicyOut | Response:
    """Set the first policy, once confirmed by a step-up; change one by signatures under itself.

    202 with the instruction to sign where there is a policy, and with the proposal for another
    administrator where the first is set under dual control.

    Problems: `approvals.unknown_organisation`, `approvals.policy_unsound`,
    `approvals.not_an_organisation`, `approvals.not_enough_people`, `approvals.policy_is_set`,
    `identity.step_up_required`.
    """
    service.check_may_set(party_id, actor)
    policy = body.to_policy()
    if await service.has_policy(tx, party_id=party_id):
        change = service.ChangedPolicy(party_id=party_id, policy=policy)
        return held(await service.open_change(tx, change=change, maker=actor, at=at), language)
    first = service.FirstPolicy(party_id=party_id, policy=policy)
    if await identity.dual_control(tx, party_id=party_id):
        await service.check_sound(tx, party_id=party_id, policy=policy, at=at)
        return await hold(
            service.FIRST, first, request=request, tx=tx, maker=actor, party_id=party_id, at=at
        )
    return PolicyOut.of(
        await service.set_first(tx, first=first, token=step_up_token, actor=actor, at=at)
    )


@api.delete(
    "/{party_id}/policy",
    dependencies=[Depends(require(SET))],
    status_code=status.HTTP_202_ACCEPTED,
    summary="End the policy",
)
async def end_policy(
    party_id: UUID, tx: WriteTx, actor: CurrentActor, at: Instant, language: RequestLanguage
) -> ApprovalOut:
    """Put it to those who sign changes that the organisation is to have no policy any more.

    Problems: `approvals.unknown_organisation`, `approvals.no_policy`.
    """
    change = service.ChangedPolicy(party_id=party_id, policy=None)
    opened = await service.open_change(tx, change=change, maker=actor, at=at)
    return ApprovalOut.of(opened, language)


@api.post(
    "/{party_id}/policy/lifting",
    dependencies=[Depends(require(LIFT))],
    status_code=status.HTTP_202_ACCEPTED,
    response_model=ProposalOut,
    summary="Propose to lift a policy that nobody can sign any more",
)
async def lift_policy(
    party_id: UUID, body: LiftingIn, tx: WriteTx, actor: CurrentActor, at: Instant, request: Request
) -> Response:
    """Put it to compliance that an organisation whose approvers are gone may begin anew.

    Problems: `auth.forbidden`, `approvals.no_policy`.
    """
    if not await service.has_policy(tx, party_id=party_id):
        raise service.NoPolicy
    lifted = service.LiftedPolicy(party_id=party_id, evidence=body.evidence)
    return await hold(service.LIFT, lifted, request=request, tx=tx, maker=actor, at=at)


def held(approval: service.Approval, language: Language) -> Response:
    """Return the answer that signatures are needed."""
    return Response(
        ApprovalOut.of(approval, language).model_dump_json(),
        status_code=HTTPStatus.ACCEPTED,
        media_type="application/json",
        headers={"Location": f"{APPROVALS}/{approval.id}", "Content-Language": language},
    )
