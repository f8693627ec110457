"""How well a score separates goods from bads, and how far a population has drifted."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def auc(risk: Floats, bad: Flags) -> float:
    """Return the area under the ROC curve: the chance that a bad has more risk than a good.

    Ties count one half (Mann-Whitney statistic).

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
    area, _ = separation(risk, bad, _once(bad))
    return float(area[0])


def ks(risk: Floats, bad: Flags) -> float:
    """Return the Kolmogorov-Smirnov distance: the largest gap between the two distributions."""
    _, distance = separation(risk, bad, _once(bad))
    return float(distance[0])


def separation(risk: Floats, bad: Flags, weights: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Return AUC and KS (r,) under each row of integer `weights` (r, n).

    A row stands for a resample: how often each firm was drawn. The sums are exact.
    """
    order = np.argsort(risk, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(risk[order]) != 0, [True]))
    drawn, is_bad = weights[:, order], bad[order]
    bads = np.cumsum(drawn * is_bad, axis=1)[:, ends]
    goods = np.cumsum(drawn * ~is_bad, axis=1)[:, ends]
    all_bads, all_goods = bads[:, -1], goods[:, -1]
    if not (all_bads.all() and all_goods.all()):
        msg = "needs at least one good and one bad"
        raise ValueError(msg)
    bads_tied = np.diff(bads, axis=1, prepend=0)
    goods_tied = np.diff(goods, axis=1, prepend=0)
    doubled = (bads_tied * (2 * goods - goods_tied)).sum(axis=1)
    gap = np.abs(bads / all_bads[:, np.newaxis] - goods / all_goods[:, np.newaxis])
    return doubled / (2 * all_bads * all_goods), np.asarray(gap.max(axis=1), np.float64)


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


def _once(bad: Flags) -> NDArray[np.int64]:
    return np.ones((1, len(bad)), np.int64)
