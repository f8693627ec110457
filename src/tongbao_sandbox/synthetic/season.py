"""How busy each day is for an average firm: the year, the week, the month and the holidays."""

from datetime import date

import numpy as np
from numpy.typing import NDArray

# New Year's Day of the lunar calendar (春节).
LUNAR_NEW_YEAR = tuple(
    date.fromisoformat(day)
    for day in (
        *("2015-02-19", "2016-02-08", "2017-01-28", "2018-02-16", "2019-02-05", "2020-01-25"),
        *("2021-02-12", "2022-02-01", "2023-01-22", "2024-02-10", "2025-01-29", "2026-02-17"),
        *("2027-02-06", "2028-01-26", "2029-02-13", "2030-02-03", "2031-01-23", "2032-02-11"),
        *("2033-01-31", "2034-02-19", "2035-02-08", "2036-01-28"),
    )
)
YEAR_MIN, YEAR_MAX = LUNAR_NEW_YEAR[0].year, LUNAR_NEW_YEAR[-1].year

_MONTHS = np.array([1.1, 1.0, 0.93, 1.0, 0.95, 0.96, 0.98, 1.0, 1.01, 1.06, 1.1, 1.18])
_WEEKDAYS_OUT = np.array([1.39, 1.37, 1.32, 1.25, 1.19, 0.26, 0.22])  # Monday first
_WEEKDAYS_IN = np.array([1.14, 1.17, 1.19, 1.2, 1.13, 0.63, 0.55])
# Invoices are written towards the month's end: knots by day of the month.
_MONTH_DAYS = ([1, 6, 20, 24, 26, 29, 30, 31], [0.64, 0.97, 1.06, 1.1, 1.27, 1.14, 0.87, 0.75])
# Days from New Year's Day -> activity: the rush before, the standstill, the slow start.
_NEW_YEAR_FROM = np.array([-200, -24, -6, -3, 6, 15])
_NEW_YEAR_OUT = np.array([1.0, 1.32, 0.75, 0.03, 0.62, 1.0])
_NEW_YEAR_IN = np.array([1.0, 1.12, 0.85, 0.25, 0.68, 1.0])
_NATIONAL_DAY_OUT, _NATIONAL_DAY_IN = 0.08, 0.35  # 1 to 7 October


def day_weights(days: NDArray[np.datetime64], *, out: bool) -> NDArray[np.float64]:
    """Return the activity of each day, with mean 1; `out` for sales, else purchases."""
    months = days.astype("datetime64[M]")
    month = months.astype(np.int64) % 12
    day = (days - months).astype(np.int64) + 1
    weekday = (days.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday
    new_years = np.array(LUNAR_NEW_YEAR, dtype="datetime64[D]").astype(np.int64)
    distance = days.astype(np.int64)[:, None] - new_years
    nearest = distance[np.arange(len(days)), np.abs(distance).argmin(axis=1)]
    phase = np.clip(np.searchsorted(_NEW_YEAR_FROM, nearest, side="right") - 1, 0, None)
    weights: NDArray[np.float64] = (
        _MONTHS[month]
        * np.interp(day, *_MONTH_DAYS)
        * (_WEEKDAYS_OUT if out else _WEEKDAYS_IN)[weekday]
        * (_NEW_YEAR_OUT if out else _NEW_YEAR_IN)[phase]
    )
    holiday = (month == 9) & (day <= 7)  # noqa: PLR2004  (1 to 7 October)
    weights[holiday] *= _NATIONAL_DAY_OUT if out else _NATIONAL_DAY_IN
    weights /= weights.mean()
    return weights
