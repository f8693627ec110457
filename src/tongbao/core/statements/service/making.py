"""Making statements: the frame with its sums checked, then the lines, some at a time.

The frame is read by one database statement, hence of one snapshot. It names the account's versions
that the statement comprises. Postings are only ever added, so lines read later, in transactions of
their own, are the same ones: a payment in between tears nothing, and whoever downloads slowly
holds no connection.
"""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Final

import structlog

from tongbao.core.accounts import service as accounts
from tongbao.core.accounts.service import DepositAccount
from tongbao.core.ledger import service as ledger
from tongbao.core.parties import service as parties
from tongbao.core.statements.domain.errors import StatementBroken
from tongbao.core.statements.domain.masking import masked_number
from tongbao.core.statements.domain.periods import Period
from tongbao.core.statements.domain.statements import Line, Statement, disagreement
from tongbao.core.statements.service.closing import months_of
from tongbao.infra.db import Database, ReadSession
from tongbao.kernel.money import Money

STEP: Final = 1_000
"""Lines that are read at a time."""

_log = structlog.stdlib.get_logger(__name__)


async def statement(
    tx: ReadSession, account: DepositAccount, period: Period, *, at: datetime
) -> Statement:
    """Return the frame of a statement that adds up: opening + movements = closing.

    Raises `StatementBroken` for one that does not; nothing of it may be issued, and the log has an
    error that names the account and the reason.
    """
    span = await ledger.span(
        tx,
        account.ledger_account_id,
        booked_from=period.booked_from,
        booked_until=period.booked_until,
    )
    wrong = disagreement(span, period, await months_of(tx, account, period))
    if wrong is not None:
        _log.error(
            "statement_does_not_add_up",
            account_id=str(account.id),
            first=period.first.isoformat(),
            last=period.last.isoformat(),
            why=wrong,
        )
        raise StatementBroken
    holder = await parties.get(tx, account.party_id)
    return Statement(account=account, holder=holder.name, period=period, span=span, made_at=at)


async def lines(
    database: Database, of: Statement, *, after: int = 0, count: int | None = None
) -> AsyncIterator[list[Line]]:
    """Yield the lines of a statement in order, some at a time: `count` of them behind `after`.

    Each step is checked against the one before. Raises `StatementBroken`.
    """
    ends = of.span.entries if count is None else min(after + count, of.span.entries)
    balance: int | None = of.span.opening if after == 0 else None
    while after < ends:
        async with database.read() as tx:
            some = await _step(tx, of, after=after, limit=min(STEP, ends - after))
        balance = _checked(of, some, balance)
        yield some
        after += len(some)


async def _step(tx: ReadSession, of: Statement, *, after: int, limit: int) -> list[Line]:
    first = of.span.first_version
    found = await ledger.movements(tx, of.span, after=first + after, limit=limit)
    others = await accounts.counterparties(tx, {each.entry.counter_account_id for each in found})

    def money(minor: int) -> Money:
        return Money(minor, of.account.currency)

    made = []
    for each in found:
        entry, other = each.entry, others.get(each.entry.counter_account_id)
        assert entry.balance_after is not None, "a deposit account has a limit"
        made.append(
            Line(
                number=each.version - first,
                transaction_id=entry.transaction_id,
                type=accounts.movement_type(
                    entry.type, ordinal=entry.ordinal, metadata=entry.metadata
                ),
                reversal=each.kind is ledger.TransactionKind.REVERSAL,
                direction=entry.direction,
                amount=money(entry.amount),
                balance_after=money(entry.balance_after),
                booked_at=entry.booked_at,
                value_on=entry.effective_on,
                counterparty_name=None if other is None else other.name,
                counterparty_number=None if other is None else masked_number(other.number),
                reference=entry.reference,
            )
        )
    if len(made) != limit:
        raise _torn(of, "movements are missing")
    return made


def _checked(of: Statement, some: list[Line], balance: int | None) -> int:
    """Return the balance after the last line, each having followed from the one before."""
    for line in some:
        after = line.balance_after.minor
        if balance is not None and balance + line.signed.minor != after:
            raise _torn(of, f"movement {line.number} does not follow from the one before")
        balance = after
    assert balance is not None, "a step has lines"
    return balance


def _torn(of: Statement, why: str) -> StatementBroken:
    _log.error("statement_does_not_add_up", account_id=str(of.account.id), why=why)
    return StatementBroken()
