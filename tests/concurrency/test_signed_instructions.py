"""Whatever leaves an account by signatures: signing, withdrawing and expiring end in one of them.

The order is forced: who comes first has the instruction's row, and the others wait for it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from io import BytesIO
from uuid import UUID

import pytest
from sqlalchemy import func, select

from tests.concurrency.test_approvals import Scene, together
from tests.support.approvals import AT, Firm, new_firm, opened_by
from tests.support.makers import PAYEE, cny
from tests.support.memory_channel import Clock, MemoryChannel, outside
from tests.unit.core.payments.conftest import Holder, new_holder
from tests.unit.core.payments.outgoing import BANK, THERE
from tests.unit.core.payments.test_cards import verified
from tongbao.core.approvals import service as approvals
from tongbao.core.approvals.service import Approval
from tongbao.core.payments import service as payments
from tongbao.core.payments.models import PaymentOrderRow
from tongbao.infra.auth import Actor
from tongbao.infra.db import Database, WriteSession
from tongbao.infra.outbox import Relay
from tongbao.kernel.ids import new_id
from tongbao.products.bulk import service as bulk
from tongbao.products.bulk.models import FileRow
from tongbao.products.collecting import service as collecting

AMOUNT = cny("2000.00")
FIRM = "付款公司"

Ask = Callable[[WriteSession], Awaitable[payments.Waiting | None]]


class Money:
    """What a firm's maker wants to do with 2,000 yuan, one way or another."""

    def __init__(self, database: Database, firm: Firm) -> None:
        self.database, self.firm = database, firm
        self.maker = firm.people["maker"].actor

    async def payroll(self) -> Ask:
        return self._payroll

    async def _payroll(self, tx: WriteSession) -> payments.Waiting | None:
        line = f"{self.firm.payee.number},{PAYEE},{AMOUNT.text}"
        content = f"账号,户名,金额\n{line}\n".encode()
        wish = bulk.Wish(
            account_id=self.firm.account.id,
            kind=bulk.FileKind.PAYROLL,
            mode=bulk.Mode.PARTIAL,
            format=bulk.FileFormat.CSV,
            name="工资",
            message_id=new_id().hex,
        )
        file = await bulk.receive(tx, BytesIO(content), wish, received_by=self.maker, at=AT)
        waiting = await bulk.execute(
            tx, file_id=file.id, initiated_by=self.maker, step_up_token=None, at=AT
        )
        assert not isinstance(waiting, bulk.PaymentFile)
        return waiting

    async def credit_transfer(self) -> Ask:
        new = payments.NewCreditTransfer(
            debtor_account_id=self.firm.account.id,
            creditor_account_number=THERE,
            creditor_name="北方钢铁",
            creditor_bank_code=BANK,
            amount=AMOUNT,
        )
        return partial(_credit_transfer, new=new, maker=self.maker)

    async def withdrawal(self) -> Ask:
        holder = Holder(FIRM, self.firm.account, self.maker)
        card = await verified(self.database, holder, Clock(at=AT))
        return partial(
            payments.ask_withdrawal,
            debtor_account_id=self.firm.account.id,
            card_id=card.id,
            amount=AMOUNT,
            initiated_by=self.maker,
            at=AT,
        )

    async def refund(self) -> Ask:
        async with self.database.write() as tx:
            buyer = await new_holder(tx, "买家", money="9000.00")
            paid = await payments.transfer(
                tx,
                debtor_account_id=buyer.account.id,
                creditor_account_number=self.firm.account.number,
                creditor_name=FIRM,
                amount=cny("9000.00"),
                initiated_by=buyer.actor,
                without_step_up=True,
                at=AT,
            )
        return partial(
            payments.ask_refund,
            payment_id=paid.id,
            amount=AMOUNT,
            remittance="退货",
            initiated_by=self.maker,
            at=AT,
        )

    async def request(self) -> Ask:
        async with self.database.write() as tx:
            shop = await new_holder(tx, "商户")
        return partial(_request, shop=shop, firm=self.firm)

    async def deliver(self) -> None:
        """Tell of what was decided, and pay the files that are to be paid, as the worker does."""
        await Relay(self.database, [payments.consumer(), bulk.consumer()]).drain()
        async with self.database.read() as tx:
            mine = FileRow.account_id == self.firm.account.id
            files = list(await tx.scalars(select(FileRow.id).where(mine)))
        for file_id in files:
            await bulk.pay(self.database, file_id=file_id, clock=lambda: AT)

    async def waiting(self) -> int:
        """Return how many files and orders still wait for somebody."""
        account_id: UUID = self.firm.account.id
        async with self.database.read() as tx:
            files = select(func.count()).where(
                FileRow.account_id == account_id, FileRow.state == "awaiting_signatures"
            )
            orders = select(func.count()).where(
                PaymentOrderRow.debtor_account_id == account_id,
                PaymentOrderRow.status == "awaiting_approval",
            )
            return int(await tx.scalar(files) or 0) + int(await tx.scalar(orders) or 0)


async def _credit_transfer(
    tx: WriteSession, *, new: payments.NewCreditTransfer, maker: Actor
) -> payments.Waiting | None:
    return await payments.ask_credit_transfer(tx, new, initiated_by=maker, at=AT)


async def _request(tx: WriteSession, *, shop: Holder, firm: Firm) -> payments.Waiting | None:
    asked = await collecting.request_payment(
        tx,
        collecting.NewRequest(
            account_id=shop.account.id,
            debtor=collecting.Debtor(name=FIRM, account_number=firm.account.number),
            amount=AMOUNT,
            title="货款",
            expires_at=AT + timedelta(days=3),
        ),
        requested_by=shop.actor,
        at=AT,
    )
    payer = collecting.Payer(actor=firm.people["maker"].actor, account_id=firm.account.id)
    return await collecting.ask_request(tx, request_id=asked.id, amount=None, payer=payer, at=AT)


@pytest.mark.parametrize("kind", ["payroll", "credit_transfer", "withdrawal", "refund", "request"])
async def test_it_leaves_once_by_the_last_signature_or_not_at_all(
    database: Database, kind: str
) -> None:
    async with database.write() as tx:
        firm = await new_firm(tx)
    scene, money = Scene(database, firm), Money(database, firm)

    async def opened() -> Approval:
        async with database.write() as tx:
            approval = await opened_by(tx, await ask(tx))
            await firm.people["first"].sign(tx, approval)
        return approval

    with outside(Clock(at=AT), MemoryChannel("net")):
        ask: Ask = await getattr(money, kind)()
        before = await scene.balance()

        signed = await opened()
        first, second = partial(scene.sign, signed, "second"), partial(scene.withdraw, signed)
        assert await together(scene, signed, [first, second]) == ["executed", "late"]
        await money.deliver()
        assert await scene.balance() == before - AMOUNT

        withdrawn = await opened()
        first, second = partial(scene.withdraw, withdrawn), partial(scene.sign, withdrawn, "third")
        assert await together(scene, withdrawn, [first, second]) == ["withdrawn", "late"]

        expired = await opened()
        async with database.write() as tx:
            await approvals.expire(tx, at=expired.expires_at)
            late = asyncio.ensure_future(scene.sign(expired, "second"))
            await scene.waiting(1)
        assert await asyncio.wait_for(late, 30) == "late"
        assert await scene.state(expired) == "expired"

        await money.deliver()
        assert await money.waiting() == 0
        assert await scene.balance() == before - AMOUNT
