"""The web application's files, as browsers and programs get them."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from tongbao.app.site import serve
from tongbao.app.site.built import Built, accepted
from tongbao.infra.web import install
from tongbao.infra.web.out import SECURITY_HEADERS

PAGE = b"<!doctype html><title>app</title>"
SCRIPT = b"console.log(1)"
READ = {"Accept": "text/html,*/*;q=0.8"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    assets = tmp_path / "assets"
    assets.mkdir()
    (tmp_path / "index.html").write_bytes(PAGE)
    (tmp_path / "areas.json").write_text('["", "home", "accounts"]')
    (tmp_path / "mark.svg").write_text("<svg/>")
    (assets / "main-abc.js").write_bytes(SCRIPT)
    (assets / "main-abc.js.br").write_bytes(b"packed by brotli")
    (assets / "main-abc.js.gz").write_bytes(b"packed by gzip")
    return tmp_path


@pytest.fixture
async def client(folder: Path) -> AsyncIterator[httpx2.AsyncClient]:
    app = FastAPI(docs_url=None, redoc_url=None)
    built = Built.load(folder)
    assert built is not None
    install(app)
    serve(app, built)
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://bank") as http:
        yield http


async def test_its_addresses_show_the_page(client: httpx2.AsyncClient) -> None:
    for path in ("/", "/home", "/accounts/0197c0de-0000-7000-8000-000000000001"):
        answer = await client.get(path, headers=READ)
        assert (answer.status_code, answer.content) == (200, PAGE), path
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["cache-control"] == "no-cache"
        policy = SECURITY_HEADERS["Content-Security-Policy"]
        assert answer.headers["content-security-policy"] == policy
        assert "unsafe" not in policy


async def test_a_reader_who_is_lost_sees_the_page_and_a_program_a_404(
    client: httpx2.AsyncClient,
) -> None:
    answer = await client.get("/nowhere", headers=READ)
    assert (answer.status_code, answer.content) == (404, PAGE)
    answer = await client.get("/nowhere")
    assert answer.json()["code"] == "request.unknown_path"


@pytest.mark.parametrize(
    "path", ["/api", "/api/", "/api/v1/acounts", "/assets/main-old.js", "/index.html", "/.env"]
)
async def test_what_is_no_page_is_a_problem_whoever_asks(
    client: httpx2.AsyncClient, path: str
) -> None:
    answer = await client.get(path, headers=READ)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_it_only_reads(client: httpx2.AsyncClient) -> None:
    for path in ("/home", "/mark.svg"):
        answer = await client.post(path, headers=READ)
        assert (answer.status_code, answer.json()["code"]) == (404, "request.unknown_path")
        assert (await client.head(path, headers=READ)).status_code == 200


@pytest.mark.parametrize(
    ("header", "encoding", "body"),
    [
        ("gzip, deflate, br;q=0.9", "br", b"packed by brotli"),
        ("gzip", "gzip", b"packed by gzip"),
        ("br;q=0, GZIP", "gzip", b"packed by gzip"),
        ("identity", None, SCRIPT),
        ("", None, SCRIPT),
    ],
)
def test_the_best_form_that_is_taken(
    folder: Path, header: str, encoding: str | None, body: bytes
) -> None:
    built = Built.load(folder)
    assert built is not None
    file = built.files["assets/main-abc.js"]
    chosen = next((each for each in file.packed if each in accepted(header)), None)
    assert chosen == encoding
    assert (file.packed[chosen] if chosen else file.data) == body


async def test_what_carries_a_hash_is_kept_for_good(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/assets/main-abc.js", headers={"Accept-Encoding": "identity"})
    assert answer.content == SCRIPT
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["vary"] == "Accept-Encoding"
    again = await client.get("/mark.svg")
    assert again.headers["cache-control"] == "no-cache"
    tag = {"If-None-Match": again.headers["etag"]}
    unchanged = await client.get("/mark.svg", headers=tag)
    assert (unchanged.status_code, unchanged.content) == (304, b"")


def test_where_nothing_was_built_there_is_nothing_to_serve(tmp_path: Path) -> None:
    assert Built.load(tmp_path) is None
