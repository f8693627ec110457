"""The scorecard itself: points per bin, scored in plain Python.

Points are whole numbers, so a score is an exact sum that a person can check by hand, and the
probability follows from the score alone. Nothing here depends on numpy or on the order of floats.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

from tongbao.kernel.text import Text
from tongbao.lib.scorecard.direction import Direction

CARD_FORMAT = 1

Unit = Literal["CNY", "count", "months", "days", "share", "ratio"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Points against odds: `score = score_base` at good:bad odds of `odds_base` to 1.

    Every `points_to_double` more points double the odds.
    """

    score_base: int = 600
    odds_base: int = 20
    points_to_double: int = 20

    @property
    def factor(self) -> float:
        """Return the points of one unit of log-odds."""
        return self.points_to_double / math.log(2)

    @property
    def offset(self) -> float:
        """Return the score of even odds."""
        return self.score_base - self.factor * math.log(self.odds_base)

    def score(self, log_odds: float) -> float:
        """Return the points of log-odds of good against bad."""
        return self.offset + self.factor * log_odds

    def probability_of_default(self, score: int) -> float:
        """Return 1 / (1 + odds), in 0..1, for a score of any size."""
        log_odds = (score - self.offset) / self.factor
        if log_odds < 0:
            return 1 / (1 + math.exp(max(log_odds, -700)))
        small = math.exp(-min(log_odds, 700))
        return small / (1 + small)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredFeature:
    """One feature of the card.

    Attributes
    ----------
    edges : tuple of k - 1 floats
        Strictly increasing; bin i holds `edges[i-1] <= value < edges[i]`.
    points : tuple of k ints
        Points per bin relative to neutral evidence, monotone.
    missing_points : int
        Points when the value is not known; never above 0.
    goods, bads : tuple of k + 1 ints
        Training counts per bin, the missing bin last (to measure drift against).
    coefficient, information_value : float
        For the report.
    """

    code: str
    name: Text
    unit: Unit
    direction: Direction
    edges: tuple[float, ...]
    points: tuple[int, ...]
    missing_points: int
    goods: tuple[int, ...]
    bads: tuple[int, ...]
    coefficient: float
    information_value: float

    def __post_init__(self) -> None:
        bins = len(self.points)
        rising = sorted(self.points) == list(self.points)
        falling = sorted(self.points, reverse=True) == list(self.points)
        checks = {
            "edges between bins": len(self.edges) == bins - 1,
            "finite edges": all(math.isfinite(edge) for edge in self.edges),
            "edges increase": all(a < b for a, b in zip(self.edges, self.edges[1:], strict=False)),
            "points monotone": rising or falling,
            "missing not rewarded": self.missing_points <= 0,
            "counts per bin": len(self.goods) == len(self.bads) == bins + 1,
        }
        _refuse(self.code, checks)

    def bin_of(self, value: float | None) -> int:
        """Return the bin of a value, 0..k-1, or k for a missing one."""
        if value is None:
            return len(self.points)
        if not math.isfinite(value):
            msg = f"{self.code} is neither a finite number nor None"
            raise ValueError(msg)
        return sum(value >= edge for edge in self.edges)

    def points_of(self, index: int) -> int:
        """Return the points of bin `index`, the missing bin included."""
        return (*self.points, self.missing_points)[index]

    @property
    def best_points(self) -> int:
        """Return the points of the best bin."""
        return max(self.points)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What one feature added to a score."""

    code: str
    value: float | None
    bin: int
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A score with its calculation: `base_points + sum(line.points) = score`."""

    score: int
    base_points: int
    probability_of_default: float
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """A fitted card; a plain value that survives JSON unchanged."""

    scale: Scale
    base_points: int
    features: tuple[ScoredFeature, ...]

    def __post_init__(self) -> None:
        codes = [feature.code for feature in self.features]
        _refuse("card", {"each feature once": len(set(codes)) == len(codes)})

    def score(self, values: Mapping[str, float | None]) -> Score:
        """Score one firm; values of features that the card does not use are ignored.

        Raises
        ------
        KeyError
            A feature of the card is absent from `values` (unknown must be said: None).
        ValueError
            A value is NaN or infinite.
        """
        lines = []
        for feature in self.features:
            value = values[feature.code]
            index = feature.bin_of(value)
            points = feature.points_of(index)
            lines.append(Line(code=feature.code, value=value, bin=index, points=points))
        total = self.base_points + sum(line.points for line in lines)
        return Score(
            score=total,
            base_points=self.base_points,
            probability_of_default=self.scale.probability_of_default(total),
            lines=tuple(lines),
        )

    def to_json(self) -> dict[str, Any]:
        """Return the card as plain JSON values."""
        return {"format": CARD_FORMAT, **asdict(self)}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Return the card of a document made by `to_json`.

        JSON stores may return a whole float as an integer; it becomes a float again here.
        """
        _refuse("card", {f"format {CARD_FORMAT}": document["format"] == CARD_FORMAT})
        return cls(
            scale=Scale(**document["scale"]),
            base_points=document["base_points"],
            features=tuple(
                ScoredFeature(
                    code=feature["code"],
                    name=Text(**feature["name"]),
                    unit=feature["unit"],
                    direction=Direction(feature["direction"]),
                    edges=tuple(float(edge) for edge in feature["edges"]),
                    points=tuple(feature["points"]),
                    missing_points=feature["missing_points"],
                    goods=tuple(feature["goods"]),
                    bads=tuple(feature["bads"]),
                    coefficient=float(feature["coefficient"]),
                    information_value=float(feature["information_value"]),
                )
                for feature in document["features"]
            ),
        )


def _refuse(what: str, checks: Mapping[str, bool]) -> None:
    """Raise ValueError naming the checks that failed."""
    failed = [name for name, holds in checks.items() if not holds]
    if failed:
        msg = f"malformed scorecard: {what}: {', '.join(failed)}"
        raise ValueError(msg)
