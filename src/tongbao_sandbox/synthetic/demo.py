"""The two firms of the demonstration: a healthy wholesaler of building materials, its supplier."""

from dataclasses import replace

from tongbao_sandbox.synthetic.industries import STANDARD
from tongbao_sandbox.synthetic.profiles import Profile

WHOLESALER_NAME = "杭州恒筑建材批发有限公司"
SUPPLIER_NAME = "杭州泽岳水泥制品有限公司"
_REGION = "330106"


def wholesaler(drawn: Profile) -> Profile:
    """Return a firm of some thirty people that sells building materials for CNY 5-10m a year."""
    return replace(
        drawn,
        region=_REGION,
        industry=0,
        sole_trader=False,
        rating=None,
        defaulted=None,  # it applies for its first loan: nobody knows
        begins=0.0,
        ends=1.0,
        orders_per_month=38.0,
        growth_per_year=0.07,
        month_noise=0.22,
        order_ln_mean=9.05,
        order_ln_sd=0.75,
        lines_mean=1.15,
        cap_yuan=100_000,
        buyers=120,
        buyers_slope=0.75,
        sellers=160,
        sellers_slope=0.9,
        goods_share=0.5,
        overhead_per_month=24.0,
        void_out=0.045,
        void_in=0.02,
        red_out=0.012,
        red_in=0.006,
        rates=(STANDARD,),
        usual_rate_share=1.0,
    )


def supplier(drawn: Profile) -> Profile:
    """Return the maker of cement products that delivers to the wholesaler."""
    return replace(
        wholesaler(drawn),
        orders_per_month=52.0,
        growth_per_year=0.04,
        order_ln_mean=10.2,
        order_ln_sd=0.7,
        lines_mean=1.3,
        buyers=90,
        goods_share=0.55,
        overhead_per_month=46.0,
    )
