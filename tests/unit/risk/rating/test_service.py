"""Models on a real database: stored, versioned, activated, assessed and replayed."""

import asyncio
import json
import math
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.unit.risk.rating.conftest import AT, made_up_samples
from tongbao.infra.db import Database, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.risk.rating import service as rating
from tongbao.risk.rating.service import (
    BadFeatureValues,
    FeatureSetMismatch,
    NoActiveModel,
    RatingModelId,
    Training,
    UnknownModel,
)

SAMPLES = made_up_samples(60, seed=2)


@pytest.fixture(scope="module")
def training() -> Training:
    return rating.train(SAMPLES)


@pytest.fixture
def name() -> str:
    """A name nobody else uses."""
    return f"test-{new_id()}"


async def test_a_stored_model_comes_back_unchanged(
    tx: WriteSession, training: Training, name: str
) -> None:
    stored = await rating.store_model(tx, training=training, name=name, at=AT)
    tx.expire_all()
    read = await rating.active_model(tx, name=name)
    assert read.card == training.card == stored.card
    assert read.bands == training.bands
    assert read.report == json.loads(json.dumps(training.report.to_json()))
    assert (read.name, read.version, read.active, read.created_at) == (name, 1, True, AT)
    assert (read.feature_set, read.data_fingerprint) == (
        "vat-invoices/1",
        training.data_fingerprint,
    )
    assert await rating.get_model(tx, stored.id) == read


async def test_the_next_version_replaces_the_active_one(
    tx: WriteSession, training: Training, name: str
) -> None:
    first = await rating.store_model(tx, training=training, name=name, at=AT)
    second = await rating.store_model(tx, training=training, name=name, at=AT + timedelta(days=1))
    tx.expire_all()
    assert second.version == 2
    assert (await rating.active_model(tx, name=name)).id == second.id
    assert not (await rating.get_model(tx, first.id)).active


async def test_a_challenger_may_be_stored_without_being_activated(
    tx: WriteSession, training: Training, name: str
) -> None:
    with pytest.raises(NoActiveModel) as caught:
        await rating.active_model(tx, name=name)
    assert caught.value.facts == {"name": name}
    challenger = await rating.store_model(tx, training=training, name=name, activate=False, at=AT)
    with pytest.raises(NoActiveModel):
        await rating.active_model(tx, name=name)
    champion = await rating.store_model(tx, training=training, name=name, at=AT)
    await rating.store_model(tx, training=training, name=name, activate=False, at=AT)
    assert (await rating.active_model(tx, name=name)).id == champion.id
    assert challenger.version == 1


async def test_names_have_their_own_versions(
    tx: WriteSession, training: Training, name: str
) -> None:
    one = await rating.store_model(tx, training=training, name=name, at=AT)
    other = await rating.store_model(tx, training=training, name=f"{name}-b", at=AT)
    assert (one.version, other.version) == (1, 1)
    assert (await rating.active_model(tx, name=name)).id == one.id


async def test_an_unknown_model_is_said_to_be_unknown(tx: WriteSession) -> None:
    with pytest.raises(UnknownModel):
        await rating.get_model(tx, RatingModelId(new_id()))


async def test_the_database_allows_one_active_version_a_name(
    tx: WriteSession, training: Training, name: str
) -> None:
    for _ in range(2):
        await rating.store_model(tx, training=training, name=name, at=AT)
    with pytest.raises(IntegrityError, match="uq_rating_model_active"):
        await tx.execute(
            text("UPDATE rating_model SET active = true WHERE name = :name"), {"name": name}
        )


async def test_models_stored_at_the_same_time_get_different_versions(
    database: Database, training: Training, name: str
) -> None:
    async def store() -> int:
        async with database.write() as tx:
            stored = await rating.store_model(tx, training=training, name=name, at=AT)
        return stored.version

    versions = await asyncio.gather(*(store() for _ in range(4)))
    assert sorted(versions) == [1, 2, 3, 4]
    async with database.read() as tx:
        assert (await rating.active_model(tx, name=name)).version == 4


async def test_an_assessment_adds_up_and_says_why(
    tx: WriteSession, training: Training, name: str
) -> None:
    model = await rating.store_model(tx, training=training, name=name, at=AT)
    found = rating.assess(model, SAMPLES[0].features)
    assert found.base_points + sum(line.points for line in found.contributions) == found.score
    assert found.probability_of_default == model.card.scale.probability_of_default(found.score)
    assert found.grade is model.bands.grade(found.probability_of_default)
    assert found.features == SAMPLES[0].features
    assert (found.model_id, found.model_name, found.model_version) == (model.id, name, 1)
    points = {line.code: line.points for line in found.contributions}
    assert [points[reason.code] for reason in found.reasons] == sorted(
        points[reason.code] for reason in found.reasons
    )
    assert all(reason.points < 0 for reason in found.reasons)


async def test_a_stored_decision_replays_bit_for_bit(
    tx: WriteSession, training: Training, name: str
) -> None:
    """Through the database's JSON and back, as a decision is stored and read years later."""
    await rating.store_model(tx, training=training, name=name, at=AT)
    model = await rating.active_model(tx, name=name)
    for sample in SAMPLES:
        values = {**sample.features, "sales_total": 1e22, "purchases_total": 5.0}
        decided = rating.assess(model, values)
        document = json.dumps(decided.to_json(), allow_nan=False)
        stored: dict[str, Any] = await tx.scalar(
            text("SELECT CAST(:document AS jsonb)"), {"document": document}
        )
        tx.expire_all()
        again = rating.assess(
            await rating.get_model(tx, RatingModelId(model.id)),
            stored["features"],
            feature_set=stored["feature_set"],
        )
        assert again == decided
        assert again.to_json() == json.loads(document) == stored


async def test_values_of_another_feature_set_are_refused(
    tx: WriteSession, training: Training, name: str
) -> None:
    model = await rating.store_model(tx, training=training, name=name, at=AT)
    with pytest.raises(FeatureSetMismatch) as caught:
        rating.assess(model, SAMPLES[0].features, feature_set="vat-invoices/2")
    assert caught.value.facts == {"given": "vat-invoices/2", "expected": "vat-invoices/1"}
    old = replace(model, feature_set="vat-invoices/0")
    with pytest.raises(FeatureSetMismatch):
        rating.assess(old, SAMPLES[0].features)


@pytest.mark.parametrize("value", [math.nan, math.inf, "absent"])
async def test_unusable_values_are_refused_by_name(
    tx: WriteSession, training: Training, name: str, value: Any
) -> None:
    model = await rating.store_model(tx, training=training, name=name, at=AT)
    used = model.card.features[0].code
    values = {**SAMPLES[0].features, used: value}
    if value == "absent":
        del values[used]
    with pytest.raises(BadFeatureValues) as caught:
        rating.assess(model, values)
    assert caught.value.facts == {"features": used}
