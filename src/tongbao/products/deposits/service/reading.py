"""Reading deposits, what they will pay, what they have paid, and what a certificate says."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from tongbao.core.parties import service as parties
from tongbao.infra.db import ReadSession
from tongbao.kernel.clock import business_date
from tongbao.kernel.money import Money
from tongbao.kernel.page import PAGE_LIMIT_DEFAULT, Page, decode_cursor, encode_cursor
from tongbao.products.deposits.domain.deposits import Deposit
from tongbao.products.deposits.domain.errors import UnknownDeposit
from tongbao.products.deposits.domain.settling import accrued, settle
from tongbao.products.deposits.domain.views import Certificate, Payout, Standing
from tongbao.products.deposits.models import DepositRow, PayoutRow
from tongbao.products.deposits.service.rates import rate_on
from tongbao.products.deposits.service.rows import deposit_of, deposits_of
from tongbao.products.deposits.service.withdrawing import day_rates, quote

PAYOUTS_SHOWN_MAX = 100


async def get(
    tx: ReadSession, deposit_id: UUID, *, visible_to: Collection[UUID] | None = None
) -> Deposit:
    """Return one deposit; only one of the parties `visible_to` unless it is None.

    Raises `UnknownDeposit`.
    """
    row = await tx.scalar(
        select(DepositRow)
        .where(DepositRow.id == deposit_id)
        .execution_options(populate_existing=True)
    )
    if row is None or (visible_to is not None and row.party_id not in visible_to):
        raise UnknownDeposit
    return await deposit_of(tx, row)


async def list_deposits(
    tx: ReadSession,
    *,
    among: Collection[UUID] | None = None,
    after: str | None = None,
    limit: int = PAGE_LIMIT_DEFAULT,
) -> Page[Deposit]:
    """Return deposits, newest first; only of the parties `among` unless it is None.

    Raises `kernel.page.BadCursor`.
    """
    query = select(DepositRow).order_by(DepositRow.id.desc()).limit(limit + 1)
    if among is not None:
        query = query.where(DepositRow.party_id.in_(list(among)))
    if after is not None:
        query = query.where(DepositRow.id < decode_cursor(after, UUID)[0])
    rows = (await tx.scalars(query.execution_options(populate_existing=True))).all()
    return Page[Deposit].of(
        await deposits_of(tx, rows), limit=limit, cursor=lambda last: encode_cursor(last.id)
    )


async def standing(tx: ReadSession, deposit: Deposit, *, at: datetime) -> Standing:
    """Return what a deposit has earned, would pay today, and will pay at maturity."""
    payouts = await _payouts(tx, deposit)
    if not deposit.state.holds_money:
        return Standing(deposit, payouts, None, None, None)
    on = business_date(at)
    rates = await day_rates(tx, deposit, on=on)
    at_maturity = None
    if deposit.matures_on is not None:
        # With what has been paid in so far: nobody knows of the instalments to come.
        day = max(on, deposit.matures_on)
        at_maturity = settle(deposit, deposit.principal, on=day, rates=rates)
    return Standing(
        deposit,
        payouts,
        await _earned(tx, deposit, on=on),
        await quote(tx, deposit, on=on),
        at_maturity,
    )


async def certificate(tx: ReadSession, deposit_id: UUID, *, at: datetime) -> Certificate:
    """Return what a certificate says of a deposit. Raises `UnknownDeposit`."""
    deposit = await get(tx, deposit_id)
    on = business_date(at)
    nothing = Money.zero(deposit.currency)
    earned = await _earned(tx, deposit, on=on) if deposit.state.holds_money else nothing
    return Certificate(
        holder_name=(await parties.get(tx, deposit.party_id)).name,
        deposit=deposit,
        principal=deposit.principal,
        earned=earned,
        as_of=on,
    )


async def _earned(tx: ReadSession, deposit: Deposit, *, on: date) -> Money:
    rate = await rate_on(tx, product=deposit.product.code, currency=deposit.currency, on=on)
    yesterday = date.fromordinal(on.toordinal() - 1)
    return Money(accrued(deposit, through=yesterday, notice_rate=rate), deposit.currency)


async def _payouts(tx: ReadSession, deposit: Deposit) -> list[Payout]:
    rows = await tx.scalars(
        select(PayoutRow)
        .where(PayoutRow.deposit_id == deposit.id)
        .order_by(PayoutRow.id)
        .limit(PAYOUTS_SHOWN_MAX)
    )
    return [
        Payout(
            id=row.id,
            reason=row.reason,
            paid_on=row.paid_on,
            principal=Money(row.principal_minor, deposit.currency),
            interest=Money(row.interest_minor, deposit.currency),
            lines=row.lines,
            transaction_id=row.transaction_id,
        )
        for row in rows
    ]
