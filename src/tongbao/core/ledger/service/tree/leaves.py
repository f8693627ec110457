"""Reading transactions as leaves of the tree, in booking order."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row, RowMapping, text

from tongbao.core.ledger.domain.tree import Leaf, leaf_data
from tongbao.infra import tree
from tongbao.infra.db import ReadSession

_TRANSACTIONS: Final = text("""
    SELECT id, uid, content_hash, kind, type, effective_on, booked_at, correlation_id, reference,
           pending_id, reverses_id, expires_at, metadata
      FROM ledger_transaction WHERE id > :after AND id <= :until ORDER BY id LIMIT :limit
""")
# LEFT JOIN: a posting whose account or asset is gone is still told, as what it is.
_POSTINGS: Final = text("""
    SELECT p.transaction_id, p.ordinal, s.code AS asset, d.uid AS debit, c.uid AS credit, p.amount,
           p.debit_balance, p.debit_version, p.credit_balance, p.credit_version
      FROM ledger_posting p
      LEFT JOIN ledger_account d ON d.id = p.debit_account_id
      LEFT JOIN ledger_account c ON c.id = p.credit_account_id
      LEFT JOIN ledger_asset s ON s.id = p.asset_id
     WHERE p.transaction_id >= :first AND p.transaction_id <= :last
     ORDER BY p.transaction_id, p.ordinal
""")
_HOLDS: Final = text("""
    SELECT h.transaction_id, h.ordinal, s.code AS asset, d.uid AS debit, c.uid AS credit, h.amount
      FROM ledger_hold h
      LEFT JOIN ledger_account d ON d.id = h.debit_account_id
      LEFT JOIN ledger_account c ON c.id = h.credit_account_id
      LEFT JOIN ledger_asset s ON s.id = h.asset_id
     WHERE h.transaction_id >= :first AND h.transaction_id <= :last
     ORDER BY h.transaction_id, h.ordinal
""")


async def read_leaves(
    tx: ReadSession, *, after: int, until: int, limit: int = tree.CHUNK
) -> list[tree.Leaf]:
    """Return the leaves of the transactions with sequence in (after, until], in order."""
    found = await tx.execute(_TRANSACTIONS, {"after": after, "until": until, "limit": limit})
    transactions = found.all()
    if not transactions:
        return []
    span = {"first": transactions[0].id, "last": transactions[-1].id}
    postings = _by_transaction((await tx.execute(_POSTINGS, span)).all())
    holds = _by_transaction((await tx.execute(_HOLDS, span)).all())
    return [
        Leaf(
            sequence=row.id,
            transaction_id=row.uid,
            data=leaf_data(row._mapping, postings[row.id], holds[row.id]),  # noqa: SLF001
        )
        for row in transactions
    ]


def _by_transaction(rows: Sequence[Row[Any]]) -> dict[int, list[RowMapping]]:
    grouped: dict[int, list[RowMapping]] = defaultdict(list)
    for row in rows:
        grouped[row.transaction_id].append(row._mapping)  # noqa: SLF001 - the name is public
    return grouped
