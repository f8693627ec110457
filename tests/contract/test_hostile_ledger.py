"""Whatever is sent to the ledger: a precise problem in either language, and nothing is booked."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2
import pytest

from tests.support.bank import Bank, done, problem
from tests.support.ledger_books import PATH, Books, nothing_is_stored, open_books, precise
from tongbao.kernel.ids import new_id

MEBIBYTE = 1024 * 1024
Change = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="module")
async def books(bank: Bank) -> Books:
    return await open_books(bank)


@pytest.fixture(autouse=True)
async def _nothing_is_stored(bank: Bank, books: Books) -> AsyncIterator[None]:
    async with nothing_is_stored(bank, books):
        yield


async def send(books: Books, body: object, path: str = PATH) -> dict[str, httpx2.Response]:
    return {
        language: await books.staff.ask("POST", path, json=body, language=language)
        for language in ("zh", "en")
    }


AT = "/postings/0/amount"
MALFORMED = ("request.invalid", f"{AT}/amount", "money.malformed_amount")
NOT_TEXT = ("request.invalid", f"{AT}/amount", "string_type")
TOO_PRECISE = ("request.invalid", AT, "money.amount_too_precise")
TOO_LARGE = ("request.invalid", AT, "money.amount_too_large")
OUT_OF_RANGE = ("ledger.amount_out_of_range",)

NUMBERS_AND_THE_LIKE: tuple[object, ...] = (1, 1.5, True, None, [], {}, ["1.00"])
AMOUNTS: list[tuple[object, tuple[str, ...]]] = [
    ("-1.00", OUT_OF_RANGE),
    ("0", OUT_OF_RANGE),
    ("0.00", OUT_OF_RANGE),
    ("-0.00", OUT_OF_RANGE),
    ("10000000000000.00", OUT_OF_RANGE),
    ("100.01", ("ledger.insufficient_funds",)),
    ("9" * 15, ("ledger.amount_out_of_range",)),
    ("9" * 19, TOO_LARGE),
    ("9" * 1000, TOO_LARGE),
    ("0.001", TOO_PRECISE),
    ("1.005", TOO_PRECISE),
    ("1." + "0" * 19, ("request.invalid", f"{AT}/amount", "money.amount_too_precise")),
    *((text, MALFORMED) for text in ("NaN", "Infinity", "-Infinity", "1e3", "+1.00", "--1")),
    *((text, MALFORMED) for text in (" 1.00", "1.00 ", "1,000.00", "1_000", "", ".5", "1.")),
    *((text, MALFORMED) for text in ("01.00", "１.00", "0x10", "１", "一", "1\u200b", "¥1.00")),
    *((value, NOT_TEXT) for value in NUMBERS_AND_THE_LIKE),
]


@pytest.mark.parametrize(("amount", "expected"), AMOUNTS)
async def test_an_amount_is_plain_text_above_zero_and_within_its_scale(
    books: Books, amount: object, expected: tuple[str, ...]
) -> None:
    status, code, places = precise(await send(books, books.transaction(amount)))
    assert (status, code, *(part for place in places for part in place)) == (422, *expected)
    # The same in a batch: told apart from the item beside it, which is sound but too much.
    batch = {"transactions": [books.transaction("999.00"), books.transaction(amount)]}
    answer = await books.staff.ask("POST", "/ledger/batches", json=batch)
    if len(expected) == 1:
        codes = [result["code"] for result in done(answer)["results"]]
        assert codes == ["ledger.insufficient_funds", expected[0]]
    else:
        assert problem(answer) == (422, expected[0])
        (error,) = answer.json()["errors"]
        assert error["pointer"] == f"/transactions/1{expected[1]}"
        assert error["code"] == expected[2]


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity", b"1e999", b"9" * 30])
async def test_a_number_that_is_none(books: Books, number: bytes) -> None:
    body = json.dumps(books.transaction("AMOUNT")).encode().replace(b'"AMOUNT"', number)
    assert precise(await send_bytes(books, body)) == (400, "request.number_out_of_range", [])


def postings(**change: Any) -> Change:
    return lambda body: body["postings"][0].update(change)


def amount_of(asset: str, amount: str = "1.00") -> Change:
    return postings(amount={"amount": amount, "asset": asset})


REFUSED: list[tuple[str, Callable[[Books], Change], str]] = [
    ("other asset", lambda _: amount_of("USD/2"), "ledger.asset_mismatch"),
    ("other scale", lambda _: amount_of("CNY/0", "1"), "ledger.unknown_asset"),
    ("points", lambda _: amount_of("POINT/0", "1"), "ledger.asset_mismatch"),
    ("no such asset", lambda _: amount_of("TULIP/2"), "ledger.unknown_asset"),
    ("one side in dollars", lambda b: postings(credit=b.dollars), "ledger.asset_mismatch"),
    ("unknown debit", lambda _: postings(debit=str(new_id())), "ledger.unknown_account"),
    ("unknown credit", lambda _: postings(credit=str(new_id())), "ledger.unknown_account"),
    ("same account", lambda b: postings(credit=b.ada), "ledger.same_account"),
    (
        "tomorrow",
        lambda _: lambda body: body.update(effective_on="2999-12-31"),
        "ledger.effective_date_in_future",
    ),
    (
        "the second posting is too much",
        lambda b: (
            lambda body: body["postings"].append(
                {
                    "debit": b.bob,
                    "credit": b.ada,
                    "amount": {"amount": "500.00", "asset": "CNY/2"},
                }
            )
        ),
        "ledger.insufficient_funds",
    ),
]


@pytest.mark.parametrize(
    ("change", "code"), [each[1:] for each in REFUSED], ids=[each[0] for each in REFUSED]
)
async def test_rules_of_the_ledger(
    books: Books, change: Callable[[Books], Change], code: str
) -> None:
    body = books.transaction()
    change(books)(body)
    assert precise(await send(books, body)) == (422, code, [])


def without(name: str) -> Change:
    return lambda body: body.pop(name)


def having(**change: Any) -> Change:
    return lambda body: body.update(change)


INVALID: list[tuple[Change, str, str]] = [
    (without("id"), "/id", "missing"),
    (without("type"), "/type", "missing"),
    (without("postings"), "/postings", "missing"),
    (lambda body: body["postings"][0].pop("debit"), "/postings/0/debit", "missing"),
    (lambda body: body["postings"][0].pop("amount"), "/postings/0/amount", "missing"),
    (having(id=1), "/id", "uuid_type"),
    (having(id="1"), "/id", "uuid_parsing"),
    (having(id=None), "/id", "uuid_type"),
    (having(type=""), "/type", "string_too_short"),
    (having(type="DROP TABLE"), "/type", "string_pattern_mismatch"),
    (having(type="a" * 65), "/type", "string_too_long"),
    (having(postings=[]), "/postings", "too_short"),
    (having(postings={}), "/postings", "list_type"),
    (having(postings=[1]), "/postings/0", "model_attributes_type"),
    (having(effective_on=0), "/effective_on", "date_parsing"),
    (having(effective_on="2026-02-30"), "/effective_on", "date_from_datetime_parsing"),
    (having(reference=""), "/reference", "string_too_short"),
    (having(reference="长" * 141), "/reference", "string_too_long"),
    (having(metadata=[]), "/metadata", "dict_type"),
    (having(metadata={"a": 1}), "/metadata/a", "string_type"),
    (having(metadata={"": "a"}), "/metadata//[key]", "string_too_short"),
    (having(metadata={str(i): "" for i in range(21)}), "/metadata", "too_long"),
    (having(correlation_id="x"), "/correlation_id", "uuid_parsing"),
    (having(status="posted"), "/status", "extra_forbidden"),
    (postings(fee="1.00"), "/postings/0/fee", "extra_forbidden"),
    (postings(amount="1.00"), "/postings/0/amount", "model_attributes_type"),
    (postings(amount={"amount": "1.00"}), "/postings/0/amount/asset", "missing"),
    (amount_of("CNY"), "/postings/0/amount/asset", "string_pattern_mismatch"),
    (amount_of("CNY/13"), "/postings/0/amount/asset", "string_pattern_mismatch"),
    (amount_of("CNY/2\n"), "/postings/0/amount/asset", "string_pattern_mismatch"),
]


@pytest.mark.parametrize(("change", "pointer", "code"), INVALID)
async def test_shapes(books: Books, change: Change, pointer: str, code: str) -> None:
    body = books.transaction()
    change(body)
    assert precise(await send(books, body)) == (422, "request.invalid", [(pointer, code)])


async def send_bytes(
    books: Books, body: Any, content_type: str | None = "application/json"
) -> dict[str, httpx2.Response]:
    headers = {} if content_type is None else {"Content-Type": content_type}
    return {
        language: await books.staff.ask(
            "POST",
            PATH,
            content=body() if callable(body) else body,
            headers=headers,
            language=language,
        )
        for language in ("zh", "en")
    }


async def in_pieces() -> AsyncIterator[bytes]:
    """Send ten mebibytes without saying how many there will be."""
    for _ in range(160):
        yield b" " * 65_536


def twice(name: str) -> Callable[[bytes], bytes]:
    return lambda body: body.replace(f'"{name}":'.encode(), f'"{name}":1,"{name}":'.encode(), 1)


BYTES: list[tuple[str, Callable[[bytes], Any], int, str]] = [
    ("nothing", lambda _: b"", 422, "request.invalid"),
    ("half", lambda body: body[: len(body) // 2], 400, "request.malformed_json"),
    ("two documents", lambda body: body + body, 400, "request.malformed_json"),
    ("trailing comma", lambda body: body[:-1] + b",}", 400, "request.malformed_json"),
    ("comment", lambda body: b"// hello\n" + body, 400, "request.malformed_json"),
    ("single quotes", lambda body: body.replace(b'"', b"'"), 400, "request.malformed_json"),
    ("byte order mark", lambda body: b"\xef\xbb\xbf" + body, 400, "request.malformed_json"),
    ("UTF-16", lambda body: body.decode().encode("utf-16"), 400, "request.malformed_text"),
    ("bytes", lambda body: body.replace(b"transfer", b"\xff\xfe"), 400, "request.malformed_text"),
    ("NUL", lambda body: body.replace(b"transfer", b"\\u0000"), 400, "request.malformed_text"),
    ("raw NUL", lambda body: body.replace(b"transfer", b"a\x00"), 400, "request.malformed_json"),
    (
        "surrogate",
        lambda body: body.replace(b"transfer", b"\\ud800"),
        400,
        "request.malformed_text",
    ),
    ("id twice", twice("id"), 400, "request.duplicate_member"),
    ("amount twice", twice("amount"), 400, "request.duplicate_member"),
    ("deep", lambda _: b"[" * 100_000, 400, "request.too_deep"),
    ("deep and closed", lambda _: b'{"a":' * 40 + b"1" + b"}" * 40, 400, "request.too_deep"),
    ("a list", lambda body: b"[" + body + b"]", 422, "request.invalid"),
    ("text", lambda _: b'"transaction"', 422, "request.invalid"),
    ("null", lambda _: b"null", 422, "request.invalid"),
    ("10 MiB", lambda body: body.ljust(10 * MEBIBYTE), 413, "request.too_large"),
    ("10 MiB in pieces", lambda _: in_pieces, 413, "request.too_large"),
]


@pytest.mark.parametrize(
    ("change", "status", "code"), [each[1:] for each in BYTES], ids=[each[0] for each in BYTES]
)
async def test_bodies(books: Books, change: Callable[[bytes], Any], status: int, code: str) -> None:
    body = json.dumps(books.transaction(), separators=(",", ":")).encode()
    found = precise(await send_bytes(books, change(body)))
    assert found[:2] == (status, code)


@pytest.mark.parametrize(
    "content_type",
    [None, "text/plain", "text/json", "application/xml", "application/json; charset=gbk"],
)
async def test_other_media_types(books: Books, content_type: str | None) -> None:
    body = json.dumps(books.transaction()).encode()
    found = precise(await send_bytes(books, body, content_type))
    assert found == (415, "request.unsupported_media_type", [])


async def test_a_form_is_no_transaction(books: Books) -> None:
    answer = await books.staff.ask("POST", PATH, data={"id": str(new_id())})
    assert problem(answer) == (415, "request.unsupported_media_type")


@pytest.mark.parametrize(("transactions", "code"), [(0, "too_short"), (10_001, "too_long")])
async def test_batches_have_limits(books: Books, transactions: int, code: str) -> None:
    batch = {"transactions": [books.transaction() for _ in range(transactions)]}
    found = precise(await send(books, batch, "/ledger/batches"))
    assert found == (422, "request.invalid", [("/transactions", code)])


async def test_a_transaction_has_limits(books: Books) -> None:
    body = books.transaction()
    body["postings"] = body["postings"] * 101
    found = precise(await send(books, body))
    assert found == (422, "request.invalid", [("/postings", "too_long")])


async def test_a_batch_has_a_limit_of_postings(books: Books) -> None:
    def shortest() -> dict[str, Any]:
        body = books.transaction("1")
        return body | {"type": "t", "postings": body["postings"] * 51}

    batch = {"transactions": [shortest() for _ in range(200)]}
    found = precise(await send(books, batch, "/ledger/batches"))
    assert found[0] in {413, 422}
    assert found[1] in {"request.too_large", "ledger.batch_size"}


@pytest.mark.parametrize("path", ["/ledger/accounts/{}", "/ledger/transactions/{}"])
@pytest.mark.parametrize("text", ["0", "%00", "%ff", "..%2f..%2fetc", "a" * 3_000, "'%20OR%20'1"])
async def test_addresses(books: Books, path: str, text: str) -> None:
    for language in ("zh", "en"):
        answer = await books.staff.ask("GET", path.format(text), language=language)
        status, code = problem(answer)
        assert status in {400, 404, 422}
        assert code in {"request.invalid", "request.malformed_text", "request.unknown_path"}


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "limit=x", "limit=1e9", "after=%00", "after=x", "after=" + "a" * 501],
)
async def test_queries(books: Books, query: str) -> None:
    answer = await books.staff.ask("GET", f"/ledger/accounts/{books.ada}/entries?{query}")
    status, code = problem(answer)
    assert status in {400, 422}
    assert code in {"request.invalid", "request.malformed_text", "page.bad_cursor"}


async def test_who_may_only_read_books_nothing(books: Books) -> None:
    for reader in books.readers:
        for path in (PATH, "/ledger/batches", "/ledger/accounts", "/ledger/assets"):
            answer = await reader.ask("POST", path, json=books.transaction())
            assert problem(answer) == (403, "auth.forbidden")
