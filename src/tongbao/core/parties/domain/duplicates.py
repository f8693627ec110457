"""Which parties may be one and the same.

Two steps. *Blocking*: each party has a few keys (a document, a phone, a birth date with the sound
of the name); only parties that share a key are compared, found by an index. *Scoring*: a pair gets
0 to 100. The score is for the staff who decide; nothing is merged by itself.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NewType
from uuid import UUID

from rapidfuzz import fuzz

from tongbao.core.parties.domain.levels import PartyKind
from tongbao.core.parties.domain.persons import pinyin_of
from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

DuplicateId = NewType("DuplicateId", UUID)

CANDIDATE_SCORE_MIN: Final = 60
NAME_SCORE_MIN: Final = 80
COMPARED_MAX: Final = 50
"""Parties compared for one key at most: a phone that fifty share says nothing any more."""


class Ground(StrEnum):
    """Why two parties may be one."""

    DOCUMENT = "document"
    PHONE = "phone"
    EMAIL = "email"
    BIRTH_DATE = "birth_date"
    NAME = "name"


class Verdict(StrEnum):
    """What staff found out about a pair."""

    OPEN = "open"
    SAME = "same"
    NOT_SAME = "not_same"


@dataclass(frozen=True, slots=True)
class Features:
    """What is compared of a party; numbers and addresses by their blind tags, which are enough."""

    party_id: UUID
    kind: PartyKind
    name: str
    born_on: date | None = None
    documents: frozenset[str] = frozenset()  # "type tag"
    phones: frozenset[str] = frozenset()  # tags, as those of e-mail addresses
    emails: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A pair that may be one, and what was made of it."""

    id: DuplicateId
    party_id: UUID
    other_id: UUID
    score: int
    grounds: tuple[Ground, ...]
    verdict: Verdict
    reason: str | None
    worked_by: UUID | None
    worked_at: datetime | None
    found_at: datetime


class UnknownDuplicate(TongbaoError):
    """There is no such pair."""

    code = "parties.unknown_duplicate"
    kind = Kind.NOT_FOUND
    title = Text(zh="疑似重复记录不存在", en="Unknown pair of parties")


class DuplicateAlreadyWorked(TongbaoError):
    """Somebody has decided the pair."""

    code = "parties.duplicate_already_worked"
    kind = Kind.CONFLICT
    title = Text(zh="该疑似重复已处理", en="This pair is worked already")


def name_key(name: str) -> str:
    """Return a name as it sounds: pinyin without blanks, or its letters without case and marks."""
    sound = pinyin_of(name) or unicodedata.normalize("NFKD", name).casefold()
    return re.sub(r"[^a-z0-9]", "", sound) or unicodedata.normalize("NFKC", name).casefold()


def match_keys(features: Features) -> frozenset[str]:
    """Return the keys a party is found under; equal for parties that may be one.

    Documents and contacts come by keyed tags: the index is no second list of numbers. Birth dates
    come with the first sound of the name and, for a mistyped name, with its length of sounds; a
    birth date alone is shared by some forty of a million people, too many to compare each time.
    """
    keys = {f"d:{_digest(each)}" for each in features.documents}
    keys |= {f"p:{_digest(each)}" for each in features.phones}
    keys |= {f"e:{_digest(each)}" for each in features.emails}
    if features.born_on is not None:
        sounds = name_key(features.name)
        keys.add(f"b:{features.born_on:%Y%m%d}:{sounds[:2]}")
        keys.add(f"b:{features.born_on:%Y%m%d}:{sounds[-3:]}")
    if features.kind is PartyKind.ORGANISATION:
        keys.add(f"n:{_digest(name_key(features.name))}")
    return frozenset(keys)


def name_score(one: str, other: str) -> int:
    """Return 0 to 100: how alike two names are, as written or as they sound, in any order."""
    written = fuzz.token_sort_ratio(_plain(one), _plain(other))
    heard = fuzz.ratio(name_key(one), name_key(other))
    return round(max(written, heard))


def compare(one: Features, other: Features) -> tuple[int, tuple[Ground, ...]]:
    """Return the score of a pair and what it rests on; 0 for parties of different kinds.

    A document is enough alone. A phone or an e-mail is often shared in a family, so it needs a
    like name; so does a birth date.
    """
    if one.kind is not other.kind:
        return 0, ()
    grounds: list[Ground] = []
    score = 0
    names = name_score(one.name, other.name)
    if one.documents & other.documents:
        grounds.append(Ground.DOCUMENT)
        score = 70
    if one.phones & other.phones:
        grounds.append(Ground.PHONE)
        score += 35
    if one.emails & other.emails:
        grounds.append(Ground.EMAIL)
        score += 30
    if one.born_on is not None and one.born_on == other.born_on:
        grounds.append(Ground.BIRTH_DATE)
        score += 30
    if names >= NAME_SCORE_MIN:
        grounds.append(Ground.NAME)
        score += 30 + (names - NAME_SCORE_MIN) // 2
    elif _contradict(one, other):
        score -= 20
    return max(0, min(100, score)), tuple(grounds)


def ordered(one: UUID, other: UUID) -> tuple[UUID, UUID]:
    """Return two ids, the smaller first: a pair is one pair from either side."""
    assert one != other, "nobody is a duplicate of oneself"
    return (one, other) if one < other else (other, one)


def _contradict(one: Features, other: Features) -> bool:
    return one.born_on is not None and other.born_on is not None and one.born_on != other.born_on


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def document_key(type_: str, tag: str) -> str:
    """Return a document as it is compared."""
    return f"{type_} {tag}"


def grounds_of(texts: Iterable[str]) -> tuple[Ground, ...]:
    """Return grounds read back from where they were stored."""
    return tuple(Ground(text) for text in texts)
