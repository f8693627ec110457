"""Honest measurement on small samples: repeated stratified cross-validation with intervals."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tongbao.lib.scorecard.card import Scorecard
from tongbao.lib.scorecard.fit import Columns
from tongbao.lib.scorecard.metrics import Flags, Floats, auc, separation

RESAMPLES = 1_000
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
        over the repeats, centred on it (a resampled KS is a little too large). This is the one
        to quote: it is as wide as n firms deserve.
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
    """Result of a repeated cross-validation.

    Attributes
    ----------
    auc, ks : Estimate
        From all n held-out scores of a repeat together, so cards of different folds must agree
        on the level of the score as well as on the order.
    auc_within_folds : float
        Mean of the AUC of single held-out folds, which asks for the order only; usually higher.
        Given because other reports often quote this one.
    """

    firms: int
    bads: int
    folds: int
    repeats: int
    seed: int
    auc: Estimate
    ks: Estimate
    auc_within_folds: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeldOut:
    """Scores of firms by cards that never saw them.

    Attributes
    ----------
    bad : bool (n,)
    score : int64 (repeats, n)
    fold : int64 (repeats, n)
        The fold in which the firm was held out.
    seed : int
    """

    bad: Flags
    score: NDArray[np.int64]
    fold: NDArray[np.int64]
    seed: int


def hold_out(
    columns: Columns,
    bad: Flags,
    *,
    fit: Fit,
    folds: int = 5,
    repeats: int = 20,
    seed: int = 2020,
) -> HeldOut:
    """Score every firm by cards fitted without it, `repeats` times.

    `fit` gets the training firms only, so what it learns there (bins, selection, coefficients)
    knows nothing of the held-out ones.

    Raises
    ------
    ValueError
        Fewer than two folds, or a class with fewer firms than there are folds.
    """
    scarce = min(int(bad.sum()), int((~bad).sum()))
    if not 2 <= folds <= scarce:  # noqa: PLR2004 with one fold nothing is left to train on
        msg = f"2 to {scarce} folds are possible with {scarce} firms in a class, not {folds}"
        raise ValueError(msg)
    score = np.empty((repeats, len(bad)), np.int64)
    fold = np.empty((repeats, len(bad)), np.int64)
    for repeat in range(repeats):
        fold[repeat] = _deal(bad, folds, np.random.default_rng([seed, repeat]))
        for held_out in range(folds):
            inside = fold[repeat] != held_out
            card = fit({code: column[inside] for code, column in columns.items()}, bad[inside])
            for firm in np.flatnonzero(~inside):
                score[repeat, firm] = card.score(_values(columns, int(firm))).score
    return HeldOut(bad=bad, score=score, fold=fold, seed=seed)


def measure(held_out: HeldOut) -> Validation:
    """Return how well held-out scores separate goods from bads."""
    bad, repeats, folds = held_out.bad, len(held_out.score), int(held_out.fold.max()) + 1
    risk = -held_out.score.astype(np.float64)
    once = np.ones((1, len(bad)), np.int64)
    resamples = _resample(bad, np.random.default_rng([held_out.seed, repeats]))
    measured = [separation(row, bad, once) for row in risk]
    resampled = [separation(row, bad, resamples) for row in risk]
    within = [
        auc(row[fold == held], bad[fold == held])
        for row, fold in zip(risk, held_out.fold, strict=True)
        for held in range(folds)
    ]
    return Validation(
        firms=len(bad),
        bads=int(bad.sum()),
        folds=folds,
        repeats=repeats,
        seed=held_out.seed,
        auc=_estimate([area for area, _ in measured], [area for area, _ in resampled]),
        ks=_estimate([gap for _, gap in measured], [gap for _, gap in resampled]),
        auc_within_folds=float(np.mean(within)),
    )


def _deal(bad: Flags, folds: int, generator: np.random.Generator) -> NDArray[np.int64]:
    """Return the fold 0..folds-1 of each firm (n,); goods and bads are dealt out evenly."""
    fold = np.empty(len(bad), np.int64)
    dealt = 0
    for group in (bad, ~bad):
        members = generator.permutation(np.flatnonzero(group))
        # Goods start where bads ended, so that the folds' sizes differ by one at most.
        fold[members] = (dealt + np.arange(len(members))) % folds
        dealt += len(members)
    return fold


def _values(columns: Columns, firm: int) -> dict[str, float | None]:
    values = {code: float(column[firm]) for code, column in columns.items()}
    return {code: None if np.isnan(value) else value for code, value in values.items()}


def _resample(bad: Flags, generator: np.random.Generator) -> NDArray[np.int64]:
    """Return how often each firm is drawn (RESAMPLES, n), goods and bads drawn separately."""
    weights = np.zeros((RESAMPLES, len(bad)), np.int64)
    for group in (np.flatnonzero(bad), np.flatnonzero(~bad)):
        even = np.full(len(group), 1 / len(group))
        weights[:, group] = generator.multinomial(len(group), even, size=RESAMPLES)
    return weights


def _estimate(measured: list[Floats], resampled: list[Floats]) -> Estimate:
    """Return the estimate from each repeat's value (1,) and resampled values (RESAMPLES,)."""
    by_repeat = np.concatenate(measured)
    by_resample = np.mean(resampled, axis=0)
    mean = float(by_repeat.mean())
    low, high = np.quantile(np.clip(by_resample - by_resample.mean() + mean, 0, 1), INTERVAL)
    repeat_low, repeat_high = np.quantile(by_repeat, INTERVAL)
    return Estimate(
        mean=mean,
        low=float(low),
        high=float(high),
        repeat_low=float(repeat_low),
        repeat_high=float(repeat_high),
    )
