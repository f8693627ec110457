"""The made-up firms as a source of a firm book."""

from datetime import date, timedelta

import numpy as np

from tongbao_sandbox.book import Firm
from tongbao_sandbox.invoices import Invoices
from tongbao_sandbox.synthetic import demo
from tongbao_sandbox.synthetic.links import draw_links, traded
from tongbao_sandbox.synthetic.names import firm_name
from tongbao_sandbox.synthetic.profiles import Profile, draw_profiles
from tongbao_sandbox.synthetic.season import YEAR_MAX, YEAR_MIN
from tongbao_sandbox.synthetic.trade import PARTNER_CODES, joined, purchases, sales
from tongbao_sandbox.uscc import registration_number

COUNT_MIN, COUNT_MAX = 2, 20_000
SEED_MAX = 2**63 - 1
PERIOD_YEARS = 3
_SOLD = PARTNER_CODES + 1  # codes of buyers start here, those of suppliers at 0
_OWN = 2 * _SOLD  # and those of firms in the book here


class SyntheticSource:
    """`count` firms made from `seed`: the same firms and invoices each time.

    The firms are drawn at once (300 in some 30 ms), the invoices of each when asked for. S1 and S2
    are the demonstration's. Raises ValueError outside the bounds above.
    """

    def __init__(self, *, seed: int, count: int, as_of: date) -> None:
        _check(seed, count, as_of)
        first = _years_before(as_of + timedelta(days=1), PERIOD_YEARS)
        self.period = (first, as_of)
        self._seed = seed
        self._days = np.arange(np.datetime64(first, "D"), np.datetime64(as_of, "D") + 1)
        drawn = draw_profiles(seed=seed, count=count)
        self._profiles = (demo.wholesaler(drawn[0]), demo.supplier(drawn[1]), *drawn[2:])
        self._links = draw_links(seed=seed, count=count)
        self.firms = self._named()
        self._position = {firm.code: position for position, firm in enumerate(self.firms)}

    def _named(self) -> tuple[Firm, ...]:
        rng = np.random.default_rng([self._seed, *b"names"])
        taken = {demo.WHOLESALER_NAME, demo.SUPPLIER_NAME}
        names = [demo.WHOLESALER_NAME, demo.SUPPLIER_NAME]
        names += [
            firm_name(
                rng,
                region=profile.region,
                industry=profile.industry,
                sole_trader=profile.sole_trader,
                taken=taken,
            )
            for profile in self._profiles[2:]
        ]
        return tuple(
            self._firm(position, profile, name)
            for position, (profile, name) in enumerate(zip(self._profiles, names, strict=True))
        )

    def _firm(self, position: int, profile: Profile, name: str) -> Firm:
        code = f"S{position + 1}"
        number = registration_number(
            f"{self._seed}/{code}", sole_trader=profile.sole_trader, region=profile.region
        )
        return Firm(code, name, number, profile.rating, profile.defaulted)

    def invoices(self, code: str) -> Invoices:
        """Return one firm's invoices."""
        position = self._position[code]
        profile = self._profiles[position]
        rng = np.random.default_rng([self._seed, *b"invoices", position])
        sold, bought = (
            sales(profile, self._days, rng),
            purchases(profile, self._days, rng),
        )
        parts = [(True, sold, sold.partner + _SOLD), (False, bought, bought.partner)]
        for link in self._links:
            if position in link:
                seller, buyer = link
                rows = traded(link, self._profiles, self._days, seed=self._seed)
                other = buyer if position == seller else seller
                parts.append(
                    (position == seller, rows, np.full(len(rows.day), _OWN + other, np.int64))
                )
        rows = joined(*(part for _, part, _ in parts))
        out = np.concatenate([np.full(len(part.day), is_out) for is_out, part, _ in parts])
        codes = np.concatenate([partner for _, _, partner in parts])
        order = np.argsort(rows.day, kind="stable")
        distinct, positions = np.unique(codes[order], return_inverse=True)
        return Invoices(
            out=out[order],
            number=rows.number[order],
            issued_on=self._days[rows.day[order]],
            counterparty=positions.astype(np.int32),
            labels=tuple(_label(number) for number in distinct.tolist()),
            amount_minor=rows.amount[order],
            tax_minor=rows.tax[order],
            void=rows.void[order],
        )


def _label(number: int) -> str:
    """Return the code of a partner: A12345 sells to firms, B12345 buys, S12 is in the book."""
    if number >= _OWN:
        return f"S{number - _OWN + 1}"
    return f"B{number - _SOLD:05d}" if number >= _SOLD else f"A{number:05d}"


def _years_before(day: date, years: int) -> date:
    """Return the same day of an earlier year (29 February becomes 1 March)."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 3, 1)


def _check(seed: int, count: int, as_of: date) -> None:
    if not 0 <= seed <= SEED_MAX:
        msg = f"seed must be 0 to {SEED_MAX}, not {seed}"
        raise ValueError(msg)
    if not COUNT_MIN <= count <= COUNT_MAX:
        msg = f"number of firms must be {COUNT_MIN} to {COUNT_MAX}, not {count}"
        raise ValueError(msg)
    if not YEAR_MIN + PERIOD_YEARS <= as_of.year <= YEAR_MAX:
        msg = f"as_of must lie in {YEAR_MIN + PERIOD_YEARS} to {YEAR_MAX}, not {as_of}"
        raise ValueError(msg)
