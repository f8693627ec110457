"""What kind of firm each made-up firm is: drawn once for all firms, before any invoice exists.

A latent quality drives size, steadiness, breadth of trade and the chance of default, each with its
own noise, so that the invoices tell something of the default but never all.
"""

from bisect import bisect
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tongbao_sandbox.synthetic.industries import INDUSTRIES, SMALL, Industry
from tongbao_sandbox.uscc import REGIONS

DEFAULT_SHARE = 0.18
RECORD_SHARE = 0.8  # firms with a credit record; nobody knows the outcome of the others
LABEL_NOISE = 0.33  # of what decides the default, beside a quality of spread 1
SOLE_TRADER_SHARE = 0.14
SMALL_TAXPAYER_SHARE = 0.22
LIFE_SHARE_MIN = 0.15
INVOICES_PER_MONTH_MIN = 1.2  # issued
PARTNERS_MAX = 20_000
CAPS_YUAN = (10_000, 100_000, 1_000_000)  # largest amount one invoice may show
_CAP_ORDER_LN = (8.3, 11.6)  # orders up to this usual size come with the caps above


@dataclass(frozen=True, slots=True)
class Profile:
    """One firm's habits. Amounts are natural logarithms of yuan; shares are of invoices."""

    region: str
    industry: int
    sole_trader: bool
    rating: str | None
    defaulted: bool | None
    begins: float  # first and last day of business as shares of the period
    ends: float
    orders_per_month: float
    growth_per_year: float  # of the logarithm
    month_noise: float
    order_ln_mean: float
    order_ln_sd: float
    lines_mean: float  # invoices an order
    cap_yuan: int
    buyers: int
    buyers_slope: float  # of the weight of a partner over its rank
    sellers: int
    sellers_slope: float
    goods_share: float  # purchases for resale over sales
    overhead_per_month: float
    void_out: float
    void_in: float
    red_out: float
    red_in: float
    rates: tuple[int, ...]  # VAT, per mille
    usual_rate_share: float


_PLAIN_HABITS = (
    *("begins", "ends", "orders_per_month", "growth_per_year", "month_noise", "order_ln_mean"),
    *("order_ln_sd", "lines_mean", "buyers_slope", "sellers_slope", "goods_share"),
    *("overhead_per_month", "void_out", "void_in", "red_out", "red_in"),
)


def draw_profiles(*, seed: int, count: int) -> tuple[Profile, ...]:
    """Return `count` profiles, the same for the same seed and count."""
    draw = _Draws(seed, count)
    quality = draw.normal("quality")
    industry = draw.choice("industry", [trade.weight for trade in INDUSTRIES])
    trades = [INDUSTRIES[position] for position in industry]
    sole = (draw.uniform("sole trader") < SOLE_TRADER_SHARE) & np.array(
        [bool(trade.sole_trader_words) for trade in trades]
    )
    small = sole | (draw.uniform("small taxpayer") < SMALL_TAXPAYER_SHARE)
    regions = draw.choice("region", [1.0] * len(REGIONS))
    defaulted, rating = _outcomes(draw, quality)
    habits = _habits(draw, quality, trades, sole)
    return tuple(
        Profile(
            region=tuple(REGIONS)[regions[i]],
            industry=int(industry[i]),
            sole_trader=bool(sole[i]),
            rating=rating[i],
            defaulted=defaulted[i],
            rates=(SMALL,) if small[i] else trades[i].rates,
            usual_rate_share=1.0 if small[i] else 0.6 + 0.4 * habits["usual_rate"][i],
            cap_yuan=CAPS_YUAN[bisect(_CAP_ORDER_LN, habits["order_ln_mean"][i])],
            buyers=2 + int(min(habits["buyers"][i], PARTNERS_MAX)),
            sellers=3 + int(min(habits["sellers"][i], PARTNERS_MAX)),
            **{name: habits[name][i] for name in _PLAIN_HABITS},
        )
        for i in range(count)
    )


def _habits(
    draw: "_Draws", quality: NDArray[np.float64], trades: list[Industry], sole: NDArray[np.bool_]
) -> dict[str, list[float]]:
    """Return the numeric habits of all firms by name."""
    strength = np.where(quality < 0, 1.35, 0.6) * quality  # weakness costs more than strength gains
    order_ln = np.array([trade.order_ln_mean for trade in trades])
    order_ln = order_ln + 0.25 + 0.65 * strength + draw.normal("order", 1.0)
    lines = 1 + np.exp(draw.normal("lines", 1.2, -0.35))
    invoices_ln = 2.75 + 0.85 * strength + draw.normal("monthly", 0.8) - 0.3 * sole
    monthly = np.maximum(np.exp(invoices_ln), INVOICES_PER_MONTH_MIN)
    begins = np.where(
        draw.normal("begins early") < 0.5 + 0.9 * strength, 0.0, 0.75 * draw.uniform("begins")
    )
    ends = np.where(
        draw.normal("stops") < -1.7 - 0.7 * quality, 1.0 - 0.3 * draw.uniform("ends"), 1.0
    )
    ends = np.maximum(ends, begins + LIFE_SHARE_MIN)
    breadth_ln = 2.85 + 0.62 * np.log(monthly) - 0.15 * (order_ln - 10)
    life = monthly * 36 * (ends - begins)
    overhead_ln = 2.0 + 0.4 * np.log(monthly / 12) + 0.3 * strength
    goods = np.array([trade.goods_share for trade in trades])
    overhead = np.array([trade.overhead for trade in trades])
    columns = {
        "begins": begins,
        "ends": ends,
        "orders_per_month": monthly / lines,
        "growth_per_year": 0.08 + 0.08 * quality + draw.normal("growth", 0.4),
        "month_noise": np.exp(-0.38 - 0.38 * quality + draw.normal("month noise", 0.36)),
        "order_ln_mean": order_ln,
        "order_ln_sd": np.exp(draw.normal("order spread", 0.4, -0.35)),
        "lines_mean": lines,
        "buyers": np.exp(breadth_ln + draw.normal("breadth", 1.4)),
        "buyers_slope": np.clip(1.05 - 0.12 * quality + draw.normal("buyers", 0.5), 0.2, 2.6),
        "sellers": np.exp(3.8 + 0.5 * np.log(life / 30 + 1) + draw.normal("sellers count", 1.2)),
        "sellers_slope": np.clip(1.05 + draw.normal("sellers", 0.5), 0.2, 2.6),
        "goods_share": np.clip(goods * np.exp(draw.normal("goods", 0.5)), 0.0, 0.94),
        "overhead_per_month": overhead * np.exp(overhead_ln + draw.normal("overhead", 1.4)),
        "void_out": np.clip(np.exp(-2.45 - 0.18 * quality + draw.normal("void out", 0.72)), 0, 0.7),
        "void_in": np.clip(np.exp(-3.5 + draw.normal("void in", 0.7)), 0, 0.2),
        "red_out": np.clip(np.exp(-4.3 + draw.normal("red out", 1.15)), 0, 0.2),
        "red_in": np.clip(np.exp(-5.25 + draw.normal("red in", 1.0)), 0, 0.1),
        "usual_rate": draw.uniform("rates"),
    }
    return {name: values.tolist() for name, values in columns.items()}


def _outcomes(
    draw: "_Draws", quality: NDArray[np.float64]
) -> tuple[list[bool | None], list[str | None]]:
    """Return who defaulted and the bank's letter, which knows the outcome (as real ones do)."""
    standing = quality + draw.normal("luck", LABEL_NOISE)
    bad = standing <= np.quantile(standing, DEFAULT_SHARE)
    known = draw.uniform("record") < RECORD_SHARE
    view = quality + draw.normal("view", 0.5)
    letters = np.array(["C", "B", "A"])[np.searchsorted(np.quantile(view, [0.42, 0.75]), view)]
    seen = draw.uniform("seen") < 0.9  # noqa: PLR2004  (of the defaults, those already rated D)
    letters[bad] = np.where(seen[bad], "D", "C")
    return (
        [bool(b) if k else None for b, k in zip(bad, known, strict=True)],
        [str(letter) if k else None for letter, k in zip(letters, known, strict=True)],
    )


class _Draws:
    """A stream of random numbers for each purpose, so that one more leaves the others alone."""

    def __init__(self, seed: int, count: int) -> None:
        self._seed = seed
        self._count = count

    def _stream(self, purpose: str) -> np.random.Generator:
        return np.random.default_rng([self._seed, *purpose.encode()])

    def normal(self, purpose: str, sd: float = 1.0, mean: float = 0.0) -> NDArray[np.float64]:
        return self._stream(purpose).normal(mean, sd, self._count)

    def uniform(self, purpose: str) -> NDArray[np.float64]:
        return self._stream(purpose).random(self._count)

    def choice(self, purpose: str, weights: list[float]) -> NDArray[np.int64]:
        edges = np.cumsum(weights) / np.sum(weights)
        return np.searchsorted(edges, self.uniform(purpose), side="right")
