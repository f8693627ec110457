"""How core data are shown to those who need to recognise them and not to learn them.

One rule for each kind of value, for every answer, export, message and proposal. What has not the
shape its rule expects is hidden the more, never the less. Logs, which do not know what they are
handed, find values by their shape instead (`infra.masking`).
"""

from typing import Final

HIDDEN: Final = "***"
_END: Final = 4


def phone(number: str) -> str:
    """Return a phone number's beginning and last four digits: `138****5678`, `+86138****5678`."""
    beginning = number[: -2 * _END]
    return f"{beginning}****{number[-_END:]}" if beginning else HIDDEN


def email(address: str) -> str:
    """Return the first letter of a mailbox and its domain: `l***@example.com`."""
    mailbox, at, domain = address.rpartition("@")
    return f"{mailbox[:1]}{HIDDEN}@{domain}" if mailbox and at else HIDDEN


def document(number: str) -> str:
    """Return both ends of a document's number, at most four characters each, and half in all.

    `3301**********1234`, `E1*****78`.
    """
    shown = min(_END, len(number) // 4)
    hidden = "*" * (len(number) - 2 * shown)
    return f"{number[:shown]}{hidden}{number[len(number) - shown :]}" if shown else HIDDEN


def card(number: str) -> str:
    """Return the last four digits of a card's or an account's number: `**** 1234`."""
    return f"**** {number[-_END:]}" if len(number) > 2 * _END else HIDDEN


def name(text: str) -> str:
    """Return a person's name as the payee of a transfer is shown: `王*明`, `*明`."""
    if len(text) < 2:  # noqa: PLR2004 - one character: nothing to leave out
        return "*"
    first = text[:1] if len(text) > 2 else ""  # noqa: PLR2004 - of two, one is shown
    return f"{first}{'*' * (len(text) - len(first) - 1)}{text[-1:]}"
