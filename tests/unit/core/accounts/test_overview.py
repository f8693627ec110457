"""All that somebody holds at a glance: balances, trends, totals and their worth in yuan."""

from datetime import date, timedelta

import httpx2

from tests.unit.core.accounts.test_accounts_service import AT, an_account, book, cash
from tests.unit.core.conftest import Customer
from tongbao.core.accounts import service as accounts
from tongbao.infra.db import WriteSession
from tongbao.kernel.money import Money, Rate
from tongbao.risk.limits import service as limits

DAY = timedelta(days=1)


async def holding(
    tx: WriteSession, *amounts: tuple[str, str]
) -> tuple[accounts.DepositAccount, ...]:
    """Return accounts of one party with these amounts on them."""
    first = await an_account(tx)
    opened = [first]
    for _, currency in amounts[1:]:
        opened.append(
            await accounts.open_account(tx, party_id=first.party_id, currency=currency, at=AT)
        )
    for account, (amount, currency) in zip(opened, amounts, strict=True):
        paid = await book(
            tx,
            await cash(tx, currency),
            account.ledger_account_id,
            Money.parse(amount, currency),
        )
        paid.raise_for_refusal()
    return tuple(opened)


async def test_totals_by_currency_and_their_worth(tx: WriteSession) -> None:
    yuan, _, _ = await holding(tx, ("100.00", "CNY"), ("10.05", "USD"), ("1001", "JPY"))
    for currency, rate in (("USD", "7.1"), ("JPY", "0.045")):
        await limits.set_rate(tx, currency, Rate.parse(rate), until=AT + 2 * DAY, at=AT)
    found = await accounts.overview(tx, among=[yuan.party_id], at=AT)
    assert {each.currency: each.text for each in found.totals} == {
        "CNY": "100.00",
        "USD": "10.05",
        "JPY": "1001",
    }
    # 10.05 x 7.1 = 71.355, 1001 x 0.045 = 45.045: each rounded half up by itself.
    assert found.worth == Money.parse("216.41", "CNY")
    assert {each.currency for each in found.rates} == {"USD", "JPY"}


async def test_without_a_rate_that_holds_there_is_no_worth(tx: WriteSession) -> None:
    yuan, _ = await holding(tx, ("100.00", "CNY"), ("10.000", "KWD"))
    assert (await accounts.overview(tx, among=[yuan.party_id], at=AT)).worth is None
    await limits.set_rate(tx, "KWD", Rate.parse("0.21"), until=AT + DAY, at=AT)
    assert (await accounts.overview(tx, among=[yuan.party_id], at=AT)).worth is not None
    assert (await accounts.overview(tx, among=[yuan.party_id], at=AT + DAY)).worth is None


async def test_a_trend_has_the_balance_of_each_days_end_since_the_opening(
    tx: WriteSession,
) -> None:
    (account,) = await holding(tx, ("100.00", "CNY"))
    (held,) = (await accounts.overview(tx, among=[account.party_id], at=AT + 2 * DAY)).items
    assert held.owner == "张伟"
    assert held.balance.available == Money.parse("100.00", "CNY")
    assert [(day, balance.text) for day, balance in held.trend] == [
        (date(2025, 11, 21), "100.00"),
        (date(2025, 11, 22), "100.00"),
        (date(2025, 11, 23), "100.00"),
    ]
    (later,) = (await accounts.overview(tx, among=[account.party_id], at=AT + 90 * DAY)).items
    assert len(later.trend) == 30
    assert later.trend[-1][0] == date(2026, 2, 19)


async def test_money_booked_later_is_in_no_earlier_day(tx: WriteSession) -> None:
    account = await an_account(tx)
    before = await accounts.overview(tx, among=[account.party_id], at=AT + DAY)
    assert [each.text for _, each in before.items[0].trend] == ["0.00", "0.00"]


async def test_one_sees_ones_own_and_whoever_holds_nothing_sees_nothing(
    client: httpx2.AsyncClient, customer: Customer
) -> None:
    who, other = await customer("张伟"), await customer("王芳")
    made = await client.post(
        "/api/v1/accounts", json={"party_id": str(who.party_id)}, headers=who.headers
    )
    seen = (await client.get("/api/v1/accounts/overview", headers=who.headers)).json()
    assert [each["account"] for each in seen["items"]] == [made.json()]
    assert seen["items"][0]["balance"]["available"] == {"amount": "0.00", "currency": "CNY"}
    assert seen["worth"] == {"amount": "0.00", "currency": "CNY"}
    none = (await client.get("/api/v1/accounts/overview", headers=other.headers)).json()
    assert (none["items"], none["totals"]) == ([], [])
