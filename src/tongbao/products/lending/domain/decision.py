"""From features and an assessment to a decision: rules, limit and price, each as small sums.

Pure and exact: the same inputs give the same decision, line by line, in every release that knows
the policy's version.
"""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from tongbao.kernel.money import Money, Rate, Rounding
from tongbao.kernel.text import Text
from tongbao.products.lending.domain.application import Reason
from tongbao.products.lending.domain.cost import daily_interest
from tongbao.products.lending.domain.policy import CURRENCY, Policy
from tongbao.risk.rating.service import FeatureValues, Grade

PD_PLACES = 6
MONTHS_A_YEAR = 12


class Outcome(StrEnum):
    """What was decided."""

    APPROVED = "approved"
    REFUSED = "refused"
    REFERRED = "referred"


@dataclass(frozen=True, slots=True)
class LimitLine:
    """One addend of the limit."""

    code: str
    text: Text
    amount: Money


@dataclass(frozen=True, slots=True)
class RateLine:
    """One addend of the annual rate."""

    code: str
    text: Text
    rate: Rate


@dataclass(frozen=True, slots=True)
class Judgement:
    """The outcome with its reasons; an approval has limit and price, each the sum of its lines."""

    outcome: Outcome
    reasons: tuple[Reason, ...] = ()
    limit_lines: tuple[LimitLine, ...] = ()
    limit: Money | None = None
    rate_lines: tuple[RateLine, ...] = ()
    annual_rate: Rate | None = None

    def __post_init__(self) -> None:
        if self.limit_lines:
            total = sum((line.amount for line in self.limit_lines), Money.zero(CURRENCY))
            assert total == self.limit, "the lines of a limit add up"
        if self.rate_lines:
            rates = sum((line.rate for line in self.rate_lines), Rate.zero())
            assert rates == self.annual_rate, "the lines of a rate add up"
        approved = self.outcome is Outcome.APPROVED
        assert approved == (self.annual_rate is not None), "an approval, and only it, has a price"
        assert approved != bool(self.reasons), "everything but an approval has reasons"


def refused(*reasons: Reason) -> Judgement:
    """Return a refusal."""
    return Judgement(Outcome.REFUSED, reasons=reasons)


def referred(*reasons: Reason) -> Judgement:
    """Return a referral to a person."""
    return Judgement(Outcome.REFERRED, reasons=reasons)


def hard_rules(values: FeatureValues, policy: Policy) -> tuple[Reason, ...]:
    """Return a reason for every rule the firm fails; none of them can be outweighed by a score."""
    reasons = []
    tenure = values["sales_tenure"]
    if tenure is None or tenure < policy.history_months_min:
        reasons.append(
            _reason(
                "lending.history_too_short",
                zh="开票历史不足：已有 {months} 个完整月份，至少需要 {least} 个",
                en="Too little history: {months} complete months since the first sale, "
                "at least {least} are needed",
                months=f"{tenure or 0:.0f}",
                least=policy.history_months_min,
            )
        )
    silence = values["days_since_last_sale"]
    if silence is None or silence > policy.silence_days_max:
        reasons.append(
            _reason(
                "lending.no_recent_sales",
                zh="近 6 个月没有销售开票",
                en="No sales in the last 6 months",
            )
        )
    void = values["void_share"]
    if void is not None and Fraction(void) > policy.void_share_max:
        reasons.append(
            _reason(
                "lending.void_share_too_high",
                zh="作废发票占比过高：{share}%，上限 {most}%",
                en="Too many void invoices: {share} %, at most {most} %",
                share=_percent(Fraction(void)),
                most=_percent(policy.void_share_max),
            )
        )
    sales = yearly_sales(values)
    if sales < policy.yearly_sales_min:
        reasons.append(
            _reason(
                "lending.yearly_sales_too_low",
                zh="近一年销售额过低：{sales} 元，至少需要 {least} 元",
                en="Yearly sales too low: CNY {sales}, at least CNY {least} are needed",
                sales=sales.text,
                least=policy.yearly_sales_min.text,
            )
        )
    return tuple(reasons)


def decide(
    policy: Policy,
    *,
    values: FeatureValues,
    grade: Grade,
    probability_of_default: float,
    requested: Money | None,
    exposure: Money,
) -> Judgement:
    """Return limit and price for a firm that passed the hard rules, or a refusal.

    `requested` None means as much as possible; `exposure` is what the firm owes here already.
    """
    share = policy.share_of_sales.get(grade)
    if share is None:
        return refused(
            _reason(
                "lending.grade_too_low",
                zh="信用等级 {grade} 低于准入要求",
                en="Grade {grade} is below what is accepted",
                grade=grade.value,
            )
        )
    lines = _limit_lines(
        policy, sales=yearly_sales(values), share=share, requested=requested, exposure=exposure
    )
    limit = sum((line.amount for line in lines), Money.zero(CURRENCY))
    if limit < policy.floor:
        below = _reason(
            "lending.limit_below_floor",
            zh="核定额度 {limit} 元低于最低放款额 {floor} 元",
            en="The limit of CNY {limit} is below the smallest loan of CNY {floor}",
            limit=limit.text,
            floor=policy.floor.text,
        )
        return Judgement(Outcome.REFUSED, reasons=(below,), limit_lines=lines, limit=limit)
    rates = _rate_lines(policy, probability_of_default)
    return Judgement(
        Outcome.APPROVED,
        limit_lines=lines,
        limit=limit,
        rate_lines=rates,
        annual_rate=sum((line.rate for line in rates), Rate.zero()),
    )


def yearly_sales(values: FeatureValues) -> Money:
    """Return the sales of the last 12 complete months.

    The feature is whole fen divided by 100; two decimals give the fen back exactly (up to
    9 * 10**13 yuan, beyond what any firm invoices in a year).
    """
    return Money.parse(f"{values['sales_recent_year'] or 0.0:.2f}", CURRENCY)


def daily_interest_per_10000(annual_rate: Rate) -> Money:
    """Return the interest of one day on CNY 10,000 (ACT/360), rounded half up to the fen."""
    return daily_interest(Money.parse("10000.00", CURRENCY), annual_rate)


def _limit_lines(
    policy: Policy, *, sales: Money, share: Rate, requested: Money | None, exposure: Money
) -> tuple[LimitLine, ...]:
    """Return the addends of the limit; only the first one is positive."""
    zero = Money.zero(CURRENCY)
    capacity = sales.times(share, rounding=Rounding.DOWN)
    lines = [
        LimitLine(
            "capacity",
            Text(
                zh=f"近一年销售额 {sales.text} 元 × {share.percent_text}%",
                en=f"Sales of the last year CNY {sales.text} x {share.percent_text} %",
            ),
            capacity,
        )
    ]
    running = capacity
    if running > policy.cap:
        lines.append(
            LimitLine(
                "cap",
                Text(
                    zh=f"单户上限 {policy.cap.text} 元",
                    en=f"Cap per borrower CNY {policy.cap.text}",
                ),
                policy.cap - running,
            )
        )
        running = policy.cap
    if exposure > zero:
        used = min(exposure, running)
        lines.append(
            LimitLine("exposure", Text(zh="扣除未还贷款", en="Less loans outstanding"), -used)
        )
        running -= used
    if requested is not None and running > requested:
        lines.append(
            LimitLine(
                "request",
                Text(zh="不超过申请金额", en="No more than asked for"),
                requested - running,
            )
        )
        running = requested
    cut = running.minor % policy.step.minor
    if cut:
        lines.append(
            LimitLine(
                "rounding",
                Text(
                    zh=f"向下取整到 {policy.step.text} 元",
                    en=f"Cut down to a multiple of CNY {policy.step.text}",
                ),
                Money(-cut, CURRENCY),
            )
        )
    return tuple(lines)


def _rate_lines(policy: Policy, probability_of_default: float) -> tuple[RateLine, ...]:
    """Return the addends of the annual rate."""
    default = Rate.of(
        Fraction(probability_of_default), places=PD_PLACES, rounding=Rounding.HALF_EVEN
    )
    loss = Rate.of(
        default.fraction * policy.loss_given_default.fraction,
        places=PD_PLACES,
        rounding=Rounding.HALF_UP,
    )
    lines = [
        RateLine("funding", Text(zh="资金成本", en="Cost of funds"), policy.funding_rate),
        RateLine(
            "expected_loss",
            Text(
                zh=f"预期损失（违约概率 {default.percent_text}% × 违约损失率 "
                f"{policy.loss_given_default.percent_text}%）",
                en=f"Expected loss (probability of default {default.percent_text} % x loss given "
                f"default {policy.loss_given_default.percent_text} %)",
            ),
            loss,
        ),
        RateLine("cost", Text(zh="运营成本", en="Cost of operation"), policy.cost_rate),
        RateLine("margin", Text(zh="利润", en="Margin"), policy.margin_rate),
    ]
    raw = sum((line.rate for line in lines), Rate.zero())
    clamped = min(max(raw, policy.rate_min), policy.rate_max)
    if clamped != raw:
        lines.append(
            RateLine(
                "corridor",
                Text(
                    zh=f"利率区间 {policy.rate_min} 至 {policy.rate_max}",
                    en=f"Corridor of {policy.rate_min} to {policy.rate_max}",
                ),
                clamped - raw,
            )
        )
    steps = Rate.of(
        clamped.fraction / policy.rate_step.fraction, places=0, rounding=Rounding.HALF_UP
    )
    final = Rate.of(
        steps.fraction * policy.rate_step.fraction, places=PD_PLACES, rounding=Rounding.HALF_UP
    )
    if final != clamped:
        lines.append(
            RateLine(
                "rounding",
                Text(
                    zh=f"取整到 {policy.rate_step}",
                    en=f"Rounded to a multiple of {policy.rate_step}",
                ),
                final - clamped,
            )
        )
    return tuple(lines)


def _reason(code: str, *, zh: str, en: str, **facts: object) -> Reason:
    return Reason(code, Text(zh=zh.format(**facts), en=en.format(**facts)))


def _percent(share: Fraction) -> str:
    return Rate.of(share, places=4, rounding=Rounding.HALF_UP).percent_text
