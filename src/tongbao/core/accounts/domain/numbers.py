"""Account numbers: prefix, serial, check digits, by a scheme the bank sets."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from stdnum import luhn
from stdnum.iso7064 import mod_97_10

DIGITS_MIN: Final = 8
DIGITS_MAX: Final = 34
"""As long as an ISO 20022 account identification may be."""
SERIAL_DIGITS_MIN: Final = 4

# Issuer numbers that begin with 9 are left to national standards bodies (ISO/IEC 7812-1), so no
# card or account of a real bank begins like this. A bank that runs Tongbao puts its own here.
BANK_PREFIX: Final = "990001"
NUMBER_LENGTH: Final = 19


class Check(StrEnum):
    """How the last digits of a number check the others."""

    LUHN = "luhn"  # one digit, ISO/IEC 7812-1: notices any wrong digit
    MOD97 = "mod97"  # two digits, ISO/IEC 7064 MOD 97-10: also notices two that changed places
    NONE = "none"


_CHECK_DIGITS: Final = {Check.LUHN: 1, Check.MOD97: 2, Check.NONE: 0}


@dataclass(frozen=True, slots=True)
class NumberScheme:
    """How the numbers of new accounts are made. Raises `ValueError` for one that cannot be."""

    prefix: str = BANK_PREFIX
    length: int = NUMBER_LENGTH
    check: Check = Check.LUHN

    def __post_init__(self) -> None:
        """Refuse a scheme that has no room for serials."""
        if not (self.prefix.isascii() and self.prefix.isdigit()):
            msg = f"a prefix is digits, not {self.prefix!r}"
            raise ValueError(msg)
        if not DIGITS_MIN <= self.length <= DIGITS_MAX:
            msg = f"a number has {DIGITS_MIN} to {DIGITS_MAX} digits, not {self.length}"
            raise ValueError(msg)
        if self.serial_digits < SERIAL_DIGITS_MIN:
            msg = f"a prefix of {len(self.prefix)} digits leaves too few of {self.length}"
            raise ValueError(msg)

    @property
    def serial_digits(self) -> int:
        """Return how many digits tell one account from another."""
        return self.length - len(self.prefix) - _CHECK_DIGITS[self.check]

    @property
    def serial_max(self) -> int:
        """Return the last serial that has a number."""
        return int(10**self.serial_digits) - 1

    def number(self, serial: int) -> str:
        """Return the number of a serial; different serials give different numbers."""
        assert 1 <= serial <= self.serial_max, f"no number left for serial {serial}"
        payload = f"{self.prefix}{serial:0{self.serial_digits}d}"
        match self.check:
            case Check.LUHN:
                return payload + luhn.calc_check_digit(payload)
            case Check.MOD97:
                return payload + mod_97_10.calc_check_digits(payload)
            case Check.NONE:
                return payload

    def fits(self, text: str) -> bool:
        """Tell whether `text` can be a number of this scheme: digits, length, check digits.

        Not the prefix: it is the bank's, and numbers of other banks are checked likewise.
        """
        if len(text) != self.length or not is_digits(text):
            return False
        match self.check:
            case Check.LUHN:
                return bool(luhn.is_valid(text))
            case Check.MOD97:
                return bool(mod_97_10.is_valid(text))
            case Check.NONE:
                return True


def is_digits(text: str) -> bool:
    """Tell whether `text` could be an account number of any scheme, so is worth looking up."""
    return DIGITS_MIN <= len(text) <= DIGITS_MAX and text.isascii() and text.isdigit()
