from itertools import pairwise

import chinese_calendar
import numpy as np
import pytest

from tongbao_sandbox.synthetic.season import LUNAR_NEW_YEAR, day_weights

YEARS = np.arange(np.datetime64("2023-11-01"), np.datetime64("2026-11-01"))


def test_new_years_lie_a_lunar_year_apart() -> None:
    gaps = {(later - earlier).days for earlier, later in pairwise(LUNAR_NEW_YEAR)}

    assert gaps <= {353, 354, 355, 383, 384, 385}


def test_new_years_are_holidays_of_the_official_calendar() -> None:
    known = [day for day in LUNAR_NEW_YEAR if day.year <= 2026]

    assert len(known) == 12
    for day in known:
        assert chinese_calendar.get_holiday_detail(day) == (True, "Spring Festival")


@pytest.mark.parametrize("out", [True, False])
def test_weights_are_positive_with_mean_one(*, out: bool) -> None:
    weights = day_weights(YEARS, out=out)

    assert weights.mean() == pytest.approx(1.0)
    assert weights.min() > 0


def weight(day: str, *, out: bool = True) -> float:
    return float(day_weights(YEARS, out=out)[np.searchsorted(YEARS, np.datetime64(day))])


def test_new_year_stands_still_and_the_days_before_are_busy() -> None:
    assert weight("2026-02-17") < 0.05  # Tuesday, New Year's Day
    assert weight("2026-02-10") > 1.2 * weight("2026-03-10")  # Tuesdays, before and well after
    assert weight("2026-02-17", out=False) < 0.4


def test_weekends_and_national_day_are_quiet() -> None:
    assert weight("2025-06-14") < 0.3 * weight("2025-06-13")  # Saturday and Friday
    assert weight("2025-10-02") < 0.2 * weight("2025-10-09")  # Thursdays


def test_the_year_ends_busier_than_it_runs() -> None:
    assert weight("2025-12-16") > 1.15 * weight("2025-09-16")  # Tuesdays
