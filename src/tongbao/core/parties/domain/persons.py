"""What we note about a person and about an organisation."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from tongbao.core.parties.domain.words import clean_words
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.money import Money
from tongbao.kernel.text import Text

WORDS_LENGTH_MAX: Final = 200
SCOPE_LENGTH_MAX: Final = 4_000
AGE_MAX_YEARS: Final = 130
FOUNDED_FIRST: Final = date(1600, 1, 1)
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
PERSON_NAME_LENGTH_MAX: Final = 4
# Read otherwise in front of a given name than elsewhere.
_SURNAMES: Final = {
    "单": "shan",
    "解": "xie",
    "仇": "qiu",
    "曾": "zeng",
    "查": "zha",
    "区": "ou",
    "朴": "piao",
    "盖": "ge",
    "员": "yun",
    "乐": "yue",
    "缪": "miao",
    "种": "chong",
    "折": "she",
    "翟": "zhai",
    "冼": "xian",
    "任": "ren",
    "宁": "ning",
}
_CHINESE: Final = re.compile(r"[㐀-鿿\U00020000-\U0003ffff]")


class Sex(StrEnum):
    """As on the identity card."""

    FEMALE = "female"
    MALE = "male"


class OrganisationForm(StrEnum):
    """What kind of organisation it is."""

    COMPANY = "company"
    SOLE_TRADER = "sole_trader"  # 个体工商户
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What is known of a person; `nationality` is an ISO 3166-1 code, `pinyin` is for sorting."""

    pinyin: str | None
    born_on: date | None = None
    nationality: str | None = None
    sex: Sex | None = None
    occupation: str | None = None


@dataclass(frozen=True, slots=True)
class OrganisationFacts:
    """What is known of an organisation; `legal_form` is the licence's 类型, in its own words."""

    form: OrganisationForm
    legal_form: str | None = None
    registered_capital: Money | None = None
    founded_on: date | None = None
    business_scope: str | None = None
    industry: str | None = None


class FactMalformed(TongbaoError):
    """A fact that cannot be: named, so that the form can show it."""

    code = "parties.fact_malformed"
    title = Text(zh="资料填写有误", en="A fact is wrong")
    detail = Text(zh="{field} 的内容不符合要求", en="{field} is not acceptable")


class WrongPartyKind(TongbaoError):
    """Facts of a person for an organisation, or the other way round."""

    code = "parties.wrong_kind"
    kind = Kind.CONFLICT
    title = Text(zh="客户类型不符", en="Not for this kind of party")
    detail = Text(zh="该操作只适用于：{expected}", en="This is for a party of the kind {expected}")


def pinyin_of(name: str) -> str | None:
    """Return a Chinese name in Latin letters without tones; None for a name in other letters.

    A character with several readings gets its usual one, as a surname of a person that of surnames.
    """
    if not _CHINESE.search(name):
        return None
    # Its dictionaries take 55 MiB, and most processes never ask for a reading.
    from pypinyin import lazy_pinyin  # noqa: PLC0415

    sounds = lazy_pinyin(name)
    if len(name) <= PERSON_NAME_LENGTH_MAX:
        sounds[0] = _SURNAMES.get(name[0], sounds[0])
    return " ".join(sounds).lower()


def age_on(day: date, *, born_on: date) -> int:
    """Return full years of age; born on 29 February, one is older on 1 March."""
    had_birthday = (day.month, day.day) >= (born_on.month, born_on.day)
    return day.year - born_on.year - (0 if had_birthday else 1)


def clean_person(facts: PersonFacts, *, name: str, on: date) -> PersonFacts:
    """Return the facts with the pinyin filled in. Raises `FactMalformed` naming the field."""
    if facts.born_on is not None and not (
        facts.born_on <= on and on.year - facts.born_on.year <= AGE_MAX_YEARS
    ):
        raise FactMalformed(field="born_on")
    if facts.nationality is not None and not _COUNTRY.fullmatch(facts.nationality):
        raise FactMalformed(field="nationality")
    return PersonFacts(
        pinyin=pinyin_of(name)
        if facts.pinyin is None
        else _words("pinyin", facts.pinyin, WORDS_LENGTH_MAX),
        born_on=facts.born_on,
        nationality=facts.nationality,
        sex=facts.sex,
        occupation=_words("occupation", facts.occupation, WORDS_LENGTH_MAX),
    )


def clean_organisation(facts: OrganisationFacts, *, on: date) -> OrganisationFacts:
    """Return the facts without surrounding space. Raises `FactMalformed` naming the field."""
    if facts.founded_on is not None and not FOUNDED_FIRST <= facts.founded_on <= on:
        raise FactMalformed(field="founded_on")
    if facts.registered_capital is not None and facts.registered_capital.minor < 0:
        raise FactMalformed(field="registered_capital")
    return OrganisationFacts(
        form=facts.form,
        legal_form=_words("legal_form", facts.legal_form, WORDS_LENGTH_MAX),
        registered_capital=facts.registered_capital,
        founded_on=facts.founded_on,
        business_scope=_words("business_scope", facts.business_scope, SCOPE_LENGTH_MAX),
        industry=_words("industry", facts.industry, WORDS_LENGTH_MAX),
    )


def _words(field: str, text: str | None, length_max: int) -> str | None:
    if text is None:
        return None
    words = clean_words(text, length_max=length_max)
    if words is None:
        raise FactMalformed(field=field)
    return words
