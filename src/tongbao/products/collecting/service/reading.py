"""Reading what was collected; both sides may."""

from collections.abc import Collection as Some
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from tongbao.core.payments import service as payments
from tongbao.infra.db import ReadSession
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page, encode_cursor
from tongbao.products.collecting.domain.collections import Collection
from tongbao.products.collecting.domain.errors import UnknownCollection
from tongbao.products.collecting.domain.views import Receipt
from tongbao.products.collecting.models import CollectionRow
from tongbao.products.collecting.service.rows import before, collection_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which collections are wanted."""

    till_id: UUID | None = None
    link_id: UUID | None = None
    request_id: UUID | None = None
    reference: str | None = None


async def list_collections(
    tx: ReadSession,
    *,
    among: Some[UUID] | None,
    wanted: Filter,
    after: str | None = None,
    limit: int = PAGE_LIMIT_DEFAULT,
) -> Page[Collection]:
    """Return what was collected for some parties (None: all), newest first.

    Raises `kernel.page.BadCursor`.
    """
    query = select(CollectionRow).order_by(CollectionRow.payment_id.desc()).limit(limit + 1)
    if among is not None:
        query = query.where(CollectionRow.party_id.in_(list(among)))
    for name in ("till_id", "link_id", "request_id", "reference"):
        value = getattr(wanted, name)
        if value is not None:
            query = query.where(getattr(CollectionRow, name) == value)
    if (last := before(after)) is not None:
        query = query.where(CollectionRow.payment_id < last)
    return Page[Collection].of(
        [collection_of(row) for row in await tx.scalars(query)],
        limit=limit,
        cursor=lambda each: encode_cursor(each.payment_id),
    )


async def receipt(
    tx: ReadSession, payment_id: UUID, *, visible_to: Some[UUID] | None = None
) -> Receipt:
    """Return what a payment collected, to payer and payee. Raises `UnknownCollection`."""
    row = await tx.scalar(select(CollectionRow).where(CollectionRow.payment_id == payment_id))
    if row is None:
        raise UnknownCollection
    if visible_to is not None and {row.party_id, row.payer_party_id}.isdisjoint(visible_to):
        raise UnknownCollection
    return Receipt(collection_of(row), await payments.get(tx, payment_id))
