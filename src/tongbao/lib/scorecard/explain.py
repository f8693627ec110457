"""A score in words: what each feature added, the reasons against, and what would improve them."""

from dataclasses import dataclass

from tongbao.kernel.text import Text
from tongbao.lib.scorecard.card import Line, Score, Scorecard, ScoredFeature, Unit

REASONS_MAX = 4

_UNKNOWN = Text(zh="无法得知", en="not known")
_WAN = 10_000
_YI = 100_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What one feature added to the score.

    `points` is relative to neutral evidence (0 = says nothing either way), `best_points` is what
    the best value of this feature would have given; `value` is None if it was not known.
    """

    code: str
    name: Text
    value: float | None
    value_text: Text
    bin_text: Text
    points: int
    best_points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why the score is not higher: one feature below neutral, and what would improve it."""

    code: str
    text: Text
    improvement: Text
    points: int


def contributions(card: Scorecard, score: Score) -> tuple[Contribution, ...]:
    """Return what each feature of the card added, in the card's order."""
    return tuple(
        Contribution(
            code=feature.code,
            name=feature.name,
            value=line.value,
            value_text=value_text(line.value, feature.unit),
            bin_text=bin_text(feature, line.bin),
            points=line.points,
            best_points=feature.best_points,
        )
        for feature, line in zip(card.features, score.lines, strict=True)
    )


def reasons(card: Scorecard, score: Score, *, reasons_max: int = REASONS_MAX) -> tuple[Reason, ...]:
    """Return the features below neutral, the most damaging first, at most `reasons_max`."""
    against = [
        (line.points, position)
        for position, line in enumerate(score.lines)
        if line.points < 0 and line.points < card.features[position].best_points
    ]
    return tuple(
        _reason(card.features[position], score.lines[position])
        for _, position in sorted(against)[:reasons_max]
    )


def _reason(feature: ScoredFeature, line: Line) -> Reason:
    value = value_text(line.value, feature.unit)
    return Reason(
        code=feature.code,
        text=Text(
            zh=f"{feature.name.zh}：{value.zh}，比中性水平低{-line.points}分",
            en=f"{feature.name.en}: {value.en}, {_points(-line.points)} below neutral",
        ),
        improvement=_improvement(feature, line),
        points=line.points,
    )


def _improvement(feature: ScoredFeature, line: Line) -> Text:
    """Say which nearest value would earn more points."""
    name = feature.name
    if line.value is None:
        gain = feature.best_points - line.points
        return Text(
            zh=f"{name.zh}：提供可计算该指标的数据（如更长的发票历史），最多可加{gain}分",
            en=f"{name.en}: data to compute it from, such as a longer invoice history, "
            f"would add up to {_points(gain)}",
        )
    better = [index for index, points in enumerate(feature.points) if points > line.points]
    target = min(better, key=lambda index: abs(index - line.bin))
    gain = feature.points[target] - line.points
    if target > line.bin:
        edge = value_text(feature.edges[target - 1], feature.unit)
        return Text(
            zh=f"{name.zh}：达到{edge.zh}及以上可加{gain}分",
            en=f"{name.en}: {edge.en} or more would add {_points(gain)}",
        )
    edge = value_text(feature.edges[target], feature.unit)
    return Text(
        zh=f"{name.zh}：低于{edge.zh}可加{gain}分",
        en=f"{name.en}: below {edge.en} would add {_points(gain)}",
    )


def _points(count: int) -> str:
    return "1 point" if count == 1 else f"{count} points"


def bin_text(feature: ScoredFeature, index: int) -> Text:
    """Return the range of bin `index` in words."""
    if index == len(feature.points):
        return _UNKNOWN
    low = value_text(feature.edges[index - 1], feature.unit) if index > 0 else None
    high = value_text(feature.edges[index], feature.unit) if index < len(feature.edges) else None
    match low, high:
        case None, None:
            return Text(zh="任意值", en="any value")
        case None, Text():
            return Text(zh=f"低于{high.zh}", en=f"below {high.en}")
        case Text(), None:
            return Text(zh=f"{low.zh}及以上", en=f"{low.en} or more")
        case _:
            assert low is not None
            assert high is not None
            return Text(zh=f"{low.zh}至{high.zh}（不含）", en=f"{low.en} to below {high.en}")


def value_text(value: float | None, unit: Unit) -> Text:
    """Return a value with its unit; money in whole yuan (en) or in 万元 and 亿元 (zh)."""
    if value is None:
        return _UNKNOWN
    number = f"{value:,.6g}"
    match unit:
        case "CNY":
            return Text(zh=f"{_shortened(value)}元", en=f"CNY {value:,.0f}")
        case "months":
            return Text(zh=f"{number}个月", en=f"{number} months")
        case "days":
            return Text(zh=f"{number}天", en=f"{number} days")
        case "share":
            number = f"{value * 100:.4g}%"
        case "ratio":
            number = f"{value:.4g}"
        case "count":
            pass
    return Text(zh=number, en=number)


def _shortened(value: float) -> str:
    """Return a number as Chinese shortens it, to four digits from ten thousand on."""
    if abs(value) >= _YI:
        return f"{value / _YI:,.4g}亿"
    if abs(value) >= _WAN:
        return f"{value / _WAN:,.4g}万"
    return f"{value:,.0f}"
