"""The bank's own people: created, given roles, blocked; accounts frozen; books adjusted."""

from typing import Any
from uuid import UUID

import pytest

from tests.support.bank import PASSWORD, Bank, Caller, done, problem
from tests.unit.core.identity.conftest import new_person
from tongbao.core.identity.service import ROLE_PERMISSIONS, Role, passkeys
from tongbao.core.identity.service.open_recoveries import find_recovery
from tongbao.kernel.clock import now
from tongbao.kernel.ids import new_id


@pytest.fixture
async def admin(bank: Bank) -> Caller:
    return await bank.staff(Role.STAFF_ADMINISTRATOR)


@pytest.fixture
async def compliance(bank: Bank) -> Caller:
    return await bank.staff(Role.STAFF_COMPLIANCE)


def new_staff(**facts: object) -> dict[str, object]:
    return {
        "login": f"staff-{new_id().hex[-12:]}",
        "name": "王敏",
        "password": PASSWORD,
        "roles": ["staff_risk"],
        "reason": "入职",
        **facts,
    }


async def approve(who: Caller, proposal: dict[str, Any]) -> Any:
    return await who.ask(
        "POST", f"/proposals/{proposal['id']}/approval", json={"digest": proposal["digest"]}
    )


async def log_in(bank: Bank, login: str) -> Any:
    return await bank.http.post(
        "/api/v1/identity/tokens", data={"username": login, "password": PASSWORD}
    )


async def created(bank: Bank, admin: Caller, compliance: Caller, **facts: object) -> Any:
    """A member of staff made by two, and logged in: the user and the caller."""
    body = new_staff(**facts)
    proposal = await admin.post("/identity/users", body)
    location = done(await approve(compliance, proposal))["location"]
    user = done(await bank.http.get(location, headers=admin.headers))
    token = done(await log_in(bank, str(body["login"])))["access_token"]
    return user, Caller(bank.http, {"Authorization": f"Bearer {token}"})


async def test_two_recover_the_account_of_somebody_who_has_lost_everything(
    bank: Bank, compliance: Caller
) -> None:
    operations = await bank.staff(Role.STAFF_OPERATIONS)
    async with bank.database.write() as tx:
        person = await new_person(tx)
    path = f"/identity/users/{person.user.id}/factor-recovery"
    body = {"evidence": "柜面核验身份证原件，人脸比对一致", "reason": "手机与密码均丢失"}
    nothing = await operations.ask("POST", path, json=body)
    assert problem(nothing) == (409, "identity.recovery_impossible")
    async with bank.database.write() as tx:
        await person.add_passkey(tx, at=now())
    for short in ({**body, "evidence": "见过本人"}, {"reason": "x"}, {**body, "user_id": "x"}):
        refused = await operations.ask("POST", path, json=short)
        assert problem(refused) == (422, "request.invalid")
    unknown = await operations.ask(
        "POST", path.replace(str(person.user.id), str(new_id())), json=body
    )
    assert problem(unknown) == (404, "identity.unknown_user")
    proposal = await operations.post(path, body)
    assert problem(await approve(operations, proposal)) == (403, "proposals.own_proposal")
    done(await approve(compliance, proposal))
    async with bank.database.read() as tx:
        begun = await find_recovery(tx, user_id=person.user.id, at=now())
        assert begun is not None
        assert begun.factor == "staff"
        assert len(await passkeys.list_passkeys(tx, user_id=person.user.id)) == 1, "it waits"
    again = await operations.post(path, body)
    assert problem(await approve(compliance, again)) == (409, "identity.recovery_waits")


async def test_two_make_a_member_of_staff(bank: Bank, admin: Caller, compliance: Caller) -> None:
    body = new_staff()
    answer = await admin.ask("POST", "/identity/users", json=body)
    assert answer.status_code == 202
    proposal = answer.json()
    assert "password" not in str(proposal)
    assert "argon2" not in answer.text
    assert (await log_in(bank, str(body["login"]))).status_code == 401
    assert problem(await approve(admin, proposal)) == (403, "proposals.own_proposal")
    for role in (Role.STAFF_OPERATIONS, Role.STAFF_RISK):
        nobody = await approve(await bank.staff(role), proposal)
        assert problem(nobody) == (404, "proposals.unknown_proposal")
    auditor = await approve(await bank.staff(Role.AUDITOR), proposal)
    assert problem(auditor) == (403, "auth.forbidden")
    done(await approve(compliance, proposal))
    assert (await log_in(bank, str(body["login"]))).status_code == 201
    twice = await admin.post("/identity/users", body)
    assert problem(await approve(compliance, twice)) == (409, "identity.login_taken")


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"roles": ["customer"]}, "request.invalid"),
        ({"roles": ["service"]}, "request.invalid"),
        ({"roles": []}, "request.invalid"),
        ({"permissions": ["ledger:post"]}, "request.invalid"),
        ({"kind": "service"}, "request.invalid"),
        ({"party_ids": [str(UUID(int=1))]}, "request.invalid"),
        ({"reason": ""}, "request.invalid"),
        ({"password": "short"}, "identity.password_too_weak"),
        ({"login": "x"}, "identity.login_malformed"),
        ({"roles": ["staff_operations", "staff_compliance"]}, "identity.duties_not_separated"),
        ({"roles": ["auditor", "staff_risk"]}, "identity.duties_not_separated"),
    ],
)
async def test_hostile_members_of_staff_are_not_even_proposed(
    admin: Caller, facts: dict[str, object], code: str
) -> None:
    answer = await admin.ask("POST", "/identity/users", json=new_staff(**facts))
    assert problem(answer) == (422, code)
    assert (await admin.get("/proposals/mine"))["items"] == []


async def test_two_change_roles_and_they_hold_at_once(
    bank: Bank, admin: Caller, compliance: Caller
) -> None:
    user, caller = await created(bank, admin, compliance)
    path = f"/identity/users/{user['id']}/roles"
    proposal = done(
        await admin.ask("PUT", path, json={"roles": ["staff_product"], "reason": "转岗"})
    )
    assert (await caller.get("/identity/me"))["permissions"] == user_permissions(Role.STAFF_RISK)
    done(await approve(compliance, proposal))
    assert (await caller.get("/identity/me"))["permissions"] == user_permissions(Role.STAFF_PRODUCT)


def user_permissions(role: Role) -> list[str]:
    return sorted(ROLE_PERMISSIONS[role])


async def test_nobody_proposes_or_approves_their_own_roles(
    bank: Bank, admin: Caller, compliance: Caller
) -> None:
    me = await admin.get("/identity/me")
    own = await admin.ask(
        "PUT",
        f"/identity/users/{me['id']}/roles",
        json={"roles": ["staff_operations"], "reason": "x"},
    )
    assert problem(own) == (403, "identity.own_user")
    approver = await compliance.get("/identity/me")
    proposal = done(
        await admin.ask(
            "PUT",
            f"/identity/users/{approver['id']}/roles",
            json={"roles": ["staff_operations"], "reason": "x"},
        )
    )
    assert problem(await approve(compliance, proposal)) == (403, "identity.own_user")


async def test_a_customers_user_gets_no_role_of_staff(bank: Bank, admin: Caller) -> None:
    customer = await bank.customer()
    me = await customer.get("/identity/me")
    answer = await admin.ask(
        "PUT",
        f"/identity/users/{me['id']}/roles",
        json={"roles": ["staff_operations"], "reason": "x"},
    )
    assert problem(answer) == (422, "identity.roles_mismatch")


async def test_a_blocked_user_is_out_at_once_and_comes_back_with_a_new_log_in(
    bank: Bank, admin: Caller, compliance: Caller
) -> None:
    user, caller = await created(bank, admin, compliance)
    path = f"/identity/users/{user['id']}"
    assert (await admin.post(f"{path}/blocking", {"reason": "离职"}))["blocked"] is True
    assert problem(await caller.ask("GET", "/identity/me")) == (401, "auth.unauthenticated")
    refused = await log_in(bank, user["login"])
    wrong = await bank.http.post(
        "/api/v1/identity/tokens", data={"username": user["login"], "password": "wrong " * 3}
    )
    assert refused.status_code == wrong.status_code == 401
    assert refused.json()["code"] == wrong.json()["code"]
    assert (await admin.post(f"{path}/unblocking", {"reason": "返岗"}))["blocked"] is False
    assert problem(await caller.ask("GET", "/identity/me")) == (401, "auth.unauthenticated")
    assert (await log_in(bank, user["login"])).status_code == 201


async def test_an_administrator_does_not_block_themself(admin: Caller) -> None:
    me = await admin.get("/identity/me")
    answer = await admin.ask("POST", f"/identity/users/{me['id']}/blocking", json={"reason": "x"})
    assert problem(answer) == (403, "identity.own_user")


async def test_what_a_blocked_maker_proposed_is_not_executed(
    bank: Bank, admin: Caller, compliance: Caller
) -> None:
    user, maker = await created(bank, admin, compliance, roles=["staff_administrator"])
    proposal = await maker.post("/identity/users", new_staff())
    await admin.post(f"/identity/users/{user['id']}/blocking", {"reason": "x"})
    late = await approve(compliance, proposal)
    assert problem(late) == (409, "proposals.maker_may_no_longer")


async def test_users_are_found_by_the_beginning_of_their_log_in_name(
    bank: Bank, admin: Caller, compliance: Caller
) -> None:
    user, _ = await created(bank, admin, compliance)
    found = await admin.get("/identity/users", login=user["login"][:-1].upper())
    assert [each["id"] for each in found["items"]] == [user["id"]]
    for hostile in ("%", "_____", "'", user["login"] + "%"):
        assert (await admin.get("/identity/users", login=hostile))["items"] == []
    page = await admin.get("/identity/users", kind="staff", limit=2)
    rest = await admin.get("/identity/users", kind="staff", limit=2, after=page["next"])
    assert not {each["id"] for each in page["items"]} & {each["id"] for each in rest["items"]}


async def test_operations_freezes_releases_and_closes_an_account(bank: Bank) -> None:
    customer, operations = await bank.customer(), await bank.staff()
    account = await customer.open_account()
    path = f"/accounts/{account['id']}"
    frozen = await operations.post(f"{path}/freezing", {"reason": "法院冻结"})
    assert frozen["status"] == "frozen"
    assert (await operations.post(f"{path}/freezing", {"reason": "再次"}))["status"] == "frozen"
    assert (await customer.get(path))["status"] == "frozen"
    assert (await operations.post(f"{path}/release", {"reason": "解除"}))["status"] == "open"
    assert (await operations.post(f"{path}/closing", {"reason": "客户申请"}))["status"] == "closed"
    again = await operations.ask("POST", f"{path}/release", json={"reason": "x"})
    assert problem(again) == (422, "accounts.account_closed")
    blank = await operations.ask("POST", f"{path}/freezing", json={"reason": "   "})
    assert problem(blank) == (422, "accounts.reason_missing")
    kept = bank.query(
        "SELECT status, reason FROM accounts_status_change WHERE account_id = %s ORDER BY id",
        account["id"],
    )
    assert kept == [("frozen", "法院冻结"), ("open", "解除"), ("closed", "客户申请")]


async def test_an_account_with_money_is_not_closed(bank: Bank) -> None:
    operations, books = await bank.staff(), await bank.service()
    customer = await bank.customer()
    account = await customer.open_account()
    cash = await operations.post(
        "/ledger/accounts", {"asset": "CNY/2", "category": "asset", "overdraft": None}
    )
    await books.post("/ledger/transactions", transaction(cash["id"], ledger_id(bank, account)))
    answer = await operations.ask(
        "POST", f"/accounts/{account['id']}/closing", json={"reason": "x"}
    )
    assert problem(answer) == (409, "accounts.not_closable")
    assert (await customer.get(f"/accounts/{account['id']}"))["status"] == "open"


def ledger_id(bank: Bank, account: dict[str, Any]) -> str:
    ((found,),) = bank.query(
        "SELECT ledger_account_id::text FROM accounts_account WHERE id = %s", account["id"]
    )
    return str(found)


def transaction(debit: str, credit: str, amount: str = "10.00") -> dict[str, Any]:
    return {
        "id": str(new_id()),
        "type": "adjustment",
        "postings": [
            {
                "debit": debit,
                "credit": credit,
                "amount": {"amount": amount, "asset": "CNY/2"},
            }
        ],
    }


@pytest.fixture
async def books(bank: Bank) -> dict[str, str]:
    operations = await bank.staff()
    made = {}
    for name, body in {
        "cash": {"asset": "CNY/2", "category": "asset", "overdraft": None},
        "customer": {"asset": "CNY/2", "category": "liability"},
    }.items():
        made[name] = (await operations.post("/ledger/accounts", body))["id"]
    return made


async def test_staff_adjusts_the_books_with_four_eyes(
    bank: Bank, compliance: Caller, books: dict[str, str]
) -> None:
    operations = await bank.staff()
    booking = transaction(books["cash"], books["customer"])
    direct = await operations.ask("POST", "/ledger/transactions", json=booking)
    assert problem(direct) == (403, "auth.forbidden")
    proposal = await operations.post(
        "/ledger/adjustments", {"reason": "长款", "transaction": booking}
    )
    path = f"/ledger/transactions/{booking['id']}"
    assert (await operations.ask("GET", path)).status_code == 404
    assert problem(await approve(operations, proposal)) == (403, "proposals.own_proposal")
    colleague = await approve(await bank.staff(), proposal)
    assert problem(colleague) == (404, "proposals.unknown_proposal")
    done(await approve(compliance, proposal))
    assert (await operations.get(path))["type"] == "adjustment"
    reversal = {"id": str(new_id()), "reverses": booking["id"]}
    undo = await operations.post("/ledger/adjustments", {"reason": "误调", "reversal": reversal})
    location = done(await approve(compliance, undo))["location"]
    assert location == f"/api/v1/ledger/transactions/{reversal['id']}"
    assert (await operations.get(f"/ledger/transactions/{reversal['id']}"))["target"] == (
        booking["id"]
    )


async def test_an_adjustment_that_the_ledger_refuses_is_not_proposed(
    bank: Bank, books: dict[str, str]
) -> None:
    operations = await bank.staff()
    overdrawn = transaction(books["customer"], books["cash"])
    answer = await operations.ask(
        "POST", "/ledger/adjustments", json={"reason": "x", "transaction": overdrawn}
    )
    assert problem(answer) == (422, "ledger.insufficient_funds")
    reversal = {"id": str(new_id()), "reverses": str(new_id())}
    two = await operations.ask(
        "POST",
        "/ledger/adjustments",
        json={"reason": "x", "transaction": overdrawn, "reversal": reversal},
    )
    assert problem(two) == (422, "request.invalid")
    none = await operations.ask("POST", "/ledger/adjustments", json={"reason": "x"})
    assert problem(none) == (422, "request.invalid")
    assert (await operations.get("/proposals/mine"))["items"] == []


async def test_an_adjustment_is_booked_once_whoever_books_it(
    bank: Bank, compliance: Caller, books: dict[str, str]
) -> None:
    operations, system = await bank.staff(), await bank.service()
    booking = transaction(books["cash"], books["customer"])
    body = {"reason": "长款", "transaction": booking}
    proposals = [await operations.post("/ledger/adjustments", body) for _ in range(2)]
    await system.post("/ledger/transactions", booking)
    for proposal in proposals:
        done(await approve(compliance, proposal))
    account = await operations.get(f"/ledger/accounts/{books['customer']}")
    assert "10.00" in str(account)
    assert "20.00" not in str(account)
