"""Who is told what: one file for each module that something happens in."""

from tongbao.engagement.notices.service.declared import (
    accounts,
    agreements,
    approvals,
    bills,
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
    standing,
    statements,
)
