"""One firm's invoices, drawn from its profile; a few milliseconds a thousand."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tongbao_sandbox.synthetic.profiles import Profile
from tongbao_sandbox.synthetic.season import day_weights

DAYS_PER_MONTH = 30.4
ORDERS_PER_DAY_MAX = 400.0
LINES_MAX = 60
PARTNER_CODES = 60_000
REPLACED_SHARE = 0.37  # of voided invoices, those written anew the same day
RED_WHOLE_SHARE_OUT, RED_WHOLE_SHARE_IN = 0.55, 0.9  # red-letter invoices that undo a whole one
RED_DELAY_DAYS = 25.0
ROUND_PRICE_SHARE = 0.45  # of invoices with a round price, tax included
OVERHEAD_LN_MEAN, OVERHEAD_LN_SD = 5.95, 1.15  # telephone, fuel, travel, bank fees ...
GOODS_ORDERS_RATIO = 0.75  # orders a firm gives for its trade over those it gets
PURCHASE_LINES_MORE = 0.2  # invoices an order beyond the first
INVOICE_NUMBER_MAX = 99_999_999


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Invoices of one direction, in no order."""

    day: NDArray[np.int64]  # days from the first day of the period
    partner: NDArray[np.int64]  # number of the code of another firm
    amount: NDArray[np.int64]  # fen
    rate: NDArray[np.int64]  # VAT, per mille
    number: NDArray[np.int64]
    void: NDArray[np.bool_]

    @property
    def tax(self) -> NDArray[np.int64]:
        """Tax in fen, rounded half up on the absolute value."""
        return np.sign(self.amount) * ((np.abs(self.amount) * self.rate + 500) // 1000)

    def take(self, rows: NDArray[np.int64]) -> "Rows":
        """Return some of the rows, once or more often."""
        return Rows(
            self.day[rows],
            self.partner[rows],
            self.amount[rows],
            self.rate[rows],
            self.number[rows],
            self.void[rows],
        )


def joined(*parts: Rows) -> Rows:
    """Return the rows of all parts."""
    return Rows(
        np.concatenate([part.day for part in parts]),
        np.concatenate([part.partner for part in parts]),
        np.concatenate([part.amount for part in parts]),
        np.concatenate([part.rate for part in parts]),
        np.concatenate([part.number for part in parts]),
        np.concatenate([part.void for part in parts]),
    )


def sales(profile: Profile, days: NDArray[np.datetime64], rng: np.random.Generator) -> Rows:
    """Return the invoices a firm issued."""
    pace = _pace(profile, days, rng)
    day = _orders(day_weights(days, out=True) * pace * profile.orders_per_month, rng)
    partners = _Partners(rng, profile.buyers, profile.buyers_slope)
    chosen = partners.choose(rng, len(day))
    yuan = np.exp(
        profile.order_ln_mean
        + partners.level[chosen] * profile.order_ln_sd
        + rng.normal(0.0, 0.75 * profile.order_ln_sd, len(day))
    )
    lines = 1 + rng.poisson(profile.lines_mean - 1, len(day))
    rows = _written(
        day, partners.code[chosen], yuan, lines, _rates(profile, rng, len(day)), profile, rng
    )
    rows = replace(rows, number=_book_numbers(rows.day, rng))
    rows = _voided(rows, profile.void_out, rng)
    return _with_red(rows, profile.red_out, RED_WHOLE_SHARE_OUT, _last_day(profile, days), rng)


def deliveries(seller: Profile, per_month: NDArray[np.float64], rng: np.random.Generator) -> Rows:
    """Return the invoices of a seller to one buyer that orders `per_month` (by day)."""
    day = _orders(per_month, rng)
    count = len(day)
    yuan = np.exp(seller.order_ln_mean + rng.normal(0.0, 0.6 * seller.order_ln_sd, count))
    one = np.ones(count, np.int64)
    rows = _written(day, 0 * day, yuan, one, seller.rates[0] * one, seller, rng)
    return replace(rows, number=rng.integers(1_000, INVOICE_NUMBER_MAX, len(rows.day)))


def purchases(profile: Profile, days: NDArray[np.datetime64], rng: np.random.Generator) -> Rows:
    """Return the invoices a firm received: goods for its trade, and many small ones beside."""
    pace = _pace(profile, days, rng)
    weights = day_weights(days, out=False)
    goods_day = _orders(weights * pace * profile.orders_per_month * GOODS_ORDERS_RATIO, rng)
    steady = weights * _alive(profile, len(days)) * rng.gamma(4.0, 0.25, len(days))
    small_day = _orders(steady * profile.overhead_per_month, rng)
    suppliers = _Partners(rng, max(2, profile.sellers // 4), profile.sellers_slope)
    others = _Partners(rng, profile.sellers, 0.75)
    goods, small = (
        suppliers.choose(rng, len(goods_day)),
        others.choose(rng, len(small_day)),
    )
    goods_ln = (
        profile.order_ln_mean
        + np.log(max(profile.goods_share * profile.lines_mean / GOODS_ORDERS_RATIO, 1e-3))
        + 0.5 * profile.order_ln_sd**2 * (1 + 0.75**2)
        - 0.5 * (0.8**2 + 0.6**2)
        - np.log1p(PURCHASE_LINES_MORE)
    )
    yuan = np.exp(goods_ln + 0.8 * suppliers.level[goods] + rng.normal(0, 0.6, len(goods)))
    goods_rows = _written(
        goods_day,
        suppliers.code[goods],
        yuan,
        1 + rng.poisson(PURCHASE_LINES_MORE, len(goods)),
        rng.choice([130, 130, 130, 90, 10], len(goods)),
        replace(profile, cap_yuan=max(profile.cap_yuan, 100_000)),
        rng,
    )
    yuan = np.exp(OVERHEAD_LN_MEAN + 0.8 * others.level[small] + rng.normal(0, 0.8, len(small)))
    small_rows = _written(
        small_day,
        others.code[small],
        yuan,
        1 + rng.poisson(PURCHASE_LINES_MORE, len(small)),
        rng.choice([130, 130, 60, 60, 10, 0], len(small)),
        profile,
        rng,
    )
    rows = joined(goods_rows, small_rows)
    rows = replace(rows, number=rng.integers(1_000, INVOICE_NUMBER_MAX, len(rows.day)))
    rows = replace(rows, void=rng.random(len(rows.day)) < profile.void_in)
    return _with_red(rows, profile.red_in, RED_WHOLE_SHARE_IN, _last_day(profile, days), rng)


def _alive(profile: Profile, count: int) -> NDArray[np.bool_]:
    position = np.arange(count)
    return (position >= profile.begins * count) & (position < profile.ends * count)


def _last_day(profile: Profile, days: NDArray[np.datetime64]) -> int:
    return int(np.flatnonzero(_alive(profile, len(days)))[-1])


def _pace(
    profile: Profile, days: NDArray[np.datetime64], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return the firm's own activity by day: life, growth and good and bad months."""
    years = (np.arange(len(days)) - len(days) / 2) / 365.25
    months = days.astype("datetime64[M]").astype(np.int64)
    month = months - months[0]
    shocks = rng.normal(0.0, profile.month_noise, int(month[-1]) + 1)
    shocks[1:] = 0.25 * shocks[:-1] + np.sqrt(1 - 0.25**2) * shocks[1:]
    ln_pace = profile.growth_per_year * years + shocks[month] - profile.month_noise**2 / 2
    return np.asarray(_alive(profile, len(days)) * np.exp(ln_pace))


def _orders(per_month: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Return the day of each order, given the orders a month each day runs at."""
    expected = np.minimum(per_month / DAYS_PER_MONTH, ORDERS_PER_DAY_MAX)
    return np.repeat(np.arange(len(expected)), rng.poisson(expected))


class _Partners:
    """Firms on the other side: few do most of the trade."""

    def __init__(self, rng: np.random.Generator, count: int, slope: float) -> None:
        # Low numbers come more often: telephone, electricity and petrol are everybody's partners.
        self.code = 1 + (PARTNER_CODES * rng.random(count) ** 1.5).astype(np.int64)
        self.level = rng.normal(0.0, 1.0, count)
        self._edges = np.cumsum((1.0 + np.arange(count)) ** -slope)

    def choose(self, rng: np.random.Generator, count: int) -> NDArray[np.int64]:
        """Return the positions of the partners of `count` orders."""
        drawn = np.searchsorted(self._edges, rng.random(count) * self._edges[-1], side="right")
        positions: NDArray[np.int64] = np.minimum(drawn, len(self._edges) - 1)
        return positions


def _rates(profile: Profile, rng: np.random.Generator, count: int) -> NDArray[np.int64]:
    other = np.array(profile.rates[1:] or profile.rates)
    usual = rng.random(count) < profile.usual_rate_share
    return np.where(usual, profile.rates[0], other[rng.integers(len(other), size=count)])


def _written(
    day: NDArray[np.int64],
    partner: NDArray[np.int64],
    yuan: NDArray[np.float64],
    lines: NDArray[np.int64],
    rate: NDArray[np.int64],
    profile: Profile,
    rng: np.random.Generator,
) -> Rows:
    """Return the invoices of orders: `lines` each of about `yuan`, none above the firm's cap."""
    per_line = np.minimum(yuan, LINES_MAX * 0.95 * profile.cap_yuan)
    full = (per_line / (0.95 * profile.cap_yuan)).astype(np.int64)
    pieces = np.minimum((full + 1) * lines, LINES_MAX)
    order = np.repeat(np.arange(len(day)), pieces)
    place = np.arange(len(order)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    is_last = place % (full[order] + 1) == full[order]
    rest = per_line[order] - full[order] * 0.95 * profile.cap_yuan
    amount = np.where(
        is_last,
        np.maximum(rest, 1.0) * np.exp(rng.normal(0.0, 0.3, len(order))),
        profile.cap_yuan * rng.uniform(0.9, 1.0, len(order)),
    )
    fen = _priced(np.minimum(amount, 0.99999 * profile.cap_yuan), rate[order], rng)
    nothing = np.zeros(len(order), np.int64)
    return Rows(day[order], partner[order], fen, rate[order], nothing, nothing.astype(np.bool_))


def _priced(
    yuan: NDArray[np.float64], rate: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.int64]:
    """Return fen without tax; many prices are round with tax."""
    gross = yuan * (1000 + rate) / 1000
    step = 10.0 ** np.maximum(np.floor(np.log10(np.maximum(gross, 1.0))) - 1, 0.0)
    is_round = rng.random(len(yuan)) < ROUND_PRICE_SHARE
    gross = np.where(is_round, np.maximum(np.floor(gross / step), 1.0) * step, gross)
    return np.maximum(np.rint(gross * 100_000 / (1000 + rate)).astype(np.int64), 1)


def _book_numbers(day: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Return invoice numbers that run on through the days, book after book."""
    step = np.where(rng.random(len(day)) < 0.02, rng.integers(50, 400_000, len(day)), 1)  # noqa: PLR2004
    numbers = np.empty(len(day), np.int64)
    numbers[np.argsort(day, kind="stable")] = rng.integers(100_000, 9_000_000) + np.cumsum(step)
    return numbers % INVOICE_NUMBER_MAX + 1


def _voided(rows: Rows, share: float, rng: np.random.Generator) -> Rows:
    """Return the rows with some void, and some of those written anew."""
    void = rng.random(len(rows.day)) < share
    rows = replace(rows, void=void)
    anew = rows.take(np.flatnonzero(void & (rng.random(len(void)) < REPLACED_SHARE)))
    return joined(rows, replace(anew, number=anew.number + 1, void=np.zeros_like(anew.void)))


def _with_red(
    rows: Rows, share: float, whole_share: float, last_day: int, rng: np.random.Generator
) -> Rows:
    """Return the rows and red-letter ones that take back all or part of an earlier one."""
    undone = rows.take(np.flatnonzero(~rows.void & (rng.random(len(rows.day)) < share)))
    count = len(undone.day)
    part = np.where(rng.random(count) < whole_share, 1.0, rng.uniform(0.05, 1.0, count))
    amount = -np.maximum(np.rint(undone.amount * part).astype(np.int64), 1)
    day = undone.day + rng.exponential(RED_DELAY_DAYS, count).astype(np.int64)
    number = rng.integers(1_000, INVOICE_NUMBER_MAX, count)
    return joined(
        rows, replace(undone, amount=amount, day=np.minimum(day, last_day), number=number)
    )
