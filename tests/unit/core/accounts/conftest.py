"""Customers whose identity has been verified, for only those open accounts."""

import pytest

from tests.unit.core.conftest import AT, Caller, Customer
from tongbao.core.parties import service as parties
from tongbao.infra.db import Database


@pytest.fixture
def customer(customer: Customer, database: Database) -> Customer:
    """Make a customer who acts for a new person known in full."""

    async def make(name: str) -> Caller:
        who = await customer(name)
        async with database.write() as tx:
            await parties.set_level(
                tx,
                party_id=who.party_id,
                level=parties.Level.FULL,
                reason="测试",
                changed_by=None,
                at=AT,
            )
        return who

    return make
