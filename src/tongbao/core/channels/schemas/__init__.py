"""API shapes of channels: what they can do and how they do, and what staff set."""

from tongbao.core.channels.schemas.base import KindAsked
from tongbao.core.channels.schemas.channels import (
    PaymentChannelOut,
    PaymentChannelsOut,
    PaymentRouteOut,
)
from tongbao.core.channels.schemas.settings import (
    ChannelReasonShape,
    ChannelReasonsOut,
    ChannelTermsOf,
    EndedRoutingRule,
    NewChannelReason,
    NewChannelTerms,
    NewRoutingRule,
    ReasonWordsShape,
    RoutingRuleEnd,
    RoutingRuleShape,
    RoutingRulesOut,
)

__all__ = [
    "ChannelReasonShape",
    "ChannelReasonsOut",
    "ChannelTermsOf",
    "EndedRoutingRule",
    "KindAsked",
    "NewChannelReason",
    "NewChannelTerms",
    "NewRoutingRule",
    "PaymentChannelOut",
    "PaymentChannelsOut",
    "PaymentRouteOut",
    "ReasonWordsShape",
    "RoutingRuleEnd",
    "RoutingRuleShape",
    "RoutingRulesOut",
]
