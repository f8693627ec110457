"""Credit scorecards: binning, weight of evidence, logistic regression, points and metrics.

::

    card = fit_scorecard(columns, bad, candidates=candidates, settings=FitSettings())
    report = measure(hold_out(columns, bad, fit=fit))  # `fit` bins and selects inside each fold
    score = card.score({"sales_total": 1_200_000.0, "buyers": None})
    for reason in reasons(card, score): ...

Training works on numpy columns with NaN for missing; scoring is plain Python with None for missing.
"""

from tongbao.lib.scorecard.binning import Binning, BinningSettings, fit_binning
from tongbao.lib.scorecard.card import Line, Scale, Score, Scorecard, ScoredFeature, Unit
from tongbao.lib.scorecard.direction import Direction
from tongbao.lib.scorecard.explain import Contribution, Reason, contributions, reasons
from tongbao.lib.scorecard.fit import Candidate, Columns, FitSettings, fit_scorecard
from tongbao.lib.scorecard.metrics import Flags, Floats, auc, ks, psi
from tongbao.lib.scorecard.validation import Estimate, HeldOut, Validation, hold_out, measure

__all__ = [
    "Binning",
    "BinningSettings",
    "Candidate",
    "Columns",
    "Contribution",
    "Direction",
    "Estimate",
    "FitSettings",
    "Flags",
    "Floats",
    "HeldOut",
    "Line",
    "Reason",
    "Scale",
    "Score",
    "Scorecard",
    "ScoredFeature",
    "Unit",
    "Validation",
    "auc",
    "contributions",
    "fit_binning",
    "fit_scorecard",
    "hold_out",
    "ks",
    "measure",
    "psi",
    "reasons",
]
