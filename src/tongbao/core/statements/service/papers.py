"""Statements and certificates as PDF: what the templates are given, both languages."""

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Final

from tongbao.core.accounts.service import (
    DepositAccount,
    DepositAccountStatus,
    Product,
    entry_words,
)
from tongbao.core.statements.domain.documents import TITLES, Document, DocumentKind, closing_digest
from tongbao.core.statements.domain.statements import Line, Statement
from tongbao.core.statements.service.configuration import configuration
from tongbao.infra import pdf
from tongbao.infra.pdf.words import confirming_qr, figures, grouped, moment, said, shortened, shown
from tongbao.kernel.capitals import capitals
from tongbao.kernel.clock import BANK_ZONE, business_date
from tongbao.kernel.codes import printed
from tongbao.kernel.money import Money
from tongbao.kernel.text import Language, Text

STATEMENT: Final = pdf.Template.of("tongbao.core.statements", "pdf/statement.typ")
CERTIFICATE: Final = pdf.Template.of("tongbao.core.statements", "pdf/certificate.typ")
SECONDS_MAX: Final = 60.0

MOVEMENTS_MAX: Final = 3_000
PAGES_MAX: Final = 200
"""About as many pages as so many movements take; a PDF of more serves nobody."""
NAME_SHOWN_MAX: Final = 60
REFERENCE_SHOWN_MAX: Final = 100
"""What of a name and a reference is printed, so that the bounds of a PDF hold whatever they are."""

_CURRENCIES: Final = {
    "CNY": "人民币",
    "EUR": "欧元",
    "GBP": "英镑",
    "HKD": "港元",
    "JPY": "日元",
    "USD": "美元",
}
_STATUS: Final = {
    DepositAccountStatus.OPEN: Text(zh="正常", en="Open"),
    DepositAccountStatus.FROZEN: Text(zh="冻结", en="Frozen"),
    DepositAccountStatus.DORMANT: Text(zh="睡眠户", en="Dormant"),
    DepositAccountStatus.CLOSED: Text(zh="已销户", en="Closed"),
}
_PRODUCT: Final = {
    Product.CURRENT: Text(zh="活期结算账户", en="Current account"),
    Product.SAVINGS: Text(zh="活期储蓄账户", en="Savings account"),
    Product.WALLET: Text(zh="多币种钱包", en="Multi-currency wallet"),
}


async def statement_paper(
    document: Document, of: Statement, lines: Sequence[Line], *, at: datetime
) -> bytes:
    """Return a statement as PDF, not sealed yet: the same bytes for the same values."""
    language = document.language
    period = of.period
    return await pdf.render(
        STATEMENT,
        {
            **_frame(document, of.account, at),
            "holder": of.holder,
            "number": grouped(of.account.number),
            "product": product(of.account).say(language),
            "period": f"{said(period.first, language)} – {said(period.last, language)}",
            "through": None if period.over(of.made_at) else moment(of.made_at),
            "opening": shown(of.opening),
            "credits": shown(of.credits),
            "debits": shown(of.debits),
            "closing": shown(of.closing),
            "credit_entries": of.span.credit_entries,
            "debit_entries": of.span.debit_entries,
            "capitals": _capitals(of.closing),
            "currency": currency(of.account.currency, language),
            "lines": [_line(line, language) for line in lines],
        },
        pictures={"qr": confirming_qr(document.code, origin=configuration().origin)},
        seconds_max=SECONDS_MAX,
    )


async def certificate_paper(
    document: Document, account: DepositAccount, holder: str, *, at: datetime
) -> bytes:
    """Return a certificate as PDF, not sealed yet."""
    language = document.language

    def label(zh: str, en: str) -> str:
        return Text(zh=zh, en=en).say(language)

    facts = [
        [label("户名", "Account holder"), holder],
        [label("账号", "Account number"), grouped(account.number)],
        [label("账户类型", "Type of account"), product(account).say(language)],
        [label("币种", "Currency"), currency(account.currency, language)],
        [
            label("开户日期", "Opened on"),
            said(business_date(account.opened_at), language),
        ],
    ]
    if document.kind is DocumentKind.OPENING_CERTIFICATE:
        facts.append(
            [label("账户状态", "State of the account"), _STATUS[account.status].say(language)]
        )
    balance = document.closing
    return await pdf.render(
        CERTIFICATE,
        {
            **_frame(document, account, at),
            "kind": document.kind.value,
            "facts": facts,
            "balance": None if balance is None else shown(balance),
            "capitals": None if balance is None else _capitals(balance),
            "moment": _of_when(document, language),
        },
        pictures={"qr": confirming_qr(document.code, origin=configuration().origin)},
    )


def _frame(document: Document, account: DepositAccount, at: datetime) -> dict[str, pdf.Json]:
    """Return what every page asks for, and how the document is confirmed."""
    on, language = business_date(at), document.language
    bank, title = configuration().bank.say(language), TITLES[document.kind].say(language)
    digest = None
    if document.closing is not None and document.period_last is not None:
        digest = closing_digest(
            document.code, account.number, document.period_last, document.closing
        )
    return {
        "title": title,
        "language": language,
        "date": {"year": on.year, "month": on.month, "day": on.day},
        "head": bank,
        "foot": f"{title}  {printed(document.code)}",
        "bank": bank,
        "seal": configuration().bank.zh,
        "issued": moment(at),
        "code": printed(document.code),
        "address": f"{configuration().origin}/verify",
        "digest": None if digest is None else digest[:32],
        "id": str(document.id),
    }


def pages_in(content: bytes) -> int:
    """Return how many pages a document of our own has."""
    from pypdf import PdfReader  # noqa: PLC0415 - 17 MB of memory for who makes papers only

    return len(PdfReader(BytesIO(content)).pages)


def _of_when(document: Document, language: Language) -> str:
    """Return which moment a certificate speaks of."""
    day = document.period_last
    if day is None or day >= business_date(document.ordered_at):
        return moment(document.ordered_at)
    end = Text(zh="{day}营业终了", en="the end of {day}")
    return end.say(language, day=said(day, language))


def _line(line: Line, language: Language) -> list[pdf.Json]:
    booked = line.booked_at.astimezone(BANK_ZONE)
    incoming = line.direction == "credit"
    name = shortened(line.counterparty_name, NAME_SHOWN_MAX)
    other = "  ".join(each for each in (name, line.counterparty_number) if each)
    return [
        booked.strftime("%Y-%m-%d"),
        booked.strftime("%H:%M:%S"),
        line.value_on.isoformat(),
        entry_words(line.type, line.direction, reversal=line.reversal).say(language),
        other,
        shortened(line.reference, REFERENCE_SHOWN_MAX),
        figures(line.amount) if incoming else "",
        "" if incoming else figures(line.amount),
        figures(line.balance_after),
    ]


def currency(code: str, language: Language) -> str:
    """Return a currency's code, in Chinese behind its name where it is a usual one."""
    name = _CURRENCIES.get(code) if language == "zh" else None
    return code if name is None else f"{name} {code}"


def product(account: DepositAccount) -> Text:
    """Return what sort of account it is."""
    return _PRODUCT[account.product]


def _capitals(amount: Money) -> str | None:
    if amount.currency != "CNY" or amount.minor < 0:
        return None
    return capitals(amount)
