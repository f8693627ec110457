"""Which transfers their payer has to confirm once more.

A **large** one, from an amount on that grows with how well the payer is known (the verification
level of the party that pays), and any to a **new payee**: an account that this party has not
confirmed before. That it was paid before is not enough: many small payments, which are made
without anybody looking, would make a thief's account a known one.
"""

from typing import Final

from tongbao.core.identity.service import Action
from tongbao.core.payments.domain import PaymentOrder
from tongbao.kernel.money import Money

LARGE: Final = "payments.transfer.large"
NEW_PAYEE: Final = "payments.transfer.new_payee"

LARGE_FROM_MAJOR: Final = (500, 1_000, 5_000, 200_000)
"""By verification level, in whole yuan."""
OTHER_CURRENCY_DIVISOR: Final = 10
"""In other currencies a tenth of the number: no rates are asked for a rule of safety."""


def large_from(currency: str, *, level: int) -> Money:
    """Return the amount from which on a transfer is large; exact, in the currency's own units."""
    major = LARGE_FROM_MAJOR[min(max(level, 0), len(LARGE_FROM_MAJOR) - 1)]
    scale = Money.zero(currency).scale
    divisor = 1 if currency == "CNY" else OTHER_CURRENCY_DIVISOR
    return Money(major // divisor * 10**scale, currency)


def action_to_confirm(order: PaymentOrder, *, level: int, payee_is_known: bool) -> Action | None:
    """Return what the payer has to confirm, if anything: who gets how much from which account."""
    if order.amount >= large_from(order.amount.currency, level=level):
        kind = LARGE
    elif not payee_is_known:
        kind = NEW_PAYEE
    else:
        return None
    facts = {
        "debtor_account_number": order.debtor_account_number,
        "creditor_account_number": order.creditor_account_number,
        "creditor_name": order.creditor_name,
        "amount": order.amount.text,
        "currency": order.amount.currency,
    }
    return Action(kind, facts)
