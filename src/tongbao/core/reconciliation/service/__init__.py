"""Verbs of reconciliation: take statements in, reconcile a day, work breaks off, watch suspense."""

from tongbao.core.reconciliation.domain.errors import OwnerRefused, StatementUnreadable
from tongbao.core.reconciliation.domain.nouns import (
    LINES_MAX,
    Break,
    BreakAge,
    BreakKind,
    BreakState,
    Day,
    Happening,
    NewLine,
    NewStatement,
    Pair,
    Side,
    Statement,
    Suspense,
    age_of,
)
from tongbao.core.reconciliation.domain.suggesting import Suggestion, suggest
from tongbao.core.reconciliation.service.bank import read_bank_statement
from tongbao.core.reconciliation.service.books import Books, books_of
from tongbao.core.reconciliation.service.casework import (
    annotate,
    assign,
    case,
    cases,
    history,
)
from tongbao.core.reconciliation.service.comparing import days, reconcile
from tongbao.core.reconciliation.service.fetching import fetch_day, missing_days
from tongbao.core.reconciliation.service.reporting import ageing, suspense, watch
from tongbao.core.reconciliation.service.resolving import (
    Adjustment,
    Resolution,
    booked_by_hand,
    resolve,
)
from tongbao.core.reconciliation.service.taking import take_statement

__all__ = [
    "LINES_MAX",
    "Adjustment",
    "Books",
    "Break",
    "BreakAge",
    "BreakKind",
    "BreakState",
    "Day",
    "Happening",
    "NewLine",
    "NewStatement",
    "OwnerRefused",
    "Pair",
    "Resolution",
    "Side",
    "Statement",
    "StatementUnreadable",
    "Suggestion",
    "Suspense",
    "age_of",
    "ageing",
    "annotate",
    "assign",
    "booked_by_hand",
    "books_of",
    "case",
    "cases",
    "days",
    "fetch_day",
    "history",
    "missing_days",
    "read_bank_statement",
    "reconcile",
    "resolve",
    "suggest",
    "suspense",
    "take_statement",
    "watch",
]
