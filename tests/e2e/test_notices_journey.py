"""What happens to people's money comes to their inbox, their phone and the page they look at."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.support.bank import Bank, bank, done, outside, problem, trained
from tests.support.money import pay_in
from tests.support.people import Firm, begin, firm, tell, with_contacts
from tongbao.core.identity.events import DualControlChanged
from tongbao.engagement.notices.service.sending import SMS_A_DAY_MAX
from tongbao.infra import outbox
from tongbao.kernel.clock import BANK_ZONE, now
from tongbao.kernel.ids import new_id

__all__ = ["bank", "outside", "trained"]


@dataclass(frozen=True)
class Pair:
    """Two firms that have paid each other before; whatever they were told then is read."""

    payer: Firm
    supplier: Firm


@pytest.fixture
async def pair(bank: Bank) -> Pair:
    await begin(bank)
    made = Pair(await firm(bank), await firm(bank))
    await pay_in(bank.database, made.payer.account["id"], "1000.00")
    await made.payer.pay(made.supplier, "1.00")
    await tell(bank)
    for each in (made.payer, made.supplier):
        await each.customer.post("/notices/read", {})
    return made


async def test_a_payment_is_told_to_both_sides_and_read(bank: Bank, pair: Pair) -> None:
    payer, supplier = pair.payer, pair.supplier
    paid = await payer.pay(supplier, "250.00")
    await tell(bank)
    (sent,) = await payer.inbox(unread=True)
    assert (sent["code"], sent["title"]) == ("payments.sent", "Paid ¥250.00")
    assert payer.account["number"][-4:] in sent["body"]
    assert payer.account["number"] not in sent["body"]
    assert sent["link"] == f"/payments/{paid['id']}"
    (received,) = await supplier.inbox(unread=True)
    assert received["title"] == "Received ¥250.00"
    in_chinese = done(await supplier.customer.ask("GET", "/notices", language="zh"))
    assert in_chinese["items"][0]["title"] == "已收款 ¥250.00"

    assert (await payer.customer.get("/notices/unread"))["unread"] == 1
    await payer.customer.post(f"/notices/{sent['id']}/read")
    assert (await payer.customer.get("/notices/unread"))["unread"] == 0
    await supplier.customer.post(f"/notices/{received['id']}/archive")
    assert (await supplier.customer.get("/notices/unread"))["unread"] == 0
    assert received["id"] not in [each["id"] for each in await supplier.inbox()]
    assert [each["id"] for each in await supplier.inbox(archived=True)] == [received["id"]]


async def test_nobody_reaches_into_another_inbox(bank: Bank, pair: Pair) -> None:
    payer, supplier = pair.payer, pair.supplier
    await payer.pay(supplier, "1.00")
    await tell(bank)
    (mine,) = await payer.inbox(unread=True)
    for method, path in (("GET", ""), ("POST", "/read"), ("POST", "/archive")):
        answer = await supplier.customer.ask(
            method, f"/notices/{mine['id']}{path}", key=str(new_id()) if path else None
        )
        assert problem(answer) == (404, "notices.unknown_notice")
    assert [each["id"] for each in await payer.inbox(unread=True)] == [mine["id"]]


async def test_what_came_while_one_looked_stays_unread(bank: Bank, pair: Pair) -> None:
    payer, supplier = pair.payer, pair.supplier
    await payer.pay(supplier, "1.00")
    await tell(bank)
    seen = (await payer.inbox(unread=True))[0]["id"]
    await payer.pay(supplier, "2.00")
    await tell(bank)
    marked = await payer.customer.post("/notices/read", {"upto": seen})
    assert marked == {"marked": 1}
    (left,) = await payer.inbox(unread=True)
    assert left["title"] == "Paid ¥2.00"
    assert await payer.customer.post("/notices/read", {"category": "loans"}) == {"marked": 0}
    assert await payer.customer.post("/notices/read", {}) == {"marked": 1}


async def test_pages_of_an_inbox_are_whole_and_in_order(bank: Bank, pair: Pair) -> None:
    payer, supplier = pair.payer, pair.supplier
    for _ in range(3):
        await payer.pay(supplier, "1.00")
    await tell(bank)
    ids: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = await payer.customer.get("/notices", limit=1, unread=True, **after)
        ids += [each["id"] for each in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert ids == [each["id"] for each in await payer.inbox(unread=True)]
    assert ids == sorted(ids, key=UUID, reverse=True)
    assert len(ids) == 3


async def test_messages_go_out_by_choice_and_what_became_of_them_is_shown(
    bank: Bank, pair: Pair
) -> None:
    payer, supplier = pair.payer, pair.supplier
    await with_contacts(bank, payer, "13800138111", "payer@example.com")
    chosen = await payer.customer.get("/notices/preferences")
    assert chosen["channels"]["payments"] == ["phone"]
    assert chosen["quiet_hours"] == {"begins": "22:00", "ends": "08:00", "zone": "Asia/Shanghai"}
    wanted = {"channels": {"payments": ["email"]}, "quiet_hours": None}
    changed = done(
        await payer.customer.ask("PUT", "/notices/preferences", json=wanted, key=str(new_id()))
    )
    assert changed["channels"]["payments"] == ["email"]
    assert changed["channels"]["accounts"] == ["email"]
    assert changed["quiet_hours"] is None
    await payer.pay(supplier, "3.00")
    await tell(bank)
    (sent, *_) = await payer.inbox(category="payments")
    (message,) = (await payer.customer.get(f"/notices/{sent['id']}"))["messages"]
    assert message["channel"] == "email"
    assert message["state"] == "queued"
    assert message["recipient_masked"] == "p***@example.com"


def shanghai(hour: int) -> datetime:
    """Return a moment of a coming day, on the clock of Shanghai."""
    day = (now() + timedelta(days=2)).astimezone(BANK_ZONE)
    return day.replace(hour=hour, minute=0, second=0, microsecond=0)


async def messages_of(whose: Firm, code: str) -> list[dict[str, Any]]:
    """Return the messages of the newest notice of a kind."""
    (newest, *_) = [each for each in await whose.inbox() if each["code"] == code]
    found: list[dict[str, Any]] = (await whose.customer.get(f"/notices/{newest['id']}"))["messages"]
    return found


async def test_ordinary_messages_wait_for_the_morning_and_critical_ones_do_not(
    bank: Bank, pair: Pair
) -> None:
    payer, supplier = pair.payer, pair.supplier
    await with_contacts(bank, payer, "13800138112")
    await payer.pay(supplier, "3.00")
    critical_one = DualControlChanged(
        party_id=UUID(payer.customer.party_id), dual_control=True, by=payer.user_id
    )
    async with bank.database.write() as tx:
        await outbox.append(tx, [critical_one], at=now())
    night = shanghai(23)
    await tell(bank, at=night)
    (ordinary,) = await messages_of(payer, "payments.sent")
    morning = (night + timedelta(hours=9)).astimezone(UTC)
    assert datetime.fromisoformat(ordinary["not_before"]) == morning
    (critical,) = await messages_of(payer, "security.dual_control_changed")
    assert datetime.fromisoformat(critical["not_before"]) == night
    jobs = bank.query(
        "SELECT m.kind, m.template, j.scheduled_at FROM infra_message m JOIN procrastinate_jobs j"
        " ON j.args ->> 'message_id' = m.id::text WHERE m.recipient_masked = %s ORDER BY m.kind",
        "+86138****8112",
    )
    assert jobs == [
        ("alert", "notices.security.dual_control_changed.phone", None),
        ("information", "notices.payments.sent.phone", morning),
    ]


async def test_a_flood_of_payments_is_no_flood_of_sms(bank: Bank, pair: Pair) -> None:
    payer, supplier = pair.payer, pair.supplier
    await with_contacts(bank, supplier, "13800138113")
    for _ in range(SMS_A_DAY_MAX + 2):
        await payer.pay(supplier, "0.01")
    await tell(bank, at=shanghai(12))
    found = await supplier.inbox(unread=True)
    assert len(found) == SMS_A_DAY_MAX + 2
    states = Counter(
        [
            (await supplier.customer.get(f"/notices/{each['id']}"))["messages"][0]["state"]
            for each in found
        ]
    )
    assert states == {"queued": SMS_A_DAY_MAX, "capped": 2}


@pytest.mark.parametrize(
    "quiet",
    [
        {"begins": "22:00", "ends": "22:00", "zone": "Asia/Shanghai"},
        {"begins": "22:00", "ends": "08:00", "zone": "Mars/Olympus"},
        {"begins": "22:00", "ends": "08:00", "zone": "../../etc/passwd"},
    ],
)
async def test_hours_that_cannot_be_are_refused(pair: Pair, quiet: dict[str, str]) -> None:
    payer = pair.payer
    answer = await payer.customer.ask(
        "PUT",
        "/notices/preferences",
        json={"channels": {}, "quiet_hours": quiet},
        key=str(new_id()),
    )
    assert problem(answer) == (422, "notices.preferences_unsuitable")
