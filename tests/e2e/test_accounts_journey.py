"""Accounts over HTTP: a court's freeze and deduction, dormant and awake, a wallet, closing."""

from typing import Any
from uuid import UUID

import pytest

from tests.support.bank import Bank, Caller, Customer, done, problem
from tests.support.money import pay_in
from tongbao.core.accounts import service as accounts
from tongbao.core.identity.service import Role
from tongbao.kernel.clock import business_date, now
from tongbao.kernel.ids import new_id

UNTIL = "2027-06-30T16:00:00Z"


def cny(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "CNY"}


def freeze(**changes: Any) -> dict[str, Any]:
    return {
        "stop": "amount",
        "authority": "court",
        "ordered_by": "杭州市西湖区人民法院",
        "document_number": "(2026)浙0106执1234号",
        "reason": "执行案件冻结",
        "amount": cny("80.00"),
        "until_at": UNTIL,
    } | changes


def order(
    payer: dict[str, Any], payee: dict[str, Any], name: str, **changes: Any
) -> dict[str, Any]:
    return {
        "debtor_account_id": payer["id"],
        "creditor_account_number": payee["number"],
        "creditor_name": name,
        "amount": cny("30.00"),
    } | changes


async def refused_payment(payer: Caller, body: dict[str, Any]) -> tuple[int, str]:
    answer = await payer.stepped_up("POST", "/payments", key=str(new_id()), json=body)
    return problem(answer)


class Desk:
    """Operations, who proposes, and compliance, who approves and confirms."""

    def __init__(self, operations: Caller, compliance: Caller) -> None:
        self.operations, self.compliance = operations, compliance

    async def order(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Propose, find that approving takes a confirmation, and approve."""
        held = await self.operations.ask("POST", path, json=body, key=str(new_id()))
        assert held.status_code == 202, held.text
        proposal = held.json()
        approval = f"/proposals/{proposal['id']}/approval"
        digest = {"digest": proposal["digest"]}
        alone = await self.operations.ask("POST", approval, json=digest)
        assert alone.status_code == 403
        bare = await self.compliance.ask("POST", approval, json=digest)
        assert problem(bare) == (403, "identity.step_up_required")
        assert bare.json()["action"]["kind"] == "accounts.restraint.approve"
        executed: dict[str, Any] = done(
            await self.compliance.stepped_up("POST", approval, json=digest)
        )
        assert executed["state"] == "executed"
        return executed


@pytest.fixture
async def desk(bank: Bank) -> Desk:
    return Desk(await bank.staff(), await bank.staff(Role.STAFF_COMPLIANCE))


async def with_money(bank: Bank, amount: str) -> tuple[Customer, dict[str, Any]]:
    customer = await bank.customer()
    account = await customer.open_account()
    await pay_in(bank.database, account["id"], amount)
    return customer, account


async def test_a_court_freezes_a_part_which_expires_by_itself(bank: Bank, desk: Desk) -> None:
    customer, account = await with_money(bank, "100.00")
    payee = await bank.customer()
    to, path = await payee.open_account(), f"/accounts/{account['id']}"
    await desk.order(f"{path}/restraints", freeze())
    balance = await customer.get(f"{path}/balance")
    assert [balance[each]["amount"] for each in ("booked", "available", "restrained")] == [
        "100.00",
        "20.00",
        "80.00",
    ]
    payment = order(account, to, payee.firm.name)
    assert await refused_payment(customer, payment) == (422, "ledger.insufficient_funds")
    # What the holder sees, in words, and what staff sees.
    (brief,) = (await customer.get(path))["restraints"]
    assert brief["words"].startswith("A people's court has frozen CNY 80.00 (until 2027-07-01)")
    (seen,) = (await customer.get(f"{path}/restraints"))["items"]
    assert (seen["document_number"], seen["reason"]) == ("****234号", None)
    (whole,) = (await desk.operations.get(f"{path}/restraints"))["items"]
    assert (whole["document_number"], whole["holds"]) == ("(2026)浙0106执1234号", cny("80.00"))
    # Its time is over: the next payment finds it so, no job needed.
    with_owner = (
        "UPDATE accounts_restraint SET from_at = from_at - interval '2 years',"
        " until_at = from_at WHERE account_id = %s RETURNING id"
    )
    bank.query(with_owner, account["id"])
    assert (await customer.get(f"{path}/balance"))["available"] == cny("100.00")
    await customer.pay(payment)
    assert (await customer.get(path))["restraints"] == []


async def test_the_law_may_forbid_saying_why(bank: Bank, desk: Desk) -> None:
    customer, account = await with_money(bank, "1.00")
    path = f"/accounts/{account['id']}"
    silent = freeze(stop="debit", authority="police", amount=None, told=False)
    await desk.order(f"{path}/restraints", silent)
    (seen,) = (await customer.get(f"{path}/restraints"))["items"]
    assert [seen[each] for each in ("authority", "ordered_by", "document_number", "reason")] == [
        None
    ] * 4
    assert "police" not in seen["words"]
    assert (await customer.get(f"{path}/balance"))["available"] == cny("0.00")


async def test_a_deduction_by_order_and_a_release(bank: Bank, desk: Desk) -> None:
    customer, account = await with_money(bank, "100.00")
    court = await (await bank.customer()).open_account()
    path = f"/accounts/{account['id']}/restraints"
    await desk.order(path, freeze())
    await desk.order(
        path, freeze(authority="tax", ordered_by="税务局", until_at="2027-01-01T00:00:00Z")
    )
    first, second = (await desk.operations.get(path))["items"]
    assert [each["holds"] for each in (first, second)] == [cny("80.00"), cny("20.00")]
    deduction = {
        "amount": cny("60.00"),
        "to_account_number": court["number"],
        "document_number": "(2026)浙0106执1234号之一",
        "reason": "执行扣划",
    }
    too_much = await desk.operations.ask("POST", f"{path}/{second['id']}/deduction", json=deduction)
    assert problem(too_much) == (422, "accounts.not_deductible")
    await desk.order(f"{path}/{first['id']}/deduction", deduction)
    assert [each["holds"] for each in (await customer.get(path))["items"]] == [
        cny("20.00"),
        cny("20.00"),
    ]
    await desk.order(f"{path}/{first['id']}/release", {"reason": "案件执行完毕"})
    await desk.order(
        f"{path}/{second['id']}/extension",
        {"until_at": "2027-02-01T00:00:00Z", "document_number": "税〔2026〕9号", "reason": "续行"},
    )
    (left,) = (await customer.get(path))["items"]
    assert (left["rank"], left["holds"]) == (1, cny("40.00"))
    gone = await desk.operations.ask("POST", f"{path}/{first['id']}/release", json={"reason": "x"})
    assert problem(gone) == (409, "accounts.restraint_ended")


async def test_dormant_and_awake(bank: Bank) -> None:
    customer, account = await with_money(bank, "100.00")
    payee = await bank.customer()
    payment = order(account, await payee.open_account(), payee.firm.name)
    long_ago = (
        "UPDATE accounts_account SET last_moved_on = '2020-01-01', dormancy_told_on = '2021-01-01'"
        " WHERE id = %s RETURNING id"
    )
    bank.query(long_ago, account["id"])
    async with bank.database.write() as tx:
        await accounts.fall_asleep(tx, day=business_date(now()), cursor=None, at=now())
    path = f"/accounts/{account['id']}"
    assert (await customer.get(path))["status"] == "dormant"
    assert await refused_payment(customer, payment) == (422, "accounts.account_dormant")
    staff = await (await bank.staff()).ask("POST", f"{path}/awakening")
    assert staff.status_code == 403  # only the holder
    bare = await customer.ask("POST", f"{path}/awakening")
    assert problem(bare) == (403, "identity.step_up_required")
    awake = done(await customer.stepped_up("POST", f"{path}/awakening"))
    assert (awake["status"], awake["dormant_since"]) == ("open", None)
    await customer.pay(payment)


async def test_a_wallet_is_paid_in_any_of_its_currencies(bank: Bank) -> None:
    payer, payee = await bank.customer(), await bank.customer()
    wallet = await payee.post(
        "/accounts", {"party_id": payee.party_id, "product": "wallet", "currency": "CNY"}
    )
    dollars = await payer.post("/accounts", {"party_id": payer.party_id, "currency": "USD"})
    await pay_in(bank.database, dollars["id"], "50.00", "USD")
    usd = {"amount": "12.00", "currency": "USD"}
    await payer.pay(order(dollars, wallet, payee.firm.name, amount=usd))
    pockets = await payee.get(f"/accounts/{wallet['id']}/pockets")
    assert pockets["number"] == wallet["number"]
    assert {each["currency"]: each["balance"]["available"] for each in pockets["items"]} == {
        "CNY": cny("0.00"),
        "USD": usd,
    }
    again = await payee.ask(
        "POST", "/accounts", json={"party_id": payee.party_id, "product": "wallet"}
    )
    assert problem(again) == (422, "accounts.too_many_accounts")


async def test_the_holder_closes_an_account(bank: Bank) -> None:
    customer, account = await with_money(bank, "12.50")
    other, path = await customer.open_account(), f"/accounts/{account['id']}/closing"
    nowhere = await customer.ask("POST", path, json={"reason": "不用了"})
    assert problem(await customer.stepped_up("POST", path, json={"reason": "不用了"})) == (
        409,
        "accounts.not_closable",
    )
    assert problem(nowhere) == (403, "identity.step_up_required")
    body = {"reason": "不用了", "pay_to": other["number"]}
    closed = done(await customer.stepped_up("POST", path, json=body))
    assert closed["status"] == "closed"
    moved = await customer.get(f"/accounts/{other['id']}/balance")
    assert moved["booked"] == cny("12.50")


MALFORMED = (422, "accounts.order_malformed")
INVALID = (422, "request.invalid")
HOSTILE: list[tuple[str, dict[str, Any], tuple[int, str]]] = [
    ("restraints", freeze(amount=cny("0.00")), MALFORMED),
    ("restraints", freeze(amount={"amount": "1.00", "currency": "USD"}), MALFORMED),
    ("restraints", freeze(document_number="\u202e"), MALFORMED),
    ("restraints", freeze(until_at=None), MALFORMED),
    ("restraints", freeze(until_at="9999-12-31T23:59:59Z"), MALFORMED),
    (
        "restraints",
        freeze(from_at="0001-01-01T00:00:00Z", until_at="0001-01-02T00:00:00Z"),
        MALFORMED,
    ),
    ("restraints", freeze(until_at=0), INVALID),
    ("restraints", freeze(stop="most"), INVALID),
    ("restraints", freeze(more=1), INVALID),
    (f"restraints/{UUID(int=7)}/release", {"reason": "x"}, (404, "accounts.unknown_restraint")),
    ("restraints/x/release", {"reason": "x"}, INVALID),
    ("closing", {"reason": "x", "pay_to": "' OR 1"}, INVALID),
    ("closing", {"reason": " "}, (422, "accounts.reason_missing")),
    ("freezing", {"reason": " "}, (422, "accounts.reason_missing")),
]


async def test_hostile_input_is_refused_and_stores_nothing(bank: Bank, desk: Desk) -> None:
    account = await (await bank.customer()).open_account()
    tables = ("accounts_restraint", "accounts_status_change", "infra_proposal")
    before = bank.rows(*tables)
    for tail, body, expected in HOSTILE:
        path = f"/accounts/{account['id']}/{tail}"
        answer = await desk.operations.ask("POST", path, json=body)
        assert problem(answer) == expected, body
    assert bank.rows(*tables) == before


async def test_what_is_not_ones_own_looks_like_nothing(bank: Bank) -> None:
    customer, stranger = await bank.customer(), await bank.customer()
    account = await customer.open_account()
    for method, tail, body in (
        ("GET", "restraints", None),
        ("GET", "pockets", None),
        ("POST", "closing", {"reason": "x"}),
        ("POST", "awakening", None),
    ):
        answer = await stranger.ask(method, f"/accounts/{account['id']}/{tail}", json=body)
        assert problem(answer) == (404, "accounts.unknown_account")
    for tail, body in (("restraints", freeze()), ("freezing", {"reason": "x"})):
        answer = await customer.ask("POST", f"/accounts/{account['id']}/{tail}", json=body)
        assert problem(answer) == (403, "auth.forbidden")
