"""camt.053.001.08 read: what another bank says was booked on an account of ours.

The bytes come from outside. Document types, entities, network and deep nesting are refused, and
what is not valid against the official schema is reported finding by finding, with path and line;
nothing is guessed. Entries are read one after the other and let go, so memory grows with what they
say, not with the document's tree.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from io import BytesIO
from typing import Any, Final

from lxml import etree

from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.money import Money
from tongbao.lib.iso20022.camt053 import NAMESPACE, NOT_PROVIDED
from tongbao.lib.iso20022.schemas import schema

BYTES_MAX: Final = 160 * 1024 * 1024
ENTRIES_MAX: Final = 200_000
DETAILED_BYTES_MAX: Final = 8 * 1024 * 1024
FINDINGS_MAX: Final = 100
BOOKED: Final = "BOOK"
_PATH_MAX: Final = 200
_DETAIL_MAX: Final = 300
_PREFIX: Final = len(NAMESPACE) + 2
_ENTRY: Final = f"{{{NAMESPACE}}}Ntry"
_SCHEMA: Final = ("camt053", "xsd/camt.053.001.08.xsd")
_STRICT: Final[Mapping[str, Any]] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
}
# Ours before theirs: a line is matched by what we called the payment, where the bank repeats it.
_OURS: Final = ("TxId", "InstrId", "EndToEndId", "PmtInfId")
_THEIRS: Final = ("AcctSvcrRef", "AcctSvcrTxId")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a document, and where."""

    path: str
    line: int
    problem: str


class NotAStatement(Exception):
    """The document cannot be read as a camt.053.001.08; `findings` say why, in its order."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        assert findings, "a refusal says why"
        super().__init__(f"{findings[0].path} (line {findings[0].line}): {findings[0].problem}")
        self.findings = findings


@dataclass(frozen=True, slots=True)
class BookedLine:
    """Money that moved on the account: positive came in, negative went out.

    `reference` is what we called the payment, if the bank repeats it, else the bank's own word.
    """

    number: int
    reference: str
    servicer_reference: str
    amount: Money
    booked_on: date
    value_on: date


@dataclass(frozen=True, slots=True)
class BookedStatement:
    """A statement of one account, in one currency, that adds up.

    `unbooked` counts entries that are pending or for information only: no money moved.
    """

    message_id: str
    statement_id: str
    account: str
    currency: str
    first_on: date
    last_on: date
    opening: Money
    closing: Money
    lines: tuple[BookedLine, ...]
    unbooked: int


def read(document: bytes) -> BookedStatement:
    """Read one statement, whole.

    An entry that is broken down into transactions with amounts of their own which add up to it is
    read as those; otherwise it is one line. Opening, lines and closing must agree.

    Raises `NotAStatement`.
    """
    if len(document) > BYTES_MAX:
        raise NotAStatement((Finding("/", 0, f"more than {BYTES_MAX} bytes"),))
    _check(document)
    lines: list[BookedLine] = []
    entries = unbooked = 0
    events = _entries(document)
    try:
        for _, entry in events:
            entries += 1
            if entries > ENTRIES_MAX:
                raise NotAStatement((_finding(entry, f"more than {ENTRIES_MAX} entries"),))
            if _text(entry, "Sts/Cd") == BOOKED:
                lines += _lines(entry, first=len(lines) + 1)
            else:
                unbooked += 1
            _let_go(entry)
    except etree.XMLSyntaxError as error:
        raise NotAStatement((Finding("/", error.lineno or 0, _cut(error.msg)),)) from None
    assert events.root is not None, "it was read to its end"
    return _statement(events.root, tuple(lines), unbooked)


def _check(document: bytes) -> None:
    """Raise `NotAStatement` unless each part is valid and no document type is declared.

    A pass of its own: where lxml validates while it reads, it does not see that the end is missing.
    """
    events = _entries(document, valid_by=schema(*_SCHEMA))
    try:
        for number, (_, entry) in enumerate(events):
            if number == 0:
                _check_prologue(entry)
            _let_go(entry)
    except etree.XMLSyntaxError:
        raise NotAStatement(_findings(document)) from None
    if events.root is None:
        raise NotAStatement((Finding("/", 0, "no element"),))
    _check_prologue(events.root)


def _entries(
    document: bytes, *, valid_by: etree.XMLSchema | None = None
) -> "etree.iterparse[tuple[str, etree._Element]]":
    return etree.iterparse(
        BytesIO(document), events=("end",), tag=_ENTRY, schema=valid_by, **_STRICT
    )


def _check_prologue(element: etree._Element) -> None:
    info = element.getroottree().docinfo
    if info.internalDTD is not None or info.externalDTD is not None:
        raise NotAStatement((Finding("/", 1, "a document type is not allowed"),))


def _let_go(entry: etree._Element) -> None:
    entry.clear()
    parent = entry.getparent()
    assert parent is not None, "an entry is in a statement"
    while (before := entry.getprevious()) is not None and before.tag == _ENTRY:
        parent.remove(before)


def _statement(
    root: etree._Element, lines: tuple[BookedLine, ...], unbooked: int
) -> BookedStatement:
    statements = root.findall(_path("BkToCstmrStmt/Stmt"))
    if len(statements) != 1:
        raise NotAStatement((_finding(root, f"{len(statements)} statements instead of one"),))
    (of,) = statements
    balances = {
        _text(each, "Tp/CdOrPrtry/Cd"): each
        for each in of.findall(_path("Bal"))
        if each.find(_path("Tp/SubTp")) is None
    }
    missing = [kind for kind in ("OPBD", "CLBD") if kind not in balances]
    if missing:
        raise NotAStatement((_finding(of, f"no balance {' and '.join(missing)}"),))
    opening, closing = (_signed(_parts(balances[kind])) for kind in ("OPBD", "CLBD"))
    days = [line.booked_on for line in lines]
    closed_on = _day(balances["CLBD"].find(_path("Dt")))
    assert closed_on is not None, "the schema asks for a balance's day"
    read_one = BookedStatement(
        message_id=_text(root, "BkToCstmrStmt/GrpHdr/MsgId"),
        statement_id=_text(of, "Id"),
        account=_text(of, "Acct/Id/Othr/Id") or _text(of, "Acct/Id/IBAN"),
        currency=closing.currency,
        first_on=min([closed_on, *days]),
        last_on=max([closed_on, *days]),
        opening=opening,
        closing=closing,
        lines=lines,
        unbooked=unbooked,
    )
    _check_sums(of, read_one)
    return read_one


def _check_sums(of: etree._Element, read_one: BookedStatement) -> None:
    """Raise unless it is all one currency and opening, lines and closing agree."""
    currencies = {each.amount.currency for each in read_one.lines}
    if (currencies | {read_one.opening.currency}) != {read_one.currency}:
        raise NotAStatement((_finding(of, "more than one currency"),))
    moved = sum(each.amount.minor for each in read_one.lines)
    if read_one.opening.minor + moved != read_one.closing.minor:
        end = Money(read_one.opening.minor + moved, read_one.currency)
        problem = f"opening and entries come to {end.text}, closing says {read_one.closing.text}"
        raise NotAStatement((_finding(of, problem),))


def _lines(entry: etree._Element, *, first: int) -> list[BookedLine]:
    parts = _parts(entry)
    whole, way = _signed(parts), _said(parts, "CdtDbtInd")
    booked = _day(parts.get("BookgDt")) or _day(parts.get("ValDt"))
    if booked is None:
        raise NotAStatement((_finding(entry, "a booked entry without a day"),))
    value = _day(parts.get("ValDt")) or booked
    theirs = _said(parts, "AcctSvcrRef") or _said(parts, "NtryRef")
    details = entry.findall(_path("NtryDtls/TxDtls"))
    within = [_parts(each) for each in details]
    if len(within) > 1 and all("Amt" in each for each in within):
        amounts = [_signed(each, way=way) for each in within]
        if {each.currency for each in amounts} == {whole.currency} and (
            sum(each.minor for each in amounts) == whole.minor
        ):
            named = [_references(each, "", theirs) for each in within]
            return [
                BookedLine(first + place, *names, amount, booked, value)
                for place, (names, amount) in enumerate(zip(named, amounts, strict=True))
            ]
    one = within[0] if len(within) == 1 else {}
    batch = "" if one else _text(entry, "NtryDtls/Btch/PmtInfId")
    return [BookedLine(first, *_references(one, batch, theirs), whole, booked, value)]


_Parts = dict[str, Any]  # elements


def _parts(element: etree._Element) -> _Parts:
    """Return the children by their names; of several with one name, the first."""
    found: _Parts = {}
    for child in element:
        if isinstance(child.tag, str):
            found.setdefault(child.tag[_PREFIX:], child)
    return found


def _said(parts: _Parts, name: str) -> str:
    found = parts.get(name)
    return "" if found is None else (found.text or "").strip()


def _references(details: _Parts, batch: str, theirs: str) -> tuple[str, str]:
    """Return what we called it, and what the bank does."""
    references = details.get("Refs")
    refs = {} if references is None else _parts(references)
    ours = (_said(refs, name) for name in _OURS)
    own = next((each for each in ours if each not in {"", NOT_PROVIDED}), "")
    by_bank = next((each for name in _THEIRS if (each := _said(refs, name))), "") or theirs
    return own or batch or by_bank, by_bank


def _signed(parts: _Parts, *, way: str = "") -> Money:
    """Return an amount, negative where it went out. Raises `NotAStatement`."""
    amount = parts["Amt"]
    text = (amount.text or "").strip()
    try:
        money = Money.parse(_without_zeros(text), amount.get("Ccy", ""))
    except TongbaoError as error:
        raise NotAStatement((_finding(amount, error.say("en")),)) from None
    return -money if (_said(parts, "CdtDbtInd") or way) == "DBIT" else money


def _without_zeros(text: str) -> str:
    """Return a decimal as `Money` writes it: the schema lets `012.500` pass, and `.5`."""
    whole, _, part = text.removeprefix("+").partition(".")
    part = part.rstrip("0")
    return f"{whole.lstrip('0') or '0'}{'.' if part else ''}{part}"


def _day(element: etree._Element | None) -> date | None:
    """Return the day of a date, or of a moment where that was said."""
    text = "" if element is None else "".join(element.itertext()).strip()
    return date.fromisoformat(text[:10]) if text else None


def _text(element: etree._Element, path: str) -> str:
    return (element.findtext(_path(path)) or "").strip()


@cache
def _path(path: str) -> str:
    return "/".join(f"{{{NAMESPACE}}}{step}" for step in path.split("/"))


def _finding(element: etree._Element, problem: str) -> Finding:
    return Finding(_place(element), int(element.sourceline or 0), problem)


def _place(element: etree._Element) -> str:
    """Return where an element is, in names: `/Document/BkToCstmrStmt/Stmt/Ntry[3]/Amt`."""
    steps = []
    at: etree._Element | None = element
    while at is not None:
        same = sum(1 for each in at.itersiblings(preceding=True) if each.tag == at.tag)
        steps.append(f"{str(at.tag).rpartition('}')[2]}{f'[{same + 1}]' if same else ''}")
        at = at.getparent()
    return ("/" + "/".join(reversed(steps)))[:_PATH_MAX]


def _findings(document: bytes) -> tuple[Finding, ...]:
    """Return what is wrong with a document, with paths and lines where it is of bearable size."""
    if len(document) > DETAILED_BYTES_MAX:
        return (Finding("/", 0, "not valid against camt.053.001.08"),)
    try:
        root = etree.fromstring(document, etree.XMLParser(**_STRICT))
    except (etree.XMLSyntaxError, ValueError) as error:
        return (Finding("/", getattr(error, "lineno", 0) or 0, _cut(str(error))),)
    schema(*_SCHEMA).validate(root)
    tree = root.getroottree()
    told = set()
    for each in list(schema(*_SCHEMA).error_log)[:FINDINGS_MAX]:
        at = tree.xpath(each.path or "/*")
        told.add(Finding(_place(at[0]) if at else "/", int(each.line), _cut(each.message)))
    found = sorted(told, key=lambda each: (each.line, each.path, each.problem))
    return tuple(found) or (Finding("/", 0, "not valid against camt.053.001.08"),)


def _cut(problem: str | None) -> str:
    told = (problem or "not XML").replace(f"{{{NAMESPACE}}}", "")
    return told.replace("{", "(").replace("}", ")")[:_DETAIL_MAX]
