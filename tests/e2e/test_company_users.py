"""A company with maker, checker and administrators, and the bank's staff, through the API."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from tests.support.bank import PASSWORD, Bank, Caller, Customer, done, problem
from tests.support.money import pay_in
from tongbao.core.identity import service as identity
from tongbao.core.identity.service import Role, UserKind
from tongbao.kernel.clock import now
from tongbao.kernel.ids import new_id

CNY = "CNY"
HEADROOM = "/payments/headroom"


@dataclass
class Company:
    """A firm with money, its people by role, and somebody to pay."""

    bank: Bank
    firm: Customer
    account: dict[str, Any]
    payee: dict[str, Any]
    payee_name: str
    people: dict[str, Caller]

    @property
    def path(self) -> str:
        return f"/identity/companies/{self.firm.party_id}"

    def order(self, amount: str, **facts: object) -> dict[str, object]:
        return {
            "debtor_account_id": self.account["id"],
            "creditor_account_number": self.payee["number"],
            "creditor_name": self.payee_name,
            "amount": {"amount": amount, "currency": CNY},
            **facts,
        }

    async def pay(self, who: str, amount: str, **facts: object) -> Any:
        return await self.people[who].stepped_up(
            "POST", "/payments", json=self.order(amount, **facts), key=str(new_id())
        )

    async def balance(self) -> str:
        found = await self.firm.get(f"/accounts/{self.account['id']}/balance")
        return str(found["available"]["amount"])

    async def join(self, who: str, role: str, bands: dict[str, str | None] | None = None) -> Caller:
        """Invite somebody new, who accepts."""
        login, caller = await newcomer(self.bank)
        body = {
            "login": login,
            "role": role,
            "bands": [{"currency": c, "amount": a} for c, a in (bands or {}).items()],
        }
        asked = await self.firm.stepped_up("POST", f"{self.path}/invitations", json=body)
        invited = done(asked)
        await caller.post(f"/identity/invitations/{invited['id']}/acceptance")
        self.people[who] = caller
        return caller

    async def member(self, who: str) -> dict[str, Any]:
        me = await self.people[who].get("/identity/me")
        company = await self.firm.get(self.path)
        (found,) = [each for each in company["members"] if each["user_id"] == me["id"]]
        return dict(found)


async def newcomer(bank: Bank, person_id: UUID | None = None) -> tuple[str, Caller]:
    """Somebody with a log-in who acts for nobody but themself."""
    operations = await bank.staff()
    person = await operations.post("/parties", {"kind": "person", "name": "李娜"})
    login = f"person-{new_id().hex[-12:]}"
    async with bank.database.write() as tx:
        await identity.create_user(
            tx,
            login=login,
            password=PASSWORD,
            name="李娜",
            kind=UserKind.CUSTOMER,
            roles=[Role.CUSTOMER],
            party_ids=[UUID(person["id"])],
            person_id=person_id,
            at=now(),
        )
    answer = await bank.http.post(
        "/api/v1/identity/tokens", data={"username": login, "password": PASSWORD}
    )
    return login, Caller(bank.http, {"Authorization": f"Bearer {done(answer)['access_token']}"})


@pytest.fixture
async def company(bank: Bank) -> Company:
    firm, supplier = await bank.customer(), await bank.customer()
    account, payee = await firm.open_account(), await supplier.open_account()
    await pay_in(bank.database, account["id"], "1000.00")
    made = Company(bank, firm, account, payee, supplier.firm.name, {"holder": firm})
    await made.join("maker", "maker", {CNY: "100.00"})
    await made.join("checker", "checker", {CNY: "500.00"})
    await made.join("viewer", "viewer")
    await made.join("administrator", "administrator")
    return made


async def proposal_of(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"/api/v1/proposals/{found['id']}"
    assert found["state"] == "pending"
    return found


async def approve(who: Caller, proposal: dict[str, Any]) -> Any:
    """Approve, and confirm it by a passkey where that is asked for."""
    return await who.stepped_up(
        "POST", f"/proposals/{proposal['id']}/approval", json={"digest": proposal["digest"]}
    )


async def test_a_maker_pays_up_to_the_band_and_above_it_a_checker_is_needed(
    company: Company,
) -> None:
    assert (await company.pay("maker", "100.00")).status_code == 201
    proposal = await proposal_of(await company.pay("maker", "100.01"))
    assert await company.balance() == "900.00"
    listed = await company.people["checker"].get("/proposals")
    assert [each["id"] for each in listed["items"]] == [proposal["id"]]
    assert (await company.people["maker"].get("/proposals"))["items"] == []
    approved = done(await approve(company.people["checker"], proposal))
    assert approved["state"] == "executed"
    assert await company.balance() == "799.99"
    paid = done(
        await company.bank.http.get(approved["location"], headers=company.people["maker"].headers)
    )
    assert paid["status"] == "settled"
    again = await approve(company.people["checker"], proposal)
    assert problem(again) == (409, "proposals.already_decided")
    assert await company.balance() == "799.99"


async def test_a_maker_splits_a_payment_in_vain(company: Company) -> None:
    """Payments within the band, one after the other, until the sum of the day is used up."""
    member = await company.member("maker")
    terms = {"role": "maker", "bands": [{"currency": CNY, "amount": "100.00", "per_day": "250.00"}]}
    path = f"{company.path}/members/{member['id']}"
    alone = await company.firm.ask("PUT", path, json=terms)
    assert problem(alone) == (403, "identity.step_up_required")
    assert alone.json()["action"] == {
        "kind": "identity.limits.change",
        "facts": {"party_id": company.firm.party_id, "whom": member["id"], CNY: "100.00 / 250.00"},
    }
    changed = done(await company.firm.stepped_up("PUT", path, json=terms))
    assert changed["bands"] == terms["bands"]
    query = {"account_id": company.account["id"]}
    maker = company.people["maker"]
    for left in ("250.00", "150.00"):
        assert (await maker.get(HEADROOM, **query))["left_today"] == {
            "amount": left,
            "currency": CNY,
        }
        assert (await company.pay("maker", "100.00")).status_code == 201
    proposal = await proposal_of(await company.pay("maker", "50.01"))
    assert await company.balance() == "800.00"
    assert (await company.pay("maker", "50.00")).status_code == 201
    await proposal_of(await company.pay("maker", "0.01"))
    done(await approve(company.people["checker"], proposal))
    assert await company.balance() == "699.99"
    shown = await maker.get(HEADROOM, **query)
    assert [shown[name]["amount"] for name in ("per_payment", "per_day", "paid_today")] == [
        "100.00",
        "250.00",
        "250.00",
    ]
    assert shown["left_today"]["amount"] == "0.00"

    # Whoever may not pay is not told.
    free = await company.firm.get(HEADROOM, **query)
    assert [free[name] for name in ("per_payment", "per_day", "left_today")] == [None] * 3
    for who in ("viewer", "checker", "administrator"):
        refused = await company.people[who].ask("GET", HEADROOM, params=query)
        assert problem(refused) == (403, "auth.forbidden")
    stranger = await company.bank.customer()
    foreign = await stranger.ask("GET", HEADROOM, params=query)
    assert problem(foreign) == (404, "accounts.unknown_account")
    done(await company.firm.ask("PUT", f"{company.path}/dual-control", json={"dual_control": True}))
    assert (await company.firm.get(HEADROOM, **query))["per_payment"]["amount"] == "0.00"


@pytest.mark.parametrize("who", ["viewer", "checker", "administrator"])
async def test_whoever_may_not_pay_neither_pays_nor_proposes(company: Company, who: str) -> None:
    assert problem(await company.pay(who, "1.00")) == (403, "auth.forbidden")
    assert (await company.people["checker"].get("/proposals"))["items"] == []


async def test_whoever_may_not_approve_does_not(company: Company) -> None:
    proposal = await proposal_of(await company.pay("maker", "200.00"))
    for who in ("viewer", "administrator"):
        assert problem(await approve(company.people[who], proposal)) == (403, "auth.forbidden")
    refused = await approve(company.people["maker"], proposal)
    assert problem(refused) == (403, "proposals.own_proposal")
    _, stranger = await newcomer(company.bank)
    staff = await company.bank.staff(Role.STAFF_COMPLIANCE)
    assert problem(await approve(stranger, proposal)) == (404, "proposals.unknown_proposal")
    assert problem(await approve(staff, proposal)) == (403, "auth.forbidden")
    assert await company.balance() == "1000.00"


async def test_a_checker_approves_no_more_than_their_band(company: Company) -> None:
    proposal = await proposal_of(await company.pay("maker", "500.01"))
    above = await approve(company.people["checker"], proposal)
    assert problem(above) == (403, "payments.not_within_band")
    assert done(await approve(company.people["holder"], proposal))["state"] == "executed"


async def test_a_currency_without_a_band_is_no_currency_to_pay_in(company: Company) -> None:
    member = await company.member("maker")
    done(
        await company.firm.stepped_up(
            "PUT",
            f"{company.path}/members/{member['id']}",
            json={"role": "maker", "bands": [{"currency": "USD", "amount": None}]},
        )
    )
    await proposal_of(await company.pay("maker", "0.01"))


async def test_everything_is_looked_at_again_when_it_is_executed(company: Company) -> None:
    proposal = await proposal_of(await company.pay("maker", "300.00"))
    operations = await company.bank.staff()
    path = f"/accounts/{company.account['id']}"
    await operations.post(f"{path}/freezing", {"reason": "法院冻结"})
    frozen = await approve(company.people["checker"], proposal)
    assert problem(frozen) == (422, "payments.account_not_open")
    assert (
        done(await company.people["maker"].ask("GET", f"/proposals/{proposal['id']}"))["state"]
        == "pending"
    )
    await operations.post(f"{path}/release", {"reason": "解除"})
    member = await company.member("maker")
    done(
        await company.firm.ask(
            "PUT", f"{company.path}/members/{member['id']}", json={"role": "viewer"}
        )
    )
    left = await approve(company.people["checker"], proposal)
    assert problem(left) == (409, "proposals.maker_may_no_longer")
    gone = await company.people["checker"].ask(
        "POST", f"/proposals/{proposal['id']}/refusal", json={"reason": "经办人已调岗"}
    )
    assert done(gone)["state"] == "refused"
    assert await company.balance() == "1000.00"


async def test_a_refused_and_a_withdrawn_payment_move_nothing(company: Company) -> None:
    one = await proposal_of(await company.pay("maker", "200.00"))
    await company.people["checker"].post(f"/proposals/{one['id']}/refusal", {"reason": "金额有误"})
    other = await proposal_of(await company.pay("maker", "201.00"))
    await company.people["maker"].post(f"/proposals/{other['id']}/withdrawal")
    for proposal in (one, other):
        late = await approve(company.people["checker"], proposal)
        assert problem(late) == (409, "proposals.already_decided")
    mine = await company.people["maker"].get("/proposals/mine")
    assert [each["state"] for each in mine["items"]] == ["withdrawn", "refused"]
    assert await company.balance() == "1000.00"


async def test_under_dual_control_nobody_pays_alone(company: Company) -> None:
    done(await company.firm.ask("PUT", f"{company.path}/dual-control", json={"dual_control": True}))
    small = await proposal_of(await company.pay("maker", "1.00"))
    own = await proposal_of(await company.pay("holder", "2.00"))
    assert problem(await approve(company.firm, own)) == (403, "proposals.own_proposal")
    done(await approve(company.people["checker"], small))
    done(await approve(company.people["checker"], own))
    assert await company.balance() == "997.00"


async def test_under_dual_control_administrators_need_each_other(company: Company) -> None:
    firm, other = company.firm, company.people["administrator"]
    switch = f"{company.path}/dual-control"
    done(await firm.ask("PUT", switch, json={"dual_control": True}))
    member = await company.member("viewer")
    path = f"{company.path}/members/{member['id']}"
    held = await proposal_of(await firm.ask("PUT", path, json={"role": "maker"}))
    assert (await company.member("viewer"))["role"] == "viewer"
    assert problem(await approve(company.people["checker"], held)) == (403, "auth.forbidden")
    done(await approve(other, held))
    assert (await company.member("viewer"))["role"] == "maker"
    removal = await proposal_of(await firm.ask("DELETE", path))
    again = (await company.member("viewer"))["id"]
    assert problem(await approve(other, removal)) == (404, "identity.unknown_member")
    removal = await proposal_of(await firm.ask("DELETE", f"{company.path}/members/{again}"))
    done(await approve(other, removal))
    login, caller = await newcomer(company.bank)
    invited = await proposal_of(
        await firm.ask(
            "POST", f"{company.path}/invitations", json={"login": login, "role": "viewer"}
        )
    )
    assert await caller.get("/identity/invitations") == []
    done(await approve(other, invited))
    assert len(await caller.get("/identity/invitations")) == 1
    off = await proposal_of(await firm.ask("PUT", switch, json={"dual_control": False}))
    assert (await firm.get(company.path))["dual_control"] is True
    done(await approve(other, off))
    assert (await firm.get(company.path))["dual_control"] is False


async def test_the_last_administrator_stays(company: Company) -> None:
    firm = company.firm
    holder = await company.member("holder")
    administrator = await company.member("administrator")
    path = f"{company.path}/members"
    done(await firm.ask("DELETE", f"{path}/{administrator['id']}"))
    for method, body in (("DELETE", None), ("PUT", {"role": "viewer"})):
        refused = await firm.ask(method, f"{path}/{holder['id']}", json=body)
        assert problem(refused) == (422, "identity.last_administrator")
    alone = await firm.ask("PUT", f"{company.path}/dual-control", json={"dual_control": True})
    assert problem(alone) == (422, "identity.last_administrator")


async def test_whoever_leaves_sees_nothing_any_more(company: Company) -> None:
    viewer = company.people["viewer"]
    path = f"/accounts/{company.account['id']}"
    await viewer.get(path)
    member = await company.member("viewer")
    done(await company.firm.ask("DELETE", f"{company.path}/members/{member['id']}"))
    assert problem(await viewer.ask("GET", path)) == (404, "accounts.unknown_account")
    gone = await company.firm.ask("DELETE", f"{company.path}/members/{member['id']}")
    assert problem(gone) == (404, "identity.unknown_member")


async def test_a_user_is_a_maker_here_and_looks_on_there(company: Company, bank: Bank) -> None:
    other = await bank.customer()
    there = await other.open_account()
    maker = company.people["maker"]
    me = await maker.get("/identity/me")
    login = (await company.member("maker"))["login"]
    invited = await other.post(
        f"/identity/companies/{other.party_id}/invitations", {"login": login, "role": "viewer"}
    )
    await maker.post(f"/identity/invitations/{invited['id']}/acceptance")
    assert set((await maker.get("/identity/me"))["party_ids"]) > set(me["party_ids"])
    await maker.get(f"/accounts/{there['id']}")
    order = company.order("1.00", debtor_account_id=there["id"])
    refused = await maker.ask("POST", "/payments", json=order, key="there")
    assert problem(refused) == (403, "auth.forbidden")
    assert (await company.pay("maker", "1.00")).status_code == 201


async def test_who_asks_is_told_what_they_may_at_each_party(company: Company, bank: Bank) -> None:
    maker = await company.people["maker"].get("/identity/me")
    firm = maker["grants"].pop(company.firm.party_id)
    assert "payments:initiate" in firm
    assert "identity:manage_members" not in firm
    (own,) = maker["grants"].values()  # they are a person, too
    assert "identity:manage_members" in own
    assert sorted({*firm, *own}) == maker["permissions"]


async def test_an_invitation_is_for_one_log_in_name_once(company: Company, bank: Bank) -> None:
    login, caller = await newcomer(bank)
    _, stranger = await newcomer(bank)
    body = {"login": login, "role": "viewer"}
    first = await company.firm.post(f"{company.path}/invitations", body)
    second = await company.firm.post(f"{company.path}/invitations", {**body, "role": "checker"})
    unknown = await company.firm.ask(
        "POST", f"{company.path}/invitations", json={**body, "login": "nobody-has-this"}
    )
    assert unknown.status_code == 201
    assert unknown.json().keys() == second.keys()
    for who, invitation in ((stranger, second), (caller, first)):
        answer = await who.ask("POST", f"/identity/invitations/{invitation['id']}/acceptance")
        assert problem(answer) == (404, "identity.unknown_invitation")
    path = f"/identity/invitations/{second['id']}/acceptance"
    assert (await caller.post(path))["role"] == "checker"
    assert problem(await caller.ask("POST", path)) == (404, "identity.unknown_invitation")


async def test_open_invitations_are_seen_and_taken_back_by_whoever_manages(
    company: Company, bank: Bank
) -> None:
    path = f"{company.path}/invitations"
    login, caller = await newcomer(bank)
    made = [
        await company.firm.post(path, {"login": each, "role": "viewer"})
        for each in (login, "nobody-has-this")
    ]
    first = await company.firm.get(path, limit=1)
    rest = await company.people["administrator"].get(path, after=first["next"])
    assert first["items"] + rest["items"] == made[::-1]  # the latest first
    assert rest["next"] is None
    for who in ("maker", "checker", "viewer"):
        refused = await company.people[who].ask("GET", path)
        assert problem(refused) == (403, "auth.forbidden")
        refused = await company.people[who].ask("DELETE", f"{path}/{made[0]['id']}")
        assert problem(refused) == (403, "auth.forbidden")
    other = await bank.customer()
    for method, where in (("GET", path), ("DELETE", f"{path}/{made[0]['id']}")):
        assert problem(await other.ask(method, where)) == (404, "identity.unknown_company")
    elsewhere = f"/identity/companies/{other.party_id}/invitations/{made[0]['id']}"
    assert problem(await other.ask("DELETE", elsewhere)) == (404, "identity.unknown_invitation")
    # What gives nobody a right takes no second person.
    done(await company.firm.ask("PUT", f"{company.path}/dual-control", json={"dual_control": True}))
    gone = await company.firm.ask("DELETE", f"{path}/{made[0]['id']}")
    assert gone.status_code == 204
    again = await company.firm.ask("DELETE", f"{path}/{made[0]['id']}")
    assert problem(again) == (404, "identity.unknown_invitation")
    assert (await company.firm.get(path))["items"] == made[1:]
    assert await caller.get("/identity/invitations") == []
    late = await caller.ask("POST", f"/identity/invitations/{made[0]['id']}/acceptance")
    assert problem(late) == (404, "identity.unknown_invitation")


@pytest.mark.parametrize(
    "body",
    [
        {"role": "holder"},
        {"role": "owner"},
        {"role": "viewer", "party_id": "x"},
        {"role": "viewer", "permissions": ["payments:approve"]},
        {"role": "maker", "bands": [{"currency": "CNY", "amount": "0.001"}]},
        {"role": "maker", "bands": [{"currency": "CNY", "amount": "-1"}]},
        {"role": "maker", "bands": [{"currency": "CNY", "amount": "1"}] * 2},
        {"role": "maker", "bands": [{"currency": "ABC", "amount": "1"}]},
        {"role": "maker", "bands": [{"currency": "CNY", "amount": "1", "per_day": "0.999"}]},
        {"role": "maker", "ends_at": "2020-01-01T00:00:00Z"},
    ],
)
async def test_hostile_terms_are_refused(company: Company, body: dict[str, Any]) -> None:
    sent = {"login": "li.na", **body}
    answer = await company.firm.ask("POST", f"{company.path}/invitations", json=sent)
    assert problem(answer)[0] == 422


async def test_the_banks_departments_make_the_first_administrator_together(bank: Bank) -> None:
    operations, compliance = await bank.staff(), await bank.staff(Role.STAFF_COMPLIANCE)
    firm = await operations.post(
        "/parties",
        {
            "kind": "organisation",
            "name": "新企业",
            "registration_number": next(bank._firms).registration_number,
        },
    )
    login, caller = await newcomer(bank)
    path = f"/identity/companies/{firm['id']}"
    answer = await operations.ask(
        "POST", f"{path}/administrators", json={"login": login, "reason": "柜面申请"}
    )
    proposal = await proposal_of(answer)
    assert problem(await caller.ask("GET", path)) == (404, "identity.unknown_company")
    done(await approve(compliance, proposal))
    (invitation,) = await caller.get("/identity/invitations")
    joined = await caller.post(f"/identity/invitations/{invitation['id']}/acceptance")
    assert joined["role"] == "administrator"
    assert (await caller.get(path))["members"][0]["login"] == login
