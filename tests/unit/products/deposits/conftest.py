"""A saver, posted rates and a demand rate."""

from datetime import date

import pytest

from tests.support.consents import CONFIGURATION
from tests.support.deposits import DEMAND, Saver, new_saver, post_rates
from tongbao.core.agreements import service as agreements
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.lib.interest.accrual import Tiers
from tongbao.products.deposits.service import maturing, withdrawing


@pytest.fixture(autouse=True)
def _configured(monkeypatch: pytest.MonkeyPatch) -> None:
    agreements.configure(CONFIGURATION)

    async def demand_tiers(_tx: ReadSession, *, currency: str, on: date) -> Tiers:
        return Tiers.flat(DEMAND)

    monkeypatch.setattr(maturing, "demand_tiers", demand_tiers)
    monkeypatch.setattr(withdrawing, "demand_tiers", demand_tiers)


@pytest.fixture
async def saver(tx: WriteSession) -> Saver:
    await post_rates(tx)
    return await new_saver(tx)
