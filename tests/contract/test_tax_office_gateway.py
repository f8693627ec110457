"""The tax-office gateway against the sandbox's tax office, over real HTTP on a free port."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import ClassVar, cast
from uuid import UUID

import httpx2
import numpy as np
import pytest

from tongbao.core.sources.domain.download import (
    Download,
    DownloadLimits,
    FetchId,
    FetchTicket,
    unpack,
)
from tongbao.core.sources.domain.errors import (
    Finding,
    SourceAccessRefused,
    SourceSlow,
    SourceUnavailable,
    SourceUntrustworthy,
    TaxpayerUnknown,
)
from tongbao.core.sources.domain.passage import Passage
from tongbao.core.sources.gateways.tax_office import TaxOfficeGateway
from tongbao.kernel.errors import TongbaoError
from tongbao_sandbox.book import Firm, FirmBook
from tongbao_sandbox.invoices import Invoices
from tongbao_sandbox.main import TOKEN_DEFAULT, create_app
from tongbao_sandbox.server import running
from tongbao_sandbox.uscc import registration_number

CONSENT = UUID(int=7)
PERIOD = (date(2023, 1, 1), date(2025, 12, 31))
LIMITS = DownloadLimits(
    rows_per_page=100,
    connect_seconds_max=1.0,
    read_seconds_max=1.0,
    total_seconds_max=5.0,
    attempts_max=3,
    backoff_seconds=0.01,
)


def made_up(count: int, *, seed: int) -> Invoices:
    random = np.random.default_rng(seed)
    days = np.sort(random.integers(0, 1096, count))
    amount = random.integers(-(10**6), 10**8, count)
    return Invoices(
        out=random.random(count) < 0.5,
        number=random.integers(0, 10**8, count),
        issued_on=np.datetime64(PERIOD[0]) + days.astype("timedelta64[D]"),
        counterparty=random.integers(0, 3, count).astype(np.int32),
        labels=("B001", "华东建材(集团)", 'A"02'),
        amount_minor=amount,
        tax_minor=amount * 13 // 100,
        void=random.random(count) < 0.1,
    )


class Made:
    """Two firms with invoices, one without, one with as many as the largest real firm."""

    period = PERIOD
    firms = tuple(
        Firm(code=code, name=f"{code}有限公司", registration_number=registration_number(code))
        for code in ("one", "other", "none", "large")
    )
    counts: ClassVar = {"one": 250, "other": 260, "none": 0, "large": 45_000}

    def invoices(self, code: str) -> Invoices:
        return made_up(self.counts[code], seed=len(code))


async def always() -> None:
    """The consent stands."""


def passage(number: str, check: Callable[[], Awaitable[None]] = always) -> Passage:
    ticket = FetchTicket(
        fetch_id=FetchId(UUID(int=1)),
        party_id=UUID(int=2),
        registration_number=number,
        source="tax.vat_invoices",
        purpose="credit_assessment",
        consent_id=CONSENT,
        months_max=36,
        begun_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return Passage(ticket, check)


@dataclass(frozen=True)
class Office:
    url: str
    book: FirmBook

    def number(self, code: str) -> str:
        return self.book.firm(code).registration_number

    async def misbehave(self, kind: str, **facts: object) -> None:
        async with httpx2.AsyncClient() as client:
            answer = await client.put(
                f"{self.url}/sandbox/faults/tax-office", json={"kind": kind, **facts}
            )
            answer.raise_for_status()

    def gateway(
        self, limits: DownloadLimits = LIMITS, token: str = TOKEN_DEFAULT
    ) -> TaxOfficeGateway:
        return TaxOfficeGateway(base_url=f"{self.url}/tax", token=token, limits=limits)

    async def fetch(self, code: str = "one", limits: DownloadLimits = LIMITS) -> Download:
        return await self.gateway(limits).fetch(passage(self.number(code)))


@pytest.fixture(scope="module")
def served() -> Iterator[Office]:
    book = FirmBook(Made())
    with running(create_app(book=book)) as url:
        yield Office(url, book)


@pytest.fixture
async def office(served: Office) -> AsyncIterator[Office]:
    yield served
    async with httpx2.AsyncClient() as client:
        (await client.delete(f"{served.url}/sandbox/faults/tax-office")).raise_for_status()


async def refusal(office: Office, limits: DownloadLimits = LIMITS) -> TongbaoError:
    with pytest.raises(TongbaoError) as raised:
        await office.fetch(limits=limits)
    return raised.value


async def finding(office: Office, limits: DownloadLimits = LIMITS) -> Finding:
    error = await refusal(office, limits)
    assert isinstance(error, SourceUntrustworthy), error
    assert "数据" in error.say("zh")
    assert "{" not in error.say("zh") + error.say("en")
    return error.finding


async def test_every_invoice_arrives_as_it_was(office: Office) -> None:
    download = await office.fetch("one")
    heading, columns = unpack(download.payload, download.payload_sha256)
    expected = office.book.invoices("one")
    assert heading.name == "one有限公司"
    assert (heading.period_from, heading.period_to) == PERIOD
    assert heading.totals.count == len(columns) == 250
    assert download.page_count == 3
    assert columns.amount_minor == expected.amount_minor.tolist()
    assert columns.tax_minor == expected.tax_minor.tolist()
    assert columns.out == expected.out.tolist()
    assert columns.void == expected.void.tolist()
    assert columns.issued_on == expected.issued_on.astype(str).tolist()
    assert columns.counterparty == [expected.labels[i] for i in expected.counterparty]
    assert columns.number == [f"{number:08d}" for number in expected.number]


async def test_the_same_invoices_give_the_same_bytes(office: Office) -> None:
    first, again = await office.fetch("one"), await office.fetch("one")
    assert first.payload == again.payload
    assert first.payload_sha256 == again.payload_sha256


async def test_a_firm_without_invoices_is_an_empty_download(office: Office) -> None:
    download = await office.fetch("none")
    _, columns = unpack(download.payload, download.payload_sha256)
    assert len(columns) == 0


async def test_the_largest_firm_arrives_whole(office: Office) -> None:
    download = await office.fetch(
        "large", replace(LIMITS, rows_per_page=5_000, read_seconds_max=20, total_seconds_max=60)
    )
    assert download.heading.totals.count == 45_000
    assert download.page_count == 9


@pytest.mark.parametrize("kind", ["down", "error", "cut_off"])
async def test_short_trouble_is_overcome(office: Office, kind: str) -> None:
    await office.misbehave(kind, times=2, after=1)
    assert (await office.fetch()).heading.totals.count == 250


@pytest.mark.parametrize("kind", ["down", "error", "cut_off"])
async def test_lasting_trouble_is_unavailability(office: Office, kind: str) -> None:
    await office.misbehave(kind)
    error = await refusal(office)
    assert isinstance(error, SourceUnavailable)
    assert error.code == "sources.unavailable"


async def test_nobody_listening_is_unavailability(office: Office) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    gateway = TaxOfficeGateway(base_url=f"http://127.0.0.1:{port}/tax", token="x", limits=LIMITS)
    with pytest.raises(SourceUnavailable):
        await gateway.fetch(passage(office.number("one")))


async def test_silence_is_slowness(office: Office) -> None:
    await office.misbehave("silent", seconds=3)
    error = await refusal(office, replace(LIMITS, read_seconds_max=0.1))
    assert isinstance(error, SourceSlow)


async def test_dribbling_ends_at_the_total_deadline(office: Office) -> None:
    await office.misbehave("slow", seconds=60)
    started = time.perf_counter()
    error = await refusal(office, replace(LIMITS, read_seconds_max=10, total_seconds_max=0.5))
    assert isinstance(error, SourceSlow)
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("garbage", Finding.MALFORMED),
        ("malformed", Finding.MALFORMED),
        ("wrong_totals", Finding.TOTALS_DIFFER),
        ("truncated", Finding.TOTALS_DIFFER),
        ("repeat_page", Finding.PAGE_REPEATED),
        ("endless", Finding.TOTALS_DIFFER),
        ("other_taxpayer", Finding.OTHER_TAXPAYER),
    ],
)
async def test_a_lie_is_named(office: Office, kind: str, expected: Finding) -> None:
    await office.misbehave(kind)
    assert await finding(office) is expected


async def test_a_flood_is_dammed(office: Office) -> None:
    await office.misbehave("flood")
    assert await finding(office, replace(LIMITS, page_bytes_max=500_000)) is Finding.TOO_MANY_BYTES


async def test_totals_that_change_between_pages_are_named(office: Office) -> None:
    await office.misbehave("wrong_totals", after=1)
    error = await refusal(office, replace(LIMITS, rows_per_page=130))
    assert isinstance(error, SourceUntrustworthy)
    # The first try sees the totals change; the second sees them wrong from the start.
    assert error.finding is Finding.TOTALS_DIFFER


async def test_one_lie_is_forgiven(office: Office) -> None:
    await office.misbehave("wrong_totals", times=1)
    assert (await office.fetch()).heading.totals.count == 250


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        (replace(LIMITS, pages_max=2), Finding.TOO_MANY_PAGES),
        (replace(LIMITS, rows_max=249), Finding.TOO_MANY_ROWS),
        (replace(LIMITS, bytes_max=20_000), Finding.TOO_MANY_BYTES),
    ],
)
async def test_bounds_hold(office: Office, limits: DownloadLimits, expected: Finding) -> None:
    assert await finding(office, limits) is expected


async def test_an_unknown_taxpayer_is_said_so(office: Office) -> None:
    with pytest.raises(TaxpayerUnknown):
        await office.gateway().fetch(passage(registration_number("nobody")))


async def test_our_own_wrong_token_is_not_the_customers_fault(office: Office) -> None:
    with pytest.raises(SourceUnavailable) as raised:
        await office.gateway(token="wrong").fetch(passage(office.number("one")))
    assert raised.value.facts["cause"] == "HTTP 401"


async def test_a_denied_consent_is_final(office: Office) -> None:
    given = passage(office.number("one"))
    denied = replace(given.ticket, consent_id=cast("UUID", "no consent"))
    with pytest.raises(SourceAccessRefused):
        await office.gateway().fetch(replace(given, ticket=denied))


async def test_a_consent_that_ends_stops_the_download_before_the_next_page(office: Office) -> None:
    asked: list[int] = []

    class Ended(Exception):
        pass

    async def check() -> None:
        asked.append(len(asked))
        if len(asked) > 2:
            raise Ended

    # A fault of many strikes counts how often the office was asked.
    await office.misbehave("repeat_page", times=100, after=50)
    with pytest.raises(Ended):
        await office.gateway().fetch(passage(office.number("one"), check))
    async with httpx2.AsyncClient() as client:
        (fault,) = (await client.get(f"{office.url}/sandbox/faults/tax-office")).json()
    assert len(asked) == 3
    assert fault["after"] == 48, "asked for two pages, and not for a third"


async def test_a_period_beyond_the_consent_is_refused(office: Office) -> None:
    given = passage(office.number("one"))
    less = replace(given, ticket=replace(given.ticket, months_max=35))
    with pytest.raises(SourceUntrustworthy) as raised:
        await office.gateway().fetch(less)
    assert raised.value.finding is Finding.BEYOND_CONSENT
    assert "35" in raised.value.say("zh")
    assert "35" in raised.value.say("en")


async def test_a_cancelled_download_stops(office: Office) -> None:
    await office.misbehave("silent", seconds=30)
    task = asyncio.create_task(office.fetch(limits=replace(LIMITS, read_seconds_max=30)))
    await asyncio.sleep(0.2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
