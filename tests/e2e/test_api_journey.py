"""The main path over HTTP, as the people who walk it: from registration to the supplier's money."""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import httpx2
import pytest

from tests.support.bank import Bank, Caller, Customer, done, problem
from tongbao.core.identity.service import Role
from tongbao.core.ledger import service as ledger
from tongbao.kernel.ids import new_id

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
DRAWN = "300000.00"
PAID = "42000.00"  # more would wait a day, as the payee is new
TABLES = (
    "accounts_account",
    "agreements_agreement",
    "agreements_consent",
    "agreements_consent_event",
    "lending_application",
    "lending_decision",
    "lending_loan",
    "ledger_posting",
    "ledger_transaction",
    "payments_order",
    "infra_outbox",
)


def cny(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "CNY"}


def total(lines: list[dict[str, Any]]) -> Decimal:
    """Add up the lines of a limit or a rate."""
    return sum(
        (Decimal(line["rate"] if "rate" in line else line["amount"]["amount"]) for line in lines),
        Decimal(0),
    )


@dataclass
class Walker:
    """A customer who remembers what they sent, so that it can be sent again."""

    customer: Customer
    sent: list[tuple[str, object, str, httpx2.Response]] = field(default_factory=list)

    async def post(self, path: str, body: object) -> Any:
        key = str(new_id())
        answer = await self.customer.stepped_up("POST", path, json=body, key=key)
        self.sent.append((path, body, key, answer))
        return done(answer)

    async def get(self, path: str, **query: Any) -> Any:
        return await self.customer.get(path, **query)


@dataclass(frozen=True)
class Walked:
    """A firm at the end of the main path, and all that was made on its way."""

    firm: Walker
    supplier: Customer
    account: dict[str, Any]
    to_account: dict[str, Any]
    consent: dict[str, Any]
    application: dict[str, Any]
    agreement: dict[str, Any]
    loan: dict[str, Any]
    payment: dict[str, Any]


@pytest.fixture(scope="module")
async def walked(bank: Bank) -> Walked:
    firm, supplier = Walker(await bank.customer()), await bank.customer()
    party_id = firm.customer.party_id
    account = await firm.post("/accounts", {"party_id": party_id, "currency": "CNY"})
    to_account = await supplier.open_account()

    (text,) = await firm.get("/agreements/consent-texts")
    asked = await firm.post(
        "/agreements/consent-requests",
        {
            "party_id": party_id,
            "purpose": text["purpose"],
            "source": text["source"],
            "text_version": text["version"],
            "text_digest": text["digest"],
        },
    )
    consent = await firm.post(
        f"/agreements/consent-requests/{asked['id']}/confirmation",
        {"digest": asked["digest"], "confirmed": True},
    )
    submitted = await firm.post("/lending/applications", {"account_id": account["id"]})
    path = f"/lending/applications/{submitted['id']}"
    await bank.work()
    application = await firm.get(path)
    agreement = await firm.get(f"{path}/agreement", amount=DRAWN, language="zh")
    loan = await firm.post(
        f"{path}/acceptance",
        {"amount": cny(DRAWN), "language": "zh", "text_digest": agreement["text_digest"]},
    )
    payment = await firm.post(
        "/payments",
        {
            "debtor_account_id": account["id"],
            "creditor_account_number": to_account["number"],
            "creditor_name": supplier.firm.name,
            "amount": cny(PAID),
            "remittance": "水泥货款",
            "end_to_end_id": "INV-2026-0042",
        },
    )
    return Walked(
        firm, supplier, account, to_account, consent, application, agreement, loan, payment
    )


async def test_the_decision_says_what_it_rests_on_and_adds_up(walked: Walked) -> None:
    application = walked.application
    assert application["state"] == "approved"
    assert [step["to_state"] for step in application["steps"]] == [
        "submitted",
        "collecting",
        "approved",
    ]
    assert application["data"]["consent_id"] == walked.consent["id"]
    assert application["data"]["row_count"] > 1_000
    decision, offer = application["decision"], application["offer"]
    assert len(decision["features"]) >= 12
    assert decision["rating"]["reasons"]
    assert total(offer["limit_lines"]) == Decimal(offer["limit"]["amount"])
    assert total(offer["rate_lines"]) == Decimal(offer["annual_rate"])
    assert Decimal("0.08") <= Decimal(offer["annual_rate"]) <= Decimal("0.12")


async def test_reasons_are_read_in_either_language(walked: Walked) -> None:
    path = f"/lending/applications/{walked.application['id']}"
    said = {}
    for language in ("zh", "en"):
        answer = await walked.firm.customer.ask("GET", path, language=language)
        assert answer.headers["content-language"] == language
        said[language] = done(answer)["decision"]["rating"]["reasons"]
    assert all(reason.isascii() for reason in said["en"])
    assert not any(reason.isascii() for reason in said["zh"])


async def test_the_agreement_that_was_read_is_the_one_signed(walked: Walked) -> None:
    signed = await walked.firm.get(f"/agreements/{walked.loan['agreement_id']}")
    assert signed["text"] == walked.agreement["text"]
    assert signed["text_digest"] == walked.agreement["text_digest"]
    assert DRAWN in signed["text"].replace(",", "")


async def test_the_money_is_where_the_answers_say(walked: Walked) -> None:
    balance = await walked.firm.get(f"/accounts/{walked.account['id']}/balance")
    assert balance["available"] == cny("258000.00")
    loan = await walked.firm.get(f"/lending/loans/{walked.loan['id']}")
    assert loan["principal"] == loan["outstanding"] == cny(DRAWN)
    supplied = await walked.supplier.get(f"/accounts/{walked.to_account['id']}/balance")
    assert supplied["available"] == cny(PAID)


async def test_both_sides_see_the_transfer(walked: Walked) -> None:
    entries = (await walked.firm.get(f"/accounts/{walked.account['id']}/entries"))["items"]
    assert [(each["type"], each["direction"]) for each in entries] == [
        ("payments.transfer", "debit"),
        ("lending.disbursement", "credit"),
    ]
    assert entries[0]["counterparty"]["name"] == walked.supplier.firm.name
    (received,) = (await walked.supplier.get(f"/accounts/{walked.to_account['id']}/entries"))[
        "items"
    ]
    assert received["direction"] == "credit"
    assert received["amount"] == cny(PAID)
    assert received["counterparty"]["name"] == walked.firm.customer.firm.name
    assert received["transaction_id"] == entries[0]["transaction_id"]
    for caller in (walked.firm, walked.supplier):
        assert await caller.get(f"/payments/{walked.payment['id']}") == walked.payment


async def test_everything_sent_again_is_answered_again_and_changes_nothing(
    bank: Bank, walked: Walked
) -> None:
    before = bank.rows(*TABLES)
    assert len(walked.firm.sent) == 6
    for path, body, key, first in walked.firm.sent:
        again = await walked.firm.customer.ask("POST", path, json=body, key=key)
        assert again.status_code == first.status_code, path
        assert again.content == first.content, path
        assert again.headers["idempotency-replayed"] == "true", path
        assert again.headers.get("location") == first.headers.get("location"), path
    await bank.work()
    assert bank.rows(*TABLES) == before


async def test_the_same_key_with_another_amount_is_refused(bank: Bank, walked: Walked) -> None:
    path, body, key, _ = walked.firm.sent[-1]
    assert isinstance(body, dict)
    before = bank.rows(*TABLES)
    other = await walked.firm.customer.ask(
        "POST", path, json={**body, "amount": cny("1.00")}, key=key
    )
    assert problem(other) == (422, "idempotency.key_reused")
    assert bank.rows(*TABLES) == before


async def test_an_accepted_offer_is_not_accepted_twice(bank: Bank, walked: Walked) -> None:
    before = bank.rows(*TABLES)
    again = await walked.firm.customer.ask(
        "POST",
        f"/lending/applications/{walked.application['id']}/acceptance",
        json={
            "amount": cny(DRAWN),
            "language": "zh",
            "text_digest": walked.agreement["text_digest"],
        },
        key=str(new_id()),
    )
    assert problem(again) == (409, "lending.already_accepted")
    assert bank.rows(*TABLES) == before


def of_the_firm(walked: Walked) -> list[tuple[str, dict[str, str]]]:
    """Return where the firm's own things can be read."""
    account, application = walked.account["id"], walked.application["id"]
    return [
        (f"/parties/{walked.firm.customer.party_id}", {}),
        (f"/accounts/{account}", {}),
        (f"/accounts/{account}/balance", {}),
        (f"/accounts/{account}/entries", {}),
        (f"/agreements/consents/{walked.consent['id']}", {}),
        (f"/agreements/consents/{walked.consent['id']}/history", {}),
        (f"/agreements/{walked.loan['agreement_id']}", {}),
        (f"/lending/applications/{application}", {}),
        (f"/lending/applications/{application}/agreement", {"amount": DRAWN}),
        (f"/lending/loans/{walked.loan['id']}", {}),
        ("/payments", {"account_id": account}),
        (f"/payments/{walked.payment['id']}", {}),
    ]


async def test_another_customer_sees_nothing_of_it(bank: Bank, walked: Walked) -> None:
    stranger = await bank.customer()
    for path, query in of_the_firm(walked):
        seen = await stranger.ask("GET", path, params=query)
        assert problem(seen)[0] == 404, path
        unknown = {name: ID.sub(str(new_id()), value) for name, value in query.items()}
        nothing = await stranger.ask("GET", ID.sub(str(new_id()), path), params=unknown)
        # What one may not see looks exactly like what does not exist.
        assert problem(nothing) == problem(seen), path
    for path in ("/accounts", "/agreements", "/agreements/consents", "/lending/loans"):
        assert (await stranger.get(path))["items"] == [], path
        theirs = await stranger.get(path, party_id=walked.firm.customer.party_id)
        assert theirs["items"] == [], path
    assert [each["id"] for each in (await stranger.get("/parties"))["items"]] == [stranger.party_id]


async def test_another_customer_can_do_nothing_with_it(bank: Bank, walked: Walked) -> None:
    stranger = await bank.customer()
    before = bank.rows(*TABLES)
    application = f"/lending/applications/{walked.application['id']}"
    account = walked.account["id"]
    order = {
        "debtor_account_id": account,
        "creditor_account_number": walked.to_account["number"],
        "creditor_name": walked.supplier.firm.name,
        "amount": cny("1.00"),
    }
    signature = {
        "amount": cny(DRAWN),
        "language": "zh",
        "text_digest": walked.agreement["text_digest"],
    }
    attempts: list[tuple[str, object]] = [
        ("/payments", order),
        ("/lending/applications", {"account_id": account}),
        (f"{application}/acceptance", signature),
        (f"/agreements/consents/{walked.consent['id']}/withdrawal", None),
        ("/accounts", {"party_id": walked.firm.customer.party_id}),
    ]
    for path, body in attempts:
        refused = await stranger.ask("POST", path, json=body, key=str(new_id()))
        assert problem(refused)[0] == 404, path
    for path, body in [(f"{application}/review", {"verdict": "refuse", "note": "x"})]:
        refused = await stranger.ask("POST", path, json=body, key=str(new_id()))
        assert problem(refused) == (403, "auth.forbidden")
    assert bank.rows(*TABLES) == before


async def test_nobody_without_a_token_sees_anything(bank: Bank, walked: Walked) -> None:
    for headers in ({}, {"Authorization": "Bearer tb_made-up"}):
        nobody = Caller(bank.http, headers)
        for path, query in of_the_firm(walked):
            refused = await nobody.ask("GET", path, params=query)
            assert problem(refused) == (401, "auth.unauthenticated"), path


@pytest.mark.parametrize("role", [Role.STAFF_OPERATIONS, Role.STAFF_RISK, Role.AUDITOR])
async def test_staff_may_read_all_of_it(bank: Bank, walked: Walked, role: Role) -> None:
    staff = await bank.staff(role)
    for path, query in of_the_firm(walked):
        if not path.endswith("/agreement"):  # the preview is for who signs
            assert await staff.get(path, **query), path


async def test_risk_staff_can_have_the_decision_computed_again(bank: Bank, walked: Walked) -> None:
    risk = await bank.staff(Role.STAFF_RISK)
    decision = walked.application["decision"]["id"]
    replay = await risk.get(f"/lending/decisions/{decision}/replay")
    assert replay["equal"]
    assert replay["recomputed"]
    assert replay["differences"] == []


async def test_the_books_are_sound(bank: Bank, walked: Walked) -> None:
    assert walked.payment["status"] == "settled"
    async with bank.database.read() as tx:
        assert await ledger.verify(tx) == []


async def test_who_logs_out_is_out(bank: Bank) -> None:
    staff = await bank.staff()
    assert (await staff.get("/identity/me"))["kind"] == "staff"
    gone = await staff.ask("DELETE", "/identity/tokens/current")
    assert gone.status_code == 204
    assert problem(await staff.ask("GET", "/identity/me")) == (401, "auth.unauthenticated")
