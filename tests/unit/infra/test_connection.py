"""A connection: heads have a size and a time, and answers given early end a body."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from tongbao.infra import connection
from tongbao.infra.connection import HEAD_BYTES_MAX, Connection, cycle_of
from tongbao.infra.web.out import Out

REQUEST = b"GET /here HTTP/1.1\r\nHost: bank\r\n"
SOON = 0.05
WAIT_SECONDS = 10


async def application(scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer at once with the path, whatever is still to come."""
    body = scope["path"].encode()
    headers = [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self) -> bytes:
        async with asyncio.timeout(WAIT_SECONDS):
            return await self.reader.readuntil(b"/here")

    async def until_closed(self) -> bytes:
        async with asyncio.timeout(WAIT_SECONDS):
            return await self.reader.read()


@asynccontextmanager
async def connected(
    app: ASGIApp = application, protocol: type[HttpToolsProtocol] = Connection
) -> AsyncIterator[Client]:
    config = Config(app, ws="none", log_config=None, access_log=False)
    config.load()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: protocol(config, ServerState(), {}), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Client(reader, writer)
    finally:
        writer.close()
        server.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD_SECONDS_MAX", SOON)
    monkeypatch.setattr(connection, "LINGER_SECONDS", SOON)


async def test_requests_follow_one_another() -> None:
    async with connected() as client:
        for _ in range(3):
            await client.send(REQUEST + b"\r\n")
            assert (await client.answer()).startswith(b"HTTP/1.1 200 OK\r\n")


async def test_a_head_in_pieces_is_a_head() -> None:
    async with connected() as client:
        for byte in REQUEST:
            await client.send(bytes([byte]))
        await client.send(b"\r\n")
        assert await client.answer()


async def test_what_came_before_a_head_is_none_of_it() -> None:
    body = b"a" * HEAD_BYTES_MAX
    async with connected() as client:
        whole = REQUEST + b"Content-Length: %d\r\n\r\n" % len(body) + body
        await client.send(whole + REQUEST)
        assert await client.answer()
        await client.send(b"\r\n")
        assert await client.answer()


async def test_a_head_without_end_is_ended() -> None:
    async with connected() as client:
        await client.send(REQUEST)
        for _ in range(HEAD_BYTES_MAX // 1024 + 1):
            await client.send(b"X: " + b"a" * 1019 + b"\r\n")
        assert (await client.until_closed()).startswith(b"HTTP/1.1 431 ")


async def test_one_header_without_end_is_ended() -> None:
    async with connected() as client:
        await client.send(REQUEST + b"X: ")
        for _ in range(HEAD_BYTES_MAX // 1024 + 1):
            await client.send(b"a" * 1024)
        assert (await client.until_closed()).startswith(b"HTTP/1.1 431 ")


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("said", [b"", b"G", REQUEST], ids=["nothing", "a letter", "most"])
async def test_who_does_not_end_a_head_is_not_waited_for(said: bytes) -> None:
    async with connected() as client:
        await client.send(said)
        assert await client.until_closed() == b""


@pytest.mark.usefixtures("impatient")
async def test_nor_with_a_later_request() -> None:
    async with connected() as client:
        await client.send(REQUEST + b"\r\n")
        await client.answer()
        await asyncio.sleep(2 * SOON)  # between requests it is not the head that takes long
        await client.send(REQUEST)
        assert await client.until_closed() == b""


@pytest.mark.usefixtures("impatient")
async def test_a_body_nobody_wants_is_not_read_for_ever() -> None:
    async with connected() as client:
        await client.send(REQUEST + b"Content-Length: 1000000\r\n\r\n")
        await client.answer()
        assert await client.until_closed() == b""


@pytest.mark.usefixtures("impatient")
async def test_a_request_under_way_is_not_cut_off() -> None:
    async with connected() as client:
        await client.send(REQUEST + b"Content-Length: 2\r\n\r\nab")
        await client.answer()
        await asyncio.sleep(3 * SOON)
        await client.send(REQUEST + b"\r\n")
        assert await client.answer()


async def said_to(*answers: list[tuple[bytes, bytes]], request: bytes = REQUEST) -> list[bytes]:
    """Return the heads of answers with these headers, from the base's protocol and from ours."""
    found = []
    for protocol in (HttpToolsProtocol, Connection):
        said = b""
        for headers in answers:

            async def answering(
                _scope: Scope,
                _receive: Receive,
                send: Send,
                headers: list[tuple[bytes, bytes]] = headers,
            ) -> None:
                await send({"type": "http.response.start", "status": 200, "headers": headers})
                await send({"type": "http.response.body", "body": b"/here"})

            async with connected(answering, protocol) as client:
                await client.send(request + b"\r\n")
                said += await client.reader.readuntil(b"\r\n\r\n")
        found.append(said)
    return found


@pytest.mark.parametrize("request_bytes", [REQUEST, b"HEAD /here HTTP/1.1\r\nHost: bank\r\n"])
async def test_answers_are_the_servers_own_to_the_byte(request_bytes: bytes) -> None:
    length = (b"content-length", b"5")
    base, ours = await said_to(
        [length],
        [],
        [length, (b"x-note", "é".encode("latin-1"))],
        [length, (b"connection", b"close")],
        [(b"transfer-encoding", b"chunked")],
        request=request_bytes,
    )
    assert base == ours
    assert base


@pytest.mark.parametrize("value", [b"a\r\nset-cookie: b", b"a\nb", b"a\0b", b"a\rb"])
async def test_a_header_that_would_be_several_is_not_sent(value: bytes) -> None:
    async def answering(_scope: Scope, _receive: Receive, send: Send) -> None:
        headers = [(b"content-length", b"5"), (b"x-note", value)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"/here"})

    async with connected(answering) as client:
        await client.send(REQUEST + b"\r\n")
        said = await client.reader.read(1000)
        assert b"x-note" not in said
        assert said.startswith(b"HTTP/1.1 500 ") or not said


async def test_a_body_in_pieces_follows_its_head() -> None:
    async def answering(_scope: Scope, _receive: Receive, send: Send) -> None:
        headers = [(b"content-length", b"5")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"/h", "more_body": True})
        await send({"type": "http.response.body", "body": b"ere"})

    async with connected(answering) as client:
        for _ in range(2):
            await client.send(REQUEST + b"\r\n")
            assert (await client.answer()).endswith(b"\r\n\r\n/here")


async def test_a_body_of_another_length_than_said_is_not_taken_for_the_answer() -> None:
    async def answering(_scope: Scope, _receive: Receive, send: Send) -> None:
        headers = [(b"content-length", b"5")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"/her"})

    async with connected(answering) as client:
        await client.send(REQUEST + b"\r\n")
        assert (await client.until_closed()).endswith(b"\r\n\r\n/her")  # cut off, and closed


NOTE = (b"x-note", b"a")
READY = b"x-ready: b\r\n"


@asynccontextmanager
async def answered_whole(
    headers: Sequence[tuple[bytes, bytes]] = (NOTE,),
) -> AsyncIterator[Client]:
    """Connect to what answers in one piece with 200, if it can, or in several with 202."""

    async def answering(_scope: Scope, _receive: Receive, send: Send) -> None:
        cycle = cycle_of(send)
        assert cycle is not None
        if cycle.send_whole(200, headers, READY, b"/here"):
            return
        await send({"type": "http.response.start", "status": 202, "headers": headers})
        await send({"type": "http.response.body", "body": b"/here"})

    async with connected(answering) as client:
        yield client


async def test_an_answer_in_one_piece_is_that_in_several() -> None:
    async def answering(_scope: Scope, _receive: Receive, send: Send) -> None:
        headers = [NOTE, (b"x-ready", b"b"), (b"content-length", b"5")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"/here"})

    async with connected(answering) as in_several, answered_whole() as in_one:
        for _ in range(3):
            said = []
            for client in (in_several, in_one):
                await client.send(REQUEST + b"\r\n")
                said.append(await client.answer())
            assert said[0] == said[1]


@pytest.mark.parametrize("value", [b"a\r\nset-cookie: b", b"a\nb", b"a\0b", b"a\rb"])
async def test_nor_does_one_in_one_piece_have_headers_that_would_be_several(value: bytes) -> None:
    async with answered_whole([(b"x-note", value)]) as client:
        await client.send(REQUEST + b"\r\n")
        said = await client.reader.read(1000)
    assert b"x-note" not in said
    assert said.startswith(b"HTTP/1.1 500 ") or not said


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"HEAD /here HTTP/1.1\r\nHost: bank\r\n\r\n",
        b"GET /here HTTP/1.0\r\nHost: bank\r\n\r\n",
        REQUEST + b"Connection: close\r\n\r\n",
    ],
)
async def test_what_ends_with_the_connection_or_has_no_body_is_left_to_the_base(
    request_bytes: bytes,
) -> None:
    async with answered_whole() as client:
        await client.send(request_bytes)
        assert (await client.reader.read(1000)).startswith(b"HTTP/1.1 202 ")


async def test_a_body_that_is_here_need_not_be_received() -> None:
    heard: list[object] = []

    async def answering(_scope: Scope, receive: Receive, send: Send) -> None:
        cycle = cycle_of(send)
        assert cycle is not None
        heard.append(cycle.take_body())
        heard.append(await receive())
        heard.append(cycle.take_body())

    async with connected(answering) as client:
        await client.send(REQUEST + b"Content-Length: 2\r\n\r\nab")
        await asyncio.sleep(SOON)
        client.writer.write_eof()
        await client.until_closed()
    assert heard == [b"ab", {"type": "http.disconnect"}, None]


async def test_a_body_on_its_way_is_received() -> None:
    heard: list[object] = []

    async def answering(_scope: Scope, receive: Receive, send: Send) -> None:
        cycle = cycle_of(send)
        assert cycle is not None
        heard.append(cycle.take_body())
        heard.append(await receive())
        await asyncio.sleep(2 * SOON)
        heard.append(cycle.take_body())
        assert cycle.send_whole(200, [], b"", b"/here")

    async with connected(answering) as client:
        await client.send(REQUEST + b"Content-Length: 2\r\n\r\na")
        await asyncio.sleep(SOON)
        await client.send(b"b")
        assert await client.answer()
    assert heard == [None, {"type": "http.request", "body": b"a", "more_body": True}, b"b"]


async def test_somebody_in_between_hides_the_request() -> None:
    async def wrapper(message: Message) -> None:
        raise AssertionError(message)

    assert cycle_of(wrapper) is None


@pytest.mark.parametrize("headers", [[NOTE], [NOTE, (b"cache-control", b"no-cache")]])
async def test_every_answer_is_dressed_alike(headers: list[tuple[bytes, bytes]]) -> None:
    def answering(*, between: bool) -> ASGIApp:
        async def answer(scope: Scope, _receive: Receive, send: Send) -> None:
            async def wrapper(message: Message) -> None:
                await send(message)

            scope["state"]["request_id"] = "r-1"
            out = Out(scope, wrapper if between else send, lambda _: [(b"x-limit", b"9")])
            await out.whole(201, headers, b"/here")
            assert out.begun
            assert out.status == 201

        return answer

    heads = []
    for between in (False, True):
        async with connected(answering(between=between)) as client:
            await client.send(REQUEST + b"\r\n")
            heads.append(sorted((await client.answer()).split(b"\r\n")))
    assert heads[0] == heads[1]
    assert b"HTTP/1.1 201 Created" in heads[0]
    assert b"x-frame-options: DENY" in heads[0]
