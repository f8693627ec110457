"""From lines of text with their places to the fields of a document.

A field that is not surely read is left out: the judge then asks staff, and nobody is approved or
refused for what a machine guessed. Numbers must have their check digit and say the birth date and
sex that stand beside them, dates must be dates, the ethnic group must be one of the 56.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

from stdnum.cn import uscc

from tongbao.core.parties.domain.documents import (
    DocumentNumberMalformed,
    DocumentType,
    birth_date_of,
    clean_number,
    sex_of,
)
from tongbao.core.parties.domain.ethnicities import ethnicity_of

SCORE_MIN: Final = 60
LONG_TERM: Final = "long-term"

_DATE: Final = r"([12][0-9]{3})[.年/-]?([01]?[0-9])[.月/-]?([0-3]?[0-9])日?"
_TERM: Final = re.compile(rf"{_DATE}(?:-|至|~|—|一)+(?:{_DATE}|(长期))")
_BIRTH: Final = re.compile(rf"{_DATE}")
_CARD_NUMBER: Final = re.compile(r"(?<![0-9A-Z])[0-9]{17}[0-9X](?![0-9A-Z])")
_REGISTRATION: Final = re.compile(r"(?<![0-9A-Z])[0-9A-Z]{18}(?![0-9A-Z])")
_DIGITS_MISREAD: Final = str.maketrans("OoQDIl|×x", "0000111XX")
_CODE_MISREAD: Final = str.maketrans("OIZSV", "0125U")  # letters the code does not have
_NAME: Final = re.compile(r"[㐀-鿿\U00020000-\U0003ffff·]{2,20}")
_FIRM_NAME: Final = re.compile(
    r"(?=.*[㐀-鿿].*[㐀-鿿])[㐀-鿿\U00020000-\U0003ffffA-Za-z0-9()·&]{2,60}"
)

_CARD_LABELS: Final = ("姓名", "性别", "民族", "出生", "住址", "公民身份号码")
_LICENCE_LABELS: Final = (
    *("统一社会信用代码", "名称", "类型", "法定代表人", "经营者", "负责人", "投资人"),
    *("经营范围", "注册资本", "成立日期", "注册日期", "营业期限", "住所", "经营场所"),
    *("组成形式", "登记机关", "营业执照"),
)


@dataclass(frozen=True, slots=True)
class DocumentReading:
    """What a machine has read of a document's pictures; not yet done, it has no fields."""

    done: bool
    fields: dict[str, str]


class Line(Protocol):
    """A line of text: its middle, its size, how sure it is."""

    @property
    def text(self) -> str:
        """What it says."""

    @property
    def score(self) -> int:
        """How sure, 0 to 100."""

    @property
    def y(self) -> int:
        """Its middle from above."""

    @property
    def height(self) -> int:
        """Its height."""

    @property
    def left(self) -> int:
        """Where it begins."""


def read_card_front(lines: Iterable[Line]) -> dict[str, str]:
    """Return the fields of the side with the portrait that were surely read."""
    kept = _sure(lines)
    fields: dict[str, str] = {}
    number = _card_number(kept)
    if number is not None:
        fields["number"] = number
    name = _value(kept, ("姓名",), _CARD_LABELS)
    if name is not None and _NAME.fullmatch(name):
        fields["name"] = name
    sex = _value(kept, ("性别",), _CARD_LABELS)
    if sex is not None and sex[:1] in ("男", "女"):
        fields["sex"] = "male" if sex.startswith("男") else "female"
    group = ethnicity_of(_value(kept, ("民族",), _CARD_LABELS) or "")
    if group is not None:
        fields["ethnicity"] = group
    born = _BIRTH.search(_value(kept, ("出生",), _CARD_LABELS) or "")
    if born and (day := _day(*born.groups())):
        fields["born_on"] = day
    if number is not None and not _agrees(number, fields):
        del fields["number"]
    return fields


def _agrees(number: str, fields: Mapping[str, str]) -> bool:
    """Tell whether a number says what stands beside it: a check digit lets one error of 11 pass."""
    said = {"born_on": birth_date_of(number).isoformat(), "sex": sex_of(number).value}
    return all(fields.get(name, value) == value for name, value in said.items())


def read_card_back(lines: Iterable[Line]) -> dict[str, str]:
    """Return the fields of the side with the emblem that were surely read."""
    kept = _sure(lines)
    fields: dict[str, str] = {}
    authority = _value(kept, ("签发机关",), ("签发机关", "有效期限"))
    if authority is not None and "公安" in authority:
        fields["issuing_authority"] = authority
    term = _TERM.search(_joined(kept))
    if term:
        start = _day(term[1], term[2], term[3])
        end = LONG_TERM if term[7] else _day(term[4], term[5], term[6])
        if start and end:
            fields["valid_from"], fields["valid_until"] = start, end
    return fields


def read_licence(lines: Iterable[Line]) -> dict[str, str]:
    """Return the fields of a business licence that were surely read."""
    kept = _sure(lines)
    fields: dict[str, str] = {}
    number = _registration_number(kept)
    if number is not None:
        fields["registration_number"] = number
    name = _value(kept, ("名称",), _LICENCE_LABELS)
    if name is not None and _FIRM_NAME.fullmatch(name):
        fields["name"] = name
    head = _value(kept, ("法定代表人", "经营者", "负责人", "投资人"), _LICENCE_LABELS)
    if head is not None and _NAME.fullmatch(head):
        fields["legal_representative"] = head
    founded = _BIRTH.search(_value(kept, ("成立日期", "注册日期"), _LICENCE_LABELS) or "")
    if founded and (day := _day(*founded.groups())):
        fields["founded_on"] = day
    form = _value(kept, ("类型",), _LICENCE_LABELS)
    if form is not None and form.count("(") == form.count(")"):  # else its end is missing
        fields["legal_form"] = form
    return fields


def _sure(lines: Iterable[Line]) -> list[tuple[str, Line]]:
    return [(_plain(line.text), line) for line in lines if line.score >= SCORE_MIN]


def _plain(text: str) -> str:
    return re.sub(r"[\s::]", "", unicodedata.normalize("NFKC", text))


def _joined(lines: Sequence[tuple[str, Line]]) -> str:
    return "\n".join(text for text, _ in lines)


def _value(
    lines: Sequence[tuple[str, Line]], labels: Sequence[str], known: Sequence[str]
) -> str | None:
    """Return what stands behind a label: in its own line, or right of it on the same row."""
    for text, line in lines:
        label = next((each for each in labels if text.startswith(each)), None)
        if label is None:
            continue
        behind = _until_label(text[len(label) :], known)
        return behind or _right_of(lines, line, known)
    return _split_label(lines, labels, known)


def _split_label(
    lines: Sequence[tuple[str, Line]], labels: Sequence[str], known: Sequence[str]
) -> str | None:
    """Find a label whose characters stand apart (名　　称) and were read one by one."""
    for label in labels:
        for text, line in lines:
            if text != label[0]:
                continue
            rest = [other for other in _row(lines, line) if other[1].left > line.left]
            joined = "".join(each for each, _ in rest)
            if joined.startswith(label[1:]):
                return _until_label(joined[len(label) - 1 :], known) or None
    return None


def _right_of(lines: Sequence[tuple[str, Line]], label: Line, known: Sequence[str]) -> str | None:
    right = sorted(
        (other for other in _row(lines, label) if other[1].left > label.left),
        key=lambda other: other[1].left,
    )
    for text, _ in right:
        if not any(text.startswith(each) for each in known):
            return _until_label(text, known) or None
        return None
    return None


def _row(lines: Sequence[tuple[str, Line]], line: Line) -> Iterator[tuple[str, Line]]:
    """Yield what stands on the same row: middles no further apart than half a line."""
    for text, other in lines:
        if other is not line and abs(other.y - line.y) * 2 <= max(line.height, other.height):
            yield text, other


def _until_label(text: str, known: Sequence[str]) -> str:
    """Cut off what belongs to the next label on the row."""
    ends = [place for each in known if (place := text.find(each)) > 0]
    return text[: min(ends)] if ends else text


def _card_number(lines: Sequence[tuple[str, Line]]) -> str | None:
    for text, _ in lines:
        digits = text.removeprefix("公民身份号码").translate(_DIGITS_MISREAD).upper()
        for found in _CARD_NUMBER.findall(digits):
            try:
                return clean_number(DocumentType.ID_CARD, found)
            except DocumentNumberMalformed:
                continue
    return None


def _registration_number(lines: Sequence[tuple[str, Line]]) -> str | None:
    for text, _ in lines:
        code = text.removeprefix("统一社会信用代码").upper().translate(_CODE_MISREAD)
        for found in _REGISTRATION.findall(code):
            if uscc.is_valid(found):
                return str(found)
    return None


def _day(year: str, month: str, day: str) -> str | None:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None
