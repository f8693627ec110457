"""The bank's ISO 20022 messages: pacs.008 written; pacs.002, 004, 008 and camt.053 read.

Whatever is read was signed by the bank, and is untrusted all the same: no entities, no document
types, no network, bounded depth; a message that lacks what it must have is refused with its path.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from lxml import etree

from tongbao.core.channels.domain.instructions import Counterparty, CounterpartyKind, Instruction
from tongbao.core.channels.gateways import reading
from tongbao.kernel.clock import BANK_ZONE
from tongbao.kernel.money import Money

RETURNED: Final = "RRTN"
"""The sub-family of a credit that is a return (ExternalBankTransactionSubFamily1Code)."""
PACS008: Final = "urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"
PACS002: Final = "urn:iso:std:iso:20022:tech:xsd:pacs.002.001.11"
PACS004: Final = "urn:iso:std:iso:20022:tech:xsd:pacs.004.001.10"
CAMT053: Final = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
MOST: Final = 100_000
CURRENCY: Final = "CNY"
NAME_LENGTH: Final = 140
NOT_PROVIDED: Final = "NOTPROVIDED"
_UNFIT: Final = re.compile("[^\\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot hold; tabs and line ends besides."""


class Unreadable(ValueError):
    """Not such a message; says where."""


@dataclass(frozen=True, slots=True)
class Status:
    """What a pacs.002 says of one payment."""

    reference: str
    status: str
    code: str
    amount: Money
    channel_reference: str | None
    settled_on: date | None


@dataclass(frozen=True, slots=True)
class Report:
    """A pacs.002: its id, the status of a whole message where it has one, and of payments."""

    message_id: str
    group_status: str
    group_code: str
    statuses: tuple[Status, ...]


@dataclass(frozen=True, slots=True)
class Incoming:
    """One transfer of a pacs.008 to a customer of ours."""

    reference: str
    end_to_end_id: str
    uetr: UUID | None
    amount: Money
    creditor: Counterparty
    debtor: Counterparty
    remittance: str


@dataclass(frozen=True, slots=True)
class Returned:
    """One payment that comes back, of a pacs.004."""

    reference: str
    original_reference: str
    amount: Money
    code: str
    end_to_end_id: str
    uetr: UUID | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a camt.053; `owed` is above zero for what the bank owes us.

    `original_reference` is our reference of what came back, of an entry that is a return.
    """

    reference: str
    channel_reference: str
    owed: Money
    booked_on: date
    original_reference: str | None


class Document:
    """A message of one namespace, looked into by paths."""

    def __init__(self, body: bytes) -> None:
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
        )
        try:
            self.root = etree.fromstring(body, parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            raise Unreadable(str(error)[:100]) from None
        if self.root.getroottree().docinfo.doctype:
            raise Unreadable("DOCTYPE")
        self.namespace = etree.QName(self.root).namespace or ""
        if etree.QName(self.root).localname != "Document":
            raise Unreadable("Document")

    def each(self, path: str, within: etree._Element | None = None) -> Iterator[etree._Element]:
        """Return the elements of a path, as many as are allowed."""
        found = (self.root if within is None else within).findall(self._path(path))
        if len(found) > MOST:
            raise Unreadable(path)
        return iter(found)

    def text(self, path: str, within: etree._Element | None = None) -> str:
        """Return the text of an element that must be there."""
        found = self.maybe(path, within)
        if not found:
            raise Unreadable(path)
        return found

    def maybe(self, path: str, within: etree._Element | None = None) -> str:
        """Return the text of an element, empty if it is not there."""
        element = (self.root if within is None else within).find(self._path(path))
        return "" if element is None else (element.text or "").strip()

    def amount(self, path: str, within: etree._Element | None = None) -> Money:
        """Return an amount in our currency."""
        element = (self.root if within is None else within).find(self._path(path))
        if element is None or element.get("Ccy") != CURRENCY:
            raise Unreadable(path)
        try:
            return reading.major((element.text or "").strip(), CURRENCY)
        except ValueError:
            raise Unreadable(path) from None

    def day(self, path: str, within: etree._Element | None = None) -> date:
        """Return a day that must be there."""
        try:
            return date.fromisoformat(self.text(path, within))
        except ValueError:
            raise Unreadable(path) from None

    def uetr(self, path: str, within: etree._Element | None = None) -> UUID | None:
        """Return a UETR if there is one."""
        text = self.maybe(path, within)
        try:
            return UUID(text) if text else None
        except ValueError:
            raise Unreadable(path) from None

    def _path(self, path: str) -> str:
        return "/".join(f"{{{self.namespace}}}{step}" for step in path.split("/"))


def write_order(instruction: Instruction, *, message_id: str, at: datetime, agent: str) -> bytes:
    """Return a pacs.008 of one credit transfer."""
    creditor, debtor = instruction.counterparty, instruction.debtor
    assert creditor is not None, "money goes to somebody"
    root = etree.Element(f"{{{PACS008}}}Document", nsmap={None: PACS008})

    def add(parent: etree._Element, path: str, text: str | None = None) -> etree._Element:
        for step in path.split("/"):
            parent = etree.SubElement(parent, f"{{{PACS008}}}{step}")
        parent.text = text
        return parent

    message = add(root, "FIToFICstmrCdtTrf")
    head = add(message, "GrpHdr")
    add(head, "MsgId", message_id)
    add(head, "CreDtTm", at.astimezone(BANK_ZONE).isoformat(timespec="milliseconds"))
    add(head, "NbOfTxs", "1")
    add(head, "SttlmInf/SttlmMtd", "CLRG")
    one = add(message, "CdtTrfTxInf")
    ids = add(one, "PmtId")
    add(ids, "EndToEndId", instruction.end_to_end_id or NOT_PROVIDED)
    add(ids, "TxId", instruction.reference)
    if instruction.uetr is not None:
        add(ids, "UETR", str(instruction.uetr))
    amount = add(one, "IntrBkSttlmAmt", instruction.amount.text)
    amount.set("Ccy", instruction.amount.currency)
    add(one, "IntrBkSttlmDt", str(at.astimezone(BANK_ZONE).date()))
    add(one, "ChrgBr", "SHAR")
    add(one, "Dbtr/Nm", plain(debtor.name if debtor else "") or NOT_PROVIDED)
    if debtor is not None:
        add(one, "DbtrAcct/Id/Othr/Id", debtor.account_number)
    add(one, "DbtrAgt/FinInstnId/Nm", agent)
    bank = add(one, "CdtrAgt/FinInstnId")
    if creditor.bank_code:
        add(bank, "ClrSysMmbId/MmbId", creditor.bank_code)
    else:
        add(bank, "Nm", NOT_PROVIDED)
    add(one, "Cdtr/Nm", plain(creditor.name) or NOT_PROVIDED)
    add(one, "CdtrAcct/Id/Othr/Id", creditor.account_number)
    if plain(instruction.remittance):
        add(one, "RmtInf/Ustrd", plain(instruction.remittance))
    document: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return document


def plain(text: str) -> str:
    """Return a text as a message can carry it: of at most 140 characters, all of them fit."""
    return _UNFIT.sub("", text).strip()[:NAME_LENGTH].strip()


def read_report(document: Document) -> Report:
    """Read a pacs.002. Raises `Unreadable`."""
    base = "FIToFIPmtStsRpt"
    statuses = []
    for one in document.each(f"{base}/TxInfAndSts"):
        day = document.maybe("FctvIntrBkSttlmDt/Dt", one)
        statuses.append(
            Status(
                reference=document.text("OrgnlTxId", one),
                status=document.text("TxSts", one),
                code=document.maybe("StsRsnInf/Rsn/Cd", one),
                amount=document.amount("OrgnlTxRef/IntrBkSttlmAmt", one),
                channel_reference=document.maybe("AcctSvcrRef", one) or None,
                settled_on=document.day("FctvIntrBkSttlmDt/Dt", one) if day else None,
            )
        )
    return Report(
        document.text(f"{base}/GrpHdr/MsgId"),
        document.maybe(f"{base}/OrgnlGrpInfAndSts/GrpSts"),
        document.maybe(f"{base}/OrgnlGrpInfAndSts/StsRsnInf/Rsn/Cd"),
        tuple(statuses),
    )


def read_incoming(document: Document) -> tuple[str, tuple[Incoming, ...]]:
    """Read a pacs.008 to us: its id and its transfers. Raises `Unreadable`."""
    base = "FIToFICstmrCdtTrf"

    def party(role: str, one: etree._Element) -> Counterparty:
        return Counterparty(
            kind=CounterpartyKind.BANK_ACCOUNT,
            account_number=document.text(f"{role}Acct/Id/Othr/Id", one),
            name=document.text(f"{role}/Nm", one)[:NAME_LENGTH],
            bank_code=document.maybe(f"{role}Agt/FinInstnId/ClrSysMmbId/MmbId", one) or None,
        )

    transfers = tuple(
        Incoming(
            reference=document.text("PmtId/TxId", one),
            end_to_end_id=document.text("PmtId/EndToEndId", one),
            uetr=document.uetr("PmtId/UETR", one),
            amount=document.amount("IntrBkSttlmAmt", one),
            creditor=party("Cdtr", one),
            debtor=party("Dbtr", one),
            remittance=document.maybe("RmtInf/Ustrd", one),
        )
        for one in document.each(f"{base}/CdtTrfTxInf")
    )
    return document.text(f"{base}/GrpHdr/MsgId"), transfers


def read_returns(document: Document) -> tuple[str, tuple[Returned, ...]]:
    """Read a pacs.004: its id and what comes back. Raises `Unreadable`."""
    base = "PmtRtr"
    returned = tuple(
        Returned(
            reference=document.text("RtrId", one),
            original_reference=document.text("OrgnlTxId", one),
            amount=document.amount("RtrdIntrBkSttlmAmt", one),
            code=document.maybe("RtrRsnInf/Rsn/Cd", one),
            end_to_end_id=document.maybe("OrgnlEndToEndId", one),
            uetr=document.uetr("OrgnlUETR", one),
        )
        for one in document.each(f"{base}/TxInf")
    )
    return document.text(f"{base}/GrpHdr/MsgId"), returned


def read_statement(document: Document) -> tuple[date, Money, Money, tuple[Entry, ...]]:
    """Read a camt.053: its day, opening and closing balance, and its booked entries.

    Raises `Unreadable`.
    """
    base = "BkToCstmrStmt/Stmt"

    def signed(within: etree._Element) -> Money:
        amount = document.amount("Amt", within)
        return -amount if document.text("CdtDbtInd", within) == "DBIT" else amount

    balances = {
        document.text("Tp/CdOrPrtry/Cd", each): (signed(each), document.day("Dt/Dt", each))
        for each in document.each(f"{base}/Bal")
    }
    entries = tuple(
        Entry(
            reference=document.text("NtryDtls/TxDtls/Refs/TxId", each),
            channel_reference=document.text("AcctSvcrRef", each),
            owed=signed(each),
            booked_on=document.day("BookgDt/Dt", each),
            original_reference=_returned(document, each),
        )
        for each in document.each(f"{base}/Ntry")
        if document.text("Sts/Cd", each) == "BOOK"
    )
    if not {"OPBD", "CLBD"} <= balances.keys():
        raise Unreadable("Bal")
    (opening, _), (closing, day) = balances["OPBD"], balances["CLBD"]
    return day, opening, closing, entries


def _returned(document: Document, entry: etree._Element) -> str | None:
    if document.maybe("BkTxCd/Domn/Fmly/SubFmlyCd", entry) != RETURNED:
        return None
    return document.maybe("NtryDtls/TxDtls/Refs/InstrId", entry) or None
