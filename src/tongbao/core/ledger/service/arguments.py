"""A batch as the arguments of `ledger_post`: an array per property.

This and the content hash are most of what Python does for a batch, hence the bare style.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from json import dumps
from typing import Final, LiteralString, TypeVar
from uuid import UUID

from tongbao.core.ledger import domain
from tongbao.core.ledger.domain import NewTransaction, TransactionKind
from tongbao.infra.arrays import Array, Kind, array, array_with_nulls, days, jsonb, microseconds

Value = TypeVar("Value")

POST: Final = """
SELECT refusal, sequence, refused_posting, available, debit_balance, credit_balance
  FROM ledger_post(%s::uuid[], %s::bytea[], %s::smallint[], %s::text[], %s::date[], %s::text[],
                   %s::jsonb[], %s::uuid[], %s::uuid[], %s::timestamptz[], %s::integer[],
                   %s::smallint[], %s::uuid[], %s::uuid[], %s::text[], %s::bigint[], %s, %s, %s)
"""


@cache
def post_and_record(condition: LiteralString) -> LiteralString:
    """Return the same with an audit entry for each that was booked: one round trip for both.

    Where the condition does not hold there is no row, and nothing happens: the moment, without
    which nothing can be booked, comes from there. Its arguments are the moment, the condition's
    own, those of `POST` without the moment, and those of the entries.
    """
    return f"""
WITH admitted AS MATERIALIZED (
SELECT %s::timestamptz AS at WHERE {condition}
), posted AS MATERIALIZED (
SELECT refusal, sequence, refused_posting, available, debit_balance, credit_balance
  FROM admitted CROSS JOIN LATERAL
       ledger_post(%s::uuid[], %s::bytea[], %s::smallint[], %s::text[], %s::date[], %s::text[],
                   %s::jsonb[], %s::uuid[], %s::uuid[], %s::timestamptz[], %s::integer[],
                   %s::smallint[], %s::uuid[], %s::uuid[], %s::text[], %s::bigint[],
                   admitted.at, %s, %s)
)
SELECT posted.*, infra_audit_append(
    %s, %s, %s::smallint[], %s::text[], %s::text[], %s::text[], %s::uuid[], %s::text[], %s::text[],
    %s::uuid[], %s::uuid[], %s::text[], %s::uuid[]::text[], %s::bytea[], %s::bytea[], %s::text[],
    %s::text[], %s::bytea[], %s::text[], posted.refusal)
  FROM posted
"""  # noqa: S608 - the condition is one of ours


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
    postings = [posting for new in transactions for posting in new.postings]
    assets = [domain.asset_code(posting.amount) for posting in postings]
    asset = {code: code.encode() for code in set(assets)}
    effective = {day: days(day or today) for day in {new.effective_on for new in transactions}}
    return (
        array(Kind.UUID, [new.id.int.to_bytes(16) for new in transactions]),
        array(Kind.BYTES, [new.content_hash() for new in transactions]),
        array(Kind.SMALLINT, [_KINDS[new.kind] for new in transactions]),
        array(Kind.TEXT, [new.type.encode() for new in transactions]),
        array(Kind.DATE, [effective[new.effective_on] for new in transactions]),
        _nullable(Kind.TEXT, [new.reference for new in transactions], str.encode),
        _nullable(Kind.JSONB, [new.metadata or None for new in transactions], _metadata),
        _nullable(Kind.UUID, [new.correlation_id for new in transactions], _id),
        _nullable(Kind.UUID, [new.target for new in transactions], _id),
        _nullable(Kind.INSTANT, [new.expires_at for new in transactions], microseconds),
        array(
            Kind.INTEGER,
            [
                item.to_bytes(4)
                for item, new in enumerate(transactions, start=1)
                for _ in new.postings
            ],
        ),
        array(
            Kind.SMALLINT,
            [
                (posting.ordinal or place).to_bytes(2)
                for new in transactions
                for place, posting in enumerate(new.postings, start=1)
            ],
        ),
        array(Kind.UUID, [posting.debit.int.to_bytes(16) for posting in postings]),
        array(Kind.UUID, [posting.credit.int.to_bytes(16) for posting in postings]),
        array(Kind.TEXT, [asset[code] for code in assets]),
        array(Kind.BIGINT, [domain.units(posting.amount).to_bytes(8) for posting in postings]),
        at,
        atomic,
        wake,
    )


def arguments_of_plain(transactions: Sequence[NewTransaction]) -> tuple[Array | None, ...]:
    """Return what tells transactions apart that are posted at once and of one posting each.

    For statements that do more than book and have the rest anyway: content hashes, references,
    metadata, debits, credits and assets.
    """
    postings = [new.postings[0] for new in transactions]
    return (
        array(Kind.BYTES, [new.content_hash() for new in transactions]),
        _nullable(Kind.TEXT, [new.reference for new in transactions], str.encode),
        _nullable(Kind.JSONB, [new.metadata or None for new in transactions], _metadata),
        array(Kind.UUID, [posting.debit.int.to_bytes(16) for posting in postings]),
        array(Kind.UUID, [posting.credit.int.to_bytes(16) for posting in postings]),
        array(Kind.TEXT, [domain.asset_code(posting.amount).encode() for posting in postings]),
    )


def _nullable(
    kind: Kind, values: list[Value | None], encode: Callable[[Value], bytes]
) -> Array | None:
    """Return the array of `values`; None, which is NULL for each, if there are none at all."""
    if values.count(None) == len(values):
        return None
    return array_with_nulls(kind, [None if one is None else encode(one) for one in values])


def _id(value: UUID) -> bytes:
    return value.int.to_bytes(16)


def _metadata(value: Mapping[str, str]) -> bytes:
    return jsonb(dumps(dict(value)))
