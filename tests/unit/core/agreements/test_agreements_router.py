"""`/api/v1/agreements`: answers, problem codes and who may see and give what."""

import hashlib
from base64 import b64decode
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from tests.unit.core.conftest import AT, Caller, Customer, Staff
from tongbao.core.agreements import service as agreements
from tongbao.core.agreements.domain.consents import canonical
from tongbao.core.identity.domain import Role
from tongbao.infra.db import Database
from tongbao.infra.signing import PublicKey
from tongbao.kernel.ids import new_id

URL = "/api/v1/agreements"
CONSENTS = f"{URL}/consents"
REQUESTS = f"{URL}/consent-requests"
Problem = Callable[[httpx2.Response], tuple[int, str]]
PARAMETERS = {
    "lender_name": "通宝银行",
    "borrower_name": "杭州云帆贸易有限公司",
    "borrower_registration_number": "91110000600037341L",
    "currency": "CNY",
    "principal": "200000.00",
    "principal_capitals": "人民币贰拾万元整",
    "term_months": "12",
    "disbursed_on": "2025-11-21",
    "matures_on": "2026-11-21",
    "annual_rate_percent": "8.50",
    "account_number": "9900010000000000018",
    "repayment_method": "等额本息",
}


async def reading(client: httpx2.AsyncClient, who: Caller) -> dict[str, Any]:
    """What a client sends after it showed the text."""
    (shown,) = (await client.get(f"{URL}/consent-texts")).json()
    return {
        "party_id": str(who.party_id),
        "purpose": shown["purpose"],
        "source": shown["source"],
        "recipient": shown["recipient"],
        "text_version": shown["version"],
        "text_digest": shown["digest"],
    }


async def asked(client: httpx2.AsyncClient, who: Caller) -> dict[str, Any]:
    response = await client.post(REQUESTS, json=await reading(client, who), headers=who.headers)
    assert response.status_code == 201, response.text
    body: dict[str, Any] = response.json()
    return body


async def confirm(
    client: httpx2.AsyncClient, who: Caller, request: dict[str, Any], **change: Any
) -> httpx2.Response:
    yes = {"digest": request["digest"], "confirmed": True} | change
    url = f"{REQUESTS}/{request['id']}/confirmation"
    return await client.post(url, json=yes, headers=who.headers)


async def granted(client: httpx2.AsyncClient, who: Caller) -> dict[str, Any]:
    response = await confirm(client, who, await asked(client, who))
    assert response.status_code == 201, response.text
    body: dict[str, Any] = response.json()
    assert response.headers["location"] == f"{CONSENTS}/{body['id']}"
    return body


async def test_everybody_may_read_the_texts_and_check_their_digest(
    client: httpx2.AsyncClient,
) -> None:
    response = await client.get(f"{URL}/consent-texts")
    assert response.status_code == 200
    (text,) = response.json()
    assert (text["purpose"], text["source"]) == ("credit_assessment", "tax.vat_invoices")
    assert text["valid_days"] == 365
    parts = [text["purpose"], text["source"], text["version"]]
    parts += [text["title"]["zh"], text["body"]["zh"], text["title"]["en"], text["body"]["en"]]
    names = ("recipient", "scope", "retention", "valid_days")
    parts += [canonical({name: text[name] for name in names})]
    assert hashlib.sha256("\n".join(parts).encode()).hexdigest() == text["digest"]


async def test_a_customer_grants_reads_and_withdraws(
    client: httpx2.AsyncClient, customer: Customer
) -> None:
    who = await customer("张伟")
    consent = await granted(client, who)
    assert consent["status"] == "granted"
    assert consent["granted_by"] == str(who.actor.id)
    address = f"{CONSENTS}/{consent['id']}"
    assert (await client.get(address, headers=who.headers)).json() == consent
    assert (await client.get(CONSENTS, headers=who.headers)).json()["items"] == [consent]
    response = await client.post(f"{address}/withdrawal", headers=who.headers)
    assert response.status_code == 200
    withdrawn = response.json()
    assert (withdrawn["status"], withdrawn["ended_by"]) == ("withdrawn", str(who.actor.id))
    again = await client.post(f"{address}/withdrawal", headers=who.headers)
    assert again.json() == withdrawn
    history = (await client.get(f"{address}/history", headers=who.headers)).json()
    assert [(line["status"], line["recorded_by"]) for line in history] == [
        ("granted", str(who.actor.id)),
        ("withdrawn", str(who.actor.id)),
    ]


async def test_a_withdrawal_counts_from_its_answer_on(
    client: httpx2.AsyncClient, customer: Customer, database: Database
) -> None:
    who = await customer("张伟")
    consent = await granted(client, who)
    await client.post(f"{CONSENTS}/{consent['id']}/withdrawal", headers=who.headers)
    async with database.write() as tx:
        with pytest.raises(agreements.ConsentMissing):
            await agreements.require_consent(
                tx,
                party_id=who.party_id,
                source=consent["source"],
                purpose=consent["purpose"],
                at=AT,
            )


async def test_a_request_says_in_full_what_would_be_allowed(
    client: httpx2.AsyncClient, customer: Customer
) -> None:
    who = await customer("䶮𠮷")
    request = await asked(client, who)
    statement = request["statement"]
    (text,) = (await client.get(f"{URL}/consent-texts")).json()
    for member in ("purpose", "source", "recipient", "scope", "retention", "valid_days"):
        assert statement[member] == text[member]
    assert statement["text_digest"] == text["digest"]
    assert (statement["party_id"], statement["party_name"]) == (str(who.party_id), "䶮𠮷")
    for name in (statement["purpose"], statement["recipient"], *statement["scope"]["data"]):
        assert statement["names"][name]["zh"]
    assert hashlib.sha256(canonical(statement).encode()).hexdigest() == request["digest"]
    # Nothing is allowed by asking.
    assert (await client.get(CONSENTS, headers=who.headers)).json()["items"] == []


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"text_digest": "0" * 64}, 422, "agreements.consent_text_mismatch"),
        ({"text_digest": "0" * 63}, 422, "request.invalid"),
        ({"text_version": "2000-01"}, 409, "agreements.consent_text_outdated"),
        ({"purpose": "marketing"}, 422, "agreements.unknown_consent_text"),
        ({"source": "tax.filings"}, 422, "agreements.unknown_consent_text"),
        ({"recipient": "somebody"}, 422, "agreements.unknown_consent_text"),
        ({"purpose": "Marketing!"}, 422, "request.invalid"),
        ({"confirmed": True}, 422, "request.invalid"),
        ({"scope": {"data": []}}, 422, "request.invalid"),
    ],
)
async def test_what_was_not_properly_read_is_no_request(
    client: httpx2.AsyncClient,
    customer: Customer,
    problem: Problem,
    change: dict[str, Any],
    status: int,
    code: str,
) -> None:
    who = await customer("张伟")
    body = await reading(client, who) | change
    response = await client.post(REQUESTS, json=body, headers=who.headers)
    assert problem(response) == (status, code)


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"confirmed": False}, 422, "agreements.consent_not_confirmed"),
        ({"confirmed": "true"}, 422, "request.invalid"),
        ({"confirmed": 1}, 422, "request.invalid"),
        ({"digest": "0" * 64}, 422, "agreements.consent_statement_mismatch"),
        ({"digest": "A" * 64}, 422, "request.invalid"),
        ({"digest": None}, 422, "request.invalid"),
        ({"forever": True}, 422, "request.invalid"),
    ],
)
async def test_what_was_not_properly_confirmed_is_no_consent(
    client: httpx2.AsyncClient,
    customer: Customer,
    problem: Problem,
    change: dict[str, Any],
    status: int,
    code: str,
) -> None:
    who = await customer("张伟")
    request = await asked(client, who)
    assert problem(await confirm(client, who, request, **change)) == (status, code)
    assert (await client.get(CONSENTS, headers=who.headers)).json()["items"] == []
    # A wrong confirmation uses nothing up.
    assert (await confirm(client, who, request)).status_code == 201


async def test_a_request_is_confirmed_once(
    client: httpx2.AsyncClient, customer: Customer, problem: Problem
) -> None:
    who = await customer("张伟")
    request = await asked(client, who)
    assert (await confirm(client, who, request)).status_code == 201
    again = await confirm(client, who, request)
    assert problem(again) == (409, "agreements.consent_request_used")
    assert len((await client.get(CONSENTS, headers=who.headers)).json()["items"]) == 1


async def test_anothers_request_is_answered_like_one_that_does_not_exist(
    client: httpx2.AsyncClient, customer: Customer, problem: Problem
) -> None:
    who, other = await customer("甲"), await customer("乙")
    request = await asked(client, other)
    hidden = await confirm(client, who, request)
    missing = await confirm(client, who, request | {"id": str(new_id())})
    assert problem(hidden) == problem(missing) == (404, "agreements.unknown_consent_request")


async def test_nobody_consents_for_others(
    client: httpx2.AsyncClient, customer: Customer, staff: Staff, problem: Problem
) -> None:
    who, other = await customer("甲"), await customer("乙")
    body = await reading(client, other)
    response = await client.post(REQUESTS, json=body, headers=who.headers)
    assert problem(response) == (404, "parties.unknown_party")
    for role in (Role.STAFF_OPERATIONS, Role.STAFF_RISK, Role.AUDITOR):
        response = await client.post(REQUESTS, json=body, headers=staff(role).headers)
        assert problem(response) == (403, "auth.forbidden")
    assert (await client.get(CONSENTS, headers=other.headers)).json()["items"] == []


async def test_receipts_are_checked_with_the_published_key(
    client: httpx2.AsyncClient, customer: Customer, problem: Problem
) -> None:
    who, other = await customer("甲"), await customer("乙")
    consent = await granted(client, who)
    address = f"{CONSENTS}/{consent['id']}"
    await client.post(f"{address}/withdrawal", headers=who.headers)
    keys = {each["key_id"]: each for each in (await client.get(f"{URL}/keys")).json()}
    history = (await client.get(f"{address}/history", headers=who.headers)).json()
    for line, state in zip(history, ("given", "withdrawn"), strict=True):
        query = {"record_id": line["id"]}
        shown = await client.get(f"{address}/receipt", params=query, headers=who.headers)
        receipt = shown.json()
        assert receipt["receipt"]["event"]["event_state"] == state
        assert receipt["receipt"]["receipt_id"] == line["id"]
        key = PublicKey.of_bytes(b64decode(keys[receipt["key_id"]]["public_key"]))
        signature = b64decode(receipt["signature"])
        assert key.verifies(canonical(receipt["receipt"]).encode(), signature)
        changed = receipt["receipt"] | {"pii_principal_id": str(other.party_id)}
        assert not key.verifies(canonical(changed).encode(), signature)
    last = (await client.get(f"{address}/receipt", headers=who.headers)).json()
    assert last["receipt"]["event"]["event_state"] == "withdrawn"
    unknown = await client.get(
        f"{address}/receipt", params={"record_id": str(new_id())}, headers=who.headers
    )
    assert problem(unknown) == (404, "agreements.unknown_receipt")
    hidden = await client.get(f"{address}/receipt", headers=other.headers)
    assert problem(hidden) == (404, "agreements.unknown_consent")


async def test_anothers_consent_is_answered_like_one_that_does_not_exist(
    client: httpx2.AsyncClient, customer: Customer, problem: Problem
) -> None:
    who, other = await customer("甲"), await customer("乙")
    consent = await granted(client, other)
    for method, tail in (("GET", ""), ("GET", "/history"), ("POST", "/withdrawal")):
        hidden = await client.request(
            method, f"{CONSENTS}/{consent['id']}{tail}", headers=who.headers
        )
        missing = await client.request(method, f"{CONSENTS}/{new_id()}{tail}", headers=who.headers)
        assert problem(hidden) == problem(missing) == (404, "agreements.unknown_consent")
    asked_for = await client.get(
        CONSENTS, params={"party_id": str(other.party_id)}, headers=who.headers
    )
    assert asked_for.json()["items"] == []
    assert (await client.get(CONSENTS, headers=other.headers)).json()["items"] == [consent]


async def test_staff_read_but_do_not_withdraw(
    client: httpx2.AsyncClient, customer: Customer, staff: Staff, problem: Problem
) -> None:
    who, risk = await customer("张伟"), staff(Role.STAFF_RISK)
    consent = await granted(client, who)
    address = f"{CONSENTS}/{consent['id']}"
    assert (await client.get(address, headers=risk.headers)).json() == consent
    assert len((await client.get(f"{address}/history", headers=risk.headers)).json()) == 1
    newest = await client.get(CONSENTS, params={"limit": 1}, headers=risk.headers)
    assert newest.json()["items"] == [consent]
    response = await client.post(f"{address}/withdrawal", headers=risk.headers)
    assert problem(response) == (403, "auth.forbidden")


async def test_a_refused_confirmation_is_refused_again_under_its_key(
    client: httpx2.AsyncClient, customer: Customer, problem: Problem
) -> None:
    who = await customer("张伟")
    request = await asked(client, who)
    url = f"{REQUESTS}/{request['id']}/confirmation"
    headers = who.headers | {"Idempotency-Key": str(new_id())}
    body = {"digest": request["digest"], "confirmed": False}
    refused = await client.post(url, json=body, headers=headers)
    again = await client.post(url, json=body, headers=headers)
    assert problem(refused) == problem(again) == (422, "agreements.consent_not_confirmed")
    assert again.headers["idempotency-replayed"] == "true"
    other = await client.post(url, json=body | {"confirmed": True}, headers=headers)
    assert other.status_code in {409, 422}
    assert (await client.get(CONSENTS, headers=who.headers)).json()["items"] == []


async def signed(database: Database, who: Caller) -> agreements.Agreement:
    async with database.write() as tx:
        return await agreements.sign(
            tx,
            party_id=who.party_id,
            template=agreements.LOAN_AGREEMENT,
            parameters=PARAMETERS,
            signed_by=who.actor,
            at=AT,
        )


async def test_a_signed_agreement_is_shown_word_for_word(
    client: httpx2.AsyncClient, customer: Customer, staff: Staff, database: Database
) -> None:
    who = await customer("张伟")
    agreement = await signed(database, who)
    for reader in (who, staff(Role.AUDITOR)):
        shown = (await client.get(f"{URL}/{agreement.id}", headers=reader.headers)).json()
        assert (shown["text"], shown["parameters"]) == (agreement.text, PARAMETERS)
        assert hashlib.sha256(shown["text"].encode()).hexdigest() == shown["text_digest"]
        assert shown["signed_by"] == str(who.actor.id)
        listed = await client.get(
            URL, params={"party_id": str(who.party_id)}, headers=reader.headers
        )
        (summary,) = listed.json()["items"]
        assert "text" not in summary
        assert summary.items() <= shown.items()


async def test_anothers_agreement_is_answered_like_one_that_does_not_exist(
    client: httpx2.AsyncClient, customer: Customer, database: Database, problem: Problem
) -> None:
    who, other = await customer("甲"), await customer("乙")
    agreement = await signed(database, other)
    hidden = await client.get(f"{URL}/{agreement.id}", headers=who.headers)
    missing = await client.get(f"{URL}/{new_id()}", headers=who.headers)
    assert problem(hidden) == problem(missing) == (404, "agreements.unknown_agreement")
    assert (await client.get(URL, headers=who.headers)).json()["items"] == []


async def test_bad_queries(
    client: httpx2.AsyncClient, customer: Customer, problem: Problem
) -> None:
    who = await customer("张伟")
    for url in (URL, CONSENTS):
        bad = await client.get(url, params={"after": "nonsense"}, headers=who.headers)
        assert problem(bad) == (422, "page.bad_cursor")
        bad = await client.get(url, params={"party_id": "me"}, headers=who.headers)
        assert problem(bad) == (422, "request.invalid")
    bad = await client.get(f"{URL}/not-an-id", headers=who.headers)
    assert problem(bad) == (404, "request.unknown_path")


async def test_without_a_token_there_are_only_the_texts(
    client: httpx2.AsyncClient, problem: Problem
) -> None:
    for url in (URL, CONSENTS, f"{CONSENTS}/{new_id()}", f"{URL}/{new_id()}"):
        assert problem(await client.get(url)) == (401, "auth.unauthenticated")
    assert problem(await client.post(REQUESTS)) == (401, "auth.unauthenticated")
