"""Words: reasons in both languages, the worst first, with what would improve them."""

from dataclasses import replace

import pytest

from tongbao.kernel.text import Text
from tongbao.lib.scorecard import Scorecard, Unit, contributions, reasons
from tongbao.lib.scorecard.explain import bin_text, value_text


def values(
    sales: float | None, void_share: float | None, months_idle: float | None
) -> dict[str, float | None]:
    return {"sales": sales, "void_share": void_share, "months_idle": months_idle}


def test_reasons_are_what_lies_below_neutral_the_worst_first(card: Scorecard) -> None:
    found = reasons(card, card.score(values(1_000.0, 0.2, 3.0)))
    assert [(reason.code, reason.points) for reason in found] == [
        ("sales", -30),
        ("void_share", -9),
        ("months_idle", -1),
    ]
    assert found[0].text == Text(
        zh="销售额：1,000元，比中性水平低30分", en="Sales: CNY 1,000, 30 points below neutral"
    )
    assert found[2].text.en == "Idle months: 3 months, 1 point below neutral"


def test_an_improvement_names_the_nearest_better_value(card: Scorecard) -> None:
    sales, void, idle = reasons(card, card.score(values(1_000.0, 0.2, 9.0)))
    assert sales.improvement == Text(
        zh="销售额：达到2万元及以上可加30分", en="Sales: CNY 20,000 or more would add 30 points"
    )
    assert void.improvement == Text(
        zh="作废占比：低于13.6%可加14分", en="Void share: below 13.6% would add 14 points"
    )
    assert idle.improvement == Text(
        zh="空白月份：低于6个月可加6分", en="Idle months: below 6 months would add 6 points"
    )


def test_an_improvement_keeps_its_promise(card: Scorecard) -> None:
    before = card.score(values(1_000.0, 0.2, 9.0)).score
    assert card.score(values(20_000.0, 0.2, 9.0)).score == before + 30
    assert card.score(values(1_000.0, 0.135, 9.0)).score == before + 14
    assert card.score(values(1_000.0, 0.2, 5.0)).score == before + 6


def test_a_missing_value_asks_for_data(card: Scorecard) -> None:
    (reason,) = reasons(card, card.score(values(None, 0.1, 0.0)))
    assert reason.text.zh == "销售额：无法得知，比中性水平低30分"
    assert "最多可加55分" in reason.improvement.zh
    assert reason.improvement.en.endswith("would add up to 55 points")


def test_a_firm_above_neutral_everywhere_has_no_reason_against_it(card: Scorecard) -> None:
    assert reasons(card, card.score(values(5e6, 0.1, 0.0))) == ()


def test_the_number_of_reasons_is_limited(card: Scorecard) -> None:
    score = card.score(values(1_000.0, 0.2, 9.0))
    assert [reason.code for reason in reasons(card, score, reasons_max=2)] == [
        "sales",
        "void_share",
    ]


def test_contributions_add_up_and_know_the_best(card: Scorecard) -> None:
    score = card.score(values(50_000.0, 0.2, None))
    found = contributions(card, score)
    assert score.base_points + sum(line.points for line in found) == score.score
    assert [line.best_points for line in found] == [25, 5, 12]
    assert [line.bin_text.zh for line in found] == [
        "2万元至300万元（不含）",
        "13.6%及以上",
        "无法得知",
    ]
    assert [line.bin_text.en for line in found] == [
        "CNY 20,000 to below CNY 3,000,000",
        "13.6% or more",
        "not known",
    ]


def test_a_feature_of_one_bin_takes_any_value(card: Scorecard) -> None:
    flat = replace(card.features[0], edges=(), points=(0,), goods=(65, 0), bads=(16, 0))
    assert bin_text(flat, 0) == Text(zh="任意值", en="any value")


def test_the_outer_bins_are_open(card: Scorecard) -> None:
    sales = card.features[0]
    assert bin_text(sales, 0) == Text(zh="低于2万元", en="below CNY 20,000")
    assert bin_text(sales, 2) == Text(zh="300万元及以上", en="CNY 3,000,000 or more")


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        (123_456_789.0, "CNY", "1.235亿元", "CNY 123,456,789"),
        (-52_000.0, "CNY", "-5.2万元", "CNY -52,000"),
        (999.4, "CNY", "999元", "CNY 999"),
        (12_345.0, "count", "12,345", "12,345"),
        (7.0, "months", "7个月", "7 months"),
        (41.0, "days", "41天", "41 days"),
        (0.12345, "share", "12.35%", "12.35%"),
        (-1.5, "ratio", "-1.5", "-1.5"),
        (None, "ratio", "无法得知", "not known"),
    ],
)
def test_values_are_said_with_their_unit(value: float | None, unit: Unit, zh: str, en: str) -> None:
    assert value_text(value, unit) == Text(zh=zh, en=en)
