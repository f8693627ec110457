"""Whose an account at another bank is: acmt.023 written, acmt.024 read."""

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Final

from lxml import etree

from tongbao.core.channels.domain.instructions import Answer, Instruction, Outcome
from tongbao.core.channels.domain.reasons import Reason, reason
from tongbao.core.channels.gateways.iso20022 import NOT_PROVIDED, Document, Unreadable, plain
from tongbao.kernel.clock import BANK_ZONE

ACMT023: Final = "urn:iso:std:iso:20022:tech:xsd:acmt.023.001.04"
ACMT024: Final = "urn:iso:std:iso:20022:tech:xsd:acmt.024.001.04"
REFUSALS: Final = {
    "BE01": Reason.NAME_MISMATCH,
    "AC01": Reason.UNKNOWN_ACCOUNT,
    "AC04": Reason.ACCOUNT_CLOSED,
    "AC06": Reason.ACCOUNT_BLOCKED,
}
"""What a bank says for certain; any other code is that it cannot or will not tell."""


def write_question(instruction: Instruction, *, at: datetime, agent: str) -> bytes:
    """Return an acmt.023 that asks whether one account is held under one name."""
    party = instruction.counterparty
    assert party is not None, "an account is somebody's"
    root = etree.Element(f"{{{ACMT023}}}Document", nsmap={None: ACMT023})

    def add(parent: etree._Element, path: str, text: str | None = None) -> etree._Element:
        for step in path.split("/"):
            parent = etree.SubElement(parent, f"{{{ACMT023}}}{step}")
        parent.text = text
        return parent

    message = add(root, "IdVrfctnReq")
    head = add(message, "Assgnmt")
    add(head, "MsgId", f"V{sha256(instruction.reference.encode()).hexdigest()[:31]}")
    add(head, "CreDtTm", at.astimezone(BANK_ZONE).isoformat(timespec="milliseconds"))
    add(head, "Assgnr/Agt/FinInstnId/Nm", agent)
    bank = add(head, "Assgne/Agt/FinInstnId")
    _bank(add, bank, party.bank_code)
    one = add(message, "Vrfctn")
    add(one, "Id", instruction.reference)
    of = add(one, "PtyAndAcctId")
    add(of, "Pty/Nm", plain(party.name) or NOT_PROVIDED)
    add(of, "Acct/Id/Othr/Id", party.account_number)
    _bank(add, add(of, "Agt/FinInstnId"), party.bank_code)
    document: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return document


def read_verdict(document: Document, *, reference: str) -> Answer:
    """Return what an acmt.024 says of the account that was asked about. Raises `Unreadable`."""
    reports = list(document.each("IdVrfctnRpt/Rpt"))
    if document.namespace != ACMT024 or len(reports) != 1:
        raise Unreadable("Rpt")
    (report,) = reports
    if document.text("OrgnlId", report) != reference:
        raise Unreadable("OrgnlId")
    fits, code = document.text("Vrfctn", report), document.maybe("Rsn/Cd", report)
    if fits == "true":
        return Answer(outcome=Outcome.DONE)
    if fits == "false" and code in REFUSALS:
        why = reason(REFUSALS[code], channel_code=code)
        return Answer(outcome=Outcome.NOT_DONE, reason=why)
    return Answer(outcome=Outcome.UNKNOWN, reason=reason(Reason.NOT_OFFERED, channel_code=code))


def _bank(add: Callable[..., etree._Element], within: etree._Element, code: str | None) -> None:
    if code:
        add(within, "ClrSysMmbId/MmbId", code)
    else:
        add(within, "Nm", NOT_PROVIDED)
