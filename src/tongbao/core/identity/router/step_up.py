"""Step-up: asking for a proof of one exact action, and giving it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Request, Response, status

from tongbao.core.identity.domain.step_up import StepUpRefused
from tongbao.core.identity.schemas.step_up import (
    StepUpAsk,
    StepUpChallengeOut,
    StepUpProof,
    StepUpTokenOut,
)
from tongbao.core.identity.service import step_up
from tongbao.infra.auth import CurrentActor
from tongbao.infra.web import NO_IDEMPOTENCY_KEY, Instant, WriteTx, problem_response, router

NO_STORE = {"Cache-Control": "no-store"}

StepUpHeader = Annotated[
    str | None,
    Header(
        alias="Step-Up-Token",
        max_length=512,
        description="From `POST /api/v1/identity/step-up/challenges/{id}/confirmation`",
    ),
]

api: APIRouter = router(prefix="/api/v1/identity/step-up", tags=["identity"])


@api.post(
    "/challenges",
    summary="Ask to confirm an action",
    status_code=status.HTTP_201_CREATED,
    dependencies=[NO_IDEMPOTENCY_KEY],
)
async def ask_step_up(
    body: StepUpAsk, tx: WriteTx, actor: CurrentActor, at: Instant
) -> StepUpChallengeOut:
    """Begin to confirm exactly this action, within three minutes and in this session.

    The action and what can prove it are told by the problem `identity.step_up_required`.

    Problems: `identity.step_up_unknown_action`, `identity.step_up_proof_unavailable`,
    `identity.step_up_locked`.
    """
    asked = await step_up.challenge(
        tx, actor=actor, action=body.action.action(), proof=body.proof, at=at
    )
    return StepUpChallengeOut.of(asked)


@api.post(
    "/challenges/{challenge_id}/confirmation",
    summary="Confirm an action",
    status_code=status.HTTP_201_CREATED,
    response_model=StepUpTokenOut,
    dependencies=[NO_IDEMPOTENCY_KEY],
)
async def confirm_step_up(
    challenge_id: UUID,
    body: StepUpProof,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    request: Request,
    response: Response,
) -> StepUpTokenOut | Response:
    """Exchange the proof for a token that lets the action pass once, within three minutes.

    Problems: `identity.step_up_refused`, `identity.step_up_locked`.
    """
    proof = body.model_dump(exclude_none=True)
    result = await step_up.confirm(tx, actor=actor, challenge_id=challenge_id, proof=proof, at=at)
    if isinstance(result, StepUpRefused):
        return problem_response(request.scope, result)  # returned: the attempt counts
    response.headers.update(NO_STORE)
    return StepUpTokenOut.of(result)
