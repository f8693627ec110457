"""What the page shows, and its routes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from jinja2 import Environment, PackageLoader, select_autoescape
from starlette.exceptions import HTTPException

import tongbao
from tongbao.app import demo
from tongbao.app.site.built import Built
from tongbao.core.accounts import service as accounts
from tongbao.infra import jobs
from tongbao.infra.db import Database, ReadSession
from tongbao.infra.settings import Settings
from tongbao.infra.web import RequestLanguage
from tongbao.kernel.clock import BANK_ZONE, now
from tongbao.kernel.money import Money
from tongbao.kernel.text import Language, Text
from tongbao.products.lending import service as lending

FILES: Final = {
    "home.css": "text/css; charset=utf-8",
    "mark.svg": "image/svg+xml",
    "verify.css": "text/css; charset=utf-8",
    "verify.js": "text/javascript; charset=utf-8",
}
ENTRIES_SHOWN = 6
Lang = Annotated[str | None, Query(max_length=5)]

TITLES: Final = {
    ("lending.disbursement", True): Text(zh="贷款放款", en="Loan disbursed"),
    ("lending.repayment", False): Text(zh="归还贷款", en="Loan repaid"),
    ("payments.transfer", True): Text(zh="收到转账", en="Transfer received"),
    ("payments.transfer", False): Text(zh="转账付款", en="Transfer sent"),
}
OTHER: Final = Text(zh="账户变动", en="Account movement")

_pages = Environment(
    loader=PackageLoader("tongbao.app.site"),
    autoescape=select_autoescape(),
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Check:
    """One part of the platform and whether it works."""

    name: Text
    ok: bool

    @property
    def state(self) -> Text:
        """Return the state in words."""
        return Text(zh="正常", en="fine") if self.ok else Text(zh="没有响应", en="no answer")


@dataclass(frozen=True, slots=True)
class Line:
    """One movement on the firm's account."""

    title: Text
    when: str
    reference: str | None
    incoming: bool
    amount: str
    balance: str


@dataclass(frozen=True, slots=True)
class Firm:
    """The demo firm's account."""

    name: str
    number: str
    whole: str
    cents: str
    entries: Sequence[Line]


@dataclass(frozen=True, slots=True)
class LoanCard:
    """The demo firm's loan in figures a person reads."""

    outstanding: str
    limit: str
    rate: str
    daily: str
    invoices: str


def routes(built: Built | None = None) -> APIRouter:
    """Return `/`, the plain pages and the files they need; open to everyone.

    `/` is the web application, or the page of the platform's state where it was not built.
    """
    site = APIRouter(include_in_schema=False)

    async def platform(
        request: Request,
        preferred: RequestLanguage,
        lang: Lang = None,
    ) -> Response:
        language = _language(lang, preferred)
        html = await _home(request, language, has_web=built is not None, at=now())
        headers = {"Content-Language": language}
        return Response(html, media_type="text/html; charset=utf-8", headers=headers)

    site.get("/platform")(platform)
    if built is None:
        site.get("/")(platform)
    else:

        @site.get("/")
        async def home(request: Request) -> Response:
            return built.page(request)

    @site.get("/verify")
    async def verify(preferred: RequestLanguage, lang: Lang = None) -> Response:
        """Let anybody have a statement or a certificate confirmed; the QR codes lead here."""
        language = _language(lang, preferred)
        html = _pages.get_template("verify.html").render(language=language, say=_in(language))
        headers = {"Content-Language": language}
        return Response(html, media_type="text/html; charset=utf-8", headers=headers)

    @site.get("/site/{name}")
    async def file(name: str) -> Response:
        if name not in FILES:
            raise HTTPException(404)
        data = resources.files("tongbao.app.site").joinpath(f"static/{name}").read_bytes()
        return Response(data, media_type=FILES[name], headers={"Cache-Control": "no-cache"})

    return site


def _language(asked: str | None, preferred: Language) -> Language:
    """Return the language of a page: the one its address names, else the caller's."""
    return "en" if asked == "en" else "zh" if asked == "zh" else preferred


def _in(language: Language) -> Callable[[str, str], str]:
    return lambda zh, en: zh if language == "zh" else en


async def _home(request: Request, language: Language, *, has_web: bool, at: datetime) -> str:
    database: Database = request.app.state.database
    settings: Settings = request.app.state.settings
    firm: Firm | None = None
    loan: LoanCard | None = None
    checks = [Check(Text(zh="接口", en="API"), ok=True)]
    try:
        async with database.read() as tx:
            if settings.demo:
                firm, loan = await _demo(tx)
            working = await jobs.worker_is_alive(tx, at=at)
    except Exception:  # noqa: BLE001 - whatever is wrong, the page says that something is
        checks.append(Check(Text(zh="数据库", en="Database"), ok=False))
    else:
        checks.append(Check(Text(zh="数据库", en="Database"), ok=True))
        checks.append(Check(Text(zh="后台任务", en="Worker"), ok=working))
    return _pages.get_template("home.html").render(
        language=language,
        say=_in(language),
        has_web=has_web,
        healthy=all(check.ok for check in checks),
        version=tongbao.__version__,
        checked_at=at.astimezone(BANK_ZONE).strftime("%Y-%m-%d %H:%M"),
        checks=checks,
        firm=firm,
        loan=loan,
        logins=demo.LOGINS if settings.demo else (),
        inbox=settings.message_gateway_url if settings.demo else None,
    )


async def _demo(tx: ReadSession) -> tuple[Firm | None, LoanCard | None]:
    party = await demo.find_firm(tx)
    if party is None:
        return None, None
    page = await accounts.for_party(tx, party_id=party.id, limit=1)
    if not page.items:
        return None, None
    account = page.items[0]
    balance = await accounts.balance(tx, account.id)
    entries = await accounts.entries(tx, account, limit=ENTRIES_SHOWN)
    whole, _, cents = grouped(balance.available).partition(".")
    firm = Firm(
        name=party.name,
        number=account.number,
        whole=whole,
        cents=cents,
        entries=[
            Line(
                title=TITLES.get((entry.type, entry.direction == "credit"), OTHER),
                when=entry.booked_at.astimezone(BANK_ZONE).strftime("%Y-%m-%d %H:%M"),
                reference=entry.counterparty.name if entry.counterparty else None,
                incoming=entry.direction == "credit",
                amount=grouped(entry.amount),
                balance=grouped(entry.balance_after) if entry.balance_after else "",
            )
            for entry in entries.items
        ],
    )
    return firm, await _loan(tx, party.id)


def grouped(money: Money) -> str:
    """Return an amount with its thousands apart: 1,234,567.80."""
    sign = "−" if money.minor < 0 else ""
    whole, _, cents = abs(money).text.partition(".")
    return f"{sign}{int(whole):,}" + (f".{cents}" if cents else "")


async def _loan(tx: ReadSession, party_id: UUID) -> LoanCard | None:
    loans = await lending.list_loans(tx, among=[party_id], limit=1)
    if not loans.items:
        return None
    held = loans.items[0]
    application = await lending.get(tx, held.loan.application_id)
    decision = await lending.decision(tx, application)
    if decision is None or decision.limit is None:
        return None
    data = decision.record.get("data") or {}
    return LoanCard(
        outstanding=grouped(held.outstanding),
        limit=grouped(decision.limit),
        rate=held.loan.annual_rate.percent_text,
        daily=lending.daily_interest_per_10000(held.loan.annual_rate).text,
        invoices=f"{data.get('row_count', 0):,}",
    )
