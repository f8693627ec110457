"""Who is told what: one file for each module that something happens in."""

from tongbao.engagement.notices.service.declared import (
    accounts,
    agreements,
    approvals,
    bulk,
    collecting,
    deposits,
    identity,
    lending,
    limits,
    parties,
    payments,
    privacy,
    proposals,
    standing,
    statements,
)

EVERY = (
    accounts,
    agreements,
    approvals,
    bulk,
    collecting,
    deposits,
    identity,
    lending,
    limits,
    parties,
    payments,
    privacy,
    proposals,
    standing,
    statements,
)
