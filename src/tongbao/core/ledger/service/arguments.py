"""A batch as the arguments of `ledger_post`: an array per property.

This and the content hash are most of what Python does for a batch, hence the bare style.
"""

from collections.abc import Sequence
from datetime import date, datetime
from json import dumps
from typing import Final
from uuid import UUID

from tongbao.core.ledger import domain
from tongbao.core.ledger.domain import NewTransaction, TransactionKind
from tongbao.infra.arrays import Kind, array, array_with_nulls, days, jsonb, microseconds

POST: Final = """
SELECT refusal, sequence, refused_posting, available, debit_balance, credit_balance
  FROM ledger_post(%s::uuid[], %s::bytea[], %s::smallint[], %s::text[], %s::date[], %s::text[],
                   %s::jsonb[], %s::uuid[], %s::uuid[], %s::timestamptz[], %s::integer[],
                   %s::smallint[], %s::uuid[], %s::uuid[], %s::text[], %s::bigint[], %s, %s, %s)
"""

POST_AND_RECORD: Final = """
WITH posted AS MATERIALIZED (
SELECT refusal, sequence, refused_posting, available, debit_balance, credit_balance
  FROM ledger_post(%s::uuid[], %s::bytea[], %s::smallint[], %s::text[], %s::date[], %s::text[],
                   %s::jsonb[], %s::uuid[], %s::uuid[], %s::timestamptz[], %s::integer[],
                   %s::smallint[], %s::uuid[], %s::uuid[], %s::text[], %s::bigint[], %s, %s, %s))
SELECT posted.*, infra_audit_append(
    %s, %s, %s::smallint[], %s::text[], %s::text[], %s::text[], %s::uuid[], %s::text[], %s::text[],
    %s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::bytea[], %s::bytea[], %s::text[],
    %s::text[], %s::bytea[], %s::text[], posted.refusal)
  FROM posted
"""
"""The same, and an audit entry for each that was booked: one round trip for both."""

_KINDS: Final = {kind: number.to_bytes(2) for number, kind in enumerate(TransactionKind, start=1)}


def arguments(
    transactions: Sequence[NewTransaction],
    *,
    today: date,
    at: datetime,
    atomic: bool,
    wake: bool = False,
) -> tuple[object, ...]:
    """Return the arguments of `POST`.

    `today` is effective where a transaction names no date; `wake` whether readers of the outbox
    are woken.
    """
    postings = [
        (item, posting.ordinal or place, posting)
        for item, new in enumerate(transactions, start=1)
        for place, posting in enumerate(new.postings, start=1)
    ]
    effective = {day: days(day or today) for day in {new.effective_on for new in transactions}}
    return (
        array(Kind.UUID, [new.id.int.to_bytes(16) for new in transactions]),
        array(Kind.BYTES, [new.content_hash() for new in transactions]),
        array(Kind.SMALLINT, [_KINDS[new.kind] for new in transactions]),
        array(Kind.TEXT, [new.type.encode() for new in transactions]),
        array(Kind.DATE, [effective[new.effective_on] for new in transactions]),
        array_with_nulls(Kind.TEXT, [_text(new.reference) for new in transactions]),
        array_with_nulls(
            Kind.JSONB,
            [jsonb(dumps(dict(new.metadata))) if new.metadata else None for new in transactions],
        ),
        array_with_nulls(Kind.UUID, [_id(new.correlation_id) for new in transactions]),
        array_with_nulls(Kind.UUID, [_id(new.target) for new in transactions]),
        array_with_nulls(Kind.INSTANT, [_moment(new.expires_at) for new in transactions]),
        array(Kind.INTEGER, [item.to_bytes(4) for item, _, _ in postings]),
        array(Kind.SMALLINT, [ordinal.to_bytes(2) for _, ordinal, _ in postings]),
        array(Kind.UUID, [posting.debit.int.to_bytes(16) for _, _, posting in postings]),
        array(Kind.UUID, [posting.credit.int.to_bytes(16) for _, _, posting in postings]),
        array(
            Kind.TEXT, [domain.asset_code(posting.amount).encode() for _, _, posting in postings]
        ),
        array(
            Kind.BIGINT, [domain.units(posting.amount).to_bytes(8) for _, _, posting in postings]
        ),
        at,
        atomic,
        wake,
    )


def _text(text: str | None) -> bytes | None:
    return None if text is None else text.encode()


def _id(value: UUID | None) -> bytes | None:
    return None if value is None else value.int.to_bytes(16)


def _moment(value: datetime | None) -> bytes | None:
    return None if value is None else microseconds(value)
