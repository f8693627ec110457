"""Choosing a channel, telling it what to do, asking what became of it, and reading its files."""

from tongbao.core.channels.domain.errors import (
    CallbackRefused,
    CallbackUnreadable,
    ChannelsUnusable,
    NoChannel,
    SettingWrong,
    StatementBroken,
    StatementMissing,
    UnknownCallback,
    UnknownChannel,
    UnknownRoutingRule,
)
from tongbao.core.channels.domain.features import Features, Terms
from tongbao.core.channels.domain.health import Circuit, Condition, Observation
from tongbao.core.channels.domain.instructions import (
    Answer,
    Counterparty,
    CounterpartyKind,
    Instruction,
    Operation,
    Outcome,
    SentBack,
)
from tongbao.core.channels.domain.notices import Notice, NoticeKind
from tongbao.core.channels.domain.reasons import (
    REASONS,
    ChannelReason,
    NextAction,
    Reason,
    ReasonEntry,
    reason,
)
from tongbao.core.channels.domain.routing import (
    CHANNEL_PATTERN,
    Candidate,
    LeftOut,
    Offer,
    OrderBy,
    Route,
    Rule,
)
from tongbao.core.channels.domain.statements import Statement, StatementLine
from tongbao.core.channels.gateways.plugin import Callback, Connection, Gateway, Receipt
from tongbao.core.channels.gateways.registry import plugins
from tongbao.core.channels.service.asking import close, inquire, statement, submit
from tongbao.core.channels.service.books import ChannelBooks, books, open_books
from tongbao.core.channels.service.callbacks import notices, receive
from tongbao.core.channels.service.configuration import (
    Configuration,
    configure,
    features,
    features_of,
)
from tongbao.core.channels.service.explaining import explain
from tongbao.core.channels.service.health import observe
from tongbao.core.channels.service.routing import conditions, offered, preview, route
from tongbao.core.channels.service.settings import (
    end_rule,
    reasons,
    rules,
    set_reason,
    set_rule,
    set_terms,
    terms_set,
)

__all__ = [
    "CHANNEL_PATTERN",
    "REASONS",
    "Answer",
    "Callback",
    "CallbackRefused",
    "CallbackUnreadable",
    "Candidate",
    "ChannelBooks",
    "ChannelReason",
    "ChannelsUnusable",
    "Circuit",
    "Condition",
    "Configuration",
    "Connection",
    "Counterparty",
    "CounterpartyKind",
    "Features",
    "Gateway",
    "Instruction",
    "LeftOut",
    "NextAction",
    "NoChannel",
    "Notice",
    "NoticeKind",
    "Observation",
    "Offer",
    "Operation",
    "OrderBy",
    "Outcome",
    "Reason",
    "ReasonEntry",
    "Receipt",
    "Route",
    "Rule",
    "SentBack",
    "SettingWrong",
    "Statement",
    "StatementBroken",
    "StatementLine",
    "StatementMissing",
    "Terms",
    "UnknownCallback",
    "UnknownChannel",
    "UnknownRoutingRule",
    "books",
    "close",
    "conditions",
    "configure",
    "end_rule",
    "explain",
    "features",
    "features_of",
    "inquire",
    "notices",
    "observe",
    "offered",
    "open_books",
    "plugins",
    "preview",
    "reason",
    "reasons",
    "receive",
    "route",
    "rules",
    "set_reason",
    "set_rule",
    "set_terms",
    "statement",
    "submit",
    "terms_set",
]
