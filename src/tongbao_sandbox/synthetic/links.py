"""Trade between the made-up firms themselves: the same invoice shows on both sides."""

import numpy as np
from numpy.typing import NDArray

from tongbao_sandbox.synthetic.profiles import Profile
from tongbao_sandbox.synthetic.season import day_weights
from tongbao_sandbox.synthetic.trade import Rows, deliveries

LINKED_SHARE = 0.25  # firms that buy from another firm of the book
DEMO_LINK = (1, 0)  # the supplier sells to the wholesaler
ORDERS_PER_MONTH_MAX = 5.0


def draw_links(*, seed: int, count: int) -> tuple[tuple[int, int], ...]:
    """Return pairs (seller, buyer) of positions; at most one supplier for each buyer."""
    rng = np.random.default_rng([seed, *b"links"])
    linked = rng.random(count) < LINKED_SHARE
    sellers = rng.integers(count, size=count)
    return DEMO_LINK, *(
        (int(sellers[buyer]), buyer)
        for buyer in range(2, count)
        if linked[buyer] and sellers[buyer] != buyer
    )


def traded(
    link: tuple[int, int],
    profiles: tuple[Profile, ...],
    days: NDArray[np.datetime64],
    *,
    seed: int,
) -> Rows:
    """Return the invoices between two firms; `partner` is left to the side that shows them."""
    seller, buyer = (profiles[position] for position in link)
    rng = np.random.default_rng([seed, *b"traded", *link])
    per_month = min(0.15 * seller.orders_per_month + 0.2, ORDERS_PER_MONTH_MAX)
    begins, ends = max(seller.begins, buyer.begins), min(seller.ends, buyer.ends)
    position = np.arange(len(days)) / len(days)
    alive = (position >= begins) & (position < ends)
    return deliveries(seller, day_weights(days, out=True) * alive * per_month, rng)
