"""A saver, posted rates and a demand rate."""

import pytest

from tests.support.consents import CONFIGURATION
from tests.support.deposits import Saver, new_saver, post_demand, post_rates
from tongbao.core.agreements import service as agreements
from tongbao.infra.db import WriteSession


@pytest.fixture(autouse=True)
def _configured() -> None:
    agreements.configure(CONFIGURATION)


@pytest.fixture
async def saver(tx: WriteSession) -> Saver:
    await post_rates(tx)
    await post_demand(tx)
    return await new_saver(tx)
