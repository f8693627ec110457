"""What a holder confirms once more: large sums that are locked away, or taken out before time."""

from typing import Final

from tongbao.core.identity.service import Action
from tongbao.kernel.money import Money
from tongbao.products.deposits.domain.agreements import Offer
from tongbao.products.deposits.domain.deposits import Deposit

OPEN: Final = "deposits.open.large"
BREAK: Final = "deposits.break.large"
LARGE_FROM_MAJOR: Final = 200_000
"""In whole yuan; in other currencies a tenth of the number, as for transfers."""


def is_large(amount: Money) -> bool:
    """Tell whether so much takes a confirmation."""
    major = LARGE_FROM_MAJOR if amount.currency == "CNY" else LARGE_FROM_MAJOR // 10
    scale: int = 10**amount.scale
    return amount.minor >= major * scale


def open_to_confirm(offer: Offer) -> Action | None:
    """Return what is confirmed before a deposit is opened, if anything."""
    if not is_large(offer.amount):
        return None
    facts = {
        "product": offer.product.code,
        "account_number": offer.account.number,
        "amount": offer.amount.text,
        "currency": offer.amount.currency,
    }
    return Action(OPEN, facts)


def break_to_confirm(deposit: Deposit, amount: Money) -> Action | None:
    """Return what is confirmed before a deposit is broken, if anything."""
    if not is_large(amount):
        return None
    facts = {
        "deposit_number": deposit.number,
        "amount": amount.text,
        "currency": amount.currency,
    }
    return Action(BREAK, facts)
