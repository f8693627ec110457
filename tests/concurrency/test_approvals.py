"""Signers, a maker who withdraws, the clock, all at once: it is executed once or never."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

import pytest
from sqlalchemy import text

from tests.support.approvals import AT, SECOND, Firm, new_firm, policy
from tests.support.makers import cny
from tongbao.core.approvals import service
from tongbao.core.approvals.domain.errors import AlreadyDecided, PolicyChanged, PolicyIsSet
from tongbao.core.approvals.service import Approval
from tongbao.infra.db import Database
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.money import Money

ROUNDS = 4
LATE = (AlreadyDecided, PolicyChanged, PolicyIsSet)


class Scene:
    """A firm and what its people do, each in a transaction of their own."""

    def __init__(self, database: Database, firm: Firm) -> None:
        self.database, self.firm = database, firm

    async def opened(self, *signers: str, amount: str = "20000.00") -> Approval:
        """Return an instruction that these have signed."""
        async with self.database.write() as tx:
            approval = await self.firm.opened(tx, amount)
            for name in signers:
                await self.firm.people[name].sign(tx, approval)
        return approval

    async def sign(self, approval: Approval, name: str) -> str:
        try:
            async with self.database.write() as tx:
                signed = await self.firm.people[name].sign(tx, approval)
        except LATE:
            return "late"
        return signed.state

    async def withdraw(self, approval: Approval) -> str:
        try:
            async with self.database.write() as tx:
                maker = self.firm.people["maker"].actor
                await service.withdraw(
                    tx, approval_id=approval.id, withdrawn_by=maker, at=AT + SECOND
                )
        except LATE:
            return "late"
        return "withdrawn"

    async def refuse(self, approval: Approval) -> str:
        try:
            async with self.database.write() as tx:
                await service.refuse(
                    tx,
                    approval_id=approval.id,
                    refused_by=self.firm.people["third"].actor,
                    reason="不同意",
                    at=AT + SECOND,
                )
        except LATE:
            return "late"
        return "refused"

    async def expire(self, approval: Approval) -> str:
        """The clock of the worker that expires is ahead of the signers'."""
        async with self.database.write() as tx:
            await service.expire(tx, at=approval.expires_at)
        return "expired" if await self.state(approval) == "expired" else "late"

    async def state(self, approval: Approval) -> str:
        async with self.database.read() as tx:
            reader = self.firm.people["maker"].actor
            return (await service.get(tx, approval.id, reader=reader)).state

    async def balance(self) -> Money:
        async with self.database.read() as tx:
            return await self.firm.balance(tx)

    @asynccontextmanager
    async def held(self, approval: Approval) -> AsyncIterator[None]:
        """Hold the instruction's row, so that all who come meanwhile wait for it together."""
        async with self.database.write() as tx:
            await tx.execute(
                text("SELECT 1 FROM approvals_approval WHERE id = :id FOR UPDATE"),
                {"id": approval.id},
            )
            yield

    async def waiting(self, count: int) -> None:
        """Return once so many wait for a lock on a row."""
        query = text(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        async with asyncio.timeout(30):
            while True:
                async with self.database.read() as tx:
                    if await tx.scalar(query) == count:
                        return
                await asyncio.sleep(0.01)


@pytest.fixture
async def scene(database: Database) -> Scene:
    async with database.write() as tx:
        firm = await new_firm(tx)
    return Scene(database, firm)


async def together(
    scene: Scene, approval: Approval, rivals: list[Callable[[], Awaitable[str]]]
) -> list[str]:
    """Have all rivals wait for the row, one after the other, then let them go."""
    tasks = []
    async with scene.held(approval):
        for number, rival in enumerate(rivals, start=1):
            tasks.append(asyncio.ensure_future(rival()))
            await scene.waiting(number)
    return list(await asyncio.gather(*tasks))


async def test_of_two_last_signers_at_once_one_executes(scene: Scene) -> None:
    approval = await scene.opened("first")
    outcomes = await together(
        scene,
        approval,
        [lambda: scene.sign(approval, "second"), lambda: scene.sign(approval, "third")],
    )
    assert Counter(outcomes) == {"executed": 1, "late": 1}
    assert await scene.balance() == cny("80000.00")


async def test_the_first_and_the_last_signer_at_once_execute_once(scene: Scene) -> None:
    approval = await scene.opened()
    outcomes = await together(
        scene,
        approval,
        [partial(scene.sign, approval, name) for name in ("first", "second", "third")],
    )
    assert Counter(outcomes) == {"open": 1, "executed": 1, "late": 1}
    assert await scene.balance() == cny("80000.00")


@pytest.mark.parametrize("first", ["sign", "withdraw", "refuse"])
async def test_signing_withdrawing_and_refusing_at_once_end_in_one_of_them(
    scene: Scene, first: str
) -> None:
    approval = await scene.opened("first")
    rivals: dict[str, Callable[[], Awaitable[str]]] = {
        "sign": lambda: scene.sign(approval, "second"),
        "withdraw": lambda: scene.withdraw(approval),
        "refuse": lambda: scene.refuse(approval),
    }
    order = [rivals.pop(first), *rivals.values()]
    outcomes = await together(scene, approval, order)
    expected = {"sign": "executed", "withdraw": "withdrawn", "refuse": "refused"}[first]
    assert outcomes == [expected, "late", "late"]  # whoever waits longest is first
    assert await scene.state(approval) == expected
    paid = cny("20000.00") if first == "sign" else cny("0.00")
    assert await scene.balance() == cny("100000.00") - paid


async def test_signing_and_expiring_at_once_end_in_one_of_them(scene: Scene) -> None:
    spent = cny("0.00")
    for turn in range(ROUNDS):
        approval = await scene.opened("first", amount="2000.00")
        rivals: list[Callable[[], Awaitable[str]]] = [
            lambda approval=approval: scene.sign(approval, "second"),  # type: ignore[misc]
            lambda approval=approval: scene.expire(approval),  # type: ignore[misc]
        ]
        rivals = rivals[turn % 2 :] + rivals[: turn % 2]
        outcomes = await asyncio.gather(*(rival() for rival in rivals))
        ended = [outcome for outcome in outcomes if outcome != "late"]
        assert len(ended) == 1, outcomes
        assert await scene.state(approval) == ended[0]
        if ended == ["executed"]:
            spent += cny("2000.00")
        assert await scene.balance() == cny("100000.00") - spent


async def test_an_instruction_being_signed_is_passed_over_by_the_clock(scene: Scene) -> None:
    approval = await scene.opened("first")
    async with scene.held(approval):
        assert await scene.expire(approval) == "late"
    assert await scene.sign(approval, "second") == "executed"
    assert await scene.expire(approval) == "late"


async def test_of_two_changes_of_a_policy_at_once_one_takes_effect(scene: Scene) -> None:
    async def change(required: int) -> Approval:
        wanted = service.ChangedPolicy(
            party_id=scene.firm.party_id,
            policy=policy({"required": required, "roles": ["checker"]}),
        )
        async with scene.database.write() as tx:
            maker = scene.firm.people["administrator"].actor
            opened = await service.open_change(tx, change=wanted, maker=maker, at=AT)
            await scene.firm.people["first"].sign(tx, opened)
        return opened

    one, two = await change(1), await change(3)
    outcomes = await asyncio.gather(scene.sign(one, "second"), scene.sign(two, "third"))
    assert Counter(outcomes) == {"executed": 1, "late": 1}
    async with scene.database.read() as tx:
        reader = scene.firm.people["maker"].actor
        versions = await service.versions(tx, party_id=scene.firm.party_id, reader=reader)
    assert [each.version for each in versions] == [2, 1]


async def test_two_payments_signed_at_once_spend_the_money_once(scene: Scene) -> None:
    approvals = [await scene.opened("first", amount="60000.00") for _ in range(2)]

    async def sign(approval: Approval) -> str:
        try:
            return await scene.sign(approval, "second")
        except TongbaoError as refused:
            return refused.code

    outcomes = await asyncio.gather(*map(sign, approvals))
    assert Counter(outcomes) == {"executed": 1, "ledger.insufficient_funds": 1}
    assert sorted([await scene.state(each) for each in approvals]) == ["executed", "open"]
    assert await scene.balance() == cny("40000.00")
