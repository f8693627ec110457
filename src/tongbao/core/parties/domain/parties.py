"""Parties: who they are, and what makes a name or a registration number acceptable."""

from dataclasses import dataclass
from datetime import datetime
from typing import NewType
from uuid import UUID

from stdnum.cn import uscc

from tongbao.core.parties.domain.levels import Level, PartyKind
from tongbao.core.parties.domain.lifecycle import ReasonMalformed, Status
from tongbao.core.parties.domain.words import clean_words
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

PartyId = NewType("PartyId", UUID)

NAME_LENGTH_MAX = 200
REASON_LENGTH_MAX = 500
REGISTRATION_NUMBER_LENGTH = 18


@dataclass(frozen=True, slots=True)
class Party:
    """A person or an organisation; only an organisation has a registration number."""

    id: PartyId
    kind: PartyKind
    name: str
    registration_number: str | None
    registered_at: datetime
    status: Status = Status.PROSPECT
    level: Level = Level.NONE


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
    name = clean_words(text, length_max=NAME_LENGTH_MAX)
    if name is None:
        raise NameMalformed(length_max=NAME_LENGTH_MAX)
    return name


def clean_reason(text: str) -> str:
    """Return why somebody did something, in words. Raises `ReasonMalformed`."""
    reason = clean_words(text, length_max=REASON_LENGTH_MAX)
    if reason is None:
        raise ReasonMalformed(length_max=REASON_LENGTH_MAX)
    return reason


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
