"""Which transfers their payer, or who approves them, has to confirm once more.

A **large** one, from an amount on that grows with how well the payer is known (the verification
level of the party that pays), and any to a **new payee**: an account that this party has not
confirmed before. That it was paid before is not enough: many small payments, which are made
without anybody looking, would make a thief's account a known one.

What takes a second person of the firm is confirmed by that person, always: their word moves the
money, and neither a stolen session nor a stolen password may give it.
"""

from functools import cache
from typing import Final
from uuid import UUID

from tongbao.core.identity.service import Action
from tongbao.core.payments.domain import PaymentOrder
from tongbao.kernel.money import Money

LARGE: Final = "payments.transfer.large"
NEW_PAYEE: Final = "payments.transfer.new_payee"
APPROVAL: Final = "payments.transfer.approve"

LARGE_FROM_MAJOR: Final = (500, 1_000, 5_000, 200_000)
"""By verification level, in whole yuan."""
OTHER_CURRENCY_DIVISOR: Final = 10
"""In other currencies a tenth of the number: no rates are asked for a rule of safety."""


@cache
def large_from(currency: str, *, level: int) -> Money:
    """Return the amount from which on a transfer is large; exact, in the currency's own units."""
    major = LARGE_FROM_MAJOR[min(max(level, 0), len(LARGE_FROM_MAJOR) - 1)]
    return in_currency(major, currency)


@cache
def in_currency(yuan: int, currency: str) -> Money:
    """Return a sum of whole yuan, or a tenth of the number in another currency."""
    scale = Money.zero(currency).scale
    divisor = 1 if currency == "CNY" else OTHER_CURRENCY_DIVISOR
    return Money(yuan // divisor * 10**scale, currency)


def payee_key(order: PaymentOrder) -> str:
    """Return what a payee is remembered by: the same number at two banks is two payees."""
    if order.card_id is not None:
        return f"card/{order.card_id}"
    return account_key(order.creditor_account_number, order.creditor_bank_code)


def account_key(account_number: str, bank_code: str | None) -> str:
    """Return what an account is remembered by, here or at another bank."""
    return account_number if bank_code is None else f"{bank_code}/{account_number}"


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
    if order.creditor_bank_code is not None:
        facts["creditor_bank_code"] = order.creditor_bank_code
    return Action(kind, facts)


def approval_to_confirm(
    *,
    proposal_id: UUID,
    digest: str,
    debtor_account_number: str,
    creditor_account_number: str,
    creditor_name: str,
    amount: Money,
    creditor_bank_code: str | None = None,
) -> Action:
    """Return what the approver confirms: this proposal, by the digest of all it says.

    The other facts are in the digest too; they are what the approver reads where they confirm.
    """
    facts = {
        "proposal_id": str(proposal_id),
        "proposal_digest": digest,
        "debtor_account_number": debtor_account_number,
        "creditor_account_number": creditor_account_number,
        "creditor_name": creditor_name,
        "amount": amount.text,
        "currency": amount.currency,
    }
    if creditor_bank_code is not None:
        facts["creditor_bank_code"] = creditor_bank_code
    return Action(APPROVAL, facts)
