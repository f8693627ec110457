"""A shop with a till, and people who pay there, for tests about collecting."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from tests.unit.core.conftest import AT
from tests.unit.core.payments.conftest import Holder, new_holder
from tongbao.core.accounts import service as accounts
from tongbao.core.identity import service as identity
from tongbao.core.identity.models import UserRow
from tongbao.core.identity.service import MemberRole, Role
from tongbao.core.payments import service as payments
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.infra.outbox.models import OutboxRow
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.products.collecting import service
from tongbao.products.collecting.models import PayCodeRow

LATER = AT + timedelta(days=3)


def cny(amount: str) -> Money:
    return Money.parse(amount, "CNY")


@dataclass(frozen=True)
class Shop:
    """Somebody who collects, at one till."""

    holder: Holder
    till: service.Till

    async def link(self, tx: WriteSession, **facts: Any) -> service.Link:
        wanted: dict[str, Any] = {
            "account_id": self.holder.account.id,
            "title": "年会份子",
            "amount": cny("10.00"),
            "payments_max": 1,
            "expires_at": LATER,
        } | facts
        return await service.create_link(
            tx, service.NewLink(**wanted), created_by=self.holder.actor, at=AT
        )

    async def order(
        self, tx: WriteSession, amount: str = "10.00", *, at: datetime = AT, **facts: Any
    ) -> tuple[service.Link, str]:
        wanted: dict[str, Any] = {"title": "早餐", "reference": None} | facts
        return await service.create_order(
            tx,
            till_id=self.till.id,
            amount=cny(amount),
            created_by=self.holder.actor,
            at=at,
            **wanted,
        )

    async def ask(
        self, tx: WriteSession, payer: Holder, amount: str | Money = "100.00", **facts: Any
    ) -> service.RequestToPay:
        wanted: dict[str, Any] = {
            "account_id": self.holder.account.id,
            "debtor": service.Debtor(name=payer.name, account_number=payer.account.number),
            "amount": cny(amount) if isinstance(amount, str) else amount,
            "title": "上月水电",
            "expires_at": LATER,
        } | facts
        return await service.request_payment(
            tx, service.NewRequest(**wanted), requested_by=self.holder.actor, at=AT
        )

    async def charge(
        self, tx: WriteSession, code: str, amount: str = "10.00", *, at: datetime = AT, **facts: Any
    ) -> payments.Transfer | service.ChargeDeclined:
        wanted: dict[str, Any] = {"title": None, "reference": None} | facts
        return await service.charge(
            tx,
            till_id=self.till.id,
            code=code,
            amount=cny(amount),
            charged_by=self.holder.actor,
            at=at,
            **wanted,
        )


async def new_shop(tx: WriteSession, name: str = "江南小铺") -> Shop:
    holder = await new_holder(tx, name)
    till = await service.open_till(
        tx,
        account_id=holder.account.id,
        name=name,
        latin_name="JIANGNAN SHOP",
        latin_city="HANGZHOU",
        category_code="5411",
        opened_by=holder.actor,
        at=AT,
    )
    return Shop(holder, till)


async def new_payer(tx: WriteSession, name: str = "李娜", *, money: str = "5000.00") -> Holder:
    """Return a person with money."""
    return await new_holder(tx, name, money=money)


async def new_user(tx: WriteSession, name: str = "李娜", *, money: str = "5000.00") -> Holder:
    """Return a person with money whose user can log in, for codes that they show."""
    holder = await new_holder(tx, name, money=money)
    await tx.execute(
        insert(UserRow).values(
            id=holder.actor.id,
            login=f"payer-{holder.actor.id.hex[-12:]}",
            name=name,
            kind="customer",
            roles=[Role.CUSTOMER.value],
            password_hash="-",
            created_at=AT,
        )
    )
    await identity.add_member(
        tx,
        user_id=holder.actor.id,
        party_id=holder.account.party_id,
        role=MemberRole.HOLDER,
        bands={},
        added_by=holder.actor.id,
        at=AT,
    )
    return holder


async def knows(tx: WriteSession, payer: Holder, *shops: Shop) -> Holder:
    """Have a payer confirm that they pay these shops."""
    for shop in shops:
        await payments.confirm_payee(
            tx,
            party_id=payer.account.party_id,
            account_number=shop.holder.account.number,
            confirmed_by=payer.actor.id,
            at=AT,
        )
    return payer


def paying(payer: Holder) -> service.Payer:
    return service.Payer(actor=payer.actor, account_id=payer.account.id)


async def pay_code(tx: WriteSession, payer: Holder, per_payment: str = "500.00") -> UUID:
    """Switch codes on, as if the step-up had been confirmed."""
    pay_code_id = new_id()
    await tx.execute(
        insert(PayCodeRow).values(
            id=pay_code_id,
            user_id=payer.actor.id,
            party_id=payer.account.party_id,
            account_id=payer.account.id,
            currency="CNY",
            per_payment_minor=cny(per_payment).minor,
            enabled_at=AT,
        )
    )
    return pay_code_id


async def shown(
    tx: WriteSession, payer: Holder, pay_code_id: UUID, *, at: datetime = AT
) -> service.ShownCode:
    return await service.show_pay_code(tx, pay_code_id=pay_code_id, shown_to=payer.actor, at=at)


async def booked(tx: ReadSession, holder: Holder) -> str:
    return (await accounts.balance(tx, holder.account.id)).booked.text


async def told(tx: ReadSession, subject: UUID) -> list[str]:
    """The kinds of events about something, in order, but the ledger's."""
    rows = await tx.scalars(
        select(OutboxRow.type).where(OutboxRow.subject == str(subject)).order_by(OutboxRow.seq)
    )
    return [each.removeprefix("collecting.") for each in rows if not each.startswith("ledger.")]
