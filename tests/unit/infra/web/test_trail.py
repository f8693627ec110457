"""Every request that changes something, and every refusal that matters, is in the audit trail."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from tests.unit.infra.web.till import (
    BASE,
    FAILS_AT_COMMIT,
    Users,
    client_of,
    keyed,
    make_app,
    new_note,
)
from tongbao.infra import audit
from tongbao.infra.audit.models import EntryRow
from tongbao.infra.auth import Actor, CurrentActor
from tongbao.infra.db import Database
from tongbao.infra.web import AuditTrail, ReadTx, Reason, WriteTx, router
from tongbao.kernel.ids import new_id

Facts = tuple[str, str, str | None]
extra = router(prefix="/api/v1/vault", tags=["vault"])


@extra.get("/parties/{party_id}/secrets/{secret_id}")
async def reveal(
    party_id: UUID,
    secret_id: UUID,
    _tx: ReadTx,
    _actor: CurrentActor,
    trail: AuditTrail,
    why: Reason,
) -> str:
    trail.add(
        audit.Entry(
            action="vault.secret.revealed",
            subject=party_id,
            object_type="secrets",
            object_id=secret_id,
        )
    )
    return why


@extra.put("/lock")
async def turn(_tx: WriteTx, _actor: CurrentActor, trail: AuditTrail) -> str:
    trail.about(object_type="lock", object_id="north", before=b"o" * 32, after=b"c" * 32)
    trail.add(audit.Entry(action="vault.key.used"))
    return "turned"


@pytest.fixture
def app(database: Database, users: Users, note_table: str) -> FastAPI:
    assert note_table
    made = make_app(database, users)
    made.include_router(extra)
    return made


class Asking:
    """A client whose requests have one id, by which their entries are found."""

    def __init__(self, app: FastAPI, database: Database) -> None:
        self.id = str(new_id())
        self.client = client_of(app)
        self.client.headers["X-Request-Id"] = self.id
        self._database = database

    async def entries(self) -> Sequence[EntryRow]:
        query = select(EntryRow).where(EntryRow.request_id == self.id).order_by(EntryRow.seq)
        async with self._database.read() as tx:
            return (await tx.scalars(query)).all()

    async def facts(self) -> list[Facts]:
        return [(row.action, row.outcome, row.code) for row in await self.entries()]


@pytest.fixture
def asking(app: FastAPI, database: Database) -> Asking:
    return Asking(app, database)


async def test_a_write_has_one_entry_with_who_what_and_where(asking: Asking, users: Users) -> None:
    actor, headers = users.add()
    note = new_note()
    sent = headers | {"User-Agent": "till/1", "X-Reason": quote("盘点差异")}
    answer = await asking.client.post(f"{BASE}/notes", json=note, headers=sent)
    assert answer.status_code == 201
    (row,) = await asking.entries()
    assert (row.action, row.outcome, row.code) == ("till.optional", "done", None)
    assert (row.actor_id, row.actor_kind, row.reason) == (actor.id, "staff", "盘点差异")
    assert (row.object_type, row.object_id) == ("notes", note["id"])  # what Location names
    assert (row.address, row.device) == ("127.0.0.1", audit.device_of("till/1"))


async def test_a_read_has_none(asking: Asking, users: Users) -> None:
    assert (await asking.client.get(f"{BASE}/notes", headers=users.add()[1])).status_code == 200
    assert await asking.entries() == []


@pytest.mark.parametrize(
    ("then", "outcome", "code"),
    [
        ("refuse", "refused", "till.drawer_empty"),
        ("miss", "refused", "till.no_such_note"),
        ("return 422", "refused", "till.drawer_empty"),
        ("crash", "failed", "request.unexpected"),
        ("return 500", "failed", "request.unexpected"),
    ],
)
@pytest.mark.parametrize("with_key", [False, True])
async def test_what_was_refused_or_failed_has_one_too(
    asking: Asking, users: Users, then: str, outcome: str, code: str, *, with_key: bool
) -> None:
    headers = users.add()[1]
    sent = keyed(headers) if with_key else headers
    await asking.client.post(f"{BASE}/notes", json=new_note(then=then), headers=sent)
    assert await asking.facts() == [("till.optional", outcome, code)]


async def test_a_failing_commit_takes_the_entry_of_success_with_it(
    asking: Asking, users: Users
) -> None:
    note = new_note(body=FAILS_AT_COMMIT)
    await asking.client.post(f"{BASE}/notes", json=note, headers=users.add()[1])
    assert await asking.facts() == [("till.optional", "failed", "request.unexpected")]


async def test_an_answer_given_again_did_nothing(asking: Asking, users: Users) -> None:
    headers = keyed(users.add()[1])
    note = new_note()
    for status in (201, 201):
        answer = await asking.client.post(f"{BASE}/notes", json=note, headers=headers)
        assert answer.status_code == status
    assert await asking.facts() == [("till.optional", "done", None)]
    other = await asking.client.post(f"{BASE}/notes", json=new_note(), headers=headers)
    assert (await asking.facts())[1:] == [("till.optional", "refused", other.json()["code"])]


async def test_doors_that_do_not_open(asking: Asking, users: Users) -> None:
    actor, headers = users.add()
    await asking.client.post(f"{BASE}/adjustments", json=new_note())
    await asking.client.post(
        f"{BASE}/adjustments", json=new_note(), headers={"Authorization": "Bearer nobodys"}
    )
    await asking.client.post(f"{BASE}/adjustments", json=new_note(), headers=headers)
    await asking.client.get(f"{BASE}/notes")
    await asking.client.post(f"{BASE}/notes", json={}, headers=headers)
    await asking.client.post(f"{BASE}/notes", content=b"{", headers=headers)
    assert await asking.facts() == [
        ("till.adjust", "refused", "auth.unauthenticated"),
        ("till.adjust", "refused", "auth.unauthenticated"),
        ("till.adjust", "refused", "auth.forbidden"),
        ("till.look", "refused", "auth.unauthenticated"),
        ("till.optional", "refused", "request.invalid"),
        ("till.optional", "refused", "request.unsupported_media_type"),
    ]
    kinds = [(row.actor_kind, row.actor_id) for row in await asking.entries()]
    assert kinds[1:4] == [("anonymous", None), ("staff", actor.id), ("anonymous", None)]


async def test_a_read_that_is_only_badly_asked_has_none(asking: Asking, users: Users) -> None:
    answer = await asking.client.get(f"{BASE}/notes?limit=0", headers=users.add()[1])
    assert answer.status_code == 422
    assert await asking.entries() == []


async def test_the_party_is_that_of_the_address_or_the_only_one_acted_for(
    asking: Asking, users: Users
) -> None:
    party = new_id()
    actor = Actor(
        id=new_id(), kind="customer", name="A", party_ids=frozenset({party}), roles=("maker",)
    )
    users.tokens["one-party"] = actor
    headers = {"Authorization": "Bearer one-party"}
    await asking.client.post(f"{BASE}/notes", json=new_note(), headers=headers)
    other, secret = new_id(), new_id()
    path = f"/api/v1/vault/parties/{other}/secrets/{secret}"
    answer = await asking.client.get(path, headers=headers | {"X-Reason": "because"})
    assert answer.json() == "because"
    first, second = await asking.entries()
    assert (first.subject_id, first.actor_roles) == (party, "maker")
    assert (second.action, second.subject_id) == ("vault.secret.revealed", other)
    assert (second.object_id, second.reason, second.actor_id) == (str(secret), "because", actor.id)


async def test_a_sensitive_read_that_cannot_be_recorded_is_not_answered(
    app: FastAPI, asking: Asking, users: Users, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(*_args: Any, **_facts: Any) -> None:
        msg = "no trail"
        raise RuntimeError(msg)

    app.state.audit_apart = audit.Apart(app.state.database)
    monkeypatch.setattr(audit.Apart, "record", down)
    path = f"/api/v1/vault/parties/{new_id()}/secrets/{new_id()}"
    answer = await asking.client.get(path, headers=users.add()[1] | {"X-Reason": "because"})
    assert answer.status_code == 500
    assert "because" not in answer.text


@pytest.mark.parametrize("reason", [None, "no", "%FF%FE%FD", "x" * 201, "a%00b%00c", "%20%20ab%20"])
async def test_a_reason_that_is_none(asking: Asking, users: Users, reason: str | None) -> None:
    given = {} if reason is None else {"X-Reason": reason}
    path = f"/api/v1/vault/parties/{new_id()}/secrets/{new_id()}"
    answer = await asking.client.get(path, headers=users.add()[1] | given)
    assert answer.status_code == 422
    assert answer.json()["code"] == "request.reason_missing"


async def test_a_route_may_say_what_its_entry_is_about(asking: Asking, users: Users) -> None:
    await asking.client.put("/api/v1/vault/lock", headers=users.add()[1])
    entry, beside = await asking.entries()
    assert (entry.object_type, entry.object_id) == ("lock", "north")
    assert (entry.before, entry.after) == (b"o" * 32, b"c" * 32)
    assert (beside.action, beside.request_id) == ("vault.key.used", asking.id)


async def test_a_refusal_stands_when_the_trail_cannot_be_written(
    app: FastAPI, asking: Asking, caplog: pytest.LogCaptureFixture
) -> None:
    apart = app.state.audit_apart = audit.Apart(app.state.database, waiting_max=0)
    assert apart is app.state.audit_apart
    answer = await asking.client.get(f"{BASE}/notes")
    assert answer.status_code == 401
    assert await asking.entries() == []


async def test_nobody_is_left_behind_for_who_comes_next(asking: Asking, users: Users) -> None:
    await asking.client.post(f"{BASE}/notes", json=new_note(), headers=users.add()[1])
    assert audit.caller() == audit.SYSTEM
