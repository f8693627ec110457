"""Firms with accounts and money, who are told what happens to them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from tests.support.bank import Bank, Customer
from tongbao.core.identity import service as identity
from tongbao.core.identity.domain.contacts import clean_contact
from tongbao.engagement.notices import service as notices
from tongbao.infra import outbox
from tongbao.kernel.clock import now


@dataclass(frozen=True)
class Firm:
    """A customer, and one account of theirs."""

    customer: Customer
    account: dict[str, Any]
    user_id: UUID

    @property
    def headers(self) -> dict[str, str]:
        return self.customer.headers

    async def pay(self, other: "Firm", amount: str) -> dict[str, Any]:
        paid: dict[str, Any] = await self.customer.pay(
            {
                "debtor_account_id": self.account["id"],
                "creditor_account_number": other.account["number"],
                "creditor_name": other.customer.firm.name,
                "amount": {"amount": amount, "currency": "CNY"},
            }
        )
        return paid

    async def inbox(self, **query: Any) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = (await self.customer.get("/notices", **query))["items"]
        return items


async def firm(bank: Bank) -> Firm:
    customer = await bank.customer()
    me = await customer.get("/identity/me")
    return Firm(customer, await customer.open_account(), UUID(me["id"]))


async def with_contacts(bank: Bank, firm: Firm, *addresses: str, language: str = "zh") -> None:
    async with bank.database.write() as tx:
        for each in addresses:
            assert await identity.add_contact(
                tx,
                user_id=firm.user_id,
                contact=clean_contact(each),
                language="zh" if language == "zh" else "en",
                at=now(),
            )


async def begin(bank: Bank) -> None:
    """Have the consumer take its place: it tells of what happens from now on."""
    await tell(bank)


async def tell(bank: Bank, *, at: datetime | None = None) -> None:
    """Have everything told that has happened, as if the consumer's clock showed `at`."""
    relay = outbox.Relay(
        bank.database, [notices.consumer()], clock=now if at is None else lambda: at
    )
    await relay.drain()
    async with bank.database.read() as tx:
        parked = await outbox.parked(tx, "notices")
        failed = await tx.scalar(
            text("SELECT error FROM infra_outbox_cursor WHERE consumer = 'notices'")
        )
    assert parked == []
    assert failed is None
