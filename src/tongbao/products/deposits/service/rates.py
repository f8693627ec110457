"""Rates by date: set by staff, read by everybody."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on, insert

from tongbao.infra import outbox
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.clock import business_date
from tongbao.kernel.money import Rate
from tongbao.products.deposits.domain.errors import NotOffered, RateNotInOrder, RateOutOfRange
from tongbao.products.deposits.domain.products import Product
from tongbao.products.deposits.events import RateSet
from tongbao.products.deposits.models import RateRow

RATE_MAX = Rate.percent("25")


async def set_rate(
    tx: WriteSession,
    *,
    product: Product,
    currency: str,
    annual_rate: Rate,
    valid_from: date,
    set_by: UUID,
    at: datetime,
) -> None:
    """Post a rate from a day on: today or later, and later than those posted already.

    Raises `NotOffered` (the product knows no such currency), `RateOutOfRange`, `RateNotInOrder`.
    """
    await check_rate(
        tx,
        product=product,
        currency=currency,
        annual_rate=annual_rate,
        valid_from=valid_from,
        at=at,
    )
    stored = await tx.scalar(
        insert(RateRow)
        .values(
            product=product.code,
            currency=currency,
            valid_from=valid_from,
            annual_rate_trillionths=annual_rate.trillionths,
            set_by=set_by,
            set_at=at,
        )
        .on_conflict_do_nothing()
        .returning(RateRow.valid_from)
    )
    if stored is None:  # somebody else was quicker
        raise RateNotInOrder(today=business_date(at).isoformat(), latest=valid_from.isoformat())
    event = RateSet(
        product=product.code, currency=currency, annual_rate=annual_rate, valid_from=valid_from
    )
    await outbox.append(tx, [event], at=at)


async def check_rate(
    tx: ReadSession,
    *,
    product: Product,
    currency: str,
    annual_rate: Rate,
    valid_from: date,
    at: datetime,
) -> None:
    """Raise what `set_rate` would."""
    if currency not in product.currencies:
        raise NotOffered(product=product.code, currency=currency)
    if not Rate.zero() <= annual_rate <= RATE_MAX:
        raise RateOutOfRange(maximum=RATE_MAX.text)
    latest = await tx.scalar(
        select(func.max(RateRow.valid_from)).where(
            RateRow.product == product.code, RateRow.currency == currency
        )
    )
    today = business_date(at)
    if valid_from < today or (latest is not None and valid_from <= latest):
        raise RateNotInOrder(today=today.isoformat(), latest=latest.isoformat() if latest else "–")


async def rate_on(tx: ReadSession, *, product: str, currency: str, on: date) -> Rate | None:
    """Return the rate posted for a day; None before the first."""
    return (await rates_on(tx, on=on)).get((product, currency))


async def rates_on(tx: ReadSession, *, on: date) -> Mapping[tuple[str, str], Rate]:
    """Return every rate posted for a day, by product and currency."""
    rows = await tx.scalars(
        select(RateRow)
        .where(RateRow.valid_from <= on)
        .ext(distinct_on(RateRow.product, RateRow.currency))
        .order_by(RateRow.product, RateRow.currency, RateRow.valid_from.desc())
    )
    return {(row.product, row.currency): Rate(row.annual_rate_trillionths) for row in rows}
