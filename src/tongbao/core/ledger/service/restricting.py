"""What accounts may do, many at once: their status, and what is withheld on them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import ARRAY, BigInteger, Text, Uuid, bindparam, select, text

from tongbao.core.ledger.domain import AccountId, AccountStatus
from tongbao.core.ledger.models import AccountRow
from tongbao.infra.db import ReadSession, WriteSession

POSTINGS_LOOKED_AT_MAX: Final = 100
"""How many of an account's latest debits are looked at for one of the kinds that count."""


@dataclass(frozen=True, slots=True)
class Restriction:
    """What an account may do from now on; `withheld` may be more than there is on it."""

    account_id: AccountId
    status: AccountStatus
    withheld: int = 0


async def lock(tx: WriteSession, account_ids: Collection[AccountId]) -> None:
    """Keep others from booking on these accounts until the transaction ends, as bookings lock."""
    await tx.execute(
        select(AccountRow.uid)
        .where(AccountRow.uid.in_(list(account_ids)))
        .order_by(AccountRow.uid)
        .with_for_update(key_share=True)
    )


async def restrict(tx: WriteSession, restrictions: Sequence[Restriction]) -> None:
    """Give accounts a status and say what is withheld on each; a closed one stays as it is.

    What is pending already is not touched: it was promised before. A transaction that lowers a
    balance is refused where less than `withheld` would be left, one that raises it never is, so
    what comes to an account with too little on it is caught as it comes.
    """
    if not restrictions:
        return
    await lock(tx, [each.account_id for each in restrictions])
    await tx.execute(
        _RESTRICT,
        {
            "uids": [each.account_id for each in restrictions],
            "statuses": [each.status.value for each in restrictions],
            "withheld": [each.withheld for each in restrictions],
        },
    )


async def last_debited(
    tx: ReadSession, account_ids: Collection[AccountId], *, but_not: Sequence[str]
) -> Mapping[AccountId, date]:
    """Return the effective day of each account's latest debit; those that have none are left out.

    Types that begin with one of `but_not` do not count. Only the latest
    `POSTINGS_LOOKED_AT_MAX` debits of an account are looked at.
    """
    rows = await tx.execute(
        _LAST_DEBITED,
        {
            "uids": list(account_ids),
            "but_not": [f"{prefix}%" for prefix in but_not],
            "looked_at_max": POSTINGS_LOOKED_AT_MAX,
        },
    )
    return {AccountId(row.uid): row.effective_on for row in rows}


_RESTRICT: Final = text(
    """
    UPDATE ledger_account a SET status = x.status, withheld = x.withheld
      FROM unnest(:uids, :statuses, :withheld) AS x(uid, status, withheld)
     WHERE a.uid = x.uid AND a.status <> 'closed'
       AND (a.status, a.withheld) IS DISTINCT FROM (x.status, x.withheld)"""
).bindparams(
    bindparam("uids", type_=ARRAY(Uuid)),
    bindparam("statuses", type_=ARRAY(Text)),
    bindparam("withheld", type_=ARRAY(BigInteger)),
)
# Newest first along the account's versions, so that a busy account is left after a row or two.
_LAST_DEBITED: Final = text(
    """
    SELECT a.uid, found.effective_on
      FROM unnest(:uids) AS x(uid)
      JOIN ledger_account a ON a.uid = x.uid
     CROSS JOIN LATERAL (
           SELECT t.effective_on
             FROM (SELECT p.transaction_id, p.debit_version
                     FROM ledger_posting p
                    WHERE p.debit_account_id = a.id AND p.debit_version IS NOT NULL
                    ORDER BY p.debit_version DESC LIMIT :looked_at_max) AS latest
             JOIN ledger_transaction t ON t.id = latest.transaction_id
            WHERE NOT t.type LIKE ANY (:but_not)
            ORDER BY latest.debit_version DESC LIMIT 1) AS found"""
).bindparams(
    bindparam("uids", type_=ARRAY(Uuid)),
    bindparam("but_not", type_=ARRAY(Text)),
)
