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
from tongbao.core.accounts.service.opening import new_number, open_account
from tongbao.core.accounts.service.reading import (
    balance,
    by_ledger_accounts,
    by_number,
    entries,
    for_party,
    get,
    ledger_accounts,
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
    "Product",
    "ReasonMissing",
    "UnknownAccount",
    "balance",
    "by_ledger_accounts",
    "by_number",
    "change_status",
    "entries",
    "for_party",
    "get",
    "is_account_number",
    "ledger_accounts",
    "list_accounts",
    "new_number",
    "open_account",
]
