"""Judging and using up limits, reading what is left, and setting rules."""

from tongbao.risk.limits.domain import (
    BATCH_MAX,
    RAISE_HOURS_MAX,
    Dimension,
    Headroom,
    LimitExceeded,
    Measure,
    NotLower,
    RaiseRefused,
    RateMissing,
    Reservation,
    Rule,
    RuleWrong,
    UnknownRule,
    Use,
    Window,
    counted,
)
from tongbao.risk.limits.service.own import lower, raise_for_a_time
from tongbao.risk.limits.service.reserving import headroom, release, reserve
from tongbao.risk.limits.service.rules import end_rule, rules, set_rate, set_rule

__all__ = [
    "BATCH_MAX",
    "RAISE_HOURS_MAX",
    "Dimension",
    "Headroom",
    "LimitExceeded",
    "Measure",
    "NotLower",
    "RaiseRefused",
    "RateMissing",
    "Reservation",
    "Rule",
    "RuleWrong",
    "UnknownRule",
    "Use",
    "Window",
    "counted",
    "end_rule",
    "headroom",
    "lower",
    "raise_for_a_time",
    "release",
    "reserve",
    "rules",
    "set_rate",
    "set_rule",
]
