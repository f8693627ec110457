"""Every route of the ledger that takes a body, and everything about pendings and reversals.

`test_hostile_ledger.py` says in depth what a transaction may be; here is the rest. Each refusal is
a precise problem in either language, and nothing is stored.
"""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import httpx2
import psycopg
import pytest

from tests.support.bank import Bank, problem
from tests.support.ledger_books import PATH, Books, nothing_is_stored, open_books, precise
from tongbao.kernel.ids import new_id

MEBIBYTE = 1024 * 1024
Body = dict[str, Any]


@dataclass(frozen=True)
class Things(Books):
    """Besides accounts: a pending transaction of 20.00, one voided, one captured, one posted."""

    held: str
    voided: str
    captured: str
    posted: str
    reversal: str
    bank: Bank = field(repr=False)

    async def ask(self, method: str, path: str, **more: Any) -> dict[str, httpx2.Response]:
        return {
            language: await self.staff.ask(method, path, language=language, **more)
            for language in ("zh", "en")
        }


@pytest.fixture(scope="module")
async def things(bank: Bank) -> Things:
    books = await open_books(bank)

    async def post(path: str = PATH, **body: object) -> str:
        document = {"id": str(new_id()), **body}
        await books.staff.post(path, document)
        return str(document["id"])

    held, voided, captured = [
        await post(**books.transaction("20.00", kind="pending")) for _ in range(3)
    ]
    await post(f"{PATH}/{voided}/void")
    await post(f"{PATH}/{captured}/capture")
    posted = await post(**books.transaction("10.00"))
    part = {"ordinal": 1, "amount": {"amount": "4.00", "asset": "CNY/2"}}
    reversal = await post(f"{PATH}/{posted}/reversal", parts=[part])
    await books.staff.post("/ledger/periods", {"starts_on": "2024-01-01", "ends_on": "2025-01-01"})
    await books.staff.post("/ledger/periods", {"starts_on": "2025-01-01", "ends_on": "2999-01-01"})
    closing = await books.staff.ask("PUT", "/ledger/periods/2024-01-01/closing")
    assert closing.is_success
    return Things(
        **{name: getattr(books, name) for name in Books.__dataclass_fields__},
        held=held,
        voided=voided,
        captured=captured,
        posted=posted,
        reversal=reversal,
        bank=bank,
    )


@pytest.fixture(autouse=True)
async def _nothing_is_stored(bank: Bank, things: Things) -> AsyncIterator[None]:
    async with nothing_is_stored(bank, things):
        yield


# A sound request for every route that takes a body. None of them is ever sent as it stands.
SOUND: dict[str, Callable[[Things], tuple[str, str, Body]]] = {
    "transaction": lambda t: ("POST", PATH, t.transaction("999.00", reference="x", metadata={})),
    "dry run": lambda t: ("POST", f"{PATH}?dry_run=true", t.transaction("999.00")),
    "batch": lambda t: (
        "POST",
        "/ledger/batches",
        {"atomic": True, "transactions": [t.transaction("999.00")]},
    ),
    "capture": lambda t: ("POST", f"{PATH}/{t.held}/capture", resolution()),
    "reversal": lambda t: ("POST", f"{PATH}/{t.posted}/reversal", resolution()),
    "void": lambda t: ("POST", f"{PATH}/{t.held}/void", {"id": str(new_id()), "reference": "x"}),
    "account": lambda _: (
        "POST",
        "/ledger/accounts",
        {
            "asset": "CNY/2",
            "category": "liability",
            "code": "1",
            "name": "x",
            "overdraft": "1.00",
        },
    ),
    "status": lambda t: ("PUT", f"/ledger/accounts/{t.ada}/status", {"status": "frozen"}),
    "asset": lambda _: ("POST", "/ledger/assets", {"symbol": "F:000001", "scale": 4}),
    "period": lambda _: (
        "POST",
        "/ledger/periods",
        {"starts_on": "2023-01-01", "ends_on": "2024-01-01"},
    ),
}


def resolution(amount: object = "1.00", asset: str = "CNY/2", ordinal: object = 1) -> Body:
    part = {"ordinal": ordinal, "amount": {"amount": amount, "asset": asset}}
    return {"id": str(new_id()), "parts": [part]}


def members(document: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the place of every value in a document."""
    places = (
        document.items()
        if isinstance(document, dict)
        else enumerate(document)
        if isinstance(document, list)
        else ()
    )
    for name, value in places:
        yield (*path, name)
        yield from members(value, (*path, name))


def replaced(document: Body, place: tuple[str | int, ...], value: object) -> Body:
    """Return a copy with another value at a place."""
    copy = deepcopy(document)
    at: Any = copy
    for name in place[:-1]:
        at = at[name]
    at[place[-1]] = value
    return copy


WRONG = (1.5, {"$gt": ""}, [[1]], -(2**70), "\u0000", "x" * 100_000)


@pytest.mark.parametrize("route", SOUND)
async def test_a_value_of_another_kind_in_every_place(things: Things, route: str) -> None:
    method, path, body = SOUND[route](things)
    places = list(members(body))
    assert places
    for place in places:
        for value in WRONG:
            if (place, value) == (("metadata",), {"$gt": ""}):
                continue  # sound
            sent = replaced(body, place, value)
            status, code, errors = precise(await things.ask(method, path, json=sent))
            if value == "\u0000":
                assert (status, code) == (400, "request.malformed_text"), (place, value)
                continue
            if value == -(2**70):
                assert (status, code) in {
                    (400, "request.number_out_of_range"),
                    (422, "request.invalid"),
                }
                continue
            assert (status, code) == (422, "request.invalid"), (place, value)
            pointer = "/" + "/".join(map(str, place))
            assert any(at.startswith(pointer) for at, _ in errors), (place, value, errors)


@pytest.mark.parametrize("route", SOUND)
async def test_a_member_too_many_or_twice(things: Things, route: str) -> None:
    method, path, body = SOUND[route](things)
    found = precise(await things.ask(method, path, json=body | {"force": True}))
    assert found == (422, "request.invalid", [("/force", "extra_forbidden")])
    first = next(iter(body))
    text = json.dumps(body)
    twice = f'{{"{first}": 1, {text[1:]}'.encode()
    headers = {"Content-Type": "application/json"}
    found = precise(await things.ask(method, path, content=twice, headers=headers))
    assert found[:2] == (400, "request.duplicate_member")


@pytest.mark.parametrize("route", SOUND)
@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "request.invalid"),
        (b"{", 400, "request.malformed_json"),
        (b'{"id": NaN}', 400, "request.number_out_of_range"),
        (b'{"id": 1e999}', 400, "request.number_out_of_range"),
        (b"\xff\xfe", 400, "request.malformed_text"),
        (b"[" * 1_000, 400, "request.too_deep"),
        (b"null", 422, "request.invalid"),
        (b"[]", 422, "request.invalid"),
        (b" " * (10 * MEBIBYTE), 413, "request.too_large"),
    ],
)
async def test_a_body_that_is_none(
    things: Things, route: str, content: bytes, status: int, code: str
) -> None:
    method, path, _ = SOUND[route](things)
    headers = {"Content-Type": "application/json"}
    found = precise(await things.ask(method, path, content=content, headers=headers))
    assert found[:2] == (status, code)


@pytest.mark.parametrize("route", SOUND)
async def test_another_media_type_and_nobody(things: Things, route: str) -> None:
    method, path, body = SOUND[route](things)
    headers = {"Content-Type": "text/plain"}
    sent = json.dumps(body).encode()
    found = precise(await things.ask(method, path, content=sent, headers=headers))
    assert found[:2] == (415, "request.unsupported_media_type")
    nobody = await things.bank.anybody.ask(method, path, json=body)
    assert problem(nobody) == (401, "auth.unauthenticated")
    for reader in things.readers:
        assert problem(await reader.ask(method, path, json=body)) == (403, "auth.forbidden")


AMOUNTS = [
    ("0", "ledger.amount_out_of_range"),
    ("-1.00", "ledger.amount_out_of_range"),
    ("9" * 15, "ledger.amount_out_of_range"),
    ("20.01", None),
    ("0.001", "request.invalid"),
    ("NaN", "request.invalid"),
    ("1e2", "request.invalid"),
    ("9" * 30, "request.invalid"),
]


@pytest.mark.parametrize(("amount", "code"), AMOUNTS)
async def test_a_part_of_another_amount(things: Things, amount: str, code: str | None) -> None:
    for path, exceeds in (
        (f"{PATH}/{things.held}/capture", "ledger.capture_exceeds_hold"),
        (f"{PATH}/{things.posted}/reversal", "ledger.reversal_exceeds_original"),
    ):
        found = precise(await things.ask("POST", path, json=resolution(amount)))
        assert found[:2] == (422, code or exceeds)


PARTS: list[tuple[str, Callable[[Things], tuple[str, Body]], str]] = [
    (
        "a capture in dollars",
        lambda t: (f"{t.held}/capture", resolution(asset="USD/2")),
        "ledger.asset_mismatch",
    ),
    (
        "a reversal in dollars",
        lambda t: (f"{t.posted}/reversal", resolution(asset="USD/2")),
        "ledger.asset_mismatch",
    ),
    (
        "a capture of an unknown asset",
        lambda t: (f"{t.held}/capture", resolution("1", asset="TULIP/0")),
        "ledger.unknown_asset",
    ),
    (
        "a capture of a posting that is not there",
        lambda t: (f"{t.held}/capture", resolution(ordinal=2)),
        "ledger.capture_exceeds_hold",
    ),
    (
        "a reversal of a posting that is not there",
        lambda t: (f"{t.posted}/reversal", resolution(ordinal=100)),
        "ledger.reversal_exceeds_original",
    ),
    (
        "more than is left to reverse",
        lambda t: (f"{t.posted}/reversal", resolution("6.01")),
        "ledger.reversal_exceeds_original",
    ),
    (
        "all of it, of which a part was reversed",
        lambda t: (f"{t.posted}/reversal", {"id": str(new_id())}),
        "ledger.reversal_exceeds_original",
    ),
    (
        "a capture of what is captured",
        lambda t: (f"{t.captured}/capture", {"id": str(new_id())}),
        "ledger.already_resolved",
    ),
    (
        "a void of what is captured",
        lambda t: (f"{t.captured}/void", {"id": str(new_id())}),
        "ledger.already_resolved",
    ),
    (
        "a capture of what is voided",
        lambda t: (f"{t.voided}/capture", {"id": str(new_id())}),
        "ledger.already_resolved",
    ),
    (
        "a capture of what is posted",
        lambda t: (f"{t.posted}/capture", {"id": str(new_id())}),
        "ledger.not_pending",
    ),
    (
        "a void of what is posted",
        lambda t: (f"{t.posted}/void", {"id": str(new_id())}),
        "ledger.not_pending",
    ),
    (
        "a reversal of what is pending",
        lambda t: (f"{t.held}/reversal", {"id": str(new_id())}),
        "ledger.not_reversible",
    ),
    (
        "a reversal of a reversal",
        lambda t: (f"{t.reversal}/reversal", {"id": str(new_id())}),
        "ledger.not_reversible",
    ),
    (
        "a capture of nothing there is",
        lambda _: (f"{new_id()}/capture", {"id": str(new_id())}),
        "ledger.unknown_target",
    ),
    (
        "a void of nothing there is",
        lambda _: (f"{new_id()}/void", {"id": str(new_id())}),
        "ledger.unknown_target",
    ),
    (
        "a reversal of nothing there is",
        lambda _: (f"{new_id()}/reversal", {"id": str(new_id())}),
        "ledger.unknown_target",
    ),
    (
        "a capture with an id that is another's",
        lambda t: (f"{t.held}/capture", {"id": t.posted}),
        "ledger.id_reused",
    ),
    (
        "a capture under the id of what it captures",
        lambda t: (f"{t.held}/capture", {"id": t.held}),
        "ledger.id_reused",
    ),
]


@pytest.mark.parametrize(
    ("request_of", "code"), [each[1:] for each in PARTS], ids=[each[0] for each in PARTS]
)
async def test_captures_voids_and_reversals(
    things: Things, request_of: Callable[[Things], tuple[str, Body]], code: str
) -> None:
    path, body = request_of(things)
    found = precise(await things.ask("POST", f"{PATH}/{path}", json=body))
    assert found == (422, code, [])


async def test_one_posting_is_named_once(things: Things) -> None:
    """Of two amounts for one posting nobody could say which was meant."""
    for path in (f"{PATH}/{things.held}/capture", f"{PATH}/{things.posted}/reversal"):
        body = resolution("1.00")
        body["parts"] += resolution("2.00")["parts"]
        status, code, ((pointer, kind),) = precise(await things.ask("POST", path, json=body))
        assert (status, code, kind) == (422, "request.invalid", "value_error")
        assert pointer == "/parts"


@pytest.mark.parametrize("ordinal", [0, 101, -1, "1", 1.0, True, None])
async def test_ordinals(things: Things, ordinal: object) -> None:
    for path in (f"{PATH}/{things.held}/capture", f"{PATH}/{things.posted}/reversal"):
        found = precise(await things.ask("POST", path, json=resolution(ordinal=ordinal)))
        assert found[:2] == (422, "request.invalid")


@pytest.fixture
def _far_future(bank: Bank) -> Iterator[None]:
    """The database's clock is past every expiry."""
    function = "CREATE OR REPLACE FUNCTION ledger_now() RETURNS timestamptz LANGUAGE sql VOLATILE"
    with psycopg.connect(bank.urls.owner) as connection:
        connection.execute(f"{function} RETURN '9000-01-01Z'::timestamptz".encode())
    yield
    with psycopg.connect(bank.urls.owner) as connection:
        connection.execute(f"{function} RETURN clock_timestamp()".encode())


@pytest.fixture(scope="module")
async def expiring(things: Things) -> str:
    pending = things.transaction("1.00", kind="pending", expires_at="2999-01-01T00:00:00Z")
    await things.staff.post(PATH, pending)
    things.last_seen.clear()  # this one is meant to be stored
    return str(pending["id"])


@pytest.mark.usefixtures("_far_future")
async def test_a_pending_transaction_whose_time_is_over(things: Things, expiring: str) -> None:
    for verb in ("capture", "void"):
        body = {"id": str(new_id())}
        found = precise(await things.ask("POST", f"{PATH}/{expiring}/{verb}", json=body))
        assert found == (422, "ledger.pending_expired", [])
    late = things.transaction("1.00", kind="pending", expires_at="2999-01-01T00:00:00Z")
    found = precise(await things.ask("POST", PATH, json=late))
    assert found == (422, "ledger.expires_in_past", [])


MOMENTS = [
    ("1970-01-01T00:00:00Z", "ledger.expires_in_past"),
    ("0001-01-01T00:00:00Z", "ledger.expires_in_past"),
    ("0001-01-01T00:00:00+14:00", "request.invalid"),
    ("9999-12-31T23:59:59-12:00", "request.invalid"),
    ("2999-01-01T00:00:00", "request.invalid"),
    ("2999-01-01", "request.invalid"),
    ("2999-02-30T00:00:00Z", "request.invalid"),
    ("2999-01-01T25:00:00Z", "request.invalid"),
    ("10000-01-01T00:00:00Z", "request.invalid"),
    ("infinity", "request.invalid"),
    (32_503_680_000, "request.invalid"),
    ("", "request.invalid"),
]


@pytest.mark.parametrize(("moment", "code"), MOMENTS)
async def test_moments_of_expiry(things: Things, moment: object, code: str) -> None:
    body = things.transaction("1.00", kind="pending", expires_at=moment)
    status, found, _ = precise(await things.ask("POST", PATH, json=body))
    assert (status, found) == (422, code)
    batch = {"transactions": [body]}
    answer = await things.staff.ask("POST", "/ledger/batches", json=batch)
    if code == "request.invalid":
        assert problem(answer) == (422, code)
    else:
        assert [each["code"] for each in answer.json()["results"]] == [code]


async def test_only_what_is_pending_expires(things: Things) -> None:
    body = things.transaction("1.00", expires_at="2999-01-01T00:00:00Z")
    assert precise(await things.ask("POST", PATH, json=body))[:2] == (422, "request.invalid")


@pytest.mark.parametrize("kind", ["capture", "void", "expiry", "reversal", "POSTED", ""])
async def test_other_kinds_have_routes_of_their_own(things: Things, kind: str) -> None:
    body = things.transaction("1.00", kind=kind)
    found = precise(await things.ask("POST", PATH, json=body))
    assert found == (422, "request.invalid", [("/kind", "literal_error")])


async def test_a_closed_period(things: Things) -> None:
    for kind in ("posted", "pending"):
        body = things.transaction("1.00", kind=kind, effective_on="2024-06-30")
        found = precise(await things.ask("POST", PATH, json=body))
        assert found == (422, "ledger.period_closed", [])


async def test_one_refusal_refuses_an_atomic_batch(things: Things) -> None:
    for bad in (
        things.transaction("999.00"),
        things.transaction("0"),
        things.transaction("1", "X/0"),
    ):
        batch = {"atomic": True, "transactions": [things.transaction("1.00"), bad]}
        answer = await things.staff.ask("POST", "/ledger/batches", json=batch)
        assert [each["status"] for each in answer.json()["results"]] == ["refused", "refused"]
        assert answer.json()["results"][0]["code"] == "ledger.batch_refused"


Refused = tuple[str, Callable[[Things], tuple[str, str, Body | None]], int, str]


def account(**change: object) -> tuple[str, str, Body]:
    return "POST", "/ledger/accounts", {"asset": "CNY/2", "category": "liability", **change}


OTHERS: list[Refused] = [
    ("a negative overdraft", lambda _: account(overdraft="-1.00"),
     422, "ledger.overdraft_out_of_range"),
    ("an overdraft too precise", lambda _: account(overdraft="0.001"),
     422, "money.amount_too_precise"),
    ("an overdraft too large", lambda _: account(overdraft="9" * 25),
     422, "money.amount_too_large"),
    ("an overdraft that is no number", lambda _: account(overdraft="NaN"), 422, "request.invalid"),
    ("an asset nobody declared", lambda _: account(asset="TULIP/2"), 422, "ledger.unknown_asset"),
    ("an asset of another scale", lambda _: account(asset="CNY/3"), 422, "ledger.unknown_asset"),
    ("no such category", lambda _: account(category="wish"), 422, "request.invalid"),
    ("a code with a space", lambda _: account(code="a b"), 422, "request.invalid"),
    ("a name too long", lambda _: account(name="长" * 201), 422, "request.invalid"),
    ("closing what is not empty",
     lambda t: ("PUT", f"/ledger/accounts/{t.ada}/status", {"status": "closed"}),
     409, "ledger.status_refused"),
    ("closing what is internal",
     lambda t: ("PUT", f"/ledger/accounts/{t.cash}/status", {"status": "closed"}),
     409, "ledger.status_refused"),
    ("freezing what is not there",
     lambda _: ("PUT", f"/ledger/accounts/{new_id()}/status", {"status": "frozen"}),
     404, "ledger.account_not_found"),
    ("an asset declared with another scale",
     lambda _: ("POST", "/ledger/assets", {"symbol": "POINT", "scale": 2}),
     409, "ledger.code_taken"),
    ("a currency of another scale",
     lambda _: ("POST", "/ledger/assets", {"symbol": "JPY", "scale": 2}),
     409, "ledger.code_taken"),
    ("a scale too large",
     lambda _: ("POST", "/ledger/assets", {"symbol": "A", "scale": 13}), 422, "request.invalid"),
    ("a symbol in small letters",
     lambda _: ("POST", "/ledger/assets", {"symbol": "point", "scale": 0}), 422, "request.invalid"),
    ("a period that overlaps",
     lambda _: ("POST", "/ledger/periods", {"starts_on": "2024-12-31", "ends_on": "2025-02-01"}),
     409, "ledger.period_overlaps"),
    ("a period of no day",
     lambda _: ("POST", "/ledger/periods", {"starts_on": "2022-01-01", "ends_on": "2022-01-01"}),
     422, "request.invalid"),
    ("a period that ends before it begins",
     lambda _: ("POST", "/ledger/periods", {"starts_on": "2022-02-01", "ends_on": "2022-01-01"}),
     422, "request.invalid"),
    ("a period of no year",
     lambda _: ("POST", "/ledger/periods", {"starts_on": "0000-01-01", "ends_on": "0001-01-01"}),
     422, "request.invalid"),
    ("closing a period that is not there",
     lambda _: ("PUT", "/ledger/periods/2021-01-01/closing", None), 404, "ledger.period_not_found"),
    ("closing a period that is not over",
     lambda _: ("PUT", "/ledger/periods/2025-01-01/closing", None), 409, "ledger.period_not_over"),
    ("closing a period by a number",
     lambda _: ("PUT", "/ledger/periods/0/closing", None), 422, "request.invalid"),
    ("closing a period by a moment",
     lambda _: ("PUT", "/ledger/periods/2024-01-01T00:00:00/closing", None),
     422, "request.invalid"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("request_of", "status", "code"),
    [each[1:] for each in OTHERS],
    ids=[each[0] for each in OTHERS],
)
async def test_accounts_assets_and_periods(
    things: Things,
    request_of: Callable[[Things], tuple[str, str, Body | None]],
    status: int,
    code: str,
) -> None:
    method, path, body = request_of(things)
    more = {} if body is None else {"json": body}
    found = precise(await things.ask(method, path, **more))
    assert found[:2] == (status, code)


QUERIES = [
    "/ledger/accounts/{ada}/balance",
    "/ledger/accounts/{ada}/balance?at=0&on=2026-01-01",
    "/ledger/accounts/{ada}/balance?at=2026-01-01T00:00:00",
    "/ledger/accounts/{ada}/balance?at=0001-01-01T00:00:00%2B14:00",
    "/ledger/accounts/{ada}/balance?at=9999-12-31T23:59:59-12:00",
    "/ledger/accounts/{ada}/balance?on=2026-02-30",
    "/ledger/accounts/{ada}/entries?amount_min=NaN",
    "/ledger/accounts/{ada}/entries?amount_min=0.001",
    "/ledger/accounts/{ada}/entries?amount_max=" + "9" * 40,
    "/ledger/accounts/{ada}/entries?booked_from=0001-01-01T00:00:00%2B14:00",
    "/ledger/accounts/{ada}/entries?booked_until=9999-12-31T23:59:59-12:00",
    "/ledger/accounts/{ada}/entries?direction=both",
    "/ledger/accounts/{ada}/entries?metadata=novalue",
    "/ledger/accounts/{ada}/entries?unknown=1",
    "/ledger/transactions?amount_min=1",
    "/ledger/transactions?asset=CNY",
    "/ledger/transactions?kind=wish",
    "/ledger/transactions?state=wish",
    "/ledger/transactions?account_id=1",
    "/ledger/reports/balance-sheet?on=0",
    "/ledger/reports/trial-balance?asset=CNY",
    "/ledger/reports/income-statement?first_on=2026-02-01&on=2026-01-01",
    "/ledger/tree/consistency",
    "/ledger/tree/consistency?from=0&to=1",
    "/ledger/tree/consistency?from=9223372036854775808&to=1",
    "/ledger/tree/checkpoint?tree_size=-1",
    "/ledger/transactions/{held}/proof?tree_size=x",
]


@pytest.mark.parametrize("query", QUERIES)
async def test_questions(things: Things, query: str) -> None:
    path = query.replace("{ada}", things.ada).replace("{held}", things.held)
    status, code, _ = precise(await things.ask("GET", path))
    assert status == 422
    assert code.startswith(("request.invalid", "ledger.", "money."))
