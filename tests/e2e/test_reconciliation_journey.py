"""A day with breaks, worked off through the API until nothing is in suspense or in transit."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.bank import Bank, Caller, done, problem
from tests.support.reconciliation import DAY, Channel, bank_statement, later
from tongbao.core.identity.service import Role
from tongbao.kernel.ids import new_id

API = "/reconciliation"


def cny(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "CNY"}


def said(reference: str, amount: str, fee: str | None = None) -> dict[str, Any]:
    told: dict[str, Any] = {"reference": reference, "amount": cny(amount)}
    return told if fee is None else told | {"fee": cny(fee)}


@dataclass
class Desk:
    """Those who work on the reconciliation of one channel."""

    channel: Channel
    operations: Caller
    compliance: Caller

    async def state(self, lines: list[Any], *, days: int) -> Any:
        """Take in the channel's statement; its net comes to the bank the day after."""
        body = {
            "channel": self.channel.name,
            "day": later(days).isoformat(),
            "currency": "CNY",
            "settles_on": later(days + 1).isoformat(),
            "settlement": self.channel.settlement(later(days)),
            "lines": lines,
        }
        return await self.operations.post(f"{API}/statements", body)

    async def state_by_bank(self, moved: dict[str, int], *, days: int) -> Any:
        document = bank_statement(moved, on=later(days))
        return done(await self.send(document))

    async def send(self, document: bytes) -> Any:
        return await self.operations.ask(
            "POST",
            f"{API}/bank-statements",
            params={"channel": self.channel.name},
            content=document,
            headers={"Content-Type": "application/xml"},
        )

    async def reconcile(self, *, days: int) -> Any:
        body = {"channel": self.channel.name, "day": later(days).isoformat()}
        return await self.operations.post(f"{API}/days", body)

    async def breaks(self) -> dict[str, Any]:
        page = await self.operations.get(f"{API}/breaks", channel=self.channel.name, open="true")
        return {each["reference"]: each for each in page["items"]}

    async def suspense(self) -> Any:
        report = await self.operations.get(f"{API}/suspense")
        (mine,) = [each for each in report["items"] if each["channel"] == self.channel.name]
        return mine

    def resolution(self, breaks: list[Any], amount: str | None) -> Any:
        to = {"account": str(self.channel.customer), "amount": cny(amount or "0.00")}
        return {
            "breaks": [each["id"] for each in breaks],
            "postings": [] if amount is None else [to],
            "reason": "已与通道核实",
        }

    async def resolve(self, breaks: list[Any], amount: str | None) -> Any:
        """One proposes, another approves."""
        held = await self.operations.post(f"{API}/resolutions", self.resolution(breaks, amount))
        path = f"/proposals/{held['id']}/approval"
        body = {"digest": held["digest"]}
        assert problem(await self.operations.ask("POST", path, json=body))[0] == 403
        return await self.compliance.post(path, body)


@pytest.fixture
async def desk(bank: Bank) -> Desk:
    return Desk(
        channel=await Channel(bank.database).begin(),
        operations=await bank.staff(),
        compliance=await bank.staff(Role.STAFF_COMPLIANCE),
    )


async def test_a_day_with_breaks_is_worked_off_to_nothing_in_suspense(desk: Desk) -> None:
    await desk.channel.book({"IN": 12_500, "OUT": -30_000, "LOST": -8_000, "LESS": 6_000})
    lines = [
        said("IN", "125.00", "0.75"),
        said("OUT", "-300.00"),
        said("OUT", "-300.00"),
        said("LESS", "59.00"),
        said("STRAY", "20.00"),
    ]
    assert (await desk.state(lines, days=0))["net"] == cny("-396.00")
    day = await desk.reconcile(days=0)
    assert (day["lines"], day["exact"], day["broken"]) == (5, 1, 3)

    found = await desk.breaks()
    kinds = {name: (each["kind"], each["difference"]["amount"]) for name, each in found.items()}
    assert kinds == {
        "OUT": ("doubled", "-300.00"),
        "LOST": ("missing_there", "80.00"),
        "LESS": ("amount", "-1.00"),
        "STRAY": ("missing_here", "20.00"),
    }
    advice = found["LOST"]["suggestion"]
    assert advice["account_id"] == str(desk.channel.customer)
    assert advice["amount"] == cny("80.00")
    suspense = await desk.suspense()
    assert (suspense["balance"], suspense["unexplained"]) == (cny("-201.00"), cny("0.00"))
    assert suspense["cases"] == sum(suspense["ages"].values()) == 4

    me = (await desk.operations.get("/identity/me"))["id"]
    path = f"{API}/breaks/{found['OUT']['id']}"
    mine = done(await desk.operations.ask("PUT", f"{path}/owner", json={"owner_id": me}))
    assert mine["state"] == "investigating"
    noted = await desk.operations.post(f"{path}/notes", {"note": "通道承认重复,次日退回"})
    assert [each["what"] for each in noted["history"]] == ["opened", "assigned", "noted"]

    await desk.resolve([found["LOST"], found["LESS"], found["STRAY"]], "99.00")
    assert (await desk.suspense())["balance"] == cny("-300.00")

    # The next day the channel gives back what it paid twice, and the bank has both settlements.
    await desk.state([said("CORRECTION", "300.00")], days=1)
    net = desk.channel.settlement
    assert (await desk.state_by_bank({net(DAY): -39_675}, days=1))["lines"] == 1
    await desk.state_by_bank({net(later(1)): 30_000}, days=2)
    await desk.reconcile(days=1)
    left = await desk.breaks()
    assert set(left) == {"OUT", "CORRECTION"}
    await desk.resolve(list(left.values()), None)

    assert await desk.breaks() == {}
    suspense = await desk.suspense()
    assert (suspense["balance"], suspense["unexplained"]) == (cny("0.00"), cny("0.00"))
    assert await desk.channel.balances() == {"nostro": -9_675, "fees": 75}
    history = (await desk.operations.get(path))["history"]
    assert [each["what"] for each in history][-1] == "resolved"

    before = await desk.operations.get(f"{API}/days", channel=desk.channel.name)
    assert [await desk.reconcile(days=1), await desk.reconcile(days=0)] == before["items"]
    assert await desk.channel.balances() == {"nostro": -9_675, "fees": 75}


async def test_what_does_not_hold_together_is_refused(desk: Desk) -> None:
    await desk.channel.book({"A": 100})
    nothing = await desk.operations.ask(
        "POST",
        f"{API}/days",
        json={"channel": desk.channel.name, "day": DAY.isoformat()},
    )
    assert problem(nothing) == (409, "reconciliation.statement_not_taken")
    await desk.state([said("B", "2.00")], days=0)
    await desk.reconcile(days=0)
    found = await desk.breaks()
    ask = desk.operations.ask

    wrong = desk.resolution(list(found.values()), "0.99")
    refused = await ask("POST", f"{API}/resolutions", json=wrong)
    assert problem(refused) == (422, "reconciliation.does_not_settle")
    assert (refused.json()["breaks"], refused.json()["postings"]) == ("1.00", "0.99")
    for account in (
        desk.channel.books.suspense,
        desk.channel.books.in_transit,
        "no-such",
        new_id(),
    ):
        wrong = desk.resolution(list(found.values()), "1.00")
        wrong["postings"][0]["account"] = str(account)
        refused = await ask("POST", f"{API}/resolutions", json=wrong)
        assert problem(refused) == (422, "reconciliation.account_refused")
    unknown = {"breaks": [str(new_id())], "reason": "x"}
    refused = await ask("POST", f"{API}/resolutions", json=unknown)
    assert problem(refused) == (404, "reconciliation.unknown_break")
    assert problem(await ask("GET", f"{API}/breaks/{new_id()}"))[0] == 404

    await desk.resolve(list(found.values()), "1.00")
    refused = await ask("POST", f"{API}/resolutions", json=desk.resolution([found["A"]], None))
    assert problem(refused) == (409, "reconciliation.break_closed")


async def test_a_statement_that_is_none_is_refused_finding_by_finding(desk: Desk) -> None:
    document = bank_statement({"A": 100, "B": -50}, on=DAY)
    done(await desk.send(document))
    broken = document.replace(b">CRDT<", b">UP<")
    refused = await desk.send(broken)
    assert problem(refused) == (422, "reconciliation.statement_unreadable")
    findings = refused.json()["findings"]
    assert {each["path"].rpartition("/")[2] for each in findings} == {"CdtDbtInd"}
    declaration, rest = document.split(b"?>", 1)
    bomb = b'?><!DOCTYPE a [<!ENTITY x "boom"><!ENTITY y "&x;&x;&x;&x;">]>'
    for hostile in (
        declaration + bomb + rest,
        declaration + b'?><!DOCTYPE a SYSTEM "file:///etc/passwd">' + rest,
        b"\0" * 100_000,
        b"",
        document[:-20],
        rest.decode().encode("utf-16-le"),
    ):
        assert problem(await desk.send(hostile)) == (422, "reconciliation.statement_unreadable")
    other = await desk.send(bank_statement({"A": 100}, on=DAY))
    assert problem(other) == (409, "reconciliation.statement_differs")


async def test_a_statement_of_tomorrow_or_of_all_the_money_in_the_world_is_refused(
    desk: Desk,
) -> None:
    body: dict[str, Any] = {"channel": desk.channel.name, "currency": "CNY", "lines": []}
    body["day"] = "2999-12-31"
    refused = await desk.operations.ask("POST", f"{API}/statements", json=body)
    assert problem(refused) == (422, "reconciliation.day_not_begun")
    lines = [said("A", "92233720368547758.07"), said("B", "-92233720368547758.07")]
    body |= {"day": DAY.isoformat(), "lines": lines}
    refused = await desk.operations.ask("POST", f"{API}/statements", json=body)
    assert problem(refused) == (422, "reconciliation.amount_out_of_range")


async def test_a_break_is_given_to_those_who_may_work_on_it(desk: Desk) -> None:
    await desk.state([said("X", "1.00")], days=0)
    await desk.reconcile(days=0)
    path = f"{API}/breaks/{(await desk.breaks())['X']['id']}/owner"
    stranger = (await desk.compliance.get("/identity/me"))["id"]
    for owner in (stranger, str(new_id())):
        refused = await desk.operations.ask("PUT", path, json={"owner_id": owner})
        assert problem(refused) == (422, "reconciliation.owner_refused")
    me = (await desk.operations.get("/identity/me"))["id"]
    done(await desk.operations.ask("PUT", path, json={"owner_id": me}))
    freed = done(await desk.operations.ask("PUT", path, json={"owner_id": None}))
    assert (freed["state"], freed["owner_id"]) == ("open", None)


async def test_two_days_in_one_statement_are_refused(desk: Desk) -> None:
    document = bank_statement({"A": 100, "B": -50}, on=DAY)
    first = document.replace(
        f"<DtTm>{DAY.isoformat()}".encode(), f"<DtTm>{later(-1).isoformat()}".encode(), 1
    )
    assert problem(await desk.send(first)) == (422, "reconciliation.several_days")


async def test_only_those_whose_work_it_is(bank: Bank, desk: Desk) -> None:
    body = {"channel": desk.channel.name, "day": DAY.isoformat()}
    for role in (Role.STAFF_COMPLIANCE, Role.STAFF_SERVICE, Role.AUDITOR):
        who = await bank.staff(role)
        assert problem(await who.ask("POST", f"{API}/days", json=body))[0] == 403
    customer = await bank.customer()
    for path in ("days", "breaks", "suspense"):
        assert problem(await customer.ask("GET", f"{API}/{path}"))[0] == 403
