"""What is read: by a payer before they pay, and by both sides afterwards."""

from dataclasses import dataclass

from tongbao.core.payments.service import PaymentOrder
from tongbao.kernel.money import Money
from tongbao.products.collecting.domain.collections import Collection
from tongbao.products.collecting.domain.links import Link, LinkState
from tongbao.products.collecting.domain.tills import Till


@dataclass(frozen=True, slots=True)
class PayPage:
    """What somebody who follows a link reads before they log in."""

    link: Link
    state: LinkState
    payee_name: str


@dataclass(frozen=True, slots=True)
class Offer:
    """What a scanned code asks for; without an amount the payer says how much."""

    till: Till
    link: Link | None
    payee_name: str

    @property
    def amount(self) -> Money | None:
        """What is to be paid."""
        return None if self.link is None else self.link.amount


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was collected, and the payment that did it."""

    collection: Collection
    payment: PaymentOrder
