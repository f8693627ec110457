"""Verbs of the ledger: declare assets, open accounts, book batches, read balances and entries."""

from tongbao.core.ledger.domain import (
    AMOUNT_MAX_MINOR,
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
from tongbao.core.ledger.domain.cutting_off import ControlTotalsDiffer, CutOff
from tongbao.core.ledger.domain.searching import (
    Criteria,
    TransactionCriteria,
    TransactionState,
)
from tongbao.core.ledger.domain.spans import Movement, Span
from tongbao.core.ledger.domain.tree import InclusionProof, TreeDamaged
from tongbao.core.ledger.service.arguments import arguments_of_plain
from tongbao.core.ledger.service.booked import booked, held_references, settled_through
from tongbao.core.ledger.service.booking import booked_as, post
from tongbao.core.ledger.service.bulk import post_many
from tongbao.core.ledger.service.chart import (
    account,
    assets,
    change_status,
    declare_asset,
    find_account,
    internal_account,
    open_account,
    roll_up,
)
from tongbao.core.ledger.service.cutting_off import (
    cut_off,
    cut_off_of,
    first_day,
)
from tongbao.core.ledger.service.exporting import export_beancount
from tongbao.core.ledger.service.history import (
    EXTENDED_TRANSACTIONS_MAX,
    balance_at,
    balances_at,
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
from tongbao.core.ledger.service.restricting import Restriction, last_debited, lock, restrict
from tongbao.core.ledger.service.searching import cursor_after, find_entries, find_transactions
from tongbao.core.ledger.service.spans import movements, span, totals_before
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
    "AMOUNT_MAX_MINOR",
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
    "ControlTotalsDiffer",
    "Criteria",
    "CutOff",
    "Entry",
    "Finding",
    "InclusionProof",
    "InsufficientFunds",
    "Movement",
    "NewPosting",
    "NewTransaction",
    "Period",
    "PostedPosting",
    "PostingResult",
    "Restriction",
    "Span",
    "Teller",
    "Transaction",
    "TransactionCriteria",
    "TransactionId",
    "TransactionKind",
    "TransactionState",
    "TreeDamaged",
    "account",
    "accounts",
    "arguments_of_plain",
    "asset_of",
    "assets",
    "balance",
    "balance_at",
    "balance_sheet",
    "balances",
    "balances_at",
    "booked",
    "booked_as",
    "capture",
    "change_status",
    "checkpoint",
    "close_period",
    "cursor_after",
    "cut_off",
    "cut_off_of",
    "declare_asset",
    "declare_period",
    "entries",
    "expire",
    "export_beancount",
    "extend_days",
    "extend_tree",
    "find_account",
    "find_entries",
    "find_transactions",
    "first_day",
    "held_references",
    "income_statement",
    "internal_account",
    "last_debited",
    "lock",
    "measure_tree",
    "movements",
    "note_findings",
    "open_account",
    "periods",
    "post",
    "post_many",
    "prove_consistency",
    "prove_inclusion",
    "restrict",
    "reversal",
    "roll_up",
    "settled_through",
    "span",
    "totals_before",
    "touched",
    "transaction",
    "trial_balance",
    "verify",
    "verify_tree",
    "void",
]
