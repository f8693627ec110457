"""Where a policy wants each payment signed, dates that come by themselves are not ordered."""

import pytest

from tests.support.approvals import AT, Firm, new_firm
from tests.support.makers import PAYEE, cny
from tongbao.infra.db import WriteSession
from tongbao.products.standing import service
from tongbao.products.standing.domain.orders import NeedsSignatures


def monthly(firm: Firm, amount: str) -> service.WantedOrder:
    return service.WantedOrder.model_validate(
        {
            "debtor_account_id": firm.account.id,
            "creditor_account_number": firm.payee.number,
            "creditor_name": PAYEE,
            "amount": cny(amount),
            "first_on": "2026-03-10",
        }
    )


async def test_what_is_to_be_signed_each_time_is_no_standing_order(tx: WriteSession) -> None:
    firm = await new_firm(tx)
    maker = firm.people["maker"].actor
    with pytest.raises(NeedsSignatures):
        await service.proposed(tx, monthly(firm, "1000.01"), initiated_by=maker, at=AT)
    below = await service.proposed(tx, monthly(firm, "1000.00"), initiated_by=maker, at=AT)
    assert below == firm.party_id
