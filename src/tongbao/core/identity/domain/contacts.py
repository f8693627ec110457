"""Contacts a user logs in by and is written to: a phone or an e-mail address, in one spelling."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Language, Text

HOME_PREFIX: Final = "+86"
EMAIL_LENGTH_MAX: Final = 254
TEXT_LENGTH_MAX: Final = 300

_SPACING: Final = re.compile(r"[\s().-]+", re.ASCII)
_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_HOME_MOBILE: Final = re.compile(r"1[3-9][0-9]{9}", re.ASCII)
_MAILBOX: Final = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_EMAIL: Final = re.compile(rf"(?=.{{1,64}}@){_MAILBOX}@(?:{_LABEL}\.)+{_LABEL}", re.ASCII)


class Channel(StrEnum):
    """How a contact is reached."""

    PHONE = "phone"
    EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Contact:
    """A phone in E.164 form (`+8613800138000`), or an e-mail address in lower case."""

    channel: Channel
    address: str


@dataclass(frozen=True, slots=True)
class Reachable:
    """A verified contact of a user, and the language to write in."""

    id: UUID
    user_id: UUID
    contact: Contact
    language: Language
    verified_at: datetime


class ContactMalformed(TongbaoError):
    """The text is neither a phone number nor an e-mail address."""

    code = "identity.contact_malformed"
    kind = Kind.INVALID
    title = Text(zh="手机号或邮箱有误", en="Neither a phone number nor an e-mail address")
    detail = Text(
        zh="请填写手机号（境外号码以 + 和国家代码开头）或邮箱地址",
        en="Give a mobile number (from abroad with + and the country code) or an e-mail address",
    )


def normal_contact(text: str) -> Contact | None:
    """Return the contact that `text` means; None if it can be none.

    A number without a country code is one of mainland China (E.164: +86). The part of an e-mail
    address before the @ is taken in lower case too: no provider of note tells the cases apart, and
    two users must not differ by case alone (against RFC 5321, 2.4, on purpose).
    """
    text = text.strip()
    if len(text) > TEXT_LENGTH_MAX or not text.isascii():
        return None
    if "@" in text:
        address = text.lower()
        fits = len(address) <= EMAIL_LENGTH_MAX and _EMAIL.fullmatch(address)
        return Contact(Channel.EMAIL, address) if fits else None
    number = _SPACING.sub("", text)
    if number.startswith("00"):
        number = f"+{number[2:]}"
    if _HOME_MOBILE.fullmatch(number):
        number = HOME_PREFIX + number
    if not _E164.fullmatch(number):
        return None
    at_home = number.startswith(HOME_PREFIX)
    if at_home and not _HOME_MOBILE.fullmatch(number.removeprefix(HOME_PREFIX)):
        return None
    return Contact(Channel.PHONE, number)


def clean_contact(text: str) -> Contact:
    """Return the contact that `text` means. Raises `ContactMalformed`."""
    contact = normal_contact(text)
    if contact is None:
        raise ContactMalformed
    return contact
