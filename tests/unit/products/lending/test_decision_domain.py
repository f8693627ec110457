"""Hard rules, limit and price: boundaries, sums that add up, and what can never happen."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.kernel.money import Money, Rate
from tongbao.kernel.text import Text
from tongbao.products.lending.domain import decision as domain
from tongbao.products.lending.domain import policy as policies
from tongbao.products.lending.domain.decision import Outcome
from tongbao.risk.rating.service import FEATURES, FeatureValues, Grade

POLICY = policies.IN_USE
ZERO = Money.zero("CNY")


def cny(text: str) -> Money:
    return Money.parse(text, "CNY")


def values(**facts: float | None) -> FeatureValues:
    good: FeatureValues = {
        "sales_recent_year": 1_000_000.0,
        "sales_tenure": 36.0,
        "days_since_last_sale": 3.0,
        "void_share": 0.05,
    }
    return good | facts


def codes(**facts: float | None) -> list[str]:
    return [reason.code for reason in domain.hard_rules(values(**facts), POLICY)]


def test_every_feature_that_a_rule_reads_is_declared() -> None:
    assert values().keys() <= {feature.code for feature in FEATURES}


@pytest.mark.parametrize(
    ("facts", "failed"),
    [
        ({}, []),
        ({"sales_tenure": 12.0}, []),
        ({"sales_tenure": 11.0}, ["lending.history_too_short"]),
        ({"sales_tenure": None}, ["lending.history_too_short"]),
        ({"days_since_last_sale": 183.0}, []),
        ({"days_since_last_sale": 184.0}, ["lending.no_recent_sales"]),
        ({"days_since_last_sale": None}, ["lending.no_recent_sales"]),
        ({"void_share": 0.4}, ["lending.void_share_too_high"]),  # the float is just above 2/5
        ({"void_share": 2 / 5 - 1e-9}, []),
        ({"void_share": 0.41}, ["lending.void_share_too_high"]),
        ({"void_share": None}, []),
        ({"sales_recent_year": 100_000.0}, []),
        ({"sales_recent_year": 99_999.99}, ["lending.yearly_sales_too_low"]),
        ({"sales_recent_year": -5.0}, ["lending.yearly_sales_too_low"]),
        ({"sales_recent_year": None}, ["lending.yearly_sales_too_low"]),
    ],
)
def test_hard_rules_at_their_boundaries(facts: dict[str, float | None], failed: list[str]) -> None:
    assert codes(**facts) == failed


def test_a_firm_without_invoices_fails_every_rule_that_needs_some() -> None:
    nothing = values(
        sales_recent_year=0.0, sales_tenure=0.0, days_since_last_sale=None, void_share=None
    )
    reasons = domain.hard_rules(nothing, POLICY)
    assert [reason.code for reason in reasons] == [
        "lending.history_too_short",
        "lending.no_recent_sales",
        "lending.yearly_sales_too_low",
    ]
    for reason in reasons:
        assert reason.text.zh
        assert reason.text.en
        assert "{" not in reason.text.zh + reason.text.en


@given(st.integers(-(10**15), 10**15))
def test_yearly_sales_come_back_to_the_fen(fen: int) -> None:
    found = domain.yearly_sales({"sales_recent_year": fen / 100})
    assert found == Money(fen, "CNY")


def decide(
    *,
    sales: float = 1_000_000.0,
    grade: Grade = Grade.A,
    default: float = 0.01,
    requested: Money | None = None,
    exposure: Money = ZERO,
) -> domain.Judgement:
    return domain.decide(
        POLICY,
        values=values(sales_recent_year=sales),
        grade=grade,
        probability_of_default=default,
        requested=requested,
        exposure=exposure,
    )


@pytest.mark.parametrize(
    ("grade", "limit"), [(Grade.A, "250000.00"), (Grade.B, "200000.00"), (Grade.C, "100000.00")]
)
def test_the_limit_is_a_share_of_sales_by_grade(grade: Grade, limit: str) -> None:
    judged = decide(grade=grade)
    assert judged.limit == cny(limit)
    assert [line.code for line in judged.limit_lines] == ["capacity"]


@pytest.mark.parametrize("grade", [Grade.D, Grade.E])
def test_low_grades_are_refused(grade: Grade) -> None:
    judged = decide(grade=grade)
    assert judged.outcome is Outcome.REFUSED
    assert [reason.code for reason in judged.reasons] == ["lending.grade_too_low"]
    assert grade.value in judged.reasons[0].text.zh


def test_every_line_of_a_limit() -> None:
    judged = decide(sales=12_345_678.9, requested=cny("1234567.89"), exposure=cny("100000.00"))
    assert [(line.code, line.amount.text) for line in judged.limit_lines] == [
        ("capacity", "3086419.72"),
        ("cap", "-1086419.72"),
        ("exposure", "-100000.00"),
        ("request", "-665432.11"),
        ("rounding", "-567.89"),
    ]
    assert judged.limit == cny("1234000.00")


def test_a_limit_below_the_smallest_loan_is_refused_with_its_lines() -> None:
    judged = decide(sales=100_000.0, grade=Grade.C, exposure=cny("500.00"))
    assert judged.outcome is Outcome.REFUSED
    assert [reason.code for reason in judged.reasons] == ["lending.limit_below_floor"]
    assert judged.limit == cny("9000.00")
    assert judged.annual_rate is None
    assert decide(sales=100_000.0, grade=Grade.C).limit == cny("10000.00")


def test_who_owes_the_cap_gets_nothing_more() -> None:
    judged = decide(sales=1e9, exposure=cny("2000000.00"))
    assert judged.outcome is Outcome.REFUSED
    assert judged.limit == ZERO


@pytest.mark.parametrize(
    ("default", "rate"),
    [
        (0.0, "8.00"),  # 7.50 raised to the floor of the corridor
        (0.01, "8.10"),
        (0.0101, "8.10"),  # 8.106 rounds down
        (0.0126, "8.25"),  # 8.256
        (0.05, "10.50"),
        (0.075, "12.00"),
        (0.2, "12.00"),
        (1.0, "12.00"),
    ],
)
def test_the_price_follows_the_probability_of_default(default: float, rate: str) -> None:
    judged = decide(default=default)
    assert judged.annual_rate == Rate.percent(rate)


def test_every_line_of_a_price() -> None:
    judged = decide(default=0.012)
    assert [(line.code, line.rate.percent_text) for line in judged.rate_lines] == [
        ("funding", "2.50"),
        ("expected_loss", "0.72"),
        ("cost", "1.50"),
        ("margin", "3.50"),
        ("rounding", "-0.02"),
    ]
    assert judged.annual_rate == Rate.percent("8.20")


amounts = st.integers(10_000_00, 2_000_000_00).map(lambda fen: Money(fen, "CNY"))


@given(
    sales=st.integers(100_000_00, 10**15).map(lambda fen: fen / 100),
    grade=st.sampled_from([Grade.A, Grade.B, Grade.C]),
    default=st.floats(0, 1),
    requested=st.none() | amounts,
    exposure=st.just(ZERO) | amounts,
)
def test_laws_of_every_decision(
    sales: float, grade: Grade, default: float, requested: Money | None, exposure: Money
) -> None:
    judged = decide(
        sales=sales, grade=grade, default=default, requested=requested, exposure=exposure
    )
    assert judged.limit is not None
    assert sum((line.amount for line in judged.limit_lines), ZERO) == judged.limit
    assert all(line.amount < ZERO for line in judged.limit_lines[1:])
    assert ZERO <= judged.limit <= POLICY.cap - min(exposure, POLICY.cap)
    assert requested is None or judged.limit <= requested
    assert judged.limit.minor % POLICY.step.minor == 0
    assert (judged.outcome is Outcome.APPROVED) == (judged.limit >= POLICY.floor)
    if judged.annual_rate is not None:
        assert sum((line.rate for line in judged.rate_lines), Rate.zero()) == judged.annual_rate
        assert POLICY.rate_min <= judged.annual_rate <= POLICY.rate_max
        assert (judged.annual_rate.fraction / POLICY.rate_step.fraction).denominator == 1


@given(default=st.floats(0, 1), more=st.floats(0, 1))
def test_a_riskier_firm_never_pays_less(default: float, more: float) -> None:
    lower, higher = sorted((default, more))
    cheap, dear = decide(default=lower).annual_rate, decide(default=higher).annual_rate
    assert cheap is not None
    assert dear is not None
    assert cheap <= dear


@given(sales=st.integers(100_000, 10**9), more=st.integers(0, 10**9))
def test_more_sales_never_lower_the_limit(sales: int, more: int) -> None:
    less, greater = decide(sales=float(sales)).limit, decide(sales=float(sales + more)).limit
    assert less is not None
    assert greater is not None
    assert less <= greater


@pytest.mark.parametrize(
    ("rate", "interest"), [("8.00", "2.22"), ("9.00", "2.50"), ("12.00", "3.33"), ("10.53", "2.93")]
)
def test_interest_of_one_day_on_ten_thousand(rate: str, interest: str) -> None:
    assert domain.daily_interest_per_10000(Rate.percent(rate)) == cny(interest)


def test_a_judgement_that_does_not_add_up_is_a_defect() -> None:
    line = domain.LimitLine("capacity", Text(zh="x", en="x"), cny("5.00"))
    with pytest.raises(AssertionError):
        domain.Judgement(
            Outcome.APPROVED, limit_lines=(line,), limit=cny("4.00"), annual_rate=Rate.percent("8")
        )
    with pytest.raises(AssertionError):
        domain.Judgement(Outcome.REFUSED)


# A policy in use is never edited: decisions taken under it must stay repeatable.
DIGESTS = {"2026-1": "e348b1470a5b366a8285e843e056f49fe270cc16ac7175c93913a8c5aea5a680"}


def test_no_published_policy_was_edited() -> None:
    assert {each.version: each.digest for each in policies.POLICIES} == DIGESTS


def test_policies_are_found_by_version() -> None:
    assert policies.policy(POLICY.version) is POLICY
    with pytest.raises(policies.UnknownPolicy):
        policies.policy("1999-1")


@pytest.mark.parametrize("policy", policies.POLICIES)
def test_a_policy_makes_sense(policy: policies.Policy) -> None:
    assert ZERO < policy.step <= policy.floor < policy.cap
    assert policy.rate_min < policy.rate_max
    for rate in (policy.rate_min, policy.rate_max):
        assert (rate.fraction / policy.rate_step.fraction).denominator == 1
    shares = [policy.share_of_sales[grade] for grade in Grade if grade in policy.share_of_sales]
    assert shares == sorted(shares, reverse=True)
    assert Fraction(0) < policy.void_share_max < 1
