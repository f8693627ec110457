"""Confirmation of payee (户名核验): how near a name given is to the name an account is held under.

The answer is one of three words and never the name. *Close* is what a person mistypes: a homophone
of an input method, a legal form left out, names in another order, a slip in a long name. Of a short
name a single other character is no slip but another person, so that nobody feels their way to a
name character by character.
"""

import re
import unicodedata
from enum import StrEnum
from typing import Final

from rapidfuzz.distance import OSA

from tongbao.core.payments.domain import same_name
from tongbao.kernel.text import Text

LONG_NAME_MIN: Final = 6
VERY_LONG_NAME_MIN: Final = 12
"""From how many characters on one slip is allowed, and two."""

_LEGAL_FORMS: Final = re.compile(
    r"(股份有限公司|有限责任公司|集团有限公司|有限公司|股份公司|公司|集团"
    r"|(co\.?,?)?ltd\.?|limited|inc\.?|corp\.?|llc|gmbh|plc)$"
)
_CORE_LENGTH_MIN: Final = 2
_HAN: Final = re.compile(r"^[\u3400-\u9fff]+$")


class NameCheck(StrEnum):
    """What is said of a name; `NOT_CHECKED`: nobody could tell, which is no word for it."""

    MATCH = "match"
    CLOSE_MATCH = "close_match"
    NO_MATCH = "no_match"
    NOT_CHECKED = "not_checked"


WORDS: Final = {
    NameCheck.MATCH: Text(zh="户名与账号一致", en="The name is that of the account"),
    NameCheck.CLOSE_MATCH: Text(
        zh="户名与账号相近但不完全一致，请再核对",
        en="The name is close to that of the account; check it",
    ),
    NameCheck.NO_MATCH: Text(
        zh="户名与账号不符，请勿付款，先向收款人核实",
        en="The name is not that of the account: ask the payee before you pay",
    ),
    NameCheck.NOT_CHECKED: Text(
        zh="未能核验户名：开户行未提供结果。请自行确认收款人",
        en="The name could not be checked: the account's bank did not tell. Make sure yourself "
        "who it is",
    ),
}


def compare(given: str, held: str) -> NameCheck:
    """Return how near a given name is to the one held."""
    if same_name(given, held):
        return NameCheck.MATCH
    left, right = _plain(given), _plain(held)
    near = (
        _same_core(left, right)
        or _sound_alike(left, right)
        or _other_order(given, held)
        or _slip(left, right)
    )
    return NameCheck.CLOSE_MATCH if near else NameCheck.NO_MATCH


def _plain(name: str) -> str:
    """Return a name without case, width, spaces and dots between names."""
    return "".join(_words(name))


def _same_core(left: str, right: str) -> bool:
    """Tell whether two names differ by the legal form of a firm alone."""
    one, other = _LEGAL_FORMS.sub("", left), _LEGAL_FORMS.sub("", right)
    return len(one) >= _CORE_LENGTH_MIN and one == other


def _sound_alike(left: str, right: str) -> bool:
    """Tell whether two Chinese names are spelt alike in pinyin, as an input method offers them."""
    if len(left) != len(right) or not (_HAN.match(left) and _HAN.match(right)):
        return False
    # Its dictionary of phrases takes 55 MiB: a process that compares no such names goes without.
    from pypinyin import lazy_pinyin  # noqa: PLC0415

    return lazy_pinyin(left) == lazy_pinyin(right)


def _other_order(given: str, held: str) -> bool:
    """Tell whether two names have the same several words in another order: Li Wei, Wei Li."""
    one, other = (sorted(_words(each)) for each in (given, held))
    return len(one) > 1 and one == other


def _words(name: str) -> list[str]:
    return re.split(r"[\s,·]+", unicodedata.normalize("NFKC", name).casefold().strip(" ,·"))


def _slip(left: str, right: str) -> bool:
    """Tell whether a long name has one character wrong, missing or swapped; a very long one two."""
    length = min(len(left), len(right))
    if length < LONG_NAME_MIN:
        return False
    allowed = 2 if length >= VERY_LONG_NAME_MIN else 1
    return OSA.distance(left, right, score_cutoff=allowed) <= allowed
