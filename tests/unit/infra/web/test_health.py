import asyncio

import httpx2
import pytest
from fastapi import FastAPI
from structlog.typing import EventDict

from tests.unit.infra.web.till import client_of
from tongbao.infra.db import Database
from tongbao.infra.web import install


def make_app(database: Database, **probes: object) -> FastAPI:
    app = FastAPI(docs_url=None, redoc_url=None)
    install(app, probes=probes)  # type: ignore[arg-type]
    app.state.database = database
    return app


async def test_a_process_that_answers_is_alive(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_ready_means_database_and_probes_answer(database: Database) -> None:
    async def fine() -> None: ...

    async with client_of(make_app(database, migrations=fine)) as client:
        answer = await client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ready", "checks": {"database": "ok", "migrations": "ok"}}


async def test_a_failing_probe_is_named_but_not_explained(
    database: Database, logs: list[EventDict]
) -> None:
    async def behind() -> None:
        msg = "two migrations behind"
        raise RuntimeError(msg)

    async with client_of(make_app(database, migrations=behind)) as client:
        answer = await client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json() == {
        "status": "not_ready",
        "checks": {"database": "ok", "migrations": "failed"},
    }
    assert logs[0]["check"] == "migrations"


async def test_a_probe_that_hangs_is_a_no(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tongbao.infra.web.health.PROBE_SECONDS_MAX", 0.05)

    async def hangs() -> None:
        await asyncio.sleep(60)

    async with client_of(make_app(database, slow=hangs)) as client:
        answer = await client.get("/health/ready")
    assert answer.json()["checks"]["slow"] == "failed"


async def test_without_a_database_nothing_is_ready() -> None:
    nowhere = Database.connect("postgresql://nobody@127.0.0.1:1/none")
    async with client_of(make_app(nowhere)) as client:
        assert (await client.get("/health/live")).status_code == 200
        answer = await client.get("/health/ready")
    await nowhere.close()
    assert answer.status_code == 503
    assert answer.json()["checks"] == {"database": "failed"}


async def test_metrics_are_served(client: httpx2.AsyncClient) -> None:
    await client.get("/health/live")
    answer = await client.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert "tongbao_http_requests_total{" in answer.text
