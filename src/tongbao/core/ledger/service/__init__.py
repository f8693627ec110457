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
    Period,
    PostedPosting,
    PostingResult,
    Transaction,
    TransactionId,
    TransactionKind,
    asset_of,
)
from tongbao.core.ledger.domain.searching import (
    Criteria,
    TransactionCriteria,
    TransactionState,
)
from tongbao.core.ledger.domain.tree import InclusionProof, TreeDamaged
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
from tongbao.core.ledger.service.exporting import export_beancount
from tongbao.core.ledger.service.history import (
    EXTENDED_TRANSACTIONS_MAX,
    balance_at,
    extend_days,
)
from tongbao.core.ledger.service.periods import close_period, declare_period, periods
from tongbao.core.ledger.service.reading import accounts, balance, balances, entries, transaction
from tongbao.core.ledger.service.reports import balance_sheet, income_statement, trial_balance
from tongbao.core.ledger.service.resolving import (
    EXPIRED_MAX,
    capture,
    expire,
    reversal,
    void,
)
from tongbao.core.ledger.service.searching import find_entries, find_transactions
from tongbao.core.ledger.service.teller import Teller
from tongbao.core.ledger.service.touching import touched
from tongbao.core.ledger.service.tree import (
    checkpoint,
    extend_tree,
    measure_tree,
    note_findings,
    prove_consistency,
    prove_inclusion,
    verify_tree,
)
from tongbao.core.ledger.service.verifying import verify
from tongbao.infra.tree import Finding
from tongbao.lib.merkle import Checkpoint, ConsistencyProof

__all__ = [
    "EXPIRED_MAX",
    "EXTENDED_TRANSACTIONS_MAX",
    "Account",
    "AccountId",
    "AccountStatus",
    "Asset",
    "Balance",
    "Category",
    "Checkpoint",
    "ConsistencyProof",
    "Criteria",
    "Entry",
    "Finding",
    "InclusionProof",
    "InsufficientFunds",
    "NewPosting",
    "NewTransaction",
    "Period",
    "PostedPosting",
    "PostingResult",
    "Teller",
    "Transaction",
    "TransactionCriteria",
    "TransactionId",
    "TransactionKind",
    "TransactionState",
    "TreeDamaged",
    "account",
    "accounts",
    "asset_of",
    "assets",
    "balance",
    "balance_at",
    "balance_sheet",
    "balances",
    "capture",
    "change_status",
    "checkpoint",
    "close_period",
    "declare_asset",
    "declare_period",
    "entries",
    "expire",
    "export_beancount",
    "extend_days",
    "extend_tree",
    "find_entries",
    "find_transactions",
    "income_statement",
    "internal_account",
    "measure_tree",
    "note_findings",
    "open_account",
    "periods",
    "post",
    "prove_consistency",
    "prove_inclusion",
    "reversal",
    "roll_up",
    "touched",
    "transaction",
    "trial_balance",
    "verify",
    "verify_tree",
    "void",
]
