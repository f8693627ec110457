"""pain.002.001.12, Customer Payment Status Report: what became of a message and its transactions.

Transactions are told by exception: those that were rejected, with their reasons; of the others,
how many there are and what they come to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, Literal

from lxml import etree

from tongbao.lib.iso20022.text import fitted, pieces

NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.12"
REASON_MAX: Final = 105
REASONS_MAX: Final = 4

GroupStatus = Literal["RCVD", "ACTC", "PDNG", "ACSP", "ACSC", "PART", "RJCT"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: an ISO 20022 code, and words."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A transaction that was not carried out."""

    end_to_end_id: str | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class Information:
    """One payment information of the original, with what was rejected of it."""

    id: str
    rejected: Sequence[Rejected]


@dataclass(frozen=True, slots=True)
class Count:
    """How many transactions have a status, and what they come to in major units."""

    status: Literal["RCVD", "PDNG", "ACSC", "RJCT"]
    transactions: int
    total: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """One message."""

    message_id: str
    created_at: datetime
    original_id: str
    original_name: str
    original_count: int
    original_sum: Decimal
    status: GroupStatus
    reason: Reason | None
    counts: Sequence[Count]
    informations: Sequence[Information]


def document(report: Report) -> bytes:
    """Return the message."""
    root = etree.Element(f"{{{NAMESPACE}}}Document", nsmap={None: NAMESPACE})
    body = _sub(root, "CstmrPmtStsRpt")
    header = _sub(body, "GrpHdr")
    _put(header, "MsgId", report.message_id)
    created = report.created_at.astimezone(UTC)
    _put(header, "CreDtTm", created.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z")
    group = _sub(body, "OrgnlGrpInfAndSts")
    _put(group, "OrgnlMsgId", fitted(report.original_id, 35) or "NOTPROVIDED")
    _put(group, "OrgnlMsgNmId", report.original_name)
    _put(group, "OrgnlNbOfTxs", str(report.original_count))
    _put(group, "OrgnlCtrlSum", f"{report.original_sum:f}")
    _put(group, "GrpSts", report.status)
    if report.reason is not None:
        _reason(group, report.reason)
    for count in report.counts:
        each = _sub(group, "NbOfTxsPerSts")
        _put(each, "DtldNbOfTxs", str(count.transactions))
        _put(each, "DtldSts", count.status)
        if count.total is not None:
            _put(each, "DtldCtrlSum", f"{count.total:f}")
    for information in report.informations:
        told = _sub(body, "OrgnlPmtInfAndSts")
        _put(told, "OrgnlPmtInfId", fitted(information.id, 35) or "NOTPROVIDED")
        for rejected in information.rejected:
            one = _sub(told, "TxInfAndSts")
            end_to_end_id = fitted(rejected.end_to_end_id, 35)
            if end_to_end_id is not None:
                _put(one, "OrgnlEndToEndId", end_to_end_id)
            _put(one, "TxSts", "RJCT")
            _reason(one, rejected.reason)
    made: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return made


def _reason(parent: Any, reason: Reason) -> None:  # noqa: ANN401 - lxml has no types
    information = _sub(parent, "StsRsnInf")
    _put(_sub(information, "Rsn"), "Cd", reason.code)
    for piece in list(pieces(reason.text, REASON_MAX))[:REASONS_MAX]:
        _put(information, "AddtlInf", piece)


def _put(parent: Any, name: str, text: str) -> None:  # noqa: ANN401
    _sub(parent, name).text = text


def _sub(parent: Any, name: str) -> Any:  # noqa: ANN401
    return etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
