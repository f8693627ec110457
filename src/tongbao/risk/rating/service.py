"""Credit rating: the verbs other modules use.

::

    values = rating.features(invoices, as_of=period_end)
    model = await rating.active_model(tx)
    assessment = rating.assess(model, values)

`as_of` is the last day that the source covers, in the business calendar.
"""

from collections.abc import Sequence
from datetime import datetime

from tongbao.infra.db import ReadSession, WriteSession
from tongbao.risk.rating.domain.assessment import (
    Assessment,
    Contribution,
    Grade,
    RatingModelId,
    Reason,
)
from tongbao.risk.rating.domain.feature import Feature, FeatureValues
from tongbao.risk.rating.domain.feature_set import FEATURE_SET, FEATURES
from tongbao.risk.rating.domain.features import features
from tongbao.risk.rating.domain.invoices import InvoiceTable, MalformedInvoices
from tongbao.risk.rating.domain.training import RatingModel, Sample, Training

__all__ = [
    "DEFAULT_MODEL",
    "FEATURES",
    "FEATURE_SET",
    "Assessment",
    "Contribution",
    "Feature",
    "FeatureValues",
    "Grade",
    "InvoiceTable",
    "MalformedInvoices",
    "RatingModel",
    "RatingModelId",
    "Reason",
    "Sample",
    "Training",
    "active_model",
    "assess",
    "features",
    "model",
    "store_model",
    "train",
]

DEFAULT_MODEL = "sme-invoices"


def train(samples: Sequence[Sample]) -> Training:
    """Fit a scorecard on labelled firms and measure it by repeated cross-validation."""
    raise NotImplementedError


async def store_model(
    tx: WriteSession, *, training: Training, name: str = DEFAULT_MODEL, activate: bool, at: datetime
) -> RatingModel:
    """Store a trained card as the next version of `name`, and make it the active one if asked."""
    raise NotImplementedError


async def active_model(tx: ReadSession, *, name: str = DEFAULT_MODEL) -> RatingModel:
    """Return the active model of `name`; raise `NoActiveModel` if none is."""
    raise NotImplementedError


async def model(tx: ReadSession, *, model_id: RatingModelId) -> RatingModel:
    """Return a stored model, active or not, for replay; raise `UnknownModel`."""
    raise NotImplementedError


def assess(rating_model: RatingModel, values: FeatureValues) -> Assessment:
    """Score one firm."""
    raise NotImplementedError
