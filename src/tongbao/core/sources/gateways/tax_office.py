"""The tax office's invoice service over HTTP.

`GET {base}/v1/taxpayers/{registration number}/invoices?cursor=&limit=`, page after page, inside one
total deadline. A connection error, a time-out and a 5xx or 429 answer are tried again with a
growing pause; an answer that cannot be true is asked for once more from the first page (the office
may have booked an invoice in between) and then refused.
"""

import asyncio
import random
import ssl
from datetime import date
from typing import Annotated, Final, Literal
from urllib.parse import quote
from uuid import UUID

import httpx2
import structlog
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, with_config
from typing_extensions import TypedDict

from tongbao.core.sources.domain.download import (
    Collector,
    ControlTotals,
    Download,
    DownloadLimits,
    Heading,
    InvoiceColumns,
)
from tongbao.core.sources.domain.errors import (
    VAT_INVOICES,
    Finding,
    SourceAccessRefused,
    SourceSlow,
    SourceUnavailable,
    SourceUntrustworthy,
    TaxpayerUnknown,
)
from tongbao.core.sources.domain.passage import Passage

log = structlog.get_logger(__name__)

TOO_MANY_REQUESTS: Final = 429
SERVER_ERROR: Final = 500
JITTER: Final = 0.25

# An invoice is below ten billion yuan, so that the sum of a million of them fits 64 bits.
Amount = Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,10}\.[0-9]{2}$")]
Total = Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,16}\.[0-9]{2}$")]
Day = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class _Wire(BaseModel):
    """Strict about what we read; members we do not know are neither read nor kept."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class _Taxpayer(_Wire):
    registration_number: Code
    name: Name


class _Period(_Wire):
    starts: Annotated[date, Field(alias="from")]
    ends: Annotated[date, Field(alias="to")]


class _Totals(_Wire):
    count: Annotated[int, Field(ge=0)]
    amount: Total
    tax: Total


@with_config(ConfigDict(strict=True, extra="ignore"))
class _Item(TypedDict):
    id: Code
    direction: Literal["out", "in"]
    number: Code
    issued_on: Day
    counterparty: Name
    amount: Amount
    tax: Amount
    void: bool


class _Page(_Wire):
    taxpayer: _Taxpayer
    period: _Period
    totals: _Totals
    items: list[_Item]
    next: Annotated[str, StringConstraints(min_length=1, max_length=2_000)] | None


class _Trouble(Exception):
    """A failure that another try may cure."""

    def __init__(self, cause: str, *, slow: bool) -> None:
        super().__init__(cause)
        self.cause = cause
        self.slow = slow


class TaxOfficeGateway:
    """Downloads the VAT invoices of one taxpayer, complete and checked, or raises."""

    def __init__(self, *, base_url: str, token: str, limits: DownloadLimits) -> None:
        self.base_url = base_url.rstrip("/")
        self.limits = limits
        self._token = token
        self._tls = ssl.create_default_context()

    async def fetch(self, passage: Passage, /) -> Download:
        """Download all invoices that the consent covers.

        Raises what `passage.check` raises, `SourceUnavailable` and `SourceSlow` (try later),
        `SourceUntrustworthy` (after a second try), `SourceAccessRefused` and `TaxpayerUnknown`.
        """
        try:
            async with (
                asyncio.timeout(self.limits.total_seconds_max),
                self._client(passage.ticket.consent_id) as client,
            ):
                try:
                    return await self._download(client, passage)
                except SourceUntrustworthy as error:
                    log.warning("tax_office_untrustworthy", finding=error.finding.value)
                    return await self._download(client, passage)
        except TimeoutError:
            raise SourceSlow(
                source=VAT_INVOICES, seconds=f"{self.limits.total_seconds_max:g}"
            ) from None

    def _client(self, consent_id: UUID) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(
            headers={
                "Authorization": f"Bearer {self._token}",
                "X-Consent-Id": str(consent_id),
                "Accept": "application/json",
            },
            timeout=httpx2.Timeout(
                self.limits.read_seconds_max, connect=self.limits.connect_seconds_max
            ),
            verify=self._tls,
            follow_redirects=False,
            trust_env=False,
        )

    async def _download(self, client: httpx2.AsyncClient, passage: Passage) -> Download:
        registration_number = passage.ticket.registration_number
        url = f"{self.base_url}/v1/taxpayers/{quote(registration_number, safe='')}/invoices"
        collector = Collector(
            registration_number=registration_number,
            limits=self.limits,
            months_max=passage.ticket.months_max,
        )
        parameters: dict[str, str | int] = {"limit": self.limits.rows_per_page}
        byte_count = 0
        for _ in range(self.limits.pages_max + 1):
            body = await self._page(client, url, parameters, passage)
            byte_count += len(body)
            if byte_count > self.limits.bytes_max:
                raise SourceUntrustworthy(
                    finding=Finding.TOO_MANY_BYTES, maximum=self.limits.bytes_max
                )
            heading, rows, following = read_page(body)
            collector.add(heading, rows, following)
            if following is None:
                return await asyncio.to_thread(collector.finish, byte_count=byte_count)
            parameters["cursor"] = following
        raise AssertionError("the collector bounds the pages")

    async def _page(
        self,
        client: httpx2.AsyncClient,
        url: str,
        parameters: dict[str, str | int],
        passage: Passage,
    ) -> bytes:
        registration_number = passage.ticket.registration_number
        for attempt in range(1, self.limits.attempts_max + 1):
            await passage.check()
            try:
                return await self._get(client, url, parameters, registration_number)
            except _Trouble as trouble:
                log.warning("tax_office_trouble", cause=trouble.cause, attempt=attempt)
                if attempt == self.limits.attempts_max:
                    if trouble.slow:
                        raise SourceSlow(
                            source=VAT_INVOICES, seconds=f"{self.limits.read_seconds_max:g}"
                        ) from None
                    raise SourceUnavailable(source=VAT_INVOICES, cause=trouble.cause) from None
            await asyncio.sleep(pause(self.limits.backoff_seconds, attempt))
        raise AssertionError("the last attempt returns or raises")

    async def _get(
        self,
        client: httpx2.AsyncClient,
        url: str,
        parameters: dict[str, str | int],
        registration_number: str,
    ) -> bytes:
        try:
            async with client.stream("GET", url, params=parameters) as response:
                check_status(response.status_code, registration_number)
                return await self._body(response)
        except httpx2.TimeoutException as error:
            raise _Trouble(type(error).__name__, slow=True) from None
        except httpx2.TransportError as error:
            raise _Trouble(type(error).__name__, slow=False) from None
        except httpx2.DecodingError:
            raise SourceUntrustworthy(finding=Finding.MALFORMED, where="encoding") from None

    async def _body(self, response: httpx2.Response) -> bytes:
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > self.limits.page_bytes_max:
                raise SourceUntrustworthy(
                    finding=Finding.TOO_MANY_BYTES, maximum=self.limits.page_bytes_max
                )
        return bytes(body)


def pause(base_seconds: float, attempt: int) -> float:
    """Return the pause after a failed attempt: doubling, with jitter so that callers spread."""
    spread = random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - spreads load, guards nothing
    return base_seconds * float(2 ** (attempt - 1)) * spread


def check_status(status: int, registration_number: str) -> None:
    """Return for 200; raise what any other status means."""
    if status == httpx2.codes.OK:
        return
    if status >= SERVER_ERROR or status == TOO_MANY_REQUESTS:
        cause = f"HTTP {status}"
        raise _Trouble(cause, slow=False)
    if status == httpx2.codes.UNAUTHORIZED:
        # Our own credentials are wrong: nothing the customer did, and no reason to refuse him.
        raise SourceUnavailable(source=VAT_INVOICES, cause="HTTP 401")
    if status == httpx2.codes.FORBIDDEN:
        raise SourceAccessRefused(source=VAT_INVOICES)
    if status == httpx2.codes.NOT_FOUND:
        raise TaxpayerUnknown(source=VAT_INVOICES, registration_number=registration_number)
    raise SourceUntrustworthy(finding=Finding.UNEXPECTED_STATUS, status=status)


def fen(text: str) -> int:
    """Return an amount in minor units; the page's schema has checked its form."""
    return int(text.replace(".", "", 1))


def read_page(body: bytes) -> tuple[Heading, InvoiceColumns, str | None]:
    """Return heading, rows and next cursor of one page; raises `SourceUntrustworthy`."""
    try:
        page = _Page.model_validate_json(body)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])
        raise SourceUntrustworthy(finding=Finding.MALFORMED, where=where or "JSON") from None
    items = page.items
    heading = Heading(
        registration_number=page.taxpayer.registration_number,
        name=page.taxpayer.name,
        period_from=page.period.starts,
        period_to=page.period.ends,
        totals=ControlTotals(
            count=page.totals.count,
            amount_minor=fen(page.totals.amount),
            tax_minor=fen(page.totals.tax),
        ),
    )
    rows = InvoiceColumns(
        id=[item["id"] for item in items],
        out=[item["direction"] == "out" for item in items],
        number=[item["number"] for item in items],
        issued_on=[item["issued_on"] for item in items],
        counterparty=[item["counterparty"] for item in items],
        amount_minor=[fen(item["amount"]) for item in items],
        tax_minor=[fen(item["tax"]) for item in items],
        void=[item["void"] for item in items],
    )
    return heading, rows, page.next
