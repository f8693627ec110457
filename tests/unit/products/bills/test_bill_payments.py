"""Paid bills on a real database: told once, asked until known, sent back when refused."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from tests.support.bills import (
    NUMBER,
    MemoryBillers,
    cny,
    connected,
    new_biller,
    new_company,
    new_household,
)
from tests.unit.core.conftest import AT
from tests.unit.core.payments.conftest import new_holder
from tongbao.core.accounts import service as accounts
from tongbao.core.identity.service import StepUpRequired
from tongbao.core.ledger import service as ledger
from tongbao.core.payments import service as payments
from tongbao.core.payments.domain.fees import FeeBand
from tongbao.infra.db import Database, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money, Rate
from tongbao.kernel.text import Text
from tongbao.products.bills import service
from tongbao.products.bills.domain import payments as rules
from tongbao.products.bills.domain.billers import (
    AccountNotFit,
    BillerNotPayable,
    NumberMalformed,
    UnknownBiller,
)
from tongbao.products.bills.models import BillPaymentRow, QueryRow
from tongbao.products.bills.service.asking import carry_out
from tongbao.products.bills.service.driving import prepare

HOUR = timedelta(hours=1)


async def path(database: Database, paid: UUID) -> list[str]:
    async with database.read() as tx:
        return [arrow.after.value for arrow in await service.arrows(tx, paid)]


async def events(database: Database, paid: UUID) -> list[str]:
    async with database.read() as tx:
        found = await tx.execute(
            text("SELECT type FROM infra_outbox WHERE subject = :id ORDER BY seq").bindparams(
                id=str(paid)
            )
        )
        return [row[0] for row in found]


async def test_a_bill_is_paid_told_and_confirmed(database: Database) -> None:
    house = await new_household(database)
    paid = await house.pay(database, house.gateway.owe("128.40"))
    assert (paid.state, paid.shown) == (rules.BillState.PAID, "*******018")
    assert await house.money(database) == (cny("871.60"), cny("128.40"))
    await house.step(database, paid.id)
    stands = await house.state(database, paid.id)
    assert stands.state is rules.BillState.CONFIRMED
    assert stands.receipt_number == "R00000001"
    assert house.gateway.tellings == [paid.id]
    assert await path(database, paid.id) == ["paid", "telling", "confirmed"]
    assert await events(database, paid.id) == ["bills.bill_confirmed"]
    async with database.read() as tx:
        order = await payments.get(tx, paid.payment_id)
    assert order.remittance == "某供电公司 2025-11"


async def test_silence_is_unknown_and_asked_about_never_told_as_another(
    database: Database,
) -> None:
    house = await new_household(database)
    house.gateway.plans.append("taken_silently")
    paid = await house.pay(database, house.gateway.owe("10.00"))
    await house.step(database, paid.id)
    assert (await house.state(database, paid.id)).state is rules.BillState.UNKNOWN
    house.gateway.deaf = True
    await house.step(database, paid.id)
    assert (await house.state(database, paid.id)).state is rules.BillState.UNKNOWN
    house.gateway.deaf = False
    await house.step(database, paid.id)
    assert (await house.state(database, paid.id)).state is rules.BillState.CONFIRMED
    assert house.gateway.tellings == [paid.id]


async def test_what_never_came_is_told_again_but_not_before_it_cannot_be_on_its_way(
    database: Database,
) -> None:
    house = await new_household(database)
    house.gateway.plans.append("dropped")
    paid = await house.pay(database, house.gateway.owe("10.00"))
    await house.step(database, paid.id)
    house.clock.on(seconds=89)
    await house.step(database, paid.id)
    assert (await house.state(database, paid.id)).state is rules.BillState.UNKNOWN
    house.clock.on(seconds=1)
    await house.step(database, paid.id)
    assert (await house.state(database, paid.id)).state is rules.BillState.PAID
    await house.step(database, paid.id)
    assert await path(database, paid.id) == [
        "paid", "telling", "unknown", "paid", "telling", "confirmed",
    ]  # fmt: skip
    assert house.gateway.tellings == [paid.id] * 2
    assert list(house.gateway.taken()) == [paid.id]


async def test_a_biller_that_is_not_reached_is_told_later(database: Database) -> None:
    house = await new_household(database)
    house.gateway.plans.extend(["not_sent", "not_sent"])
    paid = await house.pay(database, house.gateway.owe("10.00"))
    for _ in range(3):
        await house.step(database, paid.id)
    assert (await house.state(database, paid.id)).state is rules.BillState.CONFIRMED
    assert house.gateway.tellings == [paid.id]


async def test_what_the_biller_refuses_goes_back_with_the_reason(database: Database) -> None:
    house = await new_household(database)
    owed = house.gateway.owe("10.00")
    paid = await house.pay(database, owed)
    assert house.gateway.pay_elsewhere(owed.reference)
    await house.step(database, paid.id)
    refused = await house.state(database, paid.id)
    assert (refused.state, refused.reason_code) == (
        rules.BillState.REFUSED,
        "billers.already_paid",
    )
    await house.step(database, paid.id)
    gone = await house.state(database, paid.id)
    assert gone.state is rules.BillState.REFUNDED
    assert await house.money(database) == (cny("1000.00"), cny("0.00"))
    async with database.read() as tx:
        assert gone.refund_id is not None
        refund = await payments.get(tx, gone.refund_id)
    assert (refund.original_id, refund.remittance) == (paid.payment_id, "账单已由他处缴清")
    assert await events(database, paid.id) == ["bills.bill_refunded"]


async def test_a_biller_without_money_owes_the_refund_until_it_has_some(
    database: Database,
) -> None:
    house = await new_household(database)
    owed = house.gateway.owe("10.00")
    paid = await house.pay(database, owed)
    house.gateway.pay_elsewhere(owed.reference)
    await house.step(database, paid.id)
    async with database.write() as tx:
        await tx.execute(
            text("UPDATE accounts_account SET status = 'closed' WHERE id = :id").bindparams(
                id=house.biller_account.id
            )
        )
    await house.step(database, paid.id)
    assert (await house.state(database, paid.id)).state is rules.BillState.REFUSED
    async with database.read() as tx:
        stuck = await service.list_stuck(tx, at=house.clock() + HOUR)
        assert paid.id in {each.id for each in stuck.items}
        assert not (await service.list_stuck(tx, at=house.clock())).items
    async with database.write() as tx:
        await tx.execute(
            text("UPDATE accounts_account SET status = 'open' WHERE id = :id").bindparams(
                id=house.biller_account.id
            )
        )
    await house.step(database, paid.id)
    assert (await house.state(database, paid.id)).state is rules.BillState.REFUNDED


async def test_a_worker_that_died_is_followed_by_one_that_asks(database: Database) -> None:
    house = await new_household(database)
    paid = await house.pay(database, house.gateway.owe("10.00"))
    async with database.write() as tx:
        noted = await prepare(tx, paid.id, at=house.clock())
    assert noted is not None
    await house.gateway.tell(paid.id, reference=paid.reference, amount=paid.amount)
    house.clock.on(seconds=61)
    await house.step(database, paid.id)
    assert await path(database, paid.id) == ["paid", "telling", "unknown", "confirmed"]
    assert house.gateway.tellings == [paid.id]


async def test_the_worker_takes_what_is_due_and_nothing_else(database: Database) -> None:
    house = await new_household(database)
    house.gateway.plans.append("taken_silently")
    first = await house.pay(database, house.gateway.owe("10.00"))
    async with database.write() as tx:  # others' bills are not this test's
        await tx.execute(
            update(BillPaymentRow)
            .where(BillPaymentRow.id != first.id, BillPaymentRow.due_at.is_not(None))
            .values(due_at=AT + timedelta(days=3_650))
        )
    with connected(house.gateway):
        assert await service.drive(database, clock=house.clock) == 1
        assert await service.drive(database, clock=house.clock) == 0
        house.clock.on(seconds=2)
        assert await service.drive(database, clock=house.clock) == 1
    assert (await house.state(database, first.id)).state is rules.BillState.CONFIRMED
    assert await service.drive(database, clock=house.clock) == 0  # nobody is connected


async def test_a_bill_is_paid_once_by_whoever(database: Database) -> None:
    house = await new_household(database)
    owed = house.gateway.owe("10.00")
    paid = await house.pay(database, owed)
    with pytest.raises(rules.BillPaid):
        await house.pay(database, owed)
    house.gateway.pay_elsewhere(owed.reference)
    await house.step(database, paid.id)
    await house.step(database, paid.id)
    assert (await house.state(database, paid.id)).state is rules.BillState.REFUNDED
    again = await house.pay(database, owed)  # the money went back: it may be tried again
    assert again.id != paid.id


async def test_a_rejected_payment_moves_nothing_and_tells_nobody(database: Database) -> None:
    house = await new_household(database, money="5.00")
    owed = house.gateway.owe("10.00")
    async with database.write() as tx:
        paying = await service.pay(
            tx,
            bill_id=await house.told(tx, owed),
            debtor_account_id=house.holder.account.id,
            initiated_by=house.holder.actor,
            at=AT,
        )
    assert paying.bill is None
    assert paying.transfer.reason is not None
    assert paying.transfer.reason.code == "ledger.insufficient_funds"
    assert await house.money(database) == (cny("5.00"), cny("0.00"))


async def test_a_bill_is_its_own_partys_and_good_for_a_day(database: Database) -> None:
    house, stranger = await new_household(database), await new_household(database)
    owed = house.gateway.owe("10.00")
    async with database.write() as tx:
        bill = await house.told(tx, owed)

    async def pay(**facts: object) -> None:
        given = {
            "bill_id": bill,
            "debtor_account_id": house.holder.account.id,
            "initiated_by": house.holder.actor,
            "at": AT,
            **facts,
        }
        async with database.write() as tx:
            await service.pay(tx, **given)  # type: ignore[arg-type]

    with pytest.raises(rules.UnknownBill):
        await pay(initiated_by=stranger.holder.actor)
    with pytest.raises(accounts.UnknownAccount):
        await pay(debtor_account_id=stranger.holder.account.id)
    with pytest.raises(rules.UnknownBill):
        await pay(bill_id=new_id())
    with pytest.raises(UnknownBiller):  # the last household's biller is the only one listed
        await pay()
    async with database.write() as tx:
        await service.take_over(tx, [house.gateway.biller], at=AT)
    with pytest.raises(rules.BillOutdated):
        await pay(at=AT + timedelta(days=1))
    await pay()


async def test_a_biller_not_confirmed_before_asks_for_a_step_up(database: Database) -> None:
    house = await new_household(database)
    async with database.write() as tx:
        holder = await new_holder(tx, "新住户", money="100.00")
        house.holder = holder
    with pytest.raises(StepUpRequired):
        await house.pay(database, house.gateway.owe("10.00"))


async def test_a_biller_is_paid_on_an_open_account_of_an_organisation(database: Database) -> None:
    biller = new_biller()
    async with database.write() as tx:
        await service.take_over(tx, [biller], at=AT)
        person = await new_holder(tx, "个人")
        company = await new_company(tx)
        for number in (person.account.number, "9900010000000000000"):
            with pytest.raises(AccountNotFit):
                await service.check_account(tx, code=biller.code, account_number=number)
        with pytest.raises(UnknownBiller):
            await service.check_account(tx, code="nobody", account_number=company.number)
        found = await service.check_account(tx, code=biller.code, account_number=company.number)
        assert found == company.id
        with pytest.raises(BillerNotPayable):
            await service.payee(tx, await service.biller(tx, biller.code))


async def test_a_query_is_asked_once_and_its_number_is_sealed(database: Database) -> None:
    house = await new_household(database)
    house.gateway.owe("10.00")
    with connected(house.gateway):
        async with database.write() as tx:
            asked = await service.ask(
                tx,
                party_id=house.party_id,
                biller=house.gateway.biller.code,
                number="330-100 0018",
                asked_by=house.holder.actor,
                at=AT,
            )
            row = await tx.get_one(QueryRow, asked.id)
            assert NUMBER.encode() not in row.number_sealed
        assert (asked.shown, asked.state) == ("*******018", rules.QueryState.ASKING)
        first = await carry_out(database, asked.id, at=AT)
        again = await carry_out(database, asked.id, at=AT)
    assert first == again
    assert house.gateway.asked == 1
    assert first.customer_name == "李*明"
    assert [bill.amount for bill in first.bills] == [cny("10.00")]


@pytest.mark.parametrize(
    ("number", "deaf", "reason"),
    [("3301000019", False, "bills.unknown_customer"), (NUMBER, True, "bills.biller_unavailable")],
)
async def test_a_query_that_fails_says_why(
    database: Database, number: str, reason: str, *, deaf: bool
) -> None:
    house = await new_household(database)
    house.gateway.deaf = deaf
    with connected(house.gateway):
        async with database.write() as tx:
            asked = await service.ask(
                tx,
                party_id=house.party_id,
                biller=house.gateway.biller.code,
                number=number,
                asked_by=house.holder.actor,
                at=AT,
            )
        found = await carry_out(database, asked.id, at=AT)
    assert (found.state, found.reason_code) == (rules.QueryState.FAILED, reason)


async def test_numbers_are_nobodys_to_try_out(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = await new_household(database)
    monkeypatch.setattr("tongbao.products.bills.service.asking.QUERIES_A_DAY_MAX", 2)

    async def ask(number: str = NUMBER, at: timedelta = timedelta()) -> None:
        async with database.write() as tx:
            await service.ask(
                tx,
                party_id=house.party_id,
                biller=house.gateway.biller.code,
                number=number,
                asked_by=house.holder.actor,
                at=AT + at,
            )

    with pytest.raises(NumberMalformed):
        await ask("330100001")
    await ask()
    await ask(at=HOUR)
    with pytest.raises(rules.TooManyQueries):
        await ask(at=2 * HOUR)
    await ask(at=24 * HOUR)


async def test_a_directory_that_shrinks_lists_less_and_keeps_where_billers_are_paid(
    database: Database,
) -> None:
    house = await new_household(database)
    code = house.gateway.biller.code
    other = MemoryBillers(new_biller(region="110000"))
    with connected(other):
        assert await service.refresh_directory(database, at=AT) == 1
    async with database.read() as tx:
        with pytest.raises(UnknownBiller):
            await service.biller(tx, code)
        assert [each.code for each in await service.list_billers(tx)] == [other.biller.code]
        assert not await service.list_billers(tx, region="330100")
        assert await service.list_billers(tx, region="110105")
        kept = {each.code: each for each in await service.every_biller(tx)}[code]
    assert (kept.listed, kept.account_id) == (False, house.biller_account.id)
    with connected(house.gateway):
        await service.refresh_directory(database, at=AT)
    async with database.read() as tx:
        assert (await service.biller(tx, code)).account_id == house.biller_account.id


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE bills_payment SET state = 'confirmed', receipt_number = 'R', due_at = NULL",
         "no arrow"),
        ("UPDATE bills_payment SET state = 'telling'", "without an arrow"),
        ("UPDATE bills_payment SET amount_minor = 1", "stays as it was given"),
        ("DELETE FROM bills_payment", "permission denied"),
        ("UPDATE bills_transition SET why = 'x'", "permission denied"),
    ],
)  # fmt: skip
async def test_the_database_keeps_paid_bills_to_their_arrows(
    database: Database, statement: str, said: str
) -> None:
    house = await new_household(database)
    paid = await house.pay(database, house.gateway.owe("10.00"))
    column = "bill_payment_id" if "transition" in statement else "id"
    with pytest.raises((DBAPIError, IntegrityError), match=said):
        async with database.write() as tx:
            await tx.execute(text(f"{statement} WHERE {column} = '{paid.id}'"))


async def charged(tx: WriteSession) -> tuple[Money, Money]:
    """Return what the bank has earned by fees, and the tax it owes for them."""
    found = []
    for code, category in (
        ("payments.fees.CNY", ledger.Category.INCOME),
        ("payments.vat.CNY", ledger.Category.LIABILITY),
    ):
        account = await ledger.internal_account(
            tx, code=code, asset="CNY", category=category, name="-", at=AT
        )
        found.append(Money((await ledger.balance(tx, account.id)).posted, "CNY"))
    return found[0], found[1]


async def charge(database: Database, since: datetime) -> None:
    """Have transfers cost 2.12, of which 0.12 is tax."""
    rule = payments.FeeRule(
        kind=payments.FeeKind.BOOK_TRANSFER,
        currency="CNY",
        channel=None,
        party_kind=None,
        title=Text(zh="转账手续费", en="Transfer fee"),
        bands=(FeeBand(cny("0.00"), cny("2.12"), Rate.zero()),),
    )
    async with database.write() as tx:
        await payments.set_fee(tx, rule, set_by=new_id(), at=since)


async def set_status(database: Database, account_id: UUID, status: str) -> None:
    async with database.write() as tx:
        await tx.execute(
            text("UPDATE accounts_account SET status = :status WHERE id = :id").bindparams(
                id=account_id, status=status
            )
        )


async def test_a_bill_that_was_not_paid_costs_nothing(own_database: Database) -> None:
    database = own_database
    await charge(database, AT)
    house = await new_household(database)
    owed = [house.gateway.owe("10.00"), house.gateway.owe("20.00")]
    paid = [await house.pay(database, each) for each in owed]
    assert await house.money(database) == (cny("965.76"), cny("30.00"))
    assert house.gateway.pay_elsewhere(owed[0].reference)
    await house.step(database, paid[0].id)
    await set_status(database, house.biller_account.id, "closed")
    await house.step(database, paid[0].id)  # it cannot give the money back: nor goes the fee
    assert await house.money(database) == (cny("965.76"), cny("30.00"))
    await set_status(database, house.biller_account.id, "open")
    for each in paid:
        await house.step(database, each.id)
    states = [(await house.state(database, each.id)).state for each in paid]
    assert states == [rules.BillState.REFUNDED, rules.BillState.CONFIRMED]
    async with database.write() as tx:
        for _ in range(2):  # asked again, it goes back no second time
            given = await payments.give_fee_back(tx, paid[0].payment_id, at=house.clock())
            assert given == cny("2.12")
        earned = await charged(tx)
        page = await accounts.entries(tx, house.holder.account, limit=2)
    assert earned == (cny("2.00"), cny("0.12"))  # of the other one
    assert await house.money(database) == (cny("977.88"), cny("20.00"))
    assert {(each.type, each.direction, each.amount.text) for each in page.items} == {
        ("payments.fee_refund", "credit", "2.00"), ("payments.fee_refund", "credit", "0.12"),
    }  # fmt: skip
    assert accounts.entry_words("payments.fee_refund", "credit").zh == "手续费退回"


async def test_what_was_free_has_no_fee_to_give_back(database: Database) -> None:
    house = await new_household(database)
    paid = await house.pay(database, house.gateway.owe("10.00"))
    async with database.write() as tx:
        given = await payments.give_fee_back(tx, paid.payment_id, at=house.clock())
    assert given == cny("0.00")
    assert await house.money(database) == (cny("990.00"), cny("10.00"))
