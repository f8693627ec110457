"""What can be said of a batch of orders before anything is locked or written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tongbao.core.payments.domain import Reason, reason_of
from tongbao.core.payments.domain.batches import BATCH_MAX, NewTransfer, are_distinct
from tongbao.core.payments.service.judging import (
    check_makers,
    check_references,
    judge,
    write_orders,
)
from tongbao.core.payments.service.knowing import Item, known
from tongbao.infra.auth import Actor
from tongbao.infra.db import ReadSession, WriteSession


@dataclass(frozen=True, slots=True)
class Prepared:
    """Orders with what is known of them, and the moment they are to be booked at."""

    items: Sequence[Item]
    at: datetime

    @property
    def judging_locks(self) -> bool:
        """Tell whether judging locks anything: accounts whose restraints have to be followed."""
        accounts = (each for item in self.items for each in (item.debtor, item.creditor))
        return any(account.is_restrained for account in accounts if account is not None)


async def prepare(
    tx: ReadSession,
    orders: Sequence[NewTransfer],
    *,
    initiated_by: Actor | Sequence[Actor],
    at: datetime,
) -> Prepared:
    """Look up what orders name and write them, as a batch's first half; nothing is locked.

    So another batch may be carried out meanwhile. What comes up until this one is, is found then.
    Arguments are those of `execute`.
    """
    assert 1 <= len(orders) <= BATCH_MAX, f"a batch of {len(orders)}"
    assert are_distinct(orders), "two orders of a batch have the same id"
    makers = [initiated_by] * len(orders) if isinstance(initiated_by, Actor) else initiated_by
    items = await known(tx, orders, makers, at=at)
    check_makers(items)
    write_orders(items, at=at)
    await check_references(tx, items)
    return Prepared(items, at)


async def look(tx: WriteSession, prepared: Prepared) -> list[Reason | None]:
    """Return why each order could not be paid now, as far as that is known before it is.

    Nothing is stored, reserved or locked: limits, money and who has to approve are not looked at.
    """
    items = prepared.items
    await judge(tx, [item for item in items if item.stands], at=prepared.at)
    errors = [item.fault or item.refusal for item in items]
    return [None if error is None else reason_of(error) for error in errors]
