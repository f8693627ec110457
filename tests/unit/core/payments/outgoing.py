"""Orders to other banks in tests: made, driven, and looked at."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from tests.support.memory_channel import Clock
from tests.unit.core.payments.conftest import Holder, new_holder
from tongbao.core.accounts import service as accounts
from tongbao.core.payments import service
from tongbao.core.payments.models import AttemptRow, PaymentOrderRow, TransitionRow
from tongbao.core.payments.service.orders.driving import step
from tongbao.infra.db import Database, WriteSession
from tongbao.infra.outbox.models import OutboxRow
from tongbao.kernel.money import Money

BANK = "102100099996"
THERE = "6222020200012345678"


async def sender(database: Database, money: str = "100.00") -> Holder:
    """Make a holder who has confirmed the payee at the other bank."""
    async with database.write() as tx:
        holder = await new_holder(tx, "华东建材", money=money)
        await service.confirm_payee(
            tx,
            party_id=holder.account.party_id,
            account_number=f"{BANK}/{THERE}",
            confirmed_by=holder.actor.id,
            at=holder.account.opened_at,
        )
    return holder


def wanted(
    holder: Holder, amount: str | Money = "40.00", **facts: Any
) -> service.NewCreditTransfer:
    given: dict[str, Any] = {
        "debtor_account_id": holder.account.id,
        "creditor_account_number": THERE,
        "creditor_name": "北方钢铁",
        "creditor_bank_code": BANK,
        "amount": Money.parse(amount, "CNY") if isinstance(amount, str) else amount,
        **facts,
    }
    return service.NewCreditTransfer(**given)


async def sent(
    database: Database, holder: Holder, clock: Clock, amount: str | Money = "40.00", **facts: Any
) -> service.Transfer:
    """Order it; it is reserved then, or rejected."""
    async with database.write() as tx:
        return await service.send(
            tx, wanted(holder, amount, **facts), initiated_by=holder.actor, at=clock()
        )


async def drive(database: Database, order_id: UUID, clock: Clock, *, steps: int = 1) -> str:
    """Take an order so many steps further; return where it stands."""
    for _ in range(steps):
        await step(database, order_id, clock=clock)
    return await status(database, order_id)


async def status(database: Database, order_id: UUID) -> str:
    async with database.read() as tx:
        return (await service.get(tx, order_id)).status.value


async def money(database: Database, holder: Holder) -> tuple[str, str]:
    """Return what is booked on an account, and what of it is available."""
    async with database.read() as tx:
        held = await accounts.balance(tx, holder.account.id)
    return held.booked.text, held.available.text


async def path(database: Database, order_id: UUID) -> list[str]:
    """Return where an order has been."""
    async with database.read() as tx:
        rows = await tx.scalars(
            select(TransitionRow.after)
            .where(TransitionRow.order_id == order_id)
            .order_by(TransitionRow.number)
        )
        return list(rows)


async def attempts(database: Database, order_id: UUID) -> list[AttemptRow]:
    async with database.read() as tx:
        rows = await tx.scalars(
            select(AttemptRow).where(AttemptRow.order_id == order_id).order_by(AttemptRow.number)
        )
        return list(rows)


async def row(tx: WriteSession, order_id: UUID) -> PaymentOrderRow:
    return await tx.get_one(PaymentOrderRow, order_id)


async def events(database: Database, order_id: UUID) -> list[str]:
    """Return the types of the events about an order, in order."""
    async with database.read() as tx:
        found = await tx.scalars(
            select(OutboxRow.type).where(OutboxRow.subject == str(order_id)).order_by(OutboxRow.seq)
        )
        return list(found)
