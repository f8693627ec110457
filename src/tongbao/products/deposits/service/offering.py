"""The catalogue with the rates of a day, and what a deposit of it would pay."""

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from tongbao.core.parties.service import PartyKind
from tongbao.infra.db import ReadSession
from tongbao.kernel.clock import business_date
from tongbao.kernel.money import Money, Rate
from tongbao.lib.interest.days import add_months
from tongbao.products.deposits.domain.deposits import (
    Deposit,
    DepositId,
    DepositState,
    Instalment,
    Notice,
    due_date,
)
from tongbao.products.deposits.domain.errors import UntilNeeded
from tongbao.products.deposits.domain.products import (
    CATALOGUE,
    Kind,
    Product,
    product,
)
from tongbao.products.deposits.domain.settling import Rates, settle
from tongbao.products.deposits.domain.views import Calculation, Offered
from tongbao.products.deposits.service.opening import check_amount, posted_rate
from tongbao.products.deposits.service.rates import rates_on

UNTIL_DAYS_MAX: Final = 3_660
_NOBODY: Final = UUID(int=0)


async def catalogue(tx: ReadSession, *, on: date) -> list[Offered]:
    """Return every product with the rates posted for a day; without one it is not on offer."""
    posted = await rates_on(tx, on=on)
    return [
        Offered(
            each,
            {
                currency: posted[each.code, currency]
                for currency in sorted(each.currencies)
                if (each.code, currency) in posted
            },
        )
        for each in CATALOGUE
    ]


async def calculate(
    tx: ReadSession,
    *,
    code: str,
    amount: Money,
    until: date | None = None,
    holder: PartyKind | None = None,
    at: datetime,
) -> Calculation:
    """Return maturity, interest and total of a deposit opened today, exactly as it would be paid.

    `amount` is that of a month where it is a plan, every instalment paid on its day. `until` is
    the day of withdrawal of a notice deposit, after due notice. `holder` None: of whichever kind.

    Raises `UnknownProduct`, `NotOffered`, `NotForThisHolder`, `AmountOutOfRange`, `UntilNeeded`.
    """
    chosen = product(code)
    holder = holder or next(
        (who for who in PartyKind if (who, amount.currency) in chosen.terms),
        next(iter(chosen.holders)),
    )
    check_amount(chosen, holder, amount)
    start = business_date(at)
    rate = await posted_rate(tx, chosen, amount.currency, start)
    end = _end(chosen, start, until)
    deposit = _imagined(chosen, holder, amount, rate, start=start, end=end, at=at)
    settlement = settle(deposit, deposit.principal, on=end, rates=Rates(None, rate))
    return Calculation(chosen, rate, start, end, settlement)


def _end(chosen: Product, start: date, until: date | None) -> date:
    latest = start + timedelta(days=UNTIL_DAYS_MAX)
    if chosen.kind is not Kind.NOTICE:
        if until is not None:
            raise UntilNeeded(latest=latest.isoformat())
        return add_months(start, chosen.months)
    if until is None or not start < until <= latest:
        raise UntilNeeded(latest=latest.isoformat())
    return until


def _imagined(
    chosen: Product,
    holder: PartyKind,
    amount: Money,
    rate: Rate,
    *,
    start: date,
    end: date,
    at: datetime,
) -> Deposit:
    """Return a deposit to which everything happens as agreed."""
    days = [due_date(start, number) for number in range(chosen.months)]
    plan = chosen.kind is Kind.INSTALMENT
    paid = (
        tuple(Instalment(n, day, day, amount, late=False) for n, day in enumerate(days))
        if plan
        else ()
    )
    given_on = max(start, end - timedelta(days=chosen.notice_days))
    announced = (Notice(_NOBODY, amount, given_on, end),) if chosen.kind is Kind.NOTICE else ()
    return Deposit(
        id=DepositId(_NOBODY),
        number="",
        sequence=1,
        party_id=_NOBODY,
        account_id=_NOBODY,
        agreement_id=_NOBODY,
        ledger_account_id=_NOBODY,
        product=chosen,
        holder=holder,
        state=DepositState.OPEN,
        principal=amount * max(1, len(paid)),
        opening_amount=amount,
        annual_rate=None if chosen.kind is Kind.NOTICE else rate,
        starts_on=start,
        matures_on=None if chosen.kind is Kind.NOTICE else end,
        instruction=chosen.instructions[0],
        opened_at=at,
        instalments=paid,
        notices=announced,
    )
