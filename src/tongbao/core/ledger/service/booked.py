"""What internal accounts moved, for modules that compare the books with what others say."""

from collections.abc import Sequence

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    TableValuedAlias,
    Text,
    Uuid,
    cast,
    column,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from tongbao.core.ledger.domain import AccountId
from tongbao.infra.db import ReadSession


async def settled_through(tx: ReadSession) -> int:
    """Return the number up to which nothing can appear in the books any more.

    Whatever is numbered up to it is visible to statements that begin after this one; the caller's
    transaction therefore reads committed data, not one snapshot.
    """
    return int((await tx.execute(select(func.ledger_settled()))).scalar_one())


def booked(
    account: AccountId, *, after: ColumnElement[int] | int, through: ColumnElement[int] | int
) -> TableValuedAlias:
    """Return a table of what each transaction numbered in (after, through] moved on an account.

    For statements of a caller's own over an internal account: `sequence`, `transaction_uid`,
    `type`, `effective_on`, `reference` (by metadata, of its own or of what it resolves or
    reverses; `reference/<account>` goes before `reference`), `amount` (net; positive for a debit)
    and `counter`, one of the other accounts.
    """
    return func.ledger_booked(account, after, through).table_valued(
        column("sequence", BigInteger),
        column("transaction_uid", Uuid),
        column("type", Text),
        column("effective_on", Date),
        column("reference", Text),
        column("amount", BigInteger),
        column("counter", Uuid),
        name="booked",
    )


async def held_references(
    tx: ReadSession, account: AccountId, references: Sequence[str]
) -> frozenset[str]:
    """Return which references pending transactions hold money under on an account."""
    if not references:
        return frozenset()
    wanted = cast(list(references), ARRAY(Text))
    found = await tx.scalars(select(func.ledger_held_references(account, wanted)))
    return frozenset(found)
