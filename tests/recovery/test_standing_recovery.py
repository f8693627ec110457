"""The run of standing orders is killed with kill -9 in and between all its pieces, and goes on.

The law: however often it is killed and started again, each due date is paid once.
"""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tests.support.standing import became, cny, live, morning, new_payer
from tests.unit.core.conftest import RELYING_PARTY
from tongbao.core.accounts import service as accounts
from tongbao.core.identity import service as identity
from tongbao.infra import crypto
from tongbao.infra.db import Database
from tongbao.infra.postgres import APP_ROLE, Urls
from tongbao.kernel.clock import now
from tongbao.products.standing.domain.orders import DateOutcome
from tongbao.products.standing.service import pay_days

pytestmark = pytest.mark.slow

FRIDAY, MONDAY = date(2025, 11, 28), date(2025, 12, 1)
ROOT = Path(__file__).parents[2]


async def test_killed_everywhere_each_date_is_paid_once(
    fresh_database: Callable[..., Urls],
) -> None:
    identity.configure(identity.Configuration(relying_party=RELYING_PARTY))
    url = fresh_database().app
    database = Database.connect(url, role=APP_ROLE, pool_size=4)
    await crypto.start(database, at=now())
    async with database.write() as tx:
        payers = [await new_payer(tx, money="100.00") for _ in range(2)]
        poor = await new_payer(tx, money=None)
        orders = [await payer.order(tx, "40.00", first_on=MONDAY, unit="week") for payer in payers]
        waiting = await poor.order(tx, "1.00", first_on=FRIDAY, unit="once")
        await live(tx, FRIDAY)
    worker = await asyncio.create_subprocess_exec(
        sys.executable,
        Path(__file__).with_name("standing_worker.py"),
        url,
        MONDAY.isoformat(),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}/src:{ROOT}"},
    )
    try:
        said, _ = await asyncio.wait_for(worker.communicate(), 240)
    finally:
        if worker.returncode is None:
            worker.kill()
    assert worker.returncode == 0
    # Two orders and one date tried again, each step with a last piece that finds nothing.
    pieces = [("standing.pay", 3), ("standing.retry", 2)]
    expected = [
        place
        for step, pieces_count in pieces
        for place in [f"before a piece of {step}", f"within a piece of {step}"] * pieces_count
    ][1:]
    assert json.loads(said.splitlines()[-1]) == expected
    assert await pay_days(database, at=morning(MONDAY)) == []
    async with database.read() as tx:
        for payer, order in zip(payers, orders, strict=True):
            (paid,) = await became(tx, order)
            assert (paid.outcome, paid.attempts) == (DateOutcome.PAID, 1)
            balance = await accounts.balance(tx, payer.account.id)
            assert balance.available == cny("60.00")
        (tried,) = await became(tx, waiting)
        assert (tried.outcome, tried.attempts) == (DateOutcome.RETRYING, 2)
    await database.close()
