"""Each gateway against the sandbox's channel over real HTTP, with everything that goes wrong."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.support.channel_contract import (
    ChannelContract,
    Stage,
    card_number,
    on_stage,
    outcome_of,
)
from tests.support.channels import until
from tests.support.receiver import Receiver, receiving
from tongbao.core.channels import service as channels
from tongbao.core.channels.service import (
    CallbackRefused,
    Counterparty,
    CounterpartyKind,
    Instruction,
    NoticeKind,
    Operation,
    Outcome,
)
from tongbao.infra.db import WriteSession
from tongbao.kernel.clock import business_date
from tongbao.kernel.ids import new_id
from tongbao_sandbox import firms
from tongbao_sandbox.main import create_app
from tongbao_sandbox.server import running


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running(create_app(book=firms.load(count=3))) as address:
        yield address


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as made:
        yield made


class _OfOne(ChannelContract):
    name = ""

    @pytest.fixture
    async def stage(self, url: str, receiver: Receiver) -> AsyncIterator[Stage]:
        async with on_stage(self.name, url, receiver) as made:
            yield made

    async def test_a_message_is_stored_once_and_read_again_with_its_signature(
        self, stage: Stage, tx: WriteSession
    ) -> None:
        gateway = stage.gateway()
        if not gateway.features.calls_back:
            return
        channels.configure(channels.Configuration(gateways={self.name: gateway}, clock=stage.clock))
        await stage.fault(kind="stale_callback", times=1)
        paid = stage.pay_out()
        await gateway.submit(paid)
        await until(lambda: len(stage.receiver.received) >= 2)
        for told in [*stage.receiver.received[:2]] * 2:  # each of them twice
            await channels.receive(
                tx, self.name, headers=told.headers, body=told.body, at=stage.clock()
            )
        events = await tx.fetch(
            "SELECT payload ->> 'callback_id' FROM infra_outbox WHERE subject = %s ORDER BY seq",
            (paid.reference,),
        )
        outcomes = [
            (await channels.notices(tx, UUID(callback_id)))[0].outcome for (callback_id,) in events
        ]
        # The end, then what is out of date: a hint, whose truth the channel is asked for.
        assert outcomes == [Outcome.DONE, Outcome.PENDING]
        assert (await channels.inquire(self.name, paid)).outcome is Outcome.DONE


class TestCard(_OfOne):
    name = "card"

    async def test_a_card_is_verified_by_its_holders_name(self, stage: Stage) -> None:
        number = card_number(new_id().int)
        path = f"/sandbox/channels/card/customers/{number}"
        await stage.sandbox.client.put(path, json={"name": "林晓"})
        gateway = stage.gateway()

        def verify(name: str, number: str = number) -> Any:
            party = Counterparty(CounterpartyKind.CARD, number, name)
            return gateway.submit(stage.instruction(Operation.VERIFY_CARD, 0, party))

        assert (await verify("林晓")).outcome is Outcome.DONE
        assert outcome_of(await verify("林大")) == (Outcome.NOT_DONE, "name_mismatch")
        wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
        assert outcome_of(await verify("林晓", wrong)) == (Outcome.NOT_DONE, "unknown_account")

    async def test_a_code_of_a_failing_network_leaves_it_open(self, stage: Stage) -> None:
        gateway, paid = stage.gateway(), stage.pay_out()
        await stage.fault(kind="reject", times=1, reason="a_code_nobody_knows")
        assert outcome_of(await gateway.submit(paid)) == (Outcome.UNKNOWN, "other")


class _OfAWallet(_OfOne):
    async def test_a_code_that_a_customer_shows_is_good_once(self, stage: Stage) -> None:
        path = f"/sandbox/channels/{self.name}/codes"
        shown = (await stage.sandbox.client.post(path, params={"customer": "user-till"})).json()
        party = Counterparty(CounterpartyKind.WALLET, shown["auth_code"], "")
        gateway = stage.gateway()
        first = stage.instruction(Operation.COLLECT, 8_00, party)
        assert (await gateway.submit(first)).outcome is Outcome.DONE
        second = stage.instruction(Operation.COLLECT, 8_00, party)
        assert outcome_of(await gateway.submit(second)) == (Outcome.NOT_DONE, "code_expired")

    async def test_who_was_sent_there_pays_or_refuses_on_its_page(self, stage: Stage) -> None:
        gateway, client = stage.gateway(), stage.sandbox.client
        ends = {"agree": (Outcome.DONE, None), "refuse": (Outcome.NOT_DONE, "payer_declined")}
        address = ""
        for decision, end in ends.items():
            asked = stage.collect(12_34)
            address = (await gateway.submit(asked)).redirect or ""
            assert "¥12.34" in (await client.get(address)).text
            told = await client.post(address, data={"decision": decision}, follow_redirects=True)
            assert "<button" not in told.text
            await client.post(address, data={"decision": "agree"})  # it is over
            assert outcome_of(await gateway.inquire(asked)) == end
        await until(lambda: len(stage.receiver.received) == len(ends))
        assert (await client.get(address + "0")).status_code == 404

    async def test_an_old_message_is_refused(self, stage: Stage) -> None:
        gateway = stage.gateway()
        await gateway.submit(stage.pay_out())
        await until(lambda: len(stage.receiver.received) == 1)
        told = stage.receiver.received[0]
        assert gateway.read_callback(told.headers, told.body, at=stage.clock()).notices
        for moved in (timedelta(seconds=-330), timedelta(seconds=330)):
            with pytest.raises(CallbackRefused):
                gateway.read_callback(told.headers, told.body, at=stage.clock() + moved)

    async def test_a_message_of_another_amount_says_so(self, stage: Stage) -> None:
        gateway, paid = stage.gateway(), stage.pay_out(5_00)
        await stage.fault(kind="wrong_amount", times=1)
        await gateway.submit(paid)
        await until(lambda: len(stage.receiver.received) >= 2)
        amounts = [
            gateway.read_callback(each.headers, each.body, at=stage.clock()).notices[0].amount.minor
            for each in stage.receiver.received[:2]
        ]
        assert amounts == [5_01, 5_00]
        assert (await gateway.inquire(paid)).amount == paid.amount


class TestWalletA(_OfAWallet):
    name = "wallet-a"


class TestWalletB(_OfAWallet):
    name = "wallet-b"


class TestBank(_OfOne):
    name = "bank"

    async def test_money_that_comes_in_is_told_and_can_be_asked_for(self, stage: Stage) -> None:
        body = {"account": "9900010000000000018", "name": "云帆", "amount_minor": 250_00,
                "debtor_name": "林晓", "remittance": "货款"}  # fmt: skip
        told = await stage.sandbox.client.post("/sandbox/channels/bank/incoming", json=body)
        reference = told.json()["transaction_id"]
        await until(lambda: len(stage.receiver.received) == 1)
        message = stage.receiver.received[0]
        gateway = stage.gateway()
        (notice,) = gateway.read_callback(message.headers, message.body, at=stage.clock()).notices
        assert (notice.kind, notice.reference) == (NoticeKind.INCOMING, reference)
        assert notice.creditor is not None
        assert notice.debtor is not None
        assert notice.creditor.account_number == "9900010000000000018"
        assert (notice.debtor.name, notice.remittance) == ("林晓", "货款")
        asked = stage.instruction(Operation.COLLECT, 250_00, None)
        answered = await gateway.inquire(replace(asked, reference=notice.reference))
        assert (answered.outcome, answered.amount) == (Outcome.DONE, notice.amount)
        lines = (await gateway.statement(answered.settled_at.date())).lines  # type: ignore[union-attr]
        (line,) = [each for each in lines if each.reference == reference]
        assert (line.operation, line.owed.minor) == (Operation.COLLECT, 250_00)

    async def test_whose_an_account_is_is_told_or_said_to_be_unknown(self, stage: Stage) -> None:
        number, gateway = f"6222{new_id().int % 10**12:012d}", stage.gateway()
        path = f"/sandbox/channels/bank/customers/{number}"
        await stage.sandbox.client.put(path, json={"name": "林晓"})

        def ask(name: str, number: str = number) -> Any:
            party = Counterparty(CounterpartyKind.BANK_ACCOUNT, number, name, "102100099996")
            return gateway.submit(stage.instruction(Operation.VERIFY_ACCOUNT, 0, party))

        assert (await ask("林晓")).outcome is Outcome.DONE
        assert outcome_of(await ask("<林大>")) == (Outcome.NOT_DONE, "name_mismatch")
        assert outcome_of(await ask("林晓", "6222")) == (Outcome.UNKNOWN, "not_offered")
        await stage.fault(kind="drop_after", times=1)
        assert outcome_of(await ask("林晓")) == (Outcome.UNKNOWN, "broken_answer")

    async def test_money_asked_back_is_refused_or_comes_once(self, stage: Stage) -> None:
        gateway, paid = stage.gateway(), stage.pay_out(31_00)
        await gateway.submit(paid)

        def asking(of: str = paid.reference) -> Instruction:
            made = stage.instruction(Operation.RECALL, 31_00, None)
            return replace(made, original_reference=of, original_at=paid.at, reason="DUPL")

        assert outcome_of(await gateway.submit(asking("unheard"))) == (
            Outcome.NOT_DONE, "unknown_original",
        )  # fmt: skip
        await stage.fault(kind="reject", times=1, reason="unwilling")
        assert outcome_of(await gateway.submit(asking())) == (Outcome.NOT_DONE, "payee_declined")
        await stage.fault(kind="stall", times=1, inquiries=2)
        slow = asking()
        assert (await gateway.submit(slow)).outcome is Outcome.PENDING
        assert (await gateway.submit(slow)).outcome is Outcome.PENDING  # the same again
        assert (await gateway.inquire(slow)).outcome is Outcome.PENDING
        assert (await gateway.inquire(slow)).outcome is Outcome.DONE
        await until(lambda: len(stage.receiver.received) == 3)
        told = [
            gateway.read_callback(each.headers, each.body, at=stage.clock()).notices[0]
            for each in stage.receiver.received[1:]
        ]
        kinds = {each.kind: each for each in told}
        assert kinds[NoticeKind.OUTCOME].reference == slow.reference
        assert kinds[NoticeKind.RETURN].original_reference == paid.reference
        assert kinds[NoticeKind.RETURN].iso_code == "FOCR"
        assert outcome_of(await gateway.submit(asking())) == (Outcome.NOT_DONE, "already_returned")
        truth = (await stage.sandbox.truth("bank"))["payments"]
        assert len([each for each in truth if each["original"] == paid.reference]) == 1
        # Whoever missed the message asks, or reads the day's file.
        sent_back = (await gateway.inquire(slow)).sent_back
        assert sent_back is not None
        assert (sent_back.reference, sent_back.amount) == (
            kinds[NoticeKind.RETURN].reference, paid.amount,
        )  # fmt: skip
        brought = replace(
            stage.instruction(Operation.COLLECT, 31_00, None), reference=sent_back.reference
        )
        assert (await gateway.inquire(brought)).outcome is Outcome.DONE
        settled_at = (await gateway.inquire(paid)).settled_at
        assert settled_at is not None
        lines = (await gateway.statement(business_date(settled_at))).lines
        came_of = {each.reference: each.original_reference for each in lines}
        assert (came_of[paid.reference], came_of[sent_back.reference]) == (None, paid.reference)

    async def test_an_asking_whose_answer_is_lost_is_asked_about(self, stage: Stage) -> None:
        gateway, paid = stage.gateway(), stage.pay_out(31_00)
        await gateway.submit(paid)
        made = stage.instruction(Operation.RECALL, 31_00, None)
        asked = replace(made, original_reference=paid.reference, reason="CUST")
        await stage.fault(kind="drop_before", times=1)
        assert (await gateway.submit(asked)).outcome is Outcome.UNKNOWN
        assert outcome_of(await gateway.inquire(asked)) == (Outcome.UNKNOWN, "timed_out")
        stage.shift = timedelta(seconds=61)
        assert outcome_of(await gateway.inquire(asked)) == (Outcome.NOT_DONE, "never_received")
        await stage.fault(kind="drop_after", times=1)
        assert (await gateway.submit(asked)).outcome is Outcome.UNKNOWN
        assert (await gateway.inquire(asked)).outcome is Outcome.DONE

    async def test_money_that_comes_back_is_told_with_what_it_was(self, stage: Stage) -> None:
        gateway, paid = stage.gateway(), stage.pay_out(31_00)
        await gateway.submit(paid)
        await until(lambda: len(stage.receiver.received) == 1)
        path = f"/sandbox/channels/bank/payments/{paid.reference}/return"
        (await stage.sandbox.client.post(path, json={"reason": "AC04"})).raise_for_status()
        await until(lambda: len(stage.receiver.received) == 2)
        message = stage.receiver.received[1]
        (notice,) = gateway.read_callback(message.headers, message.body, at=stage.clock()).notices
        assert (notice.kind, notice.original_reference) == (NoticeKind.RETURN, paid.reference)
        assert (notice.amount, notice.iso_code, notice.uetr) == (paid.amount, "AC04", paid.uetr)
        asked = stage.instruction(Operation.COLLECT, 31_00, None)
        answered = await gateway.inquire(replace(asked, reference=notice.reference))
        assert (answered.outcome, answered.amount) == (Outcome.DONE, paid.amount)
