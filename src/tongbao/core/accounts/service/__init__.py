"""Opening customers' accounts, changing what they may do, and reading what is on them."""

from tongbao.core.accounts.domain import (
    BANK_PREFIX,
    AccountBalance,
    AccountClosed,
    AccountEntry,
    Counterparty,
    DepositAccount,
    DepositAccountId,
    DepositAccountStatus,
    Product,
    ReasonMissing,
    UnknownAccount,
    is_account_number,
)
from tongbao.core.accounts.domain.categories import EntryCategory, category_of, entry_words
from tongbao.core.accounts.domain.filtering import EntryFilter
from tongbao.core.accounts.service.listing import counterparties, entries
from tongbao.core.accounts.service.opening import open_account
from tongbao.core.accounts.service.pieces import Piece, next_piece, opened_before
from tongbao.core.accounts.service.reading import (
    balance,
    by_ledger_accounts,
    by_number,
    for_party,
    get,
    list_accounts,
)
from tongbao.core.accounts.service.standing import change_status

__all__ = [
    "BANK_PREFIX",
    "AccountBalance",
    "AccountClosed",
    "AccountEntry",
    "Counterparty",
    "DepositAccount",
    "DepositAccountId",
    "DepositAccountStatus",
    "EntryCategory",
    "EntryFilter",
    "Piece",
    "Product",
    "ReasonMissing",
    "UnknownAccount",
    "balance",
    "by_ledger_accounts",
    "by_number",
    "category_of",
    "change_status",
    "counterparties",
    "entries",
    "entry_words",
    "for_party",
    "get",
    "is_account_number",
    "list_accounts",
    "next_piece",
    "open_account",
    "opened_before",
]
