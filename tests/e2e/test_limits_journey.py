"""A customer's limits and the bank's rules, through the API."""

from typing import Any

import psycopg
import pytest

from tests.support.bank import Bank, Caller, Customer, done, problem
from tests.support.money import pay_in
from tongbao.core.identity.service import Role
from tongbao.kernel.ids import new_id

LIMITS = "/payments/limits"
DAY = f"{LIMITS}/outgoing/day"


def cny(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "CNY"}


class Payer:
    """A firm with money, and a shop that it pays."""

    def __init__(
        self, bank: Bank, firm: Customer, account: Any, shop: Customer, payee: Any
    ) -> None:
        self.bank, self.firm, self.account = bank, firm, account
        self.shop, self.payee = shop, payee

    async def pay(self, amount: str) -> Any:
        body = {
            "debtor_account_id": self.account["id"],
            "creditor_account_number": self.payee["number"],
            "creditor_name": self.shop.firm.name,
            "amount": cny(amount),
        }
        return await self.firm.stepped_up("POST", "/payments", json=body, key=str(new_id()))

    async def headroom(self, amount: str) -> Any:
        return await self.firm.get(
            f"{LIMITS}/headroom",
            account_id=self.account["id"],
            amount=amount,
            currency="CNY",
            creditor_account_number=self.payee["number"],
        )

    async def day(self) -> Any:
        found = await self.firm.get(LIMITS, party_id=self.firm.party_id)
        (day,) = [
            each
            for each in found["items"]
            if (each["tally"], each["period"]) == ("outgoing", "day")
        ]
        return day

    async def set_day(self, amount: str | None) -> Any:
        body: dict[str, object] = {"party_id": self.firm.party_id}
        if amount is not None:
            body["amount"] = cny(amount)
        return await self.firm.stepped_up("PUT", DAY, json=body, key=str(new_id()))

    async def raise_day(self, amount: str, hours: int = 24, **more: Any) -> Any:
        body = {"party_id": self.firm.party_id, "amount": cny(amount), "hours": hours}
        return await self.firm.ask("POST", f"{DAY}/raise", json=body, key=str(new_id()), **more)

    def a_day_later(self) -> None:
        """Put back by a day what was set for a time, as if the day had gone by."""
        with psycopg.connect(self.bank.urls.owner) as connection:
            connection.execute(
                "UPDATE limits_own SET valid_from = valid_from - interval '24 hours',"
                " valid_until = valid_until - interval '24 hours'"
                " WHERE party_id = %s AND kind = 'raised'",
                (self.firm.party_id,),
            )


@pytest.fixture
async def payer(bank: Bank) -> Payer:
    firm, shop = await bank.customer(), await bank.customer()
    account, payee = await firm.open_account(), await shop.open_account()
    await pay_in(bank.database, account["id"], "10000.00")
    return Payer(bank, firm, account, shop, payee)


async def test_a_limit_is_set_used_refused_raised_for_a_day_and_back(payer: Payer) -> None:
    lowered = done(await payer.set_day("100.00"))
    assert lowered["own_maximum"]["amount"] == cny("100.00")
    assert lowered["bank_maximum"]["amount"] == cny("500000000.00")
    assert done(await payer.pay("60.00"))["status"] == "settled"

    room = await payer.headroom("60.00")
    assert (room["covers"], room["tightest"]) == (False, "organisation_3_day")
    day = next(each for each in room["limits"] if each["window"] == "day")
    assert (day["used"]["amount"], day["left"]["amount"]) == (cny("60.00"), cny("40.00"))

    refused = await payer.pay("60.00")
    assert problem(refused) == (422, "limits.exceeded")
    body = refused.json()
    assert (body["maximum"], body["left"]) == ("CNY 100.00", "CNY 40.00")
    assert (body["iso_reason_code"], body["rule_code"]) == ("AM14", "organisation_3_day")
    kept = await payer.firm.get(f"/payments/{body['payment_id']}")
    assert kept["reason"]["iso_code"] == "AM14"
    assert "CNY 40.00" in kept["reason"]["text"]

    raised = await payer.raise_day("500.00")
    assert problem(raised) == (403, "identity.step_up_required")
    token = await payer.firm._confirm(raised.json()["action"], "passkey")
    other = await payer.raise_day("600.00", headers={"Step-Up-Token": token})
    assert problem(other) == (403, "identity.step_up_required"), "confirmed for 500.00 alone"
    longer = await payer.raise_day("500.00", 23, headers={"Step-Up-Token": token})
    assert problem(longer) == (403, "identity.step_up_required"), "and for 24 hours"
    done(await payer.raise_day("500.00", headers={"Step-Up-Token": token}))
    assert problem(await payer.raise_day("500.00", headers={"Step-Up-Token": token}))[0] == 403
    assert (await payer.headroom("60.00"))["covers"] is True
    assert done(await payer.pay("60.00"))["status"] == "settled"
    assert (await payer.day())["left"]["amount"] == cny("380.00")

    payer.a_day_later()
    back = await payer.day()
    assert (back["maximum"]["amount"], back["raised_to"]) == (cny("100.00"), None)
    assert problem(await payer.pay("0.01")) == (422, "limits.exceeded")


async def test_less_is_set_at_once_and_more_is_confirmed(payer: Payer) -> None:
    body = {"party_id": payer.firm.party_id, "amount": cny("100.00")}
    done(await payer.firm.ask("PUT", DAY, json=body, key=str(new_id())))
    body["amount"] = cny("50.00")
    done(await payer.firm.ask("PUT", DAY, json=body, key=str(new_id())))
    body["amount"] = cny("50.01")
    more = await payer.firm.ask("PUT", DAY, json=body, key=str(new_id()))
    assert problem(more) == (403, "identity.step_up_required")
    assert more.json()["action"]["kind"] == "payments.limits.loosen"
    assert (await payer.day())["maximum"]["amount"] == cny("50.00")
    assert done(await payer.set_day(None))["own_maximum"] is None


async def test_a_raise_is_ended_early(payer: Payer) -> None:
    done(await payer.set_day("100.00"))
    body = {"party_id": payer.firm.party_id, "amount": cny("500.00"), "hours": 1}
    path = f"{DAY}/raise"
    done(await payer.firm.stepped_up("POST", path, json=body, key=str(new_id())))
    assert (await payer.day())["raised_to"]["amount"] == cny("500.00")
    for _ in range(2):
        ended = await payer.firm.ask(
            "DELETE", path, params={"party_id": payer.firm.party_id}, key=str(new_id())
        )
        assert ended.status_code == 204
    assert (await payer.day())["maximum"]["amount"] == cny("100.00")


WRONG: tuple[tuple[str, dict[str, object], tuple[int, str]], ...] = (
    (DAY, {"amount": cny("500000000.01")}, (422, "limits.not_lower")),
    (DAY, {"amount": {"amount": "1.00", "currency": "USD"}}, (422, "limits.measure_wrong")),
    (DAY, {"count": 3}, (422, "limits.measure_wrong")),
    (DAY, {"amount": cny("-1.00")}, (422, "limits.not_lower")),
    (DAY, {"amount": cny("1.00"), "count": 1}, (422, "request.invalid")),
    (f"{LIMITS}/outgoing/hour", {"amount": cny("1.00")}, (422, "request.invalid")),
    (f"{LIMITS}/outgoing/25h", {"amount": cny("1.00")}, (404, "limits.unknown_rule")),
    (f"{LIMITS}/device/day", {"amount": cny("1.00")}, (404, "limits.unknown_rule")),
)


async def test_what_cannot_be_set(payer: Payer) -> None:
    for path, body, expected in WRONG:
        whole = {"party_id": payer.firm.party_id, **body}
        answer = await payer.firm.ask("PUT", path, json=whole, key=str(new_id()))
        assert problem(answer) == expected, (path, body)
    for hours in (0, 25, -1):
        assert problem(await payer.raise_day("600000000.00", hours)) == (422, "request.invalid")
    assert (await payer.day())["own_maximum"] is None


async def test_no_raise_is_beyond_what_the_bank_lets(payer: Payer) -> None:
    refused = await payer.raise_day("1000000000.01")
    assert problem(refused) == (422, "limits.raise_refused")
    assert refused.json()["maximum"] == "CNY 1000000000.00"


async def test_what_is_foreign_looks_like_nothing(payer: Payer) -> None:
    stranger, party = payer.shop, {"party_id": payer.firm.party_id}
    answers = [
        await stranger.ask("GET", LIMITS, params=party),
        await stranger.ask("PUT", DAY, json=party, key=str(new_id())),
        await stranger.ask("DELETE", f"{DAY}/raise", params=party, key=str(new_id())),
    ]
    assert {problem(each) for each in answers} == {(404, "parties.unknown_party")}


class Staff:
    """Those who propose and approve rules."""

    def __init__(self, risk: Caller, compliance: Caller) -> None:
        self.risk, self.compliance = risk, compliance

    async def agreed(self, method: str, path: str, body: object) -> Any:
        """Propose something and have it approved; return where the outcome is."""
        proposal = done(await self.risk.ask(method, path, json=body, key=str(new_id())))
        assert proposal["state"] == "pending"
        return await self.compliance.post(
            f"/proposals/{proposal['id']}/approval", {"digest": proposal["digest"]}
        )


@pytest.fixture
async def staff(bank: Bank) -> Staff:
    return Staff(await bank.staff(Role.STAFF_RISK), await bank.staff(Role.STAFF_COMPLIANCE))


def rule_of(yuan: str, **facts: object) -> dict[str, object]:
    rule = {
        "code": "one_payee_day",
        "title": {"zh": "同一收款人每日限额", "en": "To one payee, a day"},
        "counted_by": ["party", "counterparty"],
        "window": "day",
        "maximum": {"amount": cny(yuan)},
        "operation": "payments.transfer",
        **facts,
    }
    return {"rule": rule, "reason": "防范电信诈骗"}


async def test_a_rule_is_proposed_approved_followed_changed_and_ended(
    payer: Payer, staff: Staff
) -> None:
    done(await payer.pay("1.00"))
    await staff.agreed("POST", "/limits/rules", rule_of("30.00"))
    assert done(await payer.pay("29.99"))["status"] == "settled"
    refused = await payer.pay("0.02")
    assert (refused.json()["rule_code"], refused.json()["left"]) == ("one_payee_day", "CNY 0.01")
    await staff.agreed("POST", "/limits/rules", rule_of("40.00"))
    assert done(await payer.pay("10.01"))["status"] == "settled", "what was used counts on"
    versions = await staff.compliance.get("/limits/rules/one_payee_day")
    assert [each["rule"]["maximum"]["amount"] for each in versions["items"]] == [
        cny("40.00"),
        cny("30.00"),
    ]
    assert [each["valid_until"] is None for each in versions["items"]] == [True, False]
    first = await staff.compliance.get("/limits/rules/one_payee_day", limit=1)
    rest = await staff.compliance.get("/limits/rules/one_payee_day", after=first["next"])
    assert first["items"] + rest["items"] == versions["items"]
    await staff.agreed("POST", "/limits/rules/one_payee_day/end", {"reason": "停用"})
    assert done(await payer.pay("1.00"))["status"] == "settled"
    held = await staff.compliance.get("/limits/rules")
    assert "one_payee_day" not in {each["code"] for each in held["items"]}


async def test_nobody_sets_a_rule_alone(payer: Payer, staff: Staff) -> None:
    proposal = done(
        await staff.risk.ask("POST", "/limits/rules", json=rule_of("1.00"), key=str(new_id()))
    )
    own = await staff.risk.ask(
        "POST",
        f"/proposals/{proposal['id']}/approval",
        json={"digest": proposal["digest"]},
        key=str(new_id()),
    )
    assert own.status_code in {403, 404}
    assert done(await payer.pay("2.00"))["status"] == "settled"
    alone = await staff.compliance.ask(
        "POST", "/limits/rules", json=rule_of("1.00"), key=str(new_id())
    )
    assert problem(alone) == (403, "auth.forbidden")


HOSTILE: tuple[tuple[dict[str, object], str], ...] = (
    ({"tally": "outgoing"}, "limits.rule_wrong"),  # which counts by party alone
    ({"maximum": {}}, "limits.rule_wrong"),
    ({"maximum": {"count": 3, "amount": cny("1.00")}}, "limits.rule_wrong"),
    ({"window": "rolling"}, "limits.rule_wrong"),
    ({"rolling_hours": 3}, "limits.rule_wrong"),
    ({"raise_maximum": {"amount": cny("0.50")}}, "limits.rule_wrong"),
    ({"raise_maximum": {"count": 3}}, "limits.rule_wrong"),
    ({"maximum": {"amount": cny("-1.00")}}, "limits.rule_wrong"),
    ({"code": "Upper"}, "request.invalid"),
    ({"counted_by": []}, "request.invalid"),
    ({"counted_by": ["moon"]}, "request.invalid"),
    ({"level": 4}, "request.invalid"),
    ({"operation": "payments transfer"}, "request.invalid"),
    ({"more": 1}, "request.invalid"),
)


async def test_hostile_rules(staff: Staff) -> None:
    for facts, code in HOSTILE:
        body = rule_of("1.00", **facts)
        answer = await staff.risk.ask("POST", "/limits/rules", json=body, key=str(new_id()))
        assert problem(answer) == (422, code), facts


async def test_a_rate_is_proposed_and_holds_once_approved(staff: Staff) -> None:
    body = {"cny_per_unit": "6.777", "reason": "中间价"}
    await staff.agreed("PUT", "/limits/rates/USD", body)
    found = await staff.compliance.get("/limits/rates")
    (dollar,) = [each for each in found["items"] if each["currency"] == "USD"]
    assert (dollar["cny_per_unit"], dollar["valid_until"]) == ("6.777", None)
    for path, change, code in (
        ("USD", {"cny_per_unit": "0"}, "limits.rate_wrong"),
        ("CNY", {"cny_per_unit": "2"}, "limits.rate_wrong"),
        ("USD", {"until": "2020-01-01T00:00:00Z"}, "limits.rate_wrong"),
        ("XXX", {}, "request.invalid"),
    ):
        answer = await staff.risk.ask(
            "PUT", f"/limits/rates/{path}", json=body | change, key=str(new_id())
        )
        assert problem(answer) == (422, code)
    unknown = await staff.risk.ask(
        "POST", "/limits/rules/no_such_rule/end", json={"reason": "x"}, key=str(new_id())
    )
    assert problem(unknown) == (404, "limits.unknown_rule")
