"""Askings for money back: a camt.056 is read and answered with a camt.029."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from tongbao_sandbox.channels.book import Payment, Status
from tongbao_sandbox.channels.faults import ChannelFault
from tongbao_sandbox.channels.iso20022 import (
    Tree,
    Unreadable,
    amount_text,
    moment,
    parsed,
    text_of,
)

CAMT056: Final = "urn:iso:std:iso:20022:tech:xsd:camt.056.001.08"
CAMT029: Final = "urn:iso:std:iso:20022:tech:xsd:camt.029.001.09"
PENDING, ACCEPTED, REFUSED = "PDCR", "CNCL", "RJCR"
REASONS: Final = {"insufficient_funds": "AM04", "closed_account": "AC04"}
"""What a fault's reason is called here; of any other one the payee does not agree."""


@dataclass(slots=True)
class Recall:
    """One asking: for which payment, where it stands, after how many inquiries it is decided."""

    reference: str
    message_id: str
    original: str
    reason: str
    status: str = PENDING
    code: str = ""
    stalls: int = 0


@dataclass
class Recalls:
    """The askings of one bank, by reference."""

    known: dict[str, Recall] = field(default_factory=dict)

    def take(
        self, asked: Recall, *, original: Payment | None, returned: bool, fault: ChannelFault | None
    ) -> tuple[Recall, bool]:
        """Take an asking in, once; return the one known and whether it is new."""
        known = self.known.setdefault(asked.reference, asked)
        if known is not asked:
            return known, False
        if original is None or original.status is not Status.SETTLED:
            asked.status, asked.code = REFUSED, "NOOR"
        elif returned:
            asked.status, asked.code = REFUSED, "ARDT"
        elif fault is not None and fault.kind == "reject":
            asked.status, asked.code = REFUSED, REASONS.get(fault.reason, "CUST")
        elif fault is not None:
            asked.stalls = fault.inquiries
        else:
            asked.status = ACCEPTED
        return asked, True

    def inquire(self, reference: str) -> tuple[Recall | None, bool]:
        """Return an asking, and whether it was decided just now by being inquired after."""
        known = self.known.get(reference)
        if known is None or known.status != PENDING:
            return known, False
        known.stalls -= 1
        if known.stalls > 0:
            return known, False
        known.status = ACCEPTED
        return known, True


def read_recall(body: bytes) -> Recall:
    """Read a camt.056 of one payment. Raises `Unreadable`."""
    root = parsed(body, CAMT056)
    found = root.findall(
        "/".join(f"{{{CAMT056}}}{step}" for step in ("FIToFIPmtCxlReq", "Undrlyg", "TxInf"))
    )
    if len(found) != 1:
        raise Unreadable("TxInf")
    (one,) = found
    return Recall(
        reference=text_of(one, CAMT056, "CxlId"),
        message_id=text_of(root, CAMT056, "FIToFIPmtCxlReq/Assgnmt/Id"),
        original=text_of(one, CAMT056, "OrgnlTxId"),
        reason=text_of(one, CAMT056, "CxlRsnInf/Rsn/Cd"),
    )


def resolution(
    recall: Recall, *, original: Payment | None, returned: Payment | None, at: datetime
) -> bytes:
    """Return a camt.029: where an asking stands, and by which payment the money was sent back."""
    tree = Tree(CAMT029, "RsltnOfInvstgtn")
    head = tree.add(tree.message, "Assgnmt")
    tree.add(head, "Id", f"R{recall.status[0]}{recall.reference}"[:35])
    tree.add(head, "Assgnr/Agt/FinInstnId/Nm", "Sandbox Clearing Bank")
    tree.add(head, "Assgne/Agt/FinInstnId/Nm", "Tongbao Bank")
    tree.add(head, "CreDtTm", moment(at))
    tree.add(tree.message, "Sts/Conf", recall.status)
    one = tree.add(tree.message, "CxlDtls/TxInfAndSts")
    tree.add(one, "CxlStsId", recall.reference)
    details = {} if original is None else original.details
    group = tree.add(one, "OrgnlGrpInf")
    tree.add(group, "OrgnlMsgId", details.get("message_id", "NONE"))
    tree.add(group, "OrgnlMsgNmId", "pacs.008.001.08")
    tree.add(one, "OrgnlEndToEndId", details.get("end_to_end_id", "NOTPROVIDED"))
    tree.add(one, "OrgnlTxId", recall.original)
    if "uetr" in details:
        tree.add(one, "OrgnlUETR", details["uetr"])
    if recall.code:
        tree.add(one, "CxlStsRsnInf/Rsn/Cd", recall.code)
    if recall.status == ACCEPTED and returned is not None:
        related = tree.add(one, "RsltnRltdInf")
        tree.add(related, "TxId", returned.reference)
        tree.add(related, "IntrBkSttlmAmt", amount_text(returned.amount), Ccy="CNY")
    amount = 0 if original is None else original.amount
    tree.add(one, "OrgnlIntrBkSttlmAmt", amount_text(amount), Ccy="CNY")
    return tree.bytes()
