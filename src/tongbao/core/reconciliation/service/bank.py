"""A bank's statement of our account there: camt.053, one day."""

from tongbao.core.reconciliation.domain import errors
from tongbao.core.reconciliation.domain.nouns import NewLine, NewStatement, Side
from tongbao.lib.iso20022 import camt053_reader


def read_bank_statement(channel: str, document: bytes) -> NewStatement:
    """Return the statement of the account at which a channel settles.

    A line is known by what we called it where the bank repeats that: the settlement's reference.

    Raises `StatementUnreadable`, with the findings, and `SeveralDays`.
    """
    try:
        read = camt053_reader.read(document)
    except camt053_reader.NotAStatement as refused:
        raise errors.StatementUnreadable(
            first=str(refused),
            findings=[
                {"path": each.path, "line": each.line, "problem": each.problem}
                for each in refused.findings
            ],
        ) from None
    if read.first_on != read.last_on:
        raise errors.SeveralDays(
            first_on=read.first_on.isoformat(), last_on=read.last_on.isoformat()
        )
    return NewStatement(
        channel=channel,
        side=Side.BANK,
        day=read.last_on,
        currency=read.currency,
        lines=[
            NewLine(
                reference=line.reference or f"{read.statement_id}-{line.number}",
                amount=line.amount.minor,
                their_reference=line.servicer_reference,
            )
            for line in read.lines
        ],
    )
