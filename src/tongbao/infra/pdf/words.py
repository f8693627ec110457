"""How amounts, days, moments and numbers stand on paper, and the QR code that confirms it."""

from datetime import date, datetime
from typing import Final

import segno

from tongbao.kernel.clock import BANK_ZONE
from tongbao.kernel.money import Money
from tongbao.kernel.text import Language

_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def shortened(text: str | None, length_max: int) -> str:
    """Return a text of at most so many signs; the other forms have it whole."""
    text = " ".join((text or "").split())
    return text if len(text) <= length_max else f"{text[: length_max - 1]}…"


def grouped(number: str) -> str:
    """Return an account number in groups of four."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def figures(amount: Money) -> str:
    """Return an amount's figures in thousands: 1,234.50."""
    sign, text = ("-", amount.text[1:]) if amount.minor < 0 else ("", amount.text)
    whole, point, cents = text.partition(".")
    return f"{sign}{int(whole):,}{point}{cents}"


def shown(amount: Money) -> str:
    """Return an amount with its currency before it: CNY 1,234.50."""
    return f"{amount.currency} {figures(amount)}"


def said(day: date, language: Language) -> str:
    """Return a day in words: 2026年11月21日, 21 November 2026."""
    if language == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def moment(at: datetime) -> str:
    """Return a moment as the bank's clocks show it: 2026-11-21 16:00:00 (UTC+8)."""
    return f"{at.astimezone(BANK_ZONE):%Y-%m-%d %H:%M:%S} (UTC+8)"


def confirming_qr(code: str, *, origin: str) -> str:
    """Return the QR code that leads to the page where a document is confirmed.

    The code stands behind `#`: browsers do not send that part, so it is in no server's log.
    """
    link = f"{origin}/verify#{code}"
    return str(segno.make(link, error="m").svg_inline(border=0, dark="#1B1F24"))
