"""`/api/v1/payments/limits`: what may still be paid, and what customers set for themselves."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Path, Query, Response, status

from tongbao.core.parties import service as parties
from tongbao.core.payments import service
from tongbao.core.payments.router.headers import StepUpHeader
from tongbao.core.payments.schemas import (
    IntendedHeadroom,
    OwnLimit,
    OwnLimitIn,
    OwnLimits,
    RaiseIn,
)
from tongbao.infra.auth import CurrentActor, require
from tongbao.infra.web import AuditTrail, Instant, ReadTx, RequestLanguage, WriteTx, router
from tongbao.kernel.money import Money
from tongbao.kernel.money_schema import AmountText, CurrencyCode
from tongbao.risk.limits.service import CODE_PATTERN, PERIOD_PATTERN

SET_LIMITS = "payments:set_limits"
READ_ANY = "limits:read_any"

api = router(prefix="/limits", tags=[])  # below the prefix and tag of the whole

Whose = Annotated[UUID, Query(description="Whose limits; one's own party")]


@dataclass(frozen=True, slots=True)
class Which:
    """The limit that an address names, for the audit trail as well."""

    tally: str
    period: str
    trail: AuditTrail

    def of(self, party_id: UUID) -> dict[str, Any]:
        """Return whose limit it is and which, for the service; the trail says so, too."""
        self.trail.about(
            subject=party_id, object_type="limits", object_id=f"{self.tally}/{self.period}"
        )
        return {"party_id": party_id, "tally": self.tally, "period": self.period}


async def _which(
    tally: Annotated[str, Path(pattern=CODE_PATTERN, examples=["outgoing"])],
    period: Annotated[str, Path(pattern=PERIOD_PATTERN, examples=["day"])],
    trail: AuditTrail,
) -> Which:
    return Which(tally, period, trail)


Named = Annotated[Which, Depends(_which)]


@api.get(
    "/headroom",
    dependencies=[Depends(require("payments:initiate"))],
    summary="What limits say of an intended payment",
)
async def read_limit_headroom(
    account_id: Annotated[UUID, Query(description="The account that would pay; one's own")],
    amount: Annotated[AmountText, Query(description="What is to be paid")],
    currency: Annotated[CurrencyCode, Query()],
    tx: ReadTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
    creditor_account_number: Annotated[
        str | None, Query(pattern=r"^[0-9]{19}$", description="The account that would receive")
    ] = None,
) -> IntendedHeadroom:
    """Return every limit that the payment would meet, with what is left of it, and which binds.

    To be shown before a payment is confirmed; nothing is taken.

    Problems: `accounts.unknown_account`, `payments.amount_not_positive`.
    """
    rooms = await service.headroom(
        tx,
        debtor_account_id=account_id,
        amount=Money.parse(amount, currency),
        creditor_account_number=creditor_account_number,
        actor=actor,
        at=at,
    )
    return IntendedHeadroom.of(rooms, language)


@api.get("", summary="Limits of a customer")
async def list_limits(
    party_id: Whose, tx: ReadTx, actor: CurrentActor, at: Instant, language: RequestLanguage
) -> OwnLimits:
    """Return the limits that a customer uses up alone: the bank's, their own, what is left.

    Problems: `parties.unknown_party`.
    """
    if party_id not in actor.party_ids and not actor.may(READ_ANY):
        raise parties.UnknownParty(party_id=party_id)
    rooms = await service.own_limits(tx, party_id=party_id, at=at)
    return OwnLimits(items=[OwnLimit.of(room, language) for room in rooms])


@api.put(
    "/{tally}/{period}",
    dependencies=[Depends(require(SET_LIMITS))],
    summary="Set a lower limit of one's own",
)
async def set_own_limit(
    which: Named,
    body: OwnLimitIn,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
    step_up_token: StepUpHeader = None,
) -> OwnLimit:
    """Let one's own payments be at most so much; it holds at once.

    A higher one than before, or none, is answered 403 `identity.step_up_required`: confirm its
    `action`, then send the same request with the header `Step-Up-Token`.

    Problems: `limits.unknown_rule`, `limits.not_lower`, `limits.measure_wrong`,
    `parties.unknown_party`.
    """
    room = await service.set_own_limit(
        tx,
        **which.of(body.party_id),
        maximum=body.maximum,
        token=step_up_token,
        actor=actor,
        at=at,
    )
    return OwnLimit.of(room, language)


@api.post(
    "/{tally}/{period}/raise",
    dependencies=[Depends(require(SET_LIMITS))],
    status_code=status.HTTP_201_CREATED,
    summary="Raise a limit for some hours",
)
async def raise_limit(
    which: Named,
    body: RaiseIn,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
    language: RequestLanguage,
    step_up_token: StepUpHeader = None,
) -> OwnLimit:
    """Let one's own payments be more for at most 24 hours, as far as the bank lets it be raised.

    Answered 403 `identity.step_up_required` first: confirm its `action`, which names the limit, how
    much and how long, then send the same request with the header `Step-Up-Token`.

    Problems: `limits.unknown_rule`, `limits.raise_refused`, `limits.measure_wrong`,
    `parties.unknown_party`.
    """
    assert body.maximum is not None, "its shape asks for one"
    room = await service.raise_limit(
        tx,
        **which.of(body.party_id),
        maximum=body.maximum,
        hours=body.hours,
        token=step_up_token,
        actor=actor,
        at=at,
    )
    return OwnLimit.of(room, language)


@api.delete(
    "/{tally}/{period}/raise",
    dependencies=[Depends(require(SET_LIMITS))],
    status_code=status.HTTP_204_NO_CONTENT,
    summary="End a raise",
)
async def end_raise(
    which: Named,
    party_id: Whose,
    tx: WriteTx,
    actor: CurrentActor,
    at: Instant,
) -> Response:
    """End a raise before its time; done where there is none, too.

    Problems: `limits.unknown_rule`, `parties.unknown_party`.
    """
    await service.end_raise(tx, **which.of(party_id), actor=actor, at=at)
    return Response(status_code=status.HTTP_204_NO_CONTENT)
