"""Links and codes that a firm pays by its approvers' signatures, while they can be paid."""

from datetime import timedelta

import pytest

from tests.support.approvals import AT, SECOND, Firm, new_firm, opened_by
from tests.support.makers import cny
from tests.unit.core.payments.conftest import Holder, new_holder
from tongbao.infra.db import WriteSession
from tongbao.products.collecting import service
from tongbao.products.collecting.domain.errors import LinkEnded, PersonsOnly
from tongbao.products.collecting.domain.tills import code_of

AMOUNT = cny("2000.00")
DAY = timedelta(days=1)


def payer(firm: Firm) -> service.Payer:
    return service.Payer(actor=firm.people["maker"].actor, account_id=firm.account.id)


async def shop_and_till(tx: WriteSession) -> tuple[Holder, service.Till]:
    shop = await new_holder(tx, "江南小铺")
    till = await service.open_till(
        tx,
        account_id=shop.account.id,
        name="江南小铺",
        latin_name="JIANGNAN SHOP",
        latin_city="HANGZHOU",
        category_code="5411",
        opened_by=shop.actor,
        at=AT,
    )
    return shop, till


async def test_the_code_that_hangs_at_a_till_is_paid_by_the_last_signature(
    tx: WriteSession,
) -> None:
    firm, (_, till) = await new_firm(tx), await shop_and_till(tx)
    waiting = await service.ask_code(
        tx, text=code_of(till), amount=AMOUNT, payer=payer(firm), at=AT
    )
    approval = await opened_by(tx, waiting)
    await firm.people["first"].sign(tx, approval)
    done = await firm.people["second"].sign(tx, approval)
    assert done.state == "executed"
    assert await firm.balance(tx) == cny("98000.00")
    assert done.location is not None
    assert done.location.startswith("/api/v1/collecting/payments/")


async def test_what_waits_for_signatures_ends_with_the_sale(tx: WriteSession) -> None:
    firm, (shop, till) = await new_firm(tx), await shop_and_till(tx)
    link, code = await service.create_order(
        tx,
        till_id=till.id,
        amount=AMOUNT,
        title="文具",
        reference=None,
        created_by=shop.actor,
        at=AT,
    )
    waiting = await service.ask_code(tx, text=code, amount=None, payer=payer(firm), at=AT)
    approval = await opened_by(tx, waiting)
    assert approval.expires_at == link.expires_at == AT + timedelta(minutes=15)
    assert approval.content["link_token"] == link.token


async def test_a_link_taken_back_is_not_paid_by_the_last_signature(tx: WriteSession) -> None:
    firm, shop = await new_firm(tx), await new_holder(tx, "江南小铺")
    wanted = service.NewLink(
        account_id=shop.account.id, title="文具", amount=AMOUNT, expires_at=AT + 30 * DAY
    )
    link = await service.create_link(tx, wanted, created_by=shop.actor, at=AT)
    waiting = await service.ask_link(tx, token=link.token, amount=None, payer=payer(firm), at=AT)
    approval = await opened_by(tx, waiting)
    assert approval.expires_at == AT + 7 * DAY  # sooner than the link ends
    await firm.people["first"].sign(tx, approval)
    await service.cancel_link(tx, link_id=link.id, cancelled_by=shop.actor, at=AT + SECOND)
    with pytest.raises(LinkEnded):
        await firm.people["second"].sign(tx, approval)
    assert await firm.balance(tx) == cny("100000.00")


async def test_a_firm_shows_no_codes_and_is_told_why(tx: WriteSession) -> None:
    firm = await new_firm(tx)
    with pytest.raises(PersonsOnly) as refused:
        await service.enable_pay_code(
            tx,
            account_id=firm.account.id,
            per_payment=cny("100.00"),
            token=None,
            enabled_by=firm.people["maker"].actor,
            at=AT,
        )
    assert "会签" in refused.value.say("zh")
