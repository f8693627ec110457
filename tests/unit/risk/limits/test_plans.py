"""What a session planned while there were few counters must not cost when there are many."""

from collections.abc import Callable

import psycopg
import pytest

from tests.support.plans import UNTIL_PLANNED, rows_read
from tests.unit.risk.limits.conftest import AT, Rules
from tongbao.infra.db import Database
from tongbao.infra.postgres import Urls
from tongbao.kernel.ids import new_id
from tongbao.risk.limits import service as limits

FEW = 32
MANY = 1_000


async def _take(rules: Rules, count: int) -> None:
    uses = [rules.use(party_id=new_id()) for _ in range(count)]
    assert all(each.error is None for each in await limits.reserve(rules.tx, uses, at=AT))


@pytest.mark.slow
async def test_no_plan_reads_all_counters(fresh_database: Callable[..., Urls]) -> None:
    urls = fresh_database()
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE limits_counter, limits_reservation")
    database = Database.connect(urls.app)
    try:
        async with database.write() as tx:
            rules = Rules(tx)
            await rules.set()
            for _ in range(UNTIL_PLANNED):
                await _take(rules, FEW)
            for _ in range(4):
                await _take(rules, MANY)
            before = await rows_read(tx, "limits_counter")
            await _take(rules, FEW)
            assert await rows_read(tx, "limits_counter") - before < MANY
    finally:
        await database.close()
