"""The ledger in the words of Beancount's input language, version 3 (https://beancount.github.io/docs).

Names are derived so that different names stay different, and decodable by a person. Dates are
effective dates; amounts carry the asset's decimals.
"""

import json
import re
from datetime import UTC, date, timedelta
from typing import Final
from uuid import UUID

from tongbao.core.ledger.domain.nouns import Asset, Category, Transaction

ROOTS: Final = {
    Category.ASSET: "Assets",
    Category.LIABILITY: "Liabilities",
    Category.EQUITY: "Equity",
    Category.INCOME: "Income",
    Category.EXPENSE: "Expenses",
    # There is no root for what stands outside the balance sheet.
    Category.MEMORANDUM: "Equity:Memorandum",
}

_COMMODITY: Final = re.compile(r"[A-Z][A-Z0-9._-]*[A-Z0-9]")
_WORDS: Final = {"TRUE", "FALSE", "NULL"}
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def account_name(category: Category, code: str | None, account_id: UUID) -> str:
    """Return an account's name: `Assets:Code-1001--CNY`, or `Liabilities:Id-0198c9a4...`.

    Beancount allows letters, digits and `-`. In a code `.` becomes `--`, and every other byte
    that is no ASCII letter or digit becomes `-` and two hexadecimal digits.
    """
    if code is None:
        return f"{ROOTS[category]}:Id-{account_id.hex}"
    return f"{ROOTS[category]}:Code-{''.join(map(_code_part, code))}"


def _code_part(letter: str) -> str:
    if letter == ".":
        return "--"
    if letter.isascii() and letter.isalnum():
        return letter
    return "".join(f"-{byte:02x}" for byte in letter.encode())


def commodity(symbol: str) -> str:
    """Return an asset's name: the symbol, if Beancount takes it.

    Otherwise `X''` and the symbol with each character but letters and digits as `'` and its
    hexadecimal code: no symbol of ours holds a `'`.
    """
    if _COMMODITY.fullmatch(symbol) and symbol not in _WORDS:
        return symbol
    parts = (each if each.isalnum() else f"'{ord(each):02X}" for each in symbol)
    return "X''" + "".join(parts)


def string(text: str) -> str:
    """Return a text as a string of the language, on one line."""
    return '"' + "".join(_ESCAPES.get(letter, letter) for letter in text) + '"'


def header(*, title: str) -> str:
    """Return what stands at the top of a file."""
    return f'option "title" {string(title)}\n'


def commodity_directive(asset: Asset, *, on: date) -> str:
    """Return the directive that declares an asset."""
    return f"\n{on} commodity {commodity(asset.symbol)}\n  asset: {string(asset.code)}\n"


def open_directive(name: str, asset: Asset, *, on: date, account_id: UUID, title: str) -> str:
    """Return the directive that opens an account, which takes its asset only."""
    return (
        f"\n{on} open {name} {commodity(asset.symbol)}\n"
        f"  id: {string(str(account_id))}\n"
        f"  name: {string(title)}\n"
    )


def transaction_directive(booked: Transaction, names: dict[UUID, str]) -> str:
    """Return the directive of a transaction that moved something: two legs a posting."""
    facts = {
        "id": str(booked.id),
        "sequence": str(booked.sequence),
        "kind": booked.kind.value,
        "booked-at": booked.booked_at.astimezone(UTC).isoformat(),
        "reference": booked.reference,
        "correlation-id": None if booked.correlation_id is None else str(booked.correlation_id),
        "target": None if booked.target is None else str(booked.target),
        "metadata": json.dumps(dict(booked.metadata), ensure_ascii=False, sort_keys=True)
        if booked.metadata
        else None,
    }
    lines = [f"\n{booked.effective_on} * {string(booked.type)}"]
    lines += [f"  {key}: {string(value)}" for key, value in facts.items() if value is not None]
    for posting in booked.postings:
        amount, unit = posting.asset.text(posting.amount), commodity(posting.asset.symbol)
        lines += [
            f"  {names[posting.debit]}  {amount} {unit}",
            f"  {names[posting.credit]}  -{amount} {unit}",
        ]
    return "\n".join(lines) + "\n"


def balance_directive(name: str, asset: Asset, net_debit: int, *, on: date) -> str:
    """Return the assertion that an account holds exactly this at the end of `on`."""
    amount = f"{asset.text(net_debit)} ~ 0 {commodity(asset.symbol)}"
    # Beancount checks at the beginning of a day.
    return f"{on + timedelta(days=1)} balance {name}  {amount}\n"
