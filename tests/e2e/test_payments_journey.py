"""Money into the house and out of it over HTTP, by the sandbox's channels, whatever they answer."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.e2e.test_collecting_journey import Person, cny, new_person
from tests.support.bank import Bank, done, problem
from tongbao.app import wiring
from tongbao.app.channels import join_sandbox
from tongbao.core.channels import service as channels
from tongbao.core.channels.service.configuration import current
from tongbao.core.payments import service as payments
from tongbao.infra.settings import Settings
from tongbao.kernel.clock import now
from tongbao.kernel.ids import new_id
from tongbao_sandbox.channels.card import is_card

BANK, THERE = "102100099996", "6222020200012345670"
NOBODY_LISTENS = 9


@dataclass
class Channels:
    """The sandbox's channels, and a worker who looks after orders when it is told to."""

    bank: Bank
    minutes: int = 0

    async def misbehave(self, channel: str, *faults: dict[str, Any]) -> None:
        address = f"{self.bank.outside.url}/sandbox/channels/{channel}/faults"
        async with httpx2.AsyncClient() as client:
            (await client.put(address, json=list(faults))).raise_for_status()

    async def done(self, channel: str, account: str) -> list[tuple[str, str, int]]:
        """Return what a channel has done with somebody's account."""
        address = f"{self.bank.outside.url}/sandbox/channels/{channel}/payments"
        async with httpx2.AsyncClient() as client:
            truth = (await client.get(address)).raise_for_status().json()
        return [
            (each["direction"], each["status"], each["amount_minor"])
            for each in truth["payments"]
            if each["account"] == account
        ]

    async def drive(self, *, minutes: int = 0) -> None:
        """Do what is due, and what will be due in that time."""
        self.minutes += minutes
        await payments.drive(
            self.bank.database, clock=lambda: now() + timedelta(minutes=self.minutes)
        )


@pytest.fixture
async def outside_world(bank: Bank, tmp_path: Path) -> AsyncIterator[Channels]:
    before, port = current(), urlsplit(bank.outside.url).port
    file = await join_sandbox(Settings(data_dir=tmp_path, sandbox_port=port, port=NOBODY_LISTENS))
    wiring.connect_channels(Settings(channels_file=file), bank.database)
    made = Channels(bank)
    yield made
    for channel in ("bank", "card", "wallet-a", "wallet-b"):
        await made.misbehave(channel)
    channels.configure(before)


@pytest.fixture
async def person(bank: Bank) -> Person:
    return await new_person(bank, "李小娜")


async def status(person: Person, payment: dict[str, Any]) -> str:
    return str((await person.get(f"/payments/{payment['id']}"))["status"])


def card_number() -> str:
    begin = f"622202{new_id().int % 10**12:012d}"
    return next(f"{begin}{last}" for last in range(10) if is_card(f"{begin}{last}"))


async def test_a_card_is_linked_paid_in_from_and_paid_back_to(
    outside_world: Channels, person: Person
) -> None:
    number = card_number()
    body = {"party_id": str(person.party_id), "number": number}
    card = await person.post("/payments/cards", body)
    await outside_world.drive()
    ((_, _, small),) = await outside_world.done("card", number)  # as the card's statement shows it
    told = {"amount": cny(f"0.{small:02}")}
    linked = await person.post(f"/payments/cards/{card['id']}/verification", told)
    assert linked["status"] == "verified"

    wanted = {"card_id": card["id"], "creditor_account_id": person.account_id}
    top_up = await person.post("/payments/top-ups", wanted | {"amount": cny("200.00")})
    assert await person.money() == "1000.00"
    await outside_world.drive()
    assert (await status(person, top_up), await person.money()) == ("settled", "1200.00")

    path = f"/payments/{top_up['id']}/refunds"
    part = await person.post(path, {"amount": cny("50.00")})
    await outside_world.misbehave("card", {"kind": "drop_after", "times": 1})
    rest = await person.post(path, {})
    assert rest["amount"] == cny("150.00")
    too_much = await person.ask("POST", path, json={"amount": cny("0.01")}, key=str(new_id()))
    assert problem(too_much) == (422, "payments.refund_too_large")
    for _ in range(3):
        await outside_world.drive(minutes=2)
    for refund in (part, rest):
        assert await status(person, refund) == "settled"
    assert await person.money() == "1000.00"
    assert [each["id"] for each in (await person.get(path))["items"]] == [part["id"], rest["id"]]
    verified, paid_in, *refunds = await outside_world.done("card", number)
    assert (verified, paid_in) == (("payout", "settled", small), ("collect", "settled", 200_00))
    assert sorted(refunds) == [("refund", "settled", 50_00), ("refund", "settled", 150_00)]


async def test_a_transfer_to_another_bank_whose_answer_and_callback_are_lost(
    bank: Bank, outside_world: Channels, person: Person
) -> None:
    there = f"62220202{new_id().int % 10**11:011d}"
    order = {
        "debtor_account_id": person.account_id,
        "creditor_account_number": there,
        "creditor_name": "北方钢铁",
        "creditor_bank_code": BANK,
        "amount": cny("350.00"),
        "end_to_end_id": "INV-2026-11",
    }
    key = str(new_id())
    sent = await person.stepped_up("POST", "/payments/credit-transfers", json=order, key=key)
    payment = done(sent)
    assert payment["status"] == "reserved"
    await outside_world.misbehave("bank", {"kind": "drop_after"}, {"kind": "no_callback"})
    await outside_world.drive()
    assert await status(person, payment) == "unknown"
    balance = await person.get(f"/accounts/{person.account_id}/balance")
    assert (balance["booked"], balance["available"]) == (cny("1000.00"), cny("650.00"))
    await outside_world.drive(minutes=2)
    assert await status(person, payment) == "unknown", "who cannot be asked is not paid again"

    await outside_world.misbehave("bank")
    await outside_world.drive(minutes=15)
    assert (await status(person, payment), await person.money()) == ("settled", "650.00")
    assert await outside_world.done("bank", there) == [("payout", "settled", 350_00)]
    again = await person.ask("POST", "/payments/credit-transfers", json=order, key=key)
    assert done(again)["id"] == payment["id"]
    assert await outside_world.done("bank", there) == [("payout", "settled", 350_00)]

    operations = await bank.staff()
    history = await operations.get(f"/payments/{payment['id']}/history")
    assert [each["after"] for each in history["transitions"]] == [
        "created", "screened", "reserved", "sent", "unknown", "settled",
    ]  # fmt: skip
    assert len(history["attempts"]) == 1


@dataclass
class AtAWallet:
    """Top-ups of somebody's at a wallet, and whoever pays them there."""

    world: Channels
    person: Person
    wallet: str

    async def top_up(self, amount: str = "80.00") -> dict[str, Any]:
        """Begin one; return it as it waits to be paid."""
        wanted = {"wallet": self.wallet, "creditor_account_id": self.person.account_id}
        begun = await self.person.post("/payments/wallet-top-ups", wanted | {"amount": cny(amount)})
        assert (begun["status"], begun["to_pay"]["address"]) == ("reserved", None)
        await self.world.drive()
        return await self.read(begun)

    async def read(self, payment: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = await self.person.get(f"/payments/{payment['id']}")
        return found

    async def decides(self, payment: dict[str, Any], decision: str) -> None:
        """Let a person decide on the page that they were sent to."""
        async with httpx2.AsyncClient(follow_redirects=True) as client:
            told = await client.post(payment["to_pay"]["address"], data={"decision": decision})
        told.raise_for_status()

    async def trades(self) -> dict[str, str]:
        address = f"{self.world.bank.outside.url}/sandbox/channels/{self.wallet}/payments"
        async with httpx2.AsyncClient() as client:
            truth = (await client.get(address)).raise_for_status().json()
        return {each["reference"]: each["status"] for each in truth["payments"]}


@pytest.mark.parametrize("wallet", ["wallet-a", "wallet-b"])
async def test_an_account_is_topped_up_at_a_wallet(
    outside_world: Channels, person: Person, wallet: str
) -> None:
    # No message of the wallets' ever arrives here: what became of it is asked.
    offered = {each["name"]: each for each in (await person.get("/payments/wallets"))["items"]}
    assert offered[wallet]["most"] == cny("200000.00")
    at_wallet = AtAWallet(outside_world, person, wallet)

    paid, refused, cancelled, expired = [await at_wallet.top_up() for _ in range(4)]
    assert paid["to_pay"]["address"].startswith(outside_world.bank.outside.url)
    await at_wallet.decides(paid, "agree")
    await at_wallet.decides(refused, "refuse")
    closing = await person.post(f"/payments/{cancelled['id']}/cancellation", {})
    assert (closing["status"], closing["to_pay"]) == ("sent", None)
    assert await person.money() == "1000.00"
    await outside_world.drive(minutes=1)
    found = [await at_wallet.read(each) for each in (paid, refused, cancelled, expired)]
    assert [each["status"] for each in found] == ["settled", "rejected", "cancelled", "sent"]
    assert [each["to_pay"] is None for each in found] == [True, True, True, False]
    assert found[1]["reason"]["iso_code"] == "MS02"
    assert await person.money() == "1080.00"

    late = await at_wallet.top_up("5.00")
    await outside_world.drive(minutes=13)
    await at_wallet.decides(late, "agree")  # at the last moment, before it is closed
    await outside_world.drive(minutes=30)
    ended, booked = await at_wallet.read(expired), await at_wallet.read(late)
    assert (ended["status"], ended["reason"]["code"], booked["status"]) == (
        "rejected", "payments.not_paid_in_time", "settled",
    )  # fmt: skip
    assert await person.money() == "1085.00"

    part = await person.post(f"/payments/{paid['id']}/refunds", {"amount": cny("30.00")})
    rest = await person.post(f"/payments/{paid['id']}/refunds", {})
    await outside_world.drive(minutes=2)
    assert [await status(person, each) for each in (part, rest)] == ["settled", "settled"]
    assert await person.money() == "1005.00"


@pytest.mark.parametrize("wallet", ["wallet-a", "wallet-b"])
async def test_who_is_not_the_wallet_or_says_another_amount_tops_nothing_up(
    bank: Bank, outside_world: Channels, person: Person, wallet: str
) -> None:
    at_wallet = AtAWallet(outside_world, person, wallet)
    waiting = await at_wallet.top_up()
    operations = await bank.staff()
    history = await operations.get(f"/payments/{waiting['id']}/history")
    reference = history["attempts"][0]["reference"]
    forged = {"notify_id": "1", "out_trade_no": reference, "amount": "80.00", "sign": "AAAA"}
    for form in (forged, forged | {"trade_status": "TRADE_SUCCESS", "amount": "8000.00"}):
        answer = await bank.http.post(f"/api/v1/channels/{wallet}/callbacks", data=form)
        assert problem(answer) == (401, "channels.callback_refused")
    await outside_world.drive(minutes=1)
    assert await status(person, waiting) == "sent"
    await outside_world.drive(minutes=20)
    assert await status(person, waiting) == "rejected"
    assert (await at_wallet.trades())[reference] == "closed"
    assert await person.money() == "1000.00"
