"""What every plug-in of a payment channel keeps, whatever its protocol.

A plug-in's own tests derive from `ChannelContract` and give a `stage`: the gateway before a channel
that misbehaves on demand, as the sandbox's do.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from secrets import token_bytes
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from tests.support.channels import MERCHANT, SECRET, Channels, bank_key, channels, rsa_key, until
from tests.support.receiver import Receiver, answer
from tongbao.core.channels import service as channel_service
from tongbao.core.channels.service import (
    Answer,
    Connection,
    Counterparty,
    CounterpartyKind,
    Gateway,
    Instruction,
    NextAction,
    Operation,
    Outcome,
    Statement,
    StatementMissing,
    plugins,
)
from tongbao.kernel.clock import business_date, now
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money

PATHS = {
    "card": "/channels/card",
    "wallet-a": "/channels/wallet-a",
    "wallet-b": "/channels/wallet-b",
    "bank": "/channels/bank",
}
NOT_SENT_TWICE = 1
FAR_OFF_SECONDS = 60.0


def pem(key: Any) -> bytes:
    encoded: bytes = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return encoded


def public_pem(key: Any) -> bytes:
    encoded: bytes = key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return encoded


def card_number(seed: int) -> str:
    """A number of the network with a right last digit."""
    body = f"62{seed % 10**13:013d}"
    digits = [int(each) for each in reversed(body)]
    total = sum(digits[1::2]) + sum(sum(divmod(2 * each, 10)) for each in digits[::2])
    return body + str(-total % 10)


def connection_to(url: str, made: Channels, name: str, **other: Any) -> Connection:
    key = bank_key() if name == "bank" else rsa_key()
    return Connection(
        **{
            "channel": name,
            "base_url": f"{url}{PATHS[name]}",
            "merchant_id": MERCHANT,
            "secret": SECRET,
            "key": pem(key),
            "channel_key": public_pem(made.keys[name]) if name in made.keys else b"",
            **other,
        }
    )


@dataclass
class Stage:
    """A gateway, the sandbox's channel behind it, and whoever it calls back."""

    name: str
    url: str
    sandbox: Channels
    receiver: Receiver
    shift: timedelta = timedelta()
    made: list[Instruction] = field(default_factory=list)

    def gateway(self, **other: Any) -> Gateway:
        connection = connection_to(
            self.url, self.sandbox, self.name, callback_url=self.receiver.url, **other
        )
        return plugins()[self.name].connect(connection, clock=self.clock)

    def clock(self) -> datetime:
        return now() + self.shift

    async def fault(self, **fault: Any) -> None:
        await self.sandbox.faults(self.name, *([fault] if fault else []))

    async def seen(self, instruction: Instruction) -> list[dict[str, Any]]:
        """What the channel knows of an instruction."""
        truth = await self.sandbox.truth(self.name)
        return [each for each in truth["payments"] if each["reference"] == instruction.reference]

    async def pays(self, instruction: Instruction) -> None:
        """Let the customer pay a trade that waits; others do not wait."""
        path = f"/sandbox/channels/{self.name}/trades/{instruction.reference}/payment"
        (await self.sandbox.client.post(path)).raise_for_status()

    def pay_out(self, minor: int = 12_34) -> Instruction:
        kind, number = {
            "card": (CounterpartyKind.CARD, card_number(new_id().int)),
            "bank": (CounterpartyKind.BANK_ACCOUNT, f"6222{new_id().int % 10**12:012d}"),
        }.get(self.name, (CounterpartyKind.WALLET, f"user-{new_id().hex[-12:]}"))
        return self.instruction(Operation.PAY_OUT, minor, Counterparty(kind, number, "林晓"))

    def collect(self, minor: int = 12_34) -> Instruction:
        party = None
        if self.name == "card":
            party = Counterparty(CounterpartyKind.CARD, card_number(new_id().int), "林晓")
        return self.instruction(Operation.COLLECT, minor, party)

    def refund(self, original: Instruction, minor: int) -> Instruction:
        made = self.instruction(Operation.REFUND, minor, None)
        return replace(made, original_reference=original.reference)

    def instruction(
        self, operation: Operation, minor: int, party: Counterparty | None
    ) -> Instruction:
        return Instruction(
            reference=new_id().hex,
            operation=operation,
            amount=Money(minor, "CNY"),
            at=self.clock(),
            counterparty=party,
            remittance="货款",
            end_to_end_id=f"E-{new_id().hex[-20:]}",
            uetr=UUID(bytes=token_bytes(16), version=4),
            debtor=Counterparty(CounterpartyKind.BANK_ACCOUNT, "9900010000000000018", "云帆"),
        )


@asynccontextmanager
async def on_stage(name: str, url: str, receiver: Receiver) -> AsyncIterator[Stage]:
    if name == "wallet-a":
        receiver.otherwise = answer(200, b"success")
    async with channels(url, receiver.url) as sandbox:
        await sandbox.faults(name)
        yield Stage(name, url, sandbox, receiver)
        await sandbox.faults(name)


def outcome_of(answered: Answer) -> tuple[Outcome, str | None]:
    return answered.outcome, None if answered.reason is None else answered.reason.code


class ChannelContract:
    """The tests; `stage` is the plug-in's."""

    async def test_money_paid_out_arrives_once_and_is_known_by_our_reference(
        self, stage: Stage
    ) -> None:
        gateway, paid = stage.gateway(), stage.pay_out()
        first = await gateway.submit(paid)
        assert first.outcome in {Outcome.DONE, Outcome.PENDING}
        again = await gateway.submit(paid)
        assert again.outcome in {Outcome.DONE, Outcome.PENDING}
        asked = await gateway.inquire(paid)
        assert asked.outcome is Outcome.DONE
        assert asked.amount == paid.amount
        assert asked.channel_reference == first.channel_reference
        assert asked.settled_at is not None
        assert business_date(asked.settled_at) == business_date(stage.clock())
        (seen,) = await stage.seen(paid)
        assert (seen["amount_minor"], seen["status"]) == (12_34, "settled")

    @pytest.mark.parametrize("kind", ["drop_after", "error_after"])
    async def test_an_answer_lost_after_execution_is_unknown_until_inquired(
        self, stage: Stage, kind: str
    ) -> None:
        gateway, paid = stage.gateway(), stage.pay_out()
        await stage.fault(kind=kind, times=1)
        sent = await gateway.submit(paid)
        assert outcome_of(sent) == (Outcome.UNKNOWN, "broken_answer")
        assert sent.reason is not None
        assert sent.reason.action is NextAction.INQUIRE
        assert (await gateway.inquire(paid)).outcome is Outcome.DONE
        assert len(await stage.seen(paid)) == NOT_SENT_TWICE

    @pytest.mark.parametrize("kind", ["drop_before", "error_before"])
    async def test_what_never_arrived_is_not_done_once_nothing_can_be_on_its_way(
        self, stage: Stage, kind: str
    ) -> None:
        gateway, paid = stage.gateway(), stage.pay_out()
        await stage.fault(kind=kind, times=1)
        assert (await gateway.submit(paid)).outcome is Outcome.UNKNOWN
        soon = await gateway.inquire(paid)
        assert outcome_of(soon) == (Outcome.UNKNOWN, "timed_out")
        stage.shift = timedelta(seconds=61)
        late = await gateway.inquire(paid)
        assert outcome_of(late) == (Outcome.NOT_DONE, "never_received")
        assert late.reason is not None
        assert late.reason.action is NextAction.OTHER_CHANNEL
        assert await stage.seen(paid) == []

    async def test_a_slow_answer_is_unknown(self, stage: Stage) -> None:
        paid = stage.pay_out()
        await stage.fault(kind="slow_loris", times=1, seconds=FAR_OFF_SECONDS)
        hurried = stage.gateway(total_seconds_max=0.5)
        assert outcome_of(await hurried.submit(paid)) == (Outcome.UNKNOWN, "timed_out")
        assert (await stage.gateway().inquire(paid)).outcome is Outcome.DONE

    async def test_a_request_still_on_its_way_is_not_taken_for_undone(self, stage: Stage) -> None:
        paid = stage.pay_out()
        await stage.fault(kind="delay", times=1, seconds=FAR_OFF_SECONDS)
        hurried = stage.gateway(total_seconds_max=0.5)
        assert outcome_of(await hurried.submit(paid)) == (Outcome.UNKNOWN, "timed_out")
        assert outcome_of(await stage.gateway().inquire(paid)) == (Outcome.UNKNOWN, "timed_out")

    async def test_without_a_connection_nothing_was_sent(self, stage: Stage) -> None:
        nowhere = stage.gateway(base_url="http://127.0.0.1:1/none")
        paid = stage.pay_out()
        sent = await nowhere.submit(paid)
        assert outcome_of(sent) == (Outcome.NOT_DONE, "unreachable")
        assert sent.reason is not None
        assert sent.reason.blames_channel
        assert sent.reason.action is NextAction.OTHER_CHANNEL
        assert outcome_of(await nowhere.inquire(paid)) == (Outcome.UNKNOWN, "unreachable")
        with pytest.raises(StatementMissing):
            await nowhere.statement(date(2026, 1, 1))

    async def test_a_refusal_is_certain_and_has_a_reason(self, stage: Stage) -> None:
        gateway, paid = stage.gateway(), stage.pay_out()
        await stage.fault(kind="reject", times=1, reason="name_mismatch")
        sent = await gateway.submit(paid)
        assert sent.outcome in {Outcome.NOT_DONE, Outcome.PENDING}
        asked = await gateway.inquire(paid)
        assert outcome_of(asked) == (Outcome.NOT_DONE, "name_mismatch")
        assert asked.reason is not None
        assert asked.reason.iso_code == "BE01"
        assert not asked.reason.blames_channel

    async def test_what_takes_time_is_pending_until_it_is_done(self, stage: Stage) -> None:
        gateway, paid = stage.gateway(), stage.pay_out()
        await stage.fault(kind="stall", times=1, inquiries=2)
        assert (await gateway.submit(paid)).outcome is Outcome.PENDING
        assert (await gateway.inquire(paid)).outcome is Outcome.PENDING
        assert (await gateway.inquire(paid)).outcome is Outcome.DONE

    async def test_a_reference_used_for_something_else_is_for_a_person(self, stage: Stage) -> None:
        gateway, paid = stage.gateway(), stage.pay_out()
        await gateway.submit(paid)
        other = replace(paid, amount=Money(99_99, "CNY"))
        sent = await gateway.submit(other)
        assert outcome_of(sent) == (Outcome.UNKNOWN, "reference_reused")
        assert sent.reason is not None
        assert sent.reason.action is NextAction.PERSON
        channel_service.configure(
            channel_service.Configuration(gateways={stage.name: gateway}, clock=stage.clock)
        )
        asked = await channel_service.inquire(stage.name, other)
        assert outcome_of(asked) == (Outcome.UNKNOWN, "amount_differs")

    async def test_an_answer_that_the_channel_did_not_sign_is_not_believed(
        self, stage: Stage
    ) -> None:
        paid = stage.pay_out()
        await stage.gateway().submit(paid)
        stranger = Ed25519PrivateKey.generate() if stage.name == "bank" else _other_rsa()
        deceived = stage.gateway(channel_key=public_pem(stranger.public_key()), secret="other")
        asked = await deceived.inquire(paid)
        assert asked.outcome is Outcome.UNKNOWN

    async def test_a_days_file_has_every_payment_and_what_the_channel_owes(
        self, stage: Stage
    ) -> None:
        gateway, paid = stage.gateway(), stage.pay_out(77_01)
        await gateway.submit(paid)
        day = business_date((await gateway.inquire(paid)).settled_at or stage.clock())
        statement = await gateway.statement(day)
        (line,) = [each for each in statement.lines if each.reference == paid.reference]
        assert (line.operation, line.amount) == (Operation.PAY_OUT, paid.amount)
        assert business_date(line.at) == day
        truth = await stage.sandbox.truth(stage.name)
        settled = [each for each in truth["payments"] if each["status"] == "settled"]
        assert statement.net.minor == truth["owed_minor"]
        assert len(statement.lines) == len(settled)
        assert (await gateway.statement(date(2020, 1, 1))).lines == ()

    @pytest.mark.parametrize(
        ("kind", "more"),
        [("missing_line", -1), ("extra_line", 1), ("doubled_line", 1), ("changed_line", 0)],
    )
    async def test_a_wrong_file_with_right_totals_is_read_as_it_is(
        self, stage: Stage, kind: str, more: int
    ) -> None:
        gateway, paid = stage.gateway(), stage.pay_out()
        await gateway.submit(paid)
        day = business_date((await gateway.inquire(paid)).settled_at or stage.clock())
        before = await gateway.statement(day)
        await stage.fault(kind=kind, times=1)
        after = await gateway.statement(day)
        assert len(after.lines) - len(before.lines) == more
        assert sorted(_facts(after)) != sorted(_facts(before))

    async def test_a_file_that_cannot_be_had_is_missing(self, stage: Stage) -> None:
        await stage.fault(kind="error_before", times=1)
        with pytest.raises(StatementMissing) as caught:
            await stage.gateway().statement(date(2026, 1, 1))
        assert caught.value.facts["cause"] == "HTTP 500"

    async def test_money_collected_is_refunded_at_most_whole(self, stage: Stage) -> None:
        gateway = stage.gateway()
        if Operation.COLLECT not in gateway.features.kinds:
            assert not gateway.features.partial_refunds
            return
        collected = stage.collect(100_00)
        sent = await gateway.submit(collected)
        if gateway.features.shows_redirect:
            assert sent.outcome is Outcome.PENDING
            assert sent.redirect
            assert (await gateway.inquire(collected)).outcome is Outcome.PENDING
            await stage.pays(collected)
        assert (await gateway.inquire(collected)).outcome is Outcome.DONE
        part, rest = stage.refund(collected, 60_00), stage.refund(collected, 60_00)
        assert (await gateway.submit(part)).outcome is Outcome.DONE
        assert outcome_of(await gateway.submit(rest)) == (Outcome.NOT_DONE, "refund_too_large")
        nothing = stage.refund(stage.collect(), 1)
        assert outcome_of(await gateway.submit(nothing)) == (Outcome.NOT_DONE, "unknown_original")

    async def test_what_nobody_shall_pay_any_more_is_closed_for_certain(self, stage: Stage) -> None:
        gateway = stage.gateway()
        if not gateway.features.shows_redirect:
            return
        waiting, paid, never = (stage.collect(5_00) for _ in range(3))
        for each in (waiting, paid):
            await gateway.submit(each)
        await stage.fault(kind="drop_before", times=1)
        assert (await gateway.close(waiting)).outcome is Outcome.PENDING, "it was not told"
        await stage.fault(kind="drop_after", times=1)
        assert outcome_of(await gateway.close(waiting)) == (Outcome.NOT_DONE, "not_paid")
        assert outcome_of(await gateway.close(waiting)) == (Outcome.NOT_DONE, "not_paid")
        await stage.pays(waiting)
        assert outcome_of(await gateway.inquire(waiting)) == (Outcome.NOT_DONE, "not_paid")
        await stage.pays(paid)
        assert (await gateway.close(paid)).outcome is Outcome.DONE, "somebody was faster"
        assert outcome_of(await gateway.close(never)) == (Outcome.UNKNOWN, "timed_out")

    async def test_a_message_is_believed_only_if_it_is_the_channels(self, stage: Stage) -> None:
        gateway = stage.gateway()
        if not gateway.features.calls_back:
            with pytest.raises(channel_service.CallbackRefused):
                gateway.read_callback({}, b"", at=stage.clock())
            return
        await stage.fault(kind="wrong_signature", times=1)
        paid = stage.pay_out()
        await gateway.submit(paid)
        # The sandbox sends the message that is not well signed first, then the right one.
        await until(lambda: len(stage.receiver.received) >= 2)
        wrong, right = stage.receiver.received[:2]
        with pytest.raises(channel_service.CallbackRefused):
            gateway.read_callback(wrong.headers, wrong.body, at=stage.clock())
        read = gateway.read_callback(right.headers, right.body, at=stage.clock())
        (notice,) = read.notices
        assert read.event_id
        assert (notice.reference, notice.outcome) == (paid.reference, Outcome.DONE)
        assert notice.amount == paid.amount
        for broken in (right.body[:-1], right.body + b" ", b"", right.body.replace(b"1", b"2")):
            with pytest.raises(channel_service.CallbackRefused):
                gateway.read_callback(right.headers, broken, at=stage.clock())


def _facts(statement: Statement) -> list[tuple[str, int]]:
    return [(line.reference, line.amount.minor) for line in statement.lines]


def _other_rsa() -> Any:
    return generate_private_key(65537, 2048)
