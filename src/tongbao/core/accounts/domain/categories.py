"""What sort of movement an entry is, in words a customer reads, and by which entries are filtered.

Modules above name the types of their transactions (`payments.transfer`); a type is recognised by
the words in it, so a new one of a known sort needs no entry here.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Final, Literal

from tongbao.kernel.text import Text

Direction = Literal["debit", "credit"]


class EntryCategory(StrEnum):
    """Sorts of movements."""

    TRANSFER = "transfer"
    INTEREST = "interest"
    LOAN = "loan"
    DEPOSIT = "deposit"
    FEE = "fee"
    CASH = "cash"
    REVERSAL = "reversal"
    OTHER = "other"


# The first word that is in the type decides.
_BY_WORD: Final[Mapping[str, EntryCategory]] = {
    "reversal": EntryCategory.REVERSAL,
    "interest": EntryCategory.INTEREST,
    "capitalisation": EntryCategory.INTEREST,
    "fee": EntryCategory.FEE,
    "fees": EntryCategory.FEE,
    "cash": EntryCategory.CASH,
    "lending": EntryCategory.LOAN,
    "loan": EntryCategory.LOAN,
    "deposits": EntryCategory.DEPOSIT,
    "deposit": EntryCategory.DEPOSIT,
    "payments": EntryCategory.TRANSFER,
    "transfer": EntryCategory.TRANSFER,
}
_WORD: Final = re.compile("[a-z]+")

NAMES: Final[Mapping[EntryCategory, Text]] = {
    EntryCategory.TRANSFER: Text(zh="转账", en="Transfer"),
    EntryCategory.INTEREST: Text(zh="利息", en="Interest"),
    EntryCategory.LOAN: Text(zh="贷款", en="Loan"),
    EntryCategory.DEPOSIT: Text(zh="存款", en="Deposit"),
    EntryCategory.FEE: Text(zh="手续费", en="Fee"),
    EntryCategory.CASH: Text(zh="现金", en="Cash"),
    EntryCategory.REVERSAL: Text(zh="冲正", en="Reversal"),
    EntryCategory.OTHER: Text(zh="其他", en="Other"),
}
_WORDS: Final[Mapping[tuple[EntryCategory, Direction], Text]] = {
    (EntryCategory.TRANSFER, "credit"): Text(zh="转入", en="Transfer in"),
    (EntryCategory.TRANSFER, "debit"): Text(zh="转出", en="Transfer out"),
    (EntryCategory.INTEREST, "credit"): Text(zh="利息收入", en="Interest received"),
    (EntryCategory.INTEREST, "debit"): Text(zh="利息支出", en="Interest paid"),
    (EntryCategory.LOAN, "credit"): Text(zh="贷款发放", en="Loan paid out"),
    (EntryCategory.LOAN, "debit"): Text(zh="贷款还款", en="Loan repayment"),
    (EntryCategory.DEPOSIT, "credit"): Text(zh="定期转入", en="From time deposit"),
    (EntryCategory.DEPOSIT, "debit"): Text(zh="转存定期", en="To time deposit"),
    (EntryCategory.FEE, "credit"): Text(zh="手续费退回", en="Fee refunded"),
    (EntryCategory.FEE, "debit"): Text(zh="手续费", en="Fee"),
    (EntryCategory.CASH, "credit"): Text(zh="现金存入", en="Cash paid in"),
    (EntryCategory.CASH, "debit"): Text(zh="现金支取", en="Cash withdrawn"),
    (EntryCategory.REVERSAL, "credit"): Text(zh="冲正转回", en="Reversal in"),
    (EntryCategory.REVERSAL, "debit"): Text(zh="冲正扣回", en="Reversal out"),
    (EntryCategory.OTHER, "credit"): Text(zh="入账", en="Credit"),
    (EntryCategory.OTHER, "debit"): Text(zh="出账", en="Debit"),
}

_OWN_WORDS: Final[Mapping[str, Text]] = {
    "accounts.closing": Text(zh="销户转出", en="Paid out on closing"),
    "accounts.deduction": Text(zh="司法扣划", en="Deducted by order"),
}


_FEES_FROM: Final = "fees_from"


def fees_from(ordinal: int | None) -> dict[str, str]:
    """Return the metadata of a transaction whose postings from one on are fees; None: of none."""
    return {} if ordinal is None else {_FEES_FROM: str(ordinal)}


def movement_type(type_: str, *, ordinal: int, metadata: Mapping[str, str]) -> str:
    """Return the type of one of a transaction's movements: its own, or that of its fee."""
    begins = metadata.get(_FEES_FROM, "")
    is_fee = begins.isdecimal() and ordinal >= int(begins)
    return f"{type_}.fee" if is_fee else type_


@lru_cache(maxsize=1_000)
def category_of(type_: str) -> EntryCategory:
    """Return what sort of movement a transaction's type stands for."""
    words = set(_WORD.findall(type_.lower()))
    found = (category for word, category in _BY_WORD.items() if word in words)
    return next(found, EntryCategory.OTHER)


def entry_words(type_: str, direction: Direction, *, reversal: bool = False) -> Text:
    """Return what a statement calls a movement."""
    if not reversal and direction == "debit" and type_ in _OWN_WORDS:
        return _OWN_WORDS[type_]
    category = EntryCategory.REVERSAL if reversal else category_of(type_)
    return _WORDS[category, direction]
