"""By whom this process asks and tells billers, and how patiently."""

from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from tongbao.kernel.money import Money
from tongbao.products.bills.domain.answers import Answer, Found
from tongbao.products.bills.domain.billers import Biller
from tongbao.products.bills.domain.payments import Timing


class Gateway(Protocol):
    """The way to the billers; see `gateways.billers`."""

    async def billers(self) -> list[Biller]:
        """Return everybody who sends bills."""
        ...

    async def bills(self, biller: str, number: str) -> Found:
        """Return what a customer has not paid."""
        ...

    async def tell(self, payment_id: UUID, *, reference: str, amount: Money) -> Answer:
        """Tell that a bill was paid."""
        ...

    async def inquire(self, payment_id: UUID, *, reference: str, amount: Money) -> Answer:
        """Ask what became of a payment."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """`gateway` is None where no billers are connected: then nobody is asked or told."""

    gateway: Gateway | None = None
    timing: Timing = field(default_factory=Timing)


_configuration = Configuration()


def configure(configuration: Configuration) -> None:
    """Say by whom this process talks to billers from now on."""
    global _configuration  # noqa: PLW0603 - the composition root says it once
    _configuration = configuration


def configured() -> Configuration:
    """Return what was said last."""
    return _configuration
