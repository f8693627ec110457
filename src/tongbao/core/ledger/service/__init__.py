"""Verbs of the ledger: declare assets, open accounts, book batches, read balances and entries."""

from tongbao.core.ledger.domain import (
    Account,
    AccountId,
    Asset,
    Balance,
    Category,
    Entry,
    InsufficientFunds,
    NewPosting,
    NewTransaction,
    PostedPosting,
    PostingResult,
    Status,
    Transaction,
    TransactionId,
)
from tongbao.core.ledger.service.booking import post
from tongbao.core.ledger.service.chart import (
    account,
    assets,
    change_status,
    declare_asset,
    internal_account,
    open_account,
    roll_up,
)
from tongbao.core.ledger.service.reading import accounts, balance, balances, entries, transaction

__all__ = [
    "Account",
    "AccountId",
    "Asset",
    "Balance",
    "Category",
    "Entry",
    "InsufficientFunds",
    "NewPosting",
    "NewTransaction",
    "PostedPosting",
    "PostingResult",
    "Status",
    "Transaction",
    "TransactionId",
    "account",
    "accounts",
    "assets",
    "balance",
    "balances",
    "change_status",
    "declare_asset",
    "entries",
    "internal_account",
    "open_account",
    "post",
    "roll_up",
    "transaction",
]
