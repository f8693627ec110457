"""The payment password (支付密码): six digits apart from the log-in password."""

import re
from collections.abc import Collection
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text

DIGITS: Final = 6
# After so many wrong ones in a row the pause begins; each further wrong one makes it longer.
FREE_FAILURES: Final = 3
PAUSES: Final = (
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=3),
    timedelta(hours=24),
)
_SIX_DIGITS: Final = re.compile(r"[0-9]{6}", re.ASCII)
_KEYPAD: Final = frozenset({"147258", "258369", "369258", "159357", "357159", "147369", "741852"})
_LUCKY: Final = frozenset({"520131", "131452", "521521", "168168", "518518"})


class PaymentPasswordWeak(TongbaoError):
    """The payment password is not six digits, or is one that others try first."""

    code = "identity.payment_password_weak"
    kind = Kind.INVALID
    title = Text(zh="支付密码不符合要求", en="The payment password is not acceptable")
    detail = Text(
        zh="须为六位数字，且不是生日、连号、重复数字或登录密码的一部分。",
        en="Six digits that are no birthday, no run, no repetition and no part of the log-in "
        "password.",
    )


def clean_payment_password(
    text: str, *, names: Collection[str] = (), birth_dates: Collection[date] = ()
) -> str:
    """Return the password; raises `PaymentPasswordWeak`.

    Refused are runs up or down, repetitions, whatever can be read as a date of the last or this
    century, rows of the keypad, and digits of `names`, what the user logs in by (a phone number).
    """
    weak = (
        _SIX_DIGITS.fullmatch(text) is None
        or _is_run(text)
        or _is_repetition(text)
        or _is_date(text)
        or text in _KEYPAD | _LUCKY
        or any(text in re.sub(r"[^0-9]", "", each) for each in names)
        or any(text in _spellings(each) for each in birth_dates)
    )
    if weak:
        raise PaymentPasswordWeak
    return text


def pause_after(failures: int) -> timedelta | None:
    """Return how long nothing is accepted after so many wrong ones in a row; None: no pause."""
    if failures < FREE_FAILURES:
        return None
    return PAUSES[min(failures - FREE_FAILURES, len(PAUSES) - 1)]


def _is_run(text: str) -> bool:
    """123456, 987654, 135790: each digit as far from the next, the tens left out."""
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(text)}
    return len(steps) == 1


def _is_repetition(text: str) -> bool:
    """112233, 121212, 123123, 888666, 123321: few digits, said again or backwards."""
    pairs = all(text[i] == text[i + 1] for i in (0, 2, 4))
    return (
        len(set(text)) <= 2  # noqa: PLR2004 - two different digits
        or text[:3] == text[3:]
        or text[:2] * 3 == text
        or text == text[::-1]
        or pairs
    )


def _is_date(text: str) -> bool:
    """YYMMDD, DDMMYY, MMDDYY, YYYYMM or YYYYMD, whatever the century."""
    a, b, c = int(text[:2]), int(text[2:4]), int(text[4:])
    year = int(text[:4])
    if any(map(_is_day, ((b, c), (b, a), (a, b)))):
        return True
    is_year = 1900 <= year <= 2099  # noqa: PLR2004 - years of birth, and some to spare
    return is_year and (1 <= c <= 12 or (text[4] != "0" and text[5] != "0"))  # noqa: PLR2004


def _is_day(month_and_day: tuple[int, int]) -> bool:
    month, day = month_and_day
    try:
        date(2000, month, day)  # a leap year, so that the 29th of February is one
    except ValueError:
        return False
    return True


def _spellings(day: date) -> set[str]:
    return {
        f"{day:%y%m%d}",
        f"{day:%d%m%y}",
        f"{day:%m%d%y}",
        f"{day:%Y%m}",
        f"{day.year}{day.month}{day.day}",
    }
