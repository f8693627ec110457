"""Which passwords are too easy to guess: those on everybody's list, however they are dressed up.

The list beside this file holds passwords that every published count of leaked ones has near its
top, in lower case; it is our own, made of well-known words and their usual endings. What is
compared with it is the password without capitals, without the usual disguises (`p@ssw0rd`), without
what people put around a word to please a rule, and as two of them in a row.
"""

import re
from functools import cache
from importlib.resources import files
from typing import Final

PERIOD_MAX: Final = 6
PIECE_LENGTH_MIN: Final = 4
RUN_LENGTH_MIN: Final = 4

_DISGUISES: Final = str.maketrans(
    {"0": "o", "1": "l", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"}
)
_AROUND: Final = re.compile(r"^[^a-z]+|[^a-z]+$")
_SPACING: Final = re.compile(r"[\s._-]+")
_RUNS: Final = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p",
    "!@#$%^&*()",
)


def is_common(password: str) -> bool:
    """Tell whether a password is one that guessers try first."""
    plain = _SPACING.sub("", password.lower())
    forms = {plain, _AROUND.sub("", plain)}
    forms |= {form.translate(_DISGUISES) for form in forms}
    forms |= {_AROUND.sub("", form) for form in forms}
    return any(_is_easy(form) for form in forms if form) or _is_made_of_runs(plain)


@cache
def common_passwords() -> frozenset[str]:
    """Return the list."""
    text = files("tongbao.core.identity.domain").joinpath("common_passwords.txt").read_text("ascii")
    return frozenset(text.split())


def _is_easy(form: str) -> bool:
    known = common_passwords()
    if form in known or _repeats(form):
        return True
    cuts = range(PIECE_LENGTH_MIN, len(form) - PIECE_LENGTH_MIN + 1)
    return any(form[:cut] in known and form[cut:] in known for cut in cuts)


def _repeats(form: str) -> bool:
    """Tell whether a text is one short piece again and again, perhaps cut off."""
    return any(
        form == (form[:period] * (len(form) // period + 1))[: len(form)]
        for period in range(1, min(PERIOD_MAX, len(form) // 2) + 1)
    )


def _is_made_of_runs(form: str) -> bool:
    """Tell whether a text is nothing but rows of keys and of the alphabet, either way round."""
    runs = (*_RUNS, *(run[::-1] for run in _RUNS))
    position = 0
    while position < len(form):
        length = max(_run_length(form, position, run) for run in runs)
        if length < RUN_LENGTH_MIN:
            return False
        position += length
    return True


def _run_length(form: str, position: int, run: str) -> int:
    length = 0
    while position + length < len(form) and form[position : position + length + 1] in run:
        length += 1
    return length
