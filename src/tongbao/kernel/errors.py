"""The root of every error a caller may see: a stable code, a kind, and words in two languages.

A module declares its own errors beside the rule that raises them::

    class InsufficientFunds(TongbaoError):
        code = "ledger.insufficient_funds"
        kind = Kind.REFUSED
        title = Text(zh="余额不足", en="Insufficient funds")
        detail = Text(zh="可用余额 {available}", en="Available balance is {available}")

    raise InsufficientFunds(available="12.50")

`infra.web` renders them as RFC 9457 problem documents; nothing else does.
"""

from enum import StrEnum
from typing import ClassVar

from tongbao.kernel.text import Language, Text


class Kind(StrEnum):
    """Why a request failed, in terms every edge can map to its own protocol."""

    INVALID = "invalid"  # the request itself is wrong: 422
    UNAUTHENTICATED = "unauthenticated"  # who are you: 401
    FORBIDDEN = "forbidden"  # not yours: 403
    NOT_FOUND = "not_found"  # no such thing, or none you may see: 404
    CONFLICT = "conflict"  # true at another moment: 409
    REFUSED = "refused"  # a business rule says no, finally: 422
    TOO_LARGE = "too_large"  # 413
    LIMITED = "limited"  # too many, come back later: 429
    UNAVAILABLE = "unavailable"  # somebody we depend on is not there: 503


class TongbaoError(Exception):
    """A refusal with a stable code.

    `facts` fill the places of `detail` and are sent to the caller as members of the problem
    document, so they must hold nothing the caller may not see.
    """

    code: ClassVar[str] = "tongbao.error"
    kind: ClassVar[Kind] = Kind.INVALID
    title: ClassVar[Text] = Text(zh="请求无法完成", en="The request cannot be completed")
    detail: ClassVar[Text | None] = None

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.code, facts)

    def say(self, language: Language) -> str:
        """Return the detail (or the title) in words."""
        return (self.detail or self.title).say(language, **self.facts)

    def __str__(self) -> str:
        return f"{self.code}: {self.say('en')}"
