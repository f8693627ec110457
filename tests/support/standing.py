"""Somebody with money and standing orders, and days that pass."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from tests.unit.core.conftest import AT
from tests.unit.core.identity.conftest import Person, new_person
from tests.unit.core.payments.conftest import Holder, new_holder, pay_in
from tongbao.core.accounts import service as accounts
from tongbao.core.identity.domain import Role, permissions
from tongbao.core.parties import service as parties
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.money import Money
from tongbao.products.standing import service
from tongbao.products.standing.domain.orders import CREATE, to_confirm
from tongbao.products.standing.service.running import STEPS


def cny(text: str) -> Money:
    """Return an amount in yuan."""
    return Money.parse(text, "CNY")


def morning(day: date) -> datetime:
    """Return eight o'clock of a day in China."""
    return datetime.combine(day, time(0), UTC)


@dataclass
class Payer:
    """Who orders, and whom they pay."""

    person: Person
    account: accounts.DepositAccount
    payee: Holder

    @property
    def party_id(self) -> UUID:
        """Return the payer's party."""
        return self.account.party_id

    def wanted(self, amount: str = "100.00", **days: Any) -> service.WantedOrder:
        """Return an order as it would be wanted."""
        facts = {
            "debtor_account_id": self.account.id,
            "creditor_account_number": self.payee.account.number,
            "creditor_name": self.payee.name,
            "amount": cny(amount),
            "remittance": "房租",
        }
        return service.WantedOrder.model_validate({**facts, **days})

    async def order(
        self, tx: WriteSession, amount: str = "100.00", *, at: datetime = AT, **days: Any
    ) -> service.StandingOrder:
        """Order, confirmed by the passkey."""
        wanted = self.wanted(amount, **days)
        action = to_confirm(
            CREATE,
            debtor_account_number=self.account.number,
            creditor_account_number=wanted.creditor_account_number,
            creditor_name=wanted.creditor_name,
            amount=wanted.amount,
            schedule=wanted.schedule,
            retries=wanted.retries,
        )
        token = await self.person.confirmed(tx, action, at=at)
        return await service.make(
            tx, wanted, initiated_by=self.person.actor, step_up_token=token, at=at
        )


async def new_payer(tx: WriteSession, money: str | None = "1000.00") -> Payer:
    """Register somebody with a passkey, an account and money, and a landlord."""
    person = await new_person(tx)
    (party_id,) = person.user.party_ids
    allowed = permissions([Role.CUSTOMER])
    person.actor = replace(person.actor, permissions=allowed, grants={party_id: allowed})
    await person.add_passkey(tx)
    await parties.set_level(
        tx, party_id=party_id, level=parties.Level.FULL, reason="测试", changed_by=None, at=AT
    )
    account = await accounts.open_account(tx, party_id=party_id, currency="CNY", at=AT)
    if money is not None:
        await pay_in(tx, account, cny(money))
    return Payer(person, account, await new_holder(tx, "房东"))


async def live(tx: WriteSession, day: date) -> None:
    """Pay what falls due on a day, piece by piece."""
    for step in STEPS:
        cursor = None
        while True:
            cursor = (await step.work(tx, day=day, cursor=cursor, at=morning(day))).cursor
            if cursor is None:
                break


async def became(tx: ReadSession, order: service.StandingOrder) -> list[service.Occurrence]:
    """Return what became of an order's dates, the first one first."""
    page = await service.list_occurrences(tx, order_id=order.id, limit=200)
    return page.items[::-1]
