"""camt.053.001.08, Bank-to-Customer Statement: what is on an account, page by page.

Each page is a message of its own (`MsgPgntn`). Where a page is not the first or not the last, its
balances are intermediate (`SubTp` INTM), so that opening, entries and closing agree on every page.
Amounts are always positive; `CdtDbtInd` says which way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from lxml import etree

from tongbao.kernel.money import Money
from tongbao.lib.iso20022.text import fitted, pieces

NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
PAGES_MAX: Final = 99_999
REFERENCE_MAX: Final = 35
NOT_PROVIDED: Final = "NOTPROVIDED"

BalanceKind = Literal["OPBD", "CLBD", "CLAV"]


@dataclass(frozen=True, slots=True)
class Balance:
    """A balance of one kind on a day: opening booked, closing booked, closing available."""

    kind: BalanceKind
    amount: Money
    on: date
    intermediate: bool = False


@dataclass(frozen=True, slots=True)
class Code:
    """What sort of transaction it is: domain, family and sub-family, and the bank's own word."""

    domain: str
    family: str
    sub_family: str
    own: str


@dataclass(frozen=True, slots=True)
class Counterparty:
    """Who is on the other side."""

    name: str
    account: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One movement."""

    reference: str
    amount: Money
    credit: bool
    reversal: bool
    booked_at: datetime
    value_on: date
    code: Code
    counterparty: Counterparty | None
    remittance: str | None
    words: str


@dataclass(frozen=True, slots=True)
class Totals:
    """How many entries of the whole statement there are each way, and what they come to."""

    credits: Money
    credit_entries: int
    debits: Money
    debit_entries: int


@dataclass(frozen=True, slots=True)
class Page:
    """One message: a page of the statement of one account."""

    message_id: str
    statement_id: str
    created_at: datetime
    number: int
    last: bool
    from_at: datetime
    to_at: datetime
    account: str
    currency: str
    owner: str
    servicer: str
    issuer: str
    balances: Sequence[Balance]
    totals: Totals
    entries: Sequence[Entry]


def document(page: Page) -> bytes:
    """Return a page as XML in UTF-8: the same bytes for the same values."""
    assert 1 <= page.number <= PAGES_MAX, f"at most {PAGES_MAX} pages"
    root = etree.Element(f"{{{NAMESPACE}}}Document", nsmap={None: NAMESPACE})
    message = _sub(root, "BkToCstmrStmt")
    header = _sub(message, "GrpHdr")
    _sub(header, "MsgId", fitted(page.message_id, REFERENCE_MAX))
    _sub(header, "CreDtTm", _moment(page.created_at))
    pagination = _sub(header, "MsgPgntn")
    _sub(pagination, "PgNb", str(page.number))
    _sub(pagination, "LastPgInd", _flag(page.last))
    statement = _sub(message, "Stmt")
    _sub(statement, "Id", fitted(page.statement_id, REFERENCE_MAX))
    _sub(statement, "CreDtTm", _moment(page.created_at))
    period = _sub(statement, "FrToDt")
    _sub(period, "FrDtTm", _moment(page.from_at))
    _sub(period, "ToDtTm", _moment(page.to_at))
    _account(statement, page)
    for balance in page.balances:
        _balance(statement, balance)
    _totals(statement, page.totals)
    for entry in page.entries:
        _entry(statement, entry, issuer=page.issuer)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _account(statement: etree._Element, page: Page) -> None:
    account = _sub(statement, "Acct")
    _sub(_sub(_sub(account, "Id"), "Othr"), "Id", page.account)
    _sub(account, "Ccy", page.currency)
    _named(account, "Ownr", page.owner)
    servicer = _sub(_sub(account, "Svcr"), "FinInstnId")
    _sub(servicer, "Nm", fitted(page.servicer, 140))


def _balance(statement: etree._Element, balance: Balance) -> None:
    element = _sub(statement, "Bal")
    kind = _sub(element, "Tp")
    _sub(_sub(kind, "CdOrPrtry"), "Cd", balance.kind)
    if balance.intermediate:
        _sub(_sub(kind, "SubTp"), "Cd", "INTM")
    _amount(element, balance.amount)
    _sub(element, "CdtDbtInd", _way(credit=balance.amount.minor >= 0))
    _sub(_sub(element, "Dt"), "Dt", balance.on.isoformat())


def _totals(statement: etree._Element, totals: Totals) -> None:
    summary = _sub(statement, "TxsSummry")
    net = totals.credits - totals.debits
    total = _sub(summary, "TtlNtries")
    _sub(total, "NbOfNtries", str(totals.credit_entries + totals.debit_entries))
    _sub(total, "Sum", (totals.credits + totals.debits).text)
    direction = _sub(total, "TtlNetNtry")
    _sub(direction, "Amt", abs(net).text)
    _sub(direction, "CdtDbtInd", _way(credit=net.minor >= 0))
    for name, count, amount in (
        ("TtlCdtNtries", totals.credit_entries, totals.credits),
        ("TtlDbtNtries", totals.debit_entries, totals.debits),
    ):
        side = _sub(summary, name)
        _sub(side, "NbOfNtries", str(count))
        _sub(side, "Sum", amount.text)


def _entry(statement: etree._Element, entry: Entry, *, issuer: str) -> None:
    element = _sub(statement, "Ntry")
    _sub(element, "NtryRef", fitted(entry.reference, REFERENCE_MAX))
    _amount(element, entry.amount)
    _sub(element, "CdtDbtInd", _way(credit=entry.credit))
    if entry.reversal:
        _sub(element, "RvslInd", _flag(value=True))
    _sub(_sub(element, "Sts"), "Cd", "BOOK")
    _sub(_sub(element, "BookgDt"), "DtTm", _moment(entry.booked_at))
    _sub(_sub(element, "ValDt"), "Dt", entry.value_on.isoformat())
    _sub(element, "AcctSvcrRef", fitted(entry.reference, REFERENCE_MAX))
    code = _sub(element, "BkTxCd")
    domain = _sub(code, "Domn")
    _sub(domain, "Cd", entry.code.domain)
    family = _sub(domain, "Fmly")
    _sub(family, "Cd", entry.code.family)
    _sub(family, "SubFmlyCd", entry.code.sub_family)
    own = _sub(code, "Prtry")
    _sub(own, "Cd", fitted(entry.code.own, REFERENCE_MAX) or NOT_PROVIDED)
    _sub(own, "Issr", issuer)
    details = _sub(_sub(element, "NtryDtls"), "TxDtls")
    references = _sub(details, "Refs")
    _sub(references, "EndToEndId", NOT_PROVIDED)
    _sub(references, "AcctSvcrTxId", fitted(entry.reference, REFERENCE_MAX))
    if entry.counterparty is not None:
        _counterparty(_sub(details, "RltdPties"), entry)
    remittance = list(pieces(entry.remittance, 140))
    if remittance:
        element_of = _sub(details, "RmtInf")
        for piece in remittance:
            _sub(element_of, "Ustrd", piece)
    words = fitted(entry.words, 500)
    if words is not None:
        _sub(element, "AddtlNtryInf", words)


def _counterparty(parties: etree._Element, entry: Entry) -> None:
    assert entry.counterparty is not None
    # Money in comes from a debtor; money out goes to a creditor.
    role = "Dbtr" if entry.credit else "Cdtr"
    _named(_sub(parties, role), "Pty", entry.counterparty.name)
    account = _sub(parties, f"{role}Acct")
    _sub(_sub(_sub(account, "Id"), "Othr"), "Id", fitted(entry.counterparty.account, 34))


def _named(parent: etree._Element, tag: str, name: str) -> None:
    _sub(_sub(parent, tag), "Nm", fitted(name, 140) or NOT_PROVIDED)


def _amount(parent: etree._Element, amount: Money) -> None:
    _sub(parent, "Amt", abs(amount).text).set("Ccy", amount.currency)


def _sub(parent: etree._Element, tag: str, text: str | None = None) -> etree._Element:
    element = etree.SubElement(parent, f"{{{NAMESPACE}}}{tag}")
    element.text = text
    return element


def _moment(at: datetime) -> str:
    assert at.utcoffset() is not None, "an instant needs a time zone"
    return at.isoformat(timespec="milliseconds")


def _flag(value: bool) -> str:  # noqa: FBT001 - a truth value in the words of the schema
    return "true" if value else "false"


def _way(*, credit: bool) -> str:
    return "CRDT" if credit else "DBIT"
