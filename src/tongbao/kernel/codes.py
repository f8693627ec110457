"""Codes by which anyone who holds a paper of ours has it confirmed: random, readable, forgiving."""

import secrets
from typing import Final

# Crockford's alphabet: no I, L, O, U, so that a code is read aloud and typed without doubt.
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH: Final = 20  # 5 bits a sign: 100 bits
_GROUP: Final = 4
_READ_AS: Final = str.maketrans("ILO", "110", "- ")


def new_code() -> str:
    """Return a code nobody guesses: 100 random bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def printed(code: str) -> str:
    """Return a code in groups, as it stands on paper."""
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def read_code(text: str) -> str | None:
    """Return the code a person means; None for what cannot be one.

    Case, blanks and hyphens do not matter, and I, L, O are read as 1 and 0.
    """
    code = text.upper().translate(_READ_AS)
    known = len(code) == CODE_LENGTH and all(each in ALPHABET for each in code)
    return code if known else None
