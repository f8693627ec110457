"""A firm's bills, paid by its approvers' signatures while they hold."""

from uuid import UUID

import pytest

from tests.support.approvals import AT, SECOND, Firm, new_firm, opened_by
from tests.support.bills import Household, MemoryBillers, new_company
from tests.support.makers import cny
from tests.support.memory_channel import Clock
from tests.unit.core.payments.conftest import Holder
from tongbao.core.approvals.service import Approval
from tongbao.infra.db import WriteSession
from tongbao.infra.proposals import Proposal
from tongbao.kernel.ids import new_id
from tongbao.products.bills import service
from tongbao.products.bills.domain.payments import VALID_FOR, BillPaid


async def owing(tx: WriteSession, firm: Firm) -> Household:
    """Return the firm as one that owes its biller something."""
    gateway, company = MemoryBillers(), await new_company(tx)
    await service.take_over(tx, [gateway.biller], at=AT)
    await service.engage(
        tx,
        code=gateway.biller.code,
        account_number=company.number,
        engaged_by=new_id(),
        at=AT,
    )
    holder = Holder(account=firm.account, actor=firm.people["maker"].actor, name="企业")
    return Household(holder, gateway, company, Clock(AT))


async def asked(tx: WriteSession, house: Household, bill_id: UUID) -> Approval:
    waiting = await service.ask_payment(
        tx,
        bill_id=bill_id,
        debtor_account_id=house.holder.account.id,
        payer=house.holder.actor,
        at=AT,
    )
    return await opened_by(tx, waiting)


async def test_the_last_signature_pays_a_bill_that_somebody_pays_once(tx: WriteSession) -> None:
    firm = await new_firm(tx)
    house = await owing(tx, firm)
    bill_id = await house.told(tx, house.gateway.owe("2000.00"))
    approval, again = await asked(tx, house, bill_id), await asked(tx, house, bill_id)
    assert approval.expires_at == AT + VALID_FOR
    assert approval.content["title"] == "某供电公司 2025-11"
    await firm.people["first"].sign(tx, approval)
    assert await firm.balance(tx) == cny("100000.00")
    done = await firm.people["second"].sign(tx, approval)
    assert done.state == "executed"
    assert done.location is not None
    assert await firm.balance(tx) == cny("98000.00")
    paid = await service.list_payments(tx, party_id=firm.party_id, after=None, limit=10)
    assert [f"/api/v1/bills/payments/{each.id}" for each in paid.items] == [done.location]
    await firm.people["first"].sign(tx, again)
    with pytest.raises(BillPaid):
        await firm.people["second"].sign(tx, again, at=AT + 2 * SECOND)


async def test_below_what_is_signed_a_second_person_approves(tx: WriteSession) -> None:
    firm = await new_firm(tx)
    house = await owing(tx, firm)
    bill_id = await house.told(tx, house.gateway.owe("128.40"))
    waiting = await service.ask_payment(
        tx,
        bill_id=bill_id,
        debtor_account_id=firm.account.id,
        payer=firm.people["maker"].actor,
        at=AT,
    )
    assert isinstance(waiting, Proposal)
    assert waiting.payload["title"] == "某供电公司 2025-11"
