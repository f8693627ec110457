"""Computing a decision again from what is stored, to show that nothing else went into it."""

from datetime import date
from uuid import UUID

from tongbao.infra.db import ReadSession
from tongbao.kernel.money import Money
from tongbao.products.lending.domain.policy import policy
from tongbao.products.lending.domain.record import (
    DataUsed,
    Decision,
    Replay,
    UnknownDecision,
    differences,
    digest,
    document,
)
from tongbao.products.lending.models import DecisionRow
from tongbao.products.lending.service.processing import judge
from tongbao.products.lending.service.rows import decision_of
from tongbao.risk.rating import service as rating


async def replay(tx: ReadSession, decision_id: UUID) -> Replay:
    """Repeat a decision from its stored data, model and policy, and compare it to the record.

    Raises `UnknownDecision`, `sources.DataExpired` once the data was deleted, and
    `sources.PayloadDamaged` if it is not what it was.
    """
    row = await tx.get(DecisionRow, decision_id, populate_existing=True)
    if row is None:
        raise UnknownDecision
    stored = decision_of(row)
    intact = digest(stored.record) == stored.record_sha256
    if stored.record["data"] is None:
        return Replay(
            decision_id, equal=intact, recomputed=False, differences=() if intact else ("/",)
        )
    again = await _again(tx, stored)
    found = tuple(differences(stored.record, again))
    equal = intact and not found and digest(again) == stored.record_sha256
    return Replay(decision_id, equal=equal, recomputed=True, differences=found)


async def _again(tx: ReadSession, stored: Decision) -> dict[str, object]:
    record = stored.record
    currency = record["currency"]
    data = record["data"]
    model = None
    if stored.model_id is not None:
        model = await rating.get_model(tx, rating.RatingModelId(stored.model_id))
    inputs, judgement = await judge(
        tx,
        data=DataUsed(
            fetch_id=UUID(data["fetch_id"]),
            sha256=data["sha256"],
            source=data["source"],
            period_from=date.fromisoformat(data["period_from"]),
            period_to=date.fromisoformat(data["period_to"]),
            row_count=data["row_count"],
        ),
        model=model,
        policy=policy(stored.policy_version),
        requested=(
            None if record["requested"] is None else Money.parse(record["requested"], currency)
        ),
        owed=Money.parse(record["exposure"], currency),
    )
    return document(inputs, judgement)
