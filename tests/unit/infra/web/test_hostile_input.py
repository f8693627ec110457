"""Whatever is sent: a precise problem, never a 5xx, nothing stored."""

from collections.abc import Callable, Iterator

import httpx2
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.infra.web.till import BASE, Users, call, keyed, new_note
from tongbao.infra.web import Problem
from tongbao.infra.web.limits import BODY_BYTES_MAX

Notes = Callable[[str], int]
NOTES = f"{BASE}/notes"
CHUNK_BYTES = 65_536
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "request.invalid"),
        (b"{", 400, "request.malformed_json"),
        (b"\xef\xbb\xbf{}", 400, "request.malformed_json"),
        (b'{"id": "a", "id": "b"}', 400, "request.duplicate_member"),
        (b'{"id": "a", "weight": NaN}', 400, "request.number_out_of_range"),
        (b'{"id": "a", "weight": 1e999}', 400, "request.number_out_of_range"),
        (b'{"id": "a", "weight": ' + b"9" * 20 + b"}", 400, "request.number_out_of_range"),
        (b'{"id": "\\u0000"}', 400, "request.malformed_text"),
        (b'{"id": "\\ud800"}', 400, "request.malformed_text"),
        (b'{"id": "\xff"}', 400, "request.malformed_text"),
        (b'{"id": "a", "tags": ' + b'{"a":' * 40 + b"1" + b"}" * 41, 400, "request.too_deep"),
        (b"[]", 422, "request.invalid"),
        (b"null", 422, "request.invalid"),
        (b'"id"', 422, "request.invalid"),
        (b'{"id": 1}', 422, "request.invalid"),
        (b'{"id": "a", "extra": 1}', 422, "request.invalid"),
    ],
    ids=lambda value: repr(value)[:30],
)
async def test_a_bad_body_is_named_precisely(
    client: httpx2.AsyncClient, users: Users, content: bytes, status: int, code: str
) -> None:
    answer = await client.post(NOTES, content=content, headers=users.add()[1] | JSON)
    assert answer.status_code == status
    assert Problem.model_validate_json(answer.content).code == code


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=gbk",
        "application/jsonp",
        "application/json, text/plain",
        ";",
        "\x7f",
    ],
)
async def test_only_json_in_utf_8_is_taken(
    app: FastAPI, users: Users, content_type: str | None
) -> None:
    headers = [(b"authorization", users.add()[1]["Authorization"].encode())]
    if content_type is not None:
        headers.append((b"content-type", content_type.encode()))
    seen = await call(app, method="POST", path=NOTES, headers=headers, chunks=iter([b'{"id":"a"}']))
    assert seen.status == 415
    assert b"request.unsupported_media_type" in seen.body


@pytest.mark.parametrize("content_type", ["application/JSON", 'application/json ;charset="UTF-8"'])
async def test_spellings_of_json_are_taken(
    client: httpx2.AsyncClient, users: Users, content_type: str
) -> None:
    sent = users.add()[1] | {"Content-Type": content_type}
    content = f'{{"id": "{new_note()["id"]}"}}'
    assert (await client.post(NOTES, content=content, headers=sent)).status_code == 201


async def test_a_body_as_large_as_allowed_is_taken(
    client: httpx2.AsyncClient, users: Users, notes: Notes
) -> None:
    note = new_note()
    content = f'{{"id": "{note["id"]}"}}'.encode().ljust(BODY_BYTES_MAX)
    answer = await client.post(NOTES, content=content, headers=users.add()[1] | JSON)
    assert answer.status_code == 201
    assert notes(note["id"]) == 1
    over = await client.post(NOTES, content=content + b" ", headers=users.add()[1] | JSON)
    assert over.status_code == 413
    assert over.json()["code"] == "request.too_large"
    assert over.json()["bytes_max"] == BODY_BYTES_MAX


def _endless() -> Iterator[bytes]:
    """Far more than anybody may send, though not so much that a defect would eat the machine."""
    for _ in range(64 * BODY_BYTES_MAX // CHUNK_BYTES):
        yield b" " * CHUNK_BYTES


async def test_a_body_without_end_is_cut_off(app: FastAPI, users: Users) -> None:
    headers = [
        (b"authorization", users.add()[1]["Authorization"].encode()),
        (b"content-type", b"application/json"),
    ]
    seen = await call(app, method="POST", path=NOTES, headers=headers, chunks=_endless())
    assert seen.status == 413
    assert seen.chunks_read == BODY_BYTES_MAX // CHUNK_BYTES + 1


@pytest.mark.parametrize("length", [b"1048577", b"9" * 400])
async def test_a_declared_length_is_refused_unread(app: FastAPI, length: bytes) -> None:
    seen = await call(
        app, method="POST", path=NOTES, headers=[(b"content-length", length)], chunks=_endless()
    )
    assert seen.status == 413
    assert seen.chunks_read == 0


async def test_a_lying_length_does_not_help(app: FastAPI, users: Users) -> None:
    headers = [
        (b"authorization", users.add()[1]["Authorization"].encode()),
        (b"content-length", b"10"),
        (b"content-type", b"application/json"),
    ]
    seen = await call(app, method="POST", path=NOTES, headers=headers, chunks=_endless())
    assert seen.status == 413


@pytest.mark.parametrize(
    "path", [f"{NOTES}/a\x00b", f"{NOTES}/x\ud800", f"{NOTES}/\ufffd", "/\x00", "/docs/\x00"]
)
async def test_text_that_cannot_be_stored_is_refused_in_the_path(app: FastAPI, path: str) -> None:
    seen = await call(app, method="DELETE", path=path)
    assert seen.status == 400
    assert b"request.malformed_text" in seen.body


@pytest.mark.parametrize("query", [b"a=%00", b"a=\x00", b"a=%ff", b"%ed%a0%80=1", b"a=\xff"])
async def test_text_that_cannot_be_stored_is_refused_in_the_query(
    app: FastAPI, query: bytes
) -> None:
    seen = await call(app, query=query)
    assert seen.status == 400
    assert b"request.malformed_text" in seen.body


async def test_text_that_cannot_be_stored_is_refused_in_headers(app: FastAPI) -> None:
    seen = await call(app, headers=[(b"x-note", b"a\x00b")])
    assert seen.status == 400
    assert b"request.malformed_text" in seen.body


@pytest.mark.parametrize(
    "content", [b"name=%00", b"name=%ff", b"name=%ED%A0%80", b"n%00me=a&name=b", b"name=\x00"]
)
async def test_text_that_cannot_be_stored_is_refused_in_a_form(
    client: httpx2.AsyncClient, content: bytes
) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await client.post(f"{BASE}/cards", content=content, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["code"] == "request.malformed_text"


async def test_a_form_is_read(client: httpx2.AsyncClient) -> None:
    answer = await client.post(f"{BASE}/cards", data={"name": "通宝"})
    assert (answer.status_code, answer.json()) == (200, "通宝")
    parts = await client.post(f"{BASE}/cards", files={"name": (None, "通宝")})
    assert (parts.status_code, parts.json()) == (200, "通宝")


@pytest.mark.parametrize(
    ("content_type", "content", "status"),
    [
        ("application/json", b'{"name": "x"}', 415),
        ("multipart/form-data", b"x", 400),
        ("multipart/form-data; boundary=b", b"--b\r\ngarbage", 422),
        (
            "multipart/form-data; boundary=b; charset=undefined",
            b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nx\r\n--b--\r\n',
            400,
        ),
        ("application/x-www-form-urlencoded", b"", 422),
        ("application/x-www-form-urlencoded", b"name=a&" + b"x=1&" * 2000, 400),
    ],
)
async def test_a_broken_form_is_refused(
    client: httpx2.AsyncClient, content_type: str, content: bytes, status: int
) -> None:
    headers = {"Content-Type": content_type}
    answer = await client.post(f"{BASE}/cards", content=content, headers=headers)
    assert answer.status_code == status
    assert Problem.model_validate_json(answer.content).status == status


FORM_PIECES = st.sampled_from(
    [b"--b", b"\r\n", b"Content-Disposition: form-data; name=", b'"name"', b"--", b"=", b"&", b"%"]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    content=st.lists(FORM_PIECES | st.binary(max_size=8), max_size=12).map(b"".join),
    content_type=st.sampled_from(
        [
            b"application/x-www-form-urlencoded",
            b"multipart/form-data; boundary=b",
            b"multipart/form-data; boundary=b; charset=punycode",
            b"multipart/form-data; boundary=",
        ]
    ),
)
async def test_no_form_at_all_makes_a_server_error(
    app: FastAPI, content: bytes, content_type: bytes
) -> None:
    headers = [(b"content-type", content_type)]
    seen = await call(
        app, method="POST", path=f"{BASE}/cards", headers=headers, chunks=iter([content])
    )
    assert 200 <= seen.status < 500


@pytest.mark.parametrize(
    ("limit", "status"), [("1", 200), ("200", 200), ("0", 422), ("201", 422), ("9" * 5000, 422)]
)
async def test_a_page_is_bounded(
    client: httpx2.AsyncClient, users: Users, limit: str, status: int
) -> None:
    answer = await client.get(NOTES, params={"limit": limit}, headers=users.add()[1])
    assert answer.status_code == status
    if status == 422:
        assert answer.json()["errors"][0]["location"] == "query"
        assert answer.json()["errors"][0]["pointer"] == "/limit"


HEADER_VALUE = st.binary(max_size=40)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    body=st.binary(max_size=200),
    query=st.binary(max_size=40),
    path=st.text(st.characters(), max_size=20),
    language=HEADER_VALUE,
    key=HEADER_VALUE,
    request_id=HEADER_VALUE,
    content_type=st.just(b"application/json") | HEADER_VALUE,
)
async def test_no_bytes_at_all_make_a_server_error(  # noqa: PLR0917 - what a request is made of
    app: FastAPI,
    users: Users,
    body: bytes,
    query: bytes,
    path: str,
    language: bytes,
    key: bytes,
    request_id: bytes,
    content_type: bytes,
) -> None:
    headers = [
        (b"authorization", users.add()[1]["Authorization"].encode()),
        (b"accept-language", language),
        (b"idempotency-key", key),
        (b"x-request-id", request_id),
        (b"content-type", content_type),
    ]
    for target in (NOTES, f"{NOTES}/{path}", f"/{path}"):
        seen = await call(
            app, method="POST", path=target, query=query, headers=headers, chunks=iter([body])
        )
        assert 400 <= seen.status < 500
        assert Problem.model_validate_json(seen.body).status == seen.status


async def test_nothing_of_a_refused_request_is_stored(
    client: httpx2.AsyncClient, users: Users, notes: Notes
) -> None:
    note = new_note()
    content = f'{{"id": "{note["id"]}", "body": "\\u0000"}}'
    refused = await client.post(NOTES, content=content, headers=keyed(users.add()[1]) | JSON)
    assert refused.status_code == 400
    assert notes(note["id"]) == 0


async def test_a_caller_who_leaves_is_no_failure(app: FastAPI, users: Users) -> None:
    headers = [(b"authorization", users.add()[1]["Authorization"].encode())]
    sent: list[object] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.disconnect"}

    async def send(message: object) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "scheme": "http",
        "path": NOTES,
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
    }
    await app(scope, receive, send)
    assert sent == []
