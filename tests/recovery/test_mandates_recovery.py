"""The worker is killed with kill -9 at random moments while it pays bills by mandate.

The law: however often it is killed and started again, each bill is paid once, here and at its
biller, and the mandate goes on to its next day.
"""

import asyncio
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import httpx2
import pytest

from tests.recovery.mandates_worker import KINDS
from tests.support.bills import booked, cny, new_company
from tests.unit.core.conftest import AT, RELYING_PARTY
from tests.unit.core.identity.conftest import new_person
from tests.unit.core.payments.conftest import pay_in
from tongbao.core.accounts import service as accounts
from tongbao.core.identity import service as identity
from tongbao.core.identity.domain import Role, permissions
from tongbao.core.parties import service as parties
from tongbao.infra import crypto
from tongbao.infra.db import Database, WriteSession
from tongbao.infra.postgres import APP_ROLE, Urls
from tongbao.kernel.clock import business_date, now
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.products.bills import service
from tongbao.products.bills.domain import mandates as rules
from tongbao.products.bills.domain.billers import Biller
from tongbao.products.bills.domain.mandates import DueOutcome
from tongbao.products.bills.domain.payments import BillState
from tongbao.products.bills.gateways.billers import BillersGateway
from tongbao_sandbox import firms
from tongbao_sandbox.billers import SECRET_DEFAULT
from tongbao_sandbox.main import create_app
from tongbao_sandbox.server import running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

ROOT = Path(__file__).parents[2]
BILLER = "hz-power"
FUNDS = "5000.00"
MAXIMUM = "1000.00"
PAYERS = 6
SEED = 7


@pytest.fixture
def sandbox() -> Iterator[str]:
    with running(create_app(book=firms.load(count=3))) as address:
        yield address


async def new_mandate(tx: WriteSession, biller: Biller, number: str) -> service.Mandate:
    """Make a person with money who agrees to have the bills of a number paid."""
    person = await new_person(tx)
    (party_id,) = person.user.party_ids
    allowed = permissions([Role.CUSTOMER])
    person.actor = replace(person.actor, permissions=allowed, grants={party_id: allowed})
    await person.add_passkey(tx)
    await parties.set_level(
        tx, party_id=party_id, level=parties.Level.FULL, reason="测试", changed_by=None, at=AT
    )
    account = await accounts.open_account(tx, party_id=party_id, currency="CNY", at=AT)
    await pay_in(tx, account, cny(FUNDS))
    saved = await service.save(
        tx, party_id=party_id, biller=BILLER, number=number, nickname="家",
        saved_by=person.actor, at=now(),
    )  # fmt: skip
    action = rules.to_confirm(
        biller=biller.name.zh,
        customer_number=saved.shown,
        debtor_account_number=account.number,
        maximum=cny(MAXIMUM),
        day=None,
    )
    token = await person.confirmed(tx, action, at=now())
    return await service.make_mandate(
        tx, saved_id=saved.id, debtor_account_id=account.id, maximum=cny(MAXIMUM), month_day=None,
        made_by=person.actor, step_up_token=token, at=now(),
    )  # fmt: skip


async def test_killed_at_any_moment_each_bill_is_paid_once(
    fresh_database: Callable[..., Urls], sandbox: str
) -> None:
    identity.configure(identity.Configuration(relying_party=RELYING_PARTY))
    url, billers = fresh_database().app, f"{sandbox}/billers"
    database = Database.connect(url, role=APP_ROLE, pool_size=4)
    await crypto.start(database, at=now())
    gateway = BillersGateway(base_url=billers, secret=SECRET_DEFAULT, clock=now)
    listed = await gateway.billers()
    (biller,) = [each for each in listed if each.code == BILLER]
    numbers = [f"33010000{18 + n}" for n in range(PAYERS)]
    async with database.write() as tx:
        await service.take_over(tx, listed, at=now())
        company = await new_company(tx)
        await service.engage(
            tx, code=BILLER, account_number=company.number, engaged_by=new_id(), at=now()
        )
        mandates = [await new_mandate(tx, biller, number) for number in numbers]
    owed: dict[str, Money] = {}
    async with httpx2.AsyncClient(base_url=sandbox, trust_env=False) as http:
        for number in numbers:  # one more each, besides this month's
            new = {"customer_number": number, "period": "2025-07", "amount": "64.20"}
            path = f"/sandbox/billers/{BILLER}/bills"
            answer = await http.post(path, json={**new, "due_on": "2026-12-25"})
            answer.raise_for_status()
            found = await gateway.bills(BILLER, number)
            assert len(found.bills) == 2
            owed |= {bill.reference: bill.amount for bill in found.bills}
        moments = await paid_while_killed(url, billers)
        truth = (await http.get("/sandbox/billers/payments")).json()
    async with database.read() as tx:
        dues = [due for each in mandates for due in await service.due_bills(tx, each.id)]
        paid = [
            await service.get(tx, due.bill_payment_id, visible_to=None)
            for due in dues
            if due.bill_payment_id is not None
        ]
        stand = [await service.mandate(tx, each.id, visible_to=None) for each in mandates]
        left = [await booked(tx, await accounts.get(tx, each.debtor_account_id)) for each in stand]
        taken = await booked(tx, company)
    await database.close()
    assert Counter(each["bill_reference"] for each in truth) == Counter(owed.keys())
    assert {UUID(each["payment_id"]) for each in truth} == {each.id for each in paid}
    assert Counter(due.reference for due in dues) == Counter(owed.keys())
    assert {(due.outcome, due.attempts) for due in dues} == {(DueOutcome.PAID, 1)}
    assert {each.state for each in paid} == {BillState.CONFIRMED}
    assert all(each.next_look_on > business_date(AT) for each in stand if each.next_look_on)
    total = sum(owed.values(), Money.zero("CNY"))
    assert taken == total
    assert sum(left, total) == Money(cny(FUNDS).minor * PAYERS, "CNY")
    assert {*moments} == {*KINDS}, "it was killed everywhere"


async def paid_while_killed(url: str, billers: str) -> list[str]:
    """Have the worker pay everything; return at what moments it was killed."""
    worker = await asyncio.create_subprocess_exec(
        sys.executable,
        Path(__file__).with_name("mandates_worker.py"),
        url,
        billers,
        str(SEED),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}/src:{ROOT}"},
    )
    try:
        said, _ = await asyncio.wait_for(worker.communicate(), 300)
    finally:
        if worker.returncode is None:
            worker.kill()
    assert worker.returncode == 0
    moments: list[str] = json.loads(said.splitlines()[-1])
    return moments
