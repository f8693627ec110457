"""How well a score separates goods from bads, and how far a population has drifted."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def concordance(risk: Floats, bad: Flags) -> Floats:
    """Return for each pair (bad, good) 1 if the bad has the higher risk, 1/2 for a tie, else 0.

    Shape (number of bads, number of goods); its mean is the AUC (Mann-Whitney statistic).
    """
    difference = risk[bad][:, np.newaxis] - risk[~bad][np.newaxis, :]
    return (difference > 0) + 0.5 * (difference == 0)


def auc(risk: Floats, bad: Flags) -> float:
    """Return the area under the ROC curve, from mid-ranks, so that ties count one half.

    Parameters
    ----------
    risk : float (n,)
        Any number that grows with the risk (for a score: its negative).
    bad : bool (n,)
        The outcome.

    Raises
    ------
    ValueError
        Without at least one good and one bad there is no curve.
    """
    bads = _bads(bad)
    _, group, count = np.unique(risk, return_inverse=True, return_counts=True)
    rank = np.cumsum(count) - (count - 1) / 2
    total = float(rank[group][bad].sum())
    return (total - bads * (bads + 1) / 2) / (bads * (len(bad) - bads))


def ks(risk: Floats, bad: Flags) -> float:
    """Return the Kolmogorov-Smirnov distance: the largest gap between the two distributions."""
    return float(weighted_ks(risk, bad, np.ones((1, len(bad)), np.int64))[0])


def weighted_ks(risk: Floats, bad: Flags, weights: NDArray[np.int64]) -> Floats:
    """Return the KS distance under each row of integer `weights` (r, n): one number a row.

    Rows stand for bootstrap resamples (how often each firm was drawn).
    """
    _bads(bad)
    order = np.argsort(risk, kind="stable")
    last_of_tie = np.append(risk[order][1:] != risk[order][:-1], True)  # noqa: FBT003 a value
    drawn = weights[:, order]
    of_bads = np.cumsum(drawn * bad[order], axis=1)
    of_goods = np.cumsum(drawn * ~bad[order], axis=1)
    gap = of_bads / of_bads[:, -1:] - of_goods / of_goods[:, -1:]
    return np.asarray(np.abs(gap[:, last_of_tie]).max(axis=1), np.float64)


def psi(expected: Sequence[int], actual: Sequence[int]) -> float:
    """Return the population stability index between two histograms over the same bins.

    Half an observation is added to each cell so that an empty one does not make it infinite.
    Rule of thumb: below 0.1 stable, to 0.25 watch, above act.

    Raises
    ------
    ValueError
        Different numbers of bins, none, or a negative count.
    """
    before, after = np.asarray(expected, np.float64), np.asarray(actual, np.float64)
    if before.shape != after.shape or before.size == 0:
        msg = "both histograms need the same bins, at least one"
        raise ValueError(msg)
    if (before < 0).any() or (after < 0).any():
        msg = "a count is negative"
        raise ValueError(msg)
    before, after = before + 0.5, after + 0.5
    before, after = before / before.sum(), after / after.sum()
    return float(((after - before) * np.log(after / before)).sum())


def _bads(bad: Flags) -> int:
    bads = int(bad.sum())
    if bads in (0, len(bad)):
        msg = "needs at least one good and one bad"
        raise ValueError(msg)
    return bads
