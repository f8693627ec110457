"""The language an answer speaks: negotiated from Accept-Language (RFC 9110, 12.5.4)."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import Depends, Request, Response

from tongbao.kernel.text import Language

LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")
HEADER_LENGTH_MAX: Final = 1_000  # what lies beyond is not looked at
RANGES_MAX: Final = 20


def _weight(text: str) -> float:
    """Return a q-value; anything that is none counts as 0, so a broken range is ignored."""
    name, _, value = text.strip().partition("=")
    digits = value.strip()
    if name.strip().lower() != "q" or not digits.isascii() or len(digits) > len("0.000"):
        return 0.0
    if not digits.replace(".", "", 1).isdigit():
        return 0.0
    return min(float(digits), 1.0)


def choose_language(accept_language: str | None, default: Language) -> Language:
    """Return the supported language the header likes best; `default` when it likes none.

    `zh-CN`, `zh-Hans` and `zh-TW` are all Chinese. Equal weights: the first one wins.
    """
    best: Language = default
    best_weight = 0.0
    for part in (accept_language or "")[:HEADER_LENGTH_MAX].split(",")[:RANGES_MAX]:
        tag, _, parameter = part.partition(";")
        weight = _weight(parameter) if parameter else 1.0
        primary = tag.strip().lower().partition("-")[0]
        if primary == "*":
            primary = default
        if weight > best_weight and primary in LANGUAGES:
            best, best_weight = primary, weight
    return best


def language_of(scope: Mapping[str, Any]) -> Language:
    """Return the language of a request, given its ASGI scope."""
    default: Language = getattr(scope["app"].state, "language_default", "zh")
    values = [value for name, value in scope["headers"] if name == b"accept-language"]
    if not values:
        return default
    return choose_language(b",".join(values).decode("latin-1"), default)


async def _language(request: Request, response: Response) -> Language:
    """Return the caller's language, and have the answer say that it speaks it."""
    language = language_of(request.scope)
    response.headers["Content-Language"] = language
    return language


RequestLanguage = Annotated[Language, Depends(_language)]
