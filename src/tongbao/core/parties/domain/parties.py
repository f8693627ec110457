"""Parties: who they are, and what makes a name or a registration number acceptable."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from stdnum.cn import uscc

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

PartyId = NewType("PartyId", UUID)

NAME_LENGTH_MAX = 200
REGISTRATION_NUMBER_LENGTH = 18

# Control, format (invisible, or reversing the reading direction), surrogate, line and paragraph
# separator. Private-use and unassigned code points stay allowed: rare Chinese characters of
# people's names still live there on some systems.
_FORBIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


class PartyKind(StrEnum):
    """What sort of party it is."""

    PERSON = "person"
    ORGANISATION = "organisation"


@dataclass(frozen=True, slots=True)
class Party:
    """A person or an organisation; only an organisation has a registration number."""

    id: PartyId
    kind: PartyKind
    name: str
    registration_number: str | None
    registered_at: datetime


class NameMalformed(TongbaoError):
    """The name is empty, too long or holds characters that cannot be seen."""

    code = "parties.name_malformed"
    kind = Kind.INVALID
    title = Text(zh="名称不符合要求", en="The name is not acceptable")
    detail = Text(
        zh="名称须为 1 至 {length_max} 个可见字符，不得含控制字符",
        en="A name has 1 to {length_max} visible characters and no control characters",
    )


class RegistrationNumberMalformed(TongbaoError):
    """The text is not a unified social credit code."""

    code = "parties.registration_number_malformed"
    kind = Kind.INVALID
    title = Text(zh="统一社会信用代码有误", en="The registration number is wrong")
    detail = Text(
        zh="统一社会信用代码为 18 位数字或大写字母，且校验位须正确",
        en="A unified social credit code has 18 digits or capital letters and a check character",
    )


class RegistrationNumberTaken(TongbaoError):
    """Another organisation is already registered under this number."""

    code = "parties.registration_number_taken"
    kind = Kind.CONFLICT
    title = Text(zh="该统一社会信用代码已登记", en="The registration number is taken")
    detail = Text(
        zh="统一社会信用代码 {registration_number} 已登记在另一机构名下",
        en="An organisation is already registered under {registration_number}",
    )


class UnknownParty(TongbaoError):
    """There is no such party, or none the caller may see."""

    code = "parties.unknown_party"
    kind = Kind.NOT_FOUND
    title = Text(zh="客户不存在", en="Unknown party")
    detail = Text(zh="没有编号为 {party_id} 的客户", en="There is no party {party_id}")


def clean_name(text: str) -> str:
    """Return `text` in Unicode form NFC and without surrounding space.

    Raises `NameMalformed` if nothing is left, if it is longer than `NAME_LENGTH_MAX` characters
    or holds a control or invisible character (two names must not look alike and differ).
    """
    if any(unicodedata.category(character) in _FORBIDDEN_CATEGORIES for character in text):
        raise NameMalformed(length_max=NAME_LENGTH_MAX)
    name = unicodedata.normalize("NFC", text).strip()
    if not 1 <= len(name) <= NAME_LENGTH_MAX:
        raise NameMalformed(length_max=NAME_LENGTH_MAX)
    return name


def clean_registration_number(text: str) -> str:
    """Return the unified social credit code (GB 32100-2015) that `text` holds.

    Surrounding space is dropped; nothing else is corrected. Raises `RegistrationNumberMalformed`.
    """
    number = text.strip()
    if (
        len(number) != REGISTRATION_NUMBER_LENGTH
        or not number.isascii()
        or not number.isalnum()
        or number != number.upper()
        or not uscc.is_valid(number)
    ):
        raise RegistrationNumberMalformed
    return number
