"""Choosing a channel, telling it what to do, asking what became of it, and reading its files."""

from tongbao.core.channels.domain.errors import (
    NoChannel,
    StatementBroken,
    StatementMissing,
    UnknownChannel,
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
)
from tongbao.core.channels.domain.notices import Notice, NoticeKind
from tongbao.core.channels.domain.reasons import ChannelReason, NextAction, Reason, reason
from tongbao.core.channels.domain.routing import Candidate, LeftOut, Route
from tongbao.core.channels.domain.statements import Statement, StatementLine
from tongbao.core.channels.gateways.plugin import Callback, Connection, Gateway, Receipt
from tongbao.core.channels.service.asking import inquire, statement, submit
from tongbao.core.channels.service.books import ChannelBooks, books
from tongbao.core.channels.service.callbacks import notices
from tongbao.core.channels.service.configuration import Configuration, configure
from tongbao.core.channels.service.routing import observe, route

__all__ = [
    "Answer",
    "Callback",
    "Candidate",
    "ChannelBooks",
    "ChannelReason",
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
    "Operation",
    "Outcome",
    "Reason",
    "Receipt",
    "Route",
    "Statement",
    "StatementBroken",
    "StatementLine",
    "StatementMissing",
    "Terms",
    "UnknownChannel",
    "books",
    "configure",
    "inquire",
    "notices",
    "observe",
    "reason",
    "route",
    "statement",
    "submit",
]
