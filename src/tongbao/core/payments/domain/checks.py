"""What the fields of an order must look like, and with which reason a rejected one is kept."""

import re
import unicodedata
from typing import Final

from tongbao.core.payments.domain.errors import (
    AmountNotPositive,
    BankCodeMalformed,
    CreditorNameMalformed,
    EndToEndIdMalformed,
    Rejection,
    RemittanceMalformed,
)
from tongbao.core.payments.domain.nouns import Reason
from tongbao.kernel.errors import TongbaoError
from tongbao.kernel.money import Money
from tongbao.kernel.text import Text

END_TO_END_ID_LENGTH_MAX: Final = 35
REMITTANCE_LENGTH_MAX: Final = 140
CREDITOR_NAME_LENGTH_MAX: Final = 140

# The character set of the SWIFT network (set X), which ISO 20022 identifiers keep to; a slash may
# neither begin nor end one, nor stand doubled (CBPR+ usage guidelines).
END_TO_END_ID_PATTERN: Final = r"^[0-9A-Za-z?:().,'+-]+([ /][0-9A-Za-z?:().,'+-]+)*$"
_END_TO_END_ID: Final = re.compile(END_TO_END_ID_PATTERN)

BANK_CODE_PATTERN: Final = r"^([0-9]{12}|[A-Za-z]{6}[A-Za-z0-9]{2}([A-Za-z0-9]{3})?)$"
_BANK_CODE: Final = re.compile(BANK_CODE_PATTERN)

# Invisible or reversing characters could make a remittance text read as what it is not.
_FORBIDDEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_MIDDLE_DOTS: Final = str.maketrans(dict.fromkeys("·•‧∙⋅・･", "·"))

# ISO 20022 codes for what others may say no to: the ledger, and limits.
ISO_CODES: Final[dict[str, str]] = {
    "ledger.insufficient_funds": "AM04",
    "ledger.account_frozen": "AC06",
    "ledger.account_closed": "AC04",
    "ledger.amount_out_of_range": "AM02",
    "accounts.account_dormant": "AC06",
    "limits.exceeded": "AM14",
    "limits.rate_missing": "AM03",
    "limits.review_needed": "AM14",
    "limits.shared_exceeded": "AM14",
}
ISO_CODE_OF_ONE_PAYMENT: Final = "AM02"
"""Of a limit that one payment alone goes beyond."""


def reason_of(refusal: TongbaoError) -> Reason:
    """Return a refusal as it is stored."""
    if isinstance(refusal, Rejection):
        iso_code = refusal.iso_code
    elif refusal.facts.get("period") == "transaction":
        iso_code = ISO_CODE_OF_ONE_PAYMENT
    else:
        iso_code = ISO_CODES.get(refusal.code, "NARR")
    return Reason(
        code=refusal.code,
        iso_code=iso_code,
        text=Text(zh=refusal.say("zh"), en=refusal.say("en")),
    )


def check_amount(amount: Money) -> None:
    """Raise `AmountNotPositive` for zero or less."""
    if amount.minor <= 0:
        raise AmountNotPositive


def clean_end_to_end_id(text: str) -> str:
    """Return the id unchanged; raises `EndToEndIdMalformed`."""
    if len(text) > END_TO_END_ID_LENGTH_MAX or _END_TO_END_ID.fullmatch(text) is None:
        raise EndToEndIdMalformed(length_max=END_TO_END_ID_LENGTH_MAX)
    return text


def clean_remittance(text: str | None) -> str | None:
    """Return the text without surrounding space, None if nothing is left.

    Raises `RemittanceMalformed`.
    """
    cleaned = unicodedata.normalize("NFC", text or "").strip()
    if len(cleaned) > REMITTANCE_LENGTH_MAX or not _visible(cleaned):
        raise RemittanceMalformed(length_max=REMITTANCE_LENGTH_MAX)
    return cleaned or None


def clean_creditor_name(text: str) -> str:
    """Return the name without surrounding space; raises `CreditorNameMalformed`."""
    cleaned = unicodedata.normalize("NFC", text).strip()
    if not 1 <= len(cleaned) <= CREDITOR_NAME_LENGTH_MAX or not _visible(cleaned):
        raise CreditorNameMalformed(length_max=CREDITOR_NAME_LENGTH_MAX)
    return cleaned


def clean_bank_code(text: str) -> str:
    """Return a CNAPS number or a BIC in capitals; raises `BankCodeMalformed`."""
    cleaned = text.strip().upper()
    if _BANK_CODE.fullmatch(cleaned) is None:
        raise BankCodeMalformed
    return cleaned


def same_name(left: str, right: str) -> bool:
    """Tell whether two spellings are one name.

    Width (full or half), letter case, spaces and the kind of middle dot do not matter; everything
    else does.
    """
    return left == right or _name_key(left) == _name_key(right)


def _name_key(name: str) -> str:
    dotted = name.translate(_MIDDLE_DOTS)
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", dotted).casefold())
    return "".join(folded.split()).translate(_MIDDLE_DOTS)


def _visible(text: str) -> bool:
    return text.isprintable() or not any(
        unicodedata.category(character) in _FORBIDDEN_CATEGORIES for character in text
    )
