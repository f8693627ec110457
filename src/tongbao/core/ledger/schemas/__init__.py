"""Shapes of `/api/v1/ledger`. Amounts are decimal strings beside the code of their asset."""

from tongbao.core.ledger.schemas.accounts import (
    AccountIn,
    AccountOut,
    AssetIn,
    AssetOut,
    EntryOut,
    StatusIn,
)
from tongbao.core.ledger.schemas.base import (
    AmountShape,
    Shape,
)
from tongbao.core.ledger.schemas.periods import (
    PeriodIn,
    PeriodOut,
)
from tongbao.core.ledger.schemas.transactions import (
    BatchIn,
    BatchOut,
    PartIn,
    PostedPostingOut,
    PostingIn,
    PostingOut,
    PostingResultOut,
    ResolutionIn,
    TransactionIn,
    TransactionOut,
    VoidIn,
    result_members,
)

__all__ = [
    "AccountIn",
    "AccountOut",
    "AmountShape",
    "AssetIn",
    "AssetOut",
    "BatchIn",
    "BatchOut",
    "EntryOut",
    "PartIn",
    "PeriodIn",
    "PeriodOut",
    "PostedPostingOut",
    "PostingIn",
    "PostingOut",
    "PostingResultOut",
    "ResolutionIn",
    "Shape",
    "StatusIn",
    "TransactionIn",
    "TransactionOut",
    "VoidIn",
    "result_members",
]
