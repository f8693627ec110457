"""The statements of a party's accounts, for its export: every entry, a page at a time."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from tongbao.core.accounts import service as accounts
from tongbao.infra.db import ReadSession
from tongbao.kernel.page import PAGE_LIMIT_MAX

ACCOUNTS_MAX: Final = 1_000
ENTRIES_MAX: Final = 200_000
ENTRIES_SHOWN: Final = 20
"""In the document to read; the tables have all."""
COLUMNS: Final = (
    "booked_at",
    "effective_on",
    "type",
    "direction",
    "amount",
    "currency",
    "balance_after",
    "counterparty_number",
    "counterparty_name",
    "reference",
    "transaction_id",
)

Line = dict[str, object]


@dataclass(frozen=True, slots=True)
class Statement:
    """One account with its balance now and its latest entries."""

    account: accounts.DepositAccount
    balance: accounts.AccountBalance
    latest: list[Line]


async def accounts_of(tx: ReadSession, *, party_id: UUID) -> list[accounts.DepositAccount]:
    """Return a party's accounts, open and closed, the latest opened first."""
    found: list[accounts.DepositAccount] = []
    after: str | None = None
    while len(found) < ACCOUNTS_MAX:
        page = await accounts.for_party(tx, party_id=party_id, after=after, limit=PAGE_LIMIT_MAX)
        found += page.items
        after = page.next
        if after is None:
            break
    return found


async def pages(
    tx: ReadSession, account: accounts.DepositAccount, *, entries_max: int = ENTRIES_MAX
) -> AsyncIterator[list[Line]]:
    """Yield an account's entries, the latest first, as lines of its statement."""
    after: str | None = None
    left = entries_max
    while left > 0:
        limit = min(left, PAGE_LIMIT_MAX)
        page = await accounts.entries(tx, account, after=after, limit=limit)
        if page.items:
            yield [_line(entry, account.currency) for entry in page.items]
        left -= len(page.items)
        after = page.next
        if after is None:
            return


async def statement(tx: ReadSession, account: accounts.DepositAccount) -> Statement:
    """Return an account as the document to read shows it."""
    latest: list[Line] = []
    async for page in pages(tx, account, entries_max=ENTRIES_SHOWN):
        latest += page
    return Statement(account, await accounts.balance(tx, account.id), latest)


def _line(entry: accounts.AccountEntry, currency: str) -> Line:
    other = entry.counterparty
    return {
        "booked_at": entry.booked_at,
        "effective_on": entry.effective_on,
        "type": entry.type,
        "direction": entry.direction,
        "amount": entry.amount.text,
        "currency": currency,
        "balance_after": None if entry.balance_after is None else entry.balance_after.text,
        "counterparty_number": other and other.number,
        "counterparty_name": other and other.name,
        "reference": entry.reference,
        "transaction_id": entry.transaction_id,
    }
