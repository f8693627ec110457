"""How much one person may pay for a party without a second one."""

from dataclasses import dataclass

from tongbao.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Alone:
    """What somebody may pay alone at a moment, in one currency.

    `per_payment` and `per_day` are the most of one payment and of a business day; None: any amount.
    `paid` is what they have paid alone in this business day.
    """

    per_payment: Money | None
    per_day: Money | None
    paid: Money

    @classmethod
    def nothing(cls, currency: str) -> "Alone":
        """Return that everything takes a second person."""
        nothing = Money.zero(currency)
        return cls(per_payment=nothing, per_day=nothing, paid=nothing)

    @classmethod
    def anything(cls, currency: str) -> "Alone":
        """Return that nothing does."""
        return cls(per_payment=None, per_day=None, paid=Money.zero(currency))

    @property
    def left(self) -> Money | None:
        """Return what is left of the day's sum, never below zero; None: any amount.

        A sum that was lowered during the day may be used up beyond it.
        """
        if self.per_day is None:
            return None
        return max(self.per_day - self.paid, Money.zero(self.paid.currency))

    @property
    def reach(self) -> Money | None:
        """Return the most of one payment that takes no second person; None: any amount."""
        bounds = [bound for bound in (self.per_payment, self.left) if bound is not None]
        return min(bounds, default=None)

    def covers(self, amount: Money) -> bool:
        """Tell whether a payment of `amount` takes no second person."""
        return self.reach is None or amount <= self.reach
