"""Restraints by order: held in the ledger, ranked, expiring, deducted."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.support.restrained import (
    AT,
    DAY,
    OTHER,
    STAFF,
    cny,
    deduction,
    move,
    new_account,
    restrain,
)
from tongbao.core.accounts import service as accounts
from tongbao.core.accounts.domain.errors import (
    NotDeductible,
    OrderMalformed,
    RestraintEnded,
    TooManyRestraints,
    UnknownRestraint,
)
from tongbao.core.accounts.domain.restraints import STANDING_MAX
from tongbao.core.accounts.service import Authority, DepositAccountStatus, Order, Side, Stop
from tongbao.core.ledger import service as ledger
from tongbao.infra.db import WriteSession
from tongbao.kernel.ids import new_id

LATER = AT + 31 * DAY
ORDER = Order(
    stop=Stop.AMOUNT,
    authority=Authority.COURT,
    ordered_by="杭州市西湖区人民法院",
    document_number="(2025)浙0106执1234号",
    reason="执行案件",
    from_at=AT,
    until_at=AT + DAY,
    amount=cny("1.00"),
)


async def available(tx: WriteSession, account: accounts.DepositAccount) -> str:
    return (await accounts.balance(tx, account.id, at=AT)).available.text


async def status(tx: WriteSession, account: accounts.DepositAccount) -> tuple[str, str, int]:
    row = await tx.execute(
        text(
            "SELECT a.status, l.status AS on_ledger, l.withheld FROM accounts_account a"
            " JOIN ledger_account l ON l.uid = a.ledger_account_id WHERE a.id = :id"
        ),
        {"id": account.id},
    )
    found = row.one()
    return found.status, found.on_ledger, found.withheld


async def test_a_part_freeze_keeps_the_amount_and_catches_what_comes(tx: WriteSession) -> None:
    account = await new_account(tx, "30.00")
    await restrain(tx, account, amount="100.00")
    assert await available(tx, account) == "0.00"
    balance = await accounts.balance(tx, account.id, at=AT)
    assert (balance.booked, balance.restrained) == (cny("30.00"), cny("30.00"))
    assert (await move(tx, account, "50.00")).status == "posted"  # caught whole
    assert (await move(tx, account, "0.01", out=True)).status == "refused"
    assert (await move(tx, account, "60.00")).status == "posted"
    assert await available(tx, account) == "40.00"
    refused = await move(tx, account, "40.01", out=True)
    assert refused.error is not None
    assert (refused.error.code, refused.error.facts["available"]) == (
        "ledger.insufficient_funds",
        "40.00",
    )
    assert (await move(tx, account, "40.00", out=True)).status == "posted"
    assert await status(tx, account) == ("open", "part_frozen", 10_000)


async def test_a_batch_is_judged_item_by_item_above_what_is_withheld(tx: WriteSession) -> None:
    account = await new_account(tx, "100.00")
    await restrain(tx, account, amount="70.00")
    other = await new_account(tx)

    def pay(amount: str, *, back: bool = False) -> ledger.NewTransaction:
        sides = account.ledger_account_id, other.ledger_account_id
        debit, credit = reversed(sides) if back else sides
        posting = ledger.NewPosting(debit=debit, credit=credit, amount=cny(amount))
        return ledger.NewTransaction(
            id=ledger.TransactionId(new_id()), type="test.batch", postings=(posting,)
        )

    batch = [pay("30.01"), pay("30.00"), pay("0.01"), pay("10.00", back=True), pay("10.00")]
    results = await ledger.post(tx, batch, at=AT)
    assert [each.status for each in results] == [
        "refused",
        "posted",
        "refused",
        "posted",
        "posted",
    ]
    assert await available(tx, account) == "0.00"


async def test_what_was_promised_before_is_kept(tx: WriteSession) -> None:
    account = await new_account(tx, "100.00")
    held = await move(tx, account, "40.00", out=True, kind=ledger.TransactionKind.PENDING)
    await restrain(tx, account, amount="100.00")
    captured = await ledger.capture(
        tx, transaction_id=ledger.TransactionId(new_id()), pending_id=held.transaction_id
    )
    (result,) = await ledger.post(tx, [captured], at=AT)
    assert result.status == "posted"
    balance = await accounts.balance(tx, account.id, at=AT)
    assert (balance.booked, balance.available) == (cny("60.00"), cny("0.00"))


async def test_orders_rank_as_they_came_and_rise(tx: WriteSession) -> None:
    account = await new_account(tx, "120.00")
    first = await restrain(tx, account, amount="100.00")
    await restrain(tx, account, amount="50.00", authority=Authority.POLICE)

    async def holds() -> list[str]:
        found = await accounts.restraints(tx, account.id, at=AT)
        return [each.holds.text for each in found if each.holds is not None]

    assert await holds() == ["100.00", "20.00"]
    await accounts.release(
        tx,
        account_id=account.id,
        restraint_id=first.id,
        document_number="(2025)浙0106执1234号之二",
        reason="解除",
        released_by=STAFF,
        approved_by=OTHER,
        at=AT,
    )
    assert await holds() == ["50.00"]
    assert await available(tx, account) == "70.00"


@pytest.mark.parametrize(
    ("stop", "pays", "receives", "on_ledger", "own"),
    [
        (Stop.DEBIT, False, True, "debit_frozen", "open"),
        (Stop.CREDIT, True, False, "credit_frozen", "open"),
        (Stop.ALL, False, False, "frozen", "frozen"),
    ],
)
async def test_each_stop_and_its_end_by_itself(
    tx: WriteSession, stop: Stop, *, pays: bool, receives: bool, on_ledger: str, own: str
) -> None:
    account = await new_account(tx, "10.00")
    await restrain(tx, account, stop)
    assert await status(tx, account) == (own, on_ledger, 0)
    assert (await move(tx, account, "1.00", out=True)).status == ("posted" if pays else "refused")
    assert (await move(tx, account, "1.00")).status == ("posted" if receives else "refused")
    sides = [(account.id, Side.PAYS), (account.id, Side.RECEIVES)]
    stopped = await accounts.stops(tx, sides, at=AT)
    assert [each is None for each in stopped] == [pays, receives]
    # At the very instant it ends, whoever pays finds it ended, and the ledger follows.
    ends = AT + 30 * DAY
    before = await accounts.stops(tx, sides, at=ends - timedelta(microseconds=1))
    assert [each is None for each in before] == [pays, receives]
    assert await accounts.stops(tx, sides, at=ends) == [None, None]
    assert await status(tx, account) == ("open", "active", 0)


async def test_the_job_follows_what_begins_and_what_ends(tx: WriteSession) -> None:
    account = await new_account(tx, "10.00")
    await restrain(tx, account, Stop.ALL, begins=2 * DAY, lasts=DAY)
    assert await status(tx, account) == ("open", "active", 0)
    assert await accounts.catch_up(tx, at=AT + DAY) == 0
    assert await accounts.catch_up(tx, at=AT + 2 * DAY) == 1
    assert await status(tx, account) == ("frozen", "frozen", 0)
    assert await accounts.catch_up(tx, at=AT + 2 * DAY) == 0
    assert await accounts.catch_up(tx, at=AT + 3 * DAY) == 1
    assert await status(tx, account) == ("open", "active", 0)
    steps = await tx.scalars(
        text(
            "SELECT s.step FROM accounts_restraint_step s JOIN accounts_restraint r"
            " ON r.id = s.restraint_id WHERE r.account_id = :id ORDER BY s.id"
        ),
        {"id": account.id},
    )
    assert steps.all() == ["placed", "expired"]


async def test_a_deduction_takes_what_the_order_holds_and_no_more(tx: WriteSession) -> None:
    account, court = await new_account(tx, "120.00"), await new_account(tx)
    first = await restrain(tx, account, amount="100.00")
    second = await restrain(tx, account, amount="50.00")
    with pytest.raises(NotDeductible) as refused:
        await accounts.deduct(tx, deduction(account, second.id, "20.01", court.number), at=AT)
    assert refused.value.facts == {"available": "CNY 20.00"}
    left = await accounts.deduct(tx, deduction(account, first.id, "60.00", court.number), at=AT)
    assert left.amount == cny("40.00")
    assert await status(tx, account) == ("open", "part_frozen", 9_000)
    assert (await accounts.balance(tx, court.id)).booked == cny("60.00")
    done = await accounts.deduct(tx, deduction(account, first.id, "40.00", court.number), at=AT)
    assert done.ending is accounts.Ending.EXECUTED
    with pytest.raises(RestraintEnded):
        await accounts.deduct(tx, deduction(account, first.id, "0.01", court.number), at=AT)
    assert await status(tx, account) == ("open", "part_frozen", 5_000)
    assert await available(tx, account) == "0.00"
    entry = (await accounts.entries(tx, account)).items[0]
    assert (entry.type, entry.reference) == ("accounts.deduction", "(2025)浙0106执1234号之一")


async def test_a_stop_of_all_debits_is_deducted_from_and_stays(tx: WriteSession) -> None:
    account, court = await new_account(tx, "10.00"), await new_account(tx)
    order = await restrain(tx, account, Stop.DEBIT)
    await accounts.deduct(tx, deduction(account, order.id, "4.00", court.number), at=AT)
    assert await status(tx, account) == ("open", "debit_frozen", 0)
    banks = await restrain(tx, account, Stop.DEBIT, authority=Authority.BANK)
    for restraint, to in ((banks, court), (order, account)):
        with pytest.raises(NotDeductible):
            await accounts.deduct(tx, deduction(account, restraint.id, "1.00", to.number), at=AT)


async def test_an_order_is_extended_before_it_ends_and_keeps_its_rank(tx: WriteSession) -> None:
    account = await new_account(tx, "10.00")
    order = await restrain(tx, account, amount="10.00")
    facts: dict[str, Any] = {
        "account_id": account.id,
        "restraint_id": order.id,
        "document_number": "(2025)浙0106执1234号之三",
        "reason": "续行冻结",
        "extended_by": STAFF,
        "approved_by": OTHER,
    }
    longer = await accounts.extend(tx, **facts, until_at=AT + 300 * DAY, at=AT + 29 * DAY)
    assert (longer.rank, longer.order.until_at) == (order.rank, AT + 300 * DAY)
    assert longer.stands(LATER)
    for until_at in (AT + 300 * DAY, AT + 900 * DAY, AT + DAY):
        with pytest.raises(OrderMalformed):
            await accounts.extend(tx, **facts, until_at=until_at, at=AT + 29 * DAY)
    with pytest.raises(RestraintEnded):
        await accounts.extend(tx, **facts, until_at=AT + 400 * DAY, at=AT + 300 * DAY)
    with pytest.raises(UnknownRestraint):
        await accounts.extend(tx, **facts | {"restraint_id": new_id()}, until_at=LATER, at=AT)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"amount": None}, "amount"),
        ({"amount": cny("0.00")}, "amount"),
        ({"stop": Stop.DEBIT}, "amount"),
        ({"amount": cny("9000000000000.01")}, "amount"),
        ({"ordered_by": " "}, "ordered"),
        ({"ordered_by": "法" * 201}, "ordered"),
        ({"document_number": ""}, "document"),
        ({"document_number": "a\u202eb"}, "document"),
        ({"reason": "x\x00"}, "reason"),
        ({"from_at": AT - DAY}, "past"),
        ({"until_at": AT}, "ends"),
        ({"until_at": None}, "authority"),
        ({"until_at": AT + 367 * DAY}, "authority"),
        ({"authority": Authority.TAX, "until_at": AT + 185 * DAY}, "authority"),
    ],
)
async def test_an_order_that_cannot_be_is_refused_and_says_why(
    tx: WriteSession, changes: Mapping[str, Any], fault: str
) -> None:
    account = await new_account(tx)
    order = replace(ORDER, **changes)
    with pytest.raises(OrderMalformed) as refused:
        await accounts.place(
            tx, account_id=account.id, order=order, placed_by=STAFF, approved_by=OTHER, at=AT
        )
    assert fault in refused.value.say("en")
    assert await status(tx, account) == ("open", "active", 0)


async def test_there_are_only_so_many_restraints(tx: WriteSession) -> None:
    account = await new_account(tx)
    for _ in range(STANDING_MAX):
        await restrain(tx, account, amount="1.00")
    with pytest.raises(TooManyRestraints):
        await restrain(tx, account, amount="1.00")


async def test_one_person_stops_an_account_for_two_days(tx: WriteSession) -> None:
    account = await new_account(tx, "5.00")
    for _ in range(2):
        stopped = await accounts.stop_at_once(
            tx, account_id=account.id, reason="疑似诈骗", stopped_by=STAFF, at=AT
        )
        assert stopped.status is DepositAccountStatus.FROZEN
    assert len(await accounts.restraints(tx, account.id, at=AT)) == 1
    ordered = await restrain(tx, account, Stop.DEBIT)
    freed = await accounts.lift_at_once(
        tx, account_id=account.id, reason="核实无误", lifted_by=STAFF, at=AT
    )
    assert freed.status is DepositAccountStatus.OPEN
    (left,) = await accounts.restraints(tx, account.id, at=AT)
    assert left.restraint.id == ordered.id  # what four eyes ordered, one person does not lift
    await accounts.stop_at_once(
        tx, account_id=account.id, reason="疑似诈骗", stopped_by=STAFF, at=AT
    )
    assert await accounts.catch_up(tx, at=AT + 2 * DAY) == 1
    assert await status(tx, account) == ("open", "debit_frozen", 0)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_account SET status = 'active' WHERE uid = :ledger",
        "UPDATE ledger_account SET withheld = -1 WHERE uid = :ledger",
        "UPDATE accounts_restraint SET ordered_minor = 1 WHERE account_id = :id",
        "UPDATE accounts_restraint SET amount_minor = 10001 WHERE account_id = :id",
        "DELETE FROM accounts_restraint WHERE account_id = :id",
        "UPDATE accounts_restraint_step SET reason = 'x'",
        "DELETE FROM accounts_number",
        "UPDATE accounts_number SET product = 'wallet'",
    ],
)
async def test_the_database_itself_refuses(tx: WriteSession, statement: str) -> None:
    account = await new_account(tx, "100.00")
    await restrain(tx, account, amount="100.00")
    with pytest.raises(DBAPIError):
        async with tx.begin_nested():
            await tx.execute(
                text(statement), {"ledger": account.ledger_account_id, "id": account.id}
            )


async def test_what_has_ended_stays_ended(tx: WriteSession) -> None:
    account = await new_account(tx)
    await restrain(tx, account, Stop.ALL, lasts=DAY)
    await accounts.catch_up(tx, at=AT + DAY)
    with pytest.raises(DBAPIError, match="append-only"):
        async with tx.begin_nested():
            await tx.execute(
                text(
                    "UPDATE accounts_restraint SET ended_at = NULL, ending = NULL"
                    " WHERE account_id = :id"
                ),
                {"id": account.id},
            )
