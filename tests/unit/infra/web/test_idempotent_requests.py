"""The same key gives the same answer; the work is done once."""

from collections.abc import Callable
from datetime import timedelta

import httpx2
import psycopg
import pytest
from fastapi import FastAPI

from tests.unit.infra.web.till import (
    BASE,
    FAILS_AT_COMMIT,
    Users,
    call,
    keyed,
    new_note,
)
from tongbao.kernel.ids import new_id

Notes = Callable[[str], int]
NOTES = f"{BASE}/drawers/1/notes"


async def test_a_repetition_is_answered_from_the_store(
    client: httpx2.AsyncClient, users: Users, notes: Notes
) -> None:
    note, headers = new_note(), keyed(users.add()[1])
    first = await client.post(NOTES, json=note, headers=headers)
    again = await client.post(NOTES, json=note, headers=headers)
    assert first.status_code == again.status_code == 201
    assert first.content == again.content  # the transaction's number is in it
    assert first.headers["location"] == again.headers["location"]
    assert first.headers["content-type"] == again.headers["content-type"]
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert first.headers["x-request-id"] != again.headers["x-request-id"]
    assert notes(note["id"]) == 1


async def test_blanks_and_order_of_members_do_not_make_another_request(
    client: httpx2.AsyncClient, users: Users
) -> None:
    headers = keyed(users.add()[1]) | {"Content-Type": "application/json"}
    name = new_id()
    first = await client.post(NOTES, content=f'{{"id":"{name}","body":"é"}}', headers=headers)
    again = await client.post(
        NOTES, content=f' {{ "body" : "\\u00e9",\n "id":"{name}"}}', headers=headers
    )
    assert first.status_code == 201
    assert again.headers["idempotency-replayed"] == "true"


async def test_the_key_of_another_request_is_refused(
    client: httpx2.AsyncClient, users: Users, notes: Notes
) -> None:
    note, other, headers = new_note(), new_note(), keyed(users.add()[1])
    assert (await client.post(NOTES, json=note, headers=headers)).status_code == 201
    for path, body in [
        (NOTES, other),
        (f"{BASE}/drawers/2/notes", note),
        (f"{NOTES}?colour=red", note),
    ]:
        answer = await client.post(path, json=body, headers=headers)
        assert answer.status_code == 422
        assert answer.json()["code"] == "idempotency.key_reused"
    assert notes(other["id"]) == 0


async def test_a_key_belongs_to_its_actor(
    client: httpx2.AsyncClient, users: Users, notes: Notes
) -> None:
    key = new_id()
    mine, yours = new_note(), new_note()
    first = await client.post(NOTES, json=mine, headers=keyed(users.add()[1], key))
    second = await client.post(NOTES, json=yours, headers=keyed(users.add()[1], key))
    assert first.status_code == second.status_code == 201
    assert "idempotency-replayed" not in second.headers
    assert notes(mine["id"]) == notes(yours["id"]) == 1


async def test_nobody_is_replayed_an_answer_without_a_valid_token(
    client: httpx2.AsyncClient, users: Users
) -> None:
    _, bearer = users.add()
    note, headers = new_note(), keyed(bearer)
    assert (await client.post(NOTES, json=note, headers=headers)).status_code == 201
    users.tokens.clear()
    assert (await client.post(NOTES, json=note, headers=headers)).status_code == 401


async def test_a_key_belongs_to_its_route(client: httpx2.AsyncClient, users: Users) -> None:
    headers = keyed(users.add()[1])
    for path in (NOTES, f"{BASE}/notes"):
        answer = await client.post(path, json=new_note(), headers=headers)
        assert answer.status_code == 201


async def test_a_refusal_is_final_and_what_it_wrote_is_undone(
    client: httpx2.AsyncClient, users: Users, notes: Notes
) -> None:
    note, headers = new_note(then="refuse"), keyed(users.add()[1])
    first = await client.post(NOTES, json=note, headers=headers)
    again = await client.post(NOTES, json=note, headers=headers | {"Accept-Language": "en"})
    assert first.status_code == again.status_code == 422
    assert first.json()["code"] == "till.drawer_empty"
    assert again.content == first.content
    assert again.headers["content-type"] == "application/problem+json"
    assert again.headers["content-language"] == "zh"
    assert again.headers["idempotency-replayed"] == "true"
    assert notes(note["id"]) == 0


@pytest.mark.parametrize(("then", "status"), [("miss", 404), ("crash", 500), ("return 500", 500)])
async def test_other_failures_leave_the_key_free(
    client: httpx2.AsyncClient,
    users: Users,
    notes: Notes,
    then: str,
    status: int,
) -> None:
    note, headers = new_note(), keyed(users.add()[1])
    failed = await client.post(NOTES, json=note | {"then": then}, headers=headers)
    assert failed.status_code == status
    mended = await client.post(NOTES, json=note, headers=headers)
    assert mended.status_code == 201
    assert "idempotency-replayed" not in mended.headers
    assert notes(note["id"]) == 1


async def test_invalid_input_leaves_the_key_free(client: httpx2.AsyncClient, users: Users) -> None:
    headers = keyed(users.add()[1]) | {"Content-Type": "application/json"}
    for content in ("{", '{"id": 1}', '{"id": "a", "id": "b"}'):
        assert (await client.post(NOTES, content=content, headers=headers)).status_code in {
            400,
            422,
        }
    assert (await client.post(NOTES, json=new_note(), headers=headers)).status_code == 201


async def test_a_failed_commit_stores_no_answer(
    client: httpx2.AsyncClient, users: Users, notes: Notes
) -> None:
    note, headers = new_note(body=FAILS_AT_COMMIT), keyed(users.add()[1])
    for _ in range(2):
        answer = await client.post(NOTES, json=note, headers=headers)
        assert answer.status_code == 500
        assert "idempotency-replayed" not in answer.headers
    assert (await client.post(NOTES, json=new_note(), headers=headers)).status_code == 201
    assert notes(note["id"]) == 0


async def test_an_expired_answer_is_forgotten(
    client: httpx2.AsyncClient, users: Users, notes: Notes, app_url: str
) -> None:
    actor, bearer = users.add()
    note, headers = new_note(), keyed(bearer)
    await client.post(NOTES, json=note, headers=headers)
    with psycopg.connect(app_url) as connection:
        changed = connection.execute(
            "UPDATE infra_idempotency SET expires_at = expires_at - %s WHERE actor_id = %s",
            (timedelta(days=7), actor.id),
        )
        assert changed.rowcount == 1
    another = new_note()
    answer = await client.post(NOTES, json=another, headers=headers)
    assert answer.status_code == 201
    assert notes(another["id"]) == 1


async def test_a_money_route_needs_a_key(
    client: httpx2.AsyncClient, users: Users, notes: Notes
) -> None:
    note = new_note()
    answer = await client.post(NOTES, json=note, headers=users.add()[1])
    assert answer.status_code == 400
    assert answer.json()["code"] == "idempotency.key_required"
    assert notes(note["id"]) == 0


@pytest.mark.parametrize(
    "values",
    [
        [b""],
        [b" "],
        [b"x" * 256],
        [b"a\tb"],
        [b"caf\xe9"],
        [b"\x7f"],
        [b" a"],
        [b"a", b"a"],
    ],
    ids=repr,
)
@pytest.mark.parametrize("path", [NOTES, f"{BASE}/notes"])
async def test_a_malformed_key_is_refused(
    app: FastAPI, users: Users, path: str, values: list[bytes]
) -> None:
    sent = [(b"authorization", users.add()[1]["Authorization"].encode())]
    sent += [(b"idempotency-key", value) for value in values]
    seen = await call(app, method="POST", path=path, headers=sent)
    assert seen.status == 400
    assert b"idempotency.key_malformed" in seen.body


@pytest.mark.parametrize("key", ["a", "!~ x", "k" * 255])
async def test_any_printable_ascii_is_a_key(
    client: httpx2.AsyncClient, users: Users, key: str
) -> None:
    headers = keyed(users.add()[1], key)
    assert (await client.post(NOTES, json=new_note(), headers=headers)).status_code == 201


async def test_elsewhere_the_key_is_optional(
    client: httpx2.AsyncClient, users: Users, notes: Notes
) -> None:
    _, bearer = users.add()
    note = new_note()
    assert (await client.post(f"{BASE}/notes", json=note, headers=bearer)).status_code == 201
    headers = keyed(bearer)
    for replayed in (None, "true"):
        gone = await client.delete(f"{BASE}/notes/{note['id']}", headers=headers)
        assert gone.status_code == 204
        assert gone.content == b""
        assert gone.headers.get("idempotency-replayed") == replayed
    assert notes(note["id"]) == 0


async def test_without_an_actor_the_key_is_not_looked_at(
    client: httpx2.AsyncClient, notes: Notes
) -> None:
    first, second = new_note(), new_note()
    for note in (first, second):
        answer = await client.post(f"{BASE}/box", json=note, headers={"Idempotency-Key": "same"})
        assert answer.status_code == 200
    assert notes(first["id"]) == notes(second["id"]) == 1


async def test_reading_ignores_the_key(client: httpx2.AsyncClient, users: Users) -> None:
    headers = keyed(users.add()[1])
    for _ in range(2):
        answer = await client.get(f"{BASE}/notes", headers=headers)
        assert answer.status_code == 200
        assert "idempotency-replayed" not in answer.headers
