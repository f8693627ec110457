"""Names of accounts at other banks, asked of the sandbox's bank: told, not told, not guessed."""

from collections.abc import AsyncIterator, Iterator

import pytest
from sqlalchemy import select

from tests.support.channel_contract import Stage, on_stage
from tests.support.receiver import receiving
from tests.unit.core.payments.conftest import new_holder
from tongbao.core.channels import service as channels
from tongbao.core.payments import service
from tongbao.core.payments.domain.names import NameCheck
from tongbao.core.payments.domain.payees import NAME_CHECKS_MISSED_MAX, TooManyNameChecks
from tongbao.core.payments.models import NameChecksRow
from tongbao.infra.db import Database
from tongbao.kernel.ids import new_id
from tongbao_sandbox import firms
from tongbao_sandbox.main import create_app
from tongbao_sandbox.server import running

BANK = "102100099996"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running(create_app(book=firms.load(count=3))) as address:
        yield address


@pytest.fixture
async def stage(url: str) -> AsyncIterator[Stage]:
    async with receiving() as receiver, on_stage("bank", url, receiver) as made:
        gateways = {"bank": made.gateway()}
        channels.configure(channels.Configuration(gateways=gateways, clock=made.clock))
        yield made


async def test_the_bank_of_the_account_is_asked_and_nobody_guesses(
    database: Database, stage: Stage
) -> None:
    async with database.write() as tx:
        me = await new_holder(tx, "我")
    (party_id,) = me.actor.party_ids
    number = f"6222{new_id().int % 10**12:012d}"
    path = f"/sandbox/channels/bank/customers/{number}"
    (await stage.sandbox.client.put(path, json={"name": "北方钢铁"})).raise_for_status()

    async def ask(name: str, number: str = number) -> NameCheck:
        return await service.check_name_elsewhere(
            database,
            party_id=party_id,
            account_number=number,
            bank_code=BANK,
            name=name,
            actor=me.actor,
            at=stage.clock(),
        )

    async def counted() -> tuple[int, int]:
        rows = select(NameChecksRow.asked, NameChecksRow.missed)
        async with database.read() as tx:
            found = await tx.execute(rows.where(NameChecksRow.checker_id == me.actor.id))
            asked, missed = found.one()
        return asked, missed

    assert await ask("北方钢铁") is NameCheck.MATCH
    assert await ask("北方钢材") is NameCheck.NO_MATCH
    assert await ask("北方钢铁", "62220000") is NameCheck.NOT_CHECKED  # whose it is nobody told
    for kind in ("drop_after", "error_before"):
        await stage.fault(kind=kind, times=1)
        assert await ask("北方钢铁") is NameCheck.NOT_CHECKED
    assert await counted() == (5, 1)
    for guess in range(NAME_CHECKS_MISSED_MAX - 1):
        assert await ask(f"猜{guess}") is NameCheck.NO_MATCH
    with pytest.raises(TooManyNameChecks):
        await ask("北方钢铁")
    channels.configure(channels.Configuration(gateways={}, clock=stage.clock))
    assert await ask("北方钢铁") is NameCheck.NOT_CHECKED  # nobody to ask, so nothing is guessed
