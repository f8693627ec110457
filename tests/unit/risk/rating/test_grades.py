"""Bands of the probability of default."""

import pytest

from tongbao.risk.rating.domain.grades import DEFAULT_BANDS, Grade, GradeBands


@pytest.mark.parametrize(
    ("probability", "grade"),
    [
        (0.0, Grade.A),
        (0.0299, Grade.A),
        (0.03, Grade.B),
        (0.08, Grade.C),
        (0.2, Grade.D),
        (0.3999, Grade.D),
        (0.4, Grade.E),
        (1.0, Grade.E),
    ],
)
def test_a_band_starts_at_its_lower_end(probability: float, grade: Grade) -> None:
    assert DEFAULT_BANDS.grade(probability) is grade


def test_bands_survive_json() -> None:
    assert GradeBands.from_json(DEFAULT_BANDS.to_json()) == DEFAULT_BANDS
    assert DEFAULT_BANDS.to_json() == {"A": 0.03, "B": 0.08, "C": 0.2, "D": 0.4}


@pytest.mark.parametrize(
    "bounds",
    [(0.1, 0.1, 0.2, 0.3), (0.0, 0.1, 0.2, 0.3), (0.1, 0.2, 0.3, 1.0), (0.3, 0.2, 0.4, 0.5)],
)
def test_bands_must_increase(bounds: tuple[float, float, float, float]) -> None:
    with pytest.raises(ValueError, match="increase strictly"):
        GradeBands(*bounds)
