"""Honest measurement on small samples: repeated stratified cross-validation with intervals."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tongbao.lib.scorecard.card import Scorecard
from tongbao.lib.scorecard.fit import Columns
from tongbao.lib.scorecard.metrics import Flags, Floats, auc, concordance, ks, weighted_ks

BOOTSTRAP_RESAMPLES = 2_000
INTERVAL = (0.025, 0.975)

Fit = Callable[[Columns, Flags], Scorecard]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A measured number with its uncertainty.

    Attributes
    ----------
    mean : float
        Over the repeats.
    low, high : float
        95 % interval for the choice of firms: stratified bootstrap over the firms of the mean
        over the repeats. This is the one to quote: it is as wide as n firms deserve.
    repeat_low, repeat_high : float
        2.5 % and 97.5 % quantile over the repeats: only the luck of the split.
    """

    mean: float
    low: float
    high: float
    repeat_low: float
    repeat_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """Result of `cross_validate`; each repeat pools the scores of all held-out folds."""

    firms: int
    bads: int
    folds: int
    repeats: int
    seed: int
    auc: Estimate
    ks: Estimate


def stratified_folds(
    bad: Flags, *, folds: int, generator: np.random.Generator
) -> NDArray[np.int64]:
    """Return the fold 0..folds-1 of each firm (n,); goods and bads are dealt out evenly."""
    fold = np.empty(len(bad), np.int64)
    first = 0
    for group in (bad, ~bad):
        members = generator.permutation(np.flatnonzero(group))
        fold[members] = (first + np.arange(len(members))) % folds
        first += len(members)  # the next group starts where this one ended, so folds differ by <= 1
    return fold


def out_of_fold_risk(
    columns: Columns, bad: Flags, *, fit: Fit, folds: int, repeats: int, seed: int
) -> Floats:
    """Return the risk (minus the score) of each firm from cards that never saw it.

    Shape (repeats, n). `fit` gets the training firms only, so what it learns there (bins,
    selection, coefficients) knows nothing of the held-out ones.
    """
    scarce = min(int(bad.sum()), int((~bad).sum()))
    if not 2 <= folds <= scarce:  # noqa: PLR2004 one fold holds nothing out
        msg = f"{folds} folds need at least 2 folds and {folds} goods and bads, there are {scarce}"
        raise ValueError(msg)
    risk = np.empty((repeats, len(bad)))
    for repeat in range(repeats):
        generator = np.random.default_rng([seed, repeat])
        fold = stratified_folds(bad, folds=folds, generator=generator)
        for held_out in range(folds):
            inside = fold != held_out
            card = fit({code: column[inside] for code, column in columns.items()}, bad[inside])
            for firm in np.flatnonzero(~inside):
                risk[repeat, firm] = -card.score(_values(columns, int(firm))).score
    return risk


def cross_validate(  # noqa: PLR0913 all keyword-only
    columns: Columns,
    bad: Flags,
    *,
    fit: Fit,
    folds: int = 5,
    repeats: int = 20,
    seed: int = 2020,
) -> Validation:
    """Measure AUC and KS of `fit` by repeated stratified cross-validation.

    Raises
    ------
    ValueError
        A class has fewer firms than there are folds.
    """
    risk = out_of_fold_risk(columns, bad, fit=fit, folds=folds, repeats=repeats, seed=seed)
    weights = _resamples(bad, np.random.default_rng([seed, repeats]))
    pairs = np.mean([concordance(row, bad) for row in risk], axis=0)
    of_bads, of_goods = weights[:, bad], weights[:, ~bad]
    auc_resampled = ((of_bads @ pairs) * of_goods).sum(axis=1) / pairs.size
    ks_resampled = np.mean([weighted_ks(row, bad, weights) for row in risk], axis=0)
    return Validation(
        firms=len(bad),
        bads=int(bad.sum()),
        folds=folds,
        repeats=repeats,
        seed=seed,
        auc=_estimate([auc(row, bad) for row in risk], auc_resampled),
        ks=_estimate([ks(row, bad) for row in risk], ks_resampled),
    )


def _values(columns: Columns, firm: int) -> dict[str, float | None]:
    values = {code: float(column[firm]) for code, column in columns.items()}
    return {code: None if value != value else value for code, value in values.items()}  # noqa: PLR0124 NaN


def _resamples(bad: Flags, generator: np.random.Generator) -> NDArray[np.int64]:
    """Return how often each firm is drawn, (resamples, n), goods and bads drawn separately."""
    weights = np.zeros((BOOTSTRAP_RESAMPLES, len(bad)), np.int64)
    for group in (np.flatnonzero(bad), np.flatnonzero(~bad)):
        even = np.full(len(group), 1 / len(group))
        weights[:, group] = generator.multinomial(len(group), even, size=BOOTSTRAP_RESAMPLES)
    return weights


def _estimate(by_repeat: list[float], resampled: Floats) -> Estimate:
    low, high = np.quantile(resampled, INTERVAL)
    repeat_low, repeat_high = np.quantile(by_repeat, INTERVAL)
    return Estimate(
        mean=float(np.mean(by_repeat)),
        low=float(low),
        high=float(high),
        repeat_low=float(repeat_low),
        repeat_high=float(repeat_high),
    )
