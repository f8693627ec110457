"""A party's state, level and risk."""

from uuid import UUID

from fastapi import Depends

from tongbao.core.parties import service
from tongbao.core.parties.router.access import check_sees
from tongbao.core.parties.schemas.lifecycle import (
    LevelOut,
    NewRating,
    NewStatus,
    RiskRatingOut,
    StatusChangeOut,
    StatusChanges,
)
from tongbao.core.parties.schemas.parties import PartyOut
from tongbao.infra.auth import CurrentActor, require
from tongbao.infra.web import Instant, ReadTx, WriteTx, router

api = router(prefix="", tags=[])  # below the prefix and tag of the whole


@api.put(
    "/{party_id}/status",
    summary="Bring a party into another state",
    dependencies=[Depends(require("parties:rate"))],
)
async def put_status(
    party_id: UUID, body: NewStatus, tx: WriteTx, actor: CurrentActor, at: Instant
) -> PartyOut:
    """Activate, block, unblock or close a party, with the reason. Needs `parties:rate`.

    Problems: `parties.unknown_party`, `parties.transition_not_allowed`,
    `parties.reason_malformed`.
    """
    party = await service.change_status(
        tx,
        party_id=party_id,
        status=body.status,
        reason=body.reason,
        changed_by=actor.id,
        at=at,
    )
    return PartyOut.of(party)


@api.get(
    "/{party_id}/status-changes",
    summary="How a party came to be in its state",
    dependencies=[Depends(require("parties:read_any"))],
)
async def list_status_changes(party_id: UUID, tx: ReadTx) -> StatusChanges:
    """Return each change with who, when and why. Needs the permission `parties:read_any`.

    Problems: `parties.unknown_party`.
    """
    await service.get(tx, party_id)
    found = await service.status_history(tx, party_id)
    return StatusChanges(items=[StatusChangeOut.of(each) for each in found])


@api.get("/{party_id}/level", summary="How well a party is known")
async def get_level(party_id: UUID, tx: ReadTx, actor: CurrentActor, at: Instant) -> LevelOut:
    """Return the level with its limits, and what the next one takes and opens.

    Problems: `parties.unknown_party`.
    """
    check_sees(actor, party_id)
    party = await service.get(tx, party_id)
    history = await service.level_history(tx, party_id)
    limits = await service.limits_by_level(tx, party.kind, at=at)
    return LevelOut.of(party.kind, party.level, list(history), limits)


@api.get(
    "/{party_id}/risk-rating",
    summary="How risky a customer is",
    dependencies=[Depends(require("parties:read_any"))],
)
async def get_rating(party_id: UUID, tx: ReadTx) -> RiskRatingOut | None:
    """Return the newest judgement, null before the first. Needs `parties:read_any`.

    Customers are not shown it. Problems: `parties.unknown_party`.
    """
    await service.get(tx, party_id)
    rating = await service.risk_of(tx, party_id)
    return None if rating is None else RiskRatingOut.of(rating)


@api.put(
    "/{party_id}/risk-rating",
    summary="Judge how risky a customer is",
    dependencies=[Depends(require("parties:rate"))],
)
async def put_rating(
    party_id: UUID, body: NewRating, tx: WriteTx, actor: CurrentActor, at: Instant
) -> RiskRatingOut:
    """Write down a judgement and when it is looked at again. Needs `parties:rate`.

    Problems: `parties.unknown_party`, `parties.reason_malformed`, `parties.fact_malformed`.
    """
    rating = await service.rate(
        tx,
        party_id=party_id,
        risk=body.risk,
        reason=body.reason,
        review_on=body.review_on,
        rated_by=actor.id,
        at=at,
    )
    return RiskRatingOut.of(rating)
