"""Credit rating: the verbs other modules use.

::

    values = rating.features(invoices, as_of=period_to)
    model = await rating.active_model(tx)
    assessment = rating.assess(model, values)

The rating looks nothing up: invoices and values are handed in.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, select, update

from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.ids import new_id
from tongbao.kernel.text import Text
from tongbao.lib.scorecard import Contribution, Reason, Scorecard
from tongbao.risk.rating.domain import features as feature_rules
from tongbao.risk.rating.domain import model as model_rules
from tongbao.risk.rating.domain import training as training_rules
from tongbao.risk.rating.domain.feature import Feature, FeatureValues
from tongbao.risk.rating.domain.feature_set import FEATURE_SET, FEATURES
from tongbao.risk.rating.domain.grades import Grade, GradeBands
from tongbao.risk.rating.domain.invoices import InvoiceTable, MalformedInvoices
from tongbao.risk.rating.domain.model import (
    Assessment,
    BadFeatureValues,
    FeatureSetMismatch,
    RatingModel,
    RatingModelId,
)
from tongbao.risk.rating.domain.training import (
    BadSamples,
    GradeShare,
    Sample,
    TooFewSamples,
    Training,
    TrainingReport,
    fingerprint,
)
from tongbao.risk.rating.models import RatingModelRow

__all__ = [
    "DEFAULT_MODEL",
    "FEATURES",
    "FEATURE_SET",
    "Assessment",
    "BadFeatureValues",
    "BadSamples",
    "Contribution",
    "Feature",
    "FeatureSetMismatch",
    "FeatureValues",
    "Grade",
    "GradeShare",
    "InvoiceTable",
    "MalformedInvoices",
    "NoActiveModel",
    "RatingModel",
    "RatingModelId",
    "Reason",
    "Sample",
    "TooFewSamples",
    "Training",
    "TrainingReport",
    "UnknownModel",
    "active_model",
    "assess",
    "features",
    "fingerprint",
    "get_model",
    "store_model",
    "train",
]

DEFAULT_MODEL = "sme-invoices"


class NoActiveModel(TongbaoError):
    """Nobody has trained and activated a model of this name yet."""

    code = "rating.no_active_model"
    kind = Kind.UNAVAILABLE
    title = Text(zh="没有启用的评级模型", en="No rating model is active")
    detail = Text(zh="评级模型 {name} 尚未启用", en="No version of the model {name} is active")


class UnknownModel(TongbaoError):
    """There is no model with this id."""

    code = "rating.unknown_model"
    kind = Kind.NOT_FOUND
    title = Text(zh="评级模型不存在", en="No such rating model")


def features(invoices: InvoiceTable, *, as_of: date) -> FeatureValues:
    """Return the value of every feature of `FEATURE_SET`, or None where it cannot be known.

    Parameters
    ----------
    invoices : InvoiceTable
        All invoices of one firm, both directions, in any order; those after `as_of` are ignored.
    as_of : date
        Last day that the source covers (included): the end of the period it states, both when a
        model is trained and when a firm is assessed, or the months would not mean the same.
    """
    return feature_rules.features(invoices, as_of=as_of)


def train(samples: Sequence[Sample]) -> Training:
    """Fit a scorecard on labelled firms and measure it by repeated stratified cross-validation.

    Features are binned and selected anew inside each training fold. The same samples in any order
    give the same card. Takes seconds of computing: call it in a thread.

    Raises
    ------
    TooFewSamples, BadSamples
        Fewer than 10 firms with or without default; a firm twice, without a scored feature or
        with NaN or infinity for one.
    """
    return training_rules.train(samples)


async def store_model(
    tx: WriteSession,
    *,
    training: Training,
    name: str = DEFAULT_MODEL,
    activate: bool = True,
    at: datetime,
) -> RatingModel:
    """Store a card as the next version of `name`; if `activate`, it replaces the active version."""
    lock = func.pg_advisory_xact_lock(func.hashtextextended(f"rating_model:{name}", 0))
    await tx.execute(select(lock))
    latest = await tx.scalar(
        select(func.max(RatingModelRow.version)).where(RatingModelRow.name == name)
    )
    if activate:
        await tx.execute(
            update(RatingModelRow)
            .where(RatingModelRow.name == name, RatingModelRow.active)
            .values(active=False)
        )
    row = RatingModelRow(
        id=new_id(),
        name=name,
        version=(latest or 0) + 1,
        feature_set=training.feature_set,
        card={"scorecard": training.card.to_json(), "bands": training.bands.to_json()},
        report=training.report.to_json(),
        data_fingerprint=training.data_fingerprint,
        created_at=at,
        active=activate,
    )
    tx.add(row)
    await tx.flush()
    return _model(row)


async def active_model(tx: ReadSession, *, name: str = DEFAULT_MODEL) -> RatingModel:
    """Return the active version of `name`; raise `NoActiveModel` if there is none."""
    row = await tx.scalar(
        select(RatingModelRow).where(RatingModelRow.name == name, RatingModelRow.active)
    )
    if row is None:
        raise NoActiveModel(name=name)
    return _model(row)


async def get_model(tx: ReadSession, model_id: RatingModelId) -> RatingModel:
    """Return a stored model, active or not, for replay; raise `UnknownModel`."""
    row = await tx.get(RatingModelRow, model_id)
    if row is None:
        raise UnknownModel
    return _model(row)


def assess(
    model: RatingModel, values: FeatureValues, *, feature_set: str = FEATURE_SET
) -> Assessment:
    """Score one firm and say why.

    Parameters
    ----------
    values : dict of code to float | None
        As returned by `features`; all of them are kept with the assessment.
    feature_set : str
        The set the values belong to; for a replay, the one stored with the decision.

    Raises
    ------
    FeatureSetMismatch, BadFeatureValues
        Other features than the model was trained on; one absent, NaN or infinite.
    """
    return model_rules.assess(model, values, feature_set=feature_set)


def _model(row: RatingModelRow) -> RatingModel:
    return RatingModel(
        id=RatingModelId(row.id),
        name=row.name,
        version=row.version,
        feature_set=row.feature_set,
        card=Scorecard.from_json(row.card["scorecard"]),
        bands=GradeBands.from_json(row.card["bands"]),
        report=row.report,
        data_fingerprint=row.data_fingerprint,
        created_at=row.created_at,
        active=row.active,
    )
