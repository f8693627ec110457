"""Reading standing orders and what became of their dates."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import exists, select

from tongbao.infra.db import ReadSession
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page, decode_cursor, encode_cursor
from tongbao.kernel.text import Text
from tongbao.products.standing.domain.orders import (
    Occurrence,
    OrderState,
    StandingOrder,
    UnknownOrder,
)
from tongbao.products.standing.models import OccurrenceRow, OrderRow
from tongbao.products.standing.service.rows import occurrence_of, order_of

_RUNS = Text(zh="有定期付款从该账户支付", en="a standing order pays from it")


async def get(
    tx: ReadSession, order_id: UUID, *, visible_to: Collection[UUID] | None
) -> StandingOrder:
    """Return an order of one of these parties (None: of any). Raises `UnknownOrder`."""
    row = await tx.scalar(
        select(OrderRow).where(OrderRow.id == order_id).execution_options(populate_existing=True)
    )
    if row is None or (visible_to is not None and row.party_id not in visible_to):
        raise UnknownOrder
    return order_of(row)


async def list_orders(
    tx: ReadSession, *, party_id: UUID, after: str | None = None, limit: int = PAGE_LIMIT_DEFAULT
) -> Page[StandingOrder]:
    """Return a party's orders, the newest first. Raises `kernel.page.BadCursor`."""
    query = select(OrderRow).where(OrderRow.party_id == party_id).order_by(OrderRow.id.desc())
    if after is not None:
        query = query.where(OrderRow.id < decode_cursor(after, UUID)[0])
    rows = await tx.scalars(query.limit(limit + 1).execution_options(populate_existing=True))
    return Page[StandingOrder].of(
        [order_of(row) for row in rows], limit=limit, cursor=lambda last: encode_cursor(last.id)
    )


async def list_occurrences(
    tx: ReadSession, *, order_id: UUID, after: str | None = None, limit: int = PAGE_LIMIT_DEFAULT
) -> Page[Occurrence]:
    """Return what became of an order's dates, the latest first. Raises `kernel.page.BadCursor`."""
    query = (
        select(OccurrenceRow)
        .where(OccurrenceRow.order_id == order_id)
        .order_by(OccurrenceRow.number.desc())
    )
    if after is not None:
        query = query.where(OccurrenceRow.number < int(decode_cursor(after, str)[0]))
    rows = await tx.scalars(query.limit(limit + 1).execution_options(populate_existing=True))
    return Page[Occurrence].of(
        [occurrence_of(row) for row in rows],
        limit=limit,
        cursor=lambda last: encode_cursor(str(last.number)),
    )


async def over_account(tx: ReadSession, account_id: UUID) -> Text | None:
    """Return what keeps an account open for its orders' sake, if anything does."""
    states = [OrderState.ACTIVE.value, OrderState.PAUSED.value]
    found = exists().where(OrderRow.debtor_account_id == account_id, OrderRow.state.in_(states))
    return _RUNS if await tx.scalar(select(found)) else None
