"""Identity documents: identity cards by GB 11643, others by what can be said of them."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, NewType
from uuid import UUID

from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from tongbao.core.parties.domain.levels import PartyKind
from tongbao.core.parties.domain.parties import clean_registration_number
from tongbao.core.parties.domain.persons import Sex, age_on
from tongbao.core.parties.domain.words import clean_words
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

DocumentId = NewType("DocumentId", UUID)

AUTHORITY_LENGTH_MAX: Final = 100
WARNING_DAYS: Final = (60, 30, 7, 1)
GRACE_DAYS: Final = 90
"""How long somebody may leave a re-verification undone before less may be paid."""
_NUMBER: Final = re.compile(r"[A-Z0-9][A-Z0-9-]{3,29}")
# Provinces by GB/T 2260; 81 to 83 are residents from Hong Kong, Macao and Taiwan.
_ID_CARD: Final = re.compile(
    r"(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])[0-9]{4}(19|20)[0-9]{9}[0-9X]"
)
_SEX_DIGIT: Final = 16


class DocumentType(StrEnum):
    """What kind of document it is."""

    ID_CARD = "id_card"  # 居民身份证
    PASSPORT = "passport"
    RESIDENCE_PERMIT = "residence_permit"  # 港澳台居民居住证, 外国人永久居留身份证
    BUSINESS_LICENCE = "business_licence"  # 营业执照
    OTHER = "other"


# What a level rests on, by kind of party: while it has ended, no level's needs are met.
IDENTIFYING: Final = {
    PartyKind.PERSON: DocumentType.ID_CARD,
    PartyKind.ORGANISATION: DocumentType.BUSINESS_LICENCE,
}


@dataclass(frozen=True, slots=True)
class Document:
    """One version of a document; `valid_until` is its last day, None is long-term (长期)."""

    id: DocumentId
    party_id: UUID
    type: DocumentType
    number: str
    version: int
    issuing_authority: str | None
    valid_from: date
    valid_until: date | None
    recorded_by: UUID
    recorded_at: datetime
    superseded_at: datetime | None

    def renewable(self, on: date) -> bool:
        """Tell whether it has ended, or ends so soon that warnings have begun."""
        return self.valid_until is not None and (self.valid_until - on).days <= WARNING_DAYS[0]

    def expired(self, on: date) -> bool:
        """Tell whether its last day is over."""
        return self.valid_until is not None and on > self.valid_until


class DocumentNumberMalformed(TongbaoError):
    """The number is not one of such a document: its check character is wrong, for example."""

    code = "parties.document_number_malformed"
    title = Text(zh="证件号码有误", en="The document's number is wrong")
    detail = Text(
        zh="证件号码不符合 {document} 的编码规则，请核对后重新填写",
        en="This is no number of a document of the type {document}; please check it",
    )


class DocumentDatesWrong(TongbaoError):
    """It ends before it begins, or begins in the future."""

    code = "parties.document_dates_wrong"
    title = Text(zh="证件有效期有误", en="The document's dates are wrong")


class DocumentFieldMalformed(TongbaoError):
    """The issuing authority is empty, too long or hides something."""

    code = "parties.document_field_malformed"
    title = Text(zh="证件资料有误", en="A field of the document is wrong")
    detail = Text(zh="{field} 的内容不符合要求", en="{field} is not acceptable")


class UnknownDocument(TongbaoError):
    """There is no such document, or none the caller may see."""

    code = "parties.unknown_document"
    kind = Kind.NOT_FOUND
    title = Text(zh="证件不存在", en="Unknown document")


def clean_number(type_: DocumentType, text: str) -> str:
    """Return a document's number in its one spelling. Raises `DocumentNumberMalformed`.

    An identity card's number is checked by GB 11643: province, birth date, check digit. Not its
    county: codes of counties changed while the numbers that were given with them stayed.
    A licence's is a unified social credit code (GB 32100).
    """
    plain = text.strip().upper()
    if type_ is DocumentType.BUSINESS_LICENCE:
        return clean_registration_number(plain)
    if type_ is DocumentType.ID_CARD:
        if not _is_id_number(plain):
            raise DocumentNumberMalformed(document=type_.value)
    elif not _NUMBER.fullmatch(plain):
        raise DocumentNumberMalformed(document=type_.value)
    return plain


def _is_id_number(number: str) -> bool:
    if not _ID_CARD.fullmatch(number) or ric.calc_check_digit(number) != number[-1]:
        return False
    try:
        ric.get_birth_date(number)
    except ValidationError:
        return False
    return True


def clean_authority(text: str | None) -> str | None:
    """Return who issued a document. Raises `DocumentFieldMalformed`."""
    if text is None:
        return None
    words = clean_words(text, length_max=AUTHORITY_LENGTH_MAX)
    if words is None:
        raise DocumentFieldMalformed(field="issuing_authority")
    return words


def check_dates(*, valid_from: date, valid_until: date | None, on: date) -> None:
    """Raise `DocumentDatesWrong` for dates no document has. Being expired is not wrong."""
    if valid_from > on or (valid_until is not None and valid_until < valid_from):
        raise DocumentDatesWrong


def birth_date_of(id_number: str) -> date:
    """Return the birth date in a valid identity number."""
    born: date = ric.get_birth_date(id_number)
    return born


def sex_of(id_number: str) -> Sex:
    """Return the sex in a valid identity number: its 17th digit is odd for men (GB 11643, 4.1)."""
    return Sex.MALE if int(id_number[_SEX_DIGIT]) % 2 else Sex.FEMALE


def fits_card_term(*, born_on: date, valid_from: date, valid_until: date | None) -> bool:
    """Tell whether an identity card's term is one the law knows (居民身份证法 第五条).

    5 years below 16, 10 years from 16 to 25, 20 years from 26 to 45, long-term from 46 on. Cards
    end on the same day of a later year or the day before it.
    """
    age = age_on(valid_from, born_on=born_on)
    if valid_until is None:
        return age >= 46  # noqa: PLR2004 - the law's number
    years = 5 if age < 16 else 10 if age < 26 else 20  # noqa: PLR2004 - the law's numbers
    ends = {_years_after(valid_from, years), _years_after(valid_from, years) - timedelta(days=1)}
    return valid_until in ends and age < 46  # noqa: PLR2004 - the law's number


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return date(day.year + years, 3, 1)
