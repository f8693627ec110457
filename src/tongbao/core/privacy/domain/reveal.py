"""Showing core data whole: what can be shown, and the reason that somebody gives for it."""

import unicodedata
from enum import StrEnum
from typing import Final
from urllib.parse import unquote
from uuid import UUID

from tongbao.core.identity.service import Action
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.text import Text

REASON_LENGTH_MIN: Final = 3
REASON_LENGTH_MAX: Final = 200
ENCODED_LENGTH_MAX: Final = REASON_LENGTH_MAX * 4 * 3
"""Characters of up to four bytes, each of them as `%xx`."""


class Subject(StrEnum):
    """What can be shown whole."""

    CONTACT = "contact"
    DOCUMENT = "document"
    EVIDENCE = "evidence"
    PICTURE = "picture"


class ReasonMalformed(TongbaoError):
    """Whoever wants to see somebody else's core data says why, in words."""

    code = "privacy.reason_malformed"
    title = Text(zh="请说明查看原因", en="Please say why")
    detail = Text(
        zh="请在 X-Reason 请求头中以 3 至 200 个字符说明原因（UTF-8 百分号编码）。",
        en="Give the reason in the header X-Reason: 3 to 200 characters, UTF-8, percent-encoded.",
    )


def clean_reason(header: str | None) -> str:
    """Return the reason in a header. Raises `ReasonMalformed`.

    Headers hold ASCII only, so it comes percent-encoded; what is no UTF-8 then, or would not print,
    is not guessed at.
    """
    if header is None or len(header) > ENCODED_LENGTH_MAX:
        raise ReasonMalformed
    try:
        text = unquote(header, errors="strict")
    except UnicodeDecodeError as error:
        raise ReasonMalformed from error
    words = unicodedata.normalize("NFC", text).strip()
    if not (REASON_LENGTH_MIN <= len(words) <= REASON_LENGTH_MAX and words.isprintable()):
        raise ReasonMalformed
    return words


def reveal_action(subject: Subject, *, party_id: UUID, object_id: UUID) -> Action:
    """Return what customers confirm by step-up before they see data on them whole."""
    facts = {"party_id": str(party_id), "subject": subject.value, "id": str(object_id)}
    return Action(kind="privacy.reveal", facts=facts)
