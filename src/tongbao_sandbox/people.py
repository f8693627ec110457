"""The people of the outside world: what the identity bureau and the face service know.

Made up from a seed, of nobody: their numbers are valid (GB 11643) and their counties real.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

Look = Literal["alike", "different", "not_alive", "unsure"]

SEED_DEFAULT: Final = 20_261_031
_SURNAMES: Final = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗"
_FEMALE: Final = "秀英丽娟芳敏静燕玲慧洁婷雪梅兰倩颖琳"
_MALE: Final = "伟强磊军洋勇杰涛明超刚平辉鹏华飞宇浩"
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"
_COUNTIES: Final = ("110101", "310101", "330106", "440106", "510104", "420106", "320102", "610113")
_OLDEST: Final = date(1955, 1, 1)
_YOUNGEST: Final = date(2004, 12, 31)
_MINOR: Final = date(2009, 6, 15)
_CHILD: Final = date(2014, 6, 15)


@dataclass(frozen=True, slots=True)
class Person:
    """A person as the bureau knows them; `look` is what the face service will find."""

    name: str
    id_number: str
    sex: Literal["female", "male"]
    born_on: date
    look: Look = "alike"


class PeopleBook:
    """People by number. The first few are there for what goes wrong; see `SPECIAL`."""

    def __init__(self, people: Sequence[Person]) -> None:
        self.people = tuple(people)
        self._by_number = {person.id_number: person for person in people}
        assert len(self._by_number) == len(people)

    def find(self, id_number: str) -> Person | None:
        """Return who has this number, if anybody does."""
        return self._by_number.get(id_number)


SPECIAL: Final[tuple[tuple[str, Look, date | None], ...]] = (
    ("another face than the card's", "different", None),
    ("a picture held before the camera", "not_alive", None),
    ("a face that may be the card's", "unsure", None),
    ("sixteen or seventeen years old", "alike", _MINOR),
    ("a child", "alike", _CHILD),
)


def load(*, seed: int = SEED_DEFAULT, count: int = 400) -> PeopleBook:
    """Return `count` people, the same for the same seed; the first five are `SPECIAL`."""
    rng = random.Random(seed)  # noqa: S311 - made-up people, no secret
    made: dict[str, Person] = {}
    while len(made) < count:
        special = SPECIAL[len(made)] if len(made) < len(SPECIAL) else None
        person = _person(rng, special)
        made.setdefault(person.id_number, person)
    return PeopleBook(tuple(made.values()))


def id_number(first_17: str) -> str:
    """Return the number with its check digit (GB 11643, 3.3; ISO 7064 MOD 11-2)."""
    total = sum(int(d) * weight for d, weight in zip(first_17, _WEIGHTS, strict=True))
    return first_17 + _CHECKS[total % 11]


def _person(rng: random.Random, special: tuple[str, Look, date | None] | None) -> Person:
    male = rng.random() < 0.5  # noqa: PLR2004 - half of mankind
    given = rng.choices(_MALE if male else _FEMALE, k=rng.choice((1, 2, 2)))
    days = rng.randrange((_YOUNGEST - _OLDEST).days)
    born = (special and special[2]) or _OLDEST + timedelta(days=days)
    order = rng.randrange(100) * 10 + rng.choice((1, 3, 5, 7, 9) if male else (0, 2, 4, 6, 8))
    return Person(
        name=rng.choice(_SURNAMES) + "".join(given),
        id_number=id_number(f"{rng.choice(_COUNTIES)}{born:%Y%m%d}{order:03}"),
        sex="male" if male else "female",
        born_on=born,
        look=special[1] if special else "alike",
    )
