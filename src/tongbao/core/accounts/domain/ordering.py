"""What an order must say to be followed."""

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from tongbao.core.accounts.domain.errors import OrderMalformed
from tongbao.core.accounts.domain.restraints import TERM_MAX, Authority, Order, Stop
from tongbao.kernel.text import Text

WORDS_MAX: Final = {"ordered_by": 200, "document_number": 100, "reason": 500}
AMOUNT_MAX_MINOR: Final = 9 * 10**14  # as much as the ledger moves at once
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})

_FAULTS: Final[Mapping[str, Text]] = {
    "ordered_by": Text(zh="须写明决定机关（至多200字）", en="say who ordered it, in up to 200"),
    "document_number": Text(zh="须写明文书号（至多100字）", en="give the document's number"),
    "reason": Text(zh="须写明理由（至多500字）", en="give the reason, in up to 500"),
    "amount": Text(
        zh="部分冻结须有大于零、与账户同币种的金额，其他限制没有金额",
        en="a part freeze has an amount above zero in the account's currency, others have none",
    ),
    "from": Text(zh="不能从过去开始", en="it cannot begin in the past"),
    "until": Text(zh="终止时间须晚于开始与现在", en="it ends after it begins, and after now"),
    "term": Text(
        zh="该机关的限制须有期限，且不得超过法定最长期限",
        en="an order of this authority ends, and not later than the law's longest term",
    ),
    "not_longer": Text(zh="续期须晚于原期限", en="the new end lies after the old one"),
}


def words_of(fault: str) -> Text:
    """Return what is said of a fault."""
    return _FAULTS[fault]


def clean_order(order: Order, *, currency: str, at: datetime | None) -> Order:
    """Return an order as it is kept; `at` None: its term is judged elsewhere.

    Raises `OrderMalformed`.
    """
    bank = order.authority is Authority.BANK
    amount = order.amount
    if (order.stop is Stop.AMOUNT) != (amount is not None) or (
        amount is not None
        and not (amount.currency == currency and 0 < amount.minor <= AMOUNT_MAX_MINOR)
    ):
        raise OrderMalformed(words_of("amount"))
    order = replace(
        order,
        ordered_by=_clean("ordered_by", order.ordered_by, empty=bank),
        document_number=_clean("document_number", order.document_number),
        reason=_clean("reason", order.reason),
    )
    if at is None:
        return order
    if order.from_at < at:
        raise OrderMalformed(words_of("from"))
    return clean_term(order, begins=order.from_at, at=at)


def clean_term(order: Order, *, begins: datetime, at: datetime) -> Order:
    """Return the order if its end may be, counted from `begins`. Raises `OrderMalformed`."""
    longest = TERM_MAX.get(order.authority)
    if order.until_at is None:
        if longest is not None:
            raise OrderMalformed(words_of("term"))
        return order
    if order.until_at <= max(begins, at):
        raise OrderMalformed(words_of("until"))
    if longest is not None and order.until_at - begins > longest:
        raise OrderMalformed(words_of("term"))
    return order


def _clean(name: str, text: str, *, empty: bool = False) -> str:
    """Return words in Unicode form NFC; nothing hidden, not too long, not empty."""
    words = unicodedata.normalize("NFC", text).strip()
    hidden = any(unicodedata.category(character) in _UNSEEN for character in words)
    if hidden or len(words) > WORDS_MAX[name] or not (words or empty):
        raise OrderMalformed(words_of(name))
    return words
