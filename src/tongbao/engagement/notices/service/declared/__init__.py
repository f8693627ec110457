"""Who is told what: one file for each module that something happens in."""

from tongbao.engagement.notices.service.declared import (
    accounts,
    agreements,
    identity,
    lending,
    limits,
    parties,
    payments,
    privacy,
    proposals,
)

EVERY = (
    accounts,
    agreements,
    identity,
    lending,
    limits,
    parties,
    payments,
    privacy,
    proposals,
)
