"""The API behind its real server: what is sent over a socket, whole, in pieces or broken."""

import json
import socket
from collections.abc import Iterator

import httpx2
import pytest

from tests.support.bank import Bank, Caller
from tests.support.programs import answers, free_port, program
from tongbao.kernel.ids import new_id

MEBIBYTE = 1024 * 1024
WAIT_SECONDS = 20
PATH = "/api/v1/ledger/transactions"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def port(bank: Bank, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Serve the API from a process of its own, on the database of these tests."""
    chosen = free_port()
    environment = {"TONGBAO_DATABASE_URL": bank.urls.app, "TONGBAO_PORT": str(chosen)}
    log = tmp_path_factory.mktemp("served") / "log"
    with program("serve", environment=environment, log=log) as api:
        address = f"http://127.0.0.1:{chosen}/health/ready"
        api.wait_until(lambda: answers(address), "answer")
        yield chosen
        assert answers(address), "it still serves after all that"
        assert "Traceback" not in api.said()


@pytest.fixture(scope="module")
async def staff(bank: Bank) -> Caller:
    return await bank.staff()


def talk(port: int, *pieces: bytes) -> bytes:
    """Send pieces over a connection until it is closed; return what came back."""
    with socket.create_connection(("127.0.0.1", port), WAIT_SECONDS) as connection:
        try:
            for piece in pieces:
                connection.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it has heard enough; what it said may still be there to read
        answer = b""
        try:
            while chunk := connection.recv(65_536):
                answer += chunk
                if b"\r\n\r\n" in answer and b"}" in answer:
                    break
        except (ConnectionResetError, TimeoutError):
            pass
        return answer


def head(staff: Caller, *lines: str) -> bytes:
    own = [f"{name}: {value}" for name, value in staff.headers.items()]
    first = [f"POST {PATH} HTTP/1.1", "Host: bank", "Content-Type: application/json"]
    return "\r\n".join([*first, *own, *lines, "", ""]).encode()


def problem_of(answer: bytes) -> tuple[int, str]:
    start, _, body = answer.partition(b"\r\n\r\n")
    return int(start.split()[1]), json.loads(body[body.index(b"{") : body.rindex(b"}") + 1])["code"]


def test_ten_mebibytes_that_say_so(port: int, staff: Caller) -> None:
    said = head(staff, f"Content-Length: {10 * MEBIBYTE}")
    assert problem_of(talk(port, said)) == (413, "request.too_large")
    assert problem_of(talk(port, said, b" " * 65_536)) == (413, "request.too_large")


def test_ten_mebibytes_in_pieces(port: int, staff: Caller) -> None:
    piece = b"10000\r\n" + b" " * 65_536 + b"\r\n"
    answer = talk(port, head(staff, "Transfer-Encoding: chunked"), *[piece] * 160)
    assert problem_of(answer) == (413, "request.too_large")


def test_nobody_sends_a_body_without_a_token(port: int) -> None:
    nobody = Caller(httpx2.AsyncClient())
    answer = talk(port, head(nobody, f"Content-Length: {MEBIBYTE}"))
    assert problem_of(answer) == (401, "auth.unauthenticated")


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\r\n\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: bank\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: bank\r\nX: " + b"a" * 2 * MEBIBYTE + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: bank\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: bank\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"POST / HTTP/1.1\r\nHost: bank\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
    ids=range(9),
)
def test_what_is_no_http_is_refused_and_hurts_nobody(port: int, request_bytes: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port), 2) as connection:
        try:
            connection.sendall(request_bytes)
            connection.shutdown(socket.SHUT_WR)
            answer = connection.recv(65_536)
        except OSError:  # it hung up
            answer = b""
    assert not answer or 400 <= int(answer.split()[1]) < 500, answer[:200]
    assert answers(f"http://127.0.0.1:{port}/health/ready")


async def test_the_same_request_works_over_the_socket(port: int, staff: Caller) -> None:
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
        served = Caller(http, staff.headers)
        opened = await served.post("/ledger/accounts", {"asset": "CNY/2", "category": "asset"})
        read = await served.get(f"/ledger/accounts/{opened['id']}")
        assert read == opened
        missing = await served.ask("GET", f"/ledger/accounts/{new_id()}", language="zh")
        assert missing.status_code == 404
        assert missing.json()["title"] == "账户不存在"
