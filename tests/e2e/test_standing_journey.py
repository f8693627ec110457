"""A standing order over HTTP, whose months do not all have its day."""

from datetime import date

from tests.e2e.test_collecting_journey import cny, new_person
from tests.support.bank import Bank, done
from tests.support.standing import live
from tongbao.kernel.ids import new_id

# Business days all of them, by weekends: the holidays of that year are not announced.
MONTH_ENDS = (date(2101, 1, 31), date(2101, 2, 28), date(2101, 3, 31))


async def test_the_rent_is_paid_on_the_last_of_each_month(bank: Bank) -> None:
    tenant, landlord = await new_person(bank, "李小娜"), await new_person(bank, "王芳", "0.01")
    schedule = {"first_on": "2101-01-31", "unit": "month", "month_day": 31, "count": 3}
    shown = await tenant.post("/standing-orders/preview", schedule)
    assert [each["due_on"] for each in shown["items"]] == [str(day) for day in MONTH_ENDS]
    order = {
        "debtor_account_id": tenant.account_id,
        "creditor_account_number": landlord.number,
        "creditor_name": landlord.name,
        "amount": cny("400.00"),
        "remittance": "房租",
        "schedule": schedule,
    }
    sent = await tenant.stepped_up("POST", "/standing-orders", json=order, key=str(new_id()))
    path = f"/standing-orders/{done(sent)['id']}"
    assert (await tenant.get(path))["next_on"] == "2101-01-31"

    for day in (date(2101, 1, 30), *MONTH_ENDS[:2], date(2101, 3, 1)):
        async with bank.database.write() as tx:
            await live(tx, day)
    assert (await tenant.money(), await landlord.money()) == ("200.00", "800.01")
    coming = await tenant.get(f"{path}/upcoming")
    assert [each["due_on"] for each in coming["items"]] == ["2101-03-31"]

    # The last one finds too little and is tried again the next day, when there is enough.
    async with bank.database.write() as tx:
        await live(tx, MONTH_ENDS[2])
    last, *before = (await tenant.get(f"{path}/occurrences"))["items"]
    assert (last["outcome"], [each["outcome"] for each in before]) == ("retrying", ["paid"] * 2)
    back = {
        "debtor_account_id": landlord.account_id,
        "creditor_account_number": tenant.number,
        "creditor_name": tenant.name,
        "amount": cny("300.00"),
    }
    await landlord.pay(back)
    async with bank.database.write() as tx:
        await live(tx, date(2101, 4, 1))
    occurrences = (await tenant.get(f"{path}/occurrences"))["items"]
    assert [(each["nominal_on"], each["outcome"]) for each in occurrences] == [
        (str(day), "paid") for day in reversed(MONTH_ENDS)
    ]
    for each in occurrences:
        paid = await tenant.get(f"/payments/{each['payment_id']}")
        assert (paid["status"], paid["amount"]) == ("settled", cny("400.00"))
    assert (await tenant.get(path))["state"] == "ended"
    assert (await tenant.money(), await landlord.money()) == ("100.00", "900.01")
