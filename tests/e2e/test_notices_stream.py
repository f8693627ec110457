"""A page that is open sees what happens, and after a cut exactly what it missed."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from tests.support.bank import Bank, Caller, bank, done, outside, problem, trained
from tests.support.listening import Heard, Page, listening
from tests.support.money import pay_in
from tests.support.people import Firm, begin, firm, tell
from tongbao.core.identity import service as identity
from tongbao.core.identity.domain.devices import DeviceFacts
from tongbao.engagement.notices.service import Streams, feed, lapse
from tongbao.infra import browser
from tongbao.kernel.clock import now
from tongbao.kernel.ids import new_id

__all__ = ["bank", "outside", "trained"]

STREAM = "/notices/stream"


@pytest.fixture(autouse=True)
def streams(bank: Bank) -> Iterator[Streams]:
    """Streams that stay open until the test is over."""
    kept = bank.app.state.streams
    bank.app.state.streams = Streams(
        lifetime_seconds=3_600, check_seconds=0.05, send_seconds_max=3_600
    )
    yield bank.app.state.streams
    bank.app.state.streams = kept


@pytest.fixture
async def reader(bank: Bank) -> Firm:
    await begin(bank)
    made = await firm(bank)
    await tell(bank)
    return made


async def happen(bank: Bank, reader: Firm, amount: str) -> None:
    """Put money on the reader's account: a change of its balance, and nothing else."""
    await pay_in(bank.database, reader.account["id"], amount)
    await tell(bank)


def booked(events: list[Heard]) -> list[str]:
    return [each.data["booked"]["amount"] for each in events]


async def take(page: Page, number: int) -> list[Heard]:
    return [await page.next() for _ in range(number)]


async def test_balance_payment_and_notice_come_numbered_and_in_order(
    bank: Bank, reader: Firm
) -> None:
    payer = await firm(bank)
    await pay_in(bank.database, payer.account["id"], "100.00")
    await payer.pay(reader, "1.00")
    await tell(bank)
    before = (await reader.customer.get("/notices/unread"))["unread"]
    async with listening(bank.app, reader.headers, language="zh") as page:
        assert page.status == 200
        assert page.headers["content-type"].startswith("text/event-stream")
        assert page.headers["x-accel-buffering"] == "no"
        assert page.headers["cache-control"] == "no-store"
        assert "content-length" not in page.headers
        ready = await page.next()
        assert (ready.kind, ready.data) == ("ready", {"unread": before})
        paid = await payer.pay(reader, "12.50")
        await tell(bank)
        heard = await take(page, 3)
    assert ready.id is not None
    assert [each.id for each in heard] == [ready.id + 1, ready.id + 2, ready.id + 3]
    balance, payment, notice = heard
    assert balance.kind == "balance"
    assert balance.data == {
        "account_id": reader.account["id"],
        "booked": {"amount": "13.50", "currency": "CNY"},
        "available": {"amount": "13.50", "currency": "CNY"},
    }
    assert (payment.kind, payment.data) == ("payment", {"id": paid["id"], "status": "settled"})
    assert notice.kind == "notice"
    assert notice.data["title"] == "已收款 ¥12.50"
    assert notice.data["unread"] == before + 1
    assert notice.data["link"] == f"/payments/{paid['id']}"


async def test_after_a_cut_exactly_what_was_missed_comes(bank: Bank, reader: Firm) -> None:
    async with listening(bank.app, reader.headers) as page:
        await page.next()
        await happen(bank, reader, "1.00")
        (first,) = await take(page, 1)
    for amount in ("2.00", "3.00"):
        await happen(bank, reader, amount)
    async with listening(bank.app, reader.headers, last=str(first.id)) as page:
        missed = await take(page, 2)
        await happen(bank, reader, "4.00")
        missed += await take(page, 1)
        assert page.heard() == []
    assert first.id is not None
    assert [each.id for each in missed] == [first.id + 1, first.id + 2, first.id + 3]
    assert booked(missed) == ["3.00", "6.00", "10.00"]


async def test_who_missed_nothing_is_told_nothing(bank: Bank, reader: Firm) -> None:
    async with listening(bank.app, reader.headers) as page:
        ready = await page.next()
    async with listening(bank.app, reader.headers, last=str(ready.id)) as page:
        await happen(bank, reader, "1.00")
        (only,) = await take(page, 1)
    assert booked([only]) == ["1.00"]


async def test_other_peoples_business_is_never_heard(bank: Bank, reader: Firm) -> None:
    other = await firm(bank)
    async with (
        listening(bank.app, reader.headers) as page,
        listening(bank.app, other.headers) as theirs,
    ):
        await page.next()
        await theirs.next()
        await happen(bank, other, "5.00")
        await happen(bank, reader, "1.00")
        assert booked(await take(page, 1)) == ["1.00"]
        while booked([each for each in [await theirs.next()] if each.kind == "balance"]) != [
            "5.00"
        ]:
            pass
        assert page.heard() == []


async def lose(bank: Bank, reader: Firm) -> None:
    with_owner = "DELETE FROM notices_feed WHERE user_id = :user"
    async with bank.database.write() as tx:
        await tx.execute(text(with_owner), {"user": reader.user_id})


async def test_what_is_no_longer_known_begins_anew_by_name(bank: Bank, reader: Firm) -> None:
    async with listening(bank.app, reader.headers) as page:
        ready = await page.next()
        await happen(bank, reader, "1.00")
        await take(page, 1)
    await happen(bank, reader, "2.00")
    await lose(bank, reader)
    async with listening(bank.app, reader.headers, last=str(ready.id)) as page:
        reset = await page.next()
        assert ready.id is not None
        assert (reset.kind, reset.id, reset.data) == ("reset", ready.id + 2, {})
        await happen(bank, reader, "3.00")
        (then,) = await take(page, 1)
        assert then.id == ready.id + 3


async def test_who_was_away_too_long_begins_anew(bank: Bank, reader: Firm) -> None:
    async with listening(bank.app, reader.headers) as page:
        ready = await page.next()
    async with bank.database.write() as tx:
        gone = await lapse(tx, at=now() + feed.LAPSE + timedelta(minutes=1))
    assert gone >= 1
    await happen(bank, reader, "1.00")  # for a reader who has gone nothing is written
    async with listening(bank.app, reader.headers, last=str(ready.id)) as page:
        assert (await page.next()).kind == "reset"


async def test_a_number_from_the_future_begins_anew(bank: Bank, reader: Firm) -> None:
    for last in ("7777777", "999999999999999999"):
        async with listening(bank.app, reader.headers, last=last) as page:
            assert (await page.next()).kind == "reset"


async def test_what_is_no_number_is_refused(bank: Bank, reader: Firm) -> None:
    for last in ("", " ", "-1", "1.0", "01", "1e3", "٣", "0x10", "9" * 19, "1; DROP", "NaN", "1 2"):
        headers = [*reader.headers.items(), ("Accept-Language", "en")]
        raw = [(key.encode(), value.encode()) for key, value in headers]
        raw.append((b"Last-Event-ID", last.encode()))
        answer = await bank.http.get(f"/api/v1{STREAM}", headers=raw)
        assert problem(answer) == (422, "notices.bad_event_id"), last


async def test_an_endless_number_is_refused(bank: Bank, reader: Firm) -> None:
    answer = await reader.customer.ask("GET", STREAM, headers={"Last-Event-ID": "1" * 101})
    assert problem(answer) == (422, "request.invalid")


async def test_without_a_log_in_there_is_no_stream(bank: Bank) -> None:
    assert problem(await bank.anybody.ask("GET", STREAM)) == (401, "auth.unauthenticated")


async def test_a_stream_ends_with_its_session(bank: Bank, reader: Firm) -> None:
    async with listening(bank.app, reader.headers) as page:
        await page.next()
        done(await reader.customer.ask("DELETE", "/identity/tokens/current", key=str(new_id())))
        end = await page.next()
        await page.ended()
    assert (end.kind, end.id, end.data) == ("end", None, {"why": "session_ended"})
    assert problem(await reader.customer.ask("GET", STREAM)) == (401, "auth.unauthenticated")


async def browsing(bank: Bank, reader: Firm) -> tuple[UUID, dict[str, str]]:
    """Log the reader in with a browser; return the session and what the browser sends."""
    async with bank.database.write() as tx:
        begun = await identity.begin_session(
            tx,
            user_id=reader.user_id,
            factors=frozenset({"password"}),
            device=DeviceFacts(
                cookie=None, fingerprint=None, address="192.0.2.1", user_agent="test"
            ),
            at=now(),
        )
    return begun.session_id, {"Cookie": f"{browser.SESSION}={begun.secret}"}


def last_seen(bank: Bank, session_id: UUID) -> datetime:
    ((seen,),) = bank.query("SELECT last_seen_at FROM identity_session WHERE id = %s", session_id)
    assert isinstance(seen, datetime)
    return seen


async def test_a_browser_listens_by_its_cookie_until_the_session_is_revoked(
    bank: Bank, reader: Firm
) -> None:
    session_id, sent = await browsing(bank, reader)
    async with listening(bank.app, sent) as page:
        assert (await page.next()).kind == "ready"
        await happen(bank, reader, "1.00")
        assert booked(await take(page, 1)) == ["1.00"]
        done(await reader.customer.ask("DELETE", f"/identity/sessions/{session_id}"))
        end = await page.next()
        await page.ended()
    assert end.data == {"why": "session_ended"}
    async with listening(bank.app, sent) as page:
        assert page.status == 401


async def test_a_page_left_open_keeps_no_session_awake(bank: Bank, reader: Firm) -> None:
    session_id, sent = await browsing(bank, reader)
    earlier = now() - timedelta(minutes=5)
    async with bank.database.write() as tx:
        await tx.execute(
            text("UPDATE identity_session SET last_seen_at = :at WHERE id = :id"),
            {"at": earlier, "id": session_id},
        )
    async with listening(bank.app, sent) as page:
        await page.next()
        assert last_seen(bank, session_id) == earlier
        async with bank.database.write() as tx:
            await tx.execute(
                text("UPDATE identity_session SET last_seen_at = :at WHERE id = :id"),
                {"at": now() - timedelta(minutes=31), "id": session_id},
            )
        assert (await page.next()).data == {"why": "session_ended"}


async def test_a_partners_system_is_sent_to_webhooks(bank: Bank, reader: Firm) -> None:
    operations = await bank.staff()
    made = await operations.post(
        "/identity/clients",
        {
            "name": "ERP",
            "party_id": reader.customer.party_id,
            "scopes": ["webhooks:manage"],
        },
    )
    answer = await bank.http.post(
        "/api/v1/oauth/token",
        data={
            "grant_type": "client_credentials",
            "client_id": made["client"]["id"],
            "client_secret": made["secret"],
        },
    )
    system = Caller(bank.http, {"Authorization": f"Bearer {done(answer)['access_token']}"})
    assert problem(await system.ask("GET", STREAM)) == (403, "notices.users_only")
    chosen: dict[str, Any] = {"channels": {}, "quiet_hours": None}
    answer = await system.ask("PUT", "/notices/preferences", json=chosen, key=str(new_id()))
    assert problem(answer) == (403, "notices.users_only")
    assert (await system.get("/notices"))["items"] == []


async def test_a_stream_ends_with_its_time(bank: Bank, reader: Firm, streams: Streams) -> None:
    streams.lifetime_seconds = 0
    async with listening(bank.app, reader.headers) as page:
        ready, end = await take(page, 2)
        await page.ended()
    assert ready.kind == "ready"
    assert end.data == {"why": "time_over"}
    assert len(streams) == 0


async def test_a_process_that_stops_says_so(bank: Bank, reader: Firm, streams: Streams) -> None:
    async with listening(bank.app, reader.headers) as page:
        await page.next()
        await streams.close()
        assert (await page.next()).data == {"why": "closing"}
        await page.ended()
    answer = await reader.customer.ask("GET", STREAM)
    assert problem(answer) == (503, "notices.streams_full")
    assert answer.headers["retry-after"]


async def test_one_person_has_so_many_streams(bank: Bank, reader: Firm, streams: Streams) -> None:
    streams.per_user_max = 2
    async with AsyncExitStack() as stack:
        for _ in range(2):
            await stack.enter_async_context(listening(bank.app, reader.headers))
        answer = await reader.customer.ask("GET", STREAM)
        assert problem(answer) == (429, "notices.too_many_streams")
        other = await firm(bank)
        async with listening(bank.app, other.headers) as page:
            assert page.status == 200
    async with listening(bank.app, reader.headers) as page:
        assert page.status == 200


async def test_a_process_has_so_many_streams(bank: Bank, reader: Firm, streams: Streams) -> None:
    streams.streams_max = 1
    other = await firm(bank)
    async with listening(bank.app, other.headers):
        answer = await reader.customer.ask("GET", STREAM)
        assert problem(answer) == (503, "notices.streams_full")
        assert answer.headers["retry-after"]


async def test_a_stream_neither_holds_a_connection_nor_counts_as_under_way(
    bank: Bank, reader: Firm
) -> None:
    pool = bank.database.engine.pool
    async with listening(bank.app, reader.headers) as page:
        await page.next()
        flow = bank.app.state.aside.__self__
        async with asyncio.timeout(60):
            while pool.checkedout():  # type: ignore[attr-defined]  # noqa: ASYNC110
                await asyncio.sleep(0)
        assert flow.overload.in_flight == 0
    assert flow.overload.in_flight == 0


async def test_what_a_reader_does_not_take_waits_in_the_database(
    bank: Bank, reader: Firm, streams: Streams, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "PAGE", 2)
    monkeypatch.setattr("tongbao.engagement.notices.service.streaming.PENDING_MAX", 4)
    async with listening(bank.app, reader.headers) as page:
        await page.next()
        page.taking.clear()
        for _ in range(12):
            await happen(bank, reader, "1.00")
        (open_one,) = streams._open.values()
        for _ in range(12):
            await streams.supply(bank.database, [open_one])
        assert len(open_one.pending) <= 4
        page.taking.set()
        heard = await take(page, 12)
    assert booked(heard) == [f"{number}.00" for number in range(1, 13)]


async def test_a_reader_that_takes_nothing_is_cut_off(
    bank: Bank, reader: Firm, streams: Streams
) -> None:
    async with listening(bank.app, reader.headers) as page:
        await page.next()
        streams.send_seconds_max = 0.01
        page.taking.clear()
        await happen(bank, reader, "1.00")
        await page.ended()
    assert len(streams) == 0
