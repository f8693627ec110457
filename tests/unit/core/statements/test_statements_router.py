"""`/api/v1/statements` and the filtered entries: answers, problem codes, and who may see what."""

import csv
import hashlib
import io
from collections.abc import Callable
from typing import Any

import httpx2
import psycopg
import pytest

from tests.support.statements import Bookkeeper, Move, noon, read_camt, read_csv
from tests.unit.core.conftest import Caller, Customer, Staff
from tongbao.core.accounts import service as accounts
from tongbao.core.identity.domain import Role
from tongbao.core.statements import jobs as statement_jobs
from tongbao.infra.db import Database
from tongbao.infra.jobs import JobContext
from tongbao.kernel.clock import now

URL = "/api/v1/statements"
OCTOBER = {"first": "2025-10-01", "last": "2025-10-31"}
Problem = Callable[[httpx2.Response], tuple[int, str]]


@pytest.fixture
async def keeper(database: Database) -> Bookkeeper:
    return await Bookkeeper(database).begin()


async def account_of(database: Database, who: Caller) -> accounts.DepositAccount:
    async with database.write() as tx:
        return await accounts.open_account(
            tx, party_id=who.party_id, currency="CNY", at=noon("2025-09-01")
        )


async def get(client: httpx2.AsyncClient, who: Caller, path: str, **query: Any) -> httpx2.Response:
    return await client.get(path, params=query, headers=who.headers)


async def ordered(
    client: httpx2.AsyncClient, who: Caller, account: accounts.DepositAccount, **change: Any
) -> httpx2.Response:
    body = {"kind": "statement", "account_id": str(account.id), **OCTOBER} | change
    return await client.post(f"{URL}/documents", json=body, headers=who.headers)


async def issue(database: Database, document_id: str) -> None:
    """As the worker does."""
    context = JobContext(database=database, at=now())
    await statement_jobs.issue_document(context, document_id=document_id)


async def test_a_customer_takes_a_statement_in_every_form(
    client: httpx2.AsyncClient, database: Database, keeper: Bookkeeper, customer: Customer
) -> None:
    who, shop = await customer("王小明"), await keeper.open("=cmd|' /C calc'!A0")
    account = await account_of(database, who)
    await keeper.book(Move(account, 100_00, reference="工资"), at=noon("2025-10-02"))
    await keeper.book(
        Move(account, -30_00, shop, reference="+1-800 @SUM(1)"), at=noon("2025-10-03")
    )
    path = f"{URL}/accounts/{account.id}"

    figures = (await get(client, who, path, **OCTOBER)).json()
    assert figures["opening"] == {"amount": "0.00", "currency": "CNY"}
    assert figures["closing"] == {"amount": "70.00", "currency": "CNY"}
    assert (figures["credit_entries"], figures["debit_entries"]) == (1, 1)
    assert (figures["over"], figures["camt053_pages"]) == (True, 1)

    table = await get(client, who, f"{path}/csv", **OCTOBER)
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in table.headers["content-disposition"]
    text = table.content.decode()
    assert read_csv(text, "CNY").adds_up
    paid = list(csv.reader(io.StringIO(text)))[3]
    assert paid[9] == "'=cmd|' /C calc'!A0"
    assert paid[11] == "'+1-800 @SUM(1)"
    assert paid[10] == f"990001*********{shop.number[-4:]}"

    message = await get(client, who, f"{path}/camt053", **OCTOBER)
    assert message.headers["content-type"] == "application/xml"
    assert read_camt([message.content], "CNY").closing == 70_00
    assert (await get(client, who, f"{path}/months")).json() == {"items": [], "next": None}


async def test_what_was_taken_away_is_in_the_trail(
    client: httpx2.AsyncClient, database: Database, customer: Customer, owner_url: str
) -> None:
    who = await customer("王小明")
    account = await account_of(database, who)
    for form in ("csv", "camt053"):
        await get(client, who, f"{URL}/accounts/{account.id}/{form}", **OCTOBER)
    with psycopg.connect(owner_url) as owner:
        told = owner.execute(
            "SELECT action FROM infra_audit WHERE object_id = %s ORDER BY seq", (str(account.id),)
        ).fetchall()
    assert [row[0] for row in told] == ["statements.download_csv", "statements.download_camt053"]


async def test_others_see_nothing(
    client: httpx2.AsyncClient,
    database: Database,
    customer: Customer,
    staff: Staff,
    problem: Problem,
) -> None:
    who, other = await customer("王小明"), await customer("李四")
    account = await account_of(database, who)
    document = (await ordered(client, who, account)).json()
    unknown = (404, "accounts.unknown_account")
    path = f"{URL}/accounts/{account.id}"
    for form in ("", "/csv", "/camt053"):
        assert problem(await get(client, other, f"{path}{form}", **OCTOBER)) == unknown
        assert (await get(client, staff(Role.AUDITOR), f"{path}{form}", **OCTOBER)).is_success
    assert problem(await get(client, other, f"{path}/months")) == unknown
    entries = f"/api/v1/accounts/{account.id}/entries/csv"
    assert problem(await get(client, other, entries)) == unknown
    assert problem(await ordered(client, other, account)) == unknown
    assert (
        problem(await ordered(client, staff(Role.STAFF_SERVICE), account, language="x"))[0] == 422
    )
    assert (await ordered(client, staff(Role.STAFF_SERVICE), account)).status_code == 201
    assert problem(await ordered(client, staff(Role.AUDITOR), account)) == unknown
    for end in ("", "/file"):
        answer = await get(client, other, f"{URL}/documents/{document['id']}{end}")
        assert problem(answer) == (404, "statements.unknown_document")
    assert (await get(client, other, f"{URL}/documents")).json()["items"] == []


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"first": "2025-10-31", "last": "2025-10-01"}, "statements.period_upside_down"),
        ({"first": "2025-10-31", "last": "2999-10-01"}, "statements.day_in_future"),
        ({"first": "2019-10-31", "last": "2025-10-01"}, "statements.period_too_long"),
        ({"first": "0001-01-01", "last": "0001-01-02"}, None),
        ({"first": "2025-10-01"}, "request.invalid"),
        ({"first": "2025-13-01", "last": "2025-10-01"}, "request.invalid"),
    ],
)
async def test_days_must_make_sense(
    client: httpx2.AsyncClient,
    database: Database,
    customer: Customer,
    problem: Problem,
    query: dict[str, str],
    code: str | None,
) -> None:
    who = await customer("王小明")
    account = await account_of(database, who)
    answer = await get(client, who, f"{URL}/accounts/{account.id}", **query)
    if code is None:
        assert answer.json()["closing"]["amount"] == "0.00"
    else:
        assert problem(answer) == (422, code)


async def test_a_document_from_order_to_confirmation(
    client: httpx2.AsyncClient,
    database: Database,
    keeper: Bookkeeper,
    customer: Customer,
    problem: Problem,
) -> None:
    who = await customer("王小明")
    account = await account_of(database, who)
    await keeper.book(Move(account, 100_00), at=noon("2025-10-02"))
    answer = await ordered(client, who, account, language="en")
    assert answer.status_code == 201
    document = answer.json()
    path = f"{URL}/documents/{document['id']}"
    assert answer.headers["location"] == path
    assert (document["issued_at"], document["closing"]["amount"]) == (None, "100.00")
    waiting = await get(client, who, f"{path}/file")
    assert problem(waiting) == (409, "statements.document_being_made")

    await issue(database, document["id"])
    made = (await get(client, who, path)).json()
    file = await get(client, who, f"{path}/file")
    assert file.headers["content-type"] == "application/pdf"
    assert hashlib.sha256(file.content).hexdigest() == made["sha256"]
    assert made["pages"] == 1
    listed = (await get(client, who, f"{URL}/documents", account_id=str(account.id))).json()
    assert listed["items"] == [made]

    anybody: dict[str, Any] = {"code": document["code"].lower()}
    confirmed = (await client.post(f"{URL}/confirmations", json=anybody)).json()
    assert confirmed["holder"] == "王*明"
    assert confirmed["number"] == f"990001*********{account.number[-4:]}"
    assert (confirmed["first"], confirmed["last"]) == ("2025-10-01", "2025-10-31")
    assert (confirmed["closing"], confirmed["file"]) == (None, None)
    assert "100.00" not in str(confirmed)

    asked = anybody | {"closing": "100.00", "sha256": made["sha256"]}
    same = (await client.post(f"{URL}/confirmations", json=asked)).json()
    assert (same["closing"], same["file"]) == ("same", "same")
    asked = anybody | {"closing": "900.00", "sha256": "0" * 64}
    other = (await client.post(f"{URL}/confirmations", json=asked)).json()
    assert (other["closing"], other["file"]) == ("different", "different")

    genuine = (await client.post(f"{URL}/confirmations/file", content=file.content)).json()
    assert (genuine["finding"], genuine["confirmed"]["holder"]) == ("genuine", "王*明")
    altered = file.content.replace(b"/Page", b"/Pagf", 1)
    refused = (await client.post(f"{URL}/confirmations/file", content=altered)).json()
    assert refused["finding"] != "genuine"
    assert refused["confirmed"] is None
    no_pdf = await client.post(f"{URL}/confirmations/file", content=b"GIF89a")
    assert problem(no_pdf)[1] == "pdf.unreadable"


@pytest.mark.parametrize("code", ["0" * 20, "no code", "7G3K-9QX2-M4TB-0WZ8-HD5V"])
async def test_a_code_of_nothing(client: httpx2.AsyncClient, problem: Problem, code: str) -> None:
    answer = await client.post(f"{URL}/confirmations", json={"code": code})
    assert problem(answer) == (404, "statements.unknown_code")


async def test_certificates_are_ordered_like_statements(
    client: httpx2.AsyncClient,
    database: Database,
    customer: Customer,
    problem: Problem,
) -> None:
    who = await customer("王小明")
    account = await account_of(database, who)
    of = {"account_id": str(account.id), "language": "zh"}
    for body in (
        {"kind": "balance_certificate", "on": "2025-10-31", **of},
        {"kind": "opening_certificate", **of},
    ):
        answer = await client.post(f"{URL}/documents", json=body, headers=who.headers)
        assert answer.status_code == 201, answer.text
        await issue(database, answer.json()["id"])
    early = {"kind": "balance_certificate", "on": "2025-08-31", **of}
    answer = await client.post(f"{URL}/documents", json=early, headers=who.headers)
    assert problem(answer) == (422, "statements.not_open_yet")


class TestEntries:
    """The filters of an account's entries, and their export."""

    @pytest.fixture
    async def who(self, customer: Customer) -> Caller:
        return await customer("王小明")

    @pytest.fixture
    async def account(
        self, database: Database, keeper: Bookkeeper, who: Caller
    ) -> accounts.DepositAccount:
        account, shop = await account_of(database, who), await keeper.open("杭州云帆贸易有限公司")
        moves = [
            (Move(account, 500_00, type="lending.disbursement"), "2025-10-01"),
            (Move(account, -20_00, shop, reference="货款 A1"), "2025-10-02"),
            (Move(account, -30_00, shop, reference="货款 B2"), "2025-10-03"),
            (Move(account, 1_25, type="accounts.interest"), "2025-10-20"),
            (Move(account, -5_00, type="payments.fee", reference="ＡＴＭ"), "2025-11-01"),
        ]
        for move, on in moves:
            await keeper.book(move, at=noon(on))
        return account

    @pytest.mark.parametrize(
        ("query", "amounts"),
        [
            ({}, ["5.00", "1.25", "30.00", "20.00", "500.00"]),
            ({"booked_from": "2025-10-02", "booked_to": "2025-10-03"}, ["30.00", "20.00"]),
            ({"amount_min": "20", "amount_max": "30.00"}, ["30.00", "20.00"]),
            ({"direction": "credit"}, ["1.25", "500.00"]),
            ({"direction": "debit", "booked_to": "2025-10-31"}, ["30.00", "20.00"]),
            ({"category": "interest"}, ["1.25"]),
            ({"category": "fee"}, ["5.00"]),
            ({"text": "a1"}, ["20.00"]),
            ({"text": "云帆"}, ["30.00", "20.00"]),
            ({"text": "利息"}, ["1.25"]),
            ({"text": "云帆", "amount_max": "25"}, ["20.00"]),
            ({"text": "nothing of the kind"}, []),
        ],
    )
    async def test_filters(
        self,
        client: httpx2.AsyncClient,
        who: Caller,
        account: accounts.DepositAccount,
        query: dict[str, str],
        amounts: list[str],
    ) -> None:
        path = f"/api/v1/accounts/{account.id}/entries"
        found = (await get(client, who, path, **query)).json()
        assert [each["amount"]["amount"] for each in found["items"]] == amounts
        # One at a time they are the same.
        one_by_one: list[str] = []
        after: str | None = None
        for _ in range(len(amounts) + 1):
            more: dict[str, str] = {"after": after} if after else {}
            page = (await get(client, who, path, limit=1, **query, **more)).json()
            one_by_one += [each["amount"]["amount"] for each in page["items"]]
            after = page["next"]
            if after is None:
                break
        assert (one_by_one, after) == (amounts, None)
        table = await get(client, who, f"{path}/csv", **query)
        _head, *rows = csv.reader(io.StringIO(table.content.decode()))
        assert [row[3] or row[4] for row in rows] == amounts

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ({"amount_min": "1.234"}, "money.amount_too_precise"),
            ({"amount_max": "much"}, "money.malformed_amount"),
            ({"direction": "up"}, "request.invalid"),
            ({"category": "magic"}, "request.invalid"),
            ({"text": "x" * 61}, "request.invalid"),
            ({"booked_from": "yesterday"}, "request.invalid"),
            ({"wish": "none"}, "request.invalid"),
        ],
    )
    async def test_filters_must_make_sense(
        self,
        client: httpx2.AsyncClient,
        who: Caller,
        account: accounts.DepositAccount,
        problem: Problem,
        query: dict[str, str],
        code: str,
    ) -> None:
        answer = await get(client, who, f"/api/v1/accounts/{account.id}/entries", **query)
        assert problem(answer) == (422, code)

    async def test_a_text_is_looked_for_page_by_page(
        self,
        client: httpx2.AsyncClient,
        database: Database,
        keeper: Bookkeeper,
        who: Caller,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """What a page reads is bounded: it may be empty, and its `next` leads on."""
        monkeypatch.setattr("tongbao.core.accounts.service.listing.PAGE_LIMIT_MAX", 2)
        monkeypatch.setattr("tongbao.core.accounts.service.listing.STEPS_MAX", 2)
        account = await account_of(database, who)
        await keeper.book(Move(account, 7_00, reference="needle"), at=noon("2025-10-01"))
        await keeper.book(*[Move(account, 1_00) for _ in range(9)], at=noon("2025-10-02"))
        found: list[dict[str, Any]] = []
        after: str | None = None
        pages = 0
        while pages == 0 or after:
            more: dict[str, str] = {"after": after} if after else {}
            path = f"/api/v1/accounts/{account.id}/entries"
            page = (await get(client, who, path, text="NEEDLE", **more)).json()
            found += page["items"]
            after, pages = page["next"], pages + 1
        assert [each["amount"]["amount"] for each in found] == ["7.00"]
        assert pages == 3
