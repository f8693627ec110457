"""Who must agree to payments of which amount: nobody, a second person, or a policy's signers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from tongbao.core.approvals.service import Band, Policy, Rule
from tongbao.core.payments.domain.alone import Alone
from tongbao.kernel.money import Money

AskedOf = Literal["nobody", "second_person", "signatures"]


@dataclass(frozen=True, slots=True)
class Ask:
    """Amounts above those of the one before, up to a bound inclusive (None: any), and who agrees.

    `rule` is whose signatures the policy wants.
    """

    up_to: Money | None
    of: AskedOf
    rule: Rule | None = None


def asks_of(able: Alone, policy: Policy | None) -> list[Ask]:
    """Return who must agree to what somebody pays in the currency of `able`, amounts rising.

    Nothing where the policy does not speak of the currency: nothing can be paid in it.
    """
    currency = able.paid.currency
    if policy is None:
        return list(_unsigned(able, above=Money.zero(currency), up_to=None))
    return list(_of_bands(able, policy.by_currency().get(currency, [])))


def _of_bands(able: Alone, bands: Sequence[Band]) -> Iterator[Ask]:
    above = Money.zero(able.paid.currency)
    for band in bands:
        if band.stages:
            rule = Rule(stages=band.stages, sequential=band.sequential)
            yield Ask(band.bound, "signatures", rule)
        else:
            yield from _unsigned(able, above=above, up_to=band.bound)
        above = band.bound or above


def _unsigned(able: Alone, *, above: Money, up_to: Money | None) -> Iterator[Ask]:
    """Split amounts that need no signature where what is paid alone ends."""
    reach = able.reach
    if reach is None or (up_to is not None and up_to <= reach):
        yield Ask(up_to, "nobody")
        return
    if reach > above:
        yield Ask(reach, "nobody")
    yield Ask(up_to, "second_person")
