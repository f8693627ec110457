"""The bank's ISO 20022 messages: pacs.008 read and written, pacs.002, pacs.004, camt.053."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from secrets import token_hex
from typing import Final

from lxml import etree

from tongbao_sandbox.channels.book import ZONE, Direction, Payment

PACS008: Final = "urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"
PACS002: Final = "urn:iso:std:iso:20022:tech:xsd:pacs.002.001.11"
PACS004: Final = "urn:iso:std:iso:20022:tech:xsd:pacs.004.001.10"
CAMT053: Final = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
TRANSFERS_MAX: Final = 1_000
_AMOUNT: Final = re.compile(r"(0|[1-9][0-9]{0,12})(\.[0-9]{1,2})?", re.ASCII)


class Unreadable(Exception):
    """Not a message as this bank takes it; says where."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """One transfer of a pacs.008."""

    transaction_id: str
    end_to_end_id: str
    uetr: str
    amount: int
    account: str
    name: str
    remittance: str


@dataclass(frozen=True, slots=True)
class Order:
    """A pacs.008: its id and its transfers."""

    message_id: str
    transfers: tuple[Ordered, ...]


def read_order(body: bytes) -> Order:
    """Read a pacs.008. Entities, document types and network are refused. Raises `Unreadable`."""
    root = parsed(body, PACS008)
    found = root.findall(f".//{{{PACS008}}}CdtTrfTxInf")
    if not 1 <= len(found) <= TRANSFERS_MAX:
        raise Unreadable("CdtTrfTxInf")
    message = _text(root, "FIToFICstmrCdtTrf/GrpHdr/MsgId")
    return Order(message, tuple(_transfer(each) for each in found))


def parsed(body: bytes, namespace: str) -> etree._Element:
    """Return a message of a namespace: no entities, no document type, no network."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(str(error)[:200]) from error
    if root.getroottree().docinfo.doctype or root.tag != f"{{{namespace}}}Document":
        raise Unreadable("Document")
    return root


def _transfer(element: etree._Element) -> Ordered:
    amount = element.find(f"{{{PACS008}}}IntrBkSttlmAmt")
    if amount is None or amount.get("Ccy") != "CNY" or not _AMOUNT.fullmatch(amount.text or ""):
        raise Unreadable("IntrBkSttlmAmt")
    whole, _, part = (amount.text or "").partition(".")
    return Ordered(
        transaction_id=_text(element, "PmtId/TxId"),
        end_to_end_id=_text(element, "PmtId/EndToEndId"),
        uetr=_text(element, "PmtId/UETR"),
        amount=int(whole) * 100 + int(part.ljust(2, "0") or 0),
        account=_text(element, "CdtrAcct/Id/Othr/Id"),
        name=_text(element, "Cdtr/Nm"),
        remittance=_text(element, "RmtInf/Ustrd", needed=False),
    )


def _text(element: etree._Element, path: str, *, needed: bool = True) -> str:
    return text_of(element, PACS008, path, needed=needed)


def text_of(element: etree._Element, namespace: str, path: str, *, needed: bool = True) -> str:
    """Return the text at a path; one that must be there and is not raises `Unreadable`."""
    found = element.find("/".join(f"{{{namespace}}}{step}" for step in path.split("/")))
    text = "" if found is None else (found.text or "").strip()
    if needed and not text:
        raise Unreadable(path)
    return text


def amount_text(minor: int) -> str:
    """Return an amount in yuan, always with two decimals."""
    return f"{minor // 100}.{minor % 100:02d}"


class Tree:
    """Writes elements of one namespace, each after the other."""

    def __init__(self, namespace: str, message: str) -> None:
        self._namespace = namespace
        self.root = etree.Element(f"{{{namespace}}}Document", nsmap={None: namespace})
        self.message = self.add(self.root, message)

    def add(
        self, parent: etree._Element, path: str, text: str | None = None, **attributes: str
    ) -> etree._Element:
        """Add the elements of a path, the last one with this text; return it."""
        element = parent
        for step in path.split("/"):
            element = etree.SubElement(element, f"{{{self._namespace}}}{step}")
        element.text = text
        element.attrib.update(attributes)
        return element

    def head(self, at: datetime) -> etree._Element:
        """Add the header of a group."""
        head = self.add(self.message, "GrpHdr")
        self.add(head, "MsgId", token_hex(16))
        self.add(head, "CreDtTm", moment(at))
        return head

    def bytes(self) -> bytes:
        """Return the message as it is sent."""
        document: bytes = etree.tostring(self.root, xml_declaration=True, encoding="UTF-8")
        return document


def status_report(
    payments: Iterable[tuple[Payment, str, str]], *, message_id: str, at: datetime
) -> bytes:
    """Return a pacs.002: what became of each payment, by status and reason code ("" for none)."""
    tree = Tree(PACS002, "FIToFIPmtStsRpt")
    tree.head(at)
    for payment, status, reason in payments:
        one = tree.add(tree.message, "TxInfAndSts")
        group = tree.add(one, "OrgnlGrpInf")
        tree.add(group, "OrgnlMsgId", message_id)
        tree.add(group, "OrgnlMsgNmId", "pacs.008.001.08")
        tree.add(one, "OrgnlEndToEndId", payment.details["end_to_end_id"])
        tree.add(one, "OrgnlTxId", payment.reference)
        tree.add(one, "OrgnlUETR", payment.details["uetr"])
        tree.add(one, "TxSts", status)
        if reason:
            tree.add(one, "StsRsnInf/Rsn/Cd", reason)
        if payment.settled_on is not None:
            tree.add(one, "FctvIntrBkSttlmDt/Dt", str(payment.settled_on))
        tree.add(one, "AcctSvcrRef", payment.number)
        original = tree.add(one, "OrgnlTxRef")
        tree.add(original, "IntrBkSttlmAmt", payment.details["told_amount"], Ccy="CNY")
    return tree.bytes()


def rejected_message(message_id: str, *, where: str, at: datetime) -> bytes:
    """Return a pacs.002 that refuses a whole message as unreadable."""
    tree = Tree(PACS002, "FIToFIPmtStsRpt")
    tree.head(at)
    group = tree.add(tree.message, "OrgnlGrpInfAndSts")
    tree.add(group, "OrgnlMsgId", message_id or "UNKNOWN")
    tree.add(group, "OrgnlMsgNmId", "pacs.008.001.08")
    tree.add(group, "GrpSts", "RJCT")
    reason = tree.add(group, "StsRsnInf")
    tree.add(reason, "Rsn/Cd", "FF01")
    tree.add(reason, "AddtlInf", where[:105])
    return tree.bytes()


def payment_return(returned: Payment, original: Payment, *, reason: str, at: datetime) -> bytes:
    """Return a pacs.004: a settled payment comes back."""
    tree = Tree(PACS004, "PmtRtr")
    head = tree.head(at)
    tree.add(head, "NbOfTxs", "1")
    tree.add(head, "SttlmInf/SttlmMtd", "CLRG")
    one = tree.add(tree.message, "TxInf")
    tree.add(one, "RtrId", returned.reference)
    tree.add(one, "OrgnlEndToEndId", original.details["end_to_end_id"])
    tree.add(one, "OrgnlTxId", original.reference)
    tree.add(one, "OrgnlUETR", original.details["uetr"])
    amount = amount_text(original.amount)
    tree.add(one, "OrgnlIntrBkSttlmAmt", amount, Ccy="CNY")
    tree.add(one, "RtrdIntrBkSttlmAmt", amount_text(returned.amount), Ccy="CNY")
    tree.add(one, "IntrBkSttlmDt", str(returned.settled_on))
    tree.add(one, "RtrRsnInf/Rsn/Cd", reason)
    return tree.bytes()


def incoming(payment: Payment, *, to_account: str, to_name: str, at: datetime) -> bytes:
    """Return a pacs.008 from a customer of another bank to one of the merchant's."""
    tree = Tree(PACS008, "FIToFICstmrCdtTrf")
    head = tree.head(at)
    tree.add(head, "NbOfTxs", "1")
    tree.add(head, "SttlmInf/SttlmMtd", "CLRG")
    one = tree.add(tree.message, "CdtTrfTxInf")
    ids = tree.add(one, "PmtId")
    tree.add(ids, "EndToEndId", payment.details["end_to_end_id"])
    tree.add(ids, "TxId", payment.reference)
    tree.add(ids, "UETR", payment.details["uetr"])
    tree.add(one, "IntrBkSttlmAmt", amount_text(payment.amount), Ccy="CNY")
    tree.add(one, "IntrBkSttlmDt", str(payment.settled_on))
    tree.add(one, "ChrgBr", "SHAR")
    tree.add(one, "Dbtr/Nm", payment.name)
    tree.add(one, "DbtrAcct/Id/Othr/Id", payment.account)
    tree.add(one, "DbtrAgt/FinInstnId/Nm", "Sandbox Clearing Bank")
    tree.add(one, "CdtrAgt/FinInstnId/Nm", "Tongbao Bank")
    tree.add(one, "Cdtr/Nm", to_name)
    tree.add(one, "CdtrAcct/Id/Othr/Id", to_account)
    if payment.remittance:
        tree.add(one, "RmtInf/Ustrd", payment.remittance)
    return tree.bytes()


def statement(
    lines: list[Payment], *, day: date, opening: int, account: str, at: datetime
) -> bytes:
    """Return a camt.053 of the merchant's account with the bank for one day."""
    closing = opening + sum(each.owed for each in lines)
    tree = Tree(CAMT053, "BkToCstmrStmt")
    tree.head(at)
    of = tree.add(tree.message, "Stmt")
    tree.add(of, "Id", f"{account}-{day:%Y%m%d}")
    tree.add(of, "CreDtTm", moment(at))
    start = datetime(day.year, day.month, day.day, tzinfo=ZONE)
    period = tree.add(of, "FrToDt")
    tree.add(period, "FrDtTm", start.isoformat())
    tree.add(period, "ToDtTm", start.replace(hour=23, minute=59, second=59).isoformat())
    tree.add(of, "Acct/Id/Othr/Id", account)
    for code, amount in (("OPBD", opening), ("CLBD", closing)):
        balance = tree.add(of, "Bal")
        tree.add(balance, "Tp/CdOrPrtry/Cd", code)
        _signed(tree, balance, amount)
        tree.add(balance, "Dt/Dt", str(day))
    for each in lines:
        entry = tree.add(of, "Ntry")
        tree.add(entry, "NtryRef", each.number)
        _signed(tree, entry, each.owed)
        tree.add(entry, "Sts/Cd", "BOOK")
        tree.add(entry, "BookgDt/Dt", str(day))
        tree.add(entry, "ValDt/Dt", str(day))
        tree.add(entry, "AcctSvcrRef", each.number)
        family = tree.add(entry, "BkTxCd/Domn")
        tree.add(family, "Cd", "PMNT")
        kind = tree.add(family, "Fmly")
        collected = each.direction is Direction.COLLECT
        tree.add(kind, "Cd", "RCDT" if collected else "ICDT")
        tree.add(kind, "SubFmlyCd", "RRTN" if collected and each.original else "DMCT")
        refs = tree.add(entry, "NtryDtls/TxDtls/Refs")
        if collected and each.original:
            tree.add(refs, "InstrId", each.original)
        tree.add(refs, "EndToEndId", each.details["end_to_end_id"])
        tree.add(refs, "UETR", each.details["uetr"])
        tree.add(refs, "TxId", each.reference)
    return tree.bytes()


def _signed(tree: Tree, parent: etree._Element, minor: int) -> None:
    tree.add(parent, "Amt", amount_text(abs(minor)), Ccy="CNY")
    tree.add(parent, "CdtDbtInd", "DBIT" if minor < 0 else "CRDT")


def moment(at: datetime) -> str:
    """Return a moment as messages say it."""
    return at.astimezone(ZONE).isoformat(timespec="milliseconds")
