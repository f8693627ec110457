"""A batch as the arguments of `ledger_post`: an array per property, in PostgreSQL's own notation.

The driver would build the same texts from lists, looking at each element several times; for a
batch of 1,000 that cost as much as the database's own work.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from json import dumps
from typing import Final
from uuid import UUID

from tongbao.core.ledger import domain
from tongbao.core.ledger.domain import NewTransaction, TransactionKind

POST: Final = """
SELECT refusal, sequence, refused_posting, available, debit_balance, credit_balance
  FROM ledger_post(%s::uuid[], %s::bytea[], %s::smallint[], %s::text[], %s::date[], %s::text[],
                   %s::jsonb[], %s::uuid[], %s::uuid[], %s::timestamptz[], %s::integer[],
                   %s::smallint[], %s::uuid[], %s::uuid[], %s::text[], %s::bigint[], %s, %s)
"""

_KINDS: Final = {kind: str(number) for number, kind in enumerate(TransactionKind, start=1)}
_NULL: Final = "NULL"


def arguments(
    transactions: Sequence[NewTransaction], *, today: date, at: datetime, atomic: bool
) -> tuple[object, ...]:
    """Return the arguments of `POST`; `today` is effective where a transaction names no date."""
    postings = [
        (str(item), str(posting.ordinal or place), posting)
        for item, new in enumerate(transactions, start=1)
        for place, posting in enumerate(new.postings, start=1)
    ]
    today_text = today.isoformat()
    return (
        _array([new.id.hex for new in transactions]),
        _array([f'"\\\\x{new.content_hash().hex()}"' for new in transactions]),
        _array([_KINDS[new.kind] for new in transactions]),
        _array([_quoted(new.type) for new in transactions]),
        _array([_date(new.effective_on, today_text) for new in transactions]),
        _array([_text(new.reference) for new in transactions]),
        _array([_quoted(dumps(dict(n.metadata))) if n.metadata else _NULL for n in transactions]),
        _array([_id(new.correlation_id) for new in transactions]),
        _array([_id(new.target) for new in transactions]),
        _array([_moment(new.expires_at) for new in transactions]),
        _array([item for item, _, _ in postings]),
        _array([ordinal for _, ordinal, _ in postings]),
        _array([posting.debit.hex for _, _, posting in postings]),
        _array([posting.credit.hex for _, _, posting in postings]),
        _array([_quoted(domain.asset_code(posting.amount)) for _, _, posting in postings]),
        _array([str(domain.units(posting.amount)) for _, _, posting in postings]),
        at,
        atomic,
    )


def _array(elements: Iterable[str]) -> str:
    return "{" + ",".join(elements) + "}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _text(text: str | None) -> str:
    return _NULL if text is None else _quoted(text)


def _id(value: UUID | None) -> str:
    return _NULL if value is None else value.hex


def _date(value: date | None, today: str) -> str:
    return today if value is None else value.isoformat()


def _moment(value: datetime | None) -> str:
    return _NULL if value is None else f'"{value.isoformat()}"'
