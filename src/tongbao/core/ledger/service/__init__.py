"""Verbs of the ledger: declare assets, open accounts, book batches, read balances and entries."""

from tongbao.core.ledger.domain import (
    Account,
    AccountId,
    AccountStatus,
    Asset,
    Balance,
    Category,
    Entry,
    InsufficientFunds,
    NewPosting,
    NewTransaction,
    PostedPosting,
    PostingResult,
    Transaction,
    TransactionId,
    asset_of,
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
from tongbao.core.ledger.service.verifying import Finding, verify

__all__ = [
    "Account",
    "AccountId",
    "AccountStatus",
    "Asset",
    "Balance",
    "Category",
    "Entry",
    "Finding",
    "InsufficientFunds",
    "NewPosting",
    "NewTransaction",
    "PostedPosting",
    "PostingResult",
    "Transaction",
    "TransactionId",
    "account",
    "accounts",
    "asset_of",
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
    "verify",
]
