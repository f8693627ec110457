"""Who is told what: one file for each module that something happens in."""

from tongbao.engagement.notices.service.declared import (
    accounts,
    agreements,
    approvals,
    bills,
    collecting,
    deposits,
    identity,
    lending,
    limits,
    parties,
    payments,
    privacy,
    proposals,
    statements,
)

EVERY = (
    accounts,
    agreements,
    approvals,
    bills,
    collecting,
    deposits,
    identity,
    lending,
    limits,
    parties,
    payments,
    privacy,
    proposals,
    statements,
)
