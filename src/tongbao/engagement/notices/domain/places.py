"""The kinds of place a notice's text has: what fills one, how it is kept, how it is said.

A value is made safe when it is kept: of an account's number only the last four digits are. So a
text cannot say what is nobody's business, whatever its author writes.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from tongbao.kernel import masking
from tongbao.kernel.clock import BANK_ZONE
from tongbao.kernel.money import Money
from tongbao.kernel.rate import Rate
from tongbao.kernel.text import Language, Text

T = TypeVar("T")

_SYMBOLS: Final[Mapping[str, str]] = {"CNY": "¥"}


class Place(ABC, Generic[T]):
    """One kind of place."""

    sample: T
    """Something that fills it, for tests and previews."""

    @abstractmethod
    def keep(self, value: T) -> Any:  # noqa: ANN401 - JSON
        """Return what is stored: JSON, with nothing in it that is not to be shown."""

    @abstractmethod
    def say(self, kept: Any, language: Language) -> str:  # noqa: ANN401 - the same JSON
        """Return what is read."""


class _Amount(Place[Money]):
    sample = Money(123_450, "CNY")

    def keep(self, value: Money) -> str:
        return str(value)

    def say(self, kept: str, language: Language) -> str:
        """Return the figure with its currency before it: ¥1,234.50, USD 1,234.50."""
        del language
        currency, _, figure = kept.partition(" ")
        whole, point, rest = figure.partition(".")
        grouped = f"{int(whole):,}{point}{rest}"
        symbol = _SYMBOLS.get(currency)
        return f"{symbol}{grouped}" if symbol else f"{currency} {grouped}"


class _Account(Place[str]):
    sample = "6230580000000012345"

    def keep(self, value: str) -> str:
        return masking.card(value)

    def say(self, kept: str, language: Language) -> str:
        del language
        return kept


class _Day(Place[date]):
    sample = date(2026, 11, 22)

    def keep(self, value: date) -> str:
        return value.isoformat()

    def say(self, kept: str, language: Language) -> str:
        del language
        return kept


class _Moment(Place[datetime]):
    sample = datetime(2026, 11, 22, 9, 30, tzinfo=BANK_ZONE)

    def keep(self, value: datetime) -> str:
        assert value.utcoffset() is not None, "an instant needs a time zone"
        return value.isoformat()

    def say(self, kept: str, language: Language) -> str:
        """Return the moment on the bank's clock."""
        del language
        return datetime.fromisoformat(kept).astimezone(BANK_ZONE).strftime("%Y-%m-%d %H:%M")


class _Percent(Place[Rate]):
    sample = Rate.percent("4.35")

    def keep(self, value: Rate) -> str:
        return value.text

    def say(self, kept: str, language: Language) -> str:
        del language
        return f"{Rate.parse(kept).percent_text}%"


class _Count(Place[int]):
    sample = 7

    def keep(self, value: int) -> int:
        return value

    def say(self, kept: int, language: Language) -> str:
        del language
        return str(kept)


class _Id(Place[UUID]):
    """For links: never said in a sentence."""

    sample = UUID("0197c0de-0000-7000-8000-000000000001")

    def keep(self, value: UUID) -> str:
        return str(value)

    def say(self, kept: str, language: Language) -> str:
        del language
        return kept


class _Phrase(Place[Text]):
    """For words of ours that both languages have: the name of a product, a reason."""

    sample = Text(zh="活期账户", en="current account")

    def keep(self, value: Text) -> dict[str, str]:
        return {"zh": value.zh, "en": value.en}

    def say(self, kept: Mapping[str, str], language: Language) -> str:
        return kept[language]


AMOUNT: Final = _Amount()
ACCOUNT: Final = _Account()
DAY: Final = _Day()
MOMENT: Final = _Moment()
PERCENT: Final = _Percent()
COUNT: Final = _Count()
ID: Final = _Id()
PHRASE: Final = _Phrase()
