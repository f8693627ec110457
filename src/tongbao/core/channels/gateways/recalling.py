"""Asking the bank for money back: camt.056 written, camt.029 read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from lxml import etree

from tongbao.core.channels.domain.instructions import Answer, Instruction, Outcome, SentBack
from tongbao.core.channels.domain.reasons import Reason, reason
from tongbao.core.channels.gateways.iso20022 import NOT_PROVIDED, Document, Unreadable
from tongbao.kernel.clock import BANK_ZONE
from tongbao.kernel.money import Money

CAMT056: Final = "urn:iso:std:iso:20022:tech:xsd:camt.056.001.08"
CAMT029: Final = "urn:iso:std:iso:20022:tech:xsd:camt.029.001.09"
OUTCOMES: Final[Mapping[str, Outcome]] = {
    "CNCL": Outcome.DONE,
    "PDCR": Outcome.PENDING,
    "RJCR": Outcome.NOT_DONE,
}
REASONS: Final[Mapping[str, Reason]] = {
    "CUST": Reason.PAYEE_DECLINED,
    "NOAS": Reason.PAYEE_SILENT,
    "AM04": Reason.PAYEE_WITHOUT_FUNDS,
    "ARDT": Reason.ALREADY_RETURNED,
    "AC04": Reason.ACCOUNT_CLOSED,
    "NOOR": Reason.UNKNOWN_ORIGINAL,
}


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a camt.029 says of one recall."""

    message_id: str
    reference: str
    status: str
    code: str
    amount: Money
    sent_back: SentBack | None


def write_recall(
    instruction: Instruction, *, original_message_id: str, agent: str, bank: str
) -> bytes:
    """Return a camt.056 about one payment."""
    assert instruction.original_reference is not None, "a recall is of a payment"
    original_at: datetime = instruction.original_at or instruction.at
    root = etree.Element(f"{{{CAMT056}}}Document", nsmap={None: CAMT056})

    def add(parent: etree._Element, path: str, text: str | None = None) -> etree._Element:
        for step in path.split("/"):
            parent = etree.SubElement(parent, f"{{{CAMT056}}}{step}")
        parent.text = text
        return parent

    message = add(root, "FIToFIPmtCxlReq")
    head = add(message, "Assgnmt")
    add(head, "Id", instruction.reference)
    add(head, "Assgnr/Agt/FinInstnId/Nm", agent)
    add(head, "Assgne/Agt/FinInstnId/Nm", bank)
    add(head, "CreDtTm", instruction.at.astimezone(BANK_ZONE).isoformat(timespec="milliseconds"))
    add(message, "CtrlData/NbOfTxs", "1")
    one = add(message, "Undrlyg/TxInf")
    add(one, "CxlId", instruction.reference)
    group = add(one, "OrgnlGrpInf")
    add(group, "OrgnlMsgId", original_message_id)
    add(group, "OrgnlMsgNmId", "pacs.008.001.08")
    add(one, "OrgnlEndToEndId", instruction.end_to_end_id or NOT_PROVIDED)
    add(one, "OrgnlTxId", instruction.original_reference)
    if instruction.uetr is not None:
        add(one, "OrgnlUETR", str(instruction.uetr))
    add(one, "OrgnlIntrBkSttlmAmt", instruction.amount.text).set("Ccy", instruction.amount.currency)
    add(one, "OrgnlIntrBkSttlmDt", str(original_at.astimezone(BANK_ZONE).date()))
    why = add(one, "CxlRsnInf")
    add(why, "Rsn/Cd", instruction.reason)
    if instruction.remittance:
        add(why, "AddtlInf", instruction.remittance)
    document: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return document


def read_resolution(document: Document) -> Resolution:
    """Read a camt.029 about one payment. Raises `Unreadable`."""
    base = "RsltnOfInvstgtn"
    found = list(document.each(f"{base}/CxlDtls/TxInfAndSts"))
    if document.namespace != CAMT029 or len(found) != 1:
        raise Unreadable("TxInfAndSts")
    (one,) = found
    related = "RsltnRltdInf"
    sent_back = None
    if reference := document.maybe(f"{related}/TxId", one):
        sent_back = SentBack(reference, document.amount(f"{related}/IntrBkSttlmAmt", one))
    return Resolution(
        message_id=document.text(f"{base}/Assgnmt/Id"),
        reference=document.text("CxlStsId", one),
        status=document.text(f"{base}/Sts/Conf"),
        code=document.maybe("CxlStsRsnInf/Rsn/Cd", one),
        amount=document.amount("OrgnlIntrBkSttlmAmt", one),
        sent_back=sent_back,
    )


def answer_of(told: Resolution) -> Answer:
    """Return what is known of the recall; a status nobody knows is no answer."""
    outcome = OUTCOMES.get(told.status, Outcome.UNKNOWN)
    why = None
    if outcome is Outcome.NOT_DONE:
        why = reason(REASONS.get(told.code, Reason.REFUSED), channel_code=told.code or None)
    elif outcome is Outcome.UNKNOWN:
        why = reason(Reason.OTHER, channel_code=told.status)
    if outcome is not Outcome.DONE:
        return Answer(outcome=outcome, reason=why)
    return Answer(outcome=outcome, amount=told.amount, sent_back=told.sent_back)
