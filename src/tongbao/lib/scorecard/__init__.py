"""Credit scorecards: binning, weight of evidence, logistic regression, points and metrics."""

from tongbao.lib.scorecard.direction import Direction

__all__ = ["Direction"]
