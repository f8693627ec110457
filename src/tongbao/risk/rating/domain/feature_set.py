"""The declared features of the set `vat-invoices/1`.

Common terms
------------
The window is the last `WINDOW_MONTHS` complete calendar months before `as_of` and the days since.
A month is complete when its last day is not after `as_of`. Sales and purchases are amounts
without tax of invoices that are not void, red-letter invoices deducted.

Not in the set: anything the lender knows (letter grade, default), and anything after `as_of`.

Declared but not scored: `days_since_last_sale` and the two growths. The labelled firms share one
`as_of` (the end of the data set) and carry no date of default, so a firm that failed has simply
stopped invoicing by then. The days would tell the card the outcome, and so would a growth that
cannot be computed because a firm has fallen silent (all 5 firms without a half-year growth
defaulted; where it is known it tells next to nothing, AUC .55). They stay for rules at the time of
an application, when silence is known before the decision. Scoring them would have gained nothing:
cross-validated AUC .891 without, .889 with the days, .891 with the growths (n = 123).

Totals, variation and months without sales feel silence too. With a window that ends at each firm's
own last month of sales the AUC is .880: about .01 of it comes from knowing who has stopped.
"""

from tongbao.kernel.text import Text
from tongbao.lib.scorecard import Direction
from tongbao.risk.rating.domain.feature import Feature

FEATURE_SET = "vat-invoices/1"
WINDOW_MONTHS = 36

_HIGHER = Direction.HIGHER_IS_BETTER
_LOWER = Direction.LOWER_IS_BETTER
_EITHER = Direction.EITHER

FEATURES = (
    Feature(
        code="sales_total",
        name=Text(zh="销售额", en="Sales"),
        description=Text(
            zh="近36个月不含税销售额（扣除红字发票）",
            en="Sales without tax in the last 36 months, red-letter invoices deducted",
        ),
        unit="CNY",
        direction=_HIGHER,
    ),
    Feature(
        code="sales_recent_year",
        name=Text(zh="近一年销售额", en="Sales of the last year"),
        description=Text(
            zh="最近12个完整月份的不含税销售额",
            en="Sales without tax in the last 12 complete months",
        ),
        unit="CNY",
        direction=_HIGHER,
    ),
    Feature(
        code="sales_invoices",
        name=Text(zh="销项发票张数", en="Number of sales invoices"),
        description=Text(
            zh="近36个月有效蓝字销项发票张数",
            en="Valid sales invoices with a positive amount in the last 36 months",
        ),
        unit="count",
        direction=_HIGHER,
    ),
    Feature(
        code="sales_per_invoice",
        name=Text(zh="单张发票均额", en="Average sales invoice"),
        description=Text(
            zh="有效蓝字销项发票的平均不含税金额",
            en="Mean amount of the valid sales invoices with a positive amount",
        ),
        unit="CNY",
        direction=_EITHER,
    ),
    Feature(
        code="sales_variation",
        name=Text(zh="月销售额波动", en="Variation of monthly sales"),
        description=Text(
            zh="自首次开票起各完整月份销售额的变异系数（标准差÷均值）",
            en="Standard deviation over mean of monthly sales since the first sale",
        ),
        unit="ratio",
        direction=_LOWER,
    ),
    Feature(
        code="sales_tenure",
        name=Text(zh="销售历史长度", en="Length of sales history"),
        description=Text(
            zh="首张有效销项发票至评估日的完整月份数（最多36个月）",
            en="Complete months since the month of the first valid sale, at most 36",
        ),
        unit="months",
        direction=_HIGHER,
    ),
    Feature(
        code="months_without_sales",
        name=Text(zh="无销售月份数", en="Months without sales"),
        description=Text(
            zh="近36个完整月份中没有有效销项发票的月份数",
            en="Months of the last 36 complete ones without any valid sales invoice",
        ),
        unit="months",
        direction=_LOWER,
    ),
    Feature(
        code="sales_growth_half_year",
        name=Text(zh="近半年销售增长", en="Growth over half a year"),
        description=Text(
            zh="最近6个完整月份销售额与之前6个月相比的增幅（用于规则，不参与评分）",
            en="Sales of the last 6 complete months against the 6 before (for rules, not scored)",
        ),
        unit="ratio",
        direction=_HIGHER,
        scored=False,
    ),
    Feature(
        code="sales_growth_year",
        name=Text(zh="近一年销售增长", en="Growth over a year"),
        description=Text(
            zh="最近12个完整月份销售额与之前12个月相比的增幅（用于规则，不参与评分）",
            en="Sales of the last 12 complete months against the 12 before (for rules, not scored)",
        ),
        unit="ratio",
        direction=_HIGHER,
        scored=False,
    ),
    Feature(
        code="days_since_last_sale",
        name=Text(zh="距最近销售天数", en="Days since the last sale"),
        description=Text(
            zh="最近一张有效蓝字销项发票距评估日的天数（用于规则，不参与评分）",
            en="Days from the last valid sale to the assessment (for rules, not scored)",
        ),
        unit="days",
        direction=_LOWER,
        scored=False,
    ),
    Feature(
        code="purchases_total",
        name=Text(zh="采购额", en="Purchases"),
        description=Text(
            zh="近36个月不含税采购额（扣除红字发票）",
            en="Purchases without tax in the last 36 months, red-letter invoices deducted",
        ),
        unit="CNY",
        direction=_HIGHER,
    ),
    Feature(
        code="purchase_invoices",
        name=Text(zh="进项发票张数", en="Number of purchase invoices"),
        description=Text(
            zh="近36个月有效蓝字进项发票张数",
            en="Valid purchase invoices with a positive amount in the last 36 months",
        ),
        unit="count",
        direction=_HIGHER,
    ),
    Feature(
        code="buyers",
        name=Text(zh="下游客户数", en="Number of buyers"),
        description=Text(
            zh="近36个月有效蓝字销项发票的购方数量",
            en="Different buyers on valid sales invoices of the last 36 months",
        ),
        unit="count",
        direction=_HIGHER,
    ),
    Feature(
        code="suppliers",
        name=Text(zh="上游供应商数", en="Number of suppliers"),
        description=Text(
            zh="近36个月有效蓝字进项发票的销方数量",
            en="Different sellers on valid purchase invoices of the last 36 months",
        ),
        unit="count",
        direction=_HIGHER,
    ),
    Feature(
        code="buyer_concentration",
        name=Text(zh="客户集中度", en="Concentration of buyers"),
        description=Text(
            zh="按销售额计算的客户赫芬达尔指数（1为单一客户）",
            en="Herfindahl-Hirschman index of sales by buyer (1 = a single buyer)",
        ),
        unit="share",
        direction=_LOWER,
    ),
    Feature(
        code="supplier_concentration",
        name=Text(zh="供应商集中度", en="Concentration of suppliers"),
        description=Text(
            zh="按采购额计算的供应商赫芬达尔指数（1为单一供应商）",
            en="Herfindahl-Hirschman index of purchases by supplier (1 = a single supplier)",
        ),
        unit="share",
        direction=_LOWER,
    ),
    Feature(
        code="returning_buyer_share",
        name=Text(zh="回头客销售占比", en="Share of sales to returning buyers"),
        description=Text(
            zh="在两个及以上月份有采购的客户所占销售额比例",
            en="Share of sales to buyers with invoices in two or more months",
        ),
        unit="share",
        direction=_HIGHER,
    ),
    Feature(
        code="void_share",
        name=Text(zh="作废发票占比", en="Share of void invoices"),
        description=Text(
            zh="作废张数占全部销项发票张数的比例",
            en="Cancelled invoices among all sales invoices",
        ),
        unit="share",
        direction=_LOWER,
    ),
    Feature(
        code="red_letter_share",
        name=Text(zh="红字发票占比", en="Share of red-letter invoices"),
        description=Text(
            zh="红字张数占有效销项发票张数的比例",
            en="Red-letter invoices among the valid sales invoices",
        ),
        unit="share",
        direction=_LOWER,
    ),
    Feature(
        code="effective_tax_rate",
        name=Text(zh="实际税负率", en="Effective tax rate"),
        description=Text(
            zh="（销项税额-进项税额）÷销售额",
            en="Output tax less input tax, over sales",
        ),
        unit="ratio",
        direction=_EITHER,
    ),
    Feature(
        code="margin",
        name=Text(zh="毛利率", en="Margin"),
        description=Text(
            zh="（销售额-采购额）÷销售额",
            en="Sales less purchases, over sales",
        ),
        unit="ratio",
        direction=_EITHER,
    ),
    Feature(
        code="circular_sales_share",
        name=Text(zh="上下游重叠占比", en="Upstream-downstream overlap"),
        description=Text(
            zh="对同时为供应商的客户的销售额占比（疑似循环开票）",
            en="Share of sales to buyers who are suppliers too (possible circular invoicing)",
        ),
        unit="share",
        direction=_LOWER,
    ),
)

BY_CODE = {feature.code: feature for feature in FEATURES}
SCORED = tuple(feature for feature in FEATURES if feature.scored)
