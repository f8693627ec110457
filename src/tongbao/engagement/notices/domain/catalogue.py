"""The catalogue: every notice once, with its texts in Chinese and English."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from string import Formatter
from typing import Any, Final

from tongbao.engagement.notices.domain.places import Place
from tongbao.kernel.text import Language, Text


class Category(StrEnum):
    """What a notice is about; people choose channels by it."""

    SECURITY = "security"
    PAYMENTS = "payments"
    ACCOUNTS = "accounts"
    DEPOSITS = "deposits"
    LOANS = "loans"
    AGREEMENTS = "agreements"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Said:
    """A notice in one language; `link` is a path of the portal."""

    title: str
    body: str
    link: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One kind of notice.

    A critical one is always sent, by every channel the person has, at any hour. `inbox_only` is
    for what somebody else writes to the person's contacts already. A change of the places is a new
    `version`; a change of words alone is not, for what was stored fills them too.
    """

    code: str
    version: int
    category: Category
    critical: bool
    inbox_only: bool
    places: Mapping[str, Place[Any]]
    title: Text
    body: Text
    sms: Text
    link: str | None

    def keep(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is stored of `values`, which fill all places and no others (ValueError)."""
        if values.keys() != self.places.keys():
            wrong = sorted(values.keys() ^ self.places.keys())
            msg = f"{self.code}: {', '.join(wrong)} missing or not asked for"
            raise ValueError(msg)
        return {name: place.keep(values[name]) for name, place in self.places.items()}

    def words(self, kept: Mapping[str, Any], language: Language) -> dict[str, str]:
        """Return what fills the places in a language."""
        return {name: place.say(kept[name], language) for name, place in self.places.items()}

    def say(self, kept: Mapping[str, Any], language: Language) -> Said:
        """Return the notice as it is read in the inbox."""
        words = self.words(kept, language)
        return Said(
            title=self.title.say(language, **words),
            body=self.body.say(language, **words),
            link=None if self.link is None else self.link.format(**words),
        )


_CATALOGUE: Final[dict[tuple[str, int], Notice]] = {}


def notice(
    code: str,
    *,
    category: Category,
    places: Mapping[str, Place[Any]],
    title: Text,
    body: Text,
    sms: Text,
    link: str | None = None,
    critical: bool = False,
    inbox_only: bool = False,
    version: int = 1,
) -> Notice:
    """Declare a notice.

    Raises ValueError for a code and version that are taken, for a place in a text that is not
    declared, and for one that only one of the two languages has.
    """
    made = Notice(
        code=code,
        version=version,
        category=category,
        critical=critical,
        inbox_only=inbox_only,
        places=dict(places),
        title=title,
        body=body,
        sms=sms,
        link=link,
    )
    for text in (title, body, sms):
        if named(text.zh) != named(text.en):
            msg = f"{code}: Chinese and English fill different places"
            raise ValueError(msg)
    wanted = set().union(*map(named, (title.zh, body.zh, sms.zh, link or "")))
    if not wanted <= places.keys():
        msg = f"{code}: {sorted(wanted - places.keys())} are not declared"
        raise ValueError(msg)
    if _CATALOGUE.setdefault((code, version), made) is not made:
        msg = f"two notices are {code} version {version}"
        raise ValueError(msg)
    return made


def find_notice(code: str, version: int) -> Notice:
    """Return a notice that was declared; raises KeyError."""
    return _CATALOGUE[code, version]


def notices() -> tuple[Notice, ...]:
    """Return every notice declared by the modules imported so far."""
    return tuple(_CATALOGUE.values())


def named(text: str) -> frozenset[str]:
    """Return the names of the places in a text."""
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name)
