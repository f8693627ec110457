"""Opening customers' accounts, changing what they may do, and reading what is on them."""

from tongbao.core.accounts.domain import (
    AccountBalance,
    AccountEntry,
    Counterparty,
    DepositAccount,
    DepositAccountId,
    DepositAccountStatus,
)
from tongbao.core.accounts.domain.categories import (
    EntryCategory,
    category_of,
    entry_words,
    fees_from,
    movement_type,
)
from tongbao.core.accounts.domain.errors import (
    AccountClosed,
    AccountDormant,
    CreditsStopped,
    DebitsStopped,
    LevelTooLow,
    NotClosable,
    ReasonMissing,
    UnknownAccount,
)
from tongbao.core.accounts.domain.filtering import EntryFilter
from tongbao.core.accounts.domain.interest import RateVersion
from tongbao.core.accounts.domain.numbers import Check, NumberScheme, is_digits
from tongbao.core.accounts.domain.overview import HeldAccount, Overview
from tongbao.core.accounts.domain.products import AccountClass, Product
from tongbao.core.accounts.domain.restraints import (
    Authority,
    Ending,
    Held,
    Order,
    Restraint,
    Standing,
    Stop,
)
from tongbao.core.accounts.service.batches import (
    KNOWN_COLUMNS,
    Known,
    known,
    stops_of_many,
)
from tongbao.core.accounts.service.closing import Closing, close
from tongbao.core.accounts.service.configuration import (
    Configuration,
    Dormancy,
    configure,
    register_running,
)
from tongbao.core.accounts.service.deducting import Deduction, deduct
from tongbao.core.accounts.service.dormancy import awaken, fall_asleep
from tongbao.core.accounts.service.end_of_day import accrue, capitalise, value_dated
from tongbao.core.accounts.service.interest import accrued, settle
from tongbao.core.accounts.service.listing import counterparties, entries
from tongbao.core.accounts.service.numbering import is_account_number, new_number
from tongbao.core.accounts.service.opening import apply, open_account
from tongbao.core.accounts.service.overview import overview
from tongbao.core.accounts.service.pieces import Piece, next_piece, opened_before
from tongbao.core.accounts.service.proposing import (
    DEDUCTION,
    EXTENSION,
    RELEASE,
    RESTRAINT,
    ProposedDeduction,
    ProposedExtension,
    ProposedRelease,
    ProposedRestraint,
    carry_out,
    restrain,
)
from tongbao.core.accounts.service.rates import rate_versions, set_rate, tariff
from tongbao.core.accounts.service.reading import (
    balance,
    balances,
    by_ledger_accounts,
    by_number,
    for_party,
    get,
    ledger_accounts,
    list_accounts,
    pockets,
    restraints,
    restraints_of,
)
from tongbao.core.accounts.service.restraining import (
    extend,
    lift_at_once,
    place,
    release,
    stop_at_once,
)
from tongbao.core.accounts.service.standing import DUE_MAX, Side, catch_up, stops
from tongbao.core.accounts.service.wallets import reached, takes

__all__ = [
    "DEDUCTION",
    "DUE_MAX",
    "EXTENSION",
    "KNOWN_COLUMNS",
    "RELEASE",
    "RESTRAINT",
    "AccountBalance",
    "AccountClass",
    "AccountClosed",
    "AccountDormant",
    "AccountEntry",
    "Authority",
    "Check",
    "Closing",
    "Configuration",
    "Counterparty",
    "CreditsStopped",
    "DebitsStopped",
    "Deduction",
    "DepositAccount",
    "DepositAccountId",
    "DepositAccountStatus",
    "Dormancy",
    "Ending",
    "EntryCategory",
    "EntryFilter",
    "Held",
    "HeldAccount",
    "Known",
    "LevelTooLow",
    "NotClosable",
    "NumberScheme",
    "Order",
    "Overview",
    "Piece",
    "Product",
    "ProposedDeduction",
    "ProposedExtension",
    "ProposedRelease",
    "ProposedRestraint",
    "RateVersion",
    "ReasonMissing",
    "Restraint",
    "Side",
    "Standing",
    "Stop",
    "UnknownAccount",
    "accrue",
    "accrued",
    "apply",
    "awaken",
    "balance",
    "balances",
    "by_ledger_accounts",
    "by_number",
    "capitalise",
    "carry_out",
    "catch_up",
    "category_of",
    "close",
    "configure",
    "counterparties",
    "deduct",
    "entries",
    "entry_words",
    "extend",
    "fall_asleep",
    "fees_from",
    "for_party",
    "get",
    "is_account_number",
    "is_digits",
    "known",
    "ledger_accounts",
    "lift_at_once",
    "list_accounts",
    "movement_type",
    "new_number",
    "next_piece",
    "open_account",
    "opened_before",
    "overview",
    "place",
    "pockets",
    "rate_versions",
    "reached",
    "register_running",
    "release",
    "restrain",
    "restraints",
    "restraints_of",
    "set_rate",
    "settle",
    "stop_at_once",
    "stops",
    "stops_of_many",
    "takes",
    "tariff",
    "value_dated",
]
