"""What is kept of a turn of requests that were answered together: one statement for all of it.

Their answers, under their keys, and their entries of the audit trail, with digests of the rows that
they made.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import LiteralString, NamedTuple
from uuid import UUID

from sqlalchemy import Table

from tongbao.infra import audit, idempotency
from tongbao.infra.arrays import Kind, array_with_nulls
from tongbao.infra.web.objects import digest_sql, table_of


class Kept(NamedTuple):
    """One request that was answered; `object_id` is of the row that it made, if it made one."""

    scope: idempotency.Scope
    request_hash: bytes
    answer: idempotency.Answer
    entry: audit.Entry
    by: audit.Caller
    object_id: UUID | None


class Keeping(NamedTuple):
    """The statement that keeps a turn's, and its arguments."""

    statement: LiteralString
    arguments: tuple[object, ...]


def keeping(kept: Sequence[Kept], *, tag: str, noun: str, at: datetime) -> Keeping:
    """Return what keeps all of it, for a transaction that has taken the keys (`begin_many`).

    `tag` and `noun` are the route's, as its address has them: where the rows are found.
    """
    table = table_of(tag, noun, None)
    assert table is not None, f"{tag} has no {noun}"
    made = [None if one.object_id is None else one.object_id.bytes for one in kept]
    answers = [(one.scope, one.request_hash, one.answer) for one in kept]
    return Keeping(
        _statement(table),
        (
            *idempotency.arguments(answers, at=at),
            *audit.arguments(
                [one.entry for one in kept],
                [one.by for one in kept],
                at=at,
                after=array_with_nulls(Kind.UUID, made),
            ),
        ),
    )


@cache
def _statement(table: Table) -> LiteralString:
    digests: LiteralString = (
        f"ARRAY[NULL::bytea] || ARRAY(SELECT ({digest_sql(table)} = made.id LIMIT 1)"  # noqa: S608 - our own words
        " FROM (SELECT unnest(%s::uuid[]) AS id) AS made)"
    )
    return f"WITH kept AS ({idempotency.STORE}) {audit.appending(after=digests)}"
