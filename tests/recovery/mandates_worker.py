"""Pays bills by mandate and tells their billers, killed again and again by SIGKILL, until done.

    mandates_worker.py DATABASE_URL BILLERS_URL SEED

Each attempt is a process of its own that does what the worker's two jobs do and dies at a moment
of the next kind that dice choose: before a statement, before a commit, before a request to a
biller, or before its answer is heard. Prints the kinds of moments it died at.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, event, func, select

from tests.support.keys import FIELD_KEY
from tests.unit.core.conftest import RELYING_PARTY
from tongbao.core.identity import service as identity
from tongbao.infra import crypto
from tongbao.infra.db import Database
from tongbao.infra.postgres import APP_ROLE
from tongbao.kernel.clock import now
from tongbao.kernel.money import Money
from tongbao.products.bills import service
from tongbao.products.bills.domain.answers import Answer, Found
from tongbao.products.bills.domain.billers import Biller
from tongbao.products.bills.domain.payments import Timing
from tongbao.products.bills.gateways.billers import BillersGateway, Patience
from tongbao.products.bills.models import BillPaymentRow
from tongbao_sandbox.billers import SECRET_DEFAULT

KINDS = {"statement": 60, "asked": 2, "commit": 6, "telling": 2, "told": 2, "inquiring": 1}
"""What it dies at in turn, and at the latest at which one of them."""
ROUNDS = 2
MORE_EACH_TIME = 200  # statements after that, so that it comes to an end, whatever the dice say
TIMING = Timing(
    on_its_way=timedelta(seconds=1.5),
    lease=timedelta(seconds=1),
    first_pause=timedelta(seconds=0.05),
    longest_pause=timedelta(seconds=0.2),
)
PATIENCE = Patience(connect_seconds_max=0.2, read_seconds_max=0.3, total_seconds_max=0.4)

Passed = Callable[[str], None]


@dataclass
class DyingGateway:
    """The way to the billers, with moments to die at before and after each request."""

    real: BillersGateway
    passed: Passed

    async def billers(self) -> list[Biller]:
        return await self.real.billers()

    async def bills(self, biller: str, number: str) -> Found:
        self.passed("asking")
        found = await self.real.bills(biller, number)
        self.passed("asked")
        return found

    async def tell(self, payment_id: UUID, *, reference: str, amount: Money) -> Answer:
        self.passed("telling")
        answer = await self.real.tell(payment_id, reference=reference, amount=amount)
        self.passed("told")
        return answer

    async def inquire(self, payment_id: UUID, *, reference: str, amount: Money) -> Answer:
        self.passed("inquiring")
        answer = await self.real.inquire(payment_id, reference=reference, amount=amount)
        self.passed("inquired")
        return answer


async def pay(url: str, billers: str, passed: Passed) -> None:
    """Do what the worker does until every mandate was looked at and every bill confirmed."""
    crypto.use(crypto.Given.of_text(FIELD_KEY, path="tests"))
    database = Database.connect(url, role=APP_ROLE, pool_size=4)
    await crypto.start(database, at=now())
    identity.configure(identity.Configuration(relying_party=RELYING_PARTY))
    real = BillersGateway(base_url=billers, secret=SECRET_DEFAULT, clock=now, patience=PATIENCE)
    service.configure(service.Configuration(gateway=DyingGateway(real, passed), timing=TIMING))
    listen(passed)
    while True:
        looked = await service.pay_mandates(database, clock=now)
        await service.drive(database, clock=now)
        async with database.read() as tx:
            open_ = await tx.scalar(
                select(func.count())
                .select_from(BillPaymentRow)
                .where(BillPaymentRow.state != "confirmed")
            )
        if not looked and not open_:
            break
        await asyncio.sleep(0.05)
    await database.close()


def listen(passed: Passed) -> None:
    """Have each statement and commit be a moment."""

    def statement(*_facts: Any) -> None:
        passed("statement")

    def commit(_connection: Any) -> None:
        passed("commit")

    event.listen(Engine, "before_cursor_execute", statement)
    event.listen(Engine, "commit", commit)


def attempt(url: str, billers: str, kind: str, number: int, told: int) -> None:
    """Pay, and die at the moment of a kind with this number, having said so."""
    left = number

    def passed(moment: str) -> None:
        nonlocal left
        left -= moment == kind
        if left == 0:
            os.write(told, moment.encode())
            os.kill(os.getpid(), signal.SIGKILL)

    asyncio.run(pay(url, billers, passed))


def deaths(dice: Random) -> Iterator[tuple[str, int]]:
    """Return at what it dies each time, without end."""
    for _ in range(ROUNDS):
        for kind, latest in KINDS.items():
            yield kind, dice.randint(1, latest)
    for times in count(1):
        yield "statement", dice.randint(1, MORE_EACH_TIME * times)


def main(url: str, billers: str, seed: int) -> None:
    """Attempt until one lives."""
    moments: list[str] = []
    for kind, number in deaths(Random(seed)):
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read)
            attempt(url, billers, kind, number, write)
            os._exit(0)
        os.close(write)
        with os.fdopen(read, "rb") as said:
            moment = said.read().decode()
        _, status = os.waitpid(child, 0)
        if os.waitstatus_to_exitcode(status) == 0:
            break
        assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL, moment
        moments.append(moment)
    sys.stdout.write(json.dumps(moments))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
