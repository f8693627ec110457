"""A single transaction over HTTP: booked together or alone, the answer is the same to the byte."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from tests.support.bank import Bank, Caller, done, problem
from tests.support.partners import GRANT, TOKEN, basic
from tongbao.core.identity import service as identity
from tongbao.core.identity.service import Role, logging_in
from tongbao.core.ledger.service import Teller
from tongbao.infra.db import Database
from tongbao.kernel.ids import new_id

PATH = "/ledger/transactions"
PLAINLY = {"dry_run": "false"}  # a query: the plain way
Body = dict[str, Any]
ENTRIES = text(
    "SELECT action, outcome, code, actor_kind, object_type, object_id FROM infra_audit"
    " WHERE request_id = :request_id ORDER BY seq"
)


@dataclass(frozen=True)
class Books:
    client: Caller
    cash: str
    pairs: tuple[tuple[str, str], tuple[str, str]]

    def body(self, pair: int, amount: str = "1.50", **change: object) -> Body:
        debit, credit = self.pairs[pair]
        posting = {
            "debit": debit,
            "credit": credit,
            "amount": {"amount": amount, "asset": "CNY/2"},
        }
        return {"id": str(new_id()), "type": "test", "postings": [posting], **change}


@pytest.fixture
async def books(bank: Bank) -> Books:
    """Two pairs of accounts in the same state: each first holds 100.00, each second nothing."""
    client = await bank.service()

    async def account(category: str, **more: object) -> str:
        opened = await client.post(
            "/ledger/accounts", {"asset": "CNY/2", "category": category, **more}
        )
        return str(opened["id"])

    cash = await account("asset", overdraft=None)
    first, second = [(await account("liability"), await account("liability")) for _ in range(2)]
    books = Books(client, cash, (first, second))
    for pair in books.pairs:
        posting = {
            "debit": cash,
            "credit": pair[0],
            "amount": {"amount": "100.00", "asset": "CNY/2"},
        }
        await client.post(PATH, {"id": str(new_id()), "type": "fund", "postings": [posting]})
    return books


@pytest.fixture
def plain_ways(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every transaction of a request's own that is opened."""
    opened: list[str] = []
    write = Database.write

    def watched(self: Database) -> Any:
        opened.append("write")
        return write(self)

    monkeypatch.setattr(Database, "write", watched)
    return opened


def seen(response: httpx2.Response, body: Body) -> tuple[int, str, dict[str, str]]:
    """Return all of an answer, its own id and sequence number made out."""
    text = response.text.replace(body["id"], "ID").replace(
        f'"sequence":{response.json().get("sequence")}', '"sequence":N'
    )
    headers = {
        name.lower(): value.replace(body["id"], "ID")
        for name, value in response.headers.items()
        if name.lower() not in {"x-request-id", "content-length"}
    }
    text = text.replace(response.headers["x-request-id"], "R")
    return response.status_code, text, headers


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "change",
    [
        {},
        {"reference": "INV-1", "metadata": {"渠道": "网点"}},
        {"kind": "pending"},
        {"kind": "pending", "expires_at": "2999-01-01T00:00:00Z"},
        {"effective_on": "2020-01-01"},
        {"amount": "100.01"},
        {"effective_on": "2999-01-01"},
        {"amount": "0.00"},
        {"amount": "0.001"},
        {"amount": "-1.00"},
        {"type": "NOT A TYPE"},
        {"postings": []},
        {"surprise": True},
        {"kind": "posted", "expires_at": "2999-01-01T00:00:00Z"},
    ],
    ids=str,
)
async def test_the_answer_is_the_same_on_both_ways(
    books: Books, plain_ways: list[str], change: dict[str, Any], language: str
) -> None:
    together, plain = (books.body(pair, **change) for pair in (0, 1))
    ask = books.client.ask
    answers = []
    for _ in range(2):  # the second time it is a duplicate, or refused again
        plain_ways.clear()
        one = await ask("POST", PATH, json=together, language=language)
        valid = "errors" not in one.json()
        assert plain_ways == ([] if valid else ["write"])
        two = await ask("POST", PATH, json=plain, language=language, params=PLAINLY)
        assert plain_ways[-1:] == ["write"]
        assert seen(one, together) == seen(two, plain)
        answers.append(one)
    first, again = answers
    if first.status_code == 201:
        assert again.status_code == 200
        assert again.headers["idempotency-replayed"] == "true"


async def test_what_is_answered_is_in_the_books(bank: Bank, books: Books) -> None:
    before = bank.rows("ledger_transaction", "ledger_posting")
    bodies = [books.body(0, "0.01") for _ in range(60)]
    answers = await asyncio.gather(*[books.client.ask("POST", PATH, json=b) for b in bodies])
    assert {answer.status_code for answer in answers} == {201}
    after = bank.rows("ledger_transaction", "ledger_posting")
    assert {table: after[table] - before[table] for table in after} == dict.fromkeys(after, 60)
    for body, answer in zip(bodies, answers, strict=True):
        assert answer.headers["location"].endswith(body["id"])
        found = await books.client.get(f"{PATH}/{body['id']}")
        assert found["sequence"] == done(answer)["sequence"]


async def test_exactly_the_funds_are_spent_and_each_learns_its_own(books: Books) -> None:
    bodies = [books.body(0, "7.00") for _ in range(20)]
    answers = await asyncio.gather(*[books.client.ask("POST", PATH, json=b) for b in bodies])
    assert Counter(answer.status_code for answer in answers) == {201: 14, 422: 6}
    refused = [answer for answer in answers if answer.status_code == 422]
    assert {problem(answer) for answer in refused} == {(422, "ledger.insufficient_funds")}
    left = await books.client.get(f"/ledger/accounts/{books.pairs[0][0]}")
    assert left["posted"] == "2.00"


async def test_the_same_at_once_is_booked_once(bank: Bank, books: Books) -> None:
    body = books.body(0)
    before = bank.rows("ledger_transaction")["ledger_transaction"]
    answers = await asyncio.gather(*[books.client.ask("POST", PATH, json=body) for _ in range(20)])
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 19}
    assert len({done(answer)["sequence"] for answer in answers}) == 1
    assert bank.rows("ledger_transaction")["ledger_transaction"] == before + 1


async def test_a_token_given_up_books_nothing_more(bank: Bank, books: Books) -> None:
    client = await bank.service()
    done(await client.ask("POST", PATH, json=books.body(0)))
    assert (await client.ask("DELETE", "/identity/tokens/current")).status_code == 204
    before = bank.rows("ledger_transaction")
    answer = await client.ask("POST", PATH, json=books.body(0))
    assert problem(answer) == (401, "auth.unauthenticated")
    assert bank.rows("ledger_transaction") == before


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many users' tokens each look-up was about."""
    seen: list[int] = []
    look_up = logging_in.authenticate_many

    async def watched(tx: Any, tokens: Any, at: Any) -> Any:
        seen.append(len(tokens))
        return await look_up(tx, tokens, at)

    monkeypatch.setattr(logging_in, "authenticate_many", watched)
    return seen


async def test_who_was_here_before_is_not_looked_up_again(
    books: Books, looked_up: list[int]
) -> None:
    done(await books.client.ask("POST", PATH, json=books.body(0)))
    assert looked_up == [1]
    bodies = [books.body(0, "0.01") for _ in range(20)]
    answers = await asyncio.gather(*[books.client.ask("POST", PATH, json=b) for b in bodies])
    assert {answer.status_code for answer in answers} == {201}
    refused = await books.client.ask("POST", PATH, json=books.body(0, "1000.00"))
    assert problem(refused) == (422, "ledger.insufficient_funds")
    assert looked_up == [1]


async def test_a_token_given_up_harms_nobody_elses_turn(bank: Bank, books: Books) -> None:
    callers = [await bank.service() for _ in range(6)]
    for caller in callers:
        done(await caller.ask("POST", PATH, json=books.body(0, "0.01")))
    for caller in callers[:2]:
        assert (await caller.ask("DELETE", "/identity/tokens/current")).status_code == 204
    newcomer = await bank.service()
    before = bank.rows("ledger_transaction")["ledger_transaction"]
    answers = await asyncio.gather(
        *[
            caller.ask("POST", PATH, json=books.body(0, "0.01"))
            for caller in [*callers, newcomer] * 5
        ]
    )
    assert [answer.status_code for answer in answers] == [401, 401, 201, 201, 201, 201, 201] * 5
    assert bank.rows("ledger_transaction")["ledger_transaction"] == before + 25


async def test_a_token_given_up_learns_nothing_and_is_nobodys(bank: Bank, books: Books) -> None:
    client = await bank.service()
    body = books.body(0)
    done(await client.ask("POST", PATH, json=body))
    assert (await client.ask("DELETE", "/identity/tokens/current")).status_code == 204
    tomorrow = books.body(0, effective_on="2999-01-01")  # refused before any account is looked at
    request_id = str(new_id())
    for sent in ({"json": body}, {"json": tomorrow}, {"content": b"{"}, {"json": books.body(0)}):
        answer = await client.ask("POST", PATH, **sent, headers={"X-Request-Id": request_id})
        assert problem(answer) == (401, "auth.unauthenticated")
    async with bank.database.read() as tx:
        found = await tx.execute(ENTRIES, {"request_id": request_id})
        assert [(row.outcome, row.actor_kind) for row in found] == [("refused", "anonymous")] * 4


async def test_a_client_that_was_narrowed_books_nothing_more(bank: Bank, books: Books) -> None:
    operations = await bank.staff()
    scopes = ["ledger:post", "ledger:read"]
    wanted = {"name": "总账接口", "party_id": None, "scopes": scopes}
    made = await operations.post("/identity/clients", wanted)
    client_id, credentials = made["client"]["id"], basic(made["client"]["id"], made["secret"])
    issued = done(await bank.http.post(TOKEN, data=GRANT, headers=credentials))
    system = Caller(bank.http, {"Authorization": f"Bearer {issued['access_token']}"})
    for _ in range(2):
        assert (await system.ask("POST", PATH, json=books.body(0))).status_code == 201
    narrowed = {"status": "active", "scopes": scopes[1:], "networks": []}
    done(await operations.ask("PUT", f"/identity/clients/{client_id}", json=narrowed))
    before = bank.rows("ledger_transaction")
    answer = await system.ask("POST", PATH, json=books.body(0))
    assert problem(answer) == (403, "auth.forbidden")
    assert bank.rows("ledger_transaction") == before


async def test_who_may_only_read_books_nothing(bank: Bank, books: Books) -> None:
    auditor = await bank.staff(Role.AUDITOR)
    before = bank.rows("ledger_transaction")
    assert problem(await auditor.ask("POST", PATH, json=books.body(0))) == (403, "auth.forbidden")
    assert problem(await bank.anybody.ask("POST", PATH, json=books.body(0))) == (
        401,
        "auth.unauthenticated",
    )
    assert bank.rows("ledger_transaction") == before


async def test_under_a_key_the_answer_is_stored(books: Books, plain_ways: list[str]) -> None:
    body, key = books.body(0), str(new_id())
    first = await books.client.ask("POST", PATH, json=body, key=key)
    assert (first.status_code, plain_ways) == (201, ["write"])
    again = await books.client.ask("POST", PATH, json=body, key=key)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotency-replayed"] == "true"


async def test_an_overloaded_teller_asks_to_come_back(bank: Bank, books: Books) -> None:
    usual = bank.app.state.ledger_teller
    bank.app.state.ledger_teller = Teller(
        bank.database, still_stand=identity.still_stand, waiting_max=5
    )
    try:
        bodies = [books.body(0, "0.01") for _ in range(40)]
        answers = await asyncio.gather(*[books.client.ask("POST", PATH, json=b) for b in bodies])
    finally:
        bank.app.state.ledger_teller = usual
    statuses = Counter(answer.status_code for answer in answers)
    assert set(statuses) == {201, 503}
    for body, answer in zip(bodies, answers, strict=True):
        there = await books.client.ask("GET", f"{PATH}/{body['id']}")
        if answer.status_code == 503:
            assert problem(answer) == (503, "service.overloaded")
            assert answer.headers["retry-after"] == "1"
            assert there.status_code == 404
        else:
            assert there.status_code == 200


@pytest.mark.parametrize("query", [{}, PLAINLY], ids=["together", "alone"])
async def test_the_audit_trail_knows_of_it_either_way(
    bank: Bank, books: Books, query: dict[str, str]
) -> None:
    request_id = str(new_id())
    headers = {"X-Request-Id": request_id}
    strange = await bank.customer()
    asked = [
        (books.client, body := books.body(0)),
        (books.client, body),  # booked before: it does nothing and has no entry
        (books.client, refused := books.body(0, amount="1000000.00")),
        (books.client, {**body, "postings": []}),
        (strange, books.body(1)),
        (Caller(books.client.http), books.body(1)),
    ]
    for caller, sent in asked:
        await caller.ask("POST", PATH, json=sent, params=query, headers=headers)
    async with bank.database.read() as tx:
        rows = await tx.execute(ENTRIES, {"request_id": request_id})
        found = [tuple(row) for row in rows]
    action = "ledger.post_transaction"
    assert found == [
        (action, "done", None, "service", "transactions", body["id"]),
        (action, "refused", "ledger.insufficient_funds", "service", None, None),
        (action, "refused", "request.invalid", "service", None, None),
        (action, "refused", "auth.forbidden", "customer", None, None),
        (action, "refused", "auth.unauthenticated", "anonymous", None, None),
    ]
    assert refused["id"] not in str(found)


@pytest.mark.parametrize("query", [{}, PLAINLY], ids=["together", "alone"])
async def test_a_clients_token_shown_from_elsewhere_books_nothing(
    bank: Bank, books: Books, query: dict[str, str]
) -> None:
    operations = await bank.staff()
    wanted = {"name": "总账接口", "party_id": None, "scopes": ["ledger:post", "ledger:read"]}
    made = await operations.post("/identity/clients", wanted)
    client_id, credentials = made["client"]["id"], basic(made["client"]["id"], made["secret"])
    issued = done(await bank.http.post(TOKEN, data=GRANT, headers=credentials))
    system = Caller(bank.http, {"Authorization": f"Bearer {issued['access_token']}"})
    assert (await system.ask("POST", PATH, json=books.body(0), params=query)).status_code == 201
    elsewhere = {"status": "active", "scopes": wanted["scopes"], "networks": ["203.0.113.0/24"]}
    path = f"/identity/clients/{client_id}"
    done(await operations.ask("PUT", path, json=elsewhere))
    body = books.body(0)
    stolen = await system.ask("POST", PATH, json=body, params=query)
    assert problem(stolen) == (403, "auth.address_not_allowed")
    again = await system.ask("POST", PATH, json=body, params=query)
    assert problem(again) == (401, "auth.unauthenticated")
    assert (await operations.get(path))["misplaced_from"] == "127.0.0.1"
    booked = await operations.ask("GET", f"{PATH}/{body['id']}")
    assert problem(booked)[0] == 404
