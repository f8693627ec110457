import hashlib
from datetime import datetime

import httpx2
import pytest
from argon2.exceptions import InvalidHashError
from fastapi import APIRouter, Depends, FastAPI
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import PlainTextResponse

from tongbao.infra.auth import (
    PUBLIC,
    Actor,
    CurrentActor,
    Forbidden,
    Require,
    new_token,
    require,
    token_hash,
)
from tongbao.infra.db import Database, ReadSession
from tongbao.infra.guards import assert_all_routes_guarded, unguarded_routes
from tongbao.infra.passwords import hash_password, needs_rehash, verify_password
from tongbao.infra.web import router
from tongbao.infra.web.problems import add_problem_handlers
from tongbao.kernel.ids import new_id


async def test_a_password_opens_only_its_own_hash() -> None:
    stored = await hash_password("correct horse")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await verify_password("correct horse", stored)
    assert not await verify_password("correct horsf", stored)
    assert not await verify_password("", stored)
    assert not needs_rehash(stored)


async def test_equal_passwords_have_different_hashes() -> None:
    assert await hash_password("same") != await hash_password("same")


async def test_a_password_typed_on_another_keyboard_is_the_same() -> None:
    """One program sends an e with an accent, another an e and an accent (NFKC)."""
    assert await verify_password("cafe\u0301", await hash_password("caf\u00e9"))


async def test_a_weaker_hash_is_to_be_replaced() -> None:
    weak = (
        "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQxMjM0NTY$nHZp2mPFh8mHpZ1V5lMFGmJkYyEkTqkQVVQ6bDIqk8A"
    )
    assert needs_rehash(weak)


async def test_a_damaged_hash_is_not_a_wrong_password() -> None:
    with pytest.raises(InvalidHashError):
        await verify_password("x", "no hash at all")


def test_a_token_is_long_random_and_stored_only_as_a_hash() -> None:
    token, stored = new_token()
    assert token.startswith("tb_")
    assert len(token) == 3 + 43
    assert stored == token_hash(token) == hashlib.sha256(token.encode()).digest()
    assert len({new_token()[0] for _ in range(100)}) == 100


@given(held=st.frozensets(st.sampled_from(["a:x", "a:y", "b:x"])), needed=st.sampled_from(["a:x"]))
def test_a_permission_is_held_or_refused(held: frozenset[str], needed: str) -> None:
    actor = Actor(id=new_id(), kind="staff", name="Ann", permissions=held)
    if needed in held:
        assert Require(needed).check(actor) is actor
    else:
        with pytest.raises(Forbidden):
            Require(needed).check(actor)


async def _endpoint() -> None: ...


async def _with_actor(actor: CurrentActor) -> str:
    return actor.name


def test_a_route_that_forgot_its_guard_is_found() -> None:
    app = FastAPI()
    api = router(prefix="/api/v1/x", tags=[])
    api.get("/actor")(_with_actor)
    api.get("/permission", dependencies=[Depends(require("x:see"))])(_endpoint)
    api.get("/public", dependencies=[PUBLIC])(_endpoint)
    api.get("/forgotten")(_endpoint)
    api.post("/forgotten")(_endpoint)
    app.include_router(api)
    app.get("/outside")(_endpoint)
    app.get("/apiary")(_endpoint)
    app.mount("/api/v1/mounted", PlainTextResponse("x"))
    assert unguarded_routes(app) == [
        "GET /api/v1/x/forgotten",
        "POST /api/v1/x/forgotten",
        "* /api/v1/mounted",
    ]
    with pytest.raises(AssertionError, match="POST /api/v1/x/forgotten"):
        assert_all_routes_guarded(app)


def test_a_guard_on_the_including_router_counts() -> None:
    app = FastAPI()
    inner = router(prefix="/x", tags=[])
    inner.get("/")(_endpoint)
    outer = APIRouter(prefix="/api", dependencies=[Depends(require("x:see"))])
    outer.include_router(inner)
    app.include_router(outer)
    assert_all_routes_guarded(app)
    unguarded = APIRouter(prefix="/api/other")
    unguarded.include_router(inner)
    app.include_router(unguarded)
    assert unguarded_routes(app) == ["GET /api/other/x/"]


@pytest.mark.parametrize(
    ("authorization", "status"), [("Bearer good", 200), ("Bearer bad", 401), (None, 401)]
)
async def test_a_route_of_another_class_is_guarded_too(
    database: Database, authorization: str | None, status: int
) -> None:
    """Such a route has no unit of work, so the dependency looks the actor up itself."""

    async def authenticate(tx: ReadSession, token: str, at: datetime) -> Actor | None:
        assert tx.is_active
        assert at.tzinfo is not None
        return Actor(id=new_id(), kind="service", name="Bo") if token == "good" else None

    app = FastAPI(docs_url=None, redoc_url=None)
    app.get("/plain")(_with_actor)
    add_problem_handlers(app)
    app.state.database, app.state.authenticate = database, authenticate
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://x") as client:
        headers = {} if authorization is None else {"Authorization": authorization}
        answer = await client.get("/plain", headers=headers)
    assert answer.status_code == status
    assert ("www-authenticate" in answer.headers) == (status == 401)


def test_an_actor_reaches_its_own_parties_or_everybodys() -> None:
    own, others = new_id(), new_id()
    customer = Actor(id=new_id(), kind="customer", name="c", party_ids=frozenset({own}))
    staff = Actor(id=new_id(), kind="staff", name="s", permissions=frozenset({"loans:read_any"}))
    assert customer.reach("loans:read_any") == frozenset({own})
    assert customer.reach("loans:read_any", own) == frozenset({own})
    assert customer.reach("loans:read_any", others) == frozenset()
    assert staff.reach("loans:read_any") is None
    assert staff.reach("loans:read_any", others) == frozenset({others})
    assert staff.reach("accounts:read_any") == frozenset()
