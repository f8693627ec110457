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
from tongbao.core.accounts.domain.interest import RateVersion
from tongbao.core.accounts.service.end_of_day import accrue, capitalise, value_dated
from tongbao.core.accounts.service.interest import accrued, settle
from tongbao.core.accounts.service.opening import open_account
from tongbao.core.accounts.service.rates import rate_versions, set_rate, tariff
from tongbao.core.accounts.service.reading import (
    balance,
    by_ledger_accounts,
    by_number,
    entries,
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
    "Product",
    "RateVersion",
    "ReasonMissing",
    "UnknownAccount",
    "accrue",
    "accrued",
    "balance",
    "by_ledger_accounts",
    "by_number",
    "capitalise",
    "change_status",
    "entries",
    "for_party",
    "get",
    "is_account_number",
    "list_accounts",
    "open_account",
    "rate_versions",
    "set_rate",
    "settle",
    "tariff",
    "value_dated",
]
