"""The API reference works on a closed network and under the strict CSP."""

import gzip
import re
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from tests.unit.infra.web.till import BASE
from tongbao.infra.auth import TOKEN_URL
from tongbao.infra.web import install


async def test_the_page_has_no_inline_script_and_no_foreign_address(
    client: httpx2.AsyncClient,
) -> None:
    page = await client.get("/docs")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "unsafe" not in page.headers["content-security-policy"]
    for script in re.findall(r"<script[^>]*>(.*?)</script>", page.text, re.DOTALL):
        assert not script.strip()
    assert "style=" not in page.text
    assert "<style" not in page.text
    assert not re.search(r"(https?:)?//", page.text)
    assert not re.search(r"\son\w+=", page.text)


async def test_every_file_of_the_page_is_here(client: httpx2.AsyncClient) -> None:
    page = await client.get("/docs")
    files = set(re.findall(r'(?:src|href)="([^"]+)"', page.text))
    assert len(files) == 5
    for file in files:
        assert (await client.get(f"/{file}")).status_code == 200
    assert "SwaggerUIBundle" in (await client.get("/docs/swagger-ui-bundle.js")).text
    script = (await client.get("/docs/reference.js")).text
    assert "validatorUrl: null" in script


async def test_files_are_packed_and_kept(client: httpx2.AsyncClient) -> None:
    packed = await client.get("/docs/swagger-ui.css", headers={"Accept-Encoding": "gzip"})
    plain = await client.get("/docs/swagger-ui.css", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert len(gzip.compress(plain.content)) < len(plain.content) / 4
    assert plain.headers["cache-control"] == "public, max-age=3600"
    tag = {"If-None-Match": plain.headers["etag"]}
    unchanged = await client.get("/docs/swagger-ui.css", headers=tag)
    assert (unchanged.status_code, unchanged.content) == (304, b"")


@pytest.mark.parametrize("name", ["nothing.js", "__init__.py", "..", "%2e%2e%2fmain.py", ""])
async def test_nothing_else_is_served(client: httpx2.AsyncClient, name: str) -> None:
    answer = await client.get(f"/docs/{name}")
    assert answer.status_code == 404


@pytest.fixture
def document(app: FastAPI) -> dict[str, Any]:
    return app.openapi()


def test_problems_are_part_of_the_description(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert schemas["Problem"]["required"] == ["type", "title", "status", "code", "instance"]
    assert "HTTPValidationError" not in schemas
    post = document["paths"][f"{BASE}/notes"]["post"]
    for status in ("400", "401", "403", "404", "409", "422", "default"):
        content = post["responses"][status]["content"]
        assert content == {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        }


def test_every_reference_in_the_description_leads_somewhere(document: dict[str, Any]) -> None:
    def walk(value: Any) -> None:
        if isinstance(value, dict):
            target = value.get("$ref")
            if isinstance(target, str):
                place: Any = document
                for step in target.removeprefix("#/").split("/"):
                    place = place[step]
            for each in value.values():
                walk(each)
        elif isinstance(value, list):
            for each in value:
                walk(each)

    walk(document)


def test_the_key_is_described_where_it_belongs(document: dict[str, Any]) -> None:
    def key_of(path: str, method: str) -> bool | None:
        for parameter in document["paths"][path][method].get("parameters", []):
            if parameter["name"] == "Idempotency-Key":
                assert parameter["in"] == "header"
                return bool(parameter["required"])
        return None

    assert key_of(f"{BASE}/drawers/{{drawer}}/notes", "post") is True
    assert key_of(f"{BASE}/notes", "post") is False
    assert key_of(f"{BASE}/notes/{{note_id}}", "delete") is False
    assert key_of(f"{BASE}/notes", "get") is None
    assert key_of(f"{BASE}/box", "post") is None


def test_the_authorize_button_knows_where_to_log_in(document: dict[str, Any]) -> None:
    flow = document["components"]["securitySchemes"]["bearer"]["flows"]["password"]
    assert flow["tokenUrl"] == TOKEN_URL
    assert document["paths"][f"{BASE}/notes"]["get"]["security"] == [{"bearer": []}]
    assert "security" not in document["paths"][f"{BASE}/bell"]["post"]


async def test_the_description_is_served(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/openapi.json")
    assert answer.status_code == 200
    assert answer.json()["info"]["title"] == "Till"


def test_the_frameworks_own_reference_is_refused() -> None:
    with pytest.raises(AssertionError, match="internet"):
        install(FastAPI())
