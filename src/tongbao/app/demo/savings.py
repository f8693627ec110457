"""The demo's interest: the rates a bank posts, and a time deposit of the supplier's."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from tongbao.app.demo.journey import Customer
from tongbao.core.accounts import service as accounts
from tongbao.infra.db import WriteSession
from tongbao.kernel.clock import business_date
from tongbao.kernel.money import Money, Rate
from tongbao.lib.interest.accrual import Tiers
from tongbao.products.deposits import service as deposits

# About what large banks in China post; made up where they differ.
DEMAND: Final[Mapping[str, str]] = {"CNY": "0.05", "USD": "0.10", "HKD": "0.05"}
TERM: Final[Mapping[str, str]] = {
    "time_3m": "0.65",
    "time_6m": "0.85",
    "time_1y": "0.95",
    "time_2y": "1.05",
    "time_3y": "1.25",
    "time_5y": "1.30",
    "instalment_1y": "0.65",
    "instalment_3y": "0.85",
    "instalment_5y": "0.85",
    "notice_1d": "0.10",
    "notice_7d": "0.30",
}
FOREIGN: Final[Mapping[str, str]] = {"USD": "2.80", "EUR": "0.50", "HKD": "2.00"}
SAVED: Final = Money.parse("20000.00", "CNY")


async def post_rates(tx: WriteSession, *, set_by: UUID, at: datetime) -> None:
    """Post the rates of the day, once: of demand deposits and of every product with a term."""
    today = business_date(at)
    if not await accounts.rate_versions(tx):
        for product in (accounts.Product.CURRENT, accounts.Product.SAVINGS):
            for currency, percent in DEMAND.items():
                await accounts.set_rate(
                    tx,
                    product=product,
                    currency=currency,
                    tiers=Tiers.flat(Rate.percent(percent)),
                    valid_from=today,
                    set_by=set_by,
                    at=at,
                )
    for each in deposits.CATALOGUE:
        for currency in sorted(each.currencies):
            if await deposits.rate_on(tx, product=each.code, currency=currency, on=today) is None:
                await deposits.set_rate(
                    tx,
                    product=each,
                    currency=currency,
                    annual_rate=Rate.percent(FOREIGN.get(currency, TERM[each.code])),
                    valid_from=today,
                    set_by=set_by,
                    at=at,
                )


async def put_aside(tx: WriteSession, *, saver: Customer, at: datetime) -> None:
    """Open a time deposit of a year, once, that goes on when it matures."""
    held = await deposits.list_deposits(tx, among=[saver.party.id], limit=1)
    if held.items:
        return
    await deposits.open_deposit(
        tx,
        wanted=deposits.NewDeposit(
            product="time_1y",
            account_id=saver.account.id,
            amount=SAVED,
            instruction=deposits.Instruction.RENEW_PRINCIPAL,
        ),
        opened_by=saver.actor,
        without_step_up=True,
        at=at,
    )
