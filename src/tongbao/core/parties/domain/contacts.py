"""How to reach a party: phone, e-mail, address."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NewType
from uuid import UUID

from tongbao.core.parties.domain.words import clean_words
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

ContactId = NewType("ContactId", UUID)
AddressId = NewType("AddressId", UUID)

EMAIL_LENGTH_MAX: Final = 254  # RFC 5321, 4.5.3.1.3
LINE_LENGTH_MAX: Final = 200
_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_CHINESE_MOBILE: Final = re.compile(r"(?:0086|86)?(1[3-9][0-9]{9})")
_EMAIL: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])"
)
_LOCAL_LENGTH_MAX: Final = 64


class ContactKind(StrEnum):
    """What kind of contact point it is."""

    PHONE = "phone"
    EMAIL = "email"


class AddressKind(StrEnum):
    """What is at an address."""

    RESIDENCE = "residence"
    REGISTERED = "registered"
    BUSINESS = "business"
    MAILING = "mailing"


@dataclass(frozen=True, slots=True)
class ContactPoint:
    """A phone number in E.164 or an e-mail address; one of each kind is the primary one."""

    id: ContactId
    party_id: UUID
    kind: ContactKind
    value: str
    primary: bool
    verified_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address; `region` is the six-digit code of GB/T 2260 where it lies in China."""

    id: AddressId
    party_id: UUID
    kind: AddressKind
    country: str
    region: str | None
    line: str
    postal_code: str | None
    created_at: datetime


class PhoneMalformed(TongbaoError):
    """No phone number one could call from anywhere."""

    code = "parties.phone_malformed"
    title = Text(zh="电话号码有误", en="The phone number is wrong")
    detail = Text(
        zh="请填写中国大陆手机号，或以 + 和国家代码开头的号码",
        en="Give a mainland mobile number, or one that begins with + and the country's code",
    )


class EmailMalformed(TongbaoError):
    """No e-mail address."""

    code = "parties.email_malformed"
    title = Text(zh="电子邮箱有误", en="The e-mail address is wrong")


class AddressMalformed(TongbaoError):
    """An address that nothing can be sent to."""

    code = "parties.address_malformed"
    title = Text(zh="地址有误", en="The address is wrong")
    detail = Text(zh="{field} 的内容不符合要求", en="{field} is not acceptable")


class ContactTaken(TongbaoError):
    """The party has this contact point already."""

    code = "parties.contact_taken"
    kind = Kind.CONFLICT
    title = Text(zh="该联系方式已登记", en="This contact point is there already")


class UnknownContact(TongbaoError):
    """There is no such contact point or address, or none the caller may see."""

    code = "parties.unknown_contact"
    kind = Kind.NOT_FOUND
    title = Text(zh="联系方式不存在", en="Unknown contact point")


class TooMany(TongbaoError):
    """More of something than a party of ours has."""

    code = "parties.too_many"
    kind = Kind.REFUSED
    title = Text(zh="数量已达上限", en="There are as many as may be")
    detail = Text(zh="最多 {maximum} 项", en="At most {maximum}")


def clean_phone(text: str) -> str:
    """Return a number in E.164; a mainland mobile number may lack its +86. Raises `PhoneMalformed`.

    Blanks, hyphens and brackets people type are dropped; full-width digits are not guessed at.
    """
    plain = re.sub(r"[ ()-]", "", text.strip())
    mobile = _CHINESE_MOBILE.fullmatch(plain)
    number = f"+86{mobile[1]}" if mobile else plain
    if not _E164.fullmatch(number):
        raise PhoneMalformed
    if number.startswith("+861") and not _CHINESE_MOBILE.fullmatch(number[1:]):
        raise PhoneMalformed
    return number


def clean_email(text: str) -> str:
    """Return an e-mail address with its domain in small letters. Raises `EmailMalformed`.

    The part before the `@` keeps its case; two spellings of it are one address to `contact_key`.
    """
    plain = unicodedata.normalize("NFC", text).strip()
    if len(plain) > EMAIL_LENGTH_MAX or not _EMAIL.fullmatch(plain):
        raise EmailMalformed
    local, _, domain = plain.rpartition("@")
    if len(local) > _LOCAL_LENGTH_MAX:
        raise EmailMalformed
    return f"{local}@{domain.lower()}"


def clean_contact(kind: ContactKind, text: str) -> str:
    """Return a contact point in its one spelling."""
    return clean_phone(text) if kind is ContactKind.PHONE else clean_email(text)


def contact_key(value: str) -> str:
    """Return a clean contact point in the spelling by which two are one: case tells none apart."""
    return value.lower()


def clean_address_line(text: str) -> str:
    """Return the line of an address. Raises `AddressMalformed`."""
    line = clean_words(text, length_max=LINE_LENGTH_MAX)
    if line is None:
        raise AddressMalformed(field="line")
    return line


def check_address(*, country: str, region: str | None, postal_code: str | None) -> None:
    """Raise `AddressMalformed` for a code that cannot be."""
    if not re.fullmatch(r"[A-Z]{2}", country):
        raise AddressMalformed(field="country")
    if region is not None and not (country == "CN" and re.fullmatch(r"[1-8][0-9]{5}", region)):
        raise AddressMalformed(field="region")
    postal = r"[0-9]{6}" if country == "CN" else r"[A-Z0-9][A-Z0-9 -]{0,11}"
    if postal_code is not None and not re.fullmatch(postal, postal_code):
        raise AddressMalformed(field="postal_code")
