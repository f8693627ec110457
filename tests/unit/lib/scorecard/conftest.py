"""A made-up sample whose truth is known, and a small card written by hand."""

import numpy as np
import pytest

from tongbao.kernel.text import Text
from tongbao.lib.scorecard import (
    Candidate,
    Columns,
    Direction,
    FitSettings,
    Flags,
    Scale,
    Scorecard,
    ScoredFeature,
    fit_scorecard,
)

CANDIDATES = (
    Candidate(
        code="size",
        name=Text(zh="规模", en="Size"),
        unit="CNY",
        direction=Direction.HIGHER_IS_BETTER,
    ),
    Candidate(
        code="size_again",
        name=Text(zh="规模副本", en="Size again"),
        unit="CNY",
        direction=Direction.HIGHER_IS_BETTER,
    ),
    Candidate(
        code="swing",
        name=Text(zh="波动", en="Swing"),
        unit="ratio",
        direction=Direction.LOWER_IS_BETTER,
    ),
    Candidate(
        code="noise",
        name=Text(zh="噪声", en="Noise"),
        unit="share",
        direction=Direction.EITHER,
    ),
    Candidate(
        code="against",
        name=Text(zh="反向", en="Against"),
        unit="count",
        direction=Direction.HIGHER_IS_BETTER,
    ),
)


def sample(firms: int, seed: int) -> tuple[Columns, Flags]:
    """Return columns and outcome: `size` and `swing` tell, `noise` does not.

    `size_again` repeats `size`; `against` tells, but in the direction nobody expects; a tenth of
    `swing` is missing.
    """
    generator = np.random.default_rng(seed)
    size = generator.normal(size=firms)
    swing = generator.normal(size=firms)
    bad = generator.random(firms) < 1 / (1 + np.exp(1.2 + 1.4 * size - 1.1 * swing))
    columns = {
        "size": np.round(np.exp(size) * 1e6),
        "size_again": np.round(np.exp(size) * 1e6) + generator.integers(0, 9, firms),
        "swing": np.where(generator.random(firms) < 0.1, np.nan, swing),
        "noise": generator.random(firms),
        "against": np.round(10 - 3 * size + generator.normal(size=firms)),
    }
    return columns, bad


def fit(columns: Columns, bad: Flags) -> Scorecard:
    """Fit a card with the usual settings."""
    return fit_scorecard(columns, bad, candidates=CANDIDATES, settings=FitSettings())


@pytest.fixture
def card() -> Scorecard:
    """A card with one feature in each direction."""
    return Scorecard(
        scale=Scale(),
        base_points=540,
        features=(
            ScoredFeature(
                code="sales",
                name=Text(zh="销售额", en="Sales"),
                unit="CNY",
                direction=Direction.HIGHER_IS_BETTER,
                edges=(20_000.0, 3_000_000.0),
                points=(-30, 0, 25),
                missing_points=-30,
                goods=(5, 20, 40, 0),
                bads=(10, 5, 1, 0),
                coefficient=0.7,
                information_value=1.5,
            ),
            ScoredFeature(
                code="void_share",
                name=Text(zh="作废占比", en="Void share"),
                unit="share",
                direction=Direction.LOWER_IS_BETTER,
                edges=(0.136,),
                points=(5, -9),
                missing_points=-9,
                goods=(50, 10, 5),
                bads=(5, 8, 3),
                coefficient=0.3,
                information_value=0.6,
            ),
            ScoredFeature(
                code="months_idle",
                name=Text(zh="空白月份", en="Idle months"),
                unit="months",
                direction=Direction.LOWER_IS_BETTER,
                edges=(1.0, 6.0),
                points=(12, -1, -7),
                missing_points=-7,
                goods=(40, 15, 10, 0),
                bads=(2, 6, 8, 0),
                coefficient=0.4,
                information_value=0.8,
            ),
        ),
    )
