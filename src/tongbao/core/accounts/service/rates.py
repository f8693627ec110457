"""Rates of demand deposits: versions by date, each with its tiers."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import insert, select

from tongbao.core.accounts.domain.interest import RateNotAhead, RateVersion, check_tiers
from tongbao.core.accounts.domain.products import Product
from tongbao.core.accounts.events import RatesSet
from tongbao.core.accounts.models import InterestProgressRow, RateRow
from tongbao.infra import outbox
from tongbao.infra.db import ReadSession, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money, Rate
from tongbao.lib.interest.accrual import Tariff, Tier, TierMode, Tiers
from tongbao.lib.interest.days import DayCount


async def set_rate(
    tx: WriteSession,
    *,
    product: Product,
    currency: str,
    tiers: Tiers,
    valid_from: date,
    set_by: UUID,
    at: datetime,
    day_count: DayCount = DayCount.ACT_360,
) -> None:
    """Let a product in a currency earn by `tiers` from a day on, until the next version's day.

    Of two versions for one day the later one set holds; nothing is overwritten.

    Raises:
        RateNotAhead: the day has earned its interest already.
        TiersRefused: a rate below nothing or above all, too many tiers, or months of 30 days.
        money.UnknownCurrency: there is no such currency.
    """
    Money.zero(currency)
    check_tiers(tiers, day_count)
    progress = await tx.scalar(select(InterestProgressRow).with_for_update(read=True))
    if progress and progress.last_day and valid_from <= progress.last_day:
        raise RateNotAhead(last_day=progress.last_day.isoformat())
    await tx.execute(
        insert(RateRow).values(
            id=new_id(),
            product=product.value,
            currency=currency,
            valid_from=valid_from,
            mode=tiers.mode.value,
            day_count=day_count.value,
            from_minor=[each.from_minor for each in tiers.tiers],
            annual_rate=[each.annual_rate.trillionths for each in tiers.tiers],
            set_by=set_by,
            set_at=at,
        )
    )
    changed = RatesSet(
        product=product.value, currency=currency, valid_from=valid_from, set_by=set_by
    )
    await outbox.append(tx, [changed], at=at)


async def tariff(tx: ReadSession, *, product: Product, currency: str) -> Tariff | None:
    """Return the rates of a product by date; None: it never earned and is not going to.

    Before the first version nothing is earned.
    """
    versions = {
        each.valid_from: each.tiers
        for each in await rate_versions(tx, product=product, currency=currency)
    }
    if not versions:
        return None
    nothing = (date.min, Tiers.flat(Rate.zero()))
    return Tariff((nothing, *sorted(versions.items(), key=lambda version: version[0])))


async def rate_versions(
    tx: ReadSession, *, product: Product | None = None, currency: str | None = None
) -> list[RateVersion]:
    """Return the versions, by product, currency and date; of two for one day the one that holds."""
    query = select(RateRow).order_by(
        RateRow.product, RateRow.currency, RateRow.valid_from, RateRow.id
    )
    if product is not None:
        query = query.where(RateRow.product == product.value)
    if currency is not None:
        query = query.where(RateRow.currency == currency)
    holding = {(row.product, row.currency, row.valid_from): row for row in await tx.scalars(query)}
    return [_version(row) for row in holding.values()]


def _version(row: RateRow) -> RateVersion:
    return RateVersion(
        product=row.product,
        currency=row.currency,
        valid_from=row.valid_from,
        tiers=Tiers(
            tuple(
                Tier(start, Rate(rate))
                for start, rate in zip(row.from_minor, row.annual_rate, strict=True)
            ),
            TierMode(row.mode),
        ),
        day_count=DayCount(row.day_count),
        set_by=row.set_by,
        set_at=row.set_at,
    )
