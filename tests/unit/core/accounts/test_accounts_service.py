"""Customers' accounts on a real ledger."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from tongbao.core.accounts import service as accounts
from tongbao.core.accounts.domain.numbers import NumberScheme
from tongbao.core.ledger import service as ledger
from tongbao.core.parties import service as parties
from tongbao.infra.db import Database, WriteSession
from tongbao.kernel.clock import business_date
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money, UnknownCurrency
from tongbao.kernel.page import BadCursor

AT = datetime(2025, 11, 21, 8, 0, tzinfo=UTC)


async def an_account(
    tx: WriteSession, *, name: str = "张伟", currency: str = "CNY"
) -> accounts.DepositAccount:
    party = await parties.register_person(tx, name=name, at=AT)
    return await accounts.open_account(tx, party_id=party.id, currency=currency, at=AT)


async def book(
    tx: WriteSession,
    debit: ledger.AccountId,
    credit: ledger.AccountId,
    amount: Money,
    at: datetime = AT,
) -> ledger.PostingResult:
    (result,) = await ledger.post(
        tx,
        [
            ledger.NewTransaction(
                id=ledger.TransactionId(new_id()),
                type="test.transfer",
                postings=(ledger.NewPosting(debit=debit, credit=credit, amount=amount),),
                reference="货款",
            )
        ],
        at=at,
    )
    return result


async def cash(tx: WriteSession, currency: str = "CNY") -> ledger.AccountId:
    account = await ledger.internal_account(
        tx,
        code=f"test.cash.{currency}",
        asset=currency,
        category=ledger.Category.ASSET,
        name="现金",
        at=AT,
    )
    return account.id


async def test_an_account_is_stored_as_it_was_opened(tx: WriteSession) -> None:
    account = await an_account(tx)
    assert accounts.is_account_number(account.number)
    assert account.status is accounts.DepositAccountStatus.OPEN
    assert account.product is accounts.Product.CURRENT
    assert account.currency == "CNY"
    assert await accounts.get(tx, account.id) == account
    assert await accounts.by_number(tx, account.number) == account
    on_ledger = await ledger.account(tx, account.ledger_account_id)
    assert on_ledger.category is ledger.Category.LIABILITY
    assert on_ledger.overdraft == 0
    row = (
        await tx.execute(
            text("SELECT type, payload FROM infra_outbox WHERE subject = :id"),
            {"id": str(account.id)},
        )
    ).one()
    assert row.type == "accounts.account_opened"
    assert row.payload == {
        "account_id": str(account.id),
        "party_id": str(account.party_id),
        "product": "current",
        "currency": "CNY",
    }


async def test_a_new_account_is_empty(tx: WriteSession) -> None:
    account = await an_account(tx, currency="JPY")
    balance = await accounts.balance(tx, account.id)
    assert balance == accounts.AccountBalance(
        account_id=account.id,
        booked=Money.zero("JPY"),
        available=Money.zero("JPY"),
        restrained=Money.zero("JPY"),
    )
    page = await accounts.entries(tx, account)
    assert (page.items, page.next) == ([], None)


async def test_money_in_is_a_credit_and_money_out_a_debit(tx: WriteSession) -> None:
    firm, supplier = await an_account(tx, name="甲公司"), await an_account(tx, name="乙公司")
    deposit = await book(tx, await cash(tx), firm.ledger_account_id, Money.parse("100", "CNY"))
    payment = await book(
        tx, firm.ledger_account_id, supplier.ledger_account_id, Money.parse("30.5", "CNY")
    )
    assert [deposit.status, payment.status] == ["posted", "posted"]
    balance = await accounts.balance(tx, firm.id)
    assert balance.booked == balance.available == Money.parse("69.50", "CNY")
    out, into = (await accounts.entries(tx, firm)).items
    assert (out.direction, out.amount) == ("debit", Money.parse("30.50", "CNY"))
    assert out.balance_after == Money.parse("69.50", "CNY")
    assert out.counterparty == accounts.Counterparty(number=supplier.number, name="乙公司")
    assert (out.type, out.reference) == ("test.transfer", "货款")
    assert (out.booked_at, out.effective_on) == (AT, business_date(AT))
    assert out.transaction_id == payment.transaction_id
    assert (into.direction, into.amount) == ("credit", Money.parse("100.00", "CNY"))
    assert into.counterparty is None  # the bank's own account
    (received,) = (await accounts.entries(tx, supplier)).items
    assert (received.direction, received.balance_after) == ("credit", Money.parse("30.50", "CNY"))
    assert received.counterparty == accounts.Counterparty(number=firm.number, name="甲公司")


async def test_nothing_leaves_an_empty_account(tx: WriteSession) -> None:
    account = await an_account(tx)
    result = await book(tx, account.ledger_account_id, await cash(tx), Money(1, "CNY"))
    assert result.status == "refused"
    assert (await accounts.balance(tx, account.id)).booked == Money.zero("CNY")


async def test_entries_come_in_pages_without_gap_or_repeat(tx: WriteSession) -> None:
    account = await an_account(tx)
    source = await cash(tx)
    for minor in range(1, 6):
        await book(tx, source, account.ledger_account_id, Money(minor, "CNY"))
    seen: list[int] = []
    after = None
    for _ in range(3):
        page = await accounts.entries(tx, account, after=after, limit=2)
        seen += [entry.amount.minor for entry in page.items]
        after = page.next
    assert (seen, after) == ([5, 4, 3, 2, 1], None)
    with pytest.raises(BadCursor):
        await accounts.entries(tx, account, after="nonsense")


async def test_accounts_of_a_party_latest_first(tx: WriteSession) -> None:
    first = await an_account(tx)
    others = [
        await accounts.open_account(tx, party_id=first.party_id, currency=currency, at=AT)
        for currency in ("USD", "CNY")
    ]
    stranger = await an_account(tx)
    page = await accounts.for_party(tx, party_id=first.party_id, limit=2)
    assert page.items == [others[1], others[0]]
    rest = await accounts.for_party(tx, party_id=first.party_id, limit=2, after=page.next)
    assert (rest.items, rest.next) == ([first], None)
    assert (await accounts.list_accounts(tx, limit=1)).items == [stranger]
    assert (await accounts.list_accounts(tx, among=[])).items == []
    with pytest.raises(BadCursor):
        await accounts.list_accounts(tx, after="nonsense")


async def test_unknown_accounts_are_errors(tx: WriteSession) -> None:
    for read in (accounts.get, accounts.balance):
        with pytest.raises(accounts.UnknownAccount):
            await read(tx, new_id())


@pytest.mark.parametrize("number", ["", "1", "\x00" * 19, "9900019999999999994", "x" * 19])
async def test_unknown_numbers_are_errors(tx: WriteSession, number: str) -> None:
    with pytest.raises(accounts.UnknownAccount):
        await accounts.by_number(tx, number)


async def test_no_account_for_an_unknown_party_or_currency(tx: WriteSession) -> None:
    with pytest.raises(parties.UnknownParty):
        await accounts.open_account(tx, party_id=new_id(), currency="CNY", at=AT)
    party = await parties.register_person(tx, name="张伟", at=AT)
    for currency in ("XYZ", "cny", "", "CNY/2"):
        with pytest.raises(UnknownCurrency):
            await accounts.open_account(tx, party_id=party.id, currency=currency, at=AT)


async def test_numbers_opened_at_the_same_time_differ(database: Database) -> None:
    async def one() -> str:
        async with database.write() as tx:
            return (await an_account(tx)).number

    numbers = await asyncio.gather(*(one() for _ in range(8)))
    assert len(set(numbers)) == len(numbers)


async def test_a_number_is_not_given_again_after_a_rollback(database: Database) -> None:
    async with database.write() as tx:
        undone = (await an_account(tx)).number
        await tx.rollback()
    async with database.write() as tx:
        kept = (await an_account(tx)).number
        with pytest.raises(accounts.UnknownAccount):
            await accounts.by_number(tx, undone)
    assert kept > undone


async def test_the_sequence_ends_with_the_last_number_and_cannot_be_set_back(
    tx: WriteSession,
) -> None:
    row = (
        await tx.execute(
            text(
                "SELECT min_value, max_value, cycle FROM pg_sequences"
                " WHERE sequencename = 'accounts_number_serial'"
            )
        )
    ).one()
    assert tuple(row) == (1, NumberScheme().serial_max, False)
    with pytest.raises(ProgrammingError, match="permission denied"):
        await tx.execute(text("SELECT setval('accounts_number_serial', 1)"))
